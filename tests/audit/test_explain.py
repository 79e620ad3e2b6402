"""What decides a packet, judged by a first-match simulator that shares only the values."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import pytest
import simulator
from hypothesis import given
from hypothesis import strategies as st
from simulator import Packet, acl_passes, group_passes
from sites import ROOT, addition, shipped, site, situations
from strategies import PORTS, prefixes

from gateway_rules.audit.explanation.explainer import explain
from gateway_rules.audit.explanation.rulesets import plan_rulesets
from gateway_rules.audit.explanation.values import (
    Decision,
    Explanation,
    Line,
    Question,
    Ruleset,
    lines,
)
from gateway_rules.audit.live import LiveEntry, LiveRule
from gateway_rules.errors import Impossible
from gateway_rules.packets import protocols
from gateway_rules.packets.prefixes import SELF, Peer, parse_address, parse_prefix
from gateway_rules.packets.protocols import opposite
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.stack_plan import load_plan

AT = site()
ANYONE = "0.0.0.0/0"
EVERYWHERE = parse_prefix(ANYONE)
ADDRESSES = ("10.0.0.0", "10.0.0.17", "192.0.2.63", "198.51.100.1", "2001:db8::", "2001:db8::11")
KINDS = (0, 3, 8, 128, 129)
DIRECTIONS = st.sampled_from(["egress", "ingress"])


def spans() -> st.SearchStrategy[tuple[str, int, int]]:
    """Draw a protocol with the two numbers of a rule."""
    pairs = st.tuples(st.sampled_from(PORTS), st.sampled_from(PORTS)).map(sorted)
    ports = st.tuples(st.sampled_from(["tcp", "udp"]), pairs).map(lambda p: (p[0], *p[1]))
    codes = st.one_of(
        st.just((-1, -1)), st.tuples(st.sampled_from(KINDS), st.sampled_from([-1, 0, 4]))
    )
    messages = st.tuples(st.sampled_from(["icmp", "icmpv6"]), codes).map(lambda p: (p[0], *p[1]))
    others = st.sampled_from(["-1", "50"]).map(lambda name: (name, 0, 65535))
    return st.one_of(ports, messages, others)


def rules() -> st.SearchStrategy[list[LiveRule]]:
    """Draw a few rules of one group."""
    peers = st.one_of(st.just("self"), prefixes())
    one = st.tuples(DIRECTIONS, spans(), peers).map(
        lambda drawn: LiveRule(
            "sgr-1",
            "sg-1",
            drawn[0],  # type: ignore[arg-type] # One of the two directions, as text.
            *drawn[1],
            SELF if drawn[2] == SELF else parse_prefix(drawn[2]),
            drawn[2],
        )
    )
    return st.lists(one, max_size=6)


def entries() -> st.SearchStrategy[list[LiveEntry]]:
    """Draw a few entries of one ACL, denies among them, numbered in their order."""
    actions = st.sampled_from(["allow", "allow", "deny"])
    one = st.tuples(DIRECTIONS, actions, spans(), prefixes())
    return st.lists(one, max_size=8).map(
        lambda some: [
            LiveEntry(
                "acl-1",
                direction,  # type: ignore[arg-type] # One of the two directions, as text.
                number,
                action,  # type: ignore[arg-type] # One of the two actions, as text.
                *pair,
                parse_prefix(prefix),
            )
            for number, (direction, action, pair, prefix) in enumerate(some, 1)
        ]
    )


def packets() -> st.SearchStrategy[Packet]:
    """Draw one packet, at the edges of what rules may hold."""
    ports = st.tuples(st.sampled_from(["tcp", "udp"]), st.sampled_from(PORTS), st.just(0))
    codes = st.sampled_from([0, 4, 5])
    messages = st.tuples(st.sampled_from(["icmp", "icmpv6"]), st.sampled_from(KINDS), codes)
    others = st.just(("50", 0, 0))
    said = st.one_of(ports, messages, others)
    return st.tuples(DIRECTIONS, said, st.sampled_from(ADDRESSES)).map(
        lambda drawn: Packet(drawn[0], drawn[1][0], drawn[2], *drawn[1][1:])
    )


def asked(packet: Packet) -> Question:
    """Ask about one packet, as a user would."""
    if packet.protocol in protocols.ICMP:
        pair = packet.port, packet.code
    else:
        pair = (0, 65535) if packet.protocol == "50" else (packet.port, packet.port)
    peer = parse_address(packet.remote)
    direction: Any = packet.direction
    return Question(direction, packet.protocol, *pair, (peer,))


def ruleset(some: Sequence[LiveRule], acls: Sequence[Sequence[LiveEntry]]) -> Ruleset:
    """Give the lines of rules and ACLs."""
    return Ruleset(
        tuple(Line("sg-1", rule) for rule in some),
        tuple(
            tuple(Line("acl-1", entry, str(entry.number), entry.action) for entry in acl)
            for acl in acls
        ),
    )


def replies(packet: Packet, acl: Sequence[LiveEntry]) -> list[Packet]:
    """Give the packets of a reply that lie at an edge of the range or of an entry."""
    back = {"egress": "ingress", "ingress": "egress"}[packet.direction]
    if packet.protocol in simulator.ANSWERS:
        kinds = simulator.ANSWERS[packet.protocol]
        answers = [kinds[packet.port]] if packet.port in kinds else []
        return [Packet(back, packet.protocol, packet.remote, kind, 0) for kind in answers]
    if packet.protocol == "50":
        return [Packet(back, "50", packet.remote, 0)]
    first, last = (32768, 60999) if packet.direction == "egress" else (1024, 65535)
    edges = chain.from_iterable(
        (e.from_port - 1, e.from_port, e.to_port, e.to_port + 1) for e in acl
    )
    ports = {first, last, *(edge for edge in edges if first <= edge <= last)}
    return [Packet(back, packet.protocol, packet.remote, port) for port in sorted(ports)]


@given(some=rules(), acl=entries(), other=entries(), packet=packets())
def test_a_packet_passes_as_the_simulator_says(
    some: list[LiveRule], acl: list[LiveEntry], other: list[LiveEntry], packet: Packet
) -> None:
    """Group, way there and every reply are judged alike, whatever denies there are."""
    told = explain(ruleset(some, [acl, other]), (), AT, asked(packet))
    (answer,) = told.answers
    back = replies(packet, [*acl, *other])
    judged = (
        group_passes(some, packet),
        acl_passes(acl, packet) and acl_passes(other, packet),
        all(acl_passes(each, reply) for each in (acl, other) for reply in back),
    )
    assert (passes(answer.group), passes(answer.there), passes(answer.back)) == judged
    assert told.allowed == all(judged)
    assert (answer.back is None) == (not back)


def passes(decisions: Sequence[Decision] | None) -> bool:
    """Tell whether all of a way passes; where nothing comes back, nothing is lost."""
    return all(decision.passes for decision in decisions or ())


@given(acl=entries(), packet=packets())
def test_the_entry_that_decides_is_the_first_that_holds_the_packet(
    acl: list[LiveEntry], packet: Packet
) -> None:
    """The entry that is named, denies included, is that of the lowest number."""
    (answer,) = explain(ruleset([], [acl]), (), AT, asked(packet)).answers
    first = [str(entry.number) for entry in acl if simulator.holds(entry, packet)][:1]
    assert [line.name for line in lines(answer.there)] == first


@given(some=rules(), acl=entries(), prefix=prefixes(), packet=packets())
def test_a_prefix_passes_when_each_address_of_it_does(
    some: list[LiveRule], acl: list[LiveEntry], prefix: str, packet: Packet
) -> None:
    """A prefix is judged by one address of each part that rules and entries tell apart."""
    whole = explain(ruleset(some, [acl]), (), AT, replaced(packet, parse_prefix(prefix)))
    first, last = parse_prefix(prefix).interval
    edges = {first, last, *_edges([*some, *acl], first, last, parse_prefix(prefix).version)}
    each = [
        explain(ruleset(some, [acl]), (), AT, replaced(packet, address(edge, prefix))).allowed
        for edge in edges
    ]
    assert whole.allowed == all(each)


def _edges(some: Sequence[LiveRule | LiveEntry], first: int, last: int, version: int) -> set[int]:
    spans = [m.peer.interval for m in some if m.peer != SELF and m.peer.version == version]
    found = (edge for low, high in spans for edge in (low, low - 1, high, high + 1))
    return {edge for edge in found if first <= edge <= last}


def address(number: int, like: str) -> Peer:
    """Give the prefix of one address, in the family of another."""
    version = parse_prefix(like).version
    return parse_prefix(like)._replace(base=number, length={4: 32, 6: 128}[version])


def replaced(packet: Packet, peer: Peer) -> Question:
    """Ask about the packet with another remote end."""
    question = asked(packet)
    pair = question.from_port, question.to_port
    return Question(question.direction, question.protocol, *pair, (peer,))


def test_one_rule_that_passes_all_is_named_before_several_that_pass_parts() -> None:
    """A range is explained in as few lines as can be, in whatever order AWS lists its rules."""
    pairs = ((20, 21), (22, 30), (10, 40))
    held = [
        LiveRule(f"sgr-{first}", "sg-1", "egress", "tcp", first, last, EVERYWHERE, ANYONE)
        for first, last in pairs
    ]
    question = Question("egress", "tcp", 20, 30, (parse_address("192.0.2.1"),))
    (answer,) = explain(ruleset(held, []), (), AT, question).answers
    assert [(each.first, each.last, each.line) for each in answer.group] == [
        (20, 30, Line("sg-1", held[2]))
    ]


def test_entries_part_a_range_at_their_ends() -> None:
    """What one entry decides is left to none after it, and the next port is."""
    said: list[tuple[Any, int, int]] = [("allow", 0, 50), ("deny", 50, 60), ("allow", 45, 65)]
    acl = [
        LiveEntry("acl-1", "egress", number, action, "tcp", first, last, EVERYWHERE)
        for number, (action, first, last) in enumerate(said)
    ]
    question = Question("egress", "tcp", 40, 70, (parse_address("192.0.2.1"),))
    (answer,) = explain(ruleset([], [acl]), (), AT, question).answers
    found = [(each.first, each.last, each.line and each.line.name) for each in answer.there]
    assert found == [(40, 50, "0"), (51, 60, "1"), (61, 65, "2"), (66, 70, None)]


def test_a_prefix_is_parted_where_an_entry_parts_it() -> None:
    """A deny for half of what a rule passes refuses that half, and no more."""
    half = parse_prefix("192.0.2.128/26")
    acl = [
        LiveEntry("acl-1", "egress", 1, "deny", "tcp", 0, 65535, half),
        LiveEntry("acl-1", "egress", 2, "allow", "tcp", 0, 65535, EVERYWHERE),
        LiveEntry("acl-1", "ingress", 3, "allow", "tcp", 0, 65535, EVERYWHERE),
    ]
    held = [LiveRule("sgr-1", "sg-1", "egress", "tcp", 0, 65535, EVERYWHERE, ANYONE)]
    question = Question("egress", "tcp", 80, 80, (parse_prefix("192.0.2.0/24"),))
    answers = explain(ruleset(held, [acl]), (), AT, question).answers
    found = [(str(answer.place), answer.allowed) for answer in answers]
    assert found == [
        ("192.0.2.0/32", True),
        ("192.0.2.128/32", False),
        ("192.0.2.192/32", True),
    ]


def test_a_prefix_is_parted_where_the_gateways_begin() -> None:
    """The rule for the group itself passes an end in the subnets, and none beside them."""
    ways: list[Any] = ["ingress", "egress"]
    acl = [
        LiveEntry("acl-1", way, number, "allow", "tcp", 0, 65535, EVERYWHERE)
        for number, way in enumerate(ways)
    ]
    held = [LiveRule("sgr-1", "sg-1", "ingress", "tcp", 443, 443, SELF, "sg-1")]
    question = Question("ingress", "tcp", 443, 443, (parse_prefix("10.42.0.0/16"),))
    answers = explain(ruleset(held, [acl]), (), AT, question).answers
    passed = [str(answer.place) for answer in answers if answer.allowed]
    assert passed == [f"{network.address}/32" for network in AT.networks]


# --- Plans -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan the repository's own stack."""
    return load_plan(ROOT, "eu-west-1").plan


