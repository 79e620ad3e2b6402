"""Addresses that no server on the public internet has."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.packets.prefixes import Prefix, parse_address, parse_prefix
from gateway_rules.packets.public_addresses import objection, widest_first

# First and last address of a range, and what is said of both.
RANGES = [
    (
        str(ipaddress.IPv4Address(0)),
        "0.255.255.255",
        "the unspecified address or one of this network (RFC 1122)",
    ),
    ("10.0.0.0", "10.255.255.255", "a private address (RFC 1918)"),
    ("100.64.0.0", "100.127.255.255", "an address shared behind a carrier's NAT (RFC 6598)"),
    ("127.0.0.0", "127.255.255.255", "a loopback address (RFC 1122)"),
    ("169.254.0.0", "169.254.255.255", "a link-local address (RFC 3927)"),
    ("172.16.0.0", "172.31.255.255", "a private address (RFC 1918)"),
    ("192.0.0.0", "192.0.0.255", "an address for protocols of the IETF (RFC 6890)"),
    ("192.0.2.0", "192.0.2.255", "an address for documentation (RFC 5737)"),
    ("192.31.196.0", "192.31.196.255", "an address of the AS112 sink (RFC 7535)"),
    ("192.52.193.0", "192.52.193.255", "an address of multicast relays (RFC 7450)"),
    ("192.88.99.0", "192.88.99.255", "an address of 6to4 relays (RFC 7526)"),
    ("192.168.0.0", "192.168.255.255", "a private address (RFC 1918)"),
    ("192.175.48.0", "192.175.48.255", "an address of the AS112 sink (RFC 7534)"),
    ("198.18.0.0", "198.19.255.255", "an address for benchmarks (RFC 2544)"),
    ("198.51.100.0", "198.51.100.255", "an address for documentation (RFC 5737)"),
    ("203.0.113.0", "203.0.113.255", "an address for documentation (RFC 5737)"),
    ("224.0.0.0", "239.255.255.255", "a multicast address (RFC 5771)"),
    ("240.0.0.0", "255.255.255.254", "a reserved address (RFC 1112)"),
    ("255.255.255.255", "255.255.255.255", "the broadcast address (RFC 919)"),
    ("::", "::", "the unspecified address (RFC 4291)"),
    ("::1", "::1", "the loopback address (RFC 4291)"),
    ("::2", "::ffff:ffff", "an IPv4-compatible address (RFC 4291)"),
    ("::ffff:8.8.8.8", "::ffff:255.255.255.255", "an IPv4-mapped address (RFC 4291)"),
    (
        "64:ff9b::8.8.8.8",
        "64:ff9b::255.255.255.255",
        "an IPv4 address that the resolver translated, as DNS64 does (RFC 6052)",
    ),
    (
        "64:ff9b:1::",
        "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
        "an IPv4 address translated for local use (RFC 8215)",
    ),
    ("100::", "100::ffff:ffff:ffff:ffff", "an address whose packets are discarded (RFC 6666)"),
    ("400::", "1fff::", "an address that is not assigned (RFC 4291)"),
    ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "a Teredo address (RFC 4380)"),
    ("2001:1::", "2001:1:ffff::", "an address for protocols of the IETF (RFC 2928)"),
    ("2001:2::", "2001:2:0:ffff::", "an address for benchmarks (RFC 5180)"),
    ("2001:10::", "2001:1f:ffff::", "an identifier that is not routed (RFC 4843)"),
    ("2001:20::", "2001:2f:ffff::", "an identifier that is not routed (RFC 7343)"),
    ("2001:30::", "2001:1ff:ffff::", "an address for protocols of the IETF (RFC 2928)"),
    ("2001:db8::", "2001:db8:ffff::", "an address for documentation (RFC 3849)"),
    ("2002::", "2002:ffff::", "a 6to4 address (RFC 3056)"),
    ("2620:4f:8000::", "2620:4f:8000:ffff::", "an address of the AS112 sink (RFC 7534)"),
    ("3ffe::", "3ffe:ffff::", "an address of the former 6bone (RFC 3701)"),
    ("3fff::", "3fff:fff::", "an address for documentation (RFC 9637)"),
    ("4000::", "5eff::", "an address that is not assigned (RFC 4291)"),
    ("5f00::", "5f00:ffff::", "a segment identifier (RFC 9602)"),
    ("8000::", "fbff::", "an address that is not assigned (RFC 4291)"),
    ("fc00::", "fdff:ffff::", "a private address (RFC 4193)"),
    ("fe80::", "febf:ffff::", "a link-local address (RFC 4291)"),
    ("fec0::", "feff:ffff::", "a site-local address (RFC 3879)"),
    ("ff00::", "ffff:ffff::", "a multicast address (RFC 4291)"),
]
# Next to the ranges above, and servers' own.
PUBLIC = [
    *("1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"),
    *("126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0"),
    *("172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0"),
    *("192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"),
    *("2000::1", "2001:200::", "2001:db7:ffff::", "2001:db9::", "2003::", "2600:1f18::1"),
    *("2a05:d018::1", "3ffd::"),
]


@pytest.mark.parametrize(("first", "last", "what"), RANGES)
def test_what_an_address_is_set_aside_for_is_said(first: str, last: str, what: str) -> None:
    """Both ends of each range are refused, with the reason and who gave it."""
    assert [objection(parse_address(text)) for text in (first, last)] == [what, what]


@pytest.mark.parametrize("address", PUBLIC)
def test_other_addresses_are_servers(address: str) -> None:
    """What stands beside a range is not in it."""
    assert objection(parse_address(address)) is None


def test_the_printed_addresses_are_servers() -> None:
    """The document names nothing that would be refused."""
    printed = {address for service in read_catalogue().services for address in service.addresses}
    assert printed
    assert [str(address) for address in printed if objection(address)] == []


@given(
    st.one_of(
        st.ip_addresses(v=4),
        st.ip_addresses(v=6),
        st.ip_addresses(v=6, network="2000::/3"),
    )
)
def test_what_the_standard_library_refuses_is_refused(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    """Python's own list of the registries has nothing that this one lacks."""
    refused = objection(parse_address(str(address))) is not None
    assert refused or (address.is_global and not address.is_multicast)


def test_what_a_reader_has_to_see_stands_first() -> None:
    """Names, then what may be public, then the widest; equals by address, IPv4 before IPv6."""
    texts = ["10.0.0.0/8", "10.9.0.0/16", "10.8.0.0/16", "52.0.0.0/24", "::/0", "51.75.144.1/32"]
    ends: list[Prefix | str] = ["self", *map(parse_prefix, texts)]
    assert [str(end) for end in widest_first(ends)] == [
        *("self", "::/0", "52.0.0.0/24", "51.75.144.1/32"),
        *("10.0.0.0/8", "10.8.0.0/16", "10.9.0.0/16"),
    ]
