"""Which packets a set of rules or entries passes, and exact comparison of such sets.

A packet is (direction, protocol, remote address, destination port). All packets
of one direction, protocol and address family lie in a plane, ports across and
addresses along. A part of a plane is kept as slabs: stretches of ports in which
the same addresses pass. Slabs are disjoint, sorted and joined where they touch
with equal addresses, so that equal sets are equal values.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from operator import and_, gt, or_
from typing import Final, NamedTuple, Protocol, TypeAlias

from gateway_rules import protocols
from gateway_rules.prefixes import (
    FAMILIES,
    SELF,
    Interval,
    Peer,
    from_interval,
)

Slab: TypeAlias = tuple[int, int, tuple[Interval, ...]]
"""First port, last port, and the addresses as sorted, disjoint intervals."""
Plane: TypeAlias = tuple[Slab, ...]
Box: TypeAlias = tuple[int, int, Interval]
"""First port, last port, and one interval of addresses."""

NOWHERE: Final[Plane] = ()
OTHER: Final = "other"
"""Stands for each protocol that nobody names; only protocol -1 reaches it."""


class Match(Protocol):
    """What rules, entries, flows and their legs have in common."""

    @property
    def direction(self) -> protocols.Direction:
        """Seen from the gateway."""

    @property
    def protocol(self) -> str:
        """A name of `protocols`, or the number of another protocol."""

    @property
    def from_port(self) -> int:
        """The first port, or the ICMP type."""

    @property
    def to_port(self) -> int:
        """The last port, or the ICMP code."""

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


# --- One plane -----------------------------------------------------------------------------


def join(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Give the sorted, disjoint intervals that hold the same addresses."""
    joined: list[Interval] = []
    for first, last in sorted(intervals):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def plane(boxes: Iterable[Box]) -> Plane:
    """Give the union of the boxes."""
    boxes = sorted(boxes)
    cuts = sorted({edge for first, last, _ in boxes for edge in (first, last + 1)})
    slabs = (
        (low, high - 1, join(box[2] for box in boxes if box[0] <= low and high <= box[1] + 1))
        for low, high in pairwise(cuts)
    )
    return _canonical(slabs)


def _canonical(slabs: Iterable[Slab]) -> Plane:
    result: list[Slab] = []
    for first, last, addresses in slabs:
        if not addresses:
            continue
        if result and result[-1][1] + 1 == first and result[-1][2] == addresses:
            result[-1] = result[-1][0], last, addresses
        else:
            result.append((first, last, addresses))
    return tuple(result)


def _combine(one: Plane, other: Plane, keep: Callable[[bool, bool], bool]) -> Plane:
    """Give the packets for which `keep(in one, in other)` holds."""
    cuts = sorted({edge for slab in one + other for edge in (slab[0], slab[1] + 1)})
    return _canonical(
        (low, high - 1, _combine_intervals(left, right, keep))
        for (low, high), left, right in zip(
            pairwise(cuts), _along(one, cuts), _along(other, cuts), strict=False
        )
    )


def _along(slabs: Plane, cuts: list[int]) -> Iterator[tuple[Interval, ...]]:
    """Give the addresses of each stretch between two cuts."""
    rest = iter(slabs)
    slab = next(rest, None)
    for low in cuts[:-1]:
        while slab and slab[1] < low:
            slab = next(rest, None)
        yield slab[2] if slab and slab[0] <= low else ()


def _combine_intervals(
    one: tuple[Interval, ...], other: tuple[Interval, ...], keep: Callable[[bool, bool], bool]
) -> tuple[Interval, ...]:
    if one == other:
        return one if keep(True, True) else ()  # noqa: FBT003 - the two are places in a truth table.
    left = {edge for first, last in one for edge in (first, last + 1)}
    right = {edge for first, last in other for edge in (first, last + 1)}
    result: list[Interval] = []
    inside = [False, False]
    for low, high in pairwise(sorted(left | right)):
        inside = [inside[0] ^ (low in left), inside[1] ^ (low in right)]
        if keep(*inside):
            result.append((low, high - 1))
    return join(result)


def union(one: Plane, other: Plane) -> Plane:
    """Give the packets of either."""
    return _combine(one, other, or_)


def intersection(one: Plane, other: Plane) -> Plane:
    """Give the packets of both."""
    return _combine(one, other, and_)


def difference(one: Plane, other: Plane) -> Plane:
    """Give the packets of the first that are not in the second."""
    return _combine(one, other, gt)


def size(slabs: Plane) -> int:
    """Count the packets of a plane: addresses times ports, summed."""
    return sum(
        (last - first + 1) * sum(high - low + 1 for low, high in addresses)
        for first, last, addresses in slabs
    )


