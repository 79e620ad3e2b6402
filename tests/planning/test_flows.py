"""What must pass: the document row by row, at a site of each kind."""

from typing import Any

import document
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import EVERYBODY, NOBODY, catalogue_of, read_site, shipped, site
from strategies import sites

from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.planning.flows import Flow, Leg, NotUsed, legs, not_used, required_flows

GATEWAY, CLIENTS = (32768, 60999), (1024, 65535)
ROWS = tuple(document.at_site(EVERYBODY))


def flows_at(**fields: Any) -> tuple[Flow, ...]:
    """Give the flows of the shipped catalogue at a site."""
    return required_flows(shipped(), site(**fields))


def written(flow: Flow) -> tuple[str, str, int, int, str]:
    """Give a flow in plain words."""
    return flow.direction, flow.protocol, flow.from_port, flow.to_port, str(flow.peer)


def opened(service: str, **fields: Any) -> list[tuple[str, str, int, int, str]]:
    """Give what a service or an addition asks for at a site."""
    return [written(flow) for flow in flows_at(**fields) if service in flow.services]


def the_flow(service: str, direction: str = "egress", **fields: Any) -> Flow:
    """Give the only flow of a service in a direction."""
    (flow,) = (
        flow
        for flow in flows_at(**fields)
        if service in flow.services and flow.direction == direction
    )
    return flow


# --- The document, row by row ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "direction", "box"),
    ROWS,
    ids=[f"{label} {way} {' '.join(map(str, box))}" for label, way, box in ROWS],
)
def test_each_row_is_a_flow(label: str, direction: str, box: document.Box) -> None:
    """A printed row passes as the document says, named after the row, with its replies."""
    (flow,) = (flow for flow in flows_at(roles=EVERYBODY) if written(flow) == (direction, *box))
    rows = {shipped().by_id[service].row for service in flow.services}
    assert any(label.startswith(row) for row in rows)
    wanted = document.reply_ports(label, direction, GATEWAY, CLIENTS)
    assert flow.replies == tuple(sorted(wanted))


@pytest.mark.parametrize("direction", ["egress", "ingress"])
def test_no_flow_is_of_no_row(direction: str) -> None:
    """The flows of a site without additions are the rows and nothing beside them."""
    found = [written(flow)[1:] for flow in flows_at(roles=EVERYBODY) if flow.direction == direction]
    assert len(found) == len(set(found))
    assert set(found) == document.expected(EVERYBODY, direction)


def test_flows_are_sorted_and_services_too() -> None:
    """By direction, protocol, port and address; two that ask for the same are one flow."""
    flows = flows_at(roles=EVERYBODY)
    assert [*flows] == sorted(
        flows, key=lambda f: (f.direction, f.protocol, f.from_port, f.to_port, _place(f))
    )
    (shared,) = (flow for flow in flows if str(flow.peer) == "184.72.245.1/32")
    assert shared.services == ("kaspersky-av-updates", "sophos-av-updates")


def _place(flow: Flow) -> tuple[int, ...]:
    return (0, 0, 0) if flow.peer == "self" else tuple(flow.peer)


# --- Who asks, and who does not ----------------------------------------------------------------


@pytest.mark.parametrize(("service", "port"), [("peer-communication", 443), ("greylisting", 19200)])
def test_peers_talk_both_ways(service: str, port: int) -> None:
    """Each gateway calls the other ones and is called, those of its own stack included."""
    protocol = {443: "tcp", 19200: "udp"}[port]
    assert opened(service, roles=NOBODY | {"peers": ["self", "10.3.0.0/28"]}) == [
        (way, protocol, port, port, peer)
        for way in ("egress", "ingress")
        for peer in ("self", "10.3.0.0/28")
    ]


def test_traps_are_not_answered() -> None:
    """An SNMP manager sends nothing back."""
    assert the_flow("snmp-alerts", roles=EVERYBODY).replies == ()


def test_time_servers_may_answer_to_their_own_port() -> None:
    """NTP replies come to the asking port or to 123."""
    assert the_flow("ntp").replies == ((123, 123), GATEWAY)


def test_a_flow_of_two_is_answered_as_each_of_them_is() -> None:
    """Where one service expects no replies and another does, they are let through."""
    said = {"section": "3", "row": "R", "reason": "r", "protocol": "udp", "ports": 162}
    end = {"direction": "egress", "role": "snmp_managers"}
    both = catalogue_of(
        [
            {"id": "traps", "replies": False, **said, **end},
            {"id": "informs", "reply_ports": 163, **said, **end},
        ]
    )
    (flow,) = required_flows(both, site(roles=NOBODY | {"snmp_managers": ["10.7.0.1/32"]}))
    assert (flow.services, flow.replies) == (("informs", "traps"), ((163, 163), GATEWAY))


def test_the_replies_of_a_flow_come_to_whoever_began_it() -> None:
    """The gateway's ephemeral ports and the clients' are both the site's to set."""
    ports = {"gateway": "49152-65535", "clients": "2000-3000"}
    found = {
        way: the_flow("peer-communication", way, roles=_peer(), ephemeral_ports=ports).replies
        for way in ("egress", "ingress")
    }
    assert found == {"egress": ((49152, 65535),), "ingress": ((2000, 3000),)}


