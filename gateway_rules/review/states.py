"""How open a change leaves a stack: what is past a limit, whichever changes brought it there.

A state that was past its limit already stops a change only where that opens more of it,
so that a stack with a history can be worked on; it is named every time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway_rules import packets
from gateway_rules.inputs import Policy
from gateway_rules.packets import FAMILIES, few, quantity, widest_first
from gateway_rules.planning import Plan, legs
from gateway_rules.review import exposure, reach
from gateway_rules.review.causes import MANY
from gateway_rules.review.stack_change import StackChange
from gateway_rules.review.verdict import LimitResult


def states(policy: Policy, stack: str, old: Plan | None, new: Plan | None) -> Iterator[LimitResult]:
    """Find every limit that a stack is past after a change, and tell whether that made it worse."""
    if new:
        change = StackChange(stack, policy, old, new)
        for look in _LOOKS:
            yield from look(change)


def _acl_excess(change: StackChange) -> Iterator[LimitResult]:
    """Find a cover that passes far more than it is asked for, in one direction and family."""
    limit = change.policy.limits.acl_excess
    then = dict(_excess(change.old)) if change.old else {}
    for (direction, family), (excess, needed) in _excess(change.new):
        if excess > limit * needed:
            before = then.get((direction, family))
            is_worse = before is None or excess * before[1] > before[0] * needed
            value = f"{direction} {family} passes {quantity(excess)} packets that nobody needs"
            quota = change.new.site.quotas.entries_per_network_acl
            cause = f"{quota} entries are allowed for"
            allowed = f"{limit:g} times the {quantity(needed)} of its requests"
            yield change.finding("acl-excess", value, allowed, cause, is_worse=is_worse)
            return


def _excess(plan: Plan) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    """Give what each direction and family passes in excess, and what its requests need."""
    requests = [leg for leg in legs(plan.flows, plan.site.networks) if leg.purpose == "request"]
    needed: dict[tuple[str, str], int] = {}
    for key, strips in packets.passed(requests).items():
        way = key.direction, key.family
        needed[way] = needed.get(way, 0) + packets.count({key: strips})
    for way, budget in plan.acl.budgets.items():
        yield way, (budget.excess, needed.get(way, 0))


def _ephemeral_ports(change: StackChange) -> Iterator[LimitResult]:
    limit = change.policy.limits.ephemeral_from
    then, now = (
        {name: first for name, (first, _) in plan.site.ephemeral_ports} if plan else {}
        for plan in (change.old, change.new)
    )
    low = {name: first for name, first in now.items() if first < limit}
    if low:
        value = f"lets replies to the {' and the '.join(low)} come to port {min(low.values())}"
        is_worse = any(first < then.get(name, limit) for name, first in low.items())
        why = "ephemeral_ports; the ACL lets the range in from everybody who may answer"
        yield change.finding("ephemeral-ports", value, f"{limit} or higher", why, is_worse=is_worse)


def _networks(change: StackChange) -> Iterator[LimitResult]:
    limit = change.policy.limits.network_addresses
    now, then = _own(change.new), _own(change.old) if change.old else {}
    if (number := reach.counted_sources(now)) > limit:
        is_worse = any(packets.less(each, then.get(name, ())) for name, each in now.items())
        value = f"calls {quantity(number)} addresses the gateways' own networks"
        why = f"networks: {few(widest_first(reach.prefixes(now)), MANY)}"
        yield change.finding("networks", value, f"{limit:,}", why, is_worse=is_worse)


def _own(plan: Plan) -> reach.Sources:
    return {
        name: some
        for version, name in FAMILIES.items()
        if (some := packets.join(p.interval for p in plan.site.networks if p.version == version))
    }


_LOOKS: Final = (
    exposure.watched_services,
    exposure.administrative_sources,
    exposure.public_sources,
    exposure.other_sources,
    exposure.ports_per_peer,
    exposure.acl_sources,
    _acl_excess,
    _ephemeral_ports,
    _networks,
)
