"""Stacks whose files are gone though what they deployed may still be there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationError

from gateway_rules.errors import Faults
from gateway_rules.inputs.documents import read_yaml
from gateway_rules.inputs.fields import Day, Frozen, Prose, Text
from gateway_rules.inputs.validation import faults_of

RETIRED_FILE: Final = "stacks/retired.yaml"


class Retired(Frozen):
    """One stack that is to be destroyed, or has been."""

    stack: Text
    """Its name, which no file of a stack has any more."""
    since: Annotated[Day, Field(examples=["2026-12-31"])]
    """The day on which its file went."""
    reason: Prose
    """Why, and who destroys it."""


class RetiredStacks(Frozen):
    """The stacks that a project has given up."""

    retired: tuple[Retired, ...] = ()
    """Each stack once; it is taken out when nothing of it is left in AWS."""


def read_retired(root: Path, stacks: tuple[str, ...]) -> tuple[Retired, ...]:
    """Read which stacks are given up; none where there is no file.

    Raises Faults with all that is wrong with it, also for a stack that still has a file.
    """
    path = root / RETIRED_FILE
    if not path.exists():
        return ()
    document = read_yaml(path, root)
    try:
        found = RetiredStacks.model_validate(document.data).retired
    except ValidationError as error:
        raise Faults(*faults_of(error, document, RetiredStacks)) from None
    fix = "take the line out, or delete the stack's file"
    faults = [
        document.fault(
            ("retired", i, "stack"), "still-there", f"{each.stack} still has a file", fix
        )
        for i, each in enumerate(found)
        if each.stack in stacks
    ]
    if faults:
        raise Faults(*faults)
    return found
