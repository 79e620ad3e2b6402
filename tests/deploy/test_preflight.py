"""What preflight tells of an update, on an AWS that is as strict as the real one."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import lives
import pytest
from cloud import Deployed, aws, deploy, move, permission, surroundings, tagged
from rich.console import Console
from sites import NOBODY, addition, placed, shipped, site
from typed import typist
from written import STACK, project

from gateway_rules.audit import live
from gateway_rules.audit.live import STACK_TAG, Live
from gateway_rules.audit.live_quotas import LiveQuotas
from gateway_rules.audit.verification.fixes import Endpoints
from gateway_rules.deploy.preflight.calls import Calls, calls
from gateway_rules.deploy.preflight.changes import AclReplacement, GroupChange
from gateway_rules.deploy.preflight.checks import Preflight, run_preflight
from gateway_rules.deploy.preflight.rules import crowded, rooms
from gateway_rules.packets.prefixes import ANYWHERE, parse_prefix
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.security_group import Rule
from gateway_rules.planning.stack_plan import StackPlan
from gateway_rules.views.preflight_text import print_preflight

QUOTAS = LiveQuotas(from_defaults=False)
ONLY_SSH_AND_DNS = {name: False for name in shipped().by_id if name not in {"ssh", "dns"}}
SMALL: dict[str, Any] = {
    "roles": NOBODY | {"administrators": ["10.42.0.0/24"]},
    "services": ONLY_SSH_AND_DNS,
}
ASK = (
    "raise the quota: aws service-quotas request-service-quota-increase --region eu-west-1 "
    "--service-code vpc --quota-code"
)
TAKE_OVER = "write gateway-rules:take_over: true into stacks/Pulumi.test.yaml if that is meant"
SPLIT = "or make two pull requests; the first takes out only these, and nothing is cut:"
SMALLER = "or merge prefixes, or leave services out, or part the rules by section (security_groups)"
OWN_SUBNET = "or move what is no gateway to a subnet of its own"


def planned(**fields: Any) -> Plan:
    """Plan a small site, but for the fields given."""
    return plan(shipped(), site(**SMALL | fields))


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Give one AWS to all tests of this module; each has a VPC of its own."""
    with aws() as ec2:
        yield ec2


@pytest.fixture
def built(client: Any) -> Deployed:
    """Build the small site."""
    return deploy(planned(), client)


def read(stack: StackPlan, client: Any) -> Live:
    """Read what AWS has for a stack."""
    return live.read_live(stack.plan.site, stack.location, client)


def checked(made: StackPlan, client: Any, quotas: LiveQuotas = QUOTAS) -> Preflight:
    """Check a stack against what AWS has."""
    return run_preflight(made, read(made, client), quotas)


def told(found: Preflight) -> list[tuple[str, str, list[str]]]:
    """Give each obstacle with its ways out."""
    return [(each.kind, each.what, list(each.ways)) for each in found.obstacles]


