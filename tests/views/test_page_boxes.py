"""The page's boxes part all packets, and say of each what explain says of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import ROOT, shipped, site, situations

from gateway_rules.audit.explanation.explainer import explain
from gateway_rules.audit.explanation.rulesets import plan_rulesets
from gateway_rules.audit.explanation.values import Question
from gateway_rules.errors import Impossible
from gateway_rules.packets.prefixes import BITS, SELF, Peer, Prefix, parse_address
from gateway_rules.packets.protocols import ICMP, port_span
from gateway_rules.packets.sets import Match
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.stack_plan import load_plan
from gateway_rules.views.page.boxes import PROTOCOLS, Box, Told, boxes, special, told


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan the repository's own stack."""
    return load_plan(ROOT, "eu-west-1").plan


def asked(direction: Any, protocol: str, port: int, peer: Peer) -> Question:
    """Ask about one packet."""
    pair = divmod(port, 256) if protocol in ICMP else (port, port)
    return Question(direction, protocol, *pair, (peer,))


def explained(made: Plan, question: Question) -> Told:
    """Give what explain says of a question about one address."""
    (answer,) = explain(plan_rulesets(made), made.flows, made.site, question).answers
    return told(made, question, answer)


def holding(some: list[Box], question: Question) -> list[Box]:
    """Give the boxes that hold the one packet that is asked about."""
    (peer,) = question.peers
    number = peer.base if isinstance(peer, Prefix) else 0
    family = f"ipv{peer.version}" if isinstance(peer, Prefix) else SELF
    port = port_span(question)[0]
    return [
        box
        for box in some
        if box.plane == (question.direction, question.protocol, family)
        and box.first <= port <= box.last
        and box.addresses[0] <= number <= box.addresses[1]
    ]


def matches(made: Plan) -> Iterator[Match]:
    """Give everything whose edges may tell packets apart."""
    yield from made.acl.entries
    yield from made.flows
    yield from (rule for group in made.groups for rule in group.rules)


def ports(made: Plan, protocol: str) -> list[int]:
    """Give ports at all edges, and beside them."""
    if protocol not in ("tcp", "udp", *ICMP):
        return [0]
    spans = [port_span(match) for match in matches(made)]
    edges = {e for low, high in spans for e in (low, low - 1, high, high + 1)}
    return sorted({0, 65535, 3 * 256 + 4, 8 * 256, *edges} & {*range(65536)})


def peers(made: Plan) -> list[Peer]:
    """Give addresses at all edges, and beside them; and the gateways themselves."""
    prefixes = [m.peer for m in matches(made) if isinstance(m.peer, Prefix)]
    found: set[Peer] = {parse_address("192.0.2.1"), parse_address("2001:db8::1")}
    for prefix in (*prefixes, *made.site.networks):
        low, high = prefix.interval
        top = (1 << BITS[prefix.version]) - 1
        found |= {
            Prefix(prefix.version, number, BITS[prefix.version])
            for number in (low, low - 1, high, high + 1)
            if 0 <= number <= top
        }
    own: list[Peer] = [SELF] if made.site.networks else []
    return [*sorted(p for p in found if isinstance(p, Prefix)), *own]


def draw_question(data: st.DataObject, made: Plan) -> Question:
    """Draw one packet at or beside an edge."""
    direction = data.draw(st.sampled_from(["egress", "ingress"]))
    protocol = data.draw(st.sampled_from(PROTOCOLS))
    port = data.draw(st.sampled_from(ports(made, protocol)))
    return asked(direction, protocol, port, data.draw(st.sampled_from(peers(made))))


def assert_as_explained(made: Plan, some: list[Box], question: Question) -> None:
    """Hold the box of a packet against what explain says of it."""
    (box,) = holding(some, question)
    assert box.told == explained(made, question)


@given(situation=situations(), data=st.data())
@settings(max_examples=25)
def test_a_packet_is_told_of_as_explain_does(situation: Any, data: st.DataObject) -> None:
    """Whatever a site asks for, each packet lies in one box, or in one of its address alone."""
    try:
        made = plan(*situation)
    except Impossible:
        return
    known, alone = [*boxes(made)], [*special(made)]
    for _ in range(10):
        question = draw_question(data, made)
        own = [box for address, box in alone if address in question.peers]
        assert_as_explained(made, own or known, question)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("direction", ["egress", "ingress"])
def test_packets_of_the_repository_are_told_of_as_explain_does(
    planned: Plan, direction: str, protocol: str
) -> None:
    """The same of the stack that is there: a packet at each edge of ports, one at each of peers."""
    alone = {address for address, _ in special(planned)}
    known = [box for box in boxes(planned) if box.plane[:2] == (direction, protocol)]
    ends = [peer for peer in peers(planned) if peer not in alone]
    for port, peer in zip(ports(planned, protocol) * len(ends), ends, strict=False):
        assert_as_explained(planned, known, asked(direction, protocol, port, peer))


@pytest.mark.parametrize("text", ["169.254.169.123", "fd00:ec2::254", "10.42.8.2", "10.42.0.2"])
@pytest.mark.parametrize("direction", ["egress", "ingress"])
def test_services_of_the_vpc_have_boxes_of_their_own(
    planned: Plan, text: str, direction: str
) -> None:
    """Of AWS's own addresses, and of what may be a resolver's, more is said than of others."""
    address = parse_address(text)
    own = [box for known, box in special(planned) if known == address]
    for port in (53, 123, 443):
        assert_as_explained(planned, own, asked(direction, "udp", port, address))


def test_boxes_fill_each_plane_without_overlap(planned: Plan) -> None:
    """The sizes of a plane's boxes add up to all of its packets."""
    sizes: dict[object, int] = {}
    for box in boxes(planned):
        low, high = box.addresses
        size = (box.last - box.first + 1) * (high - low + 1)
        sizes[box.plane] = sizes.get(box.plane, 0) + size
    addresses = {"ipv4": 1 << 32, "ipv6": 1 << 128, "self": 1}
    assert sizes == {
        (direction, protocol, family): count << 16
        for direction in ("egress", "ingress")
        for protocol in PROTOCOLS
        for family, count in addresses.items()
    }


def test_without_networks_nobody_asks_about_the_gateways_themselves() -> None:
    """Where they are is known from their subnets alone."""
    made = plan(shipped(), site(networks=[]))
    assert not [box for box in boxes(made) if box.plane.family == SELF]
