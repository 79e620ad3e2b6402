"""Security-group rules: exact, in a normal form, and with names that last."""

import re
import time
from collections.abc import Iterable
from dataclasses import astuple
from typing import Any

import netaddr
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from simulator import compare, group_passes
from sites import NETWORKS, ROOT, STACKS, catalogue_of, read_site, shipped, site, situations
from strategies import boxes, prefixes, reordered, sites

from gateway_rules.inputs.catalogue import Catalogue
from gateway_rules.inputs.site import Site
from gateway_rules.packets.prefixes import SELF, Peer, Prefix, parse_prefix
from gateway_rules.packets.protocols import DIRECTIONS, Direction
from gateway_rules.planning.flows import Flow, required_flows
from gateway_rules.planning.origin import origins
from gateway_rules.planning.planner import plan
from gateway_rules.planning.security_group import Rule, covers, rules, rules_used
from gateway_rules.planning.stack_plan import load_plan

Written = tuple[str, str, int, int, str]


def flow(
    protocol: Any = "tcp",
    first: int = 80,
    last: int = 80,
    peer: str = "10.0.0.0/24",
    *,
    direction: Direction = "egress",
    services: tuple[str, ...] = ("web",),
) -> Flow:
    """Give a flow to a prefix, or to the gateways themselves."""
    end: Peer = SELF if peer == SELF else parse_prefix(peer)
    return Flow(direction, protocol, first, last, end, services, ())


def rules_of(flows: Iterable[Flow]) -> tuple[Rule, ...]:
    """Give the rules of flows whose services all come from one section."""
    flows = tuple(flows)
    return rules(flows, {name: "section 2" for each in flows for name in each.services})


def rules_at(catalogue: Catalogue, at: Site) -> tuple[Rule, ...]:
    """Give the rules of a catalogue at a site."""
    return rules(required_flows(catalogue, at), origins(catalogue, at))


def written(rule: Rule | Flow) -> Written:
    """Give a rule in plain words."""
    return rule.direction, rule.protocol, rule.from_port, rule.to_port, str(rule.peer)


PEERS = st.one_of(st.just(SELF), prefixes())
WAYS: st.SearchStrategy[Direction] = st.sampled_from(DIRECTIONS)
FLOWS = st.lists(
    st.tuples(boxes(PEERS), WAYS).map(lambda drawn: flow(*drawn[0], direction=drawn[1])),
    max_size=8,
)


# --- Exact -------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(situations())
def test_groups_pass_just_what_is_required(situation: tuple[Catalogue, Site]) -> None:
    """Not one packet less, and not one more, whatever catalogue and site."""
    flows = required_flows(*situation)
    found = rules_at(*situation)
    verdicts = {way: compare(way, flows, found, group_passes) for way in ("egress", "ingress")}
    assert verdicts == {"egress": ([], 0), "ingress": ([], 0)}


@pytest.mark.parametrize("direction", ["egress", "ingress"])
def test_the_shipped_stack_passes_just_what_is_required(direction: str) -> None:
    """The document itself, at the first stack of this repository."""
    planned = load_plan(ROOT, STACKS[0]).plan
    assert compare(direction, planned.flows, planned.groups[0].rules, group_passes) == ([], 0)


# --- The normal form -----------------------------------------------------------------------------


def normal_form(flows: Iterable[Flow]) -> set[Written]:
    """Merge with netaddr per direction, protocol and ports, then join ports that touch."""
    peers: dict[tuple[str, str, int, int], set[str]] = {}
    for each in flows:
        peers.setdefault(written(each)[:4], set()).add(str(each.peer))
    ports: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    for (direction, protocol, first, last), some in peers.items():
        merged = map(str, netaddr.cidr_merge([*(some - {SELF})]))
        for peer in (*merged, *(some & {SELF})):
            ports.setdefault((direction, protocol, peer), []).append((first, last))
    return {
        (direction, protocol, *pair, peer)
        for (direction, protocol, peer), pairs in ports.items()
        for pair in (touching(pairs) if protocol in ("tcp", "udp") else pairs)
    }


