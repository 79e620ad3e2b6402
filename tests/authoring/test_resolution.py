"""`gateway-rules resolve` against name servers on loopback: what is written, and what not."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from nameserver import (
    Behaviour,
    Nameserver,
    addresses,
    nameserver,
    refusing,
    rotating,
    silent,
    zone_lines,
)
from written import HOSTS, STACK, project

from gateway_rules.authoring import LookupTerms, ask_resolvers, parse_resolvers, resolve
from gateway_rules.authoring.addresses.queries import Resolver
from gateway_rules.cli import app
from gateway_rules.cli import resolve as command
from gateway_rules.inputs import NotPublic
from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.packets import parse_prefix
from gateway_rules.planning.stack_plan import load_plan

ELSEWHERE = STACK.replace("eu-west-1", "us-east-1")
ROOT = Path(__file__).parents[2]
FILE = "stacks/addresses/bad.yaml"
FIRST = HOSTS[0]
PUBLIC = {host: addresses(f"84.39.153.{number}") for number, host in enumerate(HOSTS, 1)}
UNTRUSTED = "ask resolvers that can be trusted, with --resolver; nothing is written"
UNANSWERED = "see that the resolver answers, or ask another; nothing is written"
APART = "ask resolvers of one region, without the one that is wrong; nothing is written"


class Done(NamedTuple):
    """How a command ended."""

    code: int | None
    out: list[str]
    err: list[str]


PATIENCE = "1"
"""Seconds: short for who waits in vain, long enough for a busy machine."""


class User:
    """Somebody with a project, and name servers to ask."""

    def __init__(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.root, self._monkeypatch, self._capsys = root, monkeypatch, capsys

    @property
    def file(self) -> Path:
        """The file of addresses."""
        return self.root / FILE

    def write(self, text: str) -> None:
        """Write the file of addresses by hand."""
        self.file.write_text(text)

    def config(self, text: str) -> None:
        """Write the stack's file."""
        (self.root / "stacks" / "Pulumi.bad.yaml").write_text(text)

    def run(self, *arguments: str, servers: "tuple[Nameserver, ...]" = ()) -> Done:
        """Type the command."""
        asked = [text for server in servers for text in ("--resolver", str(server))]
        line = ["-C", str(self.root), "resolve", "bad", "--timeout", PATIENCE, *asked, *arguments]
        self._monkeypatch.setattr(sys, "argv", ["gateway-rules", *line])
        with pytest.raises(SystemExit) as ended:
            app.main()
        out, err = self._capsys.readouterr()
        assert not isinstance(ended.value.code, str)
        return Done(ended.value.code or 0, out.splitlines(), err.splitlines())

    def ask(self, *zones: Mapping[str, Behaviour], arguments: tuple[str, ...] = ()) -> Done:
        """Type the command with a name server for each zone."""
        with ExitStack() as stack:
            servers = tuple(stack.enter_context(nameserver(zone)) for zone in zones)
            done = self.run(*arguments, servers=servers)
        # The ports are free ones; a resolver goes by its number.
        for number, server in enumerate(servers, 1):
            names = (str(server), f"resolver-{number}")
            done = Done(done.code, _named(done.out, *names), _named(done.err, *names))
        return done


def _named(lines: list[str], text: str, name: str) -> list[str]:
    return [line.replace(text, name) for line in lines]


