"""What the entries of this repository's stacks add is the least there is, and proven."""

from pathlib import Path

import pytest
from counting import count
from engine import IN_EMEA

from gateway_rules.packets.protocols import Direction
from gateway_rules.planning.cover.entries import Allow
from gateway_rules.planning.cover.fitting import fit
from gateway_rules.planning.flows import legs
from gateway_rules.planning.stack_plan import load_plan

ROOT = Path(__file__).parents[2]
USABLE = {"default": 19, "raised": 39}
"""Entries of AWS's two quotas that are left beside the default deny."""
LEAST = {
    ("egress", "default"): 1_672_709_631,
    ("egress", "raised"): 42_879,
    ("ingress", "default"): 0,
    ("ingress", "raised"): 0,
}


@pytest.mark.parametrize("stack", IN_EMEA)
@pytest.mark.parametrize(("direction", "quota"), LEAST)
def test_each_stack_is_proven_at_both_quotas(stack: str, direction: Direction, quota: str) -> None:
    """At 19 and 39 entries nothing is missing, and no other list passes less beyond."""
    plan = load_plan(ROOT, stack).plan
    asked = [leg for leg in legs(plan.flows, plan.site.networks) if leg.direction == direction]
    required = [Allow(leg.protocol, leg.from_port, leg.to_port, leg.peer) for leg in asked]
    cover = fit(required, USABLE[quota])
    least = LEAST[direction, quota]
    assert count(required, cover.entries) == (0, least)
    assert (cover.excess, cover.lower_bound) == (least, least)
    assert len(cover.entries) <= USABLE[quota]
