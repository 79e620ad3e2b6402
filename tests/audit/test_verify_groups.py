"""Rules and groups beside or instead of the planned ones, and interfaces that lack a group."""

from dataclasses import replace
from typing import Any

import pytest
from lives import as_planned, by_hand, compared, interface, rule_of, with_interfaces
from sites import NOBODY, shipped, site

from gateway_rules.audit.live import Live, LiveRule
from gateway_rules.audit.verification.findings import PacketDifference
from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.planning.planner import Plan, plan

ROLES = NOBODY | {"administrators": ["10.42.0.0/24"]}
ONLY = {name: False for name in shipped().by_id if name not in ("ssh", "dns")}
SMTP = {"name": "smtp-in", "direction": "ingress", "protocol": "tcp", "ports": 25}
ADDITIONS = [SMTP | {"peers": ["0.0.0.0/0"]}]
MODIFY = "aws ec2 modify-network-interface-attribute --region eu-west-1 --network-interface-id"
UP = "pulumi up --refresh -s test"


def planned_as(groups: str = "one") -> Plan:
    """Plan SSH, DNS and mail, in one group or in three."""
    fields: dict[str, Any] = {"roles": ROLES, "services": ONLY, "additions": ADDITIONS}
    return plan(shipped(), site(security_groups=groups, **fields))


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan one group."""
    return planned_as()


def revoke(rule: LiveRule) -> str:
    """Write the command that takes a rule away by hand."""
    return (
        f"aws ec2 revoke-security-group-{rule.direction} --region eu-west-1 "
        f"--group-id {rule.group} --security-group-rule-ids {rule.id}"
    )


def with_rules(live: Live, group: str, *rules: LiveRule) -> Live:
    """Give the stack with other rules in a group."""
    return replace(live, groups={**live.groups, group: rules})


def with_more(live: Live, *rules: LiveRule) -> Live:
    """Give the stack with more rules in its one group."""
    return with_rules(live, "sg-group", *live.groups["sg-group"], *rules)


def without_port(live: Live, port: int) -> Live:
    """Give the stack without the rules of a port."""
    kept = (rule for rule in live.groups["sg-group"] if rule.from_port != port)
    return with_rules(live, "sg-group", *kept)


def told(some: tuple[PacketDifference, ...]) -> list[tuple[str, int, str, str, str]]:
    """Give whom, which port, where, why and what mends it."""
    return [(one.other_end, one.piece.from_port, one.resource, one.why, one.fix) for one in some]


# --- Rules ---------------------------------------------------------------------------------


def test_what_is_as_planned_is_clean(planned: Plan) -> None:
    """Whatever number of groups it takes."""
    for each in (planned, planned_as("attach"), planned_as("by_section")):
        assert compared(each, as_planned(each)).is_clean


@pytest.mark.parametrize(
    ("description", "ours"),
    [
        ("", False),
        ("temporary", False),
        ("see section 3", False),
        ("ssh (section 3)", True),
        ("rss-feed (section 2, resolved), and 4 more", True),
        ("smtp-in (addition)", True),
    ],
)
def test_a_rule_made_by_hand_is_taken_away_by_hand(
    planned: Plan, description: str, *, ours: bool
) -> None:
    """Pulumi removes what it made; what it did not make it does not know."""
    rule = by_hand("ingress", "tcp", 8080, "192.0.2.0/24", "sg-group")
    rule = replace(rule, description=description)
    (found,) = compared(planned, with_more(as_planned(planned), rule)).excess
    why = "nobody asks for it; sgr-hand passes tcp 8080 of 192.0.2.0/24"
    fix = UP if ours else revoke(rule)
    assert told((found,)) == [("192.0.2.0/24", 8080, "sg-group", why, fix)]


def test_a_rule_that_carries_what_is_required_is_not_taken_away_by_hand(planned: Plan) -> None:
    """SSH passes by the wide rule alone: revoking it would lock the administrators out."""
    wide = by_hand("ingress", "tcp", 22, "10.42.0.0/23", "sg-group")
    live = with_more(without_port(as_planned(planned), 22), wide)
    found = compared(planned, live)
    why = "nobody asks for it; sgr-hand passes tcp 22 of 10.42.0.0/23"
    assert told(found.excess) == [("10.42.1.0/24", 22, "sg-group", why, UP)]
    assert (found.missing, found.foreign) == ((), ())


def test_a_rule_that_another_group_plans_carries_what_that_one_has_lost() -> None:
    """Mail passes by a rule in the wrong group alone: revoking it would cut mail."""
    parted = planned_as("by_section")
    (smtp,) = parted.groups[2].rules
    astray = replace(rule_of(smtp, "sgr-hand", "sg-internal"), description="")
    live = with_rules(as_planned(parted), "sg-additions")
    found = compared(parted, with_rules(live, "sg-internal", *live.groups["sg-internal"], astray))
    assert (found.missing, found.excess) == ((), ())
    assert [(one.resource, one.fix) for one in found.foreign] == [("sgr-hand", UP)]


def test_a_rule_that_may_pass_what_is_missing_is_not_taken_away_by_hand(planned: Plan) -> None:
    """Whoever is in a prefix list, SSH may pass by it until the planned rule is back."""
    listed = by_hand("ingress", "tcp", 22, "pl-office", "sg-group")
    found = compared(planned, with_more(without_port(as_planned(planned), 22), listed))
    assert [(one.resource, one.fix) for one in (*found.missing, *found.foreign)] == [
        ("sg-group", UP),
        ("sgr-hand", UP),
    ]


def test_a_rule_for_a_list_hides_no_planned_rule_that_is_gone() -> None:
    """Two groups pass the gateways' own traffic; in one of them a list has taken its place."""
    roles = NOBODY | {"peers": ["self"]}
    only = {name: False for name in shipped().by_id if name != "greylisting"}
    parted = plan(shipped(), site(security_groups="attach", roles=roles, services=only))
    (_, kept), live = parted.groups[1].rules, as_planned(parted)
    gone, _ = live.groups["sg-internal"]
    listed = replace(gone, id="sgr-hand", source="pl-office", description="")
    live = with_rules(live, "sg-internal", listed, rule_of(kept, "sgr-kept", "sg-internal"))
    found = compared(parted, live)
    why = "the rule is not there, though others pass its packets"
    assert [(one.resource, one.why) for one in found.missing] == [("sg-internal", why)]


