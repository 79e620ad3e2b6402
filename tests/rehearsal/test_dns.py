"""The local name server: its zone, its answers, and its ports."""

import re
import socket
from collections.abc import Callable, Iterator, Mapping

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from gateway_rehearsal.dns.answer import answer
from gateway_rehearsal.dns.serve import serving
from gateway_rehearsal.dns.zone import IPV4, IPV6, Zone
from gateway_rules.inputs.catalogue import read_catalogue

HOSTS = tuple(f"bulkmail{n}.clearswift.net" for n in range(1, 6))
REGIONS = ("eu-west-1", "sa-east-1", "us-east-1", "us-west-2")
ZONE = Zone(HOSTS, REGIONS)


@pytest.fixture(scope="module")
def servers() -> Iterator[Mapping[str, str]]:
    """Give the name servers of four Regions."""
    with serving(ZONE) as found:
        yield found


def ask(name: str, kind: str, region: str = "eu-west-1") -> dns.message.Message:
    """Ask the zone as from a Region, without a network."""
    query = dns.message.make_query(name, kind)
    reply = answer(ZONE, region, query.to_wire())
    assert reply is not None
    return dns.message.from_wire(reply)


def told(reply: dns.message.Message) -> list[str]:
    """Write down the records of an answer."""
    return [line for rrset in reply.answer for line in rrset.to_text().splitlines()]


def test_knows_the_documents_hosts_and_every_region() -> None:
    """The zone holds what the catalogue says is regional, and nothing is typed twice."""
    catalogue = read_catalogue()
    zone = Zone.of(catalogue)
    assert zone.hosts == HOSTS
    assert zone.regions == tuple(sorted(catalogue.regions))


def test_a_zone_is_handed_on_as_text() -> None:
    """A process that is given a zone's text has the same zone."""
    assert Zone.from_text(str(ZONE)) == ZONE


def test_every_region_has_addresses_of_its_own() -> None:
    """No two hosts of any two Regions share an address, and all are the documentation's."""
    zone = Zone.of(read_catalogue())
    found = [
        address
        for region in zone.regions
        for host in zone.hosts
        for address in zone.addresses(region, zone.alias(host) or "") or ()
    ]
    assert len(set(found)) == len(found) >= len(zone.regions) * len(HOSTS)
    outside = [
        address
        for address in found
        if not (address in IPV6 if address.version == 6 else any(address in n for n in IPV4))
    ]
    assert outside == []


def test_japan_has_ipv6() -> None:
    """The stack of Tokyo rehearses both families."""
    zone = Zone.of(read_catalogue())
    found = zone.addresses("ap-northeast-1", "resolver.1.geo.ctmail.com") or ()
    assert [address.version for address in found] == [4, 6]


def test_answers_with_the_alias_and_what_is_behind_it() -> None:
    """A host is an alias of the vendor's resolver, whose address depends on the Region."""
    assert told(ask("bulkmail2.clearswift.net", "A")) == [
        "bulkmail2.clearswift.net. 60 IN CNAME resolver.2.geo.ctmail.com.",
        "resolver.2.geo.ctmail.com. 60 IN A 192.0.2.2",
    ]
    assert told(ask("resolver.2.geo.ctmail.com", "A", "us-east-1")) == [
        "resolver.2.geo.ctmail.com. 60 IN A 203.0.113.2"
    ]


def test_answers_for_ipv6() -> None:
    """One Region has addresses of both families."""
    assert told(ask("bulkmail2.clearswift.net", "AAAA", "us-west-2")) == [
        "bulkmail2.clearswift.net. 60 IN CNAME resolver.2.geo.ctmail.com.",
        "resolver.2.geo.ctmail.com. 60 IN AAAA 2001:db8:0:3::2",
    ]


@pytest.mark.parametrize("kind", ["AAAA", "MX"])
def test_a_type_that_is_not_there_is_no_missing_name(kind: str) -> None:
    """The alias comes alone, without an error."""
    reply = ask("bulkmail1.clearswift.net", kind)
    assert reply.rcode() == dns.rcode.NOERROR
    assert told(reply) == ["bulkmail1.clearswift.net. 60 IN CNAME resolver.1.geo.ctmail.com."]


@pytest.mark.parametrize(
    "name", ["bulkmail6.clearswift.net", "example.com", "resolver.6.geo.ctmail.com", "."]
)
def test_everything_else_does_not_exist(name: str) -> None:
    """Nothing but the zone is answered for, and nothing is asked of the world."""
    reply = ask(name, "A")
    assert (reply.rcode(), told(reply)) == (dns.rcode.NXDOMAIN, [])


def test_names_are_compared_without_case() -> None:
    """A name is the same in capitals (RFC 4343)."""
    assert len(told(ask("BulkMail1.CLEARSWIFT.net", "A"))) == 2


@pytest.mark.parametrize("message", [b"", b"\0" * 11, b"\xff" * 40, b"\0" * 12])
def test_what_is_no_question_gets_no_answer(message: bytes) -> None:
    """Neither noise nor an answer starts a conversation."""
    assert answer(ZONE, "eu-west-1", message) is None


def test_an_answer_gets_no_answer() -> None:
    """Two servers that are pointed at each other do not talk for ever."""
    reply = dns.message.make_response(dns.message.make_query("example.com", "A"))
    assert answer(ZONE, "eu-west-1", reply.to_wire()) is None


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("over", [dns.query.udp, dns.query.tcp], ids=["udp", "tcp"])
def test_each_region_asks_at_a_port_of_its_own(
    servers: Mapping[str, str],
    region: str,
    over: Callable[..., dns.message.Message],
) -> None:
    """The same question has another answer at each port, over UDP and over TCP."""
    host, _, port = servers[region].rpartition(":")
    query = dns.message.make_query(HOSTS[0], "A")
    reply = over(query, host, port=int(port), timeout=5)
    assert told(reply) == told(ask(HOSTS[0], "A", region))
    assert reply.flags & dns.flags.AA


def test_the_ports_are_this_machines_and_differ(servers: Mapping[str, str]) -> None:
    """Each Region has its port of 127.0.0.1."""
    assert tuple(servers) == REGIONS
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+", address) for address in servers.values())
    assert len(set(servers.values())) == len(REGIONS)


def test_noise_does_not_end_it(servers: Mapping[str, str]) -> None:
    """After a broken message, and a caller who leaves in the middle, the next one is answered."""
    host, _, port = servers["eu-west-1"].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as broken:
        broken.sendall(b"\0\2\xff\xff")
        assert broken.recv(1) == b""
    with socket.create_connection((host, int(port)), timeout=5) as left:
        left.sendall(b"\0\x40half")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        datagram.sendto(b"\xff" * 20, (host, int(port)))
    query = dns.message.make_query(HOSTS[0], "A")
    for over in (dns.query.udp, dns.query.tcp):
        assert told(over(query, host, port=int(port), timeout=5))


def test_ends_with_a_caller_on_the_line() -> None:
    """At the end the ports are free again, whoever is still connected."""
    with serving(Zone(HOSTS, REGIONS[:1])) as found:
        host, _, port = found[REGIONS[0]].rpartition(":")
        caller = socket.create_connection((host, int(port)), timeout=5)
        caller.sendall(b"\0")
    caller.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)