def printed(found: Preflight, width: int = 80) -> str:
    """Give what a user reads."""
    console = Console(width=width, highlight=False, file=io.StringIO())
    print_preflight(found, console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


# --- Nothing in the way ------------------------------------------------------------------------


def test_a_first_update_makes_everything(client: Any) -> None:
    """Group, a call a rule, a call an entry, and every subnet moved."""
    place = surroundings(client, *map(str, planned().site.networks))
    found = checked(placed(planned(), vpc=place.vpc), client)
    assert (found.is_clear, printed(found)) == (
        True,
        (
            "Clear: test can be deployed\n"
            "\n"
            "Rules\n"
            "\n"
            "  Group                               Before   Between   After   Quota\n"
            " ──────────────────────────────────────────────────────────────────────\n"
            "  gateway-rules-test   egress ipv4         0         1       1      60\n"
            "  gateway-rules-test   ingress ipv4        0         1       1      60\n"
            "\n"
            "Network ACL: a new one with 4 entries takes 2 subnets.\n"
            "Calls that change something: 12\n"
            "     1  AuthorizeSecurityGroupEgress\n"
            "     1  AuthorizeSecurityGroupIngress\n"
            "     1  CreateNetworkAcl\n"
            "     4  CreateNetworkAclEntry\n"
            "     1  CreateSecurityGroup\n"
            "     2  ReplaceNetworkAclAssociation\n"
            "     2  RevokeSecurityGroupEgress\n"
            "AWS takes 50 of a name at once and 5 a second after that: nothing to wait.\n"
        ),
    )


def test_a_stack_that_is_there_needs_nothing(client: Any) -> None:
    """Where AWS has what the files ask for, descriptions apart, no call is made."""
    made = planned()
    bare = tuple(
        replace(group, rules=tuple(replace(rule, description="") for rule in group.rules))
        for group in made.groups
    )
    built = deploy(replace(made, groups=bare), client)
    found = checked(built.stack, client)
    assert (found.is_clear, found.calls.by_name) == (True, {})
    assert printed(found).splitlines()[-2:] == [
        "Network ACL: stays as it is.",
        "Calls: none, there is nothing to change.",
    ]


def test_a_change_makes_before_it_removes(built: Deployed) -> None:
    """A rule comes and one goes; the ACL is replaced; descriptions change in place."""
    other = planned(roles=NOBODY | {"administrators": ["10.43.0.0/24"]})
    (dns,) = (rule for rule in other.groups[0].rules if rule.direction == "egress")
    built.client.update_security_group_rule_descriptions_egress(
        GroupId=built.group,
        IpPermissions=[permission(replace(dns, description="dns (section 1)"), built.group)],
    )
    found = checked(placed(other, vpc=built.place.vpc), built.client)
    assert found.as_json() == {
        "stack": "test",
        "obstacles": [],
        "rules": [
            room("egress", 1, 1, 1),
            room("ingress", 1, 2, 1),
        ],
        "network_acl": {"replaced": True, "moved": sorted(built.place.subnets)},
        "calls": {
            "AuthorizeSecurityGroupIngress": 1,
            "CreateNetworkAcl": 1,
            "CreateNetworkAclEntry": 4,
            "DeleteNetworkAcl": 1,
            "ModifySecurityGroupRules": 1,
            "ReplaceNetworkAclAssociation": 2,
            "RevokeSecurityGroupIngress": 1,
        },
        "throttled_seconds": 0,
        "quotas": {
            "rules_per_security_group": 60,
            "security_groups_per_interface": 5,
            "entries_per_network_acl": 20,
            "network_acls_per_vpc": 200,
            "from_defaults": False,
        },
    }
    assert printed(found).splitlines()[-1] == (
        "If an update was cut off before: gateway-rules repair test comes first."
    )


def room(direction: str, before: int, between: int, after: int, quota: int = 60) -> dict[str, Any]:
    """Write the counts of a direction of IPv4 as the JSON has them."""
    return {
        "group": "gateway-rules-test",
        "direction": direction,
        "family": "ipv4",
        "before": before,
        "between": between,
        "after": after,
        "quota": quota,
    }


def test_a_subnet_more_is_moved_alone(built: Deployed) -> None:
    """An ACL that stays takes the subnet that it does not guard yet."""
    (first, _) = built.place.subnets
    (default,) = (acl.id for acl in read(built.stack, built.client).acls if acl.default)
    move(built.client, first, default)
    found = checked(built.stack, built.client)
    assert found.calls.by_name == {"ReplaceNetworkAclAssociation": 1}
    assert "Network ACL: stays, and takes 1 subnet." in printed(found).splitlines()


def test_a_prefix_is_the_same_however_it_is_written(client: Any) -> None:
    """IPv4 within IPv6 has a form of its own here, and AWS writes it as any other."""
    mapped = [addition(name="mapped", protocol="tcp", ports=1, peers=["::ffff:10.0.0.0/104"])]
    built = deploy(planned(additions=mapped), client)
    found = read(built.stack, client)
    assert "::ffff:a00:0/104" in {rule.source for rule in found.rules}
    assert checked(built.stack, client).calls.by_name == {}


def test_subnets_that_were_all_moved_away_come_back_to_the_acl_that_is_there(
    built: Deployed,
) -> None:
    """The stack's ACL guards nothing, and is still the one that Pulumi has."""
    (default,) = (acl.id for acl in read(built.stack, built.client).acls if acl.default)
    for subnet in built.place.subnets:
        move(built.client, subnet, default)
    found = checked(built.stack, built.client)
    assert found.calls == Calls({"ReplaceNetworkAclAssociation": 2}, {})
    assert "Network ACL: stays, and takes 2 subnets." in printed(found).splitlines()


def test_a_second_acl_of_the_stack_goes(built: Deployed) -> None:
    """An update that was cut off may leave two: the one that is right takes all the subnets."""
    tags = tagged("network-acl", **{STACK_TAG: "test"})
    made = built.client.create_network_acl(VpcId=built.place.vpc, TagSpecifications=tags)
    move(built.client, built.place.subnets[0], made["NetworkAcl"]["NetworkAclId"])
    found = checked(built.stack, built.client)
    assert found.calls == Calls({"ReplaceNetworkAclAssociation": 1}, {"DeleteNetworkAcl": 1})


def test_defaults_that_stand_in_are_named(built: Deployed) -> None:
    """Where Service Quotas did not answer, nobody takes AWS's defaults for the account's own."""
    found = checked(built.stack, built.client, LiveQuotas())
    line = "Quotas: AWS did not tell all of them, and its defaults stand in their place."
    assert line in printed(found).splitlines()


# --- Rules -------------------------------------------------------------------------------------


def more(ports: list[int], peer: str = "10.50.0.0/24") -> list[Any]:
    """Give an addition of some ports."""
    return [addition(name="more", protocol="tcp", ports=ports, peers=[peer])]


def between(client: Any, old: list[Any], new: list[Any], limit: int) -> Preflight:
    """Build a site with some additions, and check it with others in an account of few rules."""
    built = deploy(planned(additions=old), client)
    other = placed(planned(additions=new), vpc=built.place.vpc)
    return checked(other, client, replace(QUOTAS, rules_per_security_group=limit))


def test_rules_that_share_nothing_can_go_first(client: Any) -> None:
    """Old and new do not fit together; what goes is no longer required, and may go alone."""
    assert told(between(client, more([514, 601]), more([6514, 6516]), 4)) == [
        (
            "rules-between",
            (
                "gateway-rules-test: egress ipv4 holds 5 rules once the new ones are made and "
                "before "
                "the old ones go, and this account may have 4"
            ),
            [
                f"{ASK} L-0EA8095F --desired-value 5",
                SPLIT,
                "  egress tcp 514 10.50.0.0/24 (more (addition))",
                "  egress tcp 601 10.50.0.0/24 (more (addition))",
                "the second brings the rest, with 3 rules at most",
            ],
        )
    ]


def test_a_rule_that_is_replaced_stays_until_the_other_is_made(client: Any) -> None:
    """Of two that go, the one that a wider one takes in is not for the first pull request."""
    own = addition(name="own", protocol="tcp", ports=1, peers=["self"])
    old = [*more([514], "10.50.0.0/25"), own]
    (obstacle,) = between(client, old, more([514]), 3).obstacles
    assert obstacle.ways[1:] == (
        SPLIT,
        "  egress tcp 1 self (own (addition))",
        "the second brings the rest, with 3 rules at most",
    )


def test_the_gateways_themselves_are_in_their_networks(client: Any) -> None:
    """Between `self` and the subnets that take its place, the gateways would be cut off."""
    own = addition(name="own", protocol="tcp", ports=1, peers=["self"])
    near = addition(name="own", protocol="tcp", ports=1, peers=["10.42.8.0/24"])
    for old, new in ((own, near), (near, own)):
        (obstacle,) = between(client, [*more([514]), old], [*more([514]), new], 3).obstacles
        assert obstacle.ways[1:] == (
            (
                "two pull requests do not help: of the 1 rules that go, 1 pass what stays "
                "required, so they must stay until those in their place are made: 4 rules"
            ),
        )


def test_a_rule_that_another_group_takes_over_stays_until_it_is_made() -> None:
    """An addition becomes a row of the document, which is in another group."""
    full, taken = group(60), Rule("egress", "tcp", 443, 443, ANYWHERE, ("x",))
    gone = lives.rule_of(taken, "sgr-1", "sg-1")
    other = GroupChange("h", "sg-2", (), (taken,), (), ())
    (held, _) = rooms([replace(full, go=(gone,)), other], QUOTAS)
    (obstacle,) = crowded(planned().site, held, QUOTAS)
    assert obstacle.ways[-1].startswith("two pull requests do not help: of the 1 rules that go, 1")


def test_where_all_must_stay_two_pull_requests_do_not_help(client: Any) -> None:
    """A middle step cannot keep both, and it is said."""
    old, new = more([514, 601], "10.50.0.0/25"), more([514, 601])
    (obstacle,) = between(client, old, new, 4).obstacles
    assert obstacle.ways == (
        f"{ASK} L-0EA8095F --desired-value 5",
        (
            "two pull requests do not help: of the 2 rules that go, 2 pass what stays required, so "
            "they must stay until those in their place are made: 5 rules"
        ),
    )


def test_rules_that_never_fit_are_told_once(client: Any) -> None:
    """More than the account may have is more than it may have at any time."""
    assert told(between(client, [], more([514, 601]), 2)) == [
        (
            "rules",
            "gateway-rules-test: egress ipv4 needs 3 rules, and this account may have 2",
            [
                f"{ASK} L-0EA8095F --desired-value 3",
                SMALLER,
            ],
        )
    ]


def test_the_product_of_two_quotas_is_held(client: Any) -> None:
    """Who has many groups on an interface cannot have many rules in each."""
    wide = planned(
        additions=more([*range(1, 141, 2)]),
        quotas={"rules_per_security_group": 100, "entries_per_network_acl": 20},
    )
    place = surroundings(client, *map(str, wide.site.networks))
    quotas = replace(QUOTAS, security_groups_per_interface=16)
    (obstacle,) = checked(placed(wide, vpc=place.vpc), client, quotas).obstacles
    assert obstacle.ways == (
        (
            "AWS holds rules times groups per interface to 1,000: with 71 rules an interface "
            "may have "
            "14 groups, so ask for that first"
        ),
        f"{ASK} L-0EA8095F --desired-value 71",
        SMALLER,
    )


# --- Room --------------------------------------------------------------------------------------


def test_entries_count_with_the_default_deny(built: Deployed) -> None:
    """An account that was never raised cannot take a plan for one that was."""
    found = checked(built.stack, built.client, replace(QUOTAS, entries_per_network_acl=2))
    assert told(found) == [
        (
            "entries",
            (
                f"network ACL: {direction} ipv4 needs 3 entries with the default deny, and this "
                "account may have 2"
            ),
            [
                f"{ASK} L-2AEEBF1A --desired-value 3",
                "or write entries_per_network_acl: 2 under gateway-rules:quotas",
            ],
        )
        for direction in ("egress", "ingress")
    ]


def interface(subnet: str, *groups: str, in_use: bool = True) -> live.Interface:
    """Give an interface."""
    return live.Interface("eni-1", subnet, groups, "", "", in_use)


def with_interface(built: Deployed, one: live.Interface) -> Live:
    """Put an interface among what AWS has."""
    return replace(read(built.stack, built.client), interfaces=(one,))


def test_groups_of_others_count_on_the_interface(built: Deployed) -> None:
    """An interface that is full with the stack's groups and others is named."""
    others = [f"sg-{number}" for number in range(5)]
    full = with_interface(built, interface(built.place.subnets[0], built.group, *others))
    assert told(run_preflight(built.stack, full, QUOTAS)) == [
        (
            "groups",
            (
                "eni-1 would carry 6 groups with all of the stack's, and this account may have "
                "5 on "
                "an interface"
            ),
            [f"{ASK} L-2AFB9258 --desired-value 6", "or take other groups off it"],
        )
    ]


def test_a_quota_of_no_rules_leaves_room_for_as_many_groups_as_ever(built: Deployed) -> None:
    """Nothing is divided by nothing."""
    none = replace(QUOTAS, rules_per_security_group=0)
    assert {kind for kind, _, _ in told(checked(built.stack, built.client, none))} == {"rules"}


def test_a_quota_is_raised_no_further_than_aws_does(built: Deployed) -> None:
    """Sixteen groups are all that an interface can have."""
    others = [f"sg-{number}" for number in range(16)]
    full = with_interface(built, interface(built.place.subnets[0], built.group, *others))
    (obstacle,) = run_preflight(built.stack, full, QUOTAS).obstacles
    assert obstacle.ways == (
        "AWS raises this quota to 16 at most",
        "or take other groups off it",
    )


def test_groups_of_the_stack_alone_can_be_too_many(client: Any) -> None:
    """Three groups do not go onto an interface that holds two, attached or not."""
    parted = planned(security_groups="by_section")
    place = surroundings(client, *map(str, parted.site.networks))
    quotas = replace(QUOTAS, security_groups_per_interface=2)
    assert told(checked(placed(parted, vpc=place.vpc), client, quotas)) == [
        (
            "groups",
            "the stack has 3 groups, and an interface may carry 2",
            [
                f"{ASK} L-2AFB9258 --desired-value 3",
                "or ask for fewer (security_groups)",
            ],
        )
    ]


def test_a_new_acl_needs_room_beside_the_old(built: Deployed) -> None:
    """A VPC that is full of ACLs is told of one that could go; one that changes nothing is not."""
    idle = built.client.create_network_acl(VpcId=built.place.vpc)["NetworkAcl"]["NetworkAclId"]
    quotas = replace(QUOTAS, network_acls_per_vpc=3)
    assert told(checked(built.stack, built.client, quotas)) == []
    other = placed(planned(additions=more([514])), vpc=built.place.vpc)
    assert told(checked(other, built.client, quotas)) == [
        (
            "acls",
            (
                f"{built.place.vpc} has 3 network ACLs, this account may have 3, and the new one "
                "is "
                "made before the old one goes"
            ),
            [
                f"{ASK} L-B4A6D682 --desired-value 4",
                f"or delete one that guards no subnet: {idle}",
            ],
        )
    ]


def test_no_quota_lets_a_group_hold_more_than_a_thousand() -> None:
    """Where rules times groups may be a thousand, more is not to be had for one group alone."""
    (held,) = rooms([group(1001)], QUOTAS)
    (obstacle,) = crowded(planned().site, held, QUOTAS)
    assert obstacle.ways[0] == "AWS lets no group hold more than 1,000 rules"


def by_hand(built: Deployed, **source: Any) -> str:
    """Put a rule into the stack's group as somebody does in the console."""
    given = {"IpProtocol": "tcp", "FromPort": 9, "ToPort": 9, **source}
    call = built.client.authorize_security_group_egress
    made = call(GroupId=built.group, IpPermissions=[given])
    return str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])


