"""Who reaches what once a change is made, all rules taken together, against the limits on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product

from gateway_rules import packets
from gateway_rules.inputs import LimitName
from gateway_rules.packets import (
    WAY,
    Piece,
    PortPair,
    few,
    less,
    quantity,
    spoken_traffic,
    widest_first,
)
from gateway_rules.review import reach
from gateway_rules.review.causes import MANY
from gateway_rules.review.packet_diff import Asked
from gateway_rules.review.reach import (
    Peers,
    Watched,
    administrative_ports,
    counted_sources,
    inner_ports,
    most_ports,
    prefixes,
    public,
    reached,
    sources,
    watched,
)
from gateway_rules.review.stack_change import Layer, StackChange
from gateway_rules.review.verdict import LimitResult


def watched_services(change: StackChange) -> Iterator[LimitResult]:
    """Find a catalogue by which fewer ports are watched than before, or nothing administrative."""
    for ports, what in ((administrative_ports, "administrative"), (inner_ports, "for a role")):
        then = watched(ports(change.old.catalogue)) if change.old else {}
        now = watched(ports(change.new.catalogue))
        if lost := {name: some for name in then if (some := less(then[name], now.get(name, ())))}:
            value = f"calls {spoken_traffic(lost.items())} {what} no more"
            why = "by the catalogue, nobody would watch who reaches them from the next change on"
            yield change.finding("watched-services", value, "none", why, is_worse=True)
            return
    if not change.new.catalogue.administrative:
        value, why = "calls no service administrative", "nobody watches who reaches them"
        is_worse = change.old is None
        yield change.finding("watched-services", value, "one or more", why, is_worse=is_worse)


def administrative_sources(change: StackChange) -> Iterator[LimitResult]:
    """Find more addresses that reach an administrative service than may."""
    limit = change.policy.limits.administrative_sources
    yield from _reaching(
        change, "administrative-sources", change.groups, change.administrative, limit
    )


def public_sources(change: StackChange) -> Iterator[LimitResult]:
    """Find more addresses of the internet that reach what it has no business with."""
    limit = change.policy.limits.public_sources
    yield from _reaching(
        change, "public-sources", change.groups, change.inner, limit, is_public=True
    )


def other_sources(change: StackChange) -> Iterator[LimitResult]:
    """Find more addresses of the internet that reach any other port than may."""
    limit = change.policy.limits.other_public_sources
    yield from _reaching(
        change, "other-sources", change.groups, change.other, limit, is_public=True
    )


def acl_sources(change: StackChange) -> Iterator[LimitResult]:
    """Find more addresses of the internet that the ACL alone lets in to high-risk ports."""
    limit = change.policy.limits.acl_sources
    # Nearly always the whole ACL is within the limit, and then nothing has to be taken from it.
    most = public(sources(change.whole_acl, change.high_risk))
    if counted_sources(most) <= limit:
        return
    yield from _reaching(change, "acl-sources", change.acl, change.high_risk, limit, is_public=True)


def _reaching(
    change: StackChange,
    name: LimitName,
    layer: Layer,
    ports: Watched,
    limit: int,
    *,
    is_public: bool = False,
) -> Iterator[LimitResult]:
    """Find more sources than a limit allows; it is worse where one reaches a port anew."""
    kept = public if is_public else dict
    found = kept(sources(layer.passed, ports))
    if (number := counted_sources(found)) > limit:
        opened = kept(sources(layer.opened, ports))
        named = opened or found
        hit = watched(_pairs(reached(layer.passed, ports, named)))
        who = "of the internet " if is_public else ""
        what = f"{quantity(number)} addresses {who}reach {spoken_traffic(hit.items())}"
        blocks = prefixes(sources(layer.passed, ports), among=named)
        pieces = (
            Piece("ingress", protocol, *pair, block)
            for block in blocks[:MANY]
            for protocol, pair in _pairs(hit.items())
        )
        cause = f"{'opened' if opened else 'open'} to {few(widest_first(blocks), MANY)}"
        why = f"{cause} {_asking(pieces, layer.asked)}"
        yield change.finding(name, f"{layer.verb} {what}", f"{limit:,}", why, is_worse=bool(opened))


def _pairs(ports: Iterable[tuple[str, Iterable[PortPair]]]) -> Iterator[tuple[str, PortPair]]:
    return ((protocol, pair) for protocol, pairs in ports for pair in pairs)


def _asking(pieces: Iterable[Piece], asked: Sequence[Asked]) -> str:
    """Name who asks for some of the pieces."""
    index = packets.Index(asked, packets.universe(asked))
    met = (match.services for piece in pieces for match in index.meeting(piece))
    return f"for {few(sorted({*chain.from_iterable(met)}), MANY) or 'nobody'}"


# --- By how many ports -----------------------------------------------------------------------


def ports_per_peer(change: StackChange) -> Iterator[LimitResult]:
    """Find the peer with the most ports; first for whom some are opened, then on the internet."""
    limits, layer = change.policy.limits, change.groups
    figures = ((limits.ports_per_public_peer, True), (limits.ports_per_peer, False))
    peers = [*reach.ports_per_peer(layer.passed)]
    for among, (limit, is_public) in product((layer.opened, layer.passed), figures):
        if most := most_ports(peers, among, limit, is_public=is_public):
            yield _peer(change, most, limit, is_public=is_public, is_worse=among is layer.opened)
            return


def _peer(
    change: StackChange, most: Peers, limit: int, *, is_public: bool, is_worse: bool
) -> LimitResult:
    who = "an address of the internet" if is_public else "one address"
    value = f"passes {most.ports:,} ports {WAY[most.direction]} {who}, such as {most.prefix}"
    everything = Piece(most.direction, "-1", *packets.ALL_PORTS, most.prefix)
    return change.finding(
        "ports-per-peer",
        value,
        f"{limit:,}",
        _asking([everything], change.new.flows),
        is_worse=is_worse,
    )
