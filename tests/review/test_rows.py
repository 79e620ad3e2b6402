"""Changes as rows: joined, named and sorted for a reader in a hurry."""

from collections.abc import Sequence

import netaddr
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import ipv4_prefixes

from gateway_rules.packets.prefixes import SELF, Peer, Prefix, parse_prefix
from gateway_rules.packets.sets import Piece
from gateway_rules.review.packet_diff import Change
from gateway_rules.review.rows import merged_rows


def change(
    *peers: str, port: int = 22, service: str = "ssh", origin: str = "section 3, SSH"
) -> list[Change]:
    """Give a change a peer."""
    ends: list[Peer] = [SELF if peer == SELF else parse_prefix(peer) for peer in peers]
    pieces = [Piece("ingress", "tcp", port, port, end) for end in ends]
    return [Change(piece, (service,), (origin,)) for piece in pieces]


def without(whole: str, *holes: str) -> list[str]:
    """Give the prefixes of what lies in one prefix and not in others, as netaddr does."""
    return [str(cidr) for cidr in (netaddr.IPSet([whole]) - netaddr.IPSet(holes)).iter_cidrs()]


@pytest.mark.parametrize(
    ("peers", "said"),
    [
        (["10.0.0.1/32"], "10.0.0.1/32"),
        (["10.0.0.1/32", "10.0.0.4/32"], "10.0.0.1/32, 10.0.0.4/32"),
        (without("0.0.0.0/0", "10.42.0.0/24"), "0.0.0.0/0 without 10.42.0.0/24"),
        (
            without("10.0.0.0/8", "10.1.0.0/24", "10.2.0.0/16"),
            "10.0.0.0/8 without 10.1.0.0/24, 10.2.0.0/16",
        ),
        (
            [f"10.0.{n}.0/32" for n in range(0, 10, 2)],
            "10.0.0.0/32, 10.0.2.0/32, 10.0.4.0/32, 10.0.6.0/32 and 1 more",
        ),
        (["self"], "the gateways themselves"),
        (["self", "10.0.0.0/24"], "the gateways themselves, 10.0.0.0/24"),
        (["10.0.0.0/24", "2001:db8::/32"], "10.0.0.0/24, 2001:db8::/32"),
        (without("::/0", "2001:db8::/32"), "::/0 without 2001:db8::/32"),
    ],
    ids=[
        "one",
        "a few",
        "all but one",
        "all but two",
        "many and scattered",
        "self",
        "self and another",
        "both families",
        "all of IPv6 but one",
    ],
)
def test_the_other_ends_are_named_in_few_words(peers: list[str], said: str) -> None:
    """What 24 prefixes mean can often be said with two."""
    [row] = merged_rows(change(*peers))
    assert row.peers == said


@given(st.lists(ipv4_prefixes(), min_size=1, max_size=8, unique=True))
def test_what_is_named_is_what_is_meant(peers: list[str]) -> None:
    """Prefixes, less those behind `without`, hold just the addresses of the changes."""
    disjoint = [str(cidr) for cidr in netaddr.cidr_merge(peers)]
    [row] = merged_rows(change(*disjoint))
    whole, _, holes = row.peers.partition(" without ")
    if row.is_whole:
        named = netaddr.IPSet(whole.split(", ")) - netaddr.IPSet(filter(None, holes.split(", ")))
        assert named == netaddr.IPSet(disjoint)
    else:
        shown, _, more = whole.partition(" and ")
        assert (tuple(shown.split(", ")), more) == (row.ends[:4], f"{len(disjoint) - 4} more")
    assert sorted(row.ends) == sorted(disjoint)
    assert row.addresses == netaddr.IPSet(disjoint).size


def summary(changes: Sequence[Change]) -> list[tuple[str, str]]:
    """Give what and who of each row."""
    return [(row.what, row.peers) for row in merged_rows(changes)]


def test_equal_ports_of_equal_services_become_one_row() -> None:
    """Another port or another service is another row."""
    some = [
        *change("10.0.0.0/32", "10.0.0.9/32"),
        *change("10.0.1.0/32", port=443),
        *change("10.0.2.0/32", service="other"),
    ]
    assert summary(some) == [
        ("ingress tcp 22 from", "10.0.0.0/32, 10.0.0.9/32"),
        ("ingress tcp 22 from", "10.0.2.0/32"),
        ("ingress tcp 443 from", "10.0.1.0/32"),
    ]