def test_a_rule_made_by_hand_stays_and_takes_room(client: Any) -> None:
    """Pulumi knows nothing of it, so no pull request takes it out, and no call revokes it."""
    built = deploy(planned(additions=more([514])), client)
    made = by_hand(built, IpRanges=[{"CidrIp": "192.0.2.1/32"}])
    other = placed(planned(additions=more([6514])), vpc=built.place.vpc)
    found = checked(other, client, replace(QUOTAS, rules_per_security_group=3))
    hand = "or take out what was made by hand, which Pulumi never does"
    assert (told(found), found.rooms[0].as_json(), found.calls.then) == (
        [
            (
                "rules-between",
                (
                    "gateway-rules-test: egress ipv4 holds 4 rules once the new ones are made and "
                    "before the old ones go, and this account may have 3"
                ),
                [
                    f"{ASK} L-0EA8095F --desired-value 4",
                    f"{hand} (gateway-rules verify test says how): {made}",
                    SPLIT,
                    "  egress tcp 514 10.50.0.0/24 (more (addition))",
                    "the second brings the rest, with 3 rules at most",
                ],
            )
        ],
        room("egress", 3, 4, 3, 3),
        {"DeleteNetworkAcl": 1, "RevokeSecurityGroupEgress": 1},
    )


def test_a_prefix_list_is_said_to_count_for_more(built: Deployed) -> None:
    """How much room a list takes is its maximum, which a rule does not tell."""
    made = built.client.create_managed_prefix_list(
        PrefixListName="some", MaxEntries=20, AddressFamily="IPv4"
    )
    name = made["PrefixList"]["PrefixListId"]
    by_hand(built, PrefixListIds=[{"PrefixListId": name}])
    said = printed(checked(built.stack, built.client), 200).splitlines()
    assert f"Prefix lists count as one rule here, in AWS as many as they may hold: {name}." in said