@pytest.fixture
def user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> User:
    """Give somebody whose stack lies outside EMEA and lacks its addresses."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL_EC2", raising=False)
    return User(project(tmp_path, ELSEWHERE), monkeypatch, capsys)


def today() -> date:
    """Give the day as the command does; nobody runs these tests at midnight for long."""
    return datetime.now(UTC).date()


def days_ago(days: int) -> date:
    """Give a day before today."""
    return today() - timedelta(days=days)


def every_host() -> set[str]:
    """Name each host that the catalogue names, those with printed addresses as well."""
    services = (each for each in read_catalogue().services if not each.anywhere)
    return {name for each in services for name in each.host_names}


def lines_of(file: Path, key: str) -> list[str]:
    """Give the values of a key in a file, in their order."""
    lines = (line.strip().removeprefix("- ") for line in file.read_text().splitlines())
    return [line.removeprefix(f"{key}: ") for line in lines if line.startswith(f"{key}: ")]


def seen(address: str, days: int) -> str:
    """Write an address of the first host that was seen some days ago."""
    day = days_ago(days)
    return (
        f"      - {{address: {address}, first_seen: {day}, last_seen: {day}, "
        "resolvers: [192.0.2.53]}\n"
    )


def file_of(*lines: str) -> str:
    """Write a file in which the first host has some addresses, and the others what they have."""
    others = "".join(
        f"  - {{name: {host}, canonical: {host}, addresses: [84.39.153.{number}]}}\n"
        for number, host in enumerate(HOSTS, 1)
        if host != FIRST
    )
    head = f"hosts:\n  - name: {FIRST}\n    canonical: {FIRST}\n    addresses:\n"
    return head + "".join(lines) + others


# --- What is written -------------------------------------------------------------------------


def test_a_look_up_writes_the_file(user: User) -> None:
    """Host, end of the aliases, addresses, days and resolver stand in the file, byte by byte."""
    zone = {
        **PUBLIC,
        FIRST: zone_lines(
            f"{FIRST}. 60 CNAME resolver.1.geo.ctmail.com.",
            "resolver.1.geo.ctmail.com. 60 A 84.39.153.200",
            "resolver.1.geo.ctmail.com. 60 A 84.39.153.31",
            "resolver.1.geo.ctmail.com. 60 AAAA 2600:1f18::31",
        ),
    }
    with nameserver(zone) as server:
        done = user.run(servers=(server,))
    assert done == Done(
        0,
        [
            f"new: {FIRST} 84.39.153.31, last seen {today()}",
            f"new: {FIRST} 84.39.153.200, last seen {today()}",
            f"new: {FIRST} 2600:1f18::31, last seen {today()}",
            *(
                f"new: {host} 84.39.153.{number}, last seen {today()}"
                for number, host in enumerate(HOSTS[1:], 2)
            ),
            f"wrote: {FILE}, 5 hosts, 7 addresses",
        ],
        [],
    )
    facts = (
        f"        first_seen: {today()}\n        last_seen: {today()}\n"
        f'        resolvers: ["127.0.0.1:{server.port}"]\n'
    )
    assert user.file.read_text() == (
        "# yaml-language-server: $schema=../../gateway_rules/schemas/addresses.schema.json\n"
        "# The addresses that public hosts have where the stack bad is, and which resolver gave\n"
        "# each of them when. Written by `gateway-rules resolve bad`; review what it changes.\n"
        "hosts:\n"
        f"  - name: {FIRST}\n    canonical: resolver.1.geo.ctmail.com\n    addresses:\n"
        f"      - address: 84.39.153.31\n{facts}"
        f"      - address: 84.39.153.200\n{facts}"
        f'      - address: "2600:1f18::31"\n{facts}'
        + "".join(
            f"  - name: {host}\n    canonical: {host}\n    addresses:\n"
            f"      - address: 84.39.153.{number}\n{facts}"
            for number, host in enumerate(HOSTS[1:], 2)
        )
    )


def test_the_file_is_planned_with(user: User) -> None:
    """What was pending is planned with just the addresses that were looked up."""
    user.ask(PUBLIC)
    plan = load_plan(user.root, "bad").plan
    peers = [str(flow.peer) for flow in plan.flows if "spam-signatures-cloud" in flow.services]
    assert peers == [f"84.39.153.{number}/32" for number in range(1, 6)]


def test_a_second_look_up_changes_no_byte(user: User) -> None:
    """What is as it was is left alone."""
    with nameserver(PUBLIC) as server:
        user.run(servers=(server,))
        before = user.file.stat()
        done = user.run(servers=(server,))
    assert done == Done(0, [f"unchanged: {FILE}, 5 hosts, 5 addresses"], [])
    assert user.file.stat().st_mtime_ns == before.st_mtime_ns


def test_answers_that_rotate_are_collected(user: User) -> None:
    """Each round shows one more address; all of them are written."""
    turns = rotating(*(addresses(f"64.191.223.{number}") for number in (1, 2, 3, 4)))
    done = user.ask({**PUBLIC, FIRST: turns})
    assert (done.code, done.err) == (0, [])
    assert lines_of(user.file, "address")[:3] == [f"64.191.223.{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_every_round_asks_everything_once(user: User, rounds: int) -> None:
    """So many rounds are made as are asked for, each with both kinds of every host."""
    with nameserver(PUBLIC) as server:
        user.run("--rounds", str(rounds), servers=(server,))
    asked = sorted(server.asked)
    kinds = [(host, kind, "udp") for host in HOSTS for kind in ("A", "AAAA")]
    assert asked == sorted(kinds * rounds)


def test_each_address_has_the_resolvers_that_gave_it(user: User) -> None:
    """Two resolvers that share an address both stand beside it, and one beside its own."""
    zones = (
        {**PUBLIC, FIRST: addresses("64.191.223.1", "64.191.223.2")},
        {**PUBLIC, FIRST: addresses("64.191.223.1")},
    )
    with nameserver(zones[0]) as one, nameserver(zones[1]) as two:
        done = user.run(servers=(one, two))
    both = ", ".join(f'"{text}"' for text in sorted(map(str, (one, two))))
    assert (done.code, lines_of(user.file, "resolvers")[:2]) == (0, [f"[{both}]", f'["{one}"]'])


def test_ipv6_alone_is_enough(user: User) -> None:
    """A host without IPv4 is written with its IPv6 addresses."""
    done = user.ask({**PUBLIC, FIRST: addresses("2600:1f18::31")})
    assert (done.code, lines_of(user.file, "address")[0]) == (0, '"2600:1f18::31"')


def test_a_host_with_many_addresses_keeps_them_all(user: User) -> None:
    """What does not fit into a datagram comes over TCP, sorted into the file."""
    many = [f"64.191.223.{number}" for number in range(1, 101)]
    done = user.ask({**PUBLIC, FIRST: addresses(*reversed(many))})
    assert (done.code, lines_of(user.file, "address")[:100]) == (0, many)


# --- Grace -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "arguments", "is_there"),
    [
        (13, (), True),
        (14, (), True),
        (15, (), False),
        (1, ("--grace", "0"), False),
        (15, ("--grace", "15"), True),
    ],
)
def test_an_address_stays_for_its_grace(
    user: User, days: int, arguments: tuple[str, ...], *, is_there: bool
) -> None:
    """Rotation does not cut traffic; what is gone for longer is dropped, and both are told."""
    user.write(file_of(seen("64.191.223.9", days)))
    done = user.ask({**PUBLIC, FIRST: addresses("64.191.223.1")}, arguments=arguments)
    last = f"{FIRST} 64.191.223.9, last seen {days_ago(days)}"
    grace = int(arguments[1]) if arguments else 14
    told = f"kept: {last}, stays until {days_ago(days - grace)}" if is_there else f"gone: {last}"
    assert (done.code, [line for line in done.out if "223.9" in line]) == (0, [told])
    assert ("64.191.223.9" in lines_of(user.file, "address")) == is_there


def test_writing_refreshes_the_days(user: User) -> None:
    """An address that is seen again has today as its last day, and its first day as before."""
    user.write(file_of(seen("64.191.223.1", 9)))
    done = user.ask({**PUBLIC, FIRST: addresses("64.191.223.1")})
    assert done.out == [f"wrote: {FILE}, 5 hosts, 5 addresses"]
    assert lines_of(user.file, "first_seen")[0] == str(days_ago(9))
    assert lines_of(user.file, "last_seen")[0] == str(today())


def test_what_was_written_by_hand_stays(user: User) -> None:
    """An address that no resolver gives is kept until it is taken out, and told."""
    user.write(file_of("      - 64.191.223.9\n"))
    done = user.ask({**PUBLIC, FIRST: addresses("64.191.223.1")})
    assert done.out[-2:] == [
        f"kept: {FIRST} 64.191.223.9, until it is taken out by hand",
        f"wrote: {FILE}, 5 hosts, 6 addresses",
    ]


# --- Comparing -------------------------------------------------------------------------------


def test_check_finds_that_there_is_no_file(user: User) -> None:
    """All addresses are new, and none is written."""
    done = user.ask(PUBLIC, arguments=("--check",))
    assert (done.code, done.out[-1], done.err) == (1, f"differs: {FILE}, 5 hosts, 5 addresses", [])
    assert not user.file.exists()


def test_check_finds_no_difference(user: User) -> None:
    """A day of the past and another resolver are no difference, and stay as they are."""
    user.write(text := file_of(seen("84.39.153.1", 9)))
    done = user.ask(PUBLIC, arguments=("--check",))
    assert done == Done(0, [f"up to date: {FILE}, 5 hosts, 5 addresses"], [])
    assert user.file.read_text() == text


def test_check_names_what_is_new_and_gone(user: User) -> None:
    """What is within its grace is told and is no difference; the rest is."""
    user.write(text := file_of(seen("64.191.223.8", 14), seen("64.191.223.9", 15)))
    zone = {**PUBLIC, FIRST: zone_lines(f"{FIRST}. 60 CNAME a.test.", "a.test. 60 A 84.39.153.1")}
    done = user.ask(zone, arguments=("--check",))
    assert done == Done(
        1,
        [
            f"new: {FIRST} 84.39.153.1, last seen {today()}",
            f"gone: {FIRST} 64.191.223.9, last seen {days_ago(15)}",
            f"alias: {FIRST} is a.test, before {FIRST}",
            f"kept: {FIRST} 64.191.223.8, last seen {days_ago(14)}, stays until {today()}",
            f"differs: {FILE}, 5 hosts, 6 addresses",
        ],
        [],
    )
    assert user.file.read_text() == text


def test_check_is_content_with_what_rotates(user: User) -> None:
    """An address that is not given today and was lately is no difference."""
    user.write(file_of(seen("84.39.153.1", 3), seen("64.191.223.9", 3)))
    done = user.ask(PUBLIC, arguments=("--check",))
    assert (done.code, done.out[-1]) == (0, f"up to date: {FILE}, 5 hosts, 6 addresses")


# --- What is refused -------------------------------------------------------------------------


def refused(user: User, *zones: Mapping[str, Behaviour]) -> list[str]:
    """Give the faults of a look-up after which the file is as it was, whether there or not."""
    done = user.ask(*zones)
    assert (done.code, done.out, user.file.exists()) == (3, [], False)
    user.write(text := file_of(seen("84.39.153.1", 3)))
    assert user.ask(*zones)[:2] == (3, [])
    assert (user.file.read_text(), [*user.file.parent.iterdir()]) == (text, [user.file])
    return [line.removeprefix("error: <command>:1:1: ") for line in done.err]


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (refusing("NXDOMAIN"), "gives no A or AAAA: NXDOMAIN, no such name"),
        (refusing("SERVFAIL"), "gives no A or AAAA: SERVFAIL"),
        (silent, "gives no A or AAAA: no answer within 1 s, asked 2 times"),
        (
            zone_lines(f"{FIRST}. 60 CNAME a.test.", f"a.test. 60 CNAME {FIRST}."),
            f"gives no A or AAAA: its aliases run in a circle at {FIRST}",
        ),
    ],
)
def test_a_host_that_does_not_resolve_is_a_fault(
    user: User, behaviour: Behaviour, why: str
) -> None:
    """Host, resolver and reason are told, and nothing is written."""
    assert refused(user, {**PUBLIC, FIRST: behaviour}) == [
        f"[unresolved] {FIRST}: resolver-1 {why}; {UNANSWERED}"
    ]


def test_a_host_without_addresses_is_a_fault(user: User) -> None:
    """Addresses of another name are none of this host."""
    zone = {**PUBLIC, FIRST: zone_lines("other.test. 60 A 84.39.153.1")}
    assert refused(user, zone) == [
        f"[unresolved] {FIRST}: resolver-1 knows no A or AAAA address of it; {UNTRUSTED}"
    ]


def test_an_alias_of_nothing_is_a_fault(user: User) -> None:
    """Where the chain of aliases leads to a name that has no address, it is named."""
    zone = {**PUBLIC, FIRST: zone_lines(f"{FIRST}. 60 CNAME gone.test.")}
    what = f"{FIRST}, alias gone.test: resolver-1 knows no A or AAAA address of it"
    assert refused(user, zone) == [f"[unresolved] {what}; {UNTRUSTED}"]


def test_a_failure_ends_the_rounds(user: User) -> None:
    """Nobody waits three times for a resolver that is silent."""
    with nameserver({**PUBLIC, FIRST: refusing("SERVFAIL")}) as server:
        assert user.run(servers=(server,)).code == 3
    assert len(server.asked) == 2 * len(HOSTS)


def test_a_failure_in_a_later_round_is_a_failure(user: User) -> None:
    """What is answered once and refused the next time cannot be relied on."""
    turns = rotating(addresses("84.39.153.1"), refusing("NXDOMAIN"))
    assert refused(user, {**PUBLIC, FIRST: turns}) == [
        f"[unresolved] {FIRST}: resolver-1 gives no A or AAAA: NXDOMAIN, no such name; {UNANSWERED}"
    ]


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("10.0.0.1", "a private address (RFC 1918)"),
        ("100.64.0.1", "an address shared behind a carrier's NAT (RFC 6598)"),
        ("127.0.0.1", "a loopback address (RFC 1122)"),
        ("169.254.169.254", "a link-local address (RFC 3927)"),
        ("198.51.100.1", "an address for documentation (RFC 5737)"),
        ("239.1.2.3", "a multicast address (RFC 5771)"),
        ("::1", "the loopback address (RFC 4291)"),
        ("fd00::1", "a private address (RFC 4193)"),
        ("2001:db8::1", "an address for documentation (RFC 3849)"),
    ],
)
def test_a_poisoned_answer_is_a_fault(user: User, address: str, what: str) -> None:
    """One impossible address among good ones is enough, whoever gives it."""
    poisoned = addresses("84.39.153.1", address)
    assert refused(user, {**PUBLIC, FIRST: poisoned}) == [
        f"[impossible-address] {FIRST}: resolver-1 gives {address}, {what}; {UNTRUSTED}"
    ]


def test_everything_is_told_at_once(user: User) -> None:
    """Every host of a captive resolver has its line."""
    captive = {host: addresses("10.0.0.1") for host in HOSTS} | {HOSTS[4]: refusing("REFUSED")}
    assert refused(user, captive) == [
        *(
            f"[impossible-address] {host}: resolver-1 gives 10.0.0.1, "
            f"a private address (RFC 1918); {UNTRUSTED}"
            for host in HOSTS[:4]
        ),
        f"[unresolved] {HOSTS[4]}: resolver-1 gives no A or AAAA: REFUSED; {UNANSWERED}",
    ]


def test_one_resolver_that_lies_is_named(user: User) -> None:
    """Two agree, the third is shown with its answer."""
    lie = {**PUBLIC, FIRST: addresses("64.191.223.66")}
    what = f"{FIRST}: resolver-2 gives 64.191.223.66, and shares no IPv4 address with the others"
    assert refused(user, PUBLIC, lie, PUBLIC) == [f"[disagreement] {what}; {APART}"]


def test_resolvers_that_share_nothing_are_named(user: User) -> None:
    """Of two that differ nobody knows which is right."""
    other = {**PUBLIC, FIRST: addresses("64.191.223.66")}
    lines = sorted(refused(user, PUBLIC, other))
    assert sorted(line.partition(" gives ")[2] for line in lines) == [
        f"{given}, and shares no IPv4 address with the others; {APART}"
        for given in ("64.191.223.66", "84.39.153.1")
    ]


ENDPOINTS = (
    "http://127.0.0.1:4566",
    "http://localhost:4566",
    "https://ec2.us-east-1.amazonaws.com",
)


@pytest.mark.parametrize("endpoint", ["", *ENDPOINTS])
def test_an_endpoint_changes_nothing(
    user: User, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    """The file is written as where no endpoint is named."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert (user.ask(PUBLIC).code, lines_of(user.file, "name")) == (0, [*HOSTS])


