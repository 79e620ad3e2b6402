"""Who reaches what, judged by rules that are asked one by one."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from strategies import port_ranges, prefixes

from gateway_rules import packets
from gateway_rules.packets import Piece, parse_prefix
from gateway_rules.packets.public_addresses import objection, public_part
from gateway_rules.review import reach
from gateway_rules.review.reach import Peers, Watched

WATCHED: Watched = {"tcp": ((22, 22), (25, 80)), "udp": ((53, 53),)}


def piece(peer: str, ports: tuple[int, int], protocol: str = "tcp", way: str = "ingress") -> Piece:
    """Give what a rule passes."""
    at = parse_prefix(peer)
    return Piece("ingress" if way == "ingress" else "egress", protocol, *ports, at)


def pieces() -> st.SearchStrategy[list[Piece]]:
    """Draw rules of both directions and families, some of every protocol."""
    one = st.builds(
        piece,
        prefixes(),
        port_ranges(),
        st.sampled_from(["tcp", "udp", "-1", "icmp", "50"]),
        st.sampled_from(["ingress", "ingress", "egress"]),
    )
    return st.lists(one, max_size=6)


def most(some: Iterable[Piece]) -> int:
    """Count the ports of whoever has the most."""
    return max((peers.ports for peers in reach.ports_per_peer(packets.passed(some))), default=0)


def counted(some: Iterable[Piece], *, is_public: bool) -> int:
    """Count who reaches what is watched."""
    found = reach.sources(packets.passed(some), WATCHED)
    return reach.counted_sources(reach.public(found) if is_public else found)


@given(some=pieces(), more=pieces(), is_public=st.booleans())
def test_who_passes_more_never_counts_less(
    some: list[Piece], more: list[Piece], *, is_public: bool
) -> None:
    """No rule takes anything from what another one opens."""
    assert counted(some, is_public=is_public) <= counted([*some, *more], is_public=is_public)
    assert most(some) <= most([*some, *more])


@given(pieces())
def test_the_order_and_the_halves_of_rules_do_not_count(some: list[Piece]) -> None:
    """Rules that are split, repeated or turned around are what they were."""
    halves = [half for each in some for half in _split(each)]
    turned = [*reversed(halves), *some[:1]]
    for is_public in (False, True):
        assert counted(turned, is_public=is_public) == counted(some, is_public=is_public)
    assert most(turned) == most(some)


def _split(whole: Piece) -> list[Piece]:
    """Part a rule by its addresses where it has several, and by its ports where it can be."""
    peer = whole.peer
    if isinstance(peer, str) or peer.length == packets.BITS[peer.version]:
        return [whole]
    low, high = peer.interval
    middle = (low + high) // 2
    ends = ((low, middle), (middle + 1, high))
    return [
        Piece(whole.direction, whole.protocol, whole.from_port, whole.to_port, prefix)
        for end in ends
        for prefix in packets.from_interval(peer.version, end)
    ]


@given(pieces(), prefixes())
def test_an_address_is_a_source_when_a_rule_lets_it_reach_a_watched_port(
    some: list[Piece], where: str
) -> None:
    """Asked address by address, the answer is the same."""
    first = parse_prefix(where).base
    family = packets.family(parse_prefix(where))
    found = reach.sources(packets.passed(some), WATCHED).get(family, ())
    is_source = any(low <= first <= high for low, high in found)
    host = packets.Prefix(parse_prefix(where).version, first, 128 if family == "ipv6" else 32)
    questions = [
        Piece("ingress", name, *pair, host) for name, pairs in WATCHED.items() for pair in pairs
    ]
    assert is_source == any(packets.meet(rule, each) for rule in some for each in questions)


def test_every_port_counts_once() -> None:
    """Two rules of the same port are one, of two protocols two; a further protocol is one."""
    rules = [
        piece("51.1.0.0/24", (20, 30)),
        piece("51.1.0.0/25", (25, 40)),
        piece("51.1.0.7/32", (53, 53), "udp"),
        piece("51.1.0.0/16", (3, 4), "icmp"),
        piece("51.1.0.0/24", (8, -1), "icmp"),
    ]
    found = {(str(p.prefix), p.ports) for p in reach.ports_per_peer(packets.passed(rules))}
    assert ("51.1.0.7/32", 21 + 1 + 1) in found
    assert ("51.1.0.128/25", 11 + 1) in found
    assert ("51.1.1.0/24", 1) in found


def test_a_rule_of_every_protocol_has_every_port() -> None:
    """All of TCP and UDP, and one for each protocol beside them."""
    assert most([piece("51.1.0.0/24", (0, 65535), "-1")]) > 2 * 65536


def test_in_ipv6_a_network_of_64_bits_is_a_source() -> None:
    """Single addresses of one household are one, as is all of it; a /48 has 65,536."""
    one = [piece("2a01:1::1/128", (22, 22)), piece("2a01:1::7/128", (22, 22))]
    assert counted(one, is_public=True) == 1
    assert counted([piece("2a01:1::/48", (22, 22)), *one], is_public=True) == 65536


def test_only_the_internet_is_public() -> None:
    """What IANA set aside is left out of a prefix around it, and nothing else is."""
    whole = parse_prefix("8.0.0.0/6").interval
    assert public_part("ipv4", (whole,)) == (
        (parse_prefix("8.0.0.0/8").base, parse_prefix("9.0.0.0/8").interval[1]),
        parse_prefix("11.0.0.0/8").interval,
    )


@given(prefixes())
def test_public_is_what_nothing_objects_to(where: str) -> None:
    """The table has one meaning for a single address, whichever way it is asked."""
    prefix = parse_prefix(where)
    family = packets.family(prefix)
    host = packets.Prefix(prefix.version, prefix.base, packets.BITS[prefix.version])
    is_public = bool(public_part(family, ((prefix.base, prefix.base),)))
    assert is_public == (objection(host) is None)


def test_the_peer_with_the_most_ports_is_one_for_whom_something_opens() -> None:
    """Others with as many are not the change's."""
    rules = [piece("51.1.0.0/24", (1, 100)), piece("52.1.0.0/24", (1, 90))]
    peers = [*reach.ports_per_peer(packets.passed(rules))]
    opened = packets.passed([piece("52.1.0.8/29", (90, 90))])
    found = reach.most_ports(peers, opened, 64, is_public=True)
    assert found == Peers("ingress", "ipv4", parse_prefix("52.1.0.8/29").interval, 90)
    assert reach.most_ports(peers, opened, 90, is_public=True) is None
