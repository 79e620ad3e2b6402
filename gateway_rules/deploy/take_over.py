"""Subnets that a preview finds in others' hands, told before the first call that changes one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, partial
from typing import Any, Final, TypeAlias

import pulumi_aws as aws

from gateway_rules.audit import STACK_TAG
from gateway_rules.errors import Problem
from gateway_rules.packets import few
from gateway_rules.planning import Guard, StackPlan, held_by_others

Filter: TypeAlias = Any
"""A filter as the provider's look-ups take it."""

_SHOWN: Final = 3
_FIX: Final = (
    "write gateway-rules:take_over: true if that is meant, or name subnets of the gateways' own"
)


def taken_over(stack: StackPlan, vpc: str, subnets: Sequence[str]) -> Iterator[Problem]:
    """Give each subnet that others hold; look-ups that cannot change the answer are not made."""
    if stack.location.take_over:
        return
    own = {STACK_TAG: stack.plan.site.stack}
    acls = {*aws.ec2.get_network_acls(vpc_id=vpc, tags=own).ids}
    guards = {*_guards(subnets)}
    if guards and guards <= acls:
        return
    groups = aws.ec2.get_security_groups(filters=[_filter("vpc-id", vpc)], tags=own).ids
    for subnet in subnets:
        guard, others = _guard(subnet, acls)
        strangers = cache(partial(_strangers, subnet, groups))
        if held := held_by_others(stack.location, guard, strangers):
            found = _over(others) if held == "other-acl" else _within(strangers())
            yield Problem(("subnets",), "take-over", f"{subnet} {found}", _FIX)


def _guard(subnet: str, own: AbstractSet[str]) -> tuple[Guard, Sequence[str]]:
    """Say whose ACL a subnet is under, and give that one where it is another's."""
    if own & {*_guards([subnet])}:
        return "own", ()
    others = _guards([subnet], _filter("default", "false"))
    return ("other" if others else "default"), others


def _over(acls: Sequence[str]) -> str:
    return f"is under {', '.join(acls)}, which is not this stack's"


def _within(interfaces: Sequence[str]) -> str:
    return f"holds {few(interfaces, _SHOWN, comma=False)} without a group of this stack"


def _guards(subnets: Sequence[str], *more: Filter) -> Sequence[str]:
    """Find the ACLs that guard some of the subnets."""
    filters = [_filter("association.subnet-id", *subnets), *more]
    found: Sequence[str] = aws.ec2.get_network_acls(filters=filters).ids
    return found


def _strangers(subnet: str, groups: Sequence[str]) -> list[str]:
    """Find the interfaces in use in a subnet that carry none of the groups."""
    there = [_filter("subnet-id", subnet), _filter("status", "in-use")]
    found = {*aws.ec2.get_network_interfaces(filters=there).ids}
    if groups:
        bearing = [*there, _filter("group-id", *groups)]
        found -= {*aws.ec2.get_network_interfaces(filters=bearing).ids}
    return sorted(found)


def _filter(name: str, *values: str) -> Filter:
    return {"name": name, "values": [*values]}