@pytest.mark.parametrize("option", [(), ("--check",), ("--all",)])
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_addresses_for_documentation_are_refused_whatever_aws_is_asked(
    user: User, monkeypatch: pytest.MonkeyPatch, endpoint: str, option: tuple[str, ...]
) -> None:
    """What a name server on this machine gives is no address of a public server."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    zone = {name.lower(): addresses("192.0.2.1") for name in every_host()}
    with nameserver(zone) as server:
        done = user.run(*option, servers=(server,))
    assert (done.code, done.out) == (3, [])
    assert {line.split()[2] for line in done.err} == {"[impossible-address]"}
    assert [*user.file.parent.iterdir(), *user.root.glob(".local")] == []


def test_a_range_that_the_file_accepts_stays_accepted(user: User) -> None:
    """A mirror inside is looked up like any server, and the next look-up keeps the reason."""
    user.write('not_public: [{prefix: 192.0.2.0/24, reason: "NET-12"}]\nhosts: []\n')
    with nameserver({host: addresses("192.0.2.1") for host in HOSTS}) as server:
        assert user.run(servers=(server,)).code == 0
    assert '  - {prefix: "192.0.2.0/24", reason: "NET-12"}' in user.file.read_text().splitlines()
    assert lines_of(user.file, "name") == [*HOSTS]


def test_a_file_gets_just_the_accepted_ranges_that_it_needs(user: User) -> None:
    """Who asks may accept more than a stack's hosts have; what the file accepts stays in it."""
    user.write('not_public: [{prefix: 10.20.0.0/16, reason: "NET-12"}]\nhosts: []\n')
    wide = tuple(
        NotPublic(prefix=parse_prefix(text), reason="a test's own name server")
        for text in ("192.0.2.0/24", "198.51.100.0/24")
    )
    with nameserver({host: addresses("192.0.2.1") for host in HOSTS}) as server:
        terms = LookupTerms(parse_resolvers([str(server)]), today(), rounds=1, not_public=wide)
        found = resolve(user.root, "bad", terms, ask_resolvers)
    assert [str(each.prefix) for each in found.after.not_public] == ["10.20.0.0/16", "192.0.2.0/24"]