def test_groups_that_go_take_no_room_on_an_interface(built: Deployed) -> None:
    """An interface is asked to carry what is planned and what is others', no more."""
    old = {f"sg-old-{number}": () for number in range(2)}
    others = [f"sg-{number}" for number in range(4)]
    full = with_interface(built, interface(built.place.subnets[0], built.group, *others))
    names = {**full.names, **{name: name for name in old}}
    found = run_preflight(
        built.stack, replace(full, groups={**full.groups, **old}, names=names), QUOTAS
    )
    assert "groups" not in {obstacle.kind for obstacle in found.obstacles}


def test_many_rules_leave_room_for_few_groups(built: Deployed) -> None:
    """Where a group may hold two hundred rules, an interface carries five and no more."""
    others = [f"sg-{number}" for number in range(5)]
    full = with_interface(built, interface(built.place.subnets[0], built.group, *others))
    (obstacle,) = run_preflight(
        built.stack, full, replace(QUOTAS, rules_per_security_group=200)
    ).obstacles
    assert obstacle.ways[0] == "AWS raises this quota to 5 at most"


def test_a_group_that_goes_must_be_free_to_go(client: Any) -> None:
    """What is protected or carried is told before the engine waits a quarter of an hour for it."""
    built = deploy(planned(protect=False), client)
    named = tagged("security-group", **{STACK_TAG: "test"})
    made = client.create_security_group(
        GroupName="gateway-rules-test-internal",
        Description="mail",
        VpcId=built.place.vpc,
        TagSpecifications=named,
    )
    left = made["GroupId"]
    found = checked(built.stack, client)
    assert (told(found), found.calls.by_name) == (
        [],
        {
            "DeleteSecurityGroup": 1,
            "RevokeSecurityGroupEgress": 1,
        },
    )
    bearer = interface(built.place.subnets[0], built.group, left)
    kept = replace(built.plan, site=built.plan.site.model_copy(update={"protect": True}))
    assert told(run_preflight(placed(kept), with_interface(built, bearer), QUOTAS)) == [
        (
            "protected-group",
            (
                "gateway-rules-test-internal is to go, and Pulumi deletes no group that its state "
                "protects"
            ),
            [
                "deploy gateway-rules:protect: false while the group is still planned, then this",
            ],
        ),
        (
            "group-in-use",
            "gateway-rules-test-internal is to go, and eni-1 carries it: AWS refuses",
            [
                (
                    "aws ec2 modify-network-interface-attribute --region eu-west-1 "
                    f"--network-interface-id eni-1 --groups {built.group}"
                ),
            ],
        ),
    ]