def _peer() -> dict[str, list[str]]:
    return NOBODY | {"peers": ["10.3.0.0/28"]}


@pytest.mark.parametrize("version", [None, "3.0", "2.9", "3", "3.0.9"])
def test_a_version_bound_row_holds_before_its_version(version: str | None) -> None:
    """The row for versions before 3.1 stays unless the site's version rules it out."""
    assert opened("spam-signatures-download", gateway_version=version) == [
        ("egress", "tcp", 80, 80, "75.101.147.224/32"),
        ("egress", "tcp", 80, 80, "204.236.225.214/32"),
    ]


@pytest.mark.parametrize("version", ["3.1", "3.1.0", "3.8", "3.10", "4", "10.0"])
def test_a_version_bound_row_ends_with_its_version(version: str) -> None:
    """Versions compare part by part, so that 10.0 is after 3.1."""
    at = site(gateway_version=version)
    assert opened("spam-signatures-download", gateway_version=version) == []
    reason = f"it holds for versions before 3.1; the gateway's is {version}"
    assert NotUsed("spam-signatures-download", reason) in not_used(shipped(), at)


def test_dns_and_ntp_reach_any_address_unless_narrowed() -> None:
    """The document names no address for them; a site may name its own."""
    narrowed = {"dns": ["10.42.0.2/32", "10.42.0.3/32"]}
    assert opened("dns") == [("egress", "udp", 53, 53, "0.0.0.0/0")]
    assert opened("ntp", services=narrowed) == [("egress", "udp", 123, 123, "0.0.0.0/0")]
    assert opened("dns", services=narrowed) == [
        ("egress", "udp", 53, 53, "10.42.0.2/32"),
        ("egress", "udp", 53, 53, "10.42.0.3/32"),
    ]


def test_what_opens_nothing_is_listed_with_its_reason() -> None:
    """Left out, out of date, or for a role that nobody has: each is said, sorted by name."""
    backups = {"name": "backups", "direction": "egress", "protocol": "tcp", "ports": "1024-65535"}
    at = site(
        roles=EVERYBODY | {"ftp_servers": [], "key_servers": [], "syslog_servers": []},
        services={"rss-feed": False, "ftp-backup": False},
        gateway_version="3.8",
        additions=[{**backups, "peers": ["ftp_servers", "key_servers"]}],
    )
    assert not_used(shipped(), at) == (
        NotUsed("backups", "the site has no ftp_servers and no key_servers"),
        NotUsed("ftp-backup", "the stack file leaves it out"),
        NotUsed("http-key-server", "the site has no key_servers"),
        NotUsed("ldap-key-server", "the site has no key_servers"),
        NotUsed("rss-feed", "the stack file leaves it out"),
        NotUsed(
            "spam-signatures-download",
            "it holds for versions before 3.1; the gateway's is 3.8",
        ),
        NotUsed("syslog-export", "the site has no syslog_servers"),
    )


@settings(max_examples=40, deadline=None)
@given(sites())
def test_every_service_asks_or_is_listed_as_not_used(config: dict[str, object]) -> None:
    """Nothing is dropped in silence."""
    at = read_site(config)
    asking = {service for flow in required_flows(shipped(), at) for service in flow.services}
    silent = {unused.service for unused in not_used(shipped(), at)}
    names = {*shipped().by_id, *(addition.name for addition in at.additions)}
    assert (asking | silent, asking & silent) == (names, set())


# --- Regions -----------------------------------------------------------------------------------

HERE = [
    {"name": f"bulkmail{number}.clearswift.net", "addresses": [f"198.51.100.{number}"]}
    for number in range(1, 6)
]


@pytest.mark.parametrize("region", ["eu-west-1", "me-south-1", "af-south-1"])
def test_printed_signature_addresses_hold_in_emea(region: str) -> None:
    """Section 4's example is what a stack in EMEA opens."""
    found = [box[4] for box in opened("spam-signatures-cloud", region=region)]
    printed = [row[5] for row in document.EXTERNAL if row[0] == document.SPAM_SIGNATURES]
    assert sorted(found) == sorted(map(str, printed))


def test_elsewhere_only_the_regions_own_addresses_are_opened() -> None:
    """EMEA's addresses are never fallen back to."""
    found = flows_at(region="us-east-1", hosts=HERE)
    rows = document.elsewhere([host["addresses"][0] for host in HERE])
    wanted = document.expected(NOBODY, "egress", rows)
    assert {written(flow)[1:] for flow in found} == wanted


def test_addresses_of_unasked_hosts_are_not_opened_at_home() -> None:
    """In EMEA the printed addresses stand, whatever else is known of the hosts."""
    assert "198.51.100.1/32" not in [box[4] for box in opened("spam-signatures-cloud", hosts=HERE)]


