"""Sets of packets, against brute force over small universes and the simulator's packets."""

from ipaddress import ip_address
from itertools import combinations, product

import pytest
import simulator
from hypothesis import given, settings
from hypothesis import strategies as st
from inside import holds
from strategies import port_ranges, prefixes

from gateway_rules.audit.live import LiveEntry
from gateway_rules.packets import sets
from gateway_rules.packets.prefixes import ANYWHERE, SELF, Peer, Prefix, parse_prefix
from gateway_rules.packets.sets import Piece

MESSAGES = ((-1, -1), (3, -1), (3, 4), (4, -1), (8, 0), (255, 255))


def pairs(protocol: str) -> st.SearchStrategy[tuple[int, int]]:
    """Draw what a protocol has for ports; what AWS gives back for those without is ignored."""
    if protocol in ("icmp", "icmpv6", "1", "58"):
        return st.sampled_from(MESSAGES)
    if protocol in ("tcp", "udp", "6", "17"):
        return port_ranges()
    return st.sampled_from(((0, 65535), (-1, -1), (0, 0), (22, 25)))


PREFIXES = prefixes().map(parse_prefix)
PEERS: st.SearchStrategy[Peer] = st.one_of(st.just(SELF), PREFIXES)
PROTOCOLS = st.sampled_from(["tcp", "udp", "icmp", "icmpv6", "-1", "50", "6", "17", "1", "58"])


@st.composite
def matches(draw: st.DrawFn) -> Piece:
    """Draw what a rule says."""
    protocol = draw(PROTOCOLS)
    return Piece("egress", protocol, *draw(pairs(protocol)), draw(PEERS))


@st.composite
def acls(draw: st.DrawFn) -> list[LiveEntry]:
    """Draw allowing and denying entries with numbers of their own, in any order."""
    protocols = draw(st.lists(PROTOCOLS, max_size=6))
    numbers = draw(st.permutations(range(1, len(protocols) + 1)))
    return [
        LiveEntry(
            "acl",
            "egress",
            number,
            draw(st.sampled_from(("allow", "deny"))),
            protocol,
            *draw(pairs(protocol)),
            draw(PREFIXES),
        )
        for number, protocol in zip(numbers, protocols, strict=True)
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(matches(), max_size=5))
def test_rules_pass_what_the_simulator_passes(rules: list[Piece]) -> None:
    """Packet by packet, and counted all together; -1 passes named and numbered protocols alike."""
    found = sets.passed(rules)
    total = 0
    for packet, weight in simulator.cells("egress", rules):
        passes = simulator.group_passes(rules, packet)
        assert holds(found, packet) == passes
        total += weight * passes
    assert sets.count(found) == total


@settings(max_examples=60, deadline=None)
@given(acls())
def test_the_lowest_number_decides_as_in_the_simulator(entries: list[LiveEntry]) -> None:
    """An entry that denies hides what later ones allow, and nothing else."""
    found = sets.first_match(entries, sets.universe(entries))
    total = 0
    for packet, weight in simulator.cells("egress", entries):
        passes = simulator.acl_passes(entries, packet)
        assert holds(found, packet) == passes
        total += weight * passes
    assert sets.count(found) == total


@settings(max_examples=60, deadline=None)
@given(st.lists(matches(), max_size=4), st.lists(matches(), max_size=4))
def test_what_one_set_has_and_the_other_lacks(one: list[Piece], other: list[Piece]) -> None:
    """The difference of two sets holds just the packets that one set's rules pass alone."""
    known = sets.universe(one, other)
    found = sets.without(sets.passed(one, known), sets.passed(other, known))
    for packet, _ in simulator.cells("egress", one, other):
        alone = simulator.group_passes(one, packet) and not simulator.group_passes(other, packet)
        assert holds(found, packet) == alone
    assert all(found.values())


@settings(max_examples=60, deadline=None)
@given(st.lists(matches(), max_size=4), st.lists(matches(), max_size=4))
def test_pieces_are_a_disjoint_exact_rewriting(one: list[Piece], other: list[Piece]) -> None:
    """The pieces of a set hold its packets, each of them once."""
    known = sets.universe(one, other)
    found = sets.without(sets.passed(one, known), sets.passed(other, known))
    pieces = sets.pieces(found)
    assert sets.passed(pieces, known) == found
    assert sum(sets.count(sets.passed([piece], known)) for piece in pieces) == (sets.count(found))
    assert sorted(pieces, key=sets.order) == [*pieces]