def test_groups_that_go_are_taken_off_at_once_and_never_before_others_pass_the_same() -> None:
    """Back from three groups to one without `attach`: the first has none of their rules yet."""
    fields: dict[str, Any] = {"additions": more([514]), "protect": False}
    parted, one = planned(security_groups="by_section", **fields), planned(**fields)
    full = lives.interface("eni-1", "sg-group", "sg-internal", "sg-additions")
    alone = lives.interface("eni-2", "sg-internal")
    had = lives.with_interfaces(lives.as_planned(parted), full, alone)
    first = "first deploy gateway-rules:security_groups: attach, as {} needs rules of it that no "
    waits = [f"{first.format(eni)}other group has yet" for eni in ("eni-1", "eni-2")]
    assert [ways for _, _, ways in told(run_preflight(placed(one), had, QUOTAS))] == [
        waits[:1],
        waits,
    ]
    rules = {**had.groups, "sg-group": lives.as_planned(one).groups["sg-group"]}
    free = [
        "aws ec2 modify-network-interface-attribute --region eu-west-1 "
        f"--network-interface-id {eni} --groups sg-group"
        for eni in ("eni-1", "eni-2")
    ]
    ways = [
        ways for _, _, ways in told(run_preflight(placed(one), replace(had, groups=rules), QUOTAS))
    ]
    assert ways == [free[:1], free]