def told(planned: Plan, question: Question) -> Explanation:
    """Explain a question from a plan."""
    return explain(plan_rulesets(planned), planned.flows, planned.site, question)


@pytest.mark.parametrize("name", shipped().by_id)
def test_every_service_is_allowed_and_named(planned: Plan, name: str) -> None:
    """Each flow of each row passes group and ACL, both ways, for the services that ask for it."""
    flows = [flow for flow in planned.flows if name in flow.services]
    for flow in flows:
        question = Question(
            flow.direction, flow.protocol, flow.from_port, flow.to_port, (flow.peer,)
        )
        found = told(planned, question)
        assert found.allowed
        assert {*flow.services} <= {*found.services}
        assert (found.telling.back is None) == (name == "snmp-alerts")
    assert flows


@pytest.mark.parametrize("name", shipped().by_id)
def test_no_service_is_allowed_the_other_way_round(planned: Plan, name: str) -> None:
    """Who is not to begin a conversation is refused, by the group at least."""
    is_mutual = shipped().by_id[name].direction == "both"
    for flow in (flow for flow in planned.flows if name in flow.services):
        turned = opposite(flow.direction)
        question = Question(turned, flow.protocol, flow.from_port, flow.to_port, (flow.peer,))
        assert told(planned, question).allowed == is_mutual


