"""The words of a command line as a question about packets."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeVar

from gateway_rules.audit.explanation.values import Question
from gateway_rules.errors import COMMAND_LINE, Fault, Faults, Refused
from gateway_rules.inputs import HOST, is_elsewhere, looked_up, shown
from gateway_rules.packets import (
    ALL_PORTS,
    DIRECTIONS,
    ICMP,
    MAX_ICMP,
    NAMES,
    NUMBERS,
    SELF,
    Direction,
    Peer,
    PortPair,
    Prefix,
    icmp_answers,
    parse_address,
    parse_ports,
)
from gateway_rules.planning import Plan

_MESSAGE: Final = re.compile(r"([0-9]{1,3})(?:/([0-9]{1,3}))?")
_WITH_PORTS: Final = ("tcp", "udp")
T = TypeVar("T")


def parse_question(
    plan: Plan, direction: str, protocol: str, address: str, port: str | None
) -> Question:
    """Read direction, protocol, address and port; raise Faults with all that is wrong.

    The address may be a host name of the catalogue, which stands for the addresses that
    the plan has for it, a prefix, or `self` for another gateway of the stack.
    """
    reader = _Reader()
    way = reader.read(_direction, direction)
    name = reader.read(_protocol, protocol)
    peers = reader.read(lambda text: _peers(plan, text), address)
    pair = reader.read(lambda text: _pair(name or "", text), port) if name else None
    if name and peers:
        reader.read(lambda _: _same_family(name, peers), address)
    if way and name and peers and pair and not reader.faults:
        return Question(way, name, *pair, peers)
    raise Faults(*reader.faults)


class _Reader:
    """Collects what is wrong with the words, so that all of it is said at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def read(self, parse: Callable[[str], T], text: str | None) -> T | None:
        try:
            return parse(text or "")
        except Refused as refused:
            said = refused.rule, refused.message, refused.fix
            self.faults.append(Fault(COMMAND_LINE, 1, 1, *said))
            return None


def _direction(text: str) -> Direction:
    found = {str(direction): direction for direction in DIRECTIONS}.get(text)
    if found:
        return found
    fix = "write egress when the gateway begins, ingress when the other end does"
    raise Refused("choice", f"{shown(text)} is no direction", fix)


def _protocol(text: str) -> str:
    named = {"all": "-1"}.get(text, text)
    if named in NUMBERS:
        return named
    if re.fullmatch(r"0|[1-9][0-9]{0,2}", named) and int(named) <= MAX_ICMP:
        return str(NAMES.get(named, named))
    fix = f"write one of {', '.join(NUMBERS)}, or a number from 0 to 255"
    raise Refused("choice", f"{shown(text)} is no protocol", fix)


def _peers(plan: Plan, text: str) -> tuple[Peer, ...]:
    if text == SELF:
        return _own(plan)
    try:
        return (parse_address(text),)
    except Refused:
        if re.fullmatch(HOST, text) and not re.fullmatch(r"[0-9.]+", text):
            return _host(plan, text)
        raise


def _own(plan: Plan) -> tuple[Peer, ...]:
    if plan.site.networks:
        return (SELF,)
    fix = "list the CIDRs of the subnets under gateway-rules:networks"
    raise Refused("self-without-networks", "self is asked for and networks are not given", fix)


def _host(plan: Plan, text: str) -> tuple[Peer, ...]:
    """Give every address that the services which name a host have for it at this site."""
    named = {name.lower(): addresses for name, addresses in host_addresses(plan).items()}
    found = named.get(text.lower())
    if found:
        return found
    fix = "write an address, or one of the names that gateway-rules catalogue lists"
    what = "is no host of the catalogue" if found is None else "has no addresses in the catalogue"
    raise Refused("unknown-host", f"{text} {what}", fix)


def host_addresses(plan: Plan) -> dict[str, tuple[Prefix, ...]]:
    """Give the hosts of the catalogue, sorted, with the addresses that they have at this site."""
    seen = looked_up(plan.site, plan.catalogue)
    found: dict[str, set[Prefix]] = {}
    for service in plan.catalogue.services:
        elsewhere = is_elsewhere(service, plan.site, plan.catalogue)
        for name in service.host_names:
            found.setdefault(name, set(seen.get(name, ())))
        for host in () if elsewhere else service.hosts:
            if host.name not in seen:
                found[host.name].update(host.addresses)
    return {name: tuple(sorted(addresses)) for name, addresses in sorted(found.items())}


def _pair(protocol: str, text: str) -> PortPair:
    if protocol in ICMP:
        return _message(protocol, text)
    if protocol in _WITH_PORTS and not text:
        raise Refused("port", f"{protocol} needs a port", "write one such as 25, or a range 20-22")
    if protocol in _WITH_PORTS:
        return parse_ports(text)
    if text:
        raise Refused("port", f"protocol {protocol} has no ports", "leave the port out")
    return ALL_PORTS


def _message(protocol: str, text: str) -> PortPair:
    """Read type and code; a type alone is all its codes, or the one that an echo has."""
    found = _MESSAGE.fullmatch(text)
    numbers = [int(part) for part in found.groups() if part] if found else []
    if not numbers or max(numbers) > MAX_ICMP:
        fix = "write the type, or type/code such as 3/4"
        raise Refused("icmp", f"{shown(text)} is no message of {protocol}", fix)
    code = numbers[1] if len(numbers) > 1 else 0 if _has_one_code(protocol, numbers[0]) else -1
    return numbers[0], code


def _has_one_code(protocol: str, kind: int) -> bool:
    """Tell whether a type is a question or its answer, whose code is 0 (RFC 792, RFC 4443)."""
    answers = {pair[0] for pair in icmp_answers(protocol, -1)}
    return kind in answers or bool(icmp_answers(protocol, kind))


def _same_family(protocol: str, peers: tuple[Peer, ...]) -> None:
    version = {"icmp": 4, "icmpv6": 6}.get(protocol)
    for peer in peers:
        if version and isinstance(peer, Prefix) and peer.version != version:
            fix = "ask for icmp with IPv4 and for icmpv6 with IPv6"
            raise Refused("family", f"{peer.address} is no address for {protocol}", fix)