def test_commands_are_aimed_at_the_aws_that_was_asked(built: Deployed) -> None:
    """Those for a configured endpoint name it, and those for AWS's own stay what they are."""
    others = [f"sg-{number}" for number in range(5)]
    full = with_interface(built, interface(built.place.subnets[0], built.group, *others))
    found = run_preflight(built.stack, full, QUOTAS)
    local = "aws --endpoint-url http://127.0.0.1:4566 service-quotas"
    ((_, _, there),) = told(found.aimed({"ec2": "http://127.0.0.1:4566"}))
    ((_, _, here),) = told(found.aimed({"service-quotas": "http://127.0.0.1:4566"}))
    assert (there, here) == (
        told(found)[0][2],
        [way.replace("aws service-quotas", local) for way in there],
    )
    assert local in here[0]


# --- Taking over -------------------------------------------------------------------------------


def test_a_subnet_under_anothers_acl_is_not_taken(built: Deployed) -> None:
    """Somebody else's ACL stays until it is said that it may go; the default one may always."""
    first = built.place.subnets[0]
    made = built.client.create_network_acl(
        VpcId=built.place.vpc, TagSpecifications=tagged("network-acl", **{STACK_TAG: "other"})
    )
    other = made["NetworkAcl"]["NetworkAclId"]
    move(built.client, first, other)
    assert told(checked(built.stack, built.client)) == [
        (
            "other-acl",
            f"{first} is under {other}, which is not this stack's; the update would take it over",
            [TAKE_OVER, "or name subnets of the gateways' own"],
        )
    ]
    willing = placed(built.plan, vpc=built.place.vpc, take_over=True)
    assert checked(willing, built.client).is_clear


