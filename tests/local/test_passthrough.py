"""Which project a command of `gateway-rules local pulumi` is run in."""

from pathlib import Path

import pytest

from gateway_rules.local.layout import Layout
from gateway_rules.local.passthrough import layout_of


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
