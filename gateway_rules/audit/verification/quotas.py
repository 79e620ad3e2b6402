"""What the plan needs and the stack's file presumes, against what the account may have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from gateway_rules.audit.live_quotas import LiveQuotas
from gateway_rules.audit.verification import fixes
from gateway_rules.audit.verification.findings import Layer, PacketDifference
from gateway_rules.audit.verification.layers import piece_of
from gateway_rules.inputs import DEFAULT_DENY, QUOTAS
from gateway_rules.packets import DIRECTIONS, FAMILIES
from gateway_rules.planning import PREFIX, Entry, Plan, Rule, against_quota

_Match: TypeAlias = Rule | Entry


@dataclass(frozen=True)
class _Need:
    """Matches that count against one quota, in the plan's order."""

    quota: str
    layer: Layer
    what: str
    resource: str
    matches: Sequence[_Match]
    besides: int = 0
    """What AWS counts as well: the default deny of an ACL."""


def quotas(plan: Plan, allowed: LiveQuotas) -> Iterator[PacketDifference]:
    """Give what AWS refuses: what the plan needs, or its file presumes, beyond the account's."""
    needs = (*_rules(plan), *_entries(plan), *_groups(plan))
    over = [need for need in needs if need.matches and _count(need) > getattr(allowed, need.quota)]
    for need in over:
        yield _over(plan, need, getattr(allowed, need.quota))
    told = {need.quota for need in over}
    first = {need.quota: need for need in reversed(needs) if need.matches}
    yield from (_presumed(plan, need, allowed) for need in _tight(plan, first, allowed, told))


def _rules(plan: Plan) -> Iterator[_Need]:
    for group, direction, name in product(plan.groups, DIRECTIONS, FAMILIES.values()):
        rules = against_quota(group.rules, direction, name)
        what = f"{direction} {name} needs {len(rules)} rules"
        yield _Need("rules_per_security_group", "security_group", what, group.name, rules)


def _entries(plan: Plan) -> Iterator[_Need]:
    resource = f"{PREFIX}-{plan.site.stack}"
    for direction, name in product(DIRECTIONS, FAMILIES.values()):
        entries = against_quota(plan.acl.entries, direction, name)
        used = len(entries) + DEFAULT_DENY
        what = f"{direction} {name} needs {used} entries with the default deny"
        yield _Need("entries_per_network_acl", "network_acl", what, resource, entries, DEFAULT_DENY)


def _groups(plan: Plan) -> Iterator[_Need]:
    firsts = [group.rules[0] for group in plan.groups if group.rules]
    names = ", ".join(group.name for group in plan.groups)
    what = f"an interface needs {len(firsts)} groups"
    yield _Need("security_groups_per_interface", "security_group", what, names, firsts)


def _count(need: _Need) -> int:
    return len(need.matches) + need.besides


def _over(plan: Plan, need: _Need, limit: int) -> PacketDifference:
    """Show the first of what does not fit."""
    match = need.matches[max(limit - need.besides, 0)]
    why = f"{need.what}, and this account may have {limit}"
    fix = fixes.raise_quota_command(plan.site, need.quota, _count(need))
    return PacketDifference(need.layer, piece_of(match), match.services, need.resource, why, fix)


def _tight(
    plan: Plan, first: dict[str, _Need], allowed: LiveQuotas, told: set[str]
) -> Iterator[_Need]:
    """Give the quotas of which the file presumes more than there is, though all fits as yet."""
    for quota, need in sorted(first.items()):
        if quota not in told and getattr(plan.site.quotas, quota) > getattr(allowed, quota):
            yield need


def _presumed(plan: Plan, need: _Need, allowed: LiveQuotas) -> PacketDifference:
    presumed, limit = (getattr(some, need.quota) for some in (plan.site.quotas, allowed))
    why = f"the stack's file says {need.quota}: {presumed}, and this account may have {limit}"
    fix = fixes.raise_quota_command(plan.site, need.quota, presumed)
    match = need.matches[0]
    resource = QUOTAS[need.quota].code
    return PacketDifference(need.layer, piece_of(match), match.services, resource, why, fix)