def test_the_widest_stands_first() -> None:
    """Packets count, addresses times ports; equals stand in the order of their words."""
    wide = Change(Piece("egress", "udp", 1, 1000, parse_prefix("10.9.0.0/32")), (), ())
    some = [*change("10.0.0.0/24"), wide, *change("10.1.0.0/16", port=443)]
    assert summary(some) == [
        ("ingress tcp 443 from", "10.1.0.0/16"),
        ("egress udp 1-1000 to", "10.9.0.0/32"),
        ("ingress tcp 22 from", "10.0.0.0/24"),
    ]


@pytest.mark.parametrize(
    ("peers", "said"),
    [
        (["10.0.0.1/32"], "ingress tcp 22 from 10.0.0.1/32: ssh (section 3, SSH)"),
        (
            ["10.0.0.0/22"],
            "ingress tcp 22 from 10.0.0.0/22 (1,024 addresses): ssh (section 3, SSH)",
        ),
        (["self"], "ingress tcp 22 from the gateways themselves: ssh (section 3, SSH)"),
    ],
    ids=["one address", "many", "self"],
)
def test_a_row_is_one_line(peers: list[str], said: str) -> None:
    """One address needs no count, and the gateways are told by name."""
    assert [str(row) for row in merged_rows(change(*peers))] == [said]


def test_packets_that_nobody_asks_for_are_told_so() -> None:
    """The excess of an ACL belongs to nobody."""
    piece = Piece("egress", "icmp", -1, -1, Prefix(4, 0, 0))
    [row] = merged_rows([Change(piece, (), ())])
    assert str(row) == "egress icmp all to 0.0.0.0/0 (4,294,967,296 addresses): nobody"


def test_a_stranger_among_the_organisations_own_stands_first() -> None:
    """What is public comes before what is private, and the widest before the narrow."""
    own = [f"10.{n}.0.0/24" for n in range(0, 40, 2)]
    [row] = merged_rows(change(*own, "10.200.0.0/16", "51.75.144.0/32", "52.0.0.0/12"))
    assert row.peers == "52.0.0.0/12, 51.75.144.0/32, 10.200.0.0/16, 10.0.0.0/24 and 19 more"
    assert (row.is_whole, len(row.ends), row.is_public) == (False, 23, True)


def test_what_is_public_stands_before_what_is_wide() -> None:
    """A row of one public address is told before one of a private network."""
    some = [*change("10.0.0.0/8"), *change("51.75.144.0/32", port=443)]
    assert [peers for _, peers in summary(some)] == ["51.75.144.0/32", "10.0.0.0/8"]


def test_a_terminal_is_told_every_other_end() -> None:
    """The line of a row leaves out none, however many there are."""
    own = [f"10.0.{n}.0/32" for n in range(0, 100, 2)]
    [row] = merged_rows(change(*own))
    assert [end for end in own if end not in str(row)] == []


def messages(*stretch: tuple[int, int]) -> list[str]:
    """Give the rows of ICMP messages that are opened to one address."""
    end = parse_prefix("51.75.144.0/32")
    pieces = [Piece("ingress", "icmp", kind, code, end) for kind, code in stretch]
    return [row.what for row in merged_rows([Change(p, ("s",), ("addition",)) for p in pieces])]


def test_neighbouring_messages_of_icmp_are_one_row() -> None:
    """All of ICMP but one message takes two rows, not one for each type and code."""
    types = [(kind, -1) for kind in range(256) if kind != 3]
    codes = [(3, code) for code in range(256) if code != 4]
    assert messages(*types, *codes) == [
        "ingress icmp type 3 code 5 to type 255 code 255 from",
        "ingress icmp type 0 code 0 to type 3 code 3 from",
    ]
    assert messages(*types) == ["ingress icmp types 4-255 from", "ingress icmp types 0-2 from"]


def test_ports_that_touch_are_one_row_where_the_same_ends_reach_them() -> None:
    """Other ends or a gap between the ports make another row."""
    some = [
        *(each for port in (20, 21, 22) for each in change("10.0.0.0/32", port=port)),
        *change("10.0.0.0/32", port=24),
        *change("10.0.0.9/32", port=25),
    ]
    assert summary(some) == [
        ("ingress tcp 20-22 from", "10.0.0.0/32"),
        ("ingress tcp 24 from", "10.0.0.0/32"),
        ("ingress tcp 25 from", "10.0.0.9/32"),
    ]
