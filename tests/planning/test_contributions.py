"""What entries cover and add, counted apart by the simulator of single packets."""

from collections.abc import Sequence
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import ROOT, STACKS, situations
from strategies import Box, boxes, port_ranges, prefixes_within

from gateway_rules.inputs.catalogue import Catalogue
from gateway_rules.inputs.site import Site
from gateway_rules.packets.prefixes import FAMILIES, parse_prefix
from gateway_rules.packets.protocols import DIRECTIONS
from gateway_rules.packets.sets import Piece, count, passed
from gateway_rules.planning.contributions import Contribution, contributions_of, entry_contributions
from gateway_rules.planning.cover.entries import Allow, DoesNotFit
from gateway_rules.planning.cover.fitting import fit
from gateway_rules.planning.flows import legs, required_flows
from gateway_rules.planning.network_acl import network_acl
from gateway_rules.planning.stack_plan import load_plan


def piece(protocol: str, first: int, last: int, peer: str) -> Piece:
    """Give packets that leave."""
    return Piece("egress", protocol, first, last, parse_prefix(peer))


def pieces(drawn: Sequence[Box]) -> list[Piece]:
    """Give packets for each drawn box."""
    return [piece(*box) for box in drawn]


def test_what_is_required_and_what_is_added_are_told_apart() -> None:
    """Of 256 addresses on one port, one is required and the others are not."""
    required = [piece("tcp", 80, 80, "192.0.2.7/32")]
    assert contributions_of(required, [piece("tcp", 80, 80, "192.0.2.0/24")]) == (
        Contribution(1, 255),
    )


def test_what_two_entries_pass_is_the_first_ones() -> None:
    """An overlap is counted where it is met first, so that the second has the rest alone."""
    required = [piece("tcp", 80, 81, "192.0.2.0/25")]
    wide, narrow = piece("tcp", 80, 80, "192.0.2.0/24"), piece("tcp", 80, 81, "192.0.2.0/25")
    assert contributions_of(required, [wide, narrow]) == (
        Contribution(128, 128),
        Contribution(128, 0),
    )
    assert contributions_of(required, [narrow, wide]) == (
        Contribution(256, 0),
        Contribution(0, 128),
    )


def test_an_entry_that_is_there_twice_has_its_share_once() -> None:
    """A repeated entry passes nothing that has not passed."""
    one = piece("udp", 53, 53, "192.0.2.0/31")
    assert contributions_of([one], [one, one]) == (Contribution(2, 0), Contribution(0, 0))


def test_directions_and_families_do_not_mix() -> None:
    """What is required one way is not required the other way."""
    there = piece("tcp", 80, 80, "192.0.2.0/32")
    back = Piece("ingress", "tcp", 80, 80, parse_prefix("192.0.2.0/32"))
    six = piece("tcp", 80, 80, "2001:db8::/128")
    assert contributions_of([there], [there, back, six]) == (
        Contribution(1, 0),
        Contribution(0, 1),
        Contribution(0, 1),
    )


def test_all_protocols_at_once_require_what_other_entries_pass() -> None:
    """An entry inside of what is asked for in every protocol adds nothing."""
    everything, inside = piece("-1", 0, 65535, "192.0.2.0/31"), piece("tcp", 1, 2, "192.0.2.0/30")
    (one, other) = contributions_of([everything], [everything, inside])
    assert (one.adds, other) == (0, Contribution(0, 4))


TINY = boxes(prefixes_within("192.0.2.0/29", 32), port_ranges())


@settings(max_examples=200, deadline=None)
@given(st.lists(TINY, max_size=6), st.lists(TINY, min_size=1, max_size=6))
def test_shares_are_those_of_single_packets(required: list[Box], entries: list[Box]) -> None:
    """Each address of a tiny network is tried on each stretch of ports, entry after entry."""
    found = [[0, 0] for _ in entries]
    drawn = [*required, *entries]
    cuts = sorted({edge for _, low, high, _ in drawn for edge in (low, high + 1)})
    stretches = list(pairwise(cuts))
    networks = [f"192.0.2.{host}/32" for host in range(8)]
    for protocol, network, (low, stop) in product(("tcp", "udp"), networks, stretches):
        held = [_holds(box, protocol, network, low) for box in entries]
        if any(held):
            asked = any(_holds(box, protocol, network, low) for box in required)
            found[held.index(True)][not asked] += stop - low
    assert contributions_of(pieces(required), pieces(entries)) == tuple(
        Contribution(*pair) for pair in found
    )


def _holds(box: Box, protocol: str, network: str, port: int) -> bool:
    named, first, last, prefix = box
    inside = parse_prefix(prefix).covers(parse_prefix(network))
    return named == protocol and first <= port <= last and inside


@settings(max_examples=40, deadline=None)
@given(situations())
def test_shares_add_up_to_the_excess(situation: tuple[Catalogue, Site]) -> None:
    """Of any catalogue and site, all that the entries of a direction add is the excess told."""
    flows, networks = required_flows(*situation), situation[1].networks
    acl = network_acl(flows, situation[1])
    found = list(
        zip(acl.entries, contributions_of(legs(flows, networks), acl.entries), strict=True)
    )
    for direction in DIRECTIONS:
        adds = sum(share.adds for entry, share in found if entry.direction == direction)
        families = (acl.budgets[direction, name].excess for name in FAMILIES.values())
        assert adds == sum(families)


@pytest.mark.parametrize("stack", STACKS)
def test_the_shares_of_a_stack_hold_all_that_it_requires(stack: str) -> None:
    """Nothing that is required is missing from the sum, and nothing is in it twice."""
    plan = load_plan(ROOT, stack).plan
    required = count(passed(legs(plan.flows, plan.site.networks)))
    assert sum(share.required for share in entry_contributions(plan)) == required


SAID = st.one_of(
    TINY,
    st.tuples(
        st.sampled_from([("-1", 0, 65535), ("icmp", 3, 4), ("icmp", 8, -1), ("icmp", -1, -1)]),
        prefixes_within("192.0.2.0/29", 32),
    ).map(lambda both: (*both[0], both[1])),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(SAID, min_size=1, max_size=7), st.integers(1, 7))
def test_shares_add_up_whatever_the_protocol(required: list[Box], budget: int) -> None:
    """What a list for all protocols, messages and ports adds is what its cover says."""
    asked = pieces(required)
    try:
        cover = fit([Allow._make((*box[:3], parse_prefix(box[3]))) for box in required], budget)
    except DoesNotFit:
        return
    passing = [Piece("egress", *entry) for entry in cover.entries]
    assert sum(share.adds for share in contributions_of(asked, passing)) == cover.excess
