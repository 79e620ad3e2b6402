"""Local runs that are cut off, or meet another: the next one succeeds, and nothing stays behind."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import small
from nightly import chosen
from user import OTHER, STACK, User, new_user, read, wait_for

from gateway_rehearsal import processes
from gateway_rehearsal.layout import Layout

pytestmark = pytest.mark.engine

RESOURCES = 12
"""At least so many are deployed."""
AFRESH = "the last local run was cut off; starting afresh"


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    """Give somebody with one stack of a dozen rules, and nothing deployed."""
    with new_user(tmp_path / "project") as someone:
        someone.drop(OTHER)
        someone.layout.stack_file(STACK).write_text(small.text("mail-gateway", small.BEFORE))
        yield someone


def test_two_at_once_take_turns(user: User) -> None:
    """Of two runs at the same time one waits and says so, and both succeed."""
    runs = [user.start("up"), user.start("up")]

    ended = [run.communicate(timeout=300) for run in runs]

    assert [run.returncode for run in runs] == [0, 0]
    waited = [err for _, err in ended if "waiting for another local run of this project\n" in err]
    assert len(waited) == 1
    assert f"{STACK}: no change" in waited[0]


def test_up_after_the_local_aws_was_lost(user: User) -> None:
    """A local AWS that ended took its memory along, so the next run starts afresh."""
    assert user.run("up").returncode == 0
    processes.end(user.layout.local)

    done = user.run("up")

    assert done.returncode == 0
    assert "the local AWS of the last run is gone, and its memory with it; starting afresh\n" in (
        done.stderr
    )


@pytest.mark.parametrize(
    "interrupt",
    [
        pytest.param(lambda process: os.killpg(process, signal.SIGINT), id="ctrl-c"),
        pytest.param(
            lambda process: os.kill(process, signal.SIGTERM),
            id="terminate",
            marks=pytest.mark.nightly,
        ),
    ],
)
def test_interrupt_ends_everything(user: User, interrupt: Callable[[int], None]) -> None:
    """Interrupted in the middle, a run leaves nothing running, and the next one succeeds."""
    process = user.start("up")
    wait_for(lambda: "create urn" in read(user.layout.log(STACK)), process)
    interrupt(process.pid)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130, said
    assert processes.marked(user.layout.local) == ()
    again = user.run("up")
    assert again.returncode == 0
    assert f"{AFRESH}\n" in again.stderr


MOMENTS: dict[str, Callable[[Layout], bool]] = {
    "begun": lambda layout: layout.local.exists(),
    "recorded": lambda layout: layout.runs.exists() and any(layout.runs.iterdir()),
    "aws-started": lambda layout: layout.log("aws").exists(),
    "aws-answers": lambda layout: layout.server.exists(),
    "project-made": lambda layout: layout.project.exists(),
    "stack-asked-for": lambda layout: layout.log(STACK).exists(),
    "stack-made": lambda layout: layout.state_file(STACK).exists(),
    "first-resource": lambda layout: "create urn" in read(layout.log(STACK)),
    "half-way": lambda layout: read(layout.log(STACK)).count("create urn") > RESOURCES // 2,
    "deployed": lambda layout: "succeeded in" in read(layout.log(STACK)),
}


DEFAULT = {"aws-started", "stack-made", "half-way"}
"""A kill while the local AWS starts, before the first resource and after; the others repeat it."""


@pytest.mark.parametrize("moment", chosen(MOMENTS, DEFAULT))
def test_up_after_a_kill(user: User, moment: str) -> None:
    """Killed with its whole process group at any moment, a run leaves nothing in the way."""
    process = user.start("up")
    wait_for(lambda: MOMENTS[moment](user.layout), process)
    user.assert_recovers(process, STACK)
