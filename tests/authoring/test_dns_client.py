"""Single questions to a resolver on loopback: what is made of each answer."""

import os
import signal
import socket
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import dns.resolver
import pytest
from nameserver import (
    Behaviour,
    Nameserver,
    addresses,
    garbled,
    nameserver,
    of_another_question,
    over_tcp,
    refusing,
    rotating,
    silent,
    truncated,
    zone_lines,
)

from gateway_rules.authoring.addresses import dns_client
from gateway_rules.authoring.addresses.dns_client import ask_resolvers, system_resolvers
from gateway_rules.authoring.addresses.queries import DnsQuery, Kind, Reply, Resolver
from gateway_rules.errors import NoAnswer

HOST = "www.example.com"
PATIENCE = 0.2


def put(server: Nameserver, host: str = HOST, kind: Kind = "A") -> Reply:
    """Put one question to a server."""
    question = DnsQuery(Resolver("127.0.0.1", server.port), host, kind)
    (reply,) = ask_resolvers([question], "test", PATIENCE)
    assert reply.question == question
    return reply


def said(reply: Reply) -> tuple[str, list[str], str]:
    """Give what a reply says, in text."""
    return reply.canonical, [address.address for address in reply.addresses], reply.failure


def reply_to(behaviour: Behaviour, kind: Kind = "A") -> tuple[str, list[str], str]:
    """Give what is made of one server's behaviour towards the host."""
    with nameserver({HOST: behaviour}) as server:
        return said(put(server, kind=kind))


def failed(why: str) -> tuple[str, list[str], str]:
    """Give a failure in the same form."""
    return "", [], why


def test_addresses_are_sorted() -> None:
    """The order of an answer, which servers rotate, plays no part."""
    given = addresses("198.51.100.9", "198.51.100.10", "2001:db8::1")
    assert reply_to(given) == (HOST, ["198.51.100.9", "198.51.100.10"], "")


def test_ipv6_is_asked_for_by_itself() -> None:
    """A question for AAAA gives IPv6 addresses alone."""
    given = addresses("198.51.100.9", "2001:db8:0:0::1")
    assert reply_to(given, "AAAA") == (HOST, ["2001:db8::1"], "")


def test_a_name_without_addresses_of_a_kind_is_no_failure() -> None:
    """A host with IPv6 alone has no IPv4 address, and that is an answer."""
    assert reply_to(addresses("2001:db8::1")) == (HOST, [], "")


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        (refusing("NXDOMAIN"), "NXDOMAIN, no such name"),
        (refusing("SERVFAIL"), "SERVFAIL"),
        (refusing("REFUSED"), "REFUSED"),
        (silent, "no answer within 0.2 s, asked 2 times"),
        (garbled, "no answer within 0.2 s, asked 2 times"),
        (of_another_question("198.51.100.9"), "no answer within 0.2 s, asked 2 times"),
        (over_tcp(silent), "it cannot be reached: it ended the connection"),
        (truncated, "an answer that is cut short even over TCP"),
        (
            over_tcp(of_another_question("198.51.100.9")),
            "an answer that cannot be read (BadResponse)",
        ),
        (over_tcp(garbled), "an answer that cannot be read (ShortHeader)"),
    ],
)
def test_every_failure_has_its_words(behaviour: Behaviour, why: str) -> None:
    """What is no answer says why; what was not asked for is not listened to."""
    assert reply_to(behaviour) == failed(why)


def test_a_lost_packet_is_asked_for_again() -> None:
    """One silence is no failure."""
    with nameserver({HOST: rotating(silent, addresses("198.51.100.9"))}) as server:
        assert said(put(server)) == (HOST, ["198.51.100.9"], "")
        assert server.asked == [(HOST, "A", "udp")] * 2


def test_a_port_where_nobody_listens_is_a_failure() -> None:
    """A resolver that is not there gives no answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    question = DnsQuery(Resolver("127.0.0.1", port), HOST, "A")
    (reply,) = ask_resolvers([question], "test", PATIENCE)
    assert said(reply) == failed("no answer within 0.2 s, asked 2 times")


def test_a_resolver_that_may_not_be_asked_is_a_failure() -> None:
    """The system's own words say why; nobody may ask a whole network."""
    question = DnsQuery(Resolver("255.255.255.255"), HOST, "A")
    (reply,) = ask_resolvers([question], "test", PATIENCE)
    assert said(reply) == failed("it cannot be reached: Permission denied")