def test_subnets_must_be_as_the_file_says(client: Any) -> None:
    """A preview refuses them otherwise, so an update cannot be clear."""
    built = deploy(planned(), client)
    marks = tagged("subnet", Tier="gateway")
    new = {"CidrBlock": "10.42.9.0/26", "TagSpecifications": marks}
    made = client.create_subnet(VpcId=built.place.vpc, **new)["Subnet"]["SubnetId"]
    three = "10.42.8.0/26, 10.42.8.64/26, 10.42.9.0/26"
    assert told(checked(built.stack, client)) == [
        (
            "networks",
            f"the subnets are {three}, which gateway-rules:networks does not say",
            [f"write gateway-rules:networks: [{three}]"],
        )
    ]
    named = placed(built.plan, vpc=built.place.vpc, subnets=[*built.place.subnets, made])
    client.delete_subnet(SubnetId=made)
    assert told(checked(named, client)) == [
        (
            "subnets",
            f"{made} is no subnet of {built.place.vpc}",
            ["write the ids of the VPC's subnets"],
        )
    ]


def test_what_is_in_use_is_not_cut_off_unasked(client: Any) -> None:
    """Before the first update, whatever is in the subnets is somebody's; unless it is in no use."""
    made = planned()
    place = surroundings(client, *map(str, made.site.networks))
    bare = placed(made, vpc=place.vpc)
    before = read(bare, client)
    used = replace(before, interfaces=(interface(place.subnets[1], "sg-1"),))
    assert told(run_preflight(bare, used, QUOTAS)) == [
        (
            "other-interfaces",
            (
                f"{place.subnets[1]} holds eni-1 without a group of this stack; the network ACL "
                "would "
                "cut off whatever it does besides"
            ),
            [TAKE_OVER, OWN_SUBNET],
        )
    ]
    unused = replace(before, interfaces=(interface(place.subnets[1], in_use=False),))
    assert run_preflight(bare, unused, QUOTAS).is_clear
    willing = placed(made, vpc=place.vpc, take_over=True)
    assert run_preflight(willing, used, QUOTAS).is_clear


def test_a_gateway_without_its_group_is_to_be_given_it(built: Deployed) -> None:
    """Where the group is made and the subnet not taken yet, the group is named."""
    (first, _) = built.place.subnets
    (default,) = (acl.id for acl in read(built.stack, built.client).acls if acl.default)
    move(built.client, first, default)
    (obstacle,) = run_preflight(
        built.stack, with_interface(built, interface(first, "sg-1")), QUOTAS
    ).obstacles
    assert obstacle.ways == (TAKE_OVER, f"or attach {built.group} to it first", OWN_SUBNET)
    ready = with_interface(built, interface(first, "sg-1", built.group))
    assert run_preflight(built.stack, ready, QUOTAS).is_clear


def test_a_subnet_of_the_stacks_own_is_not_asked_about(built: Deployed) -> None:
    """What lives with the stack's ACL already is no matter of this update."""
    beside = with_interface(built, interface(built.place.subnets[0], "sg-1"))
    assert run_preflight(built.stack, beside, QUOTAS).is_clear


