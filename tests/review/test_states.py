"""How open a stack may be: each limit at its figure, what stands, and what makes it worse."""

from typing import Any

import pytest
from sites import NETWORKS, ROOT
from test_evasions import at, before, everything, opened, shipped_plan

from gateway_rules.inputs.catalogue import Catalogue
from gateway_rules.inputs.policy import (
    FIGURES,
    HighRiskPorts,
    InternetPorts,
    LimitName,
    Limits,
    Policy,
)
from gateway_rules.inputs.project import stack_names
from gateway_rules.planning.fleet import plan_stacks
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.review.states import states
from gateway_rules.review.verdict import LimitResult

BASE_SOURCES = 256 + 128
"""Who reaches SSH and the management UI of the small stack: administrators, and its peers."""


def found(old: Plan | None, new: Plan | None, policy: Policy | None = None) -> list[LimitResult]:
    """Give what a change leaves past a limit."""
    return [*states(policy or Policy(), "test", old, new)]


def limited(**figures: object) -> Policy:
    """Give a policy with other figures."""
    return Policy.model_validate({"limits": figures})


def named(findings: list[LimitResult]) -> list[tuple[LimitName, bool]]:
    """Name the limits, and tell whether the change makes it worse."""
    return [(each.breach.limit, each.is_worse) for each in findings]


def test_the_shipped_stacks_are_within_the_shipped_policy() -> None:
    """Nothing of this repository stands past a limit, even were it all new."""
    plans = plan_stacks(ROOT, stack_names(ROOT)).planned
    assert plans
    assert [name for name, each in plans.items() if found(None, each.plan)] == []


FIGURED: tuple[tuple[str, int, list[dict[str, Any]], dict[str, Any]], ...] = (
    ("administrative_sources", BASE_SOURCES + 256, [opened("10.99.0.0/24", ports=22)], {}),
    ("public_sources", 64, [opened("51.1.0.0/26", ports=3389)], {}),
    ("other_public_sources", 65536, [opened("51.1.0.0/16", ports=8443)], {}),
    ("ports_per_public_peer", 42, [opened("51.1.0.0/32", ports="7000-7040")], {}),
    ("ports_per_peer", 43, [opened("10.42.0.0/32", ports="7000-7038")], {}),
    ("network_addresses", 16384, [], {"networks": ["10.42.0.0/18"]}),
)


@pytest.mark.parametrize(("key", "figure", "additions", "fields"), FIGURED)
@pytest.mark.parametrize("less", [0, 1])
def test_a_state_may_be_at_its_limit(
    key: str, figure: int, additions: list[dict[str, object]], fields: dict[str, object], less: int
) -> None:
    """One fewer is one too few."""
    policy = limited(**{key: figure - less})
    [limit] = [name for name, keys in FIGURES.items() if key in keys]
    findings = found(before(), at(*additions, **fields), policy)
    assert named(findings) == [(limit, True)] * less


def test_the_lowest_reply_port_may_be_the_limit() -> None:
    """One below it is too low, at either end."""
    at_limit = {"gateway": "32768-60999", "clients": "1024-65535"}
    assert found(before(), at(ephemeral_ports=at_limit)) == []
    for end in at_limit:
        low = at(ephemeral_ports={**at_limit, end: "1023-40000"})
        assert ("ephemeral-ports", True) in named(found(before(), low))


def test_the_excess_is_compared_with_the_requests() -> None:
    """A shipped stack's ACL passes an eighth more than it needs."""
    assert found(None, shipped_plan(), limited(acl_excess=0.2)) == []
    [finding] = found(None, shipped_plan(), limited(acl_excess=0.1))
    assert (finding.breach.limit, finding.breach.value) == (
        "acl-excess",
        "egress ipv4 passes 1,672,709,631 packets that nobody needs",
    )


def test_the_acl_is_judged_by_what_it_lets_in_beyond_the_groups() -> None:
    """What the groups open is for another limit; replies to a database's port are for this one."""
    wide = at(opened("51.0.0.0/8", ports=3389))
    assert [limit for limit, _ in named(found(before(), wide))] == ["public-sources"]
    replies = at(ephemeral_ports={"gateway": "3389-60999"})
    assert named(found(before(), replies)) == [("acl-sources", True)]
    assert found(before(), replies, limited(acl_sources=1 << 32)) == []