def test_a_long_answer_comes_over_tcp() -> None:
    """Two hundred addresses do not fit into a datagram, and none of them is lost."""
    many = [f"198.51.100.{number}" for number in range(1, 201)]
    with nameserver({HOST: addresses(*many)}) as server:
        assert said(put(server)) == (HOST, many, "")
        assert server.asked == [(HOST, "A", "udp"), (HOST, "A", "tcp")]


def test_an_alias_is_followed_within_an_answer() -> None:
    """A resolver gives the chain and its end in one message; one question is enough."""
    lines = zone_lines(
        f"{HOST}. 60 CNAME edge.example.net.",
        "edge.example.net. 60 CNAME node.example.org.",
        "node.example.org. 60 A 198.51.100.9",
    )
    with nameserver({HOST: lines}) as server:
        assert said(put(server)) == ("node.example.org", ["198.51.100.9"], "")
        assert len(server.asked) == 1


def test_an_alias_is_followed_from_answer_to_answer() -> None:
    """A server that gives the alias alone is asked for what is behind it."""
    zone = {
        HOST: zone_lines(f"{HOST}. 60 CNAME edge.example.net."),
        "edge.example.net": zone_lines("edge.example.net. 60 CNAME node.example.org."),
        "node.example.org": addresses("198.51.100.9"),
    }
    with nameserver(zone) as server:
        assert said(put(server)) == ("node.example.org", ["198.51.100.9"], "")
        assert [name for name, _, _ in server.asked] == [*zone]


def test_an_alias_whose_end_has_no_address_is_no_failure() -> None:
    """The end is known, though it has no address of the kind."""
    zone = {
        HOST: zone_lines(f"{HOST}. 60 CNAME edge.example.net."),
        "edge.example.net": addresses("198.51.100.9"),
    }
    with nameserver(zone) as server:
        assert said(put(server, kind="AAAA")) == ("edge.example.net", [], "")


def test_an_alias_of_nothing_has_no_address() -> None:
    """The end of the chain is told, so that the host can be refused by name."""
    lines = zone_lines(f"{HOST}. 60 CNAME gone.example.net.")
    assert reply_to(lines) == ("gone.example.net", [], "")


def test_an_alias_that_cannot_be_asked_for_is_a_failure() -> None:
    """The failure names the alias."""
    zone = {
        HOST: zone_lines(f"{HOST}. 60 CNAME edge.example.net."),
        "edge.example.net": refusing("SERVFAIL"),
    }
    with nameserver(zone) as server:
        assert said(put(server)) == failed("SERVFAIL for its alias edge.example.net")


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ({HOST: zone_lines(f"{HOST}. 60 CNAME {HOST}.")}, HOST),
        (
            {
                HOST: zone_lines(
                    f"{HOST}. 60 CNAME edge.example.net.", f"edge.example.net. 60 CNAME {HOST}."
                )
            },
            HOST,
        ),
        (
            {
                HOST: zone_lines(f"{HOST}. 60 CNAME a.example.net."),
                "a.example.net": zone_lines("a.example.net. 60 CNAME b.example.net."),
                "b.example.net": zone_lines("b.example.net. 60 CNAME A.example.net."),
            },
            "a.example.net",
        ),
    ],
)
def test_aliases_in_a_circle_are_a_failure(zone: dict[str, Behaviour], at: str) -> None:
    """A circle ends, in one answer as in several."""
    with nameserver(zone) as server:
        assert said(put(server)) == failed(f"its aliases run in a circle at {at}")


@pytest.mark.parametrize(("length", "fails"), [(16, False), (17, True)])
def test_a_long_chain_is_not_followed_for_ever(length: int, *, fails: bool) -> None:
    """Sixteen aliases are followed, seventeen are not."""
    names = [HOST, *(f"n{number}.example.net" for number in range(length))]
    zone = {name: zone_lines(f"{name}. 60 CNAME {behind}.") for name, behind in pairwise(names)}
    with nameserver({**zone, names[-1]: addresses("198.51.100.9")}) as server:
        end = (names[-1], ["198.51.100.9"], "")
        why = failed("its chain of aliases is longer than 16")
        assert said(put(server)) == (why if fails else end)


def test_records_of_other_names_are_not_listened_to() -> None:
    """An answer with addresses of another host has none of this one."""
    lines = zone_lines("evil.example.com. 60 A 198.51.100.66")
    assert reply_to(lines) == (HOST, [], "")


def test_upper_and_lower_case_are_the_same_name() -> None:
    """A host is asked for as it is printed; its end is written in small letters."""
    with nameserver({HOST: zone_lines(f"{HOST.upper()}. 60 A 198.51.100.9")}) as server:
        assert said(put(server, "WWW.Example.COM")) == (HOST, ["198.51.100.9"], "")


