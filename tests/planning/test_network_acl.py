"""Network-ACL entries: every request and reply passes, within the quota, and no more than told."""

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from simulator import Rule, Surroundings, acl_passes, compare, conversation_passes
from sites import EVERYBODY, NOBODY, ROOT, STACKS, needed, read_site, shipped, site, situations
from strategies import Plain, sites

from gateway_rules.errors import Impossible, Problem
from gateway_rules.inputs.catalogue import Catalogue
from gateway_rules.inputs.site import Site
from gateway_rules.packets.protocols import Direction
from gateway_rules.planning import security_group
from gateway_rules.planning.flows import Flow, required_flows
from gateway_rules.planning.network_acl import Budget, Entry, NetworkAcl, network_acl
from gateway_rules.planning.planner import Plan
from gateway_rules.planning.stack_plan import load_plan

WAYS: tuple[Direction, ...] = ("egress", "ingress")
IPV6_PATH_MTU = {
    "name": "pmtud6",
    "direction": "ingress",
    "protocol": "icmpv6",
    "type": 2,
    "code": 0,
    "peers": ["::/0"],
}


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan the first stack of this repository."""
    return load_plan(ROOT, STACKS[0]).plan


def acl_at(**fields: Any) -> NetworkAcl:
    """Give the ACL of the shipped catalogue at a site."""
    at = site(**fields)
    return network_acl(required_flows(shipped(), at), at)


def of(acl: NetworkAcl, direction: str, version: int = 4) -> list[Entry]:
    """Give the entries of a direction and family."""
    return [e for e in acl.entries if e.direction == direction and e.prefix.version == version]


def verdict(
    acl: NetworkAcl, flows: tuple[Flow, ...], catalogue: Catalogue, at: Site
) -> dict[str, tuple[int, int]]:
    """Count, by direction, what the simulator finds missing and in excess."""
    required = needed(flows, catalogue, at)
    found = {way: compare(way, required, acl.entries, acl_passes) for way in WAYS}
    return {way: (len(missing), excess) for way, (missing, excess) in found.items()}


def claimed(acl: NetworkAcl) -> dict[str, tuple[int, int]]:
    """Give, by direction, nothing missing and the excess that the ACL tells of."""
    return {way: (0, _excess(acl, way)) for way in WAYS}


def _excess(acl: NetworkAcl, direction: Direction) -> int:
    return acl.budgets[direction, "ipv4"].excess + acl.budgets[direction, "ipv6"].excess


# --- Nothing missing, no more than told --------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(situations())
def test_requests_and_replies_pass_and_the_excess_is_as_told(
    situation: tuple[Catalogue, Site],
) -> None:
    """Of both families, the gateways' own networks included, whatever catalogue and site."""
    catalogue, at = situation
    flows = required_flows(catalogue, at)
    acl = network_acl(flows, at)
    assert verdict(acl, flows, catalogue, at) == claimed(acl)


@settings(max_examples=3, deadline=None)
@given(sites())
def test_the_document_passes_at_any_site(config: Plain) -> None:
    """The shipped catalogue, with budgets of 19 and of 39, judged packet by packet."""
    at = read_site(config)
    flows = required_flows(shipped(), at)
    acl = network_acl(flows, at)
    assert verdict(acl, flows, shipped(), at) == claimed(acl)


@settings(max_examples=25, deadline=None)
@given(situations())
def test_whole_conversations_pass(situation: tuple[Catalogue, Site]) -> None:
    """Group and ACL together let each flow begin and be answered."""
    catalogue, at = situation
    flows = required_flows(catalogue, at)
    acl, rules = network_acl(flows, at), security_group.rules(flows, _anywhere(flows))
    around = Surroundings(
        [str(network) for network in at.networks],
        at.ephemeral_ports.gateway,
        at.ephemeral_ports.clients,
    )
    for flow in flows:
        ports = None if flow.protocol in ("icmp", "icmpv6") else flow.replies
        assert conversation_passes(rules, acl.entries, flow, around, ports)


def _anywhere(flows: Iterable[Flow]) -> dict[str, str]:
    return {service: "section 2" for flow in flows for service in flow.services}


