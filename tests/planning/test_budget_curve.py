"""Curves: what each budget costs, from the smallest that holds everything to the exact one."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from sites import ROOT, STACKS, situations

from gateway_rules.errors import Impossible
from gateway_rules.inputs.catalogue import Catalogue
from gateway_rules.inputs.site import Site
from gateway_rules.planning.budget_curve import Curve, excess_curve
from gateway_rules.planning.network_acl import Budget
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.stack_plan import load_plan

SMALL = Curve("egress", "ipv4", (Budget(2, 2, 70, 70), Budget(3, 3, 5, 5), Budget(4, 4, 0, 0)), 19)


@pytest.fixture(scope="module", params=STACKS)
def planned(request: pytest.FixtureRequest) -> Plan:
    """Plan a stack of the repository."""
    return load_plan(ROOT, request.param).plan


@pytest.fixture(scope="module")
def curves(planned: Plan) -> tuple[Curve, ...]:
    """Give the curves of a stack."""
    return excess_curve(planned)


def test_each_direction_and_family_in_use_has_a_curve(curves: tuple[Curve, ...]) -> None:
    """What has nothing to pass has no curve."""
    assert [(each.direction, each.family, each.own) for each in curves] == [
        ("egress", "ipv4", 19),
        ("ingress", "ipv4", 19),
    ]


def test_the_quotas_of_aws_cost_what_is_known(curves: tuple[Curve, ...]) -> None:
    """What 19 and 39 entries add going out is proven; coming in, 12 are exact."""
    egress, ingress = curves
    assert [egress.at(19), egress.at(39)] == [
        Budget(19, 19, 1_672_709_631, 1_672_709_631),
        Budget(39, 39, 42_879, 42_879),
    ]
    assert [ingress.at(19), ingress.at(39)] == [Budget(12, 12, 0, 0)] * 2


def test_the_curve_passes_through_the_plan(curves: tuple[Curve, ...], planned: Plan) -> None:
    """At the stack's own budget it has what the plan has."""
    for each in curves:
        planned_one = planned.acl.budgets[each.direction, each.family]
        point = each.at(each.own)
        assert point
        assert (point.used, point.excess, point.lower_bound) == (
            planned_one.used,
            planned_one.excess,
            planned_one.lower_bound,
        )


def test_every_budget_of_a_stack_is_proven(curves: tuple[Curve, ...]) -> None:
    """No point is only the best that was found."""
    points = [point for each in curves for point in each.points]
    assert [point for point in points if point.excess != point.lower_bound] == []


@settings(max_examples=15, deadline=None)
@given(situations())
def test_more_entries_never_cost_more(situation: tuple[Catalogue, Site]) -> None:
    """Budget by budget the excess falls, to nothing and no sooner than at the end."""
    try:
        some = plan(*situation)
    except Impossible:
        return
    for each in excess_curve(some):
        assert [point.budget for point in each.points] == [*range(each.smallest, each.exact + 1)]
        assert all(one.excess >= other.excess for one, other in pairwise(each.points))
        assert all(point.used <= point.budget for point in each.points)
        assert all(point.lower_bound <= point.excess for point in each.points)
        assert [bool(point.excess) for point in each.points][-2:] == [True, False][
            -len(each.points) :
        ]


def test_who_watches_is_told_of_each_curve(planned: Plan) -> None:
    """Before each one, so that a long one can be waited for."""
    seen: list[tuple[str, str]] = []
    found = excess_curve(planned, lambda *side: seen.append(side))
    assert seen == [(each.direction, each.family) for each in found]


@pytest.mark.parametrize(
    ("entries", "point"),
    [(1, None), (2, SMALL.points[0]), (4, SMALL.points[2]), (39, SMALL.points[2])],
)
def test_a_budget_is_looked_up_on_the_curve(entries: int, point: Budget | None) -> None:
    """Too few entries hold nothing, and more than the exact ones buy nothing."""
    assert SMALL.at(entries) == point


def test_a_curve_is_json_with_just_the_promised_keys() -> None:
    """Its points, its ends, AWS's two quotas and the stack's own."""
    assert SMALL.as_json() == {
        "direction": "egress",
        "family": "ipv4",
        "points": [
            {"budget": 2, "used": 2, "excess": 70, "lower_bound": 70},
            {"budget": 3, "used": 3, "excess": 5, "lower_bound": 5},
            {"budget": 4, "used": 4, "excess": 0, "lower_bound": 0},
        ],
        "smallest": 2,
        "exact": 4,
        "quotas": [19, 39],
        "own": 19,
    }