def test_looked_up_addresses_take_the_place_of_printed_ones_where_the_site_asks() -> None:
    """With `use: resolved` each host of the file has just the addresses that stand there."""
    feed = {"name": "www.clearswift.com", "addresses": [{"address": "203.0.113.9"}]}
    asked = {"hosts": [*HERE, feed], "addresses": {"use": "resolved"}}
    assert [box[4] for box in opened("rss-feed", **asked)] == ["203.0.113.9/32"]
    signatures = [box[4] for box in opened("spam-signatures-cloud", **asked)]
    assert signatures == [f"198.51.100.{number}/32" for number in range(1, 6)]
    help_row = [row[5] for row in document.EXTERNAL if row[0] == "Appliance online help"]
    assert [box[4] for box in opened("appliance-online-help", **asked)] == help_row


# --- Additions ---------------------------------------------------------------------------------


def added(**fields: Any) -> Flow:
    """Give the only flow of an addition at a site where everybody has a role."""
    extra = {"name": "extra", "direction": "egress", **fields}
    (flow,) = (f for f in flows_at(roles=EVERYBODY, additions=[extra]) if "extra" in f.services)
    return flow


def test_an_addition_may_name_a_role_the_gateways_and_prefixes() -> None:
    """Each stands for its prefixes, and ports may be a list."""
    extra = {
        "name": "extra",
        "direction": "ingress",
        "protocol": "tcp",
        "ports": ["1024-65535", 20],
        "peers": ["syslog_servers", "self", "2001:db8::/32"],
    }
    assert opened("extra", roles=EVERYBODY, additions=[extra]) == [
        ("ingress", "tcp", *ports, peer)
        for ports in ((20, 20), (1024, 65535))
        for peer in ("self", "10.9.0.0/31", "2001:db8::/32")
    ]


def test_a_role_in_an_addition_holds_the_gateways_where_it_does() -> None:
    """Peers that are the gateways themselves are so in additions too."""
    extra = {
        "name": "extra",
        "direction": "egress",
        "protocol": "tcp",
        "ports": 9,
        "peers": ["peers"],
    }
    assert [box[4] for box in opened("extra", roles=EVERYBODY, additions=[extra])] == [
        "self",
        "10.3.0.0/28",
    ]


@pytest.mark.parametrize(
    ("protocol", "kind", "code", "replies"),
    [
        ("icmp", 8, 0, ((0, 0),)),
        ("icmp", 8, -1, ((0, 0),)),
        ("icmp", 3, 4, ()),
        ("icmp", 0, 0, ()),
        ("icmp", -1, -1, ((0, 0), (14, 0), (16, 0), (18, 0))),
        ("icmpv6", 128, 0, ((129, 0),)),
        ("icmpv6", 2, 0, ()),
    ],
)
def test_only_questions_of_icmp_are_answered(
    protocol: str, kind: int, code: int, replies: tuple[tuple[int, int], ...]
) -> None:
    """An echo is, "fragmentation needed" and "packet too big" are not."""
    peers = {"icmp": ["192.0.2.0/24"], "icmpv6": ["2001:db8::/32"]}[protocol]
    flow = added(protocol=protocol, type=kind, code=code, peers=peers)
    assert (flow.from_port, flow.to_port, flow.replies) == (kind, code, replies)


def test_all_protocols_are_answered_on_all_ports() -> None:
    """An addition for -1 has neither ports nor a range for replies."""
    flow = added(protocol="-1", peers=["192.0.2.0/24"])
    assert (flow.from_port, flow.to_port, flow.replies) == (0, 65535, ((0, 65535),))


# --- Legs --------------------------------------------------------------------------------------


def test_an_acl_meets_requests_and_replies() -> None:
    """Each flow goes one way and its replies the other, with the services that ask for it."""
    flow = the_flow("ntp")
    anywhere = parse_prefix("0.0.0.0/0")
    assert legs((flow,), ()) == (
        Leg("egress", "udp", 123, 123, anywhere, "request", ("ntp",)),
        Leg("ingress", "udp", 123, 123, anywhere, "reply", ("ntp",)),
        Leg("ingress", "udp", *GATEWAY, anywhere, "reply", ("ntp",)),
    )


def test_an_acl_meets_the_gateways_by_their_networks() -> None:
    """Traffic between gateways in different subnets crosses the ACL, both ways."""
    networks = tuple(map(parse_prefix, ("10.42.8.0/26", "10.42.8.64/26")))
    flow = the_flow("greylisting", "ingress", roles=NOBODY | {"peers": ["self"]})
    found = [(leg.direction, leg.from_port, leg.peer) for leg in legs((flow,), networks)]
    assert found == [
        (way, port, network)
        for network in networks
        for way, port in (("ingress", 19200), ("egress", 1024))
    ]


@settings(deadline=None)
@given(st.permutations(range(3)))
def test_the_order_of_additions_is_no_matter(order: list[int]) -> None:
    """Flows, services and what is not used come out the same, whichever stands first."""
    said = {"direction": "egress", "protocol": "tcp", "ports": 25, "peers": ["192.0.2.0/24"]}
    extras = [{"name": f"extra-{letter}", **said} for letter in "abc"]
    found = required_flows(shipped(), site(additions=[extras[index] for index in order]))
    plain = required_flows(shipped(), site(additions=extras))
    assert [(f, f.services) for f in found] == [(f, f.services) for f in plain]
