"""Which answers of resolvers are trusted, and what is said of those that are not."""

from collections.abc import Sequence

import pytest

from gateway_rules.authoring.addresses.queries import DnsQuery, Kind, Reply, Resolver
from gateway_rules.authoring.addresses.trust import judge
from gateway_rules.packets.prefixes import parse_address, parse_prefix

HOST = "www.example.com"
ONE, TWO, THREE, FOUR = (Resolver(f"84.39.152.{number}") for number in (1, 2, 3, 4))
GOOD, OTHER, THIRD, FOURTH = "84.39.153.31", "64.191.223.35", "38.113.116.210", "216.163.188.45"
UNTRUSTED = "ask resolvers that can be trusted, with --resolver; nothing is written"
UNANSWERED = "see that the resolver answers, or ask another; nothing is written"
APART = "ask resolvers of one region, without the one that is wrong; nothing is written"


def reply(
    resolver: Resolver,
    *addresses: str,
    kind: Kind = "A",
    host: str = HOST,
    canonical: str = "edge.example.net",
    failure: str = "",
) -> Reply:
    """Give one reply."""
    parsed = tuple(map(parse_address, addresses))
    return Reply(DnsQuery(resolver, host, kind), "" if failure else canonical, parsed, failure)


def told(*replies: Reply, accepted: Sequence[str] = ()) -> list[str]:
    """Give what is said of the replies, without the place that all faults share."""
    found = sorted(judge(replies, [*map(parse_prefix, accepted)]))
    return [str(fault).removeprefix("error: <command>:1:1: ") for fault in found]


def private(resolver: Resolver) -> str:
    """Give the line for a resolver that gives a private address."""
    what = f"{HOST}: {resolver} gives 10.1.2.3, a private address (RFC 1918)"
    return f"[impossible-address] {what}; {UNTRUSTED}"


def apart(resolver: Resolver, given: str, family: str = "IPv4") -> str:
    """Give the line for a resolver that nobody confirms."""
    what = f"{HOST}: {resolver} gives {given}, and shares no {family} address with the others"
    return f"[disagreement] {what}; {APART}"


def test_answers_that_resolvers_share_are_trusted() -> None:
    """Rotation gives each resolver a part; one common address holds them together."""
    shared = (reply(ONE, GOOD, OTHER), reply(TWO, OTHER, THIRD), reply(THREE, THIRD))
    assert told(*shared) == []


def test_a_single_resolver_is_trusted() -> None:
    """Who names one resolver has nobody to compare it with."""
    assert told(reply(ONE, GOOD), reply(ONE, kind="AAAA")) == []


def test_rounds_are_taken_together() -> None:
    """What resolvers give in different rounds is what they share."""
    assert told(reply(ONE, GOOD), reply(TWO, OTHER), reply(ONE, THIRD), reply(TWO, GOOD)) == []


def test_one_resolver_that_lies_is_named_with_its_answer() -> None:
    """The two that agree are believed, the third is shown."""
    replies = (reply(ONE, GOOD), reply(TWO, FOURTH, OTHER), reply(THREE, GOOD))
    assert told(*replies) == [apart(TWO, f"{OTHER}, {FOURTH}")]


def test_of_two_resolvers_that_share_nothing_both_are_named() -> None:
    """Nobody knows which of two is wrong."""
    assert told(reply(ONE, GOOD), reply(TWO, OTHER)) == [apart(ONE, GOOD), apart(TWO, OTHER)]


def test_two_pairs_that_share_nothing_are_all_named() -> None:
    """Two that lie alike do not confirm each other against two others."""
    replies = (reply(ONE, GOOD), reply(TWO, GOOD), reply(THREE, OTHER), reply(FOUR, OTHER))
    assert told(*replies) == [
        apart(ONE, GOOD),
        apart(TWO, GOOD),
        apart(THREE, OTHER),
        apart(FOUR, OTHER),
    ]


def test_resolvers_may_hold_together_through_one_that_comes_last() -> None:
    """Groups that a later resolver joins are one group."""
    replies = (reply(ONE, GOOD), reply(TWO, OTHER), reply(THREE, GOOD, OTHER))
    assert told(*replies) == []


def test_each_family_is_confirmed_by_itself() -> None:
    """A true IPv4 address does not vouch for an IPv6 address that one resolver alone gives."""
    replies = (
        *(reply(each, GOOD) for each in (ONE, TWO)),
        reply(ONE, "2600:1f18::1", kind="AAAA"),
        reply(TWO, kind="AAAA"),
    )
    assert told(*replies) == [apart(ONE, "2600:1f18::1", "IPv6")]


