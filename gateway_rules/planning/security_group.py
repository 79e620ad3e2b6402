"""Flows to security-group rules: exact, and in a form in which a rule keeps its name."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway_rules.packets import (
    FAMILIES,
    ICMP,
    SELF,
    Direction,
    Peer,
    PortPair,
    Prefix,
    Protocol,
    family,
    fitting,
    join,
    merge,
    order,
)
from gateway_rules.planning.flows import Flow
from gateway_rules.planning.quota_use import against_quota
from gateway_rules.planning.sameness import rule_content

MAX_DESCRIPTION: Final = 255
"""Characters that AWS takes (IpRange, EC2 API reference)."""


@dataclass(frozen=True)
class Rule:
    """One security-group rule; `services` are the ids of those who ask for it, sorted."""

    direction: Direction
    protocol: Protocol
    from_port: int
    to_port: int
    peer: Peer
    services: tuple[str, ...] = field(compare=False)
    description: str = field(compare=False, default="")

    @property
    def other_end(self) -> str:
        """The peer as a text."""
        return str(self.peer)

    @property
    def name(self) -> str:
        """The rule's name within its group, which its content alone gives it."""
        return rule_content(self).name


def rules(flows: Iterable[Flow], sections: dict[str, str]) -> tuple[Rule, ...]:
    """Give the rules that pass just the flows, sorted.

    Per direction, protocol and ports the prefixes merge into the fewest; then equal
    prefixes whose ports touch become one. `sections` says where a service comes from.
    """
    flows = tuple(flows)
    matches, near = _join_ports(_merge_prefixes(flows)), _by_base(flows)
    found = (_rule(match, _within(match, near), sections) for match in matches)
    return tuple(sorted(found, key=order))


_Match = tuple[Direction, Protocol, PortPair, Peer]


def _merge_prefixes(flows: tuple[Flow, ...]) -> Iterator[_Match]:
    peers: dict[tuple[Direction, Protocol, PortPair], list[Peer]] = {}
    for flow in flows:
        key = (flow.direction, flow.protocol, (flow.from_port, flow.to_port))
        peers.setdefault(key, []).append(flow.peer)
    for key, found in peers.items():
        if SELF in found:
            yield *key, SELF
        for prefix in merge(peer for peer in found if isinstance(peer, Prefix)):
            yield *key, prefix


def _join_ports(matches: Iterable[_Match]) -> Iterator[_Match]:
    """Join the ports of equal peers where they touch; ICMP types and codes are no range."""
    pairs: dict[tuple[Direction, Protocol, Peer], list[PortPair]] = {}
    for direction, protocol, ports, peer in matches:
        pairs.setdefault((direction, protocol, peer), []).append(ports)
    for (direction, protocol, peer), found in pairs.items():
        for ports in sorted(found) if protocol in ICMP else join(found):
            yield direction, protocol, ports, peer


_Near = dict[tuple[Direction, Protocol, str], list[Flow]]


def _by_base(flows: Iterable[Flow]) -> _Near:
    """Sort flows by their first address, so that a long list is not searched for every rule."""
    found: _Near = {}
    for flow in sorted(flows, key=_base):
        found.setdefault((flow.direction, flow.protocol, family(flow.peer)), []).append(flow)
    return found


def _base(flow: Flow) -> int:
    return 0 if flow.peer == SELF else flow.peer.base


def _within(match: _Match, near: _Near) -> list[Flow]:
    """Give the flows that begin within a rule's addresses, as all that it carries do."""
    direction, protocol, _, peer = match
    some = near[direction, protocol, family(peer)]
    first, last = (0, 0) if peer == SELF else peer.interval
    return some[bisect_left(some, first, key=_base) : bisect_right(some, last, key=_base)]


def _rule(match: _Match, flows: Iterable[Flow], sections: dict[str, str]) -> Rule:
    direction, protocol, ports, peer = match
    asking = (flow.services for flow in flows if _carries(match, flow))
    services = tuple(sorted({service for services in asking for service in services}))
    return Rule(direction, protocol, *ports, peer, services, description(services, sections))


def _carries(match: _Match, flow: Flow) -> bool:
    """Tell whether the rule passes the flow; a flow is never split over two rules."""
    direction, protocol, (first, last), peer = match
    if (direction, protocol) != (flow.direction, flow.protocol):
        return False
    if protocol in ICMP:
        inside = (first, last) == (flow.from_port, flow.to_port)
    else:
        inside = first <= flow.from_port and flow.to_port <= last
    return inside and covers(peer, flow.peer)


def covers(peer: Peer, other: Peer) -> bool:
    """Tell whether everybody of `other` is one of `peer`."""
    if isinstance(peer, Prefix) and isinstance(other, Prefix):
        return peer.covers(other)
    return peer == other


def description(services: tuple[str, ...], sections: dict[str, str]) -> str:
    """Name the services and where each comes from, within AWS's characters and length."""
    return fitting([f"{each} ({sections[each]})" for each in services], MAX_DESCRIPTION)


def rules_used(rules: Sequence[Rule], direction: Direction) -> dict[str, int]:
    """Count a direction's rules as AWS does, by family."""
    return {name: len(against_quota(rules, direction, name)) for name in FAMILIES.values()}