# --- What stands -----------------------------------------------------------------------------

STANDING = {
    "administrative-sources": at(opened("10.0.0.0/8", ports=22)),
    "public-sources": at(opened("51.1.0.0/16", ports=3389)),
    "other-sources": at(opened("51.0.0.0/8", ports=8443)),
    "ports-per-peer": at(everything("10.99.0.0/24")),
    "ephemeral-ports": at(ephemeral_ports={"clients": "1-65535"}),
    "networks": at(networks=["10.42.0.0/15"]),
}
MORE = {
    "administrative-sources": at(opened("10.0.0.0/8", "172.16.0.0/32", ports=22)),
    "public-sources": at(opened("51.1.0.0/16", "52.1.0.1/32", ports=3389)),
    "other-sources": at(opened("51.0.0.0/8", ports=[8443, 8444])),
    "ports-per-peer": at(
        everything("10.99.0.0/24"), opened("10.98.0.0/32", name="m", ports="1-2000")
    ),
    "ephemeral-ports": at(ephemeral_ports={"clients": "1-65535", "gateway": "1000-2000"}),
    "networks": at(networks=["10.42.0.0/15", "10.99.0.0/26"]),
}


@pytest.mark.parametrize("limit", STANDING)
def test_a_state_that_was_there_is_named_and_stops_nothing(limit: LimitName) -> None:
    """A change beside it finds it where it was, and so does one that closes some of it."""
    there = STANDING[limit]
    assert (limit, False) in named(found(there, there))
    assert not any(is_worse for _, is_worse in named(found(there, before())))


@pytest.mark.parametrize("limit", STANDING)
def test_a_state_that_gets_worse_stops_the_change(limit: LimitName) -> None:
    """An address, a port or a network more is enough."""
    assert (limit, True) in named(found(STANDING[limit], MORE[limit]))


def test_as_many_strangers_in_place_of_others_are_worse() -> None:
    """What counts is who comes in, not how many there are in the end."""
    moved = at(opened("52.1.0.0/16", ports=3389))
    assert named(found(STANDING["public-sources"], moved)) == [("public-sources", True)]


def test_another_port_for_the_same_strangers_is_worse() -> None:
    """Those who reach one watched port are not to reach the next."""
    more = at(opened("51.1.0.0/16", ports=[3389, 5432]))
    assert named(found(STANDING["public-sources"], more)) == [("public-sources", True)]


def test_a_smaller_cover_of_an_acl_that_stands_is_no_worse() -> None:
    """Half of the excess is past the limit as well, and better than before."""
    old = shipped_plan()
    quotas = [
        old.site.quotas.model_copy(update={"entries_per_network_acl": number}) for number in (9, 10)
    ]
    narrow, wider = (
        plan(old.catalogue, old.site.model_copy(update={"quotas": each})) for each in quotas
    )
    assert named(found(narrow, wider)) == [("acl-excess", False)]
    assert named(found(wider, narrow)) == [("acl-excess", True)]


def test_what_ended_leaves_nothing_to_judge() -> None:
    """A stack without a plan is another limit's."""
    assert found(before(), None) == []


# --- What is watched -------------------------------------------------------------------------


def without_administrative(some: Plan, **fields: object) -> Plan:
    """Give a plan by a catalogue that says something else."""
    catalogue = some.catalogue.model_copy(update={"administrative": (), **fields})
    return plan(catalogue, some.site)


def test_a_catalogue_keeps_watching_what_it_watched() -> None:
    """A service that is called administrative no more would be watched by nobody afterwards."""
    [finding] = found(before(), without_administrative(before()))
    assert (finding.breach.limit, finding.breach.value, finding.is_worse) == (
        "watched-services",
        "calls tcp 22, 443 administrative no more",
        True,
    )


