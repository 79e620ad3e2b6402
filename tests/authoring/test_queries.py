"""Resolvers as they are written on a command line."""

import pytest

from gateway_rules.authoring.addresses.queries import (
    DnsQuery,
    Resolver,
    parse_resolver,
    parse_resolvers,
    questions,
)
from gateway_rules.errors import Faults, Refused

FIX = "write one such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353"


@pytest.mark.parametrize(
    ("text", "resolver", "shown"),
    [
        ("192.0.2.53", Resolver("192.0.2.53", 53), "192.0.2.53"),
        ("192.0.2.53:53", Resolver("192.0.2.53", 53), "192.0.2.53"),
        ("192.0.2.53:5353", Resolver("192.0.2.53", 5353), "192.0.2.53:5353"),
        ("192.0.2.53:65535", Resolver("192.0.2.53", 65535), "192.0.2.53:65535"),
        ("2001:DB8:0::53", Resolver("2001:db8::53", 53), "2001:db8::53"),
        ("[2001:db8::53]", Resolver("2001:db8::53", 53), "2001:db8::53"),
        ("[::1]:53", Resolver("::1", 53), "::1"),
        ("[::1]:5353", Resolver("::1", 5353), "[::1]:5353"),
    ],
)
def test_a_resolver_is_an_address_and_perhaps_a_port(
    text: str, resolver: Resolver, shown: str
) -> None:
    """The port is 53 unless given; what is shown is read back to the same."""
    assert (parse_resolver(text), str(resolver)) == (resolver, shown)
    assert parse_resolver(shown) == resolver


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no address of a resolver"),
        ("dns.example.com", "no address of a resolver"),
        ("192.0.2.256", "no address of a resolver"),
        ("192.0.2.0/24", "no address of a resolver"),
        ("[192.0.2.53]:53", "no address of a resolver"),
        ("[::1", "no address of a resolver"),
        ("[::1]53", "no address of a resolver"),
        ("::1:5353:", "no address of a resolver"),
        ("192.0.2.53:", "no resolver, for its port is not from 1 to 65535"),
        ("[::1]:", "no resolver, for its port is not from 1 to 65535"),
        ("192.0.2.53:0", "no resolver, for its port is not from 1 to 65535"),
        ("192.0.2.53:65536", "no resolver, for its port is not from 1 to 65535"),
        ("192.0.2.53:00655350", "no resolver, for its port is not from 1 to 65535"),
        ("192.0.2.53:dns", "no resolver, for its port is not from 1 to 65535"),
        ("192.0.2.53:-1", "no resolver, for its port is not from 1 to 65535"),
        ("192.0.2.53:٥٣", "no resolver, for its port is not from 1 to 65535"),
    ],
)
def test_other_text_is_no_resolver(text: str, what: str) -> None:
    """Nothing is guessed, and no name is looked up to find who looks names up."""
    with pytest.raises(Refused) as raised:
        parse_resolver(text)
    assert (raised.value.rule, str(raised.value)) == ("resolver", f"{text!r} is {what}; {FIX}")


def test_all_that_are_none_are_told_at_once() -> None:
    """A command line with two faults gives two lines."""
    what = "is no resolver, for its port is not from 1 to 65535"
    with pytest.raises(Faults) as raised:
        parse_resolvers(["nobody", "192.0.2.53", "192.0.2.53:0"])
    assert str(raised.value).splitlines() == [
        f"error: <command>:1:1: [resolver] '192.0.2.53:0' {what}; {FIX}",
        f"error: <command>:1:1: [resolver] 'nobody' is no address of a resolver; {FIX}",
    ]


def test_a_resolver_that_is_named_twice_is_one() -> None:
    """It cannot confirm itself."""
    twice = parse_resolvers(["192.0.2.54", "192.0.2.53:53", "192.0.2.53"])
    assert twice == (Resolver("192.0.2.54"), Resolver("192.0.2.53"))


def test_every_resolver_is_asked_for_both_kinds_of_every_host() -> None:
    """A round holds each question once."""
    one, two = Resolver("192.0.2.53"), Resolver("192.0.2.54")
    assert questions(["a.test", "b.test"], [one, two]) == (
        DnsQuery(one, "a.test", "A"),
        DnsQuery(two, "a.test", "A"),
        DnsQuery(one, "a.test", "AAAA"),
        DnsQuery(two, "a.test", "AAAA"),
        DnsQuery(one, "b.test", "A"),
        DnsQuery(two, "b.test", "A"),
        DnsQuery(one, "b.test", "AAAA"),
        DnsQuery(two, "b.test", "AAAA"),
    )
