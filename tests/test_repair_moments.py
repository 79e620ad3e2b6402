"""An update that is killed at any moment: repaired, the next one ends right."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from small import AFTER, BEFORE, Small, small_project

pytestmark = pytest.mark.engine

UPDATED = "updated"


@dataclass(frozen=True)
class Moment:
    """When an update is killed: at which of the calls that change something, and how far it is."""

    number: int
    notice: str
    """A notice of the proxy: `on_asked` before it is done, `on_done`, or `on_answered`."""
    back: bool = False
    """Whether the user then takes the change back."""

    def __str__(self) -> str:
        """Name the moment."""
        return f"{self.number}-{self.notice.removeprefix('on_')}{'-back' * self.back}"


FIRST = [
    *(Moment(number, "on_done") for number in (1, 2, 4, 8, 15, 26, 36)),
    *(Moment(number, "on_answered") for number in (1, 5, 16, 35)),
    Moment(10, "on_asked"),
]
UPDATE = [
    *(Moment(number, "on_done") for number in (1, 3, 9, 28, 32)),
    Moment(2, "on_answered", back=True),
    Moment(27, "on_done", back=True),
    Moment(30, "on_answered", back=True),
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """Give a project whose local AWS keeps its memory through all that follows."""
    with small_project(tmp_path_factory.mktemp("project")) as project:
        project.make(UPDATED)
        assert project.project.up(UPDATED).code == 0
        yield project


@pytest.mark.parametrize("moment", FIRST, ids=str)
def test_first_update_ends_right_after_a_kill(small: Small, moment: Moment) -> None:
    """Whatever of a new stack was made when its update was killed, the next one completes it."""
    stack = f"killed-{moment}"
    small.make(stack)
    small.cut_off(stack, moment.number, moment.notice)
    small.ends_right(stack)


@pytest.mark.parametrize("moment", UPDATE, ids=str)
def test_later_update_ends_right_after_a_kill(small: Small, moment: Moment) -> None:
    """Whatever of a change was done when it was killed, the next update ends it, or undoes it."""
    path = small.file(UPDATED)
    is_first = path.read_text() == small.text(UPDATED, BEFORE)
    old, new = (BEFORE, AFTER) if is_first else (AFTER, BEFORE)
    small.write(UPDATED, new)
    small.cut_off(UPDATED, moment.number, moment.notice)
    small.write(UPDATED, old if moment.back else new)
    small.ends_right(UPDATED)
