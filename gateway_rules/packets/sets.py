"""Which packets a set of rules or entries passes, and exact comparison of such sets.

A packet is (direction, protocol, remote address, destination port). All packets
of one direction, protocol and address family lie in a plane. A protocol has one
plane, whether it is called by name or by number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Final, NamedTuple, Protocol, TypeAlias, TypeVar

from gateway_rules.packets import protocols
from gateway_rules.packets.intervals import join
from gateway_rules.packets.planes import (
    NOWHERE,
    Box,
    Plane,
    difference,
    intersection,
    plane,
    size,
    size_within,
    union,
)
from gateway_rules.packets.prefixes import BITS, FAMILIES, SELF, Interval, Peer, Prefix

__all__ = [
    "NOWHERE",
    "OTHER",
    "Box",
    "Key",
    "Match",
    "Numbered",
    "Packets",
    "Piece",
    "Plane",
    "addresses",
    "box",
    "by_plane",
    "count",
    "difference",
    "family",
    "first_match",
    "intersection",
    "join",
    "keys",
    "meet",
    "name",
    "order",
    "passed",
    "pieces",
    "plane",
    "size",
    "size_within",
    "union",
    "universe",
    "without",
]

OTHER: Final = "other"
"""Stands for each protocol that nobody names; only protocol -1 reaches it."""

_DIVIDED: Final = ("tcp", "udp", *protocols.ICMP)


class Match(protocols.WithPorts, Protocol):
    """What rules, entries, flows and their legs have in common."""

    @property
    def direction(self) -> protocols.Direction:
        """Seen from the gateway."""

    @property
    def peer(self) -> Peer:
        """Who is at the other end."""


class Numbered(Match, Protocol):
    """An entry of a network ACL."""

    @property
    def number(self) -> int:
        """Its place in the order; lower numbers decide first."""

    @property
    def action(self) -> str:
        """`allow` or `deny`."""


class Key(NamedTuple):
    """The plane in which a packet lies; the family is `ipv4`, `ipv6` or `self`."""

    direction: protocols.Direction
    protocol: str
    family: str


Packets: TypeAlias = Mapping[Key, Plane]
"""A set of packets: no plane in it is empty, so equal sets are equal values."""


@dataclass(frozen=True)
class Piece:
    """A part of a set of packets that one rule could pass."""

    direction: protocols.Direction
    protocol: str
    from_port: int
    to_port: int
    peer: Peer

    @property
    def sample(self) -> tuple[str, int]:
        """Address and port of the piece's smallest packet."""
        address = self.peer if self.peer == SELF else str(self.peer).partition("/")[0]
        return str(address), max(self.from_port, 0)


def name(protocol: str) -> str:
    """Give the one name of a protocol; AWS takes and gives back names and numbers alike."""
    return protocols.NAMES.get(protocol, protocol)


def family(peer: Peer) -> str:
    """Name the plane's family: the two of IP, and the gateways themselves."""
    return SELF if peer == SELF else FAMILIES[peer.version]


def box(match: Match) -> Box:
    """Give the box of a match in its plane; `self` is one address, 0.

    Only TCP, UDP and ICMP have ports or messages; of other protocols AWS ignores them.
    """
    first, last = protocols.ALL_PORTS
    if (protocol := name(match.protocol)) in _DIVIDED:
        first, last = protocols.span(protocol, match.from_port, match.to_port)
    return first, last, (0, 0) if match.peer == SELF else match.peer.interval


def order(match: Match) -> tuple[str, str, int, int, int, int, int]:
    """Sort by direction, protocol, ports and address; the gateways themselves come first."""
    peer = (0, 0, 0) if match.peer == SELF else match.peer
    return match.direction, match.protocol, match.from_port, match.to_port, *peer


def meet(one: Match, other: Match) -> bool:
    """Tell whether some packet is one of both."""
    alike = one.direction == other.direction and family(one.peer) == family(other.peer)
    named = {name(one.protocol), name(other.protocol)}
    if not alike or (len(named) > 1 and "-1" not in named):
        return False
    (first, last, (low, high)), (start, stop, (bottom, top)) = box(one), box(other)
    return first <= stop and start <= last and low <= top and bottom <= high


def universe(*sets: Iterable[Match]) -> frozenset[str]:
    """Give the protocols to tell apart when these sets are compared with one another."""
    named = {match.protocol for matches in sets for match in matches}
    return frozenset({*map(name, named), *protocols.PROTOCOLS, OTHER}) - {"-1"}