@settings(max_examples=40, deadline=None)
@given(situations())
def test_budgets_hold(situation: tuple[Catalogue, Site]) -> None:
    """No direction and family has more entries than its quota leaves, and each is counted."""
    acl = network_acl(required_flows(*situation), situation[1])
    quota = situation[1].quotas.entries_per_network_acl
    for (direction, family), budget in acl.budgets.items():
        assert (budget.budget, budget.used) == (
            quota - 1,
            len(of(acl, direction, int(family[-1]))),
        )
        assert budget.used <= budget.budget


@settings(max_examples=40, deadline=None)
@given(situations())
def test_numbers_are_what_aws_takes(situation: tuple[Catalogue, Site]) -> None:
    """One number space a direction, for both families, far below what AWS keeps to itself."""
    acl = network_acl(required_flows(*situation), situation[1])
    for way in WAYS:
        numbers = [entry.number for entry in acl.entries if entry.direction == way]
        assert numbers == sorted(set(numbers))
        assert all(1 <= number <= 32766 for number in numbers)
    assert {entry.action for entry in acl.entries} <= {"allow"}


@settings(max_examples=40, deadline=None)
@given(situations())
def test_no_protocol_is_opened_that_no_flow_asks_for(
    situation: tuple[Catalogue, Site],
) -> None:
    """An entry for -1 is never the way out of a small budget."""
    flows = required_flows(*situation)
    acl = network_acl(flows, situation[1])
    assert {entry.protocol for entry in acl.entries} <= {flow.protocol for flow in flows}


# --- What an entry carries ---------------------------------------------------------------------


def overlap(entry: Entry, rule: Rule) -> bool:
    """Tell whether an entry passes some of what a flow asks for."""
    one, other = ip_network(str(entry.prefix)), ip_network(rule.peer)
    alike = (entry.direction, entry.protocol) == (rule.direction, rule.protocol)
    ports = entry.from_port <= rule.to_port and rule.from_port <= entry.to_port
    return alike and ports and one.version == other.version and one.overlaps(other)


def test_entries_know_the_services_that_they_carry(planned: Plan) -> None:
    """Each entry names just those whose requests or replies it passes, sorted."""
    for entry in planned.acl.entries:
        carried = {
            service
            for flow in planned.flows
            for service in flow.services
            if any(overlap(entry, rule) for rule in needed([flow], planned.catalogue, planned.site))
        }
        assert entry.services == tuple(sorted(carried))


def test_entries_know_what_they_carry(planned: Plan) -> None:
    """Requests travel in the flow's direction, replies against it, and an entry may take both."""
    for entry in planned.acl.entries:
        purposes = set()
        for flow in planned.flows:
            request, *_ = needed([flow], planned.catalogue, planned.site)
            for rule in needed([flow], planned.catalogue, planned.site):
                if overlap(entry, rule):
                    purposes.add("request" if rule.direction == request.direction else "reply")
        assert set(entry.purposes) == purposes
        assert list(entry.purposes) == sorted(purposes, reverse=True)


def test_replies_and_requests_may_share_an_entry() -> None:
    """NTP comes back to port 123, where a client of the gateway's own may come as well."""
    serve = {
        "name": "ntp-serve",
        "direction": "ingress",
        "protocol": "udp",
        "ports": 123,
        "peers": ["0.0.0.0/0"],
    }
    acl = acl_at(additions=[serve])
    (entry,) = (e for e in of(acl, "ingress") if (e.from_port, e.to_port) == (123, 123))
    assert (entry.purposes, entry.services) == (("request", "reply"), ("ntp", "ntp-serve"))


# --- Families, messages, all protocols -----------------------------------------------------------


def test_families_have_budgets_of_their_own_and_numbers_in_common() -> None:
    """IPv6 entries follow the IPv4 ones in one number space."""
    acl = acl_at(additions=[IPV6_PATH_MTU], networks=[])
    (last,) = of(acl, "ingress", 6)
    assert (last.protocol, last.from_port, last.to_port) == ("icmpv6", 2, 0)
    assert all(entry.number < last.number for entry in of(acl, "ingress"))
    assert acl.budgets["ingress", "ipv6"] == Budget(19, 1, 0, 0)
    assert acl.budgets["egress", "ipv6"] == Budget(19, 0, 0, 0)