@given(situation=situations())
def test_every_flow_of_any_plan_is_allowed(situation: Any) -> None:
    """What a site asks for passes, whatever its catalogue and roles are."""
    try:
        made = plan(*situation)
    except Impossible:
        return
    for flow in made.flows:
        question = Question(
            flow.direction, flow.protocol, flow.from_port, flow.to_port, (flow.peer,)
        )
        found = told(made, question)
        assert found.allowed
        assert {*flow.services} <= {*found.services}


def test_each_part_of_a_prefix_names_those_who_ask_for_it() -> None:
    """Halves that two services ask for are one rule, and still two parts."""
    halves = {"lower": "10.50.0.0/25", "upper": "10.50.0.128/25"}
    more = [
        addition(name=name, protocol="tcp", ports=8080, peers=[peer])
        for name, peer in halves.items()
    ]
    made = plan(shipped(), site(additions=more))
    found = told(made, Question("egress", "tcp", 8080, 8080, (parse_prefix("10.50.0.0/24"),)))
    assert [(str(answer.place), answer.services) for answer in found.answers] == [
        ("10.50.0.0/32", ("lower",)),
        ("10.50.0.128/32", ("upper",)),
    ]
    assert found.allowed


def test_replies_of_time_servers_may_come_to_123(planned: Plan) -> None:
    """What the document says of replies counts, not the ephemeral ports alone."""
    question = Question("egress", "udp", 123, 123, (parse_address("192.0.2.1"),))
    (answer,) = told(planned, question).answers
    assert [decision.text for decision in answer.back or ()] == ["udp 123", "udp 32768-60999"]


