from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, get_args

import pytest
import simulator
from hypothesis import given
from hypothesis import strategies as st
from rehearsed import WIDE, planned
from strategies import ipv4_prefixes, port_ranges

from gateway_rehearsal.rehearse.demand import Layer, between, exactly, kept_flows
from gateway_rules.packets.prefixes import SELF, parse_prefix
from gateway_rules.packets.protocols import DIRECTIONS
from gateway_rules.planning.flows import Flow, legs

MESSAGES = ((-1, -1), (3, -1), (3, 4), (8, 0))


def flows() -> st.SearchStrategy[tuple[Flow, ...]]:
    """Draw flows that often have packets in common, with their own ports for replies."""
    ranges = st.tuples(st.sampled_from(["tcp", "udp"]), port_ranges())
    messages = st.tuples(st.just("icmp"), st.sampled_from(MESSAGES))
    everything = st.just(("-1", (0, 65535)))
    peers = st.one_of(st.just(SELF), ipv4_prefixes().map(parse_prefix))
    replies = st.lists(st.sampled_from([(1024, 65535), (32768, 60999), (123, 123)]), unique=True)

    def flow(direction: Any, ports: Any, peer: Any, back: Any) -> Flow:
        answers = () if ports[0] == "icmp" else tuple(sorted(back))
        protocol, (first, last) = ports
        return Flow(direction, protocol, first, last, peer, ("service",), answers)

    one = st.builds(
        flow,
        st.sampled_from(DIRECTIONS),
        st.one_of(ranges, messages, everything),
        peers,
        replies,
    )
    return st.lists(one, max_size=4).map(tuple)


def pairs(
    before: Sequence[Flow], after: Sequence[Flow], packet: simulator.Packet
) -> Iterator[tuple[Flow, Flow]]:
    """Give the flows of both sides that a packet may begin."""
    for one, other in product(before, after):
        if simulator.holds(one, packet) and simulator.holds(other, packet):
            yield one, other


@given(flows(), flows())
def test_kept_is_what_both_sides_ask_for(before: tuple[Flow, ...], after: tuple[Flow, ...]) -> None:
    """A packet begins a kept conversation if and only if it begins one on either side."""
    kept = tuple(kept_flows(before, after))
    for direction in DIRECTIONS:
        for packet, _ in simulator.cells(direction, before, after):
            both = any(pairs(before, after, packet))
            assert simulator.group_passes(kept, packet) == both


@given(flows(), flows())
def test_replies_are_kept_where_both_sides_need_them(
    before: tuple[Flow, ...], after: tuple[Flow, ...]
) -> None:
    """Behind each packet that is kept come the replies that both sides let come, and no others."""
    ports = (122, 123, 124, 1023, 1024, 32767, 32768, 60999, 61000, 65535)
    kept = tuple(kept_flows(before, after))
    for direction in DIRECTIONS:
        for packet, _ in simulator.cells(direction, before, after):
            for port in ports:
                wanted = any(
                    within(port, one) and within(port, other)
                    for one, other in pairs(before, after, packet)
                )
                found = any(within(port, f) for f in kept if simulator.holds(f, packet))
                assert found == wanted


def within(port: int, flow: Flow) -> bool:
    """Say whether a flow's replies may come to a port."""
    return any(first <= port <= last for first, last in flow.replies)


def test_between_equal_plans_all_of_it_is_demanded() -> None:
    """Where nothing changes, what has to stay is all that the plan asks for."""
    plan = planned(**WIDE)
    for layer in get_args(Layer):
        known = frozenset({"tcp", "udp", "icmp", "icmpv6", "other"})
        same, own = between(plan, plan)[layer], exactly(plan)[layer]
        assert (same.least(known), same.most(known)) == (own.least(known), own.most(known))


def test_networks_of_self_are_those_of_both_plans() -> None:
    """Traffic among the gateways has to stay between the subnets that stay."""
    plan = planned()
    fewer = plan.site.model_copy(update={"networks": plan.site.networks[:1]})
    demand = between(plan, type(plan)(**{**vars(plan), "site": fewer}))
    assert demand["network_acl"].required == legs(
        tuple(kept_flows(plan.flows, plan.flows)), plan.site.networks[:1]
    )
    back = between(type(plan)(**{**vars(plan), "site": fewer}), plan)
    assert back["network_acl"].required == demand["network_acl"].required


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ((3, 4), (3, -1), (3, 4)),
        ((-1, -1), (8, 0), (8, 0)),
        ((3, 4), (8, 0), None),
        ((3, -1), (8, -1), None),
    ],
)
def test_messages_are_kept_where_one_holds_the_other(
    one: tuple[int, int], other: tuple[int, int], both: tuple[int, int] | None
) -> None:
    """Of two sets of ICMP messages that have nothing in common nothing has to stay."""
    flows_ = [Flow("ingress", "icmp", *pair, SELF, ("x",), ()) for pair in (one, other)]
    for first, then in (flows_, flows_[::-1]):
        kept = [(each.from_port, each.to_port) for each in kept_flows([first], [then])]
        assert kept == ([both] if both else [])