def test_an_impossible_address_of_the_file_is_taken_out_by_hand(user: User) -> None:
    """A look-up neither keeps what nobody can have seen nor drops in silence what was written."""
    user.write(text := file_of(seen("10.0.0.1", 3)))
    what = f"{FIRST}.addresses.address: 10.0.0.1 is a private address (RFC 1918)"
    fix = "take it out, for no public server has it"
    done = user.ask(PUBLIC)
    assert (done.code, done.out) == (2, [])
    assert [line.partition(" ")[2].partition(" ")[2] for line in done.err] == [
        f"[impossible-address] {what}; {fix}"
    ]
    assert user.file.read_text() == text


# --- What is looked up -----------------------------------------------------------------------


def test_in_emea_nothing_is_looked_up(user: User) -> None:
    """The printed addresses hold there; the command says so and asks nobody."""
    user.config(STACK)
    with nameserver(PUBLIC) as server:
        done = user.run(servers=(server,))
    assert done == Done(
        0,
        [
            "bad needs no look-up: the addresses that are printed hold there",
            "to look every host up all the same, say --all",
        ],
        [],
    )
    assert (server.asked, user.file.exists()) == ([], False)


def test_all_looks_every_host_up(user: User) -> None:
    """Every name with printed addresses is asked for as it is printed."""
    user.config(STACK)
    names = every_host()
    zone = {name.lower(): addresses("84.39.153.1") for name in names}
    with nameserver(zone) as server:
        done = user.run("--all", servers=(server,))
    assert {name for name, _, _ in server.asked} == names
    assert (done.code, done.out[-2:]) == (
        0,
        [
            f"wrote: {FILE}, 29 hosts, 29 addresses",
            "unused: 29 hosts, until the stack says gateway-rules:addresses: {use: resolved}",
        ],
    )
    assert lines_of(user.file, "name") == sorted(names, key=str.lower)


