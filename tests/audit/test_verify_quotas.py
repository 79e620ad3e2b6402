"""What the plan needs and its file presumes, against what the account may have."""

from dataclasses import replace

import pytest
from lives import as_planned, compared
from sites import EVERYBODY, NOBODY, shipped, site

from gateway_rules.audit.live_quotas import LiveQuotas
from gateway_rules.audit.verification.findings import PacketDifference
from gateway_rules.planning.planner import Plan, plan

ENOUGH = LiveQuotas(from_defaults=False)
RAISE = "aws service-quotas request-service-quota-increase --region eu-west-1 --service-code vpc"


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan SSH, DNS and nine administrators who do not merge."""
    used = ("ssh", "dns")
    services = {name: False for name in shipped().by_id if name not in used}
    roles = NOBODY | {"administrators": [f"10.42.{2 * n}.0/24" for n in range(9)]}
    return plan(shipped(), site(roles=roles, services=services))


def found(planned: Plan, allowed: LiveQuotas) -> tuple[PacketDifference, ...]:
    """Verify a stack that is as planned in an account of these quotas."""
    verification = compared(planned, as_planned(planned), allowed)
    assert verification.is_clean == (not verification.quota)
    return verification.quota


def test_what_fits_is_clean(planned: Plan) -> None:
    """AWS's defaults are what the stack's file presumes too."""
    assert found(planned, ENOUGH) == ()
    assert compared(planned, as_planned(planned), ENOUGH).notes[1:] == ()


def test_defaults_are_said(planned: Plan) -> None:
    """Who reads that all fits should know that nobody asked the account."""
    assert compared(planned, as_planned(planned), LiveQuotas()).notes[-1] == (
        "Service Quotas did not tell every quota; AWS's defaults stand for the others."
    )


def test_a_group_that_needs_more_rules_than_there_are(planned: Plan) -> None:
    """The first rule that does not fit is shown, with whom it is for."""
    (short,) = found(planned, replace(ENOUGH, rules_per_security_group=7))
    assert (short.resource, short.why, short.fix) == (
        "gateway-rules-test",
        "ingress ipv4 needs 9 rules, and this account may have 7",
        f"{RAISE} --quota-code L-0EA8095F --desired-value 9",
    )
    assert (short.layer, str(short.piece.peer), short.services) == (
        "security_group",
        "10.42.14.0/24",
        ("ssh",),
    )


def test_an_acl_that_needs_more_entries_than_there_are(planned: Plan) -> None:
    """The default deny counts, so of six entries five can be used."""
    needed = max(budget.used for budget in planned.acl.budgets.values())
    short = found(planned, replace(ENOUGH, entries_per_network_acl=needed))
    both = [
        f"{way} ipv4 needs {needed + 1} entries with the default deny, "
        f"and this account may have {needed}"
        for (way, family), budget in planned.acl.budgets.items()
        if budget.used == needed
    ]
    assert [one.why for one in short] == both
    assert {(one.layer, one.resource, one.fix) for one in short} == {
        (
            "network_acl",
            "gateway-rules-test",
            f"{RAISE} --quota-code L-2AEEBF1A --desired-value {needed + 1}",
        )
    }


def test_quotas_of_nothing_are_told_of_what_is_needed(planned: Plan) -> None:
    """A family that has no entries needs none, not even where none are allowed."""
    nothing = found(planned, LiveQuotas(0, 0, 0, 0, from_defaults=False))
    assert [one.why.partition(",")[0] for one in nothing] == [
        "egress ipv4 needs 1 rules",
        "ingress ipv4 needs 9 rules",
        "egress ipv4 needs 11 entries with the default deny",
        "ingress ipv4 needs 11 entries with the default deny",
        "an interface needs 1 groups",
    ]


def test_more_groups_than_an_interface_holds() -> None:
    """Three groups and a quota of two: the third is shown."""
    mail = {"name": "smtp-in", "direction": "ingress", "protocol": "tcp", "ports": 25}
    services = {name: False for name in shipped().by_id if name not in ("ssh", "dns")}
    parted = plan(
        shipped(),
        site(
            roles=EVERYBODY,
            services=services,
            additions=[mail | {"peers": ["0.0.0.0/0"]}],
            security_groups="by_section",
        ),
    )
    (short,) = found(parted, replace(ENOUGH, security_groups_per_interface=2))
    assert (short.why, short.services) == (
        "an interface needs 3 groups, and this account may have 2",
        ("smtp-in",),
    )


def test_a_file_that_presumes_more_than_there_is(planned: Plan) -> None:
    """All fits as yet; the next change could not be deployed."""
    quotas = planned.site.quotas.model_copy(update={"rules_per_security_group": 100})
    sure = replace(planned, site=planned.site.model_copy(update={"quotas": quotas}))
    (short,) = found(sure, ENOUGH)
    assert (short.resource, short.why, short.fix) == (
        "L-0EA8095F",
        "the stack's file says rules_per_security_group: 100, and this account may have 60",
        f"{RAISE} --quota-code L-0EA8095F --desired-value 100",
    )


def test_a_file_that_presumes_less_is_cautious_and_no_difference(planned: Plan) -> None:
    """An account's quota may have been raised for others."""
    assert found(planned, replace(ENOUGH, rules_per_security_group=200)) == ()


def test_without_quotas_none_are_judged(planned: Plan) -> None:
    """Whoever verifies without Service Quotas gets the packets alone."""
    assert compared(planned, as_planned(planned)).quota == ()
