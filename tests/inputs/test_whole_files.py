"""Files are written as a whole or not at all, and by one function."""

import ast
import os
import stat
from pathlib import Path

import pytest
from sources import modules

from gateway_rules.errors import NoAnswer
from gateway_rules.inputs.whole_files import replace_file, write_whole

ELSEWHERE = {
    "gateway_rules.inputs.whole_files": "it is the function",
    "gateway_rules.authoring.issue.importing": "a folder of its own, which is gone at once",
    "gateway_rules.deploy.repair.repairer": "a folder of its own, which is gone at once",
    "gateway_rehearsal.rehearse.project": "a folder gets the name by which others find it",
    "gateway_rehearsal.toolchain": "a folder that was built takes its place",
}
"""Modules that write or rename by themselves, and why they may."""
WRITING = {"write_text", "write_bytes", "rename", "NamedTemporaryFile"}


def _writes(tree: ast.Module) -> bool:
    """Tell whether a module writes a file, or puts one in the place of another."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = {getattr(call, "attr", getattr(call, "id", "")) for call in calls}
    swaps = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "replace"
        if len(node.args) == 1 and not node.keywords
    )
    return bool(named & WRITING) or any(swaps)


def test_nobody_else_writes_files() -> None:
    """A file that is written in place may be read, or left, half written."""
    found = {name for name, tree in modules().items() if _writes(tree)}
    assert found == ELSEWHERE.keys()


def test_a_file_keeps_its_rights(tmp_path: Path) -> None:
    """What only its owner may read stays so; a program may be run."""
    path = tmp_path / "a.yaml"
    path.write_text("old\n")
    path.chmod(0o600)
    write_whole(path, "new\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write_whole(tmp_path / "program", "", is_program=True)
    assert stat.S_IMODE((tmp_path / "program").stat().st_mode) == 0o755


def test_a_file_is_written_as_a_whole(tmp_path: Path) -> None:
    """The folder is made, the old text replaced, and nothing left beside it."""
    path = tmp_path / "stacks" / "addresses" / "a.yaml"
    replace_file(path, "old\n", tmp_path)
    replace_file(path, "new\n", tmp_path)
    assert [(each.name, each.read_text()) for each in path.parent.iterdir()] == [
        ("a.yaml", "new\n")
    ]


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    """Whoever keeps the file elsewhere finds it there."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "b.yaml").write_text("old\n")
    (tmp_path / "a.yaml").symlink_to("there/b.yaml")
    replace_file(tmp_path / "a.yaml", "new\n", tmp_path)
    assert (tmp_path / "a.yaml").is_symlink()
    assert [(e.name, e.read_text()) for e in (tmp_path / "there").iterdir()] == [
        ("b.yaml", "new\n")
    ]


def test_what_is_no_file_takes_the_text_in(tmp_path: Path) -> None:
    """A pipe is written to, and is there afterwards, as /dev/null has to be."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    replace_file(pipe, "new\n", tmp_path)
    assert os.read(reader, 10) == b"new\n"
    os.close(reader)
    assert [each.is_fifo() for each in tmp_path.iterdir()] == [True]


def test_an_interrupt_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is cut off while writing has written nothing, and leaves no draft."""
    path = tmp_path / "a.yaml"
    path.write_text("old\n")

    def interrupted(self: Path, target: Path) -> Path:
        assert self.read_text() == "new\n"
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace_file(path, "new\n", tmp_path)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("a.yaml", "old\n")]


def test_a_file_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    """The line names the file as the project does."""
    (tmp_path / "stacks").write_text("no folder\n")
    with pytest.raises(NoAnswer) as raised:
        replace_file(tmp_path / "stacks" / "a.yaml", "new\n", tmp_path)
    assert str(raised.value) == (
        "error: stacks/a.yaml:1:1: [no-write] cannot be written: File exists; "
        "make room, or give yourself the right to write there"
    )
