"""Why a packet passes or does not: the rules and entries that decide it, one way and back.

The look-up is plain on purpose: for one place of the remote end it walks the rules, and
the entries in their order, and takes from the ports asked for what each decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Final

from gateway_rules import packets
from gateway_rules.audit.explanation.values import (
    Answer,
    Decision,
    Explanation,
    Line,
    Question,
    Ruleset,
)
from gateway_rules.inputs import Site
from gateway_rules.packets import (
    ALL_PORTS,
    BITS,
    ICMP,
    SELF,
    Direction,
    Interval,
    Match,
    Peer,
    Prefix,
    icmp_answers,
    opposite,
    parse_address,
    port_span,
    span,
)
from gateway_rules.planning import Flow, covers, ephemeral

UNFILTERED: Final = {
    parse_address(address): said
    for said, addresses in {
        "the VPC's own DNS resolver": ("169.254.169.253", "fd00:ec2::253"),
        "Amazon's time service": ("169.254.169.123", "fd00:ec2::123"),
        "the instance metadata service": ("169.254.169.254", "fd00:ec2::254"),
    }.items()
    for address in addresses
}
"""What neither groups nor ACLs filter (VPC User Guide, "Network ACL basics")."""


def explain(ruleset: Ruleset, flows: Sequence[Flow], site: Site, question: Question) -> Explanation:
    """Say what decides a conversation, and who asks for it.

    `flows` tell which ports its replies come to; a conversation that nobody asks for has
    its replies come to the ephemeral ports of who begins it.
    """
    view = _View(ruleset, flows, site)
    found = (view.answer(question, place) for place in view.places(question))
    return Explanation(question, tuple(found))


@dataclass(frozen=True)
class _View:
    ruleset: Ruleset
    flows: Sequence[Flow]
    site: Site

    def places(self, question: Question) -> Iterator[Peer]:
        """Give an address for each part of the peers that no edge of a prefix divides."""
        entries = (line for acl in self.ruleset.acls for line in acl)
        peers = [line.match.peer for line in (*self.ruleset.rules, *entries)]
        edged = (*peers, *(flow.peer for flow in self.flows), *self.site.networks)
        prefixes = [*UNFILTERED, *(peer for peer in edged if isinstance(peer, Prefix))]
        for peer in question.peers:
            yield from _places(peer, prefixes)

    def answer(self, question: Question, place: Peer) -> Answer:
        """Say what becomes of the conversation with one place."""
        asked = [*self._asked(question)]
        asking = (flow for one in asked for flow in self._meeting(one, place))
        services = tuple(sorted({service for flow in asking for service in flow.services}))
        if known := _unfiltered(question, place):
            return Answer(place, (), (), None, services, known)
        group, there = self._group(asked, place), self._acls(asked, place)
        back = tuple(self._returned(asked, place)) or None
        return Answer(place, tuple(group), tuple(there), back, services)

    def _asked(self, question: Question) -> Iterator[_Way]:
        """Part all protocols into those that anything tells apart."""
        ports = port_span(question)
        for protocol in self._protocols() if question.protocol == "-1" else [question.protocol]:
            yield _Way(question.direction, protocol, ports)

    def _protocols(self) -> list[str]:
        named = (line.match for line in self.ruleset.rules)
        entries = (line.match for acl in self.ruleset.acls for line in acl)
        return sorted(packets.universe(named, entries, self.flows))

    def _group(self, asked: Sequence[_Way], place: Peer) -> Iterator[Decision]:
        rules = self.ruleset.rules
        for way, spot in product(asked, self._spots(place, _peers(rules))):
            held = [line for line in rules if self._speaks(line.match, way, spot)]
            # A rule that passes all of it explains more than two that each pass a part.
            held.sort(key=lambda line: not _covers(line.match, way.ports))
            yield from _decide(held, way)

    def _acls(self, ways: Iterable[_Way], place: Peer) -> Iterator[Decision]:
        for way in ways:
            for acl in self.ruleset.acls:
                for spot in self._spots(place, _peers(acl)):
                    held = [line for line in acl if self._speaks(line.match, way, spot)]
                    yield from _decide(held, way)

    def _returned(self, asked: Iterable[_Way], place: Peer) -> Iterator[Decision]:
        """Decide the replies of each spot by itself, as flows may ask for more at some."""
        asking = (flow.peer for flow in self.flows)
        peers = chain(asking, *map(_peers, self.ruleset.acls))
        for spot, way in product(self._spots(place, peers), asked):
            yield from self._acls(self._back(way, spot), spot)

    def _spots(self, place: Peer, peers: Iterable[Peer]) -> tuple[Peer, ...]:
        """Give where in the subnets the gateways themselves may be, which prefixes hold as well."""
        if place != SELF:
            return (place,)
        prefixes = [peer for peer in peers if isinstance(peer, Prefix)]
        return tuple(spot for network in self.site.networks for spot in _places(network, prefixes))

    def _meeting(self, way: _Way, place: Peer) -> list[Flow]:
        return [flow for flow in self.flows if self._asks(flow, way, place)]

    def _asks(self, flow: Flow, way: _Way, place: Peer) -> bool:
        return any(self._speaks(flow, way, spot) for spot in self._spots(place, (flow.peer,)))

    def _back(self, way: _Way, place: Peer) -> Iterator[_Way]:
        """Give where the replies go: as those who ask for the conversation say, if anybody."""
        asking = self._meeting(way, place)
        said = {span(f.protocol, *pair) for f in asking for pair in f.replies}
        usual = () if asking else _usual_replies(way, self.site)
        for ports in sorted((*said, *usual)):
            yield _Way(opposite(way.direction), way.protocol, ports)

    def _speaks(self, match: Match, way: _Way, place: Peer) -> bool:
        first, last = port_span(match)
        return (
            match.direction == way.direction
            and match.protocol in ("-1", way.protocol)
            and first <= way.ports[1]
            and way.ports[0] <= last
            and self._holds(match.peer, place)
        )

    def _holds(self, peer: Peer, place: Peer) -> bool:
        """Tell whether a peer is there; an address of the subnets may be another gateway's."""
        return covers(peer, place) or (peer == SELF and is_near(place, self.site))


