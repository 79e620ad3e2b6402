"""What a change must never cut, and what it must never open, on its way from plan to plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, Literal, TypeAlias, TypeVar

from gateway_rehearsal.rehearse.record import HeldRule
from gateway_rules import packets
from gateway_rules.packets import (
    ALL_PORTS,
    ICMP,
    SELF,
    Match,
    Packets,
    Peer,
    PortPair,
    Prefix,
    Protocol,
    span,
)
from gateway_rules.planning import Flow, Leg, Plan, legs
from gateway_rules.review import rules

Layer: TypeAlias = Literal["security_group", "network_acl"]
Peered = TypeVar("Peered", Flow, HeldRule)
Required: TypeAlias = tuple[Flow, ...] | tuple[Leg, ...]
ANY: Final = "-1"
ALL_MESSAGES: Final = (-1, -1)


@dataclass(frozen=True)
class LayerBounds:
    """What one layer has to pass, and what it may pass at most."""

    required: Required
    permitted: tuple[Match, ...]
    among: tuple[Flow, ...] = ()
    """What one side asks for by `self` and the other one by prefix: a rule of either will do."""
    networks: tuple[Prefix, ...] = ()
    """Where the gateways are that `self` means in these."""

    def least(self, known: frozenset[str]) -> Packets:
        """Give the packets that have to pass."""
        return packets.passed(self.required, known)

    def most(self, known: frozenset[str]) -> Packets:
        """Give the packets that may pass."""
        return packets.passed(self.permitted, known)


Demand: TypeAlias = Mapping[Layer, LayerBounds]


def exactly(plan: Plan) -> Demand:
    """Demand what a plan asks for: its flows, and no more than its rules and entries pass."""
    return {
        "security_group": LayerBounds(plan.flows, tuple(rules(plan))),
        "network_acl": LayerBounds(legs(plan.flows, plan.site.networks), plan.acl.entries),
    }


def between(before: Plan, after: Plan) -> Demand:
    """Demand what both plans ask for, and permit what either of them passes.

    A plan's entries only allow, so what two ACLs pass adds up as what two groups do.
    """
    networks = tuple(n for n in before.site.networks if n in after.site.networks)
    kept = tuple(kept_flows(before.flows, after.flows))
    among = tuple(flows_among(before.flows, after.flows, networks))
    legs_ = legs((*kept, *among), networks)
    return {
        "security_group": LayerBounds(kept, (*rules(before), *rules(after)), among, networks),
        "network_acl": LayerBounds(legs_, (*before.acl.entries, *after.acl.entries)),
    }


def flows_among(
    before: Iterable[Flow], after: Iterable[Flow], networks: tuple[Prefix, ...]
) -> Iterator[Flow]:
    """Give what one side asks for by `self`, and the other by prefixes of the gateways."""
    for one, other in product(before, after):
        if (one.peer == SELF) != (other.peer == SELF):
            for pair in product(at(one, networks), at(other, networks)):
                yield from kept_flows(pair[:1], pair[1:])


def at(match: Peered, networks: Iterable[Prefix]) -> Iterator[Peered]:
    """Give a flow or a rule with the gateways' networks in place of `self`."""
    if match.peer == SELF:
        yield from (replace(match, peer=network) for network in networks)
    else:
        yield match


def kept_flows(before: Iterable[Flow], after: Iterable[Flow]) -> Iterator[Flow]:
    """Give what is asked for on both sides, with the replies that both of them need."""
    for one, other in product(before, after):
        if one.direction == other.direction and (shared := _shared(one, other)):
            yield shared


def _shared(one: Flow, other: Flow) -> Flow | None:
    """Give the conversations of both flows; a protocol is a part of all protocols."""
    if one.protocol != other.protocol and ANY not in (one.protocol, other.protocol):
        return None
    protocol = other.protocol if one.protocol == ANY else one.protocol
    peer = _shared_peer(one.peer, other.peer)
    asked = ((each.from_port, each.to_port) for each in (one, other))
    ports = _shared_ports(protocol, *asked)
    if peer is None or ports is None:
        return None
    answers = (_shared_ports(protocol, *pair) for pair in product(one.replies, other.replies))
    replies = tuple(filter(None, answers))
    return Flow(other.direction, protocol, *ports, peer, other.services, replies)


def _shared_peer(one: Peer, other: Peer) -> Peer | None:
    """Give the narrower of two prefixes, one of which holds the other."""
    if not isinstance(one, Prefix) or not isinstance(other, Prefix):
        return SELF if one == other else None
    if one.covers(other):
        return other
    return one if other.covers(one) else None


def _shared_ports(protocol: Protocol, one: PortPair, other: PortPair) -> PortPair | None:
    """Give the ports of both; of two sets of ICMP messages one holds the other, or none."""
    if protocol not in ICMP:
        first, last = max(one[0], other[0]), min(one[1], other[1])
        return (first, last) if first <= last else None
    # What is written for all protocols means every message.
    messages = [ALL_MESSAGES if pair == ALL_PORTS else pair for pair in (one, other)]
    narrow, wide = sorted(messages, key=lambda pair: _width(protocol, pair))
    (low, high), (least, most) = span(protocol, *narrow), span(protocol, *wide)
    return narrow if least <= low and high <= most else None


def _width(protocol: Protocol, pair: PortPair) -> int:
    first, last = span(protocol, *pair)
    return last - first
