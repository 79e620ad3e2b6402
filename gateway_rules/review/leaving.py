"""Networks that a change takes from under a stack's ACL.

A subnet that leaves a stack falls to the default ACL of its VPC when the stack's own moves on,
and that one usually allows everything.
"""

from __future__ import annotations

from typing import TypeAlias

from netaddr import IPNetwork, IPSet

from gateway_rules.inputs import Location, Site, StackFile
from gateway_rules.packets import Prefix, parse_prefix
from gateway_rules.planning import StackOutcome, StackPlan

_Place: TypeAlias = tuple[Site, Location]


def place_of(side: StackOutcome | None) -> _Place | None:
    """Give what a side says of its place in AWS, where its file can be read."""
    if isinstance(side, StackPlan):
        return side.plan.site, side.location
    return (side.site, side.location) if isinstance(side, StackFile) else None


def is_moved(before: StackOutcome | None, after: StackOutcome | None) -> bool:
    """Tell whether a stack looks for another VPC or for other subnets, so far as that is read."""
    then, now = place_of(before), place_of(after)
    if not then or not now:
        return False
    (old, there), (new, here) = then, now
    return (old.region, there.vpc, there.subnets) != (new.region, here.vpc, here.subnets)


def leaving_networks(before: StackOutcome | None, after: StackOutcome | None) -> tuple[Prefix, ...]:
    """Give the networks of the side before that the side after does not hold, sorted.

    Where the VPC or the subnets are looked up otherwise, nobody knows without AWS which of
    them stay: then all of them may leave.
    """
    then, now = place_of(before), place_of(after)
    if not then or not now:
        return ()
    if is_moved(before, after):
        return tuple(sorted(then[0].networks))
    left = _addresses(then[0]) - _addresses(now[0])
    return tuple(sorted(parse_prefix(str(cidr)) for cidr in left.iter_cidrs()))


def _addresses(site: Site) -> IPSet:
    return IPSet(IPNetwork(str(network)) for network in site.networks)
