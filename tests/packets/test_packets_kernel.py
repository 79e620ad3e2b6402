"""The packets that the model passes are those that the Linux kernel passes.

Rules and entries are written for nftables from their values alone and loaded in a
network namespace, and real packets at their edges, and just beyond, are sent through.
"""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

import pytest
import wire
from inside import holds
from simulator import Packet
from sites import ROOT
from wire import GATEWAY, NUMBERS, Probe

from gateway_rules.audit.live import LiveEntry
from gateway_rules.packets import sets
from gateway_rules.packets.prefixes import SELF, Peer, Prefix, parse_prefix
from gateway_rules.packets.protocols import DIRECTIONS, Direction
from gateway_rules.packets.sets import Match, Numbered, Piece
from gateway_rules.planning.planner import Plan
from gateway_rules.planning.stack_plan import load_plan


@pytest.fixture(scope="module", autouse=True)
def kernel() -> None:
    """Leave the kernel out where there is no way to ask it."""
    if lacking := wire.missing():
        pytest.skip(lacking)


SEEDS = (1, 2, 3)
MEMBERS = ("10.42.8.20", "10.42.8.21")
"""The other gateways of the stack, whom a group calls `self`."""
NAMES = {number: name for name, number in NUMBERS.items()}
UNNAMED = 99
"""A protocol that no rule names ("any private encryption scheme")."""
ICMP = ("icmp", "icmpv6")

Message = tuple[int, int, int]
"""The number of a protocol, with port and no code, or with type and code."""


# --- Rules as nftables has them --------------------------------------------------------------


def remote_of(match: Match) -> str:
    """Write who is at the other end."""
    side = "saddr" if match.direction == "ingress" else "daddr"
    if match.peer == SELF:
        return f"ip {side} {{ {', '.join(MEMBERS)} }}"
    if match.peer.length == 0:
        return f"meta nfproto ipv{match.peer.version}"
    return f"{'ip' if match.peer.version == 4 else 'ip6'} {side} {match.peer}"


def packets_of(match: Match) -> str:
    """Write protocol and ports, or type and code, which are the first two bytes of ICMP."""
    if match.protocol == "-1":
        return ""
    text = f"meta l4proto {NUMBERS.get(match.protocol, match.protocol)}"
    if match.protocol in ("tcp", "udp"):
        first, last = match.from_port, match.to_port
        return f"{text} th dport {first}" + (f"-{last}" if last > first else "")
    if match.protocol in ICMP:
        places = (("0,8", match.from_port), ("8,8", match.to_port))
        return " ".join([text, *(f"@th,{at} {value}" for at, value in places if value >= 0)])
    return text


def table(first: str, verdicts: Iterable[tuple[Match, str]]) -> str:
    """Write a table that drops what no line accepts; the lines keep their order."""
    lines: dict[Direction, list[str]] = {direction: [first] for direction in DIRECTIONS}
    for match, verdict in verdicts:
        lines[match.direction].append(f"{remote_of(match)} {packets_of(match)} {verdict}")
    hooks = {"ingress": "input", "egress": "output"}
    chains = (
        f"chain {way} {{ type filter hook {hooks[way]} priority 0; policy drop;\n"
        + "\n".join(some)
        + "\n}\n"
        for way, some in lines.items()
    )
    return f"table inet gateway {{\n{''.join(chains)}}}\n"


# --- Packets at the edges ---------------------------------------------------------------------


def remotes(peer: Peer) -> tuple[list[str], list[str]]:
    """Give addresses at both ends of a peer, and those just beyond."""
    if peer == SELF:
        return [*MEMBERS], [str(ip_address(MEMBERS[1]) + 1)]
    low, high = peer.interval
    if peer.length == 0:
        # Neither end of all addresses is one that a packet may come from.
        return (["1.0.0.0", "223.255.255.255"] if peer.version == 4 else ["2000::", "3fff::"]), []
    inside = [Prefix(peer.version, number, 0).address for number in (low, high)]
    beyond = [Prefix(peer.version, number, 0).address for number in (low - 1, high + 1)]
    return inside, beyond


