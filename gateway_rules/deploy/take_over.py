"""Subnets that a preview finds in others' hands, told before the first call that changes one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import pulumi_aws as aws

from gateway_rules.audit import STACK_TAG
from gateway_rules.errors import Problem
from gateway_rules.packets import few
from gateway_rules.planning import StackPlan

Filter: TypeAlias = Any
"""A filter as the provider's look-ups take it."""

_SHOWN: Final = 3
_FIX: Final = (
    "write gateway-rules:take_over: true if that is meant, or name subnets of the gateways' own"
)


def taken_over(stack: StackPlan, vpc: str, subnets: Sequence[str]) -> Iterator[Problem]:
    """Give each subnet under another's ACL, and each where others would come under the stack's.

    As `preflight` does; a subnet that is under the stack's own ACL already is not taken over.
    """
    if stack.location.take_over:
        return
    own = {STACK_TAG: stack.plan.site.stack}
    acls = {*aws.ec2.get_network_acls(vpc_id=vpc, tags=own).ids}
    if {*_guards(subnets)} <= acls:
        return
    groups = aws.ec2.get_security_groups(filters=[_filter("vpc-id", vpc)], tags=own).ids
    for subnet in subnets:
        if found := _in_the_way(subnet, acls, groups):
            yield Problem(("subnets",), "take-over", f"{subnet} {found}", _FIX)


def _in_the_way(subnet: str, acls: set[str], groups: Sequence[str]) -> str:
    """Say who has a subnet that is not under the stack's own ACL."""
    if acls & {*_guards([subnet])}:
        return ""
    if other := _guards([subnet], _filter("default", "false")):
        return f"is under {', '.join(other)}, which is not this stack's"
    strangers = _strangers(subnet, groups)
    named = few(strangers, _SHOWN, comma=False)
    return f"holds {named} without a group of this stack" if strangers else ""


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