def touching(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join ranges through the set of their single ports."""
    ports = {port for first, last in pairs for port in range(first, last + 1)}
    starts = sorted(port for port in ports if port - 1 not in ports)
    ends = sorted(port for port in ports if port + 1 not in ports)
    return [*zip(starts, ends, strict=True)]


@settings(max_examples=60, deadline=None)
@given(FLOWS)
def test_rules_are_in_normal_form(flows: list[Flow]) -> None:
    """Prefixes merge to the fewest, equal prefixes with touching ports join, nothing else does."""
    found = [written(rule) for rule in rules_of(flows)]
    assert (set(found), len(found)) == (normal_form(flows), len(set(found)))


@pytest.mark.parametrize(
    ("flows", "wanted"),
    [
        pytest.param(
            [flow(peer="10.0.0.0/25"), flow(peer="10.0.0.128/25")],
            ["egress-tcp-80-10.0.0.0/24"],
            id="halves",
        ),
        pytest.param(
            [flow(peer="10.0.0.0/8"), flow(peer="10.1.0.0/16")],
            ["egress-tcp-80-10.0.0.0/8"],
            id="one inside the other",
        ),
        pytest.param(
            [flow(first=20, last=20), flow(first=21, last=22)],
            ["egress-tcp-20-22-10.0.0.0/24"],
            id="ports that touch",
        ),
        pytest.param(
            [flow(first=20, last=20), flow(first=22, last=22)],
            ["egress-tcp-20-10.0.0.0/24", "egress-tcp-22-10.0.0.0/24"],
            id="ports that do not touch",
        ),
        pytest.param(
            [flow(first=20, last=20), flow(first=21, last=21, peer="10.0.0.0/25")],
            ["egress-tcp-20-10.0.0.0/24", "egress-tcp-21-10.0.0.0/25"],
            id="touching ports of unequal prefixes",
        ),
        pytest.param(
            [flow(), flow("udp"), flow(direction="ingress")],
            [
                "egress-tcp-80-10.0.0.0/24",
                "egress-udp-80-10.0.0.0/24",
                "ingress-tcp-80-10.0.0.0/24",
            ],
            id="other protocol, other direction",
        ),
        pytest.param(
            [flow("icmp", 3, 3), flow("icmp", 3, 4), flow("icmp", 4, -1), flow("icmp", -1, -1)],
            [
                "egress-icmp-all-10.0.0.0/24",
                "egress-icmp-type-3-code-3-10.0.0.0/24",
                "egress-icmp-type-3-code-4-10.0.0.0/24",
                "egress-icmp-type-4-10.0.0.0/24",
            ],
            id="messages are no range",
        ),
        pytest.param(
            [flow(peer=SELF), flow(peer="0.0.0.0/0"), flow(peer="::/0")],
            ["egress-tcp-80-self", "egress-tcp-80-0.0.0.0/0", "egress-tcp-80-::/0"],
            id="the gateways and both families",
        ),
        pytest.param(
            [flow("-1", 0, 65535), flow()],
            ["egress--1-all-10.0.0.0/24", "egress-tcp-80-10.0.0.0/24"],
            id="all protocols",
        ),
    ],
)
def test_what_merges_and_what_does_not(flows: list[Flow], wanted: list[str]) -> None:
    """Rules come sorted, each named by its content."""
    assert [rule.name for rule in rules_of(flows)] == wanted


@settings(max_examples=150, deadline=None)
@given(FLOWS, boxes(prefixes()), WAYS)
@example([flow(), flow(first=81, last=81)], ("tcp", 80, 80, "10.0.1.0/24"), "egress")
@example([flow(peer="10.0.0.0/25")], ("tcp", 80, 80, "10.0.0.128/25"), "egress")
def test_another_prefix_changes_only_what_it_merges_with(
    flows: list[Flow], box: tuple[str, int, int, str], direction: Direction
) -> None:
    """Rules of other directions, protocols, ports and of prefixes beside it stay as they are."""
    extra = flow(*box, direction=direction)
    before, after = (
        {rule.name: rule for rule in rules_of(some)} for some in (flows, [*flows, extra])
    )
    beside = [each.peer for each in flows if written(each)[:4] == written(extra)[:4]]
    merged = parse_prefix(str(_holding(beside, box[3])))
    for name in before.keys() ^ after.keys():
        rule = before.get(name) or after[name]
        assert (rule.direction, rule.protocol) == (direction, box[0])
        assert isinstance(rule.peer, Prefix)
        assert merged.covers(rule.peer)
        assert rule.from_port <= box[2] + 1
        assert box[1] - 1 <= rule.to_port


def _holding(peers: list[Peer], prefix: str) -> netaddr.IPNetwork:
    """Give the prefix that one more prefix becomes a part of."""
    merged = netaddr.cidr_merge([prefix, *(str(peer) for peer in peers if peer != SELF)])
    (holding,) = (net for net in merged if netaddr.IPNetwork(prefix) in net)
    return holding


@settings(max_examples=60, deadline=None)
@given(FLOWS)
def test_another_prefix_adds_one_rule_where_nothing_merges(flows: list[Flow]) -> None:
    """A prefix far from all others is one rule more, and all others keep their names."""
    new = flow(peer="203.0.113.7/32")
    assume(not any(covers(old.peer, new.peer) for old in flows))
    before, after = ({rule.name for rule in rules_of(some)} for some in (flows, [*flows, new]))
    assert after - before == {"egress-tcp-80-203.0.113.7/32"}
    assert before <= after


# --- Names and descriptions ----------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(FLOWS)
def test_names_are_made_of_content_alone(flows: list[Flow]) -> None:
    """No two rules share a name, and other services give the same ones."""
    named = [rule.name for rule in rules_of(flows)]
    others = [
        Flow(f.direction, f.protocol, f.from_port, f.to_port, f.peer, ("other",), ())
        for f in reversed(flows)
    ]
    assert len(set(named)) == len(named)
    assert [rule.name for rule in rules_of(others)] == named


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_order_of_the_files_is_no_matter(data: st.DataObject) -> None:
    """Rules, names and descriptions are the same however catalogue and stack file are ordered."""
    config = data.draw(sites())
    again = data.draw(reordered(config))
    assert isinstance(again, dict)
    services = data.draw(st.permutations(shipped().services))
    turned = Catalogue.model_construct(
        **{name: getattr(shipped(), name) for name in Catalogue.model_fields}
        | {"services": tuple(services)}
    )
    one, other = rules_at(shipped(), read_site(config)), rules_at(turned, read_site(again))
    assert [*map(astuple, other)] == [*map(astuple, one)]


ALLOWED = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}")


@settings(max_examples=40, deadline=None)
@given(sites())
def test_descriptions_are_what_aws_takes(config: dict[str, object]) -> None:
    """At most 255 of the characters that EC2 allows, and never none."""
    for rule in rules_at(shipped(), read_site(config)):
        assert ALLOWED.fullmatch(rule.description)


def test_a_description_names_services_and_where_each_comes_from() -> None:
    """Services of two sections and an addition, each with its origin."""
    extra = {"name": "extra", "direction": "egress", "protocol": "tcp", "ports": 443}
    at = site(additions=[{**extra, "peers": ["213.106.99.208/32"]}])
    (rule,) = (
        rule for rule in rules_at(shipped(), at) if rule.name == "egress-tcp-443-213.106.99.208/32"
    )
    assert rule.services == ("extra", "trustmanager-stats-collection")
    assert rule.description == "extra (addition), trustmanager-stats-collection (section 2)"


def test_a_long_description_counts_what_it_leaves_out() -> None:
    """As many services as fit are named in whole, and the rest are counted."""
    said = {"section": "2", "row": "R", "direction": "egress", "reason": "r", "protocol": "tcp"}
    end = {"ports": 80, "anywhere": True}
    many = catalogue_of([{"id": f"service-{n:02}", **said, **end} for n in range(40)])
    (rule,) = rules_at(many, site())
    named = ", ".join(f"service-{n:02} (section 2)" for n in range(10))
    assert rule.services == tuple(f"service-{n:02}" for n in range(40))
    assert rule.description == f"{named}, and 30 more"
    assert ALLOWED.fullmatch(rule.description)


def test_names_too_long_for_a_description_are_counted() -> None:
    """Where not even one service fits, their number stands there."""
    flows = [flow(services=(letter * 64,)) for letter in "ab"]
    (rule,) = rules(flows, {letter * 64: "x" * 200 for letter in "ab"})
    assert rule.description == "and 2 more"


# --- Counting ------------------------------------------------------------------------------------


def test_rules_are_counted_as_aws_does() -> None:
    """Each family by itself, and a rule that names a group in both."""
    ends = [(1, SELF), (1, "10.0.0.0/8"), (3, "10.0.0.0/8"), (5, "::/0")]
    flows = [flow(first=port, last=port, peer=peer) for port, peer in ends]
    assert rules_used(rules_of(flows), "egress") == {"ipv4": 3, "ipv6": 2}
    assert rules_used(rules_of(flows), "ingress") == {"ipv4": 0, "ipv6": 0}


def test_a_rule_knows_all_who_ask_for_it() -> None:
    """A flow inside a wider rule is one of those that the rule is there for."""
    at = site(
        networks=NETWORKS,
        additions=[
            _addition("wide", "20-30", "10.0.0.0/8"),
            _addition("narrow", "25", "10.1.0.0/16"),
            _addition("beside", "31", "10.0.0.0/8"),
        ],
    )
    groups = plan(shipped(), at).groups
    services = {rule.name: rule.services for rule in groups[0].rules}
    assert services["egress-tcp-20-31-10.0.0.0/8"] == ("beside", "narrow", "wide")
    assert services["egress-tcp-25-10.1.0.0/16"] == ("narrow",)


def test_a_long_list_is_not_searched_for_every_rule() -> None:
    """Whoever pastes all addresses of a cloud is told of the quota before the day ends."""
    ends = [Prefix(4, number << 1, 32) for number in range(30_000)]
    flows = [Flow("egress", "tcp", 80, 80, end, (f"web-{end.base % 7}",), ()) for end in ends]
    began = time.process_time()
    found = rules_of(flows)
    seconds = time.process_time() - began
    asking = [(end, (f"web-{end.base % 7}",)) for end in ends]
    assert [(rule.peer, rule.services) for rule in found] == asking
    assert seconds < 20


def _addition(name: str, ports: str, peer: str) -> dict[str, object]:
    return {"name": name, "direction": "egress", "protocol": "tcp", "ports": ports, "peers": [peer]}