def test_all_is_planned_with_where_the_stack_asks_for_it(user: User) -> None:
    """With `use: resolved` every host has the address that was looked up."""
    user.config(f"{STACK}  gateway-rules:addresses: {{use: resolved}}\n")
    zone = {name.lower(): addresses("84.39.153.1") for name in every_host()}
    done = user.ask(zone, arguments=("--all",))
    assert (done.code, done.out[-1]) == (0, f"wrote: {FILE}, 29 hosts, 29 addresses")
    plan = load_plan(user.root, "bad").plan
    peers = {str(flow.peer) for flow in plan.flows if "product-updates" in flow.services}
    assert peers == {"84.39.153.1/32"}


def test_a_stack_in_emea_may_ask_for_what_is_looked_up(user: User) -> None:
    """With `use: resolved` the regional hosts are looked up in EMEA as well."""
    user.config(f"{STACK}  gateway-rules:addresses: {{use: resolved}}\n")
    done = user.ask(PUBLIC)
    assert (done.code, lines_of(user.file, "name")) == (0, [*HOSTS])


def test_a_service_that_is_left_out_is_not_looked_up(user: User) -> None:
    """Without it nothing has to be looked up."""
    user.config(f"{ELSEWHERE}  gateway-rules:services: {{spam-signatures-cloud: false}}\n")
    done = user.ask(PUBLIC)
    assert (done.code, done.out[0]) == (
        0,
        "bad needs no look-up: the addresses that are printed hold there",
    )