@settings(deadline=None)
@given(st.lists(matches(), max_size=4))
def test_samples_lie_in_their_piece(some: list[Piece]) -> None:
    """The packet that stands for a piece is one of it, and its address is the first."""
    for piece in sets.pieces(sets.passed(some)):
        address, port = piece.sample
        code = max(piece.to_port, 0) if piece.protocol in ("icmp", "icmpv6") else 0
        assert simulator.holds(
            piece, simulator.Packet("egress", piece.protocol, address, port, code)
        )
        if isinstance(piece.peer, Prefix):
            assert int(ip_address(address)) == piece.peer.interval[0]


@settings(deadline=None)
@given(matches(), matches())
def test_meeting_is_sharing_a_packet(one: Piece, other: Piece) -> None:
    """Two rules meet when some packet passes both."""
    shared = any(
        simulator.holds(one, packet) and simulator.holds(other, packet)
        for packet, _ in simulator.cells("egress", [one, other])
    )
    assert sets.meet(one, other) == shared


def test_directions_do_not_meet() -> None:
    """A packet goes one way."""
    out, back = (Piece(way, "tcp", 25, 25, ANYWHERE) for way in ("egress", "ingress"))
    assert not sets.meet(out, back)
    assert len(sets.passed([out, back])) == 2


@pytest.mark.parametrize(
    ("number", "name"), [("6", "tcp"), ("17", "udp"), ("1", "icmp"), ("58", "icmpv6")]
)
def test_a_protocol_is_one_by_name_and_by_number(number: str, name: str) -> None:
    """Sets are equal, and rules meet, whichever way their protocol is written."""
    called = [Piece("egress", protocol, 3, 4, ANYWHERE) for protocol in (number, name)]
    one, other = ([piece] for piece in called)
    known = sets.universe(one, other)
    assert sets.passed(one, known) == sets.passed(other, known)
    assert sets.meet(*called)


@pytest.mark.parametrize("protocol", ["50", "-1"])
def test_ports_of_a_protocol_without_any_are_ignored(protocol: str) -> None:
    """AWS gives back -1, nothing, or what was once written there, and passes all."""
    written = [Piece("egress", protocol, *pair, ANYWHERE) for pair in ((-1, -1), (22, 25))]
    assert len({sets.count(sets.passed([piece])) for piece in written}) == 1
    assert sets.passed(written[:1]) == sets.passed(written)
    assert sets.meet(*written)


def test_all_protocols_reach_numbered_ones_that_either_side_names() -> None:
    """A rule for -1 covers protocol 50 where the other set names it, and the unnamed beside it."""
    everything = Piece("egress", "-1", 0, 65535, ANYWHERE)
    tunnel = Piece("egress", "50", 0, 65535, ANYWHERE)
    known = sets.universe([everything], [tunnel])
    rest = sets.without(sets.passed([everything], known), sets.passed([tunnel], known))
    names = sorted(piece.protocol for piece in sets.pieces(rest))
    assert names == ["icmp", "icmpv6", "other", "tcp", "udp"]


@pytest.mark.parametrize(
    ("taken", "pieces"),
    [
        (
            (3, 4),
            [
                (0, -1),
                (1, -1),
                (2, -1),
                *((3, c) for c in range(4)),
                *((3, c) for c in range(5, 256)),
            ],
        ),
        ((3, -1), [(0, -1), (1, -1), (2, -1)]),
    ],
)
def test_messages_are_written_by_whole_types_where_they_can(
    taken: tuple[int, int], pieces: list[tuple[int, int]]
) -> None:
    """Types that are there in whole have the code -1, the codes of others stand one by one."""
    everything = sets.passed([Piece("egress", "icmp", -1, -1, ANYWHERE)])
    less = sets.passed([Piece("egress", "icmp", *taken, ANYWHERE)])
    found = sets.pieces(sets.without(everything, less))
    assert [(piece.from_port, piece.to_port) for piece in found] == [
        *pieces,
        *((kind, -1) for kind in range(4, 256)),
    ]


@settings(max_examples=30, deadline=None)
@given(st.lists(matches(), max_size=4))
def test_addresses_are_counted_once(some: list[Piece]) -> None:
    """An address counts once, whatever protocols and ports reach it."""
    anyhow = [Piece("egress", "-1", 0, 65535, piece.peer) for piece in some]
    reached = sum(
        weight // 65536
        for packet, weight in simulator.cells("egress", anyhow)
        if packet.protocol == "other" and simulator.group_passes(anyhow, packet)
    )
    assert sets.addresses(sets.passed(some)) == reached


def test_no_two_planes_of_one_set_are_the_same() -> None:
    """Keys tell direction, protocol and family apart."""
    peers: list[Peer] = [ANYWHERE, parse_prefix("::/0"), SELF]
    some = [
        Piece("egress", protocol, 1, 1, peer) for protocol, peer in product(("tcp", "udp"), peers)
    ]
    assert len(sets.passed(some)) == len(some)
    assert not any(sets.meet(one, other) for one, other in combinations(some, 2))