def size_within(slabs: Plane, box: Box) -> int:
    """Count the packets of a plane that lie in the box, without cutting it out."""
    first, last, (low, high) = box
    total = 0
    for slab_first, slab_last, addresses in slabs:
        ports = min(last, slab_last) - max(first, slab_first) + 1
        if ports > 0:
            start = bisect_left(addresses, low, key=lambda interval: interval[1])
            stop = bisect_right(addresses, high, key=lambda interval: interval[0])
            covered = sum(min(high, b) - max(low, a) + 1 for a, b in addresses[start:stop])
            total += ports * covered
    return total


# --- Sets of packets -----------------------------------------------------------------------


def family(peer: Peer) -> str:
    """Name the plane's family: the two of IP, and the gateways themselves."""
    return SELF if peer == SELF else FAMILIES[peer.version]


def box(match: Match) -> Box:
    """Give the box of a match in its plane; `self` is one address, 0."""
    first, last = protocols.span(match.protocol, match.from_port, match.to_port)
    return first, last, (0, 0) if match.peer == SELF else match.peer.interval


def order(match: Match) -> tuple[str, str, int, int, int, int, int]:
    """Sort by direction, protocol, ports and address; the gateways themselves come first."""
    peer = (0, 0, 0) if match.peer == SELF else match.peer
    return match.direction, match.protocol, match.from_port, match.to_port, *peer


def meet(one: Match, other: Match) -> bool:
    """Tell whether some packet is one of both."""
    alike = one.direction == other.direction and family(one.peer) == family(other.peer)
    named = {one.protocol, other.protocol}
    if not alike or (len(named) > 1 and "-1" not in named):
        return False
    return bool(size_within(plane([box(other)]), box(one)))


def universe(*sets: Iterable[Match]) -> frozenset[str]:
    """Give the protocols to tell apart when these sets are compared with one another."""
    named = {match.protocol for matches in sets for match in matches}
    return frozenset(named | {*protocols.PROTOCOLS, OTHER}) - {"-1"}


def keys(match: Match, known: frozenset[str]) -> Iterator[Key]:
    """Name the planes that a match reaches; protocol -1 reaches those of all."""
    for protocol in sorted(known) if match.protocol == "-1" else [match.protocol]:
        yield Key(match.direction, protocol, family(match.peer))


def passed(matches: Iterable[Match], known: frozenset[str] | None = None) -> Packets:
    """Give the packets that at least one of the matches holds, as in a security group."""
    matches = tuple(matches)
    boxes: dict[Key, list[Box]] = {}
    for match in matches:
        for key in keys(match, known or universe(matches)):
            boxes.setdefault(key, []).append(box(match))
    return {key: plane(boxes[key]) for key in sorted(boxes)}


def first_match(entries: Iterable[Numbered], known: frozenset[str]) -> Packets:
    """Give the packets that a network ACL lets through: the lowest number decides, else denied."""
    allowed: dict[Key, Plane] = {}
    decided: dict[Key, Plane] = {}
    for entry in sorted(entries, key=lambda entry: entry.number):
        for key in keys(entry, known):
            fresh = difference(plane([box(entry)]), decided.get(key, NOWHERE))
            decided[key] = union(decided.get(key, NOWHERE), fresh)
            if entry.action == "allow":
                allowed[key] = union(allowed.get(key, NOWHERE), fresh)
    return {key: slabs for key, slabs in sorted(allowed.items()) if slabs}


def without(one: Packets, other: Packets) -> Packets:
    """Give the packets of the first set that the second lacks."""
    rest = {key: difference(slabs, other.get(key, NOWHERE)) for key, slabs in one.items()}
    return {key: slabs for key, slabs in rest.items() if slabs}


def count(packets: Packets) -> int:
    """Count (protocol, remote address, destination port) triples."""
    return sum(map(size, packets.values()))


def pieces(packets: Packets) -> tuple[Piece, ...]:
    """Write a set of packets as disjoint pieces, sorted."""
    found = (piece for key, slabs in packets.items() for piece in _pieces(key, slabs))
    return tuple(sorted(found, key=order))


def _pieces(key: Key, slabs: Plane) -> Iterator[Piece]:
    for first, last, addresses in slabs:
        for pair in _pairs(key.protocol, first, last):
            for peer in _peers(key.family, addresses):
                yield Piece(key.direction, key.protocol, *pair, peer)


def _peers(name: str, addresses: tuple[Interval, ...]) -> Iterator[Peer]:
    if name == SELF:
        yield SELF
        return
    version = 4 if name == FAMILIES[4] else 6
    for interval in addresses:
        yield from from_interval(version, interval)


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
    for key, slabs in packets.items():
        remote.setdefault(key.family, []).extend(i for slab in slabs for i in slab[2])
    return sum(high - low + 1 for some in remote.values() for low, high in join(some))
