"""Numbers, packets and lists as people read them."""

import pytest

from gateway_rules.packets.prefixes import SELF, Peer, parse_prefix
from gateway_rules.packets.protocols import span
from gateway_rules.packets.sets import OTHER, Piece
from gateway_rules.packets.words import (
    bare,
    counted,
    cut,
    directed_traffic,
    few,
    fitting,
    format_ports,
    list_ports,
    other_end,
    quantity,
    shortened,
    spoken_traffic,
    traffic,
    traffic_within,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (42_879, "42,879"),
        (999_999_999_999, "999,999,999,999"),
        (10**12, "1.00e12"),
        (285_546_589_133_967, "2.86e14"),
        (1 << 144, "2.23e43"),
    ],
)
def test_a_number_is_exact_while_it_can_be_read(number: int, text: str) -> None:
    """Only what has more digits than anybody counts is rounded."""
    assert quantity(number) == text


def test_one_thing_has_a_noun_of_its_own() -> None:
    """Numbers have commas, and 1 has the singular."""
    counts = [counted(number, "packet", "packets") for number in (0, 1, 1234)]
    assert counts == ["0 packets", "1 packet", "1,234 packets"]


# --- Packets -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("protocol", "pair", "text"),
    [
        ("tcp", (80, 80), "80"),
        ("udp", (20, 22), "20-22"),
        ("icmp", (3, 4), "type 3 code 4"),
        ("icmp", (3, -1), "type 3"),
        ("icmpv6", (-1, -1), "all"),
        ("-1", (0, 65535), "all"),
    ],
)
def test_ports_are_written_as_a_person_does(
    protocol: str, pair: tuple[int, int], text: str
) -> None:
    """One port, a range, a message, or all of them."""
    assert format_ports(protocol, *pair) == text


def test_several_ports_are_one_list() -> None:
    """In the order given, ranges among them."""
    assert list_ports("tcp", [(443, 443), (20, 22)]) == "443, 20-22"


@pytest.mark.parametrize(
    ("protocol", "pair", "text"),
    [
        ("tcp", (80, 80), "tcp 80"),
        ("icmp", (8, -1), "icmp type 8"),
        ("icmpv6", (-1, -1), "icmpv6 all"),
        ("50", (0, 65535), "protocol 50"),
        ("-1", (0, 65535), "all protocols"),
        (OTHER, (0, 65535), "all other protocols"),
    ],
)
def test_traffic_is_a_protocol_with_its_ports(
    protocol: str, pair: tuple[int, int], text: str
) -> None:
    """Also where no rule can name the protocol, and as a stretch of one axis."""
    assert traffic(Piece("egress", protocol, *pair, SELF)) == text
    within = "any other protocol" if protocol == OTHER else text
    assert traffic_within(protocol, *span(protocol, *pair)) == within


@pytest.mark.parametrize(
    ("stretch", "text"),
    [
        ((768, 768), "icmp type 3 code 0"),
        ((768, 1023), "icmp type 3"),
        ((768, 770), "icmp type 3 codes 0-2"),
        ((768, 1279), "icmp types 3-4"),
        ((773, 1030), "icmp type 3 code 5 to type 4 code 6"),
    ],
)
def test_a_stretch_of_messages_goes_from_one_to_another(
    stretch: tuple[int, int], text: str
) -> None:
    """All codes of a type are the type."""
    assert traffic_within("icmp", *stretch) == text


def test_all_protocols_may_have_another_word() -> None:
    """A narrow column has room for one, and a row for what a rule holds."""
    everything = Piece("ingress", "-1", 0, 65535, SELF)
    assert traffic(everything, everything="all") == "all"
    assert directed_traffic(everything) == "ingress -1 all"
    assert directed_traffic(Piece("egress", "udp", 53, 53, SELF)) == "egress udp 53"


def test_ports_are_named_once_a_protocol() -> None:
    """Those that touch are a range, messages never are, and all is a word."""
    asked = [("tcp", [(80, 80), (21, 21)]), ("udp", [(53, 53)]), ("tcp", [(20, 20)])]
    assert spoken_traffic(asked) == "tcp 20-21, 80; udp 53"
    assert spoken_traffic([("icmp", [(3, 4), (3, 3)])]) == "icmp type 3 code 3, type 3 code 4"
    assert spoken_traffic([("-1", [(0, 65535)])]) == "all protocols"


@pytest.mark.parametrize(
    ("peer", "end", "short"),
    [
        (SELF, "the gateways themselves", "self"),
        (parse_prefix("192.0.2.1/32"), "192.0.2.1/32", "192.0.2.1"),
        (parse_prefix("192.0.2.0/31"), "192.0.2.0/31", "192.0.2.0/31"),
        (parse_prefix("2001:db8::1/128"), "2001:db8::1/128", "2001:db8::1"),
    ],
)
def test_the_other_end_is_named(peer: Peer, end: str, short: str) -> None:
    """The gateways by what they are, and a single address without its length if wished."""
    assert (other_end(peer), bare(peer)) == (end, short)


# --- What is too long ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "said", "within"),
    [
        (1, "0", "0"),
        (4, "0, 1, 2, 3", "0, 1, 2, 3"),
        (5, "0, 1, 2, 3, and 1 more", "0, 1, 2, 3 and 1 more"),
    ],
)
def test_long_lists_are_cut(count: int, said: str, within: str) -> None:
    """As many items are shown as are wished, and the number of the others."""
    assert few(range(count), 4) == said
    assert few(range(count), 4, comma=False) == within


def test_lines_that_are_left_out_are_a_line() -> None:
    """It says how many they are, and may say where they are."""
    assert shortened(["a", "b", "c"], 1, ": see all") == ["a", "and 2 more: see all"]
    assert shortened(["a", "b"], 2, ": see all") == ["a", "b"]


@pytest.mark.parametrize(
    ("length", "said"),
    [(11, "one, 2, III"), (10, "and 3 more"), (16, "one, 2, III")],
)
def test_a_list_takes_no_more_room_than_it_has(length: int, said: str) -> None:
    """What has no room is counted; where nothing has, the count alone stands."""
    assert fitting(["one", "2", "III"], length) == said


def test_a_long_text_shows_that_it_was_cut() -> None:
    """The end of what is shown counts as well."""
    assert [cut("abcdef", 6), cut("abcdefg", 6), cut("abcdefg", 6, "…")] == [
        "abcdef",
        "abc...",
        "abcde…",
    ]
