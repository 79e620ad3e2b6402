"""Two plans compared, judged packet by packet by the simulator and by netaddr."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import netaddr
import pytest
import simulator
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from simulator import acl_passes, cells, group_passes
from sites import EVERYBODY, catalogue_of, catalogues, placed, read_site, shipped, site, stack_file
from strategies import Plain, sites

from gateway_rules.errors import Fault, Faults, Impossible
from gateway_rules.inputs.catalogue import Catalogue
from gateway_rules.inputs.site import Site
from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.packets.sets import Piece
from gateway_rules.planning.network_acl import Budget, Entry, NetworkAcl
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.security_group import Rule
from gateway_rules.review import packet_diff
from gateway_rules.review.packet_diff import (
    AclChange,
    Change,
    Changes,
    Side,
    StackDiff,
    rules,
)

Situation = tuple[Catalogue, Site]
DIRECTIONS = ("egress", "ingress")


def planned(situation: Situation) -> Plan:
    """Plan a situation, or draw another one where that is impossible."""
    try:
        return plan(*situation)
    except Impossible:
        assume(False)  # noqa: FBT003 - Hypothesis takes it so.
        raise


def read(drawn: tuple[Catalogue, Plain]) -> Situation:
    """Give a catalogue with a site that leaves none of its services out."""
    config = {key: value for key, value in drawn[1].items() if key != "gateway-rules:services"}
    return drawn[0], read_site(config)


PLANS = st.tuples(catalogues(2), sites()).map(read).map(planned)
PAIRS = st.tuples(PLANS, PLANS)
FEW = settings(max_examples=20)
FEWER = settings(max_examples=8)
"""For what asks about every piece at every packet."""


def pieces(changes: Iterable[Change]) -> list[Piece]:
    """Give the packets of changes."""
    return [change.piece for change in changes]


def of(**fields: Any) -> Plan:
    """Plan a site with the shipped catalogue, in which nobody has a role but those given."""
    return plan(shipped(), site(**fields))


def compare(stack: str, before: Plan | Side, after: Plan | Side) -> StackDiff:
    """Compare two sides; a plan stands for a stack whose file asks for it."""
    then, now = (placed(side) if isinstance(side, Plan) else side for side in (before, after))
    return packet_diff.compare(stack, then, now)


# --- Properties ------------------------------------------------------------------------------


@FEW
@given(PLANS)
def test_a_plan_compared_with_itself_is_unchanged(same: Plan) -> None:
    """Nothing opens, closes, moves or is noted; only the excess is told."""
    excess = sum(budget.excess for budget in same.acl.budgets.values())
    acl = AclChange(excess_before=excess, excess_after=excess)
    assert compare("test", same, same) == StackDiff("test", "unchanged", acl=acl)


@FEW
@given(PAIRS)
def test_opened_and_closed_lead_from_one_to_the_other(pair: tuple[Plan, Plan]) -> None:
    """What the new groups pass is what the old ones do, less closed, and opened."""
    old, new = map(rules, pair)
    diff = compare("test", *pair)
    opened, closed = pieces(diff.opened), pieces(diff.closed)
    for direction in DIRECTIONS:
        for packet, _ in cells(direction, old, new, opened, closed):
            was, opens, closes = (group_passes(some, packet) for some in (old, opened, closed))
            assert group_passes(new, packet) == ((was and not closes) or opens)
            assert not (opens and was)
            assert not (closes and not was)


@FEWER
@given(PAIRS)
def test_the_acls_change_leads_from_one_to_the_other(pair: tuple[Plan, Plan]) -> None:
    """So it is with the ACLs, whose entries the simulator takes by their numbers."""
    old, new = (one.acl.entries for one in pair)
    acl = compare("test", *pair).acl
    opened, closed = pieces(acl.opened), pieces(acl.closed)
    for direction in DIRECTIONS:
        for packet, _ in cells(direction, old, new, opened, closed):
            was, now = acl_passes(old, packet), acl_passes(new, packet)
            assert group_passes(opened, packet) == (now and not was)
            assert group_passes(closed, packet) == (was and not now)


@FEWER
@given(PAIRS)
def test_no_packet_is_told_twice(pair: tuple[Plan, Plan]) -> None:
    """The pieces of a change are disjoint, so counts may be summed."""
    diff = compare("test", *pair)
    for changes in (diff.opened, diff.closed):
        some = pieces(changes)
        for direction in DIRECTIONS:
            for packet, _ in cells(direction, some):
                assert sum(simulator.holds(piece, packet) for piece in some) <= 1


@FEW
@given(PAIRS)
def test_comparing_back_swaps_opened_and_closed(pair: tuple[Plan, Plan]) -> None:
    """The way back closes what the way there opens."""
    there, back = compare("test", *pair), compare("test", *reversed(pair))
    assert (back.opened, back.closed) == (there.closed, there.opened)
    assert (back.opened_addresses, back.closed_addresses) == (
        there.closed_addresses,
        there.opened_addresses,
    )
    assert back.acl == AclChange(
        there.acl.closed, there.acl.opened, there.acl.excess_after, there.acl.excess_before
    )


def distinct(changes: Changes, networks: Sequence[object]) -> int:
    """Count addresses as netaddr does."""
    peers = [str(change.piece.peer) for change in changes]
    named = [map(str, networks) if peer == "self" else [peer] for peer in peers]
    return int(netaddr.IPSet([peer for some in named for peer in some]).size)


@FEW
@given(PAIRS)
def test_addresses_are_counted_once(pair: tuple[Plan, Plan]) -> None:
    """An address that gets several ports is one; `self` is the networks of its own side."""
    diff = compare("test", *pair)
    assert (diff.opened_addresses, diff.closed_addresses) == (
        distinct(diff.opened, pair[1].site.networks),
        distinct(diff.closed, pair[0].site.networks),
    )


@FEWER
@given(PAIRS)
def test_every_opened_packet_is_asked_for(pair: tuple[Plan, Plan]) -> None:
    """Who is named has a flow that meets the piece, and no such one is left out."""
    for change in compare("test", *pair).opened:
        asking = {
            service
            for flow in pair[1].flows
            for service in flow.services
            if share_a_packet(flow, change.piece)
        }
        assert change.services == tuple(sorted(asking)) != ()


def share_a_packet(one: simulator.Match, other: simulator.Match) -> bool:
    """Tell by the simulator whether two matches have a packet in common."""
    return any(
        simulator.holds(one, packet) and simulator.holds(other, packet)
        for packet, _ in cells(one.direction, [one], [other])
    )


# --- Sides without a plan --------------------------------------------------------------------

FAULT = Fault("stacks/Pulumi.test.yaml", 3, 5, "port", "port 0 is reserved", "write a port")
LACK = Fault("stacks/Pulumi.test.yaml", 2, 3, "pending", "no addresses", "list them")
WAITING = stack_file(site(), LACK)
CANNOT = "this version cannot plan what was there"
STAYS = "what is deployed stays until then"
GONE = (
    "nothing is closed: what is deployed stays until it is destroyed, "
    "and nobody watches it any more"
)
SMALL = of(services={"dns": ["10.0.0.2/32"]}, roles=EVERYBODY)


@pytest.mark.parametrize(
    ("before", "after", "status", "notes"),
    [
        (None, SMALL, "added", ()),
        (SMALL, None, "removed", (GONE,)),
        (WAITING, SMALL, "added", ("pending before: no addresses",)),
        (
            SMALL,
            WAITING,
            "pending",
            ("no addresses; list them; what is deployed stays until then",),
        ),
        (None, WAITING, "pending", ("no addresses; list them",)),
        (WAITING, WAITING, "pending", ("no addresses; list them",)),
        (WAITING, None, "removed", (GONE,)),
        (
            Faults(FAULT, replace(FAULT, line=4)),
            SMALL,
            "unreadable",
            (f"{CANNOT}: stacks/Pulumi.test.yaml:3: port 0 is reserved, and 1 more",),
        ),
    ],
    ids=[
        "added",
        "removed",
        "pending before",
        "pending now",
        "pending and new",
        "pending on both sides",
        "pending, and removed",
        "unreadable before",
    ],
)
def test_a_side_without_a_plan_has_its_word(
    before: Plan | Side, after: Plan | Side, status: str, notes: tuple[str, ...]
) -> None:
    """The status says what became of the stack, and a note says why it has no plan."""
    diff = compare("test", before, after)
    passes = {"opened": after is SMALL, "closed": before is SMALL and after is not None}
    assert (diff.status, diff.as_json()["notes"]) == (status, [*notes])
    assert {"opened": bool(diff.opened), "closed": bool(diff.closed)} == passes


def test_another_place_in_aws_changes_no_packet_and_guards_others() -> None:
    """With a VPC by another name, whatever subnets there were may be without their ACL."""
    here, there = (placed(SMALL, vpc={"Name": name}) for name in ("one", "other"))
    diff = packet_diff.compare("test", here, there)
    assert (diff.status, diff.leaving) == ("unchanged", SMALL.site.networks)
    assert [note.partition(":")[0] for note in diff.notes] == [
        "its subnets are looked up otherwise"
    ]


@pytest.mark.parametrize(
    ("before", "after", "leaving"),
    [
        (["10.0.0.0/25", "10.0.1.0/25"], ["10.0.0.0/25"], ["10.0.1.0/25"]),
        (["10.0.0.0/24"], ["10.0.0.0/25"], ["10.0.0.128/25"]),
        (["10.0.0.0/25"], ["10.0.0.0/24"], []),
        (["10.0.0.0/25", "10.0.0.128/25"], ["10.0.0.0/24"], []),
        (["2001:db8::/64", "10.0.0.0/25"], ["10.0.0.0/25"], ["2001:db8::/64"]),
    ],
)
def test_networks_that_leave_are_told(
    before: list[str], after: list[str], leaving: list[str]
) -> None:
    """A subnet without the stack's ACL falls to its VPC's default one, which no packet shows."""
    diff = compare("test", *(of(networks=some) for some in (before, after)))
    assert diff.as_json()["leaving_networks"] == leaving
    assert bool(leaving) == any("default ACL" in note for note in diff.notes)


# --- What a reader is told -------------------------------------------------------------------


def test_self_is_counted_by_the_networks() -> None:
    """The gateways of two subnets of 64 addresses are 128 addresses."""
    diff = compare("test", of(), of(roles={**site().roles, "peers": ["self"]}))
    assert (diff.opened_addresses, {str(c.piece.peer) for c in diff.opened}) == (128, {"self"})
    assert [change.addresses for change in diff.opened] == [0] * len(diff.opened)


def test_an_address_that_moves_the_acls_cover_opens_one_address() -> None:
    """A budget that is full makes the ACL wider for it, which is told apart from the groups."""
    peers = [f"10.{n}.0.1/32" for n in range(20)]
    services = {
        row.id: False for row in shipped().services if row.role is None and not row.regional
    }
    before, after = (
        of(
            services={**services, "spam-signatures-cloud": False},
            roles={**site().roles, "syslog_servers": some},
        )
        for some in (peers[:19], peers)
    )
    diff = compare("test", before, after)
    [opened] = diff.opened
    assert (str(opened.piece.peer), diff.opened_addresses) == ("10.19.0.1/32", 1)
    assert (diff.acl.excess_before, diff.acl.excess_after > 0) == (0, True)


CLOCK = {
    "section": "2",
    "row": "Clock",
    "direction": "egress",
    "reason": "a test",
    "protocol": "udp",
    "ports": [123],
}


def clocks(*addresses: str, name: str = "clock") -> Plan:
    """Plan a catalogue with one service, at a site without a role."""
    hosts = [{"name": "a.example", "addresses": [*addresses]}]
    return plan(catalogue_of([{**CLOCK, "id": name, "hosts": hosts}]), site())


def test_another_name_for_the_same_packets_is_one_line() -> None:
    """A rule that only gets another description opens nothing, and one line says so."""
    diff = compare("test", clocks("192.0.2.1"), clocks("192.0.2.1", name="time"))
    assert (diff.status, diff.opened, diff.closed) == ("unchanged", (), ())
    assert diff.notes == ("without changing a packet: 1 rule is described anew",)


def written_as(base: Plan, peers: Sequence[str]) -> Plan:
    """Give a plan whose rules and entries have other peers."""
    ends = [parse_prefix(peer) for peer in peers]
    found = tuple(Rule("egress", "udp", 123, 123, end, ("clock",)) for end in ends)
    entries = tuple(
        Entry("egress", 100 + n, "allow", "udp", 123, 123, end) for n, end in enumerate(ends)
    )
    group = replace(base.groups[0], rules=found)
    budgets: dict[Any, Budget] = dict(base.acl.budgets)
    return replace(base, groups=(group,), acl=NetworkAcl(entries, budgets))


def test_another_form_for_the_same_packets_is_one_line() -> None:
    """Rules and entries that are cut differently open nothing, and one line says so."""
    base = clocks("192.0.2.0/24")
    halves = written_as(base, ["192.0.2.0/25", "192.0.2.128/25"])
    diff = compare("test", halves, written_as(base, ["192.0.2.0/24"]))
    moved = "1 rule is new, 2 rules go, the ACL is written in other entries"
    assert (diff.status, diff.notes) == ("unchanged", (f"without changing a packet: {moved}",))


def test_a_rule_that_opens_something_is_not_told_as_moved() -> None:
    """One line is for what passes the same; what opens stands for itself."""
    diff = compare("test", clocks("192.0.2.1"), clocks("192.0.2.1", "198.51.100.1"))
    assert (len(diff.opened), diff.notes) == (1, ())


@example(clocks("192.0.2.1"))
@given(PLANS)
@settings(max_examples=10)
def test_the_json_of_a_stack_has_the_promised_keys(new: Plan) -> None:
    """Programs find each key, whatever happens to a stack."""
    data = compare("test", None, new).as_json()
    assert list(data["network_acl"]) == ["opened", "closed", "excess_before", "excess_after"]
    change = {"direction", "protocol", "from_port", "to_port", "peer", "services"}
    assert [set(each) for each in data["opened"]] == [change] * len(data["opened"])
    assert data["services"] == sorted({s for each in data["opened"] for s in each["services"]})
