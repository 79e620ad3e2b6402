"""Whether AWS has the subnets of a stack's file, and whether the stack's ACL may have them.

The preview, `preflight` and `verify` ask AWS in different ways, and judge by these alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gateway_rules.inputs import Location, Site
from gateway_rules.packets import Prefix

Subnets: TypeAlias = Mapping[str, Iterable[Prefix]]
"""The CIDRs of subnets, of both families, by the subnets' ids."""
Guard: TypeAlias = Literal["own", "default", "other"]
"""Whose ACL a subnet is under: the stack's own, the VPC's default one, or another."""
Hold: TypeAlias = Literal["other-acl", "other-interfaces"]
"""What others have in a subnet: an ACL over it, or interfaces in it."""


@dataclass(frozen=True)
class SubnetMismatch:
    """What the stack's file says of its subnets, and AWS does not."""

    missing: tuple[str, ...]
    """Subnets that it names and that the VPC does not have."""
    there: tuple[Prefix, ...]
    """Where none is missing, the CIDRs of the subnets, which are not its `networks`."""


def networks_of(site: Site, subnets: Subnets) -> tuple[Prefix, ...]:
    """Give the subnets' CIDRs, sorted; those of IPv6 only where the site names any."""
    families = {4, *(network.version for network in site.networks)}
    found = sorted(prefix for some in subnets.values() for prefix in some)
    return tuple(prefix for prefix in found if prefix.version in families)


def subnet_mismatch(site: Site, location: Location, subnets: Subnets) -> SubnetMismatch | None:
    """Compare the subnets that AWS has found with the stack's file; None where they agree.

    A site without networks leaves it to AWS which they are.
    """
    named = location.subnets
    missing = {*named} - subnets.keys() if isinstance(named, tuple) else set()
    there = networks_of(site, subnets)
    if missing:
        return SubnetMismatch(tuple(sorted(missing)), there)
    if site.networks and {*site.networks} != {*there}:
        return SubnetMismatch((), there)
    return None


def held_by_others(
    location: Location, guard: Guard, strangers: Callable[[], Sequence[object]]
) -> Hold | None:
    """Say what keeps the stack's ACL from taking a subnet over, if anything does.

    A subnet under its own ACL is not taken over, and a file may say that others do not matter.
    `strangers` gives the interfaces in use in the subnet without a group of the stack; whoever
    has to ask AWS for them is spared that where they do not matter.
    """
    if location.take_over or guard == "own":
        return None
    if guard == "other":
        return "other-acl"
    return "other-interfaces" if strangers() else None
