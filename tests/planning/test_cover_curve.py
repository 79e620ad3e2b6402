"""The least excess at every budget at once is what `fit` finds for each of them."""

from pathlib import Path

import pytest
from engine import IN_EMEA

from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.packets.protocols import DIRECTIONS, Direction, Protocol
from gateway_rules.planning.cover.entries import Allow, BudgetBound
from gateway_rules.planning.cover.fitting import curve, fit
from gateway_rules.planning.flows import legs
from gateway_rules.planning.network_acl import asked
from gateway_rules.planning.stack_plan import load_plan

ROOT = Path(__file__).parents[2]


def allow(protocol: Protocol, first: int, last: int, prefix: str) -> Allow:
    """Give a requirement."""
    return Allow(protocol, first, last, parse_prefix(prefix))


def of_stack(stack: str, direction: Direction) -> tuple[Allow, ...]:
    """Give what a stack of this repository requires of its ACL in a direction."""
    plan = load_plan(ROOT, stack).plan
    return tuple(asked(legs(plan.flows, plan.site.networks), direction, 4))


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("stack", IN_EMEA)
def test_each_budget_of_a_stack_has_what_fit_finds(stack: str, direction: Direction) -> None:
    """From the smallest budget to the exact one the excess is that of `fit`, and proven."""
    required = of_stack(stack, direction)
    fitted = {budget: fit(required, budget) for budget in curve(required)}
    assert {
        budget: (least.excess, least.lower_bound) for budget, least in curve(required).items()
    } == {budget: (cover.excess, cover.excess) for budget, cover in fitted.items()}


def test_the_curve_ends_at_the_first_budget_that_is_exact() -> None:
    """More entries than these buy nothing."""
    found = curve(of_stack("eu-west-1", "egress"))
    assert [least.excess for least in found.values()].index(0) == len(found) - 1
    assert found[19] == BudgetBound(19, 1_672_709_631, 1_672_709_631)
    assert found[39] == BudgetBound(39, 42_879, 42_879)


def test_icmp_takes_its_entries_at_every_budget() -> None:
    """What is never joined counts among the entries of the smallest budget too."""
    required = [
        allow("icmp", 3, 4, "0.0.0.0/0"),
        allow("tcp", 25, 25, "10.0.0.0/32"),
        allow("tcp", 25, 25, "10.0.0.2/32"),
    ]
    assert curve(required) == {2: BudgetBound(2, 2, 2), 3: BudgetBound(3, 0, 0)}


def test_icmp_alone_has_one_budget() -> None:
    """Where nothing can be joined, the smallest budget is the exact one."""
    assert curve([allow("icmp", 3, 4, "0.0.0.0/0")]) == {1: BudgetBound(1, 0, 0)}


def test_fewer_entries_than_the_budget_may_be_best() -> None:
    """An excess that more entries cannot lower is used with no more of them than it takes."""
    required = [allow("tcp", 25, 25, f"2001:db8::{n}/128") for n in (0, 2)]
    assert curve(required) == {1: BudgetBound(1, 2, 2), 2: BudgetBound(2, 0, 0)}


@pytest.mark.parametrize("steps", [0, 40, 400])
def test_a_search_that_is_cut_short_still_bounds_every_budget(steps: int) -> None:
    """With few steps the excess is no less than the least, and the bound no more."""
    required = of_stack("eu-west-1", "egress")
    truth = curve(required)
    for budget, least in curve(required, steps).items():
        assert least.used <= budget
        assert least.lower_bound <= truth[budget].excess <= least.excess