def test_a_wide_rule_beside_the_planned_one_is_taken_away_by_hand(planned: Plan) -> None:
    """The planned rule carries SSH, so nothing is cut with the other."""
    wide = by_hand("ingress", "tcp", 22, "10.42.0.0/23", "sg-group")
    (found,) = compared(planned, with_more(as_planned(planned), wide)).excess
    assert found.fix == revoke(wide)


def test_rules_that_together_pass_what_a_planned_one_does_are_foreign(planned: Plan) -> None:
    """No packet differs, and to revoke a half before the rule is there would cut SSH."""
    halves = [
        replace(by_hand("ingress", "tcp", 22, cidr, "sg-group"), id=f"sgr-{number}")
        for number, cidr in enumerate(("10.42.0.0/25", "10.42.0.128/25"))
    ]
    found = compared(planned, with_more(without_port(as_planned(planned), 22), *halves))
    assert (found.missing, found.excess) == ((), ())
    assert [(one.resource, one.fix) for one in found.foreign] == [(half.id, UP) for half in halves]


def test_rules_that_pass_what_a_planned_one_does_as_well_are_revoked(planned: Plan) -> None:
    """The planned rule is there, so nothing is cut with the one inside it."""
    inside = by_hand("ingress", "tcp", 22, "10.42.0.0/25", "sg-group")
    (found,) = compared(planned, with_more(as_planned(planned), inside)).foreign
    assert (found.resource, found.fix) == (inside.id, revoke(inside))