def messages(match: Match) -> tuple[list[Message], list[Message]]:
    """Give messages at both ends of what a match says, and those just beyond."""
    first, last = match.from_port, match.to_port
    if match.protocol == "-1":
        own = "icmp" if match.peer == SELF or match.peer.version == 4 else "icmpv6"
        everything = [*((n, p, 0) for n in (6, 17) for p in (1, 65535)), (NUMBERS[own], 3, 4)]
        return [*everything, (50, 0, 0), (UNNAMED, 0, 0)], []
    number = int(NUMBERS.get(match.protocol, match.protocol))
    if match.protocol in ICMP:
        kinds, codes = ([value] if value >= 0 else [1, 255] for value in (first, last))
        beyond = [(number, kinds[0], codes[0] ^ 1), (number, kinds[0] ^ 1, codes[0])]
        return [(number, kind, code) for kind in kinds for code in codes], beyond
    if match.protocol not in NUMBERS:
        return [(number, 0, 0)], [(UNNAMED, 0, 0)]
    beyond = [(number, port, 0) for port in (first - 1, last + 1) if 0 < port <= 65535]
    return [(number, first, 0), (number, last, 0)], [*beyond, (23 - number, first, 0)]


def edges(match: Match) -> Iterator[tuple[Direction, str, Message]]:
    """Give packets that match, and some that differ in one respect."""
    inside, outside = remotes(match.peer)
    said, beyond = messages(match)
    yield from ((match.direction, inside[0], message) for message in said + beyond)
    yield from ((match.direction, remote, said[-1]) for remote in inside[1:] + outside)


def probes(matches: Iterable[Match], back: Callable[[int], int]) -> list[Probe]:
    """Give a probe for each edge, whose replies come to the port that `back` says."""
    found = [edge for match in matches for edge in edges(match) if edge[1] not in GATEWAY.values()]
    return [
        Probe(direction, number, remote, port, back(index) if number in (6, 17) else code)
        for index, (direction, remote, (number, port, code)) in enumerate(found)
    ]


# --- What the model says ----------------------------------------------------------------------


@dataclass(frozen=True)
class Model:
    """A set of packets and the protocols that it tells apart."""

    found: sets.Packets
    known: frozenset[str]

    def passes(self, probe: Probe) -> bool:
        """Tell whether the model passes a probe's request."""
        name = NAMES.get(probe.protocol, str(probe.protocol))
        has_code = name in ICMP
        packet = Packet(
            probe.direction,
            name if name in self.known else sets.OTHER,
            probe.remote,
            probe.port,
            probe.back if has_code else 0,
        )
        among = replace(packet, remote=SELF)
        return holds(self.found, packet) or (probe.remote in MEMBERS and holds(self.found, among))

    def passes_back(self, probe: Probe) -> bool:
        """Tell whether it passes the reply to a request as a packet of its own."""
        way = "ingress" if probe.direction == "egress" else "egress"
        return self.passes(replace(probe, direction=way, port=probe.back, back=probe.port))


def compare(
    rules: str, tried: Sequence[Probe], passes: Callable[[Probe], tuple[bool, bool]]
) -> None:
    """Send the probes through the rules, and expect what `passes` says of request and reply."""
    found = wire.send(rules, list(tried))
    print(f"{len(tried)} packets, {sum(map(sum, found))} requests and replies passed")  # noqa: T201 - shown by pytest -rP.
    wanted = [passes(probe) for probe in tried]
    wrong = [each for each in zip(tried, found, wanted, strict=True) if each[1] != each[2]]
    assert wrong == []
    assert {request for request, _ in found} == {True, False}


def is_answered(probe: Probe) -> bool:
    """Tell whether a reply is sent; conntrack tells those of ICMP apart by means of their own."""
    return probe.protocol in (6, 17)


def compare_group(rules: Sequence[Match]) -> None:
    """Hold a group against the kernel's connection tracking: replies pass by themselves."""
    model = Model(sets.passed(rules), sets.universe(rules))

    def passes(probe: Probe) -> tuple[bool, bool]:
        request = model.passes(probe)
        return request, request and is_answered(probe)

    written = table("ct state established accept", ((rule, "accept") for rule in rules))
    # One direction after the other: of a protocol without ports, what goes one way is
    # taken for the reply to what went the other way.
    for direction in DIRECTIONS:
        some = [rule for rule in rules if rule.direction == direction]
        # A port of its own makes each request a conversation of its own.
        compare(written, probes(some, lambda index: 20000 + index), passes)


EPHEMERAL = (1023, 1024, 32767, 32768, 60999, 61000, 65535)


