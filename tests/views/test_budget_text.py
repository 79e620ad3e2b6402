"""Curves for people: marked, drawn, and told in words that a change board understands."""

import io

import pytest
from rich.console import Console

from gateway_rules.planning.budget_curve import Curve
from gateway_rules.planning.network_acl import Budget
from gateway_rules.views.budget_curves import bought, notes, print_curves

STEPS = {19: 1_672_709_631, 39: 42_879}


def curve(excess: dict[int, int], own: int = 19, smallest: int = 18) -> Curve:
    """Make a curve whose excess is known at a few budgets and stays the same in between."""
    points, left = [], 5 * max(excess.values())
    for entries in range(smallest, max(excess) + 1):
        left = excess.get(entries, left)
        points.append(Budget(entries, entries, left, left))
    return Curve("egress", "ipv4", tuple(points), own)


def printed(curves: list[Curve], width: int = 80) -> list[str]:
    """Give the lines that a terminal of this width shows."""
    output = io.StringIO()
    print_curves("eu-west-1", curves, Console(file=output, width=width, highlight=False))
    return [line.rstrip() for line in output.getvalue().splitlines()]


NOTES = [
    (
        "A packet is a protocol, a remote address and a destination port. Security groups pass "
        "exactly what is required whatever the budget: what the ACL passes beyond that, they stop."
    ),
    (
        "AWS raises the quota on request from 20 to at most 40 entries, the default deny among "
        "them, for all ACLs of a Region at once, and says that larger ACLs may cost network "
        "performance."
    ),
    (
        "Once it is raised, write `gateway-rules:quotas: {entries_per_network_acl: 40}` into "
        "stacks/Pulumi.eu-west-1.yaml."
    ),
]


@pytest.mark.parametrize(
    ("excess", "smallest", "words"),
    [
        (
            {**STEPS, 49: 0},
            2,
            (
                "With 39 entries instead of 19, the ACL passes 42,879 packets more than required "
                "instead of 1,672,709,631: 39,009 times fewer. It would be exact with 49, more "
                "than AWS gives."
            ),
        ),
        (
            {19: 1999, 39: 1000, 49: 0},
            2,
            (
                "With 39 entries instead of 19, the ACL passes 1,000 packets more than required "
                "instead of 1,999. It would be exact with 49, more than AWS gives."
            ),
        ),
        (
            {19: 1000, 25: 0},
            2,
            (
                "With 39 entries instead of 19, the ACL passes nothing more than required instead "
                "of 1,000. It is exact from 25 on."
            ),
        ),
        (
            {19: 1000, 39: 0},
            2,
            (
                "With 39 entries instead of 19, the ACL passes nothing more than required instead "
                "of 1,000. It is exact from 39 on."
            ),
        ),
        (
            {12: 0},
            3,
            (
                "12 entries pass exactly what is required, and AWS's default leaves 19: "
                "a larger quota buys nothing."
            ),
        ),
        (
            {1: 0},
            1,
            (
                "1 entry passes exactly what is required, and AWS's default leaves 19: "
                "a larger quota buys nothing."
            ),
        ),
        (
            {30: 0},
            22,
            "AWS's default leaves 19 entries, and at least 22 are needed.",
        ),
    ],
    ids=[
        "never-exact",
        "not-half-as-many",
        "exact",
        "exact-at-most",
        "exact-by-default",
        "one",
        "too-few",
    ],
)
def test_what_a_larger_quota_buys_is_one_sentence(
    excess: dict[int, int], smallest: int, words: str
) -> None:
    """The two quotas are compared, and the one that is exact is named."""
    assert bought(curve(excess, smallest=smallest)) == words


@pytest.mark.parametrize(
    ("curves", "expected"),
    [
        ([curve({**STEPS, 49: 0})], NOTES),
        ([curve({12: 0}, smallest=3), curve({**STEPS, 49: 0})], NOTES),
        # The stack has the larger quota, or needs none.
        ([curve({**STEPS, 49: 0}, own=39)], NOTES[:2]),
        ([curve({12: 0}, smallest=3)], NOTES[:1]),
    ],
    ids=["raise", "raise-for-one", "raised", "enough"],
)
def test_the_notes_say_what_a_raise_takes(curves: list[Curve], expected: list[str]) -> None:
    """Who need not raise the quota is not told how."""
    assert [*notes("eu-west-1", curves)] == expected


def test_the_curve_is_drawn_with_its_quotas_marked() -> None:
    """Each budget is a line with its count and a bar, and three of them are named."""
    lines = printed([curve({2: 10**9, 19: 10**6, 39: 999, 40: 0}, own=39, smallest=2)])
    assert lines[:4] == [
        "eu-west-1, egress ipv4: what each number of entries costs",
        "",
        "Entries  Packets not required  (bars grow with the number of digits)",
        "      2    1,000,000,000  ████████████████████████",
    ]
    assert [line for line in lines if "AWS's" in line[:60]][:2] == [
        "     19        1,000,000  ████████████████  AWS's default",
        "     39              999  ████████  AWS's most, this stack's",
    ]
    assert "     40                0  exact" in lines


def test_a_point_that_is_not_proven_says_so() -> None:
    """The best that was found stands beside the least that there may be."""
    points = (Budget(2, 2, 5000, 4000), Budget(3, 3, 0, 0))
    lines = printed([Curve("ingress", "ipv6", points, 19)])
    assert "      2            5,000  ████████████████████████  at least 4,000" in lines


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Bars leave room for what a row is marked with."""
    lines = printed([curve({18: 10**13, **STEPS, 49: 0})], width)
    assert max(map(len, lines)) <= width
    assert [line for line in lines if line.endswith("AWS's default, this stack's")]