def test_traps_come_back_as_nothing() -> None:
    """SNMP is let out, and nothing is let in for it."""
    acl = acl_at(
        roles=NOBODY | {"snmp_managers": ["10.7.0.1/32"]},
        services={service: False for service in shipped().by_id if service != "snmp-alerts"},
    )
    assert [(e.direction, e.from_port, str(e.prefix)) for e in acl.entries] == [
        ("egress", 162, "10.7.0.1/32")
    ]


def test_the_gateways_are_their_networks() -> None:
    """A peer `self` is each network of the stack, and never all addresses."""
    acl = acl_at(
        roles=NOBODY | {"peers": ["self"]},
        services={service: False for service in shipped().by_id if service != "greylisting"},
        networks=["10.42.8.0/26", "10.42.9.0/26"],
    )
    found = [(e.direction, e.from_port, e.to_port, str(e.prefix)) for e in acl.entries]
    assert found == [
        (way, *ports, network)
        for way, ports in (
            # The requests to other gateways are inside what their replies need.
            ("egress", (1024, 65535)),
            ("ingress", (19200, 19200)),
            ("ingress", (32768, 60999)),
        )
        for network in ("10.42.8.0/26", "10.42.9.0/26")
    ]


def test_all_protocols_stand_where_they_are_asked_for() -> None:
    """An addition for -1 opens it both ways, for its own prefix."""
    extra = {"name": "tunnel", "direction": "egress", "protocol": "-1", "peers": ["192.0.2.9/32"]}
    acl = acl_at(additions=[extra])
    everything = [
        (e.direction, e.from_port, e.to_port, str(e.prefix))
        for e in acl.entries
        if e.protocol == "-1"
    ]
    assert everything == [(way, 0, 65535, "192.0.2.9/32") for way in WAYS]


# --- Budgets -------------------------------------------------------------------------------------


def test_a_larger_quota_means_less_excess(planned: Plan) -> None:
    """The shipped stack is exact where AWS has raised the quota to 40."""
    quotas = planned.site.quotas.model_copy(update={"entries_per_network_acl": 40})
    raised = network_acl(planned.flows, planned.site.model_copy(update={"quotas": quotas}))
    excess = {way: total for way, (_, total) in claimed(raised).items()}
    assert excess["ingress"] == 0
    assert excess["egress"] < claimed(planned.acl)["egress"][1]


def test_every_budget_that_is_too_small_is_complained_of() -> None:
    """Each direction and family says what it needs and what the quota leaves."""
    at = site(
        roles=EVERYBODY,
        quotas={"entries_per_network_acl": 2},
        additions=[
            IPV6_PATH_MTU,
            IPV6_PATH_MTU | {"name": "other", "type": 1, "code": -1},
        ],
    )
    with pytest.raises(Impossible) as error:
        network_acl(required_flows(shipped(), at), at)
    assert error.value.problems == tuple(
        Problem(
            ("quotas", "entries_per_network_acl"),
            "acl-quota",
            f"{what} needs 2 entries and the quota leaves 1",
            "raise entries_per_network_acl, at most 40, or ask for fewer protocols",
        )
        for what in ("egress ipv4", "ingress ipv4", "ingress ipv6")
    )


def test_one_entry_a_protocol_is_the_least_that_will_do() -> None:
    """A budget of one entry for each protocol still passes everything."""
    at = site(roles=EVERYBODY, quotas={"entries_per_network_acl": 3})
    flows = required_flows(shipped(), at)
    acl = network_acl(flows, at)
    assert len(acl.entries) == 4
    assert verdict(acl, flows, shipped(), at) == claimed(acl)


def test_a_site_that_asks_for_nothing_has_an_acl_that_passes_nothing() -> None:
    """No entry means that AWS's own deny decides."""
    acl = acl_at(services=dict.fromkeys(shipped().by_id, False))
    assert acl.entries == ()
    assert set(acl.budgets.values()) == {Budget(19, 0, 0, 0)}
