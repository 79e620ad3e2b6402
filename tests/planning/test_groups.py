"""One security group, or one a section where the site asks for it, without a rule that moves."""

from __future__ import annotations

from typing import Any

import pytest
from sites import EVERYBODY, FEW, NOBODY, shipped, site

from gateway_rules.errors import Impossible, Problem
from gateway_rules.packets import sets
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.security_group import Rule

MAIL = {
    "name": "smtp-in",
    "direction": "ingress",
    "protocol": "tcp",
    "ports": 25,
    "peers": ["0.0.0.0/0"],
}
EVERYONE: dict[str, Any] = {**FEW, "additions": [MAIL]}


def origin(planned: Plan, rule: Rule) -> str:
    """Give the section of a rule's first service, or that it is an addition."""
    row = planned.catalogue.by_id.get(rule.services[0])
    return row.section if row else "addition"


def test_one_group_holds_everything_unless_the_site_asks() -> None:
    """A group more works only once it is attached, so nobody gets one unasked."""
    assert [group.key for group in plan(shipped(), site(**FEW)).groups] == ["group"]


def test_groups_by_section_hold_the_flows_of_one_group_and_no_rule_twice() -> None:
    """External rows stay where they were, internal rows and additions have groups of their own."""
    one = plan(shipped(), site(**EVERYONE))
    parted = plan(shipped(), site(**EVERYONE, security_groups="by_section"))
    names = [group.name for group in parted.groups]
    assert names == [f"gateway-rules-test{part}" for part in ("", "-internal", "-additions")]
    rules = [rule for group in parted.groups for rule in group.rules]
    assert len({rule.name for rule in rules}) == len(rules)
    assert sets.passed(rules) == sets.passed(one.groups[0].rules)
    origins = [{origin(parted, rule) for rule in group.rules} for group in parted.groups]
    assert origins == [{"2"}, {"3"}, {"addition"}]


def test_attaching_adds_groups_and_leaves_the_first_as_it_is() -> None:
    """While the new groups are not on the interfaces yet, no packet depends on them."""
    one = plan(shipped(), site(**EVERYONE))
    attaching = plan(shipped(), site(**EVERYONE, security_groups="attach"))
    parted = plan(shipped(), site(**EVERYONE, security_groups="by_section"))
    assert attaching.groups[0] == one.groups[0]
    assert attaching.groups[1:] == parted.groups[1:]


def test_another_prefix_moves_no_rule_between_groups() -> None:
    """Adding to a role touches the group of its section alone."""
    wider = {**EVERYBODY, "administrators": [*EVERYBODY["administrators"], "10.99.0.0/24"]}
    before, after = (
        plan(shipped(), site(**{**EVERYONE, "roles": roles}, security_groups="by_section")).groups
        for roles in (EVERYBODY, wider)
    )
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True]
    assert {rule.name for rule in before[1].rules} < {rule.name for rule in after[1].rules}


def test_more_groups_than_an_interface_holds_are_refused() -> None:
    """The numbers and the ways out are told."""
    quotas = {"security_groups_per_interface": 2}
    with pytest.raises(Impossible) as refused:
        plan(shipped(), site(security_groups="attach", quotas=quotas, roles=NOBODY))
    (found,) = refused.value.problems
    assert found == Problem(
        ("quotas", "security_groups_per_interface"),
        "groups-quota",
        "3 groups are asked for and an interface holds 2",
        "ask AWS to raise the quota and write it here, or ask for fewer groups",
    )