def test_an_address_of_the_subnets_may_be_another_gateway(planned: Plan) -> None:
    """The rule for the group itself holds for addresses in the gateways' own subnets alone."""
    near, far = (parse_address(text) for text in ("10.42.8.9", "10.42.7.9"))
    found = [told(planned, Question("ingress", "tcp", 443, 443, (end,))) for end in (near, far)]
    assert [explanation.allowed for explanation in found] == [True, False]
    assert [str(line.match.peer) for line in lines(found[0].telling.group)] == [SELF]


@pytest.mark.parametrize(
    ("peers", "allowed"),
    [
        (["10.42.8.0/24"], True),
        (["10.42.8.0/26", "10.42.8.64/26"], True),
        (["10.42.8.0/27", "10.42.8.32/27", "10.42.8.64/26", "self"], True),
        (["10.42.8.0/26"], False),
        (["10.42.8.0/24", "10.43.0.0/16"], True),
        (["10.43.0.0/16"], False),
    ],
    ids=str,
)
def test_gateways_pass_by_prefixes_that_hold_their_networks(
    peers: list[str], *, allowed: bool
) -> None:
    """AWS lets them by at their addresses, whether a rule names their group or not."""
    wanted = addition(name="own", direction="egress", protocol="tcp", ports=7, peers=peers)
    found = told(
        plan(shipped(), site(additions=[wanted])), Question("egress", "tcp", 7, 7, (SELF,))
    )
    named = ("own",) if peers[0].startswith("10.42") else ()
    assert (found.allowed, found.services) == (allowed, named)


def test_replies_of_gateways_go_where_those_who_ask_there_say() -> None:
    """Who asks for all protocols with one subnet asks for no more replies from the other."""
    wanted = addition(name="own", direction="egress", protocol="tcp", ports=7, peers=["self"])
    more = addition(name="all", direction="egress", protocol="-1", peers=["10.42.8.0/26"])
    made = plan(shipped(), site(additions=[wanted, more]))
    found = told(made, Question("egress", "tcp", 7, 7, (SELF,)))
    assert (found.allowed, found.services) == (True, ("all", "own"))


@pytest.mark.parametrize(
    "text", ["169.254.169.253", "169.254.169.123", "169.254.169.254", "fd00:ec2::254"]
)
def test_services_of_the_vpc_are_not_filtered(planned: Plan, text: str) -> None:
    """Neither group nor ACL stands before them, but they begin no conversation."""
    ways: list[Any] = ["egress", "ingress"]
    found = [told(planned, Question(way, "tcp", 7, 7, (parse_address(text),))) for way in ways]
    assert [explanation.allowed for explanation in found] == [True, False]


def test_a_service_of_the_vpc_speaks_for_itself_alone(planned: Plan) -> None:
    """Of a prefix that begins with such an address, the rest is filtered like any other."""
    question = Question("egress", "tcp", 7, 7, (parse_prefix("169.254.169.252/30"),))
    found = told(planned, question)
    assert [(str(answer.place), answer.allowed) for answer in found.answers] == [
        ("169.254.169.252/32", False),
        ("169.254.169.253/32", True),
        ("169.254.169.254/32", True),
        ("169.254.169.255/32", False),
    ]
    assert not found.allowed