def test_ipv6_alone_is_enough() -> None:
    """A host without IPv4 addresses has an answer."""
    replies = [
        each
        for resolver in (ONE, TWO)
        for each in (reply(resolver), reply(resolver, "2600:1f18::1", kind="AAAA"))
    ]
    assert told(*replies) == []


def test_a_failure_is_told_once_with_its_kinds() -> None:
    """Two questions in three rounds that fail for one reason are one line."""
    failures = [
        reply(ONE, kind=kind, failure="SERVFAIL") for _ in range(3) for kind in ("AAAA", "A")
    ]
    assert told(*failures) == [
        f"[unresolved] {HOST}: 84.39.152.1 gives no A or AAAA: SERVFAIL; {UNANSWERED}"
    ]


def test_half_an_answer_is_none() -> None:
    """Where one kind fails, nobody knows whether the host has addresses of it."""
    replies = (reply(ONE, GOOD), reply(ONE, kind="AAAA", failure="SERVFAIL"))
    assert told(*replies) == [
        f"[unresolved] {HOST}: 84.39.152.1 gives no AAAA: SERVFAIL; {UNANSWERED}"
    ]


def test_a_host_without_any_address_is_told() -> None:
    """A resolver that knows the name and no address has not resolved it, whatever others say."""
    replies = (
        *(reply(ONE, kind=kind) for kind in ("A", "AAAA")),
        reply(TWO, GOOD),
        reply(THREE, GOOD),
    )
    what = f"{HOST}, alias edge.example.net: 84.39.152.1 knows no A or AAAA address of it"
    assert told(*replies) == [f"[unresolved] {what}; {UNTRUSTED}"]


@pytest.mark.parametrize(
    ("address", "kind", "what"),
    [
        ("10.1.2.3", "A", "a private address (RFC 1918)"),
        ("127.0.0.1", "A", "a loopback address (RFC 1122)"),
        ("192.0.2.1", "A", "an address for documentation (RFC 5737)"),
        ("224.0.0.251", "A", "a multicast address (RFC 5771)"),
        ("2002:a00:1::1", "AAAA", "a 6to4 address (RFC 3056)"),
        ("::ffff:84.39.153.31", "AAAA", "an IPv4-mapped address (RFC 4291)"),
    ],
)
def test_an_impossible_address_is_told_with_who_gave_it(
    address: str, kind: Kind, what: str
) -> None:
    """A poisoned answer names host, resolver and answer, and hides no other fault."""
    replies = (
        reply(ONE, GOOD),
        reply(TWO, GOOD, *([address] if kind == "A" else [])),
        *([reply(TWO, address, kind=kind)] if kind == "AAAA" else []),
    )
    written = parse_address(address).address
    assert told(*replies) == [
        f"[impossible-address] {HOST}: 84.39.152.2 gives {written}, {what}; {UNTRUSTED}"
    ]


def test_disagreement_is_not_told_of_what_is_wrong_already() -> None:
    """The honest resolver is not blamed for sharing nothing with one that is poisoned."""
    assert told(reply(ONE, GOOD), reply(TWO, "10.1.2.3")) == [private(TWO)]


def test_a_range_that_is_accepted_holds_servers_and_no_other_does() -> None:
    """What somebody accepted with a reason is no reason to distrust an answer."""
    assert told(reply(ONE, "192.0.2.1"), accepted=["192.0.2.0/24"]) == []
    assert told(reply(ONE, "10.1.2.3"), accepted=["192.0.2.0/24"]) == [private(ONE)]


@pytest.mark.parametrize(
    "name",
    ["localhost", "", "_sip.example.com", "a b.example.com", "a\\010b.example.com", "ex\\.a.com"],
)
def test_an_alias_that_is_no_host_is_told(name: str) -> None:
    """What is written into a file under review is a host's name (RFC 1123)."""
    what = f"{HOST}: {ONE} says that its name is {name!r}, which no host is called"
    assert told(reply(ONE, GOOD, canonical=name)) == [f"[alias] {what}; {UNTRUSTED}"]


def test_everything_is_told_at_once() -> None:
    """Three hosts with three faults give three lines, sorted."""
    replies = (
        reply(ONE, "10.1.2.3", host="a.example.com"),
        reply(ONE, host="b.example.com", failure="NXDOMAIN, no such name"),
        reply(ONE, GOOD, host="c.example.com"),
        reply(TWO, OTHER, host="c.example.com"),
    )
    rules = [line.partition("]")[0][1:] for line in told(*replies)]
    assert rules == ["disagreement", "disagreement", "impossible-address", "unresolved"]