def test_a_planned_rule_that_is_gone_is_told_though_another_planned_one_passes_it() -> None:
    """When the wider one goes with its service, no update would bring the narrow one back."""
    wide = {"name": "all-tcp", "direction": "ingress", "protocol": "tcp", "ports": "20-30"}
    more = [*ADDITIONS, wide | {"peers": ["10.0.0.0/8"]}]
    planned = plan(shipped(), site(roles=ROLES, services=ONLY, additions=more))
    found = compared(planned, without_port(as_planned(planned), 22))
    why = "the rule is not there, though others pass its packets"
    assert told(found.missing) == [("10.42.0.0/24", 22, "sg-group", why, UP)]
    assert found.missing[0].services == ("ssh",)
    assert (found.excess, found.foreign) == ((), ())


def test_what_is_left_of_a_planned_rule_is_told_once(planned: Plan) -> None:
    """The half that does not pass is missing; the half that does is no second difference."""
    half = by_hand("ingress", "tcp", 22, "10.42.0.0/25", "sg-group")
    found = compared(planned, with_more(without_port(as_planned(planned), 22), half))
    assert told(found.missing) == [
        ("10.42.0.128/25", 22, "sg-group", "it is required, and no rule passes it", UP)
    ]
    assert (found.excess, found.foreign) == ((), ())


def test_counts_alone_are_no_difference(planned: Plan) -> None:
    """Every reason to exit 1 is an item; a count is none."""
    found = replace(compared(planned, as_planned(planned)), counts={"ingress rules": (3, 2)})
    assert found.is_clean


# --- Groups --------------------------------------------------------------------------------


def test_a_group_that_the_plan_does_not_have_is_foreign(planned: Plan) -> None:
    """It bears the stack's tag, so its rules count, and it goes as a whole."""
    live = as_planned(planned)
    stray = by_hand("ingress", "tcp", 22, "10.42.0.7/32", "sg-stray")
    live = replace(
        live,
        groups={**live.groups, "sg-stray": (stray,)},
        names={**live.names, "sg-stray": "gateway-rules-test-old"},
    )
    found = compared(planned, live)
    why = "gateway-rules-test-old bears the stack's tag, and the plan has no such group"
    fix = "aws ec2 delete-security-group --region eu-west-1 --group-id sg-stray"
    assert told(found.foreign) == [("10.42.0.7/32", 22, "sg-stray", why, fix)]
    assert (found.missing, found.excess, found.counts["groups"]) == ((), (), (1, 2))


def test_no_interface_is_given_a_group_that_the_plan_does_not_have(planned: Plan) -> None:
    """SSH passes by the stray alone: Pulumi brings it back, and the stray opens more."""
    live = without_port(as_planned(planned), 22)
    stray = by_hand("ingress", "tcp", 22, "0.0.0.0/0", "sg-stray")
    live = replace(
        with_rules(live, "sg-stray", stray), names={**live.names, "sg-stray": "gateway-rules-old"}
    )
    found = compared(planned, with_interfaces(live, interface("eni-1", "sg-group")))
    why = "it is required, and eni-1 lacks the group that passes it"
    assert told(found.missing) == [("10.42.0.0/24", 22, "sg-group", why, UP)]
    bare = compared(planned, with_interfaces(live, interface("eni-1", "sg-stray")))
    fixes = {one.fix for one in bare.missing if one.piece.from_port == 53}
    assert fixes == {f"{MODIFY} eni-1 --groups sg-group sg-stray"}


def test_an_empty_group_is_foreign_as_well(planned: Plan) -> None:
    """It passes nothing, and stands for all that may be put into it."""
    live = as_planned(planned)
    names = {**live.names, "sg-stray": "old"}
    found = compared(planned, replace(live, groups={**live.groups, "sg-stray": ()}, names=names))
    assert [(one.resource, one.piece.protocol) for one in found.foreign] == [("sg-stray", "-1")]