def test_a_name_that_dns_cannot_hold_is_a_failure() -> None:
    """A label is at most 63 characters long (RFC 1035), and nobody is asked for longer ones."""
    with nameserver({}) as server:
        reply = put(server, f"{'a' * 64}.example.com")
        assert (said(reply), server.asked) == (
            failed("cannot be asked for: A DNS label is > 63 octets long."),
            [],
        )


def test_a_resolver_may_have_an_ipv6_address() -> None:
    """Questions go over IPv6 as well."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    with nameserver({HOST: addresses("198.51.100.9")}, "IPv6") as server:
        question = DnsQuery(Resolver("::1", server.port), HOST, "A")
        (reply,) = ask_resolvers([question], "test", PATIENCE)
    assert said(reply) == (HOST, ["198.51.100.9"], "")


def test_replies_come_in_the_order_of_the_questions() -> None:
    """However long each takes, a reply stands where its question stood."""
    hosts = [f"h{number}.example.com" for number in range(40)]
    zone = {host: addresses(f"198.51.100.{number}") for number, host in enumerate(hosts)}
    zone[hosts[0]] = rotating(silent, zone[hosts[0]])
    with nameserver(zone) as server:
        resolver = Resolver("127.0.0.1", server.port)
        replies = ask_resolvers([DnsQuery(resolver, host, "A") for host in hosts], "test", PATIENCE)
    assert [said(reply)[1] for reply in replies] == [[f"198.51.100.{n}"] for n in range(40)]


def test_progress_is_told_when_it_takes_long(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard error says how many questions are answered, and nothing when all is quick."""
    monkeypatch.setattr(dns_client, "_PATIENCE", 0.15)
    quick, slow = "quick.example.com", "slow.example.com"
    with nameserver({quick: addresses("198.51.100.9"), slow: silent}) as server:
        resolver = Resolver("127.0.0.1", server.port)
        ask_resolvers([DnsQuery(resolver, quick, "A")], "round 1 of 3", PATIENCE)
        assert capsys.readouterr() == ("", "")
        ask_resolvers(
            [DnsQuery(resolver, host, "A") for host in (quick, slow)], "round 2 of 3", PATIENCE
        )
    out, err = capsys.readouterr()
    assert (out, set(err.splitlines())) == (
        "",
        {"resolve: round 2 of 3: 1 of 2 questions answered"},
    )


def test_an_interrupt_ends_it_at_once() -> None:
    """Ctrl-C does not wait for answers that are outstanding."""
    program = (
        "from gateway_rules.authoring.addresses.dns_client import ask_resolvers\n"
        "from gateway_rules.authoring.addresses.queries import DnsQuery, Resolver\n"
        "import sys\n"
        "try:\n"
        "    local = Resolver('127.0.0.1', int(sys.argv[1]))\n"
        "    ask_resolvers([DnsQuery(local, 'a.test', 'A')], '', 60)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    with nameserver({"a.test": silent}) as server:
        process = subprocess.Popen(  # noqa: S603 - the program is this file's own.
            [sys.executable, "-W", "error", "-c", program, str(server.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        while not server.asked:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGINT)
        assert process.communicate(timeout=20) == ("interrupted\n", "")


def test_the_resolvers_of_this_machine_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Those of resolv.conf are asked by default, each once; what is none is left out."""
    conf = tmp_path / "resolv.conf"
    conf.write_text("nameserver 192.0.2.53\nnameserver 2001:db8::53\nnameserver 192.0.2.53\n")
    read = dns.resolver.Resolver

    monkeypatch.setattr(dns.resolver, "Resolver", lambda: read(str(conf)))
    assert list(map(str, system_resolvers())) == ["192.0.2.53", "2001:db8::53"]


@pytest.mark.parametrize("text", ["", "search example.com\n", None])
def test_a_machine_without_resolvers_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None
) -> None:
    """Where none is named, the user is told to name one."""
    conf = tmp_path / "resolv.conf"
    if text is not None:
        conf.write_text(text)
    read = dns.resolver.Resolver
    monkeypatch.setattr(dns.resolver, "Resolver", lambda: read(str(conf)))
    with pytest.raises(NoAnswer) as raised:
        system_resolvers()
    assert str(raised.value) == (
        "error: <command>:1:1: [resolver] this machine names no resolver; "
        "name one, such as --resolver 192.0.2.53"
    )