def keys(match: Match, known: frozenset[str]) -> Iterator[Key]:
    """Name the planes that a match reaches; protocol -1 reaches those of all."""
    protocol = name(match.protocol)
    for each in sorted(known) if protocol == "-1" else [protocol]:
        yield Key(match.direction, each, family(match.peer))


_M = TypeVar("_M", bound=Match)


def by_plane(matches: Iterable[_M], known: frozenset[str]) -> dict[Key, list[_M]]:
    """Give each plane the matches that reach it, in their order."""
    # Many matches are alike in all that says which planes they reach, so that is asked but once.
    reached: dict[tuple[str, str, str], list[list[_M]]] = {}
    planes: dict[Key, list[_M]] = {}
    for match in matches:
        alike = match.direction, match.protocol, family(match.peer)
        if alike not in reached:
            reached[alike] = [planes.setdefault(key, []) for key in keys(match, known)]
        for some in reached[alike]:
            some.append(match)
    return {key: planes[key] for key in sorted(planes)}


def passed(matches: Iterable[Match], known: frozenset[str] | None = None) -> Packets:
    """Give the packets that at least one of the matches holds, as in a security group."""
    matches = tuple(matches)
    found = by_plane(matches, known or universe(matches))
    return {key: plane(map(box, some)) for key, some in found.items()}


def first_match(entries: Iterable[Numbered], known: frozenset[str]) -> Packets:
    """Give the packets that a network ACL lets through: the lowest number decides, else denied."""
    ordered = sorted(entries, key=lambda entry: entry.number)
    allowed = {key: _decide(some).allowed for key, some in by_plane(ordered, known).items()}
    return {key: strips for key, strips in allowed.items() if strips}


class _Decided(NamedTuple):
    """What some entries in a row let through, and all that they decide."""

    allowed: Plane
    all: Plane


def _decide(entries: Iterable[Numbered]) -> _Decided:
    """Let entries decide in their order; those in a row that say the same decide together."""
    runs = [
        _Decided(boxes if action == "allow" else NOWHERE, boxes)
        for action, run in groupby(entries, key=lambda entry: entry.action)
        for boxes in [plane(map(box, run))]
    ]
    while len(runs) > 1:
        # Neighbours first, so that long lists are not copied once for each entry.
        runs = [_then(*pair) for pair in zip_longest(runs[::2], runs[1::2])]
    return runs[0]


def _then(first: _Decided, second: _Decided | None) -> _Decided:
    if second is None:
        return first
    fresh = difference(second.allowed, first.all)
    return _Decided(union(first.allowed, fresh), union(first.all, second.all))


def without(one: Packets, other: Packets) -> Packets:
    """Give the packets of the first set that the second lacks."""
    rest = {key: difference(strips, other.get(key, NOWHERE)) for key, strips in one.items()}
    return {key: strips for key, strips in rest.items() if strips}


def count(packets: Packets) -> int:
    """Count (protocol, remote address, destination port) triples."""
    return sum(map(size, packets.values()))


def pieces(packets: Packets) -> tuple[Piece, ...]:
    """Write a set of packets as disjoint pieces, sorted, each as wide in addresses as can be."""
    found = (piece for key, strips in packets.items() for piece in _pieces(key, strips))
    return tuple(sorted(found, key=order))


def _pieces(key: Key, strips: Plane) -> Iterator[Piece]:
    for block, ports in strips:
        peer = _peer(key.family, block)
        for first, last in ports:
            for pair in _pairs(key.protocol, first, last):
                yield Piece(key.direction, key.protocol, *pair, peer)


def _peer(name: str, block: Interval) -> Peer:
    if name == SELF:
        return SELF
    version = 4 if name == FAMILIES[4] else 6
    low, high = block
    return Prefix(version, low, BITS[version] - (high - low).bit_length())


def _pairs(protocol: str, first: int, last: int) -> Iterator[protocols.PortPair]:
    """Write a stretch of the port axis as AWS does; ICMP by whole types where it can."""
    if protocol not in protocols.ICMP:
        yield first, last
    elif (first, last) == protocols.ALL_PORTS:
        yield -1, -1
    else:
        for icmp_type in range(first // 256, last // 256 + 1):
            codes = range(max(first, icmp_type * 256), min(last, icmp_type * 256 + 255) + 1)
            whole = len(codes) == protocols.MAX_ICMP + 1
            yield from [(icmp_type, -1)] if whole else ((icmp_type, code % 256) for code in codes)


def addresses(packets: Packets) -> int:
    """Count the distinct remote addresses."""
    remote: dict[str, list[Interval]] = {}
    for key, strips in packets.items():
        remote.setdefault(key.family, []).extend(block for block, _ in strips)
    return sum(high - low + 1 for some in remote.values() for low, high in join(some))
