"""Which project `gateway-rules local pulumi` is run in, and what it leaves behind."""

from pathlib import Path

import pytest

from gateway_rehearsal import passthrough
from gateway_rehearsal.engine import Engine
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.passthrough import layout_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a project with a fleet beside it, and one name that both have."""
    stacks = {Layout(tmp_path): ("own", "both"), Layout(tmp_path, fleet=True): ("made", "both")}
    for layout, names in stacks.items():
        (layout.source / "stacks").mkdir(parents=True)
        for name in names:
            layout.stack_file(name).touch()
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "-s", "made"),
        ("preview", "--stack", "made", "--diff"),
        ("--stack=made", "preview"),
        ("preview", "-smade"),
        ("preview", "-s=made"),
        ("stack", "rm", "made"),
    ],
)
def test_a_stack_of_a_fleet_is_reached_by_its_name(root: Path, arguments: tuple[str, ...]) -> None:
    """However the engine lets its stack be named, its project is the one that has it."""
    assert layout_of(root, arguments) == Layout(root, fleet=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "-s", "own"),
        ("preview", "-s", "both"),
        ("preview", "-s", "nowhere"),
        ("preview", "--message=made", "-s", "own"),
        ("stack", "ls"),
        (),
    ],
)
def test_all_else_is_of_the_users_project(root: Path, arguments: tuple[str, ...]) -> None:
    """The user's own stacks go first, and what names no stack is theirs."""
    assert layout_of(root, arguments) == Layout(root)


def test_without_a_fleet_there_is_one_project(tmp_path: Path) -> None:
    """Where no fleet was made, its folder need not be there."""
    assert layout_of(tmp_path, ("preview", "-s", "made")) == Layout(tmp_path)


def script(folder: Path, text: str) -> None:
    """Put a pulumi of ours into a folder."""
    folder.mkdir()
    (folder / "pulumi").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "pulumi").chmod(0o755)


@pytest.mark.parametrize(
    ("lock", "left"),
    [pytest.param("", 0, id="reading"), pytest.param("one.json", 1, id="updating")],
)
def test_only_an_update_can_be_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: str, left: int
) -> None:
    """A pulumi whose reader has enough of it is killed, and that alone is nothing to begin anew."""
    layout = Layout(tmp_path)
    folder = layout.locks / "organization" / "gateway-rules" / "eu-west-1"
    script(tmp_path / "bin", f"cd '{folder}' && touch ./{lock}; kill -PIPE $$")
    engine = Engine(layout, tmp_path / "bin", "http://127.0.0.1:1")
    for made in (layout.project, folder):
        made.mkdir(parents=True)
    monkeypatch.setattr(passthrough, "running", lambda *_: engine)

    assert passthrough.pulumi(tmp_path, ["stack", "export"], print) == 128 + 13
    assert len(list(layout.runs.iterdir())) == left
