"""Prefixes as values, and the arithmetic of sets of them, held against netaddr and ipaddress."""

import re
from ipaddress import ip_address, ip_network
from itertools import pairwise
from random import Random

import netaddr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ipv4_prefixes, ipv6_prefixes, prefixes

from gateway_rules.errors import Refused
from gateway_rules.packets.prefixes import (
    Prefix,
    from_interval,
    merge,
    parse_address,
    parse_prefix,
    supernet,
)

SOME = st.lists(prefixes(), max_size=12)
TWINS = st.one_of(*(st.tuples(family, family) for family in (ipv4_prefixes(), ipv6_prefixes())))


def parsed(texts: list[str]) -> list[Prefix]:
    """Read each text."""
    return [parse_prefix(text) for text in texts]


def written(some: tuple[Prefix, ...]) -> list[str]:
    """Write each prefix."""
    return [str(prefix) for prefix in some]


def refusal_of(text: object) -> tuple[str, str]:
    """Give rule and whole message with which a text is refused."""
    with pytest.raises(Refused) as error:
        parse_prefix(text)
    return error.value.rule, str(error.value)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("0.0.0.0/0", Prefix(4, 0, 0)),
        ("10.42.8.0/26", Prefix(4, 0x0A2A0800, 26)),
        ("192.0.2.1/32", Prefix(4, 0xC0000201, 32)),
        ("::/0", Prefix(6, 0, 0)),
        ("2001:DB8:0::/48", Prefix(6, 0x20010DB8 << 96, 48)),
    ],
)
def test_a_prefix_is_read_as_family_address_and_length(text: str, kept: Prefix) -> None:
    """A CIDR of either family becomes one value, however its text is spelled."""
    assert parse_prefix(text) == kept


@settings(deadline=None)
@given(prefixes())
def test_a_prefix_is_written_as_it_was_read(text: str) -> None:
    """Canonical text comes back unchanged."""
    assert str(parse_prefix(text)) == text


HOSTILE = st.one_of(
    prefixes(),
    st.tuples(prefixes(), st.integers(0, 20), st.sampled_from("0123456789abcdef:./ \n٤%")).map(
        lambda drawn: drawn[0][: drawn[1]] + drawn[2] + drawn[0][drawn[1] :]
    ),
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,3})?", fullmatch=True),
    st.text(alphabet="0123456789af:./", max_size=14),
    st.text(max_size=6),
)
"""Prefixes, what nearly is one, and what is none."""


def read_by_netaddr(text: str) -> Prefix | None:
    """Read what is spelled as a prefix and has no host bits, without any short cut."""
    try:
        if re.fullmatch(r"[0-9A-Fa-f:.]+/[0-9]{1,3}", text):
            network = netaddr.IPNetwork(text)
            if network.ip == network.network:
                return Prefix(network.version, network.first, network.prefixlen)
    except netaddr.AddrFormatError:
        pass
    return None


@settings(deadline=None, max_examples=400)
@given(HOSTILE)
def test_texts_are_read_as_netaddr_reads_them(text: str) -> None:
    """Usual spellings are read another way than unusual ones, and the answer is the same."""
    try:
        found = parse_prefix(text)
    except Refused:
        found = None
    assert found == read_by_netaddr(text)


NO_PREFIX = (
    "",
    "10.0.0.0/33",
    "10.0.0/24",
    "10/8",
    "10.0.0.0/",
    "10.0.0.0/24\n",
    " 10.0.0.0/24",
    "010.0.0.0/8",
    "10.0.0.0/255.0.0.0",
    "54.231.0.0./17",
    "::/129",
    ":::/0",
    "fe80::%eth0/64",
    "10.0.0.0/٢٤",
    "self",
    None,
    True,
    10,
    ["10.0.0.0/8"],
)


@pytest.mark.parametrize("text", NO_PREFIX, ids=repr)
def test_what_is_no_prefix_is_refused(text: object) -> None:
    """Nothing is guessed: no netmask, no short form, no other script's digits."""
    fix = "write one such as 192.0.2.0/24"
    assert refusal_of(text) == ("prefix", f"{text!r} is no prefix; {fix}")


@pytest.mark.parametrize(
    ("text", "whole"), [("192.0.2.1", "192.0.2.1/32"), ("2001:db8::1", "2001:db8::1/128")]
)
def test_an_address_without_a_length_is_refused_with_its_cure(text: str, whole: str) -> None:
    """A single address must say that it is one."""
    message = f"{text} has no prefix length; write {whole} for this one address"
    assert refusal_of(text) == ("prefix", message)


