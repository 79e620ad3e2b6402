"""Disjoint boxes of packets, each with what `explain` says of every packet in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, groupby, pairwise, product
from typing import Final, NamedTuple

from gateway_rules.audit import (
    UNFILTERED,
    Answer,
    Decision,
    Explanation,
    FullExplanation,
    Line,
    Question,
    Ruleset,
    explain,
    lines,
    plan_rulesets,
)
from gateway_rules.packets import (
    ALL_PORTS,
    BITS,
    DIRECTIONS,
    FAMILIES,
    ICMP,
    MAX_ICMP,
    OTHER,
    SELF,
    Direction,
    Interval,
    Match,
    Peer,
    PortPair,
    Prefix,
    icmp_answers,
    opposite,
    port_span,
)
from gateway_rules.planning import Plan

PROTOCOLS: Final = ("tcp", "udp", *ICMP, OTHER)
"""Those that a plan can tell apart."""
_FAMILIES: Final[dict[str, Peer]] = {
    **{name: Prefix(version, 0, 0) for version, name in FAMILIES.items()},
    SELF: SELF,
}
_VPCS: Final = range(16, 29)
"""The lengths of a VPC's prefix (VPC User Guide)."""


class Told(NamedTuple):
    """What is said of a packet: the lines that decide it, and whether none does."""

    allowed: bool
    group: tuple[Line, ...]
    is_group_lost: bool
    there: tuple[Line, ...]
    is_there_lost: bool
    back: tuple[Line, ...] | None
    back_lost: tuple[str, ...]
    services: tuple[str, ...]
    notes: tuple[str, ...]


class Plane(NamedTuple):
    """Where a packet lies; the family is `ipv4`, `ipv6` or `self`."""

    direction: Direction
    protocol: str
    family: str


@dataclass(frozen=True)
class Box:
    """Packets of a plane from one port (or ICMP message) to another and to a row of addresses."""

    plane: Plane
    first: int
    last: int
    addresses: Interval
    told: Told


def boxes(plan: Plan) -> Iterator[Box]:
    """Part all packets that a plan can tell apart; explain's answer is the same within a box."""
    rules = plan_rulesets(plan)
    for direction, protocol, family in product(DIRECTIONS, PROTOCOLS, _FAMILIES):
        # The gateways themselves are somewhere only where they have networks.
        if family != SELF or plan.site.networks:
            plane = Plane(direction, protocol, family)
            yield from _View(plan, rules, plane, _FAMILIES[family]).boxes()


def special(plan: Plan) -> Iterator[tuple[Prefix, Box]]:
    """Give the boxes of single addresses of which more is said than of those around them."""
    rules = plan_rulesets(plan)
    for address, direction, protocol in product(_special(plan), DIRECTIONS, PROTOCOLS):
        plane = Plane(direction, protocol, FAMILIES[address.version])
        for box in _View(plan, rules, plane, address).boxes():
            yield address, box


def told(plan: Plan, question: Question, answer: Answer) -> Told:
    """Keep of an answer what is the same for all packets that are decided alike."""
    back = answer.back
    here = replace(question, peers=(answer.place,))
    return Told(
        answer.allowed,
        lines(answer.group),
        _is_lost(answer.group),
        lines(answer.there),
        _is_lost(answer.there),
        None if back is None else lines(back),
        tuple(dict.fromkeys(decision.text for decision in back or () if not decision.line)),
        answer.services,
        FullExplanation(plan, Explanation(here, (answer,))).notes,
    )


def _is_lost(decisions: Iterable[Decision]) -> bool:
    return any(not decision.line for decision in decisions)


def _special(plan: Plan) -> tuple[Prefix, ...]:
    """Name AWS's own services, and what may be the resolver of the VPC around the networks."""
    around = (
        Prefix(4, (network.base >> 32 - length << 32 - length) + 2, BITS[4])
        for network in plan.site.networks
        if network.version == 4  # noqa: PLR2004 - IPv4.
        for length in _VPCS
        if length <= network.length
    )
    return tuple(sorted({*UNFILTERED, *around}))


class _Case(NamedTuple):
    """What decides about a stretch of ports, by its index; equal cases are decided alike."""

    rules: tuple[int, ...]
    entries: tuple[int, ...]
    flows: tuple[int, ...]
    answers: tuple[PortPair, ...]
    """The ICMP messages that answer."""