def _peers(lines: Iterable[Line]) -> Iterator[Peer]:
    return (line.match.peer for line in lines)


def is_near(place: Peer, site: Site) -> bool:
    """Tell whether an address lies in the gateways' own subnets."""
    return any(covers(network, place) for network in site.networks)


@dataclass(frozen=True)
class _Way:
    """Packets of one direction and protocol to a stretch of ports."""

    direction: Direction
    protocol: str
    ports: Interval


def _decide(held: Iterable[Line], way: _Way) -> Iterator[Decision]:
    """Let each line in turn take what is left of the ports."""
    rest = [way.ports]
    for line in held:
        first, last = port_span(line.match)
        for low, high in rest:
            if max(low, first) <= min(high, last):
                yield Decision(way.protocol, max(low, first), min(high, last), line)
        rest = [part for stretch in rest for part in _left(stretch, (first, last))]
    for low, high in rest:
        yield Decision(way.protocol, low, high, None)


def _left(stretch: Interval, taken: Interval) -> Iterator[Interval]:
    low, high = stretch
    first, last = taken
    if low < first:
        yield low, min(high, first - 1)
    if last < high:
        yield max(low, last + 1), high


def _covers(match: Match, ports: Interval) -> bool:
    first, last = port_span(match)
    return first <= ports[0] and ports[1] <= last


def _places(peer: Peer, prefixes: Iterable[Prefix]) -> Iterator[Peer]:
    if peer == SELF:
        yield SELF
        return
    first, last = peer.interval
    spans = (prefix.interval for prefix in prefixes if prefix.version == peer.version)
    edges = {edge for low, high in spans for edge in (low, high + 1) if first < edge <= last}
    for edge in sorted({first, *edges}):
        yield Prefix(peer.version, edge, BITS[peer.version])


def _usual_replies(way: _Way, site: Site) -> tuple[Interval, ...]:
    if way.protocol in ICMP:
        types = range(way.ports[0] // 256, way.ports[1] // 256 + 1)
        found = (pair for kind in types for pair in icmp_answers(way.protocol, kind))
        return tuple(span(way.protocol, *pair) for pair in found)
    return (ephemeral(way.direction, site),) if way.protocol in ("tcp", "udp") else (ALL_PORTS,)


def _unfiltered(question: Question, place: Peer) -> str:
    if question.direction == "egress" and isinstance(place, Prefix):
        return UNFILTERED.get(place, "")
    return ""