@pytest.mark.parametrize(
    ("text", "network", "host"),
    [
        ("10.42.8.1/26", "10.42.8.0/26", "10.42.8.1/32"),
        ("2001:db8::1/32", "2001:db8::/32", "2001:db8::1/128"),
    ],
)
def test_host_bits_are_refused_with_both_cures(text: str, network: str, host: str) -> None:
    """Whether the network or the host was meant is the writer's to say."""
    message = (
        f"{text} has bits behind its prefix length; "
        f"write {network} for the network, {host} for the host"
    )
    assert refusal_of(text) == ("host-bits", message)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("79.125.18.99", "79.125.18.99/32"), ("::1", "::1/128"), ("72.21.192.0/19", "72.21.192.0/19")],
)
def test_a_vendors_address_may_stand_without_a_length(text: str, kept: str) -> None:
    """The document prints single addresses bare, and networks as CIDRs."""
    assert str(parse_address(text)) == kept


def test_a_vendors_misprint_is_refused_all_the_same() -> None:
    """An address reader takes no more than a prefix reader and bare addresses."""
    message = re.escape("'54.231.0.0./17' is no prefix; write one such as 192.0.2.0/24")
    with pytest.raises(Refused, match=f"^{message}$"):
        parse_address("54.231.0.0./17")


@settings(deadline=None)
@given(SOME)
def test_merging_gives_what_netaddr_gives(texts: list[str]) -> None:
    """The fewest prefixes of the same addresses are netaddr's, IPv4 before IPv6, sorted."""
    networks = [netaddr.IPNetwork(text) for text in texts]
    assert written(merge(parsed(texts))) == [str(net) for net in netaddr.cidr_merge(networks)]


@settings(deadline=None)
@given(SOME, st.randoms(use_true_random=False))
def test_merging_knows_no_order(texts: list[str], random: Random) -> None:
    """The order in which prefixes come, and their repeats, change nothing."""
    shuffled = [*texts, *texts]
    random.shuffle(shuffled)
    assert merge(parsed(shuffled)) == merge(parsed(texts))


@settings(deadline=None)
@given(TWINS)
def test_covering_is_holding_each_address(pair: tuple[str, str]) -> None:
    """A prefix covers another when netaddr finds that one in it."""
    one, other = map(netaddr.IPNetwork, pair)
    assert parse_prefix(pair[0]).covers(parse_prefix(pair[1])) == (other in one)


def test_families_do_not_cover_one_another() -> None:
    """Any IPv4 address is not any IPv6 address."""
    assert not parse_prefix("0.0.0.0/0").covers(parse_prefix("::/0"))


@settings(deadline=None)
@given(TWINS)
def test_the_supernet_is_the_longest_that_covers_both(pair: tuple[str, str]) -> None:
    """It is the first of one prefix's own supernets that holds the other."""
    one, other = map(netaddr.IPNetwork, pair)
    holding = [net for net in (one, *reversed(one.supernet())) if net == other or other in net]
    assert str(supernet(*parsed([*pair]))) == str(holding[0])


@settings(deadline=None)
@given(TWINS)
def test_an_interval_becomes_the_fewest_prefixes(pair: tuple[str, str]) -> None:
    """The prefixes of an interval hold its addresses, touch, and cannot be fewer."""
    version = 6 if ":" in pair[0] else 4
    ends = [int(netaddr.IPNetwork(text).first) for text in pair]
    interval = min(ends), max(ends)
    found = from_interval(version, interval)
    assert (found[0].interval[0], found[-1].interval[1]) == interval
    assert all(low.interval[1] + 1 == high.interval[0] for low, high in pairwise(found))
    assert merge(found) == found


@settings(deadline=None)
@given(prefixes())
def test_first_and_last_address_are_those_of_ipaddress(text: str) -> None:
    """The interval of a prefix is its network's, both ends included."""
    network = ip_network(text)
    ends = [str(ip_address(network[end])) for end in (0, -1)]
    found = parse_prefix(text).interval
    assert [str(netaddr.IPAddress(number, network.version)) for number in found] == ends


def test_prefixes_sort_by_family_address_and_length() -> None:
    """IPv4 comes first, and a network before what is inside it."""
    texts = ["::/0", "10.0.0.0/9", "192.0.2.0/24", "10.0.0.0/8", "9.0.0.0/8"]
    order = ["9.0.0.0/8", "10.0.0.0/8", "10.0.0.0/9", "192.0.2.0/24", "::/0"]
    assert written(tuple(sorted(parsed(texts)))) == order
