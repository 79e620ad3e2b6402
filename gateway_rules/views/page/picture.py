"""Who talks to whom, as places on a sheet: roles left, the gateway, vendor services right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from textwrap import shorten
from typing import Final, Literal, NamedTuple, TypeAlias

from gateway_rules import packets
from gateway_rules.inputs import Addition, Service
from gateway_rules.packets import SELF, Direction, PortPair, Prefix, amount, cut, spoken_traffic
from gateway_rules.planning import Plan, why_not_used

Side: TypeAlias = Literal["left", "right"]
Spoken: TypeAlias = tuple[str, Iterable[PortPair]]
"""A protocol and its ports."""
LINE: Final = 22
"""How far apart lines are."""
_HEAD: Final = 30
_GAP: Final = 18
_WIDTH: Final = 388
"""How wide a line is beside its arrow."""
_NAME, _PORT = 7, 6.4
"""About how wide a letter of a name and of ports is."""
_PORTS: Final = 22
"""As many letters of the ports are drawn in any case."""


class Talk(NamedTuple):
    """A line of the picture: one conversation, or several between the same two ends."""

    who: str
    what: str
    toward: bool
    """Whether the other end begins."""
    away: bool
    """Whether the gateway begins."""
    y: int = 0


@dataclass(frozen=True)
class Cluster:
    """Others of one kind, one below the other."""

    title: str
    count: str
    """How many addresses they have."""
    talks: tuple[Talk, ...]
    y: int = 0

    @property
    def height(self) -> int:
        """Give the room that title and lines take."""
        return _HEAD + LINE * len(self.talks)


@dataclass(frozen=True)
class Picture:
    """A sheet with everything on its place."""

    left: tuple[Cluster, ...]
    right: tuple[Cluster, ...]

    @property
    def height(self) -> int:
        """Give the height of the taller side."""
        return max(_bottom(self.left), _bottom(self.right), 4 * LINE)

    @property
    def sides(self) -> tuple[tuple[Side, tuple[Cluster, ...]], ...]:
        """Give both sides by name."""
        return ("left", self.left), ("right", self.right)

    @property
    def said(self) -> str:
        """Say in a sentence what is drawn."""
        both = (*self.left, *self.right)
        counts = (f"{len(cluster.talks)} under {cluster.title}" for cluster in both)
        return f"Who talks with the gateways: {'; '.join(counts)}."


def picture(plan: Plan) -> Picture:
    """Place everybody who talks with the gateways of a plan."""
    sections = plan.catalogue.sections
    used = [s for s in plan.catalogue.services if not why_not_used(s, plan.site)]
    left, right = [], []
    for key, title in sections.items():
        here = [service for service in used if service.section == key]
        inside = [service for service in here if service.role]
        outside = [service for service in here if not service.role]
        named = f"Section {key}, {title}"
        left.append(_cluster(plan, named, _roles(inside), (s.id for s in inside)))
        right.append(_cluster(plan, named, _services(outside), (s.id for s in outside)))
    added = plan.site.additions
    talks = tuple(map(_addition, added))
    right.append(_cluster(plan, "Added by the operator", talks, (each.name for each in added)))
    return Picture(_placed(left), _placed(right))


def _cluster(plan: Plan, title: str, talks: tuple[Talk, ...], services: Iterable[str]) -> Cluster:
    """Count the addresses of those in a cluster; the gateways themselves are none."""
    named = {*services}
    some = [f for f in plan.flows if named & {*f.services} and f.peer != SELF]
    anywhere = any(isinstance(flow.peer, Prefix) and not flow.peer.length for flow in some)
    count = packets.addresses(packets.passed(some))
    addresses = f"{amount(count)} {'address' if count == 1 else 'addresses'}"
    fitting = tuple(map(_fitting, talks))
    return Cluster(title, "any address" if anywhere else addresses, fitting)


def _fitting(talk: Talk) -> Talk:
    """Cut what is too long for a line, ports between two of them."""
    room = int((_WIDTH - _PORT * min(len(talk.what), _PORTS)) / _NAME)
    who = cut(talk.who, room, "…")
    what = shorten(talk.what, int((_WIDTH - _NAME * len(who)) / _PORT), placeholder=" …")
    return talk._replace(who=who, what=what)


def _placed(clusters: Sequence[Cluster]) -> tuple[Cluster, ...]:
    """Put those that are not empty one below the other."""
    some = [cluster for cluster in clusters if cluster.talks]
    tops = accumulate((cluster.height + _GAP for cluster in some), initial=0)
    return tuple(_at(cluster, top) for cluster, top in zip(some, tops, strict=False))


def _at(cluster: Cluster, top: int) -> Cluster:
    talks = (
        talk._replace(y=top + _HEAD + LINE * number + LINE // 2)
        for number, talk in enumerate(cluster.talks)
    )
    return replace(cluster, talks=tuple(talks), y=top)


def _bottom(clusters: Sequence[Cluster]) -> int:
    return clusters[-1].y + clusters[-1].height if clusters else 0


def _roles(services: Iterable[Service]) -> tuple[Talk, ...]:
    """Give a line for each role and direction, with all that is spoken there."""
    found: dict[tuple[str, tuple[Direction, ...]], list[Spoken]] = {}
    for service in services:
        key = service.role or "", service.directions
        found.setdefault(key, []).append((service.protocol, service.ports))
    return tuple(
        Talk(role.replace("_", " "), spoken_traffic(several), *_ways(ways))
        for (role, ways), several in found.items()
    )


def _services(services: Iterable[Service]) -> tuple[Talk, ...]:
    return tuple(
        Talk(each.row, spoken_traffic([(each.protocol, each.ports)]), *_ways(each.directions))
        for each in services
    )


def _addition(addition: Addition) -> Talk:
    what = spoken_traffic([(addition.protocol, addition.port_pairs)])
    return Talk(addition.name, what, *_ways((addition.direction,)))


def _ways(directions: Sequence[Direction]) -> tuple[bool, bool]:
    return "ingress" in directions, "egress" in directions