def test_obstacles_come_first_and_are_counted(built: Deployed) -> None:
    """At three in the morning the first line says whether to go on."""
    found = checked(built.stack, built.client, replace(QUOTAS, entries_per_network_acl=2))
    assert printed(found).splitlines()[:6] == [
        "Not clear: 2 things stand in the way",
        "",
        "entries  network ACL: egress ipv4 needs 3 entries with the default deny, and",
        "this account may have 2",
        f"  {ASK} L-2AEEBF1A --desired-value 3",
        "  or write entries_per_network_acl: 2 under gateway-rules:quotas",
    ]


# --- Calls -------------------------------------------------------------------------------------


def group(count: int) -> GroupChange:
    """Give a group that is there and gets some rules."""
    peers = (parse_prefix(f"10.{number // 256}.{number % 256}.0/24") for number in range(count))
    rules = tuple(Rule("egress", "tcp", 80, 80, peer, ("x",)) for peer in peers)
    return GroupChange("g", "sg-1", (), rules, (), ())


@pytest.mark.parametrize(("count", "seconds"), [(1, 0), (50, 0), (51, 0.2), (250, 40)])
def test_a_bucket_empties_and_refills(count: int, seconds: float) -> None:
    """Fifty calls of a name go at once, five a second after that."""
    found = calls([group(count)], AclReplacement((), frozenset(), ()))
    assert found.by_name == {"AuthorizeSecurityGroupEgress": count}
    assert found.seconds == pytest.approx(seconds)


def test_what_is_removed_waits_by_itself() -> None:
    """Makes of different names run side by side; removals come after them."""
    found = Calls({"One": 100, "Other": 60}, {"Third": 75})
    assert found.seconds == 10 + 5


def test_seconds_are_told_where_there_are_any(built: Deployed) -> None:
    """Who waits knows for how long."""
    found = checked(built.stack, built.client)
    slow = replace(found, calls=Calls({"One": 100}, {}))
    line = "AWS takes 50 of a name at once and 5 a second after that: about 10 s to wait."
    assert line in printed(slow).splitlines()


# --- The command -------------------------------------------------------------------------------


def test_the_command_answers_with_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """0 where nothing is in the way, 1 where something is, and 3 where AWS has no such VPC."""
    root = project(tmp_path, STACK)
    command = ("-C", root, "preflight", "bad")
    typed = typist(monkeypatch, capsys)
    with aws() as client:
        lost = typed(*command)
        place = surroundings(client, "10.42.8.0/26")
        clear = typed(*command)
        acl = client.create_network_acl(VpcId=place.vpc)["NetworkAcl"]["NetworkAclId"]
        move(client, place.subnets[0], acl)
        full = typed(*command, "--json")
    assert (lost.code, lost.out, lost.err) == (
        3,
        "",
        [
            (
                "error: stacks/Pulumi.bad.yaml:1:1: [look-up] Name=mail-gateway finds no VPC in "
                "eu-west-1; deploy the stack, or mend its file"
            )
        ],
    )
    assert (clear.code, clear.err, clear.out.splitlines()[0]) == (
        0,
        [],
        "Clear: bad can be deployed",
    )
    kinds = [obstacle["kind"] for obstacle in json.loads(full.out)["obstacles"]]
    assert (full.code, full.err, kinds) == (1, [], ["other-acl"])


@pytest.mark.parametrize("configured", [{}, {"ec2": "https://ec2.eu-west-1.amazonaws.com/"}])
def test_the_command_aims_what_it_says_at_the_aws_that_it_asked(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    configured: dict[str, str],
) -> None:
    """What boto3 was told of the endpoint holds for the commands too."""
    aimed: list[Endpoints] = []

    def noting(found: Preflight, endpoints: Endpoints) -> Preflight:
        aimed.append(endpoints)
        return found

    for endpoint in configured.values():
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", endpoint)

    monkeypatch.setattr(Preflight, "aimed", noting)
    with aws() as client:
        surroundings(client, "10.42.8.0/26")
        typist(monkeypatch, capsys)("-C", project(tmp_path, STACK), "preflight", "bad")
    assert aimed == [configured]
