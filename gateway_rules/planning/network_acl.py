"""Flows to network-ACL entries, within the quota that AWS gives each direction and family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final, Literal

from gateway_rules.errors import Impossible, Problem
from gateway_rules.inputs import MOST_ENTRIES, Site
from gateway_rules.packets import DIRECTIONS, FAMILIES, Direction, Index, Prefix, Protocol, universe
from gateway_rules.planning.cover.entries import Allow, Cover, DoesNotFit
from gateway_rules.planning.cover.fitting import fit
from gateway_rules.planning.flows import Flow, Leg, legs

FIRST_NUMBER: Final = 100
STEP: Final = 10
"""Numbers leave room for an entry by hand, and stay far below AWS's 32766."""


@dataclass(frozen=True)
class Entry:
    """One network-ACL entry; `purposes` says whether it carries requests, replies or both."""

    direction: Direction
    number: int
    action: Literal["allow", "deny"]
    protocol: Protocol
    from_port: int
    to_port: int
    prefix: Prefix
    purposes: tuple[str, ...] = field(compare=False, default=())
    services: tuple[str, ...] = field(compare=False, default=())

    @property
    def peer(self) -> Prefix:
        """The prefix, under the name that rules and flows have for it."""
        return self.prefix


@dataclass(frozen=True)
class Budget:
    """How a direction and family uses its entries: those that AWS counts less the default deny."""

    budget: int
    used: int
    excess: int
    lower_bound: int


@dataclass(frozen=True)
class NetworkAcl:
    """The entries, sorted by direction and number, and the budget of each direction and family."""

    entries: tuple[Entry, ...]
    budgets: dict[tuple[Direction, str], Budget]


def network_acl(flows: tuple[Flow, ...], site: Site) -> NetworkAcl:
    """Give entries that pass every flow and its replies within the site's quota.

    Raises Impossible with each direction and family that its budget cannot hold.
    """
    ways = legs(flows, site.networks)
    budget = site.quotas.budget
    covers: dict[tuple[Direction, str], Cover] = {}
    found: list[Problem] = []
    for direction, (version, name) in product(DIRECTIONS, FAMILIES.items()):
        try:
            covers[direction, name] = fit(asked(ways, direction, version), budget)
        except DoesNotFit as error:
            found.append(_over_budget(direction, name, error.needed, budget))
    if found:
        raise Impossible(*found)
    near = Index(ways, universe(ways))
    entries = (entry for d in DIRECTIONS for entry in _entries(d, covers, near))
    return NetworkAcl(
        tuple(entries),
        {key: Budget(budget, len(c.entries), c.excess, c.lower_bound) for key, c in covers.items()},
    )


def asked(ways: Iterable[Leg], direction: Direction, version: int) -> Iterator[Allow]:
    """Give what must pass in a direction and family, as a cover takes it."""
    for leg in ways:
        if leg.direction == direction and leg.peer.version == version:
            yield Allow(leg.protocol, leg.from_port, leg.to_port, leg.peer)


def _over_budget(direction: Direction, family: str, needed: int, budget: int) -> Problem:
    what = f"{direction} {family} needs {needed} entries and the quota leaves {budget}"
    fix = f"raise entries_per_network_acl, at most {MOST_ENTRIES}, or ask for fewer protocols"
    return Problem(("quotas", "entries_per_network_acl"), "acl-quota", what, fix)


def _entries(
    direction: Direction, covers: dict[tuple[Direction, str], Cover], near: Index[Leg]
) -> Iterator[Entry]:
    """Give the entries of a direction their numbers; AWS has one number space for both families."""
    allows = [allow for name in FAMILIES.values() for allow in covers[direction, name].entries]
    for index, allow in enumerate(allows):
        bare = Entry(direction, FIRST_NUMBER + STEP * index, "allow", *allow)
        carried = [*near.meeting(bare)]
        purposes = tuple(sorted({leg.purpose for leg in carried}, reverse=True))
        services = tuple(sorted({service for leg in carried for service in leg.services}))
        yield Entry(direction, bare.number, "allow", *allow, purposes, services)
