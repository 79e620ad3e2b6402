"""Who reaches what: sources and ports of a set of packets, counted over all of its rules.

A source is an address of IPv4, or in IPv6 a network of 64 bits, which is what one household
or one server has. What counts is who gets through in the end: a port that is split over
rules, or a network that is split over prefixes, counts as if it stood in one of them. The
gateways themselves are no strangers, and `self` counts as nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias

from gateway_rules.inputs import Catalogue, HighRiskPorts, InternetPorts
from gateway_rules.packets import (
    BITS,
    FAMILIES,
    SELF,
    Direction,
    Interval,
    Packets,
    PortPair,
    Prefix,
    Stretches,
    both,
    from_interval,
    join,
    public_part,
)

Watched: TypeAlias = Mapping[str, Stretches]
"""The ports that are watched, by protocol."""
Sources: TypeAlias = Mapping[str, Stretches]
"""Addresses by family; none of the families in it is empty."""

_VERSIONS: Final = {name: version for version, name in FAMILIES.items()}
_HOUSEHOLD: Final = 64
"""Bits of IPv6 behind which there is one source."""


class Peers(NamedTuple):
    """Neighbouring addresses, and how many ports pass between each of them and the gateways."""

    direction: Direction
    family: str
    addresses: Interval
    ports: int

    @property
    def prefix(self) -> Prefix:
        """Give the first prefix of them."""
        return from_interval(_VERSIONS[self.family], self.addresses)[0]


# --- Which ports ---------------------------------------------------------------------------


def watched(ports: Iterable[tuple[str, PortPair]]) -> Watched:
    """Put the ports of each protocol together."""
    found: dict[str, list[PortPair]] = {}
    for protocol, pair in ports:
        found.setdefault(protocol, []).append(pair)
    return {protocol: join(pairs) for protocol, pairs in found.items()}


def administrative_ports(catalogue: Catalogue) -> Iterator[tuple[str, PortPair]]:
    """Give the ports of the services that the catalogue calls administrative."""
    for name in catalogue.administrative:
        service = catalogue.by_id[name]
        yield from ((service.protocol, pair) for pair in service.ports)


def inner_ports(catalogue: Catalogue) -> Iterator[tuple[str, PortPair]]:
    """Give the gateways' ports that the document means for somebody inside the organisation."""
    for service in catalogue.services:
        if service.role and "ingress" in service.directions:
            yield from ((service.protocol, pair) for pair in service.ports)


def open_ports(catalogue: Catalogue) -> Iterator[tuple[str, PortPair]]:
    """Give the gateways' ports that the document itself opens to anybody."""
    for service in catalogue.services:
        if service.anywhere and "ingress" in service.directions:
            yield from ((service.protocol, pair) for pair in service.ports)


def listed_ports(ports: HighRiskPorts | InternetPorts) -> Iterator[tuple[str, PortPair]]:
    """Give the ports of one of the policy's lists."""
    yield from (("tcp", pair) for pair in ports.tcp)
    yield from (("udp", pair) for pair in ports.udp)


# --- Who -----------------------------------------------------------------------------------


def sources(passed: Packets, ports: Watched) -> Sources:
    """Give who reaches at least one of the ports of the gateways."""
    found: dict[str, list[Interval]] = {}
    for key, strips in passed.items():
        if key.direction == "ingress" and key.family != SELF and key.protocol in ports:
            wanted = ports[key.protocol]
            reaching = (block for block, some in strips if both(some, wanted))
            found.setdefault(key.family, []).extend(reaching)
    return _filled({family: join(some) for family, some in found.items()})


def public(some: Sources) -> Sources:
    """Give those of the sources that are on the internet."""
    return _filled({family: public_part(family, each) for family, each in some.items()})


def _filled(some: Sources) -> Sources:
    return {family: each for family, each in some.items() if each}


def counted_sources(some: Sources) -> int:
    """Count addresses of IPv4 and networks of 64 bits of IPv6."""
    return sum(_sources_of(family, each) for family, each in some.items())


def _sources_of(family: str, some: Stretches) -> int:
    rest = max(BITS[_VERSIONS[family]] - _HOUSEHOLD, 0)
    whole = join((low >> rest, high >> rest) for low, high in some)
    return sum(high - low + 1 for low, high in whole)


def prefixes(some: Sources, *, among: Sources | None = None) -> tuple[Prefix, ...]:
    """Write sources as prefixes, the widest first: all, or those that hold some of others."""
    others = some if among is None else among
    found = (
        prefix
        for family, each in some.items()
        for stretch in each
        for prefix in from_interval(_VERSIONS[family], stretch)
        if both((prefix.interval,), others.get(family, ()))
    )
    return tuple(sorted(found, key=lambda prefix: (prefix.length, prefix)))


def reached(passed: Packets, ports: Watched, by: Sources) -> Iterator[tuple[str, Stretches]]:
    """Give those of the ports that some of the sources reach."""
    for key, strips in passed.items():
        if key.direction == "ingress" and key.protocol in ports:
            some = by.get(key.family, ())
            met = (each for block, each in strips if both((block,), some))
            hit = (both(each, ports[key.protocol]) for each in met)
            if found := join(pair for pairs in hit for pair in pairs):
                yield key.protocol, found


# --- By how many ports ---------------------------------------------------------------------


def ports_per_peer(passed: Packets) -> Iterator[Peers]:
    """Give every address with its ports: those of TCP and UDP, and one a further protocol.

    Neighbours that have as many are given together, sorted.
    """
    weights: dict[tuple[Direction, str], list[tuple[Interval, int]]] = {}
    for key, strips in passed.items():
        if key.family != SELF:
            some = weights.setdefault((key.direction, key.family), [])
            if key.protocol in ("tcp", "udp"):
                some += ((block, sum(b - a + 1 for a, b in ports)) for block, ports in strips)
            else:
                some += ((block, 1) for block in join(block for block, _ in strips))
    for (direction, family), some in weights.items():
        for addresses, ports in _summed(some):
            yield Peers(direction, family, addresses, ports)


def _summed(weights: Iterable[tuple[Interval, int]]) -> Iterator[tuple[Interval, int]]:
    """Add up what lies over each stretch; strips of a plane share no packet, so it adds up."""
    steps: dict[int, int] = {}
    for (low, high), weight in weights:
        steps[low] = steps.get(low, 0) + weight
        steps[high + 1] = steps.get(high + 1, 0) - weight
    edges = sorted(steps)
    heights = accumulate(steps[edge] for edge in edges)
    for low, after, height in zip(edges, edges[1:], heights, strict=False):
        if height:
            yield (low, after - 1), height


def most_ports(
    some: Iterable[Peers], among: Packets, limit: int, *, is_public: bool
) -> Peers | None:
    """Give the peers with the most ports past a limit, of those who are among the packets'."""
    there = _addresses(among)
    found = (
        peers._replace(addresses=stretch)
        for peers in some
        if peers.ports > limit
        for stretch in both(
            _public_of(peers) if is_public else (peers.addresses,),
            there.get((peers.direction, peers.family), ()),
        )
    )
    return max(found, key=lambda peers: (peers.ports, *peers[:3]), default=None)


def _public_of(peers: Peers) -> Stretches:
    return public_part(peers.family, (peers.addresses,))


def _addresses(some: Packets) -> Mapping[tuple[Direction, str], Stretches]:
    found: dict[tuple[Direction, str], list[Interval]] = {}
    for key, strips in some.items():
        found.setdefault((key.direction, key.family), []).extend(block for block, _ in strips)
    return {key: join(blocks) for key, blocks in found.items()}
