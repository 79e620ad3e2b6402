"""What a terminal shows while stacks are deployed, and what stays on it."""

import io

from rich.console import Console

from gateway_rehearsal.board import Board


def shown(*, terminal: bool) -> str:
    """Deploy one of two stacks to its end, and begin with the other; give what was printed."""
    screen = io.StringIO()
    console = Console(file=screen, width=60, force_terminal=terminal, color_system=None)
    with Board(console, ("a", "b")) as board:
        board.phase("a", "deploying")
        board.end("a", "2 created")
        board.phase("b", "deploying")
        board.count("b", "deploying, 7 resources")
    return screen.getvalue()


def test_without_a_terminal_each_phase_is_a_line() -> None:
    """A log has a line for each change of phase, and none for the counts between."""
    assert shown(terminal=False).splitlines() == [
        "a: deploying",
        "a: 2 created",
        "b: deploying",
    ]


def test_a_terminal_keeps_what_has_ended_above_what_goes_on() -> None:
    """However many stacks there are, those under way are the last lines and waiting ones none."""
    screen = shown(terminal=True)
    last = screen.rpartition("a: 2 created")[2]

    assert "deploying, 7 resources" in last
    assert "a:" not in last
    assert "waiting" not in screen
