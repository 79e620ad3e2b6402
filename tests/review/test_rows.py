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
        ([f"10.0.{n}.0/32" for n in range(0, 10, 2)], "5 prefixes of 10.0.0.0/20"),
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
    if " prefixes of " in whole:
        count, _, around = whole.partition(" prefixes of ")
        assert (int(count), netaddr.IPSet(disjoint) - netaddr.IPSet([around])) == (
            len(disjoint),
            netaddr.IPSet(),
        )
    else:
        named = netaddr.IPSet(whole.split(", ")) - netaddr.IPSet(filter(None, holes.split(", ")))
        assert named == netaddr.IPSet(disjoint)
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