# --- For programs, and what else can be wrong ------------------------------------------------


def test_json_is_one_document(user: User) -> None:
    """It holds what the file holds, and what differs."""
    user.write(file_of(seen("64.191.223.9", 3)))
    done = user.ask({**PUBLIC, FIRST: addresses("64.191.223.1")}, arguments=("--json", "--check"))
    answer: dict[str, Any] = json.loads("\n".join(done.out))
    hosts = answer.pop("hosts")
    assert (done.code, done.err, answer) == (
        1,
        [],
        {
            "stack": "bad",
            "file": FILE,
            "looked_up": [*HOSTS],
            "unused": [],
            "new": [{"host": FIRST, "address": "64.191.223.1", "last_seen": str(today())}],
            "gone": [],
            "kept": [{"host": FIRST, "address": "64.191.223.9", "last_seen": str(days_ago(3))}],
            "renamed": [],
        },
    )
    assert [host["name"] for host in hosts] == [*HOSTS]
    assert hosts[0] == {
        "name": FIRST,
        "canonical": FIRST,
        "addresses": [
            {
                "address": "64.191.223.1",
                "first_seen": str(today()),
                "last_seen": str(today()),
                "resolvers": ["resolver-1"],
            },
            {
                "address": "64.191.223.9",
                "first_seen": str(days_ago(3)),
                "last_seen": str(days_ago(3)),
                "resolvers": ["192.0.2.53"],
            },
        ],
    }


