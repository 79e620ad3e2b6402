"""Matches are found by the packets that they share with another one, as by looking at all."""

from hypothesis import given
from hypothesis import strategies as st

from gateway_rules.packets import sets
from gateway_rules.packets.index import Index
from gateway_rules.packets.prefixes import SELF, Peer, Prefix
from gateway_rules.packets.protocols import DIRECTIONS
from gateway_rules.packets.sets import Match, Piece


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    """Give a match in a small world, where many meet."""
    version, bits = draw(st.sampled_from([(4, 32), (6, 128)]))
    length = draw(st.integers(bits - 3, bits))
    base = draw(st.integers(0, 7)) >> (bits - length) << (bits - length)
    ends: list[Peer] = [SELF, Prefix(version, base, length), Prefix(version, 0, 0)]
    peer = draw(st.sampled_from(ends))
    protocol = draw(st.sampled_from(["tcp", "udp", "icmp", "50", "-1"]))
    direction = draw(st.sampled_from(DIRECTIONS))
    if protocol == "icmp":
        return Piece(direction, protocol, draw(st.integers(-1, 2)), -1, peer)
    first = draw(st.integers(0, 4))
    return Piece(direction, protocol, first, draw(st.integers(first, 4)), peer)


@given(st.lists(pieces(), max_size=12), pieces())
def test_what_meets_is_found(some: list[Piece], asked: Piece) -> None:
    """Both families, the gateways themselves, all protocols, and ports."""
    known = sets.universe(some, [asked])
    found: set[Match] = {*Index(some, known).meeting(asked)}
    assert found == {one for one in some if sets.meet(one, asked)}
