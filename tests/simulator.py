"""A judge over single packets, as dumb as AWS describes it, that shares no code with the product.

Rules, entries and flows are anything with the attributes of ``Rule`` and ``Entry``.  A packet of
ICMP has its type as port, and its code; -1 in a rule is any of them.  Protocols that are neither
TCP, UDP nor ICMP have no ports, whatever a rule says.  A rule may call a protocol by its number.
The remote "self" is another gateway, as a group names it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import chain, pairwise, product
from typing import Protocol, TypeAlias, TypeVar

Ports: TypeAlias = tuple[int, int]
Message: TypeAlias = tuple[str, int, int]

SELF = "self"
LAST_PORT = 65535
WITH_PORTS = ("tcp", "udp")
EVERY_PROTOCOL = ("icmp", "icmpv6", "other", "tcp", "udp")
BY_NUMBER = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
# The questions of ICMP and their answers (RFC 792, RFC 4443).
ANSWERS = {"icmp": {8: 0, 13: 14, 15: 16, 17: 18}, "icmpv6": {128: 129}}


class Match(Protocol):
    """What a rule, an entry and a flow have in common."""

    @property
    def direction(self) -> str:
        """`ingress` or `egress`."""

    @property
    def protocol(self) -> str:
        """`tcp`, `udp`, `icmp`, `icmpv6`, another protocol's number, or -1 for all."""

    @property
    def from_port(self) -> int:
        """First port, or ICMP type."""

    @property
    def to_port(self) -> int:
        """Last port, or ICMP code."""

    @property
    def peer(self) -> object:
        """What prints as a CIDR or as `self`."""


class Numbered(Match, Protocol):
    """An entry of a network ACL."""

    @property
    def number(self) -> int:
        """Its place in the order."""

    @property
    def action(self) -> str:
        """`allow` or `deny`."""


Found = TypeVar("Found", bound=Match)


@dataclass(frozen=True)
class Rule:
    """A security-group rule, or a flow."""

    direction: str
    protocol: str
    from_port: int
    to_port: int
    peer: str


@dataclass(frozen=True)
class Entry:
    """A network-ACL entry."""

    direction: str
    number: int
    action: str
    protocol: str
    from_port: int
    to_port: int
    peer: str


@dataclass(frozen=True)
class Packet:
    """A packet as the gateway's side sees it; `port` is where it goes to."""

    direction: str
    protocol: str
    remote: str
    port: int
    code: int = 0


@dataclass(frozen=True)
class Surroundings:
    """What a network ACL must know of both ends."""

    networks: Sequence[str] = ()
    gateway_ephemeral: Ports = (32768, 60999)
    client_ephemeral: Ports = (1024, 65535)


def holds(match: Match, packet: Packet) -> bool:
    """Tell whether the packet is one of those that the rule or entry speaks of."""
    return (
        match.direction == packet.direction
        and protocol_of(match) in {"-1", packet.protocol}
        and (match.protocol == "-1" or _holds_port(match, packet))
        and _holds_remote(str(match.peer), packet.remote)
    )


def protocol_of(match: Match) -> str:
    """Give the name of a match's protocol, or its number where it has no name."""
    return BY_NUMBER.get(match.protocol, match.protocol)


def _holds_port(match: Match, packet: Packet) -> bool:
    if packet.protocol in ANSWERS:
        return match.from_port in {-1, packet.port} and match.to_port in {-1, packet.code}
    return packet.protocol not in WITH_PORTS or match.from_port <= packet.port <= match.to_port


def _holds_remote(peer: str, remote: str) -> bool:
    if SELF in {peer, remote}:
        return peer == remote
    return ip_address(remote) in ip_network(peer)


def group_passes(rules: Iterable[Match], packet: Packet) -> bool:
    """Tell whether a security group lets the packet begin a conversation: any rule will do."""
    return any(holds(rule, packet) for rule in rules)


def acl_passes(entries: Iterable[Numbered], packet: Packet) -> bool:
    """Tell whether a network ACL passes the packet: the lowest number decides, else denied."""
    in_order = sorted(entries, key=lambda entry: entry.number)
    return next((entry.action == "allow" for entry in in_order if holds(entry, packet)), False)


# --- A whole conversation -------------------------------------------------------------------


def conversation_passes(
    rules: Sequence[Match],
    entries: Sequence[Numbered],
    flow: Match,
    around: Surroundings,
    replies: Sequence[Ports] | None = None,
) -> bool:
    """Tell whether a flow's outermost packets pass group and ACL, and their answers the ACL.

    ``replies`` are the ports that answers come to, where those are not just the asking side's
    ephemeral range; ICMP is answered by type instead.
    """
    back = [_ephemeral(flow, around)] if replies is None else replies
    remotes = _remotes(str(flow.peer), around)
    there = _packets(flow.direction, remotes, _asked(flow))
    answers = _packets(_opposite(flow.direction), remotes, _answered(flow, back))
    begin = _packets(flow.direction, [SELF] if flow.peer == SELF else remotes, _asked(flow))
    return all(group_passes(rules, packet) for packet in begin) and all(
        acl_passes(entries, packet) for packet in chain(there, answers)
    )