def test_faults_are_json_as_well(user: User) -> None:
    """Programs get the same parts as people."""
    done = user.ask({**PUBLIC, FIRST: refusing("SERVFAIL")}, arguments=("--json",))
    assert (done.code, json.loads("\n".join(done.out))) == (
        3,
        {
            "errors": [
                {
                    "file": "<command>",
                    "line": 1,
                    "column": 1,
                    "rule": "unresolved",
                    "message": f"{FIRST}: resolver-1 gives no A or AAAA: SERVFAIL",
                    "fix": UNANSWERED,
                }
            ]
        },
    )


@pytest.mark.parametrize(
    ("arguments", "rule", "what", "fix"),
    [
        (
            ("--resolver", "dns.example.com"),
            "resolver",
            "'dns.example.com' is no address of a resolver",
            "write one such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353",
        ),
        (
            ("--rounds", "0"),
            "usage",
            "Invalid value for '--rounds': Input should be greater than or equal to 1",
            "see gateway-rules resolve --help",
        ),
        (
            ("--grace", "-1"),
            "usage",
            "Invalid value for '--grace': Input should be greater than or equal to 0",
            "see gateway-rules resolve --help",
        ),
        (
            # A day so far away has no date.
            ("--grace", "9999999"),
            "usage",
            "Invalid value for '--grace': Input should be less than or equal to 36500",
            "see gateway-rules resolve --help",
        ),
    ],
)
def test_a_wrong_command_line_is_a_fault(
    user: User, arguments: tuple[str, ...], rule: str, what: str, fix: str
) -> None:
    """Nothing is asked, and the line says what to write."""
    line = f"error: <command>:1:1: [{rule}] {what}; {fix}"
    assert user.run(*arguments) == Done(2, [], [line])


