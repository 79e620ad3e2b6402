"""An update that is killed at any moment: repaired, the next one ends right."""

from collections.abc import Iterator

import pytest
from nightly import chosen
from small import Moment, Small, small_project

pytestmark = pytest.mark.engine

UPDATED = "updated"


FIRST = (
    *(Moment(number, "done") for number in (1, 2, 4, 15, 36)),
    *(Moment(number, "answered") for number in (8, 26)),
    Moment(10, "asked"),
)
RULE, ENTRY = "AuthorizeSecurityGroupEgress", "CreateNetworkAclEntry"
SUBNET, REVOKED = "ReplaceNetworkAclAssociation", "RevokeSecurityGroupEgress"
UPDATE = (
    Moment(1, "done", RULE),
    Moment(4, "answered", RULE),
    Moment(1, "done", "CreateNetworkAcl"),
    Moment(9, "done", ENTRY),
    Moment(1, "done", SUBNET),
    Moment(2, "answered", SUBNET),
    Moment(2, "done", REVOKED),
    Moment(1, "done", "DeleteNetworkAcl"),
)
BACK = (
    Moment(3, "done", RULE),
    Moment(1, "answered", SUBNET),
    Moment(2, "done", SUBNET),
    Moment(3, "answered", REVOKED),
)

DEFAULT = {
    *(Moment(15, "done"), Moment(26, "answered"), Moment(10, "asked")),
    *(Moment(4, "answered", RULE), Moment(9, "done", ENTRY), Moment(2, "answered", SUBNET)),
    *(Moment(2, "done", SUBNET), Moment(3, "answered", REVOKED)),
}
"""A kill in each kind of call and at each point of one; the others repeat these."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """Give a project whose local AWS keeps its memory through all that follows."""
    with small_project(tmp_path_factory.mktemp("project"), UPDATED) as project:
        yield project


@pytest.mark.parametrize("moment", chosen(FIRST, DEFAULT), ids=str)
def test_first_update_ends_right_after_a_kill(small: Small, moment: Moment) -> None:
    """Whatever of a new stack was made when its update was killed, the next one completes it."""
    stack = f"killed-{moment}"
    small.make(stack)
    small.cut_off(stack, moment)
    small.ends_right(stack)


@pytest.mark.parametrize("moment", chosen(UPDATE, DEFAULT), ids=str)
def test_later_update_ends_right_after_a_kill(small: Small, moment: Moment) -> None:
    """Whatever of a change was done when it was killed, the next update ends it."""
    small.change(UPDATED)
    small.cut_off(UPDATED, moment)
    small.ends_right(UPDATED)


@pytest.mark.parametrize("moment", chosen(BACK, DEFAULT), ids=str)
def test_change_is_taken_back_after_a_kill(small: Small, moment: Moment) -> None:
    """Whatever of a change was done when it was killed, the next update can undo it."""
    old = small.change(UPDATED)
    small.cut_off(UPDATED, moment)
    small.write(UPDATED, old)
    small.ends_right(UPDATED)
