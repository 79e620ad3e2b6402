"""Room for entries, for groups on interfaces and for another network ACL in the VPC."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from gateway_rules.audit import Interface, Live, LiveQuotas, name_interfaces, raise_quota_command
from gateway_rules.deploy.preflight.changes import AclReplacement
from gateway_rules.deploy.preflight.obstacles import Obstacle
from gateway_rules.inputs import DEFAULT_DENY, MAX_PRODUCT, MOST_ENTRIES, MOST_GROUPS
from gateway_rules.packets import DIRECTIONS, FAMILIES
from gateway_rules.planning import Plan, entries_used


def cramped(plan: Plan, live: Live, quotas: LiveQuotas, acl: AclReplacement) -> Iterator[Obstacle]:
    """Give what has no room in the account besides rules."""
    yield from _entries(plan, quotas)
    yield from _groups(plan, live, quotas)
    yield from _acls(plan, live, quotas, acl)


def _entries(plan: Plan, quotas: LiveQuotas) -> Iterator[Obstacle]:
    limit = quotas.entries_per_network_acl
    for direction, name in product(DIRECTIONS, FAMILIES.values()):
        needed = entries_used(plan.acl.entries, direction, name)
        if needed > max(limit, DEFAULT_DENY):
            what = (
                f"network ACL: {direction} {name} needs {needed} entries with the default deny, "
                f"and this account may have {limit}"
            )
            written = f"or write entries_per_network_acl: {limit} under gateway-rules:quotas"
            raised = _raised(plan, "entries_per_network_acl", needed, MOST_ENTRIES)
            yield Obstacle("entries", what, (*raised, written))


def _groups(plan: Plan, live: Live, quotas: LiveQuotas) -> Iterator[Obstacle]:
    """Count the groups of each interface together with those of the stack that are not on it."""
    limit = quotas.security_groups_per_interface
    carried = {one: _carried(one, plan, live) for one in live.carriers}
    full = [one for one, count in carried.items() if count > limit]
    needed = max(carried.values(), default=len(plan.groups))
    raised = _raised(plan, "security_groups_per_interface", needed, _most_groups(quotas))
    if full:
        what = (
            f"{name_interfaces(full)} would carry {needed} groups with all of the stack's, and "
            f"this account may have {limit} on an interface"
        )
        yield Obstacle("groups", what, (*raised, "or take other groups off it"))
    elif needed > limit:
        what = f"the stack has {needed} groups, and an interface may carry {limit}"
        yield Obstacle("groups", what, (*raised, "or ask for fewer (security_groups)"))


def _most_groups(quotas: LiveQuotas) -> int:
    """Give as many groups as AWS lets an interface carry beside that many rules in each."""
    return min(MOST_GROUPS, MAX_PRODUCT // max(quotas.rules_per_security_group, 1))


def _carried(interface: Interface, plan: Plan, live: Live) -> int:
    """Count the groups of others on an interface and all that the stack will have."""
    return len({*interface.groups} - live.groups.keys()) + len(plan.groups)


def _acls(plan: Plan, live: Live, quotas: LiveQuotas, acl: AclReplacement) -> Iterator[Obstacle]:
    limit = quotas.network_acls_per_vpc
    if acl.entries and len(live.acls) >= limit:
        what = (
            f"{live.vpc} has {len(live.acls)} network ACLs, this account may have {limit}, and the "
            "new one is made before the old one goes"
        )
        idle = [each.id for each in live.acls if not (each.subnets or each.default)]
        removed = (f"or delete one that guards no subnet: {', '.join(idle[:3])}",) if idle else ()
        raised = raise_quota_command(plan.site, "network_acls_per_vpc", limit + 1)
        yield Obstacle("acls", what, (f"raise the quota: {raised}", *removed))


def _raised(plan: Plan, quota: str, needed: int, most: int) -> Iterator[str]:
    """Name the call that raises a quota, unless AWS raises it nowhere so far."""
    if needed <= most:
        yield f"raise the quota: {raise_quota_command(plan.site, quota, needed)}"
    else:
        yield f"AWS raises this quota to {most} at most"