def test_a_catalogue_that_calls_nothing_administrative_is_named_always() -> None:
    """It stops a new stack, and is no news for one that has it already."""
    bare = without_administrative(before())
    assert named(found(None, bare)) == [("watched-services", True)]
    assert named(found(bare, bare)) == [("watched-services", False)]


def test_a_port_stays_meant_for_a_role() -> None:
    """A row that names hosts in place of a role would open the user UI in the next change."""
    catalogue = before().catalogue
    services = tuple(
        each.model_copy(update={"role": None, "anywhere": True}) if each.id == "pmm-ui" else each
        for each in catalogue.services
    )
    site = before().site.model_copy(
        update={"services": {**before().site.services, "pmm-ui": before().site.roles["pmm_users"]}}
    )
    after = plan(Catalogue.model_construct(**{**dict(catalogue), "services": services}), site)
    [finding] = found(before(), after)
    assert finding.breach.value == "calls tcp 80 for a role no more"


def test_the_high_risk_ports_are_the_policys() -> None:
    """A list of one's own takes the place of the shipped one."""
    own = Policy(high_risk_ports=HighRiskPorts.model_validate({"tcp": 4444}))
    assert named(found(before(), at(opened("51.1.0.0/16", ports=4444)), own)) == [
        ("public-sources", True)
    ]
    assert found(before(), at(opened("51.1.0.0/16", ports=3389)), own) == []
    assert found(before(), at(opened("51.1.0.0/16", protocol="udp", ports=3389)), own) != []


def test_ports_for_all_of_the_internet_are_the_policys_and_the_documents() -> None:
    """Mail is, whatever else the policy lists takes its place, and so does what is for anybody."""
    wide = at(opened("51.0.0.0/8", ports=8443))
    assert named(found(before(), wide)) == [("other-sources", True)]
    own = Policy(internet_ports=InternetPorts.model_validate({"tcp": [25, 8443]}))
    assert found(before(), wide, own) == []
    bare = Policy(internet_ports=InternetPorts.model_validate({"tcp": 587}))
    assert named(found(before(), before(), bare)) == [("other-sources", False)]


def test_the_gateways_themselves_are_no_strangers() -> None:
    """`self` reaches all of its own ports."""
    assert found(before(), at(everything("self"), networks=NETWORKS)) == []


def test_a_finding_names_who_and_for_what() -> None:
    """Sources, ports and who asks for them stand in one line."""
    [finding] = found(before(), at(opened("51.1.0.0/16", ports="3380-3390")))
    assert str(finding.breach) == (
        "test: [public-sources] lets 65,536 addresses of the internet reach tcp 3389, allowed: 64; "
        "opened to 51.1.0.0/16 for more; take it back, or write an exception into policy.yaml"
    )


def test_limits_are_all_reached_by_a_look() -> None:
    """No figure is compared with nothing: where nothing is allowed, each limit is passed."""
    strict = limited(
        administrative_sources=0,
        public_sources=0,
        other_public_sources=0,
        ports_per_peer=0,
        acl_sources=0,
        acl_excess=0,
        ephemeral_from=65535,
        network_addresses=0,
    )
    wide = at(opened("51.1.0.0/16", ports="3389-3390"), ephemeral_ports={"gateway": "1024-60999"})
    limits = {limit for limit, _ in named(found(None, wide, strict))}
    limits |= {limit for limit, _ in named(found(None, shipped_plan(), strict))}
    steps = {"opened_addresses", "opened_share", "changed_rules_share", "administrative_prefix"}
    assert {limit for limit, keys in FIGURES.items() if not steps & {*keys}} <= limits, (
        Limits.model_fields
    )


def test_a_finding_about_the_acl_says_so_and_whose_replies_they_are() -> None:
    """The groups still keep out what the ACL lets in."""
    [finding] = found(before(), at(ephemeral_ports={"gateway": "3389-60999"}))
    assert finding.breach.value.startswith(
        "has the ACL alone let 3,702,257,664 addresses of the internet reach tcp 3389, 4333, "
    )
    assert finding.breach.cause.startswith("opened to 0.0.0.0/0 for dns, ")