def compare_acl(entries: Sequence[Numbered]) -> None:
    """Hold an ACL against a table without connection tracking: replies need an entry too."""
    known = sets.universe(entries)
    model = Model(sets.first_match(entries, known), known)

    def passes(probe: Probe) -> tuple[bool, bool]:
        request = model.passes(probe)
        return request, request and is_answered(probe) and model.passes_back(probe)

    ordered = sorted(entries, key=lambda entry: entry.number)
    verdicts = {"allow": "accept", "deny": "drop"}
    written = table("", ((entry, verdicts[entry.action]) for entry in ordered))
    compare(written, probes(entries, lambda index: EPHEMERAL[index % len(EPHEMERAL)]), passes)


def test_rules_are_loaded_in_a_namespace_of_their_own_alone() -> None:
    """Asked to work where the tests run, the program refuses before it touches a rule."""
    task = {"here": str(Path("/proc/self/ns/net").readlink()), "rules": "x", "probes": []}
    done = subprocess.run(  # noqa: S603 - the program is the tests' own.
        [sys.executable, wire.__file__],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=False,
    )
    refusal = "this is the namespace of the tests, whose rules are not ours to change\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", refusal)


# --- Cases --------------------------------------------------------------------------------------

ACTIONS: tuple[Literal["allow", "deny"], ...] = ("allow", "allow", "deny")
PROTOCOLS = ("tcp", "tcp", "tcp", "udp", "udp", "icmp", "icmpv6", "-1", "50")
OUTER = (parse_prefix("100.64.0.0/16"), parse_prefix("2001:db8:1::/48"))


def any_prefix(draw: random.Random, version: int) -> Prefix:
    """Draw a prefix out of few, so that they nest and touch; at times a whole family."""
    outer = next(prefix for prefix in OUTER if prefix.version == version)
    if draw.random() < 0.1:
        return Prefix(version, 0, 0)
    more = draw.choice((0, 1, 2, 3, 8, 12, 16))
    size = (32 if version == 4 else 128) - outer.length - more
    return Prefix(version, outer.base | draw.getrandbits(more) << size, outer.length + more)


def any_entry(draw: random.Random, number: int) -> LiveEntry:
    """Draw an entry, or what a rule says; ports are close to one another."""
    protocol = draw.choice(PROTOCOLS)
    version = {"icmp": 4, "icmpv6": 6}.get(protocol) or draw.choice((4, 6))
    first = draw.choice((1, 22, 25, 80, 443, 1024, 32768, 65535))
    pair = first, min(first + draw.choice((0, 0, 1, 50, 1000)), 65535)
    if protocol in ICMP:
        pair = draw.choice(((-1, -1), (3, -1), (3, 4), (11, 0), (200, 0)))
    elif protocol not in NUMBERS:
        pair = 0, 65535
    action = draw.choice(ACTIONS)
    direction = draw.choice(DIRECTIONS)
    return LiveEntry("acl", direction, number, action, protocol, *pair, any_prefix(draw, version))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_group_passes_what_the_kernel_passes(seed: int) -> None:
    """A request passes where a rule covers it, and its reply with it."""
    draw = random.Random(seed)  # noqa: S311 - the same cases each time are the point.
    among = [Piece(direction, "tcp", 443, 444, SELF) for direction in DIRECTIONS]
    compare_group([*among, *(any_entry(draw, number) for number in range(24))])


@pytest.mark.parametrize("seed", SEEDS)
def test_an_acl_passes_what_the_kernel_passes(seed: int) -> None:
    """The lowest number decides, of requests and of replies alike."""
    draw = random.Random(seed)  # noqa: S311 - the same cases each time are the point.
    compare_acl([any_entry(draw, number) for number in draw.sample(range(1, 32767), 30)])


@pytest.fixture(scope="module")
def ireland() -> Plan:
    """Give the plan of a stack that is shipped."""
    return load_plan(ROOT, "eu-west-1").plan


def test_the_group_of_a_real_stack_passes_what_the_kernel_passes(ireland: Plan) -> None:
    """Every rule of the plan is tried at its edges."""
    compare_group([rule for group in ireland.groups for rule in group.rules])


def test_the_acl_of_a_real_stack_passes_what_the_kernel_passes(ireland: Plan) -> None:
    """Every entry of the plan is tried at its edges, and with replies to ports at the edges."""
    compare_acl(ireland.acl.entries)