def _packets(
    direction: str, remotes: Iterable[str], messages: Iterable[Message]
) -> Iterator[Packet]:
    for remote, (protocol, port, code) in product(remotes, messages):
        yield Packet(direction, protocol, remote, port, code)


def _remotes(peer: str, around: Surroundings) -> list[str]:
    networks = [ip_network(name) for name in (around.networks if peer == SELF else [peer])]
    return [str(end) for network in networks for end in (network[0], network[-1])]


def _opposite(direction: str) -> str:
    return {"ingress": "egress", "egress": "ingress"}[direction]


def _ephemeral(flow: Match, around: Surroundings) -> Ports:
    return around.gateway_ephemeral if flow.direction == "egress" else around.client_ephemeral


def _protocols(flow: Match) -> Sequence[str]:
    return EVERY_PROTOCOL if flow.protocol == "-1" else [flow.protocol]


def _asked(flow: Match) -> list[Message]:
    return [message for name in _protocols(flow) for message in _edges(name, *_numbers(flow, name))]


def _numbers(flow: Match, protocol: str) -> Ports:
    everything = (-1, -1) if protocol in ANSWERS else (0, LAST_PORT)
    return everything if flow.protocol == "-1" else (flow.from_port, flow.to_port)


def _edges(protocol: str, first: int, last: int) -> Iterator[Message]:
    if protocol in ANSWERS:
        types, codes = ([0, 255] if number == -1 else [number] for number in (first, last))
        return ((protocol, kind, code) for kind, code in product(types, codes))
    return ((protocol, port, 0) for port in (first, last))


def _answered(flow: Match, spans: Sequence[Ports]) -> Iterator[Message]:
    for name in _protocols(flow):
        if name in ANSWERS:
            kind = _numbers(flow, name)[0]
            questions = ANSWERS[name] if kind == -1 else ANSWERS[name].keys() & {kind}
            yield from ((name, ANSWERS[name][question], 0) for question in questions)
        else:
            for span in spans:
                yield from _edges(name, *span)


# --- Every packet there is -------------------------------------------------------------------


def cells(direction: str, *sets: Iterable[Match]) -> Iterator[tuple[Packet, int]]:
    """Yield one packet for each part of the universe that no edge of the sets divides.

    With it comes the number of packets in that part: addresses times ports, where ICMP has 65536
    messages and any other protocol counts as one with all ports.  What holds for these packets
    holds for all.  Families that no peer has are left out.
    """
    matches = [match for some in sets for match in some if match.direction == direction]
    places = list(_places({str(match.peer) for match in matches}))
    for name in sorted({*map(protocol_of, matches)} - {"-1"} | {*EVERY_PROTOCOL}):
        numbers = [(m.from_port, m.to_port) for m in matches if protocol_of(m) == name]
        for (port, code, weight), (remote, size) in product(_messages(name, numbers), places):
            yield Packet(direction, name, remote, port, code), weight * size


def _places(peers: set[str]) -> Iterator[tuple[str, int]]:
    if SELF in peers:
        yield SELF, 1
    networks = [ip_network(peer) for peer in peers - {SELF}]
    for one in (IPv4Network("0.0.0.0/0"), IPv6Network("::/0")):
        spans = [(int(n[0]), int(n[-1])) for n in networks if n.version == one.version]
        if spans:
            for start, size in _stretches(spans, one.num_addresses):
                yield str(one[start]), size


def _messages(protocol: str, numbers: Sequence[Ports]) -> Iterator[tuple[int, int, int]]:
    if protocol in WITH_PORTS:
        for port, size in _stretches(numbers, LAST_PORT + 1):
            yield port, 0, size
    elif protocol in ANSWERS:
        types = [(kind, kind) for kind, _ in numbers if kind >= 0]
        codes = [(code, code) for _, code in numbers if code >= 0]
        for (kind, many), (code, more) in product(_stretches(types, 256), _stretches(codes, 256)):
            yield kind, code, many * more
    else:
        yield 0, 0, LAST_PORT + 1


def _stretches(spans: Iterable[Ports], end: int) -> list[tuple[int, int]]:
    """Return start and size of what the spans' edges cut the numbers below ``end`` into."""
    edges = {0, end} | {edge for first, last in spans for edge in (first, last + 1)}
    return [(low, high - low) for low, high in pairwise(sorted(edges))]


def compare(
    direction: str,
    required: Sequence[Match],
    found: Sequence[Found],
    passes: Callable[[Sequence[Found], Packet], bool],
) -> tuple[list[Packet], int]:
    """Return samples of what is required but does not pass, and the number that pass unasked.

    ``passes`` is ``group_passes`` or ``acl_passes``.
    """
    missing, excess = [], 0
    for packet, size in cells(direction, required, found):
        asked, passed = group_passes(required, packet), passes(found, packet)
        if asked and not passed:
            missing.append(packet)
        excess += size * (passed and not asked)
    return missing, excess