class _View:
    """One plane of a plan, with all that can decide there about a peer."""

    def __init__(self, plan: Plan, rules: Ruleset, plane: Plane, peer: Peer) -> None:
        there, back = plane.direction, opposite(plane.direction)
        (acl,) = rules.acls
        self.plan, self.plane, self.peer = plan, plane, peer
        self.rules = [line for line in rules.rules if self._speaks(line.match, there)]
        self.there = [line for line in acl if self._speaks(line.match, there)]
        self.back = [line for line in acl if self._speaks(line.match, back)]
        self.flows = [flow for flow in plan.flows if self._speaks(flow, there)]
        self.spans = [
            [port_span(line.match) for line in self.rules],
            [port_span(line.match) for line in self.there],
            [port_span(flow) for flow in self.flows],
        ]
        self.cases = self._cases()

    def _speaks(self, match: Match, direction: Direction) -> bool:
        return (
            match.direction == direction
            and match.protocol in ("-1", self.plane.protocol)
            and _may_meet(match.peer, self.peer)
        )

    def boxes(self) -> Iterator[Box]:
        """Part the packets with the peer."""
        known: dict[_Case, list[tuple[Interval, Told]]] = {}
        for (first, last), case in self.cases:
            if case not in known:
                known[case] = [*self._told(case, first)]
            for addresses, said in known[case]:
                yield Box(self.plane, first, last, addresses, said)

    def _cases(self) -> list[tuple[Interval, _Case]]:
        """Part the ports where a line or a flow begins or ends, and messages by their type."""
        spans = [*chain.from_iterable(self.spans)]
        if self.plane.protocol in ICMP:
            spans += _answered(self.plane.protocol)
        stretches = _cut(ALL_PORTS, (edge for low, high in spans for edge in (low, high + 1)))
        found = []
        for case, some in groupby(stretches, key=lambda stretch: self._case(stretch[0])):
            together = [*some]
            found.append(((together[0][0], together[-1][1]), case))
        return found

    def _case(self, port: int) -> _Case:
        protocol = self.plane.protocol
        answers = icmp_answers(protocol, port // 256) if protocol in ICMP else ()
        held = [
            tuple(index for index, (low, high) in enumerate(spans) if low <= port <= high)
            for spans in self.spans
        ]
        return _Case(held[0], held[1], held[2], answers)

    def _told(self, case: _Case, port: int) -> Iterator[tuple[Interval, Told]]:
        """Ask about one port of a stretch, for every address that anything tells apart."""
        pair = divmod(port, 256) if self.plane.protocol in ICMP else (port, port)
        question = Question(self.plane.direction, self.plane.protocol, *pair, (self.peer,))
        rules = tuple(self.rules[index] for index in case.rules)
        entries = (*(self.there[index] for index in case.entries), *self.back)
        flows = [self.flows[index] for index in case.flows]
        found = explain(Ruleset(rules, (entries,)), flows, self.plan.site, question)
        said = [told(self.plan, question, answer) for answer in found.answers]
        spans = _between(self.peer, [answer.place for answer in found.answers])
        for each, some in groupby(zip(spans, said, strict=True), key=lambda pair: pair[1]):
            together = [addresses for addresses, _ in some]
            yield (together[0][0], together[-1][1]), each


def _may_meet(one: Peer, other: Peer) -> bool:
    """Tell whether two peers may share an address, as any may with the gateways themselves."""
    if not (isinstance(one, Prefix) and isinstance(other, Prefix)):
        return True
    return one.covers(other) or other.covers(one)


@cache
def _answered(protocol: str) -> tuple[Interval, ...]:
    """Give the messages of each type that is answered."""
    kinds = range(MAX_ICMP + 1)
    answered = (kind for kind in kinds if icmp_answers(protocol, kind))
    return tuple((kind * 256, kind * 256 + MAX_ICMP) for kind in answered)


def _cut(whole: Interval, edges: Iterable[int]) -> Iterator[Interval]:
    first, last = whole
    starts = sorted({first, last + 1, *(edge for edge in edges if first < edge <= last)})
    yield from ((start, stop - 1) for start, stop in pairwise(starts))


def _between(peer: Peer, places: Sequence[Peer]) -> Iterator[Interval]:
    """Give the addresses of each place up to the next; `self` is one address, 0."""
    if not isinstance(peer, Prefix):
        return iter([(0, 0)])
    starts = [place.base for place in places if isinstance(place, Prefix)]
    return _cut(peer.interval, starts)
