"""Subnets that are not as the file says, or that an update would take over from others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from gateway_rules.audit import Live, LiveAcl, name_interfaces
from gateway_rules.deploy.preflight.obstacles import Obstacle
from gateway_rules.planning import StackPlan, held_by_others, subnet_mismatch


def taken_over(stack: StackPlan, live: Live) -> Iterator[Obstacle]:
    """Give each subnet under another's ACL, and each where others would come under the stack's.

    A subnet that is under the stack's own ACL already is not taken over.
    """
    name = stack.plan.site.stack
    for subnet in sorted(live.subnets):
        acl = next((acl for acl in live.acls if subnet in acl.subnets), None)
        guard = acl.guard if acl else "default"
        held = held_by_others(stack.location, guard, partial(live.strangers, subnet))
        if acl and held == "other-acl":
            yield _other_acl(name, subnet, acl)
        elif held:
            yield _strangers(name, subnet, live)


def astray(stack: StackPlan, live: Live) -> Iterator[Obstacle]:
    """Give where the subnets are others than the stack's file says, which a preview refuses."""
    found = subnet_mismatch(stack.plan.site, stack.location, live.subnets)
    if found and found.missing:
        what = f"{', '.join(found.missing)} is no subnet of {live.vpc}"
        yield Obstacle("subnets", what, ("write the ids of the VPC's subnets",))
    elif found:
        shown = ", ".join(map(str, found.there))
        what = f"the subnets are {shown}, which gateway-rules:networks does not say"
        yield Obstacle("networks", what, (f"write gateway-rules:networks: [{shown}]",))


def _other_acl(stack: str, subnet: str, acl: LiveAcl) -> Obstacle:
    what = f"{subnet} is under {acl.id}, which is not this stack's; the update would take it over"
    return Obstacle("other-acl", what, (_allowed(stack), "or name subnets of the gateways' own"))


def _strangers(stack: str, subnet: str, live: Live) -> Obstacle:
    what = (
        f"{subnet} holds {name_interfaces(live.strangers(subnet))} without a group of this stack; "
        "the network ACL would cut off whatever it does besides"
    )
    group = f"or attach {', '.join(live.groups)} to it first" if live.groups else ""
    ways = (_allowed(stack), group, "or move what is no gateway to a subnet of its own")
    return Obstacle("other-interfaces", what, tuple(filter(None, ways)))


def _allowed(stack: str) -> str:
    return f"write gateway-rules:take_over: true into stacks/Pulumi.{stack}.yaml if that is meant"
