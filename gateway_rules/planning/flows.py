"""What must pass: the conversations that a catalogue and a site ask for together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from gateway_rules.inputs import Addition, Catalogue, Service, Site, is_elsewhere, looked_up
from gateway_rules.packets import (
    ALL_PORTS,
    ANYWHERE,
    ICMP,
    SELF,
    Direction,
    Peer,
    PortPair,
    Prefix,
    Protocol,
    icmp_answers,
    opposite,
    order,
)

NO_REPLY: tuple[PortPair, ...] = ()


@dataclass(frozen=True)
class Flow:
    """One required conversation, seen from the gateway.

    `services` are the ids of those who ask for it; `replies` are the destination ports
    (ICMP: type and code) to which its replies come. Both are sorted.
    """

    direction: Direction
    protocol: Protocol
    from_port: int
    to_port: int
    peer: Peer
    services: tuple[str, ...] = field(compare=False)
    replies: tuple[PortPair, ...] = field(compare=False)


class NotUsed(NamedTuple):
    """A service or an addition that opens nothing at this site, and why."""

    service: str
    reason: str


def required_flows(catalogue: Catalogue, site: Site) -> tuple[Flow, ...]:
    """Give every flow that the site needs, one prefix each, sorted.

    The site must be without contradictions (`find_contradictions`). Flows that are equal but
    for who asks for them become one.
    """
    merged: dict[Flow, Flow] = {}
    for flow in (*_of_services(catalogue, site), *_of_additions(catalogue, site)):
        merged[flow] = _merge(merged[flow], flow) if flow in merged else flow
    return tuple(sorted(merged.values(), key=order))


def _merge(one: Flow, other: Flow) -> Flow:
    services = tuple(sorted({*one.services, *other.services}))
    replies = tuple(sorted({*one.replies, *other.replies}))
    return Flow(
        one.direction, one.protocol, one.from_port, one.to_port, one.peer, services, replies
    )


def _of_services(catalogue: Catalogue, site: Site) -> Iterator[Flow]:
    for service in catalogue.services:
        if why_not_used(service, site):
            continue
        ends = product(service.directions, service.ports, _peers(service, catalogue, site))
        for direction, ports, peer in ends:
            replies = _service_replies(service, direction, site)
            yield Flow(direction, service.protocol, *ports, peer, (service.id,), replies)


def why_not_used(service: Service, site: Site) -> str | None:
    """Say why a service opens nothing at a site, or None when it opens something."""
    if site.services.get(service.id) is False:
        return "the stack file leaves it out"
    version, before = site.gateway_version, service.before_version
    if version and before and _parts(version) >= _parts(before):
        return f"it holds for versions before {before}; the gateway's is {version}"
    if service.role and not site.roles[service.role]:
        return f"the site has no {service.role}"
    return None


def not_used(catalogue: Catalogue, site: Site) -> tuple[NotUsed, ...]:
    """Give the services and additions that open nothing, sorted."""
    services = {service.id: why_not_used(service, site) for service in catalogue.services}
    additions = {addition.name: _why_empty(addition, site) for addition in site.additions}
    reasons = sorted((services | additions).items())
    return tuple(NotUsed(name, reason) for name, reason in reasons if reason)


def _why_empty(addition: Addition, site: Site) -> str | None:
    """Say why an addition opens nothing: each of its peers is a role that the site has not."""
    empty = [str(peer) for peer in addition.peers if not site.roles.get(str(peer), (peer,))]
    return f"the site has no {' and no '.join(empty)}" if [*addition.peers] == empty else None


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _peers(service: Service, catalogue: Catalogue, site: Site) -> tuple[Peer, ...]:
    """Give who is at the other end; never the addresses of another part of the world."""
    if service.role:
        return role_peers(site, service.role)
    if narrowed := site.services.get(service.id):
        return narrowed
    if service.anywhere:
        return (ANYWHERE,)
    seen = looked_up(site, catalogue)
    if is_elsewhere(service, site, catalogue):
        return tuple(address for name in service.host_names for address in seen[name])
    return tuple(a for host in service.hosts for a in seen.get(host.name, host.addresses))


def role_peers(site: Site, role: str) -> tuple[Peer, ...]:
    """Give the prefixes of a role, and the gateways themselves where it holds them."""
    return tuple(_peer(peer) for peer in site.roles[role])


def _peer(peer: Peer | str) -> Peer:
    """Give a peer that has been checked to be no other word."""
    return peer if isinstance(peer, Prefix) else SELF


def _of_additions(catalogue: Catalogue, site: Site) -> Iterator[Flow]:
    for addition in site.additions:
        for pair, named in product(addition.port_pairs, addition.peers):
            peers = role_peers(site, named) if named in catalogue.roles else (_peer(named),)
            replies = _replies(addition.protocol, pair, addition.direction, site)
            for peer in peers:
                yield Flow(
                    addition.direction, addition.protocol, *pair, peer, (addition.name,), replies
                )


def _service_replies(service: Service, direction: Direction, site: Site) -> tuple[PortPair, ...]:
    if not service.replies:
        return NO_REPLY
    return tuple(sorted({ephemeral(direction, site), *(service.reply_ports or ())}))


def _replies(
    protocol: Protocol, pair: PortPair, direction: Direction, site: Site
) -> tuple[PortPair, ...]:
    """Give where replies come to: what answers an ICMP message, else the asker's own ports."""
    if protocol in ICMP:
        return icmp_answers(protocol, pair[0])
    return (ALL_PORTS,) if protocol == "-1" else (ephemeral(direction, site),)


def ephemeral(direction: Direction, site: Site) -> PortPair:
    """Whoever begins a conversation takes the replies on its ephemeral ports."""
    ports = site.ephemeral_ports
    return ports.gateway if direction == "egress" else ports.clients


@dataclass(frozen=True)
class Leg:
    """One way of a flow through a network ACL, which knows no conversations."""

    direction: Direction
    protocol: Protocol
    from_port: int
    to_port: int
    peer: Prefix
    purpose: str
    services: tuple[str, ...] = field(compare=False)


def legs(flows: tuple[Flow, ...], networks: tuple[Prefix, ...]) -> tuple[Leg, ...]:
    """Give what an ACL must pass: every request and every reply.

    `self` is every network of the gateways: an ACL knows no groups, and traffic
    between gateways in different subnets crosses it.
    """
    return tuple(leg for flow in flows for leg in _legs(flow, networks))


def _legs(flow: Flow, networks: tuple[Prefix, ...]) -> Iterator[Leg]:
    back = opposite(flow.direction)
    for peer in networks if flow.peer == SELF else (flow.peer,):
        request = (flow.from_port, flow.to_port)
        yield Leg(flow.direction, flow.protocol, *request, peer, "request", flow.services)
        for reply in flow.replies:
            yield Leg(back, flow.protocol, *reply, peer, "reply", flow.services)