def test_a_group_that_is_not_there_is_missing_though_others_pass_its_packets() -> None:
    """While groups are parted, the first still holds every rule."""
    parted = planned_as("attach")
    live = as_planned(parted)
    groups = {id_: rules for id_, rules in live.groups.items() if id_ != "sg-additions"}
    found = compared(parted, replace(live, groups=groups))
    assert told(found.missing) == [
        (
            "0.0.0.0/0",
            25,
            "no group named gateway-rules-test-additions",
            "the group is not there, though others pass its packets",
            UP,
        )
    ]
    assert found.missing[0].services == ("smtp-in",)


def test_a_group_that_is_not_there_and_whose_packets_do_not_pass_is_told_by_these() -> None:
    """Once is enough."""
    parted = planned_as("by_section")
    live = as_planned(parted)
    groups = {id_: rules for id_, rules in live.groups.items() if id_ != "sg-additions"}
    found = compared(parted, replace(live, groups=groups))
    assert [(one.resource, one.why) for one in found.missing] == [
        ("sg-group, sg-internal", "it is required, and no rule passes it")
    ]


def test_an_interface_that_lacks_one_of_the_groups_lacks_its_packets() -> None:
    """All three together pass everything, and one gateway carries two."""
    parted = planned_as("by_section")
    full = interface("eni-1", "sg-group", "sg-internal", "sg-additions")
    live = with_interfaces(as_planned(parted), full, interface("eni-2", "sg-group", "sg-internal"))
    found = compared(parted, live)
    assert told(found.missing) == [
        (
            "0.0.0.0/0",
            25,
            "sg-group, sg-internal",
            "it is required, and eni-2 lacks the group that passes it",
            f"{MODIFY} eni-2 --groups sg-additions sg-group sg-internal",
        )
    ]
    assert (found.excess, found.foreign) == ((), ())


def test_a_rule_on_which_an_interface_leans_goes_after_the_group_is_attached() -> None:
    """One gateway lacks the group for mail, and takes it in by a rule that opens too much."""
    parted, wide = planned_as("by_section"), by_hand("ingress", "-1", 0, "0.0.0.0/0", "sg-group")
    live = as_planned(parted)
    live = with_rules(live, "sg-group", *live.groups["sg-group"], wide)
    full = interface("eni-1", "sg-group", "sg-internal", "sg-additions")
    found = compared(parted, with_interfaces(live, full, interface("eni-2", "sg-group")))
    attach = f"{MODIFY} eni-2 --groups sg-additions sg-group sg-internal"
    assert (found.missing, {one.fix for one in found.excess}) == ((), {attach})
    found = compared(parted, with_interfaces(live, full))
    assert {one.fix for one in found.excess} == {revoke(wide)}


def test_groups_that_are_yet_to_be_attached_are_told_one_by_one() -> None:
    """With `attach` the first group passes everything, and the others wait for interfaces."""
    parted = planned_as("attach")
    found = compared(parted, with_interfaces(as_planned(parted), interface("eni-1", "sg-group")))
    assert found.missing == ()
    assert [(one.resource, one.services) for one in found.foreign] == [
        ("sg-internal", ("ssh",)),
        ("sg-additions", ("smtp-in",)),
    ]


def test_ipv6_is_compared_as_exactly_as_ipv4() -> None:
    """One address of 2^128 too many is found."""
    at = site(roles=ROLES | {"administrators": ["2001:db8::/64"]}, services=ONLY)
    planned = plan(shipped(), at)
    live = as_planned(planned)
    (ssh,) = (r for r in planned.groups[0].rules if r.from_port == 22)
    wide = rule_of(replace(ssh, peer=parse_prefix("2001:db8::/63")), "sgr-wide", "sg-group")
    found = compared(planned, with_more(without_port(live, 22), wide))
    assert [str(one.piece.peer) for one in found.excess] == ["2001:db8:0:1::/64"]
    assert found.excess[0].sample == ("2001:db8:0:1::", 22)