def test_help_teaches_by_example(user: User) -> None:
    """The command shows a line that can be typed."""
    shown = " ".join(" ".join(user.run("--help").out).split())
    assert "Example: gateway-rules resolve us-east-1 --resolver 10.43.0.2" in shown


def test_a_stack_that_is_not_there_is_a_fault(user: User) -> None:
    """The stacks that are there are listed."""
    (user.root / "stacks" / "Pulumi.bad.yaml").rename(user.root / "stacks" / "Pulumi.good.yaml")
    line = "error: <command>:1:1: [unknown-stack] there is no stack bad; write one of: good"
    assert user.ask(PUBLIC) == Done(2, [], [line])


def test_a_malformed_stack_is_told_and_not_looked_up(user: User) -> None:
    """What is wrong with the stack is told as `show` tells it."""
    user.config(ELSEWHERE.replace("10.42.0.0/24", "10.42.0.1/24"))
    what = "gateway-rules:roles.administrators: 10.42.0.1/24 has bits behind its prefix length"
    fix = "write 10.42.0.0/24 for the network, 10.42.0.1/32 for the host"
    line = f"error: stacks/Pulumi.bad.yaml:7:22: [host-bits] {what}; {fix}"
    assert user.ask(PUBLIC) == Done(2, [], [line])


def test_a_malformed_file_is_not_written_over(user: User) -> None:
    """What a person wrote and nobody can read is for a person to mend."""
    user.write("hosts:\n  - {name: bulkmail1.clearswift.net, addresses: [192.0.2.0/24]}\n")
    what = "bulkmail1.clearswift.net.addresses: 192.0.2.0/24 is a network"
    fix = "write the host's addresses one by one"
    line = f"error: {FILE}:2:50: [address] {what}; {fix}"
    assert user.ask(PUBLIC) == Done(2, [], [line])
    assert user.file.read_text().startswith("hosts:\n  - {name")


def test_hosts_that_nothing_asks_for_are_taken_out(user: User) -> None:
    """A file that `show` refuses for such a host is mended by a look-up."""
    user.write(
        f"{file_of(seen('84.39.153.1', 1))}  - {{name: time.clearswift.net, addresses: []}}\n"
    )
    assert user.ask(PUBLIC).code == 0
    assert lines_of(user.file, "name") == [*HOSTS]


def test_without_a_resolver_the_machine_s_own_is_asked(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who names none asks whom this machine asks."""
    with nameserver(PUBLIC) as server:
        own = (Resolver("127.0.0.1", server.port),)
        monkeypatch.setattr(command, "system_resolvers", lambda: own)
        assert user.run().code == 0
    assert lines_of(user.file, "resolvers")[0] == f'["127.0.0.1:{server.port}"]'


def test_an_interrupt_writes_nothing(user: User) -> None:
    """Ctrl-C ends the command at once, without a traceback, and leaves the file as it was."""
    user.write(text := file_of(seen("84.39.153.1", 3)))
    with nameserver({**PUBLIC, FIRST: silent}) as server:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [
                *(sys.executable, "-m", "gateway_rules", "-C", str(user.root), "resolve", "bad"),
                *("--resolver", str(server), "--timeout", "60"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        _wait(lambda: len(server.asked) == 2 * len(HOSTS), process)
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "")
    assert (user.file.read_text(), [*user.file.parent.iterdir()]) == (text, [user.file])


def _wait(happened: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    while not happened():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
