"""Stacks whose files are gone: who they are, since when, and why."""

from datetime import date
from pathlib import Path

import pytest

from gateway_rules.errors import Faults
from gateway_rules.inputs.retired import RETIRED_FILE, read_retired

LINE = "{stack: eu-west-9, since: 2026-06-30, reason: moved}"


def write(root: Path, text: str) -> Path:
    """Write the file into a project."""
    (root / "stacks").mkdir()
    (root / RETIRED_FILE).write_text(text)
    return root


def test_no_file_names_nobody(tmp_path: Path) -> None:
    """Most projects have given up no stack."""
    assert read_retired(tmp_path, ("eu-west-1",)) == ()


def test_each_line_is_read(tmp_path: Path) -> None:
    """A line has the stack, the day on which its file went, and the reason."""
    [found] = read_retired(write(tmp_path, f"retired: [{LINE}]\n"), ("eu-west-1",))
    assert (found.stack, found.since, found.reason) == ("eu-west-9", date(2026, 6, 30), "moved")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"retired: [{LINE}]\n".replace("eu-west-9", "eu-west-1"), "[still-there] eu-west-1 still"),
        (f"retired: [{LINE}]\n".replace("2026-06-30", "soon"), "[date]"),
        (f"retired: [{LINE}]\n".replace(", reason: moved", ""), "[missing-key]"),
        (f"retried: [{LINE}]\n", "[unknown-key]"),
        ("retired: [\n", "[yaml]"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(tmp_path: Path, text: str, said: str) -> None:
    """A stack that still has a file is watched, and no line takes that away."""
    with pytest.raises(Faults) as caught:
        read_retired(write(tmp_path, text), ("eu-west-1",))
    assert any(said in str(fault) for fault in caught.value.faults)
