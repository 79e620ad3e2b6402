"""How much is open, to whom, and how much of it is not asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from gateway_rules import packets
from gateway_rules.packets import DIRECTIONS, SELF, Direction, Prefix, amount, spoken_traffic
from gateway_rules.planning import Budget, Contribution, Flow, Plan
from gateway_rules.views.page.tables import Link, links
from gateway_rules.views.plan_tables import excess_line

_PAGE: Final = 700
"""About as many pixels as the page is wide."""
_PRIVATE: Final = (
    Prefix(4, 10 << 24, 8),
    Prefix(4, (172 << 24) + (16 << 16), 12),
    Prefix(4, (192 << 24) + (168 << 16), 16),
    Prefix(4, (100 << 24) + (64 << 16), 10),
    Prefix(6, 0xFC << 120, 7),
)
"""Addresses that the internet does not route (RFC 1918, RFC 6598, RFC 4193)."""
_ANYBODY, _PUBLIC, _INSIDE, _OWN = "any address", "public addresses", "private addresses", "self"
_REACHES: Final = {
    _ANYBODY: "Any address",
    _PUBLIC: "Named public addresses",
    _INSIDE: "Private addresses",
    _OWN: "The gateways themselves",
}


class Reach(NamedTuple):
    """What one direction opens to one kind of other end."""

    direction: Direction
    who: str
    addresses: str
    ports: str
    services: tuple[Link, ...]


@dataclass(frozen=True)
class Measure:
    """What the ACL passes in a direction and family: as asked, and beyond."""

    direction: Direction
    family: str
    used: int
    budget: int
    required: int
    excess: int
    said: str
    """What the excess is, and what is proven of it."""

    @property
    def part(self) -> float:
        """Give the part of what passes that nobody asked for."""
        whole = self.required + self.excess
        return self.excess / whole if whole else 0.0

    @property
    def proportion(self) -> str:
        """Say the part in words, for most are too small to be seen."""
        if not self.excess:
            return "Every packet that it passes is required."
        whole = self.required + self.excess
        if self.excess > self.required:
            return (
                f"Of {amount(round(whole / self.required))} packets that it passes, 1 is required."
            )
        said = f"Of {amount(round(whole / self.excess))} packets that it passes, 1 is not required"
        width = self.part * _PAGE
        if width < 1:
            return f"{said}: drawn to scale, a line too thin to be seen."
        return f"{said}."


def reaches(plan: Plan) -> tuple[Reach, ...]:
    """Say for each direction to whom the groups are open, the widest first."""
    return tuple(_reaches(plan))


def _reaches(plan: Plan) -> Iterator[Reach]:
    for direction in DIRECTIONS:
        for kind, who in _REACHES.items():
            some = [f for f in plan.flows if f.direction == direction and _kind(f) == kind]
            if some:
                names = sorted({name for flow in some for name in flow.services})
                yield Reach(direction, who, _addresses(some), _ports(some), links(plan, names))


def _kind(flow: Flow) -> str:
    if flow.peer == SELF:
        return _OWN
    if not flow.peer.length:
        return _ANYBODY
    inside = any(private.covers(flow.peer) for private in _PRIVATE)
    return _INSIDE if inside else _PUBLIC


def _addresses(flows: Iterable[Flow]) -> str:
    """Count the addresses; the gateways' own are known to AWS alone."""
    flows = tuple(flows)
    if any(flow.peer == SELF for flow in flows):
        return ""
    return amount(packets.addresses(packets.passed(flows)))


def _ports(flows: Iterable[Flow]) -> str:
    """Name the ports, those of each protocol together."""
    found = sorted({(f.protocol, (f.from_port, f.to_port)) for f in flows})
    return spoken_traffic((protocol, [pair]) for protocol, pair in found)


def measures(plan: Plan, contributions: Sequence[Contribution]) -> tuple[Measure, ...]:
    """Measure what the ACL passes in each direction and family that has an entry."""
    each = [*zip(plan.acl.entries, contributions, strict=True)]
    found = []
    for (direction, family), budget in plan.acl.budgets.items():
        if budget.used:
            required = sum(
                contribution.required
                for entry, contribution in each
                if entry.direction == direction and packets.family(entry.prefix) == family
            )
            found.append(_measure(direction, family, budget, required))
    return tuple(found)


def _measure(direction: Direction, family: str, budget: Budget, required: int) -> Measure:
    said = excess_line(budget) if budget.excess else "exact"
    return Measure(direction, family, budget.used, budget.budget, required, budget.excess, said)
