"""The words for what pydantic finds, where no reader's own tests would show them."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway_rules.inputs.documents import read_yaml
from gateway_rules.inputs.validation import faults_of


class Suspended(BaseModel):
    """A model with a key that the stack file does not hold, and that this one does."""

    model_config = ConfigDict(extra="forbid")

    stack: str = ""
    until: str = ""


def test_a_key_called_stack_is_named_among_the_known(tmp_path: Path) -> None:
    """Only a site has its name from elsewhere; any other model says it like its other keys."""
    file = tmp_path / "file.yaml"
    file.write_text("stak: eu-west-1\n")
    document = read_yaml(file, tmp_path)
    with pytest.raises(ValidationError) as caught:
        Suspended.model_validate(document.data)
    assert [str(fault) for fault in faults_of(caught.value, document, Suspended)] == [
        (
            "error: file.yaml:1:1: [unknown-key] stak is not known; "
            "take it out, or write one of: stack, until"
        )
    ]
