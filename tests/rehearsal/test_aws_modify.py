"""Changing security-group rules of the local AWS in place."""

from typing import TYPE_CHECKING

import pytest
from aws_fixtures import BAD_DESCRIPTION, ec2, new_group, new_vpc, proves, refusal, rules_of, tcp

if TYPE_CHECKING:
    from botocore.client import BaseClient

__all__ = ["ec2"]

PORTS: dict[str, object] = {"IpProtocol": "tcp", "FromPort": 25, "ToPort": 25}


@pytest.fixture
def group(ec2: "BaseClient") -> str:
    """Make a group that lets nothing in."""
    return new_group(ec2, new_vpc(ec2))


def allow(ec2: "BaseClient", group: str, *permissions: dict[str, object]) -> list[str]:
    """Let permissions in and return the ids of the rules."""
    answer = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
    return [rule["SecurityGroupRuleId"] for rule in answer["SecurityGroupRules"]]


def change(group: str, *changes: tuple[str, dict[str, object]]) -> dict[str, object]:
    """Write the request that changes rules."""
    return {
        "GroupId": group,
        "SecurityGroupRules": [
            {"SecurityGroupRuleId": rule, "SecurityGroupRule": new} for rule, new in changes
        ],
    }


def new_list(ec2: "BaseClient") -> str:
    """Make a prefix list and return its id."""
    made = ec2.create_managed_prefix_list(PrefixListName="x", MaxEntries=1, AddressFamily="IPv4")
    prefix_list_id: str = made["PrefixList"]["PrefixListId"]
    return prefix_list_id


def test_everything_of_an_ipv4_rule_changes(ec2: "BaseClient", group: str) -> None:
    """Address, ports, protocol and description change, and the id stays."""
    (rule,) = allow(ec2, group, tcp(25, "192.0.2.0/24", description="old"))
    new = {
        "IpProtocol": "17",
        "FromPort": 1,
        "ToPort": 2,
        "CidrIpv4": "10.1.2.3/8",
        "Description": "new",
    }
    ec2.modify_security_group_rules(**change(group, (rule, new)))
    (shown,) = rules_of(ec2, group)
    assert {key: shown[key] for key in (*new, "SecurityGroupRuleId")} == {
        "IpProtocol": "udp",
        "FromPort": 1,
        "ToPort": 2,
        "CidrIpv4": "10.0.0.0/8",
        "Description": "new",
        "SecurityGroupRuleId": rule,
    }


@proves("modify-peer")
def test_every_kind_of_peer_changes(ec2: "BaseClient", group: str) -> None:
    """IPv6 CIDRs, prefix lists and groups change as IPv4 CIDRs do."""
    one, two = new_list(ec2), new_list(ec2)
    vpc = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["VpcId"]
    other = new_group(ec2, vpc, "other")
    ipv6, prefix_list, reference = allow(
        ec2,
        group,
        {
            **PORTS,
            "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}],
            "PrefixListIds": [{"PrefixListId": one}],
            "UserIdGroupPairs": [{"GroupId": group}],
        },
    )
    ec2.modify_security_group_rules(
        **change(
            group,
            (ipv6, {**PORTS, "CidrIpv6": "2001:DB8:1::1/48"}),
            (prefix_list, {**PORTS, "PrefixListId": two}),
            (reference, {**PORTS, "ReferencedGroupId": other}),
        )
    )
    shown = rules_of(ec2, group)
    assert [
        r.get("CidrIpv6") or r.get("PrefixListId") or r["ReferencedGroupInfo"] for r in shown
    ] == ["2001:db8:1::/48", two, {"GroupId": other, "UserId": "123456789012"}]


@proves("modify-description")
def test_a_description_that_is_not_given_goes(ec2: "BaseClient", group: str) -> None:
    """A change is the whole rule, its description included."""
    (rule,) = allow(ec2, group, tcp(25, "10.0.0.0/8", description="old"))
    ec2.modify_security_group_rules(**change(group, (rule, {**PORTS, "CidrIpv4": "10.0.0.0/8"})))
    assert "Description" not in rules_of(ec2, group)[0]


@proves("modify-no-ports")
def test_a_rule_of_all_protocols_needs_no_ports(ec2: "BaseClient", group: str) -> None:
    """A change to protocol -1 goes without ports."""
    (rule,) = allow(ec2, group, tcp(25, "10.0.0.0/8"))
    new: dict[str, object] = {"IpProtocol": "-1", "CidrIpv4": "10.0.0.0/8"}
    ec2.modify_security_group_rules(**change(group, (rule, new)))
    (shown,) = rules_of(ec2, group)
    assert (shown["IpProtocol"], shown["FromPort"], shown["ToPort"]) == ("-1", -1, -1)


def test_egress_rules_change_as_well(ec2: "BaseClient", group: str) -> None:
    """The call finds rules of both directions."""
    (rule,) = rules_of(ec2, group, egress=True)
    rule_id = str(rule["SecurityGroupRuleId"])
    ec2.modify_security_group_rules(**change(group, (rule_id, {**PORTS, "CidrIpv4": "10.0.0.0/8"})))
    assert [r["CidrIpv4"] for r in rules_of(ec2, group, egress=True)] == ["10.0.0.0/8"]


@proves("modify-kind")
@pytest.mark.parametrize(
    ("old", "given", "new"),
    [
        ({"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, {"CidrIpv6": "::/0"}, "CidrIpv4"),
        ({"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}, {"CidrIpv4": "10.0.0.0/8"}, "CidrIpv6"),
        ({"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, {"ReferencedGroupId": "sg-0"}, "CidrIpv4"),
        ({"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, {"PrefixListId": "pl-0"}, "CidrIpv4"),
    ],
)
def test_the_kind_of_peer_stays(
    ec2: "BaseClient", group: str, old: dict[str, object], given: dict[str, str], new: str
) -> None:
    """A rule for one kind of peer does not become one for another."""
    (rule,) = allow(ec2, group, {**PORTS, **old})
    before = rules_of(ec2, group)
    refused = refusal(ec2.modify_security_group_rules, **change(group, (rule, {**PORTS, **given})))
    assert refused == (
        "InvalidParameterValue",
        (
            f"Invalid rule type for security group rule '{rule}'. "
            f"You may not specify {next(iter(given))} for an existing {new} rule."
        ),
    )
    assert rules_of(ec2, group) == before


@proves("modify-duplicate")
def test_two_rules_do_not_become_one(ec2: "BaseClient", group: str) -> None:
    """A change into another rule is refused, and no change of the call is made."""
    first, second = allow(ec2, group, tcp(25, "10.0.0.0/8"), tcp(26, "10.0.0.0/8"))
    refused = refusal(
        ec2.modify_security_group_rules,
        **change(
            group,
            (first, {**PORTS, "CidrIpv4": "10.0.0.0/8", "Description": "kept out"}),
            (second, {**PORTS, "CidrIpv4": "10.9.0.0/8"}),
        ),
    )
    assert refused == (
        "InvalidPermission.Duplicate",
        (
            'the specified rule "peer: 10.0.0.0/8, TCP, from port: 25, to port: 25, ALLOW" '
            "already exists"
        ),
    )
    assert [(r["FromPort"], r.get("Description")) for r in rules_of(ec2, group)] == [
        (25, None),
        (26, None),
    ]


def test_two_rules_may_change_places(ec2: "BaseClient", group: str) -> None:
    """What counts is what all changes of the call come to."""
    first, second = allow(ec2, group, tcp(25, "10.0.0.0/8"), tcp(25, "192.0.2.0/24"))
    ec2.modify_security_group_rules(
        **change(
            group,
            (first, {**PORTS, "CidrIpv4": "192.0.2.0/24"}),
            (second, {**PORTS, "CidrIpv4": "10.0.0.0/8"}),
        )
    )
    assert [r["CidrIpv4"] for r in rules_of(ec2, group)] == ["192.0.2.0/24", "10.0.0.0/8"]


@proves("modify-text")
@pytest.mark.parametrize(
    ("new", "code", "text"),
    [
        (
            PORTS,
            "MissingParameter",
            (
                "The request must contain exactly one of: "
                "cidrIp, cidrIpv6, prefixListId, or referencedGroupId"
            ),
        ),
        (
            {**PORTS, "CidrIpv4": "10.0.0.0/8", "CidrIpv6": "::/0"},
            "InvalidParameterCombination",
            "Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified",
        ),
        (
            {"IpProtocol": "tcp", "CidrIpv4": "10.0.0.0/8"},
            "InvalidParameterValue",
            "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
        ),
        (
            {**PORTS, "CidrIpv4": "banana"},
            "InvalidParameterValue",
            "CIDR block banana is malformed",
        ),
    ],
)
def test_bad_changes_are_refused(
    ec2: "BaseClient", group: str, new: dict[str, object], code: str, text: str
) -> None:
    """A change is checked as a new rule is."""
    (rule,) = allow(ec2, group, tcp(25, "10.0.0.0/8"))
    assert refusal(ec2.modify_security_group_rules, **change(group, (rule, new))) == (code, text)


def test_a_rule_must_be_there(ec2: "BaseClient", group: str) -> None:
    """A change of a rule that its group does not have is refused."""
    refused = refusal(
        ec2.modify_security_group_rules,
        **change(group, ("sgr-00000000", {**PORTS, "CidrIpv4": "10.0.0.0/8"})),
    )
    assert refused == (
        "InvalidSecurityGroupRuleId.NotFound",
        "The security group rule ID 'sgr-00000000' does not exist",
    )


def test_descriptions_change_by_id_and_by_permission(ec2: "BaseClient", group: str) -> None:
    """Descriptions change alone; one that is not given goes."""
    rules = allow(ec2, group, tcp(25, "10.0.0.0/8", description="old"), tcp(26, "10.0.0.0/8"))
    ec2.update_security_group_rule_descriptions_ingress(
        GroupId=group,
        SecurityGroupRuleDescriptions=[
            {"SecurityGroupRuleId": rules[1], "Description": "by id"},
            {"SecurityGroupRuleId": rules[0]},
        ],
    )
    assert [r.get("Description") for r in rules_of(ec2, group)] == [None, "by id"]
    ec2.update_security_group_rule_descriptions_ingress(
        GroupId=group, IpPermissions=[tcp(25, "10.3.3.3/8", description="by permission")]
    )
    assert [r.get("Description") for r in rules_of(ec2, group)] == ["by permission", "by id"]


@proves("describe-again")
def test_descriptions_of_rules_that_are_not_there_are_refused(
    ec2: "BaseClient", group: str
) -> None:
    """A description for no rule is refused, and so is a bad one."""
    call = ec2.update_security_group_rule_descriptions_egress
    assert refusal(call, GroupId=group, IpPermissions=[tcp(25, "10.0.0.0/8")]) == (
        "InvalidPermission.NotFound",
        "The specified rule does not exist in this security group",
    )
    (rule,) = rules_of(ec2, group, egress=True)
    given = [{"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "Description": "it's"}]
    assert refusal(call, GroupId=group, SecurityGroupRuleDescriptions=given) == BAD_DESCRIPTION


def test_what_a_request_lacks_is_said(ec2: "BaseClient", group: str) -> None:
    """A request without changes, or with one that says not of what or to what, is no crash."""
    (rule,) = allow(ec2, group, tcp(25, "192.0.2.0/24"))
    said = "The request must contain the parameter"
    modify = ec2.modify_security_group_rules
    describe = ec2.update_security_group_rule_descriptions_ingress
    no_rule = {"SecurityGroupRules": [{"SecurityGroupRuleId": rule}]}
    no_id = {"SecurityGroupRuleDescriptions": [{"Description": "new"}]}
    one_of = "cidrIp, cidrIpv6, prefixListId, or referencedGroupId"
    refused = [
        refusal(modify, GroupId=group, SecurityGroupRules=[]),
        refusal(modify, GroupId=group, **no_rule),
        refusal(describe, GroupId=group, **no_id),
    ]
    assert refused == [
        ("MissingParameter", f"{said} SecurityGroupRules"),
        ("MissingParameter", f"The request must contain exactly one of: {one_of}"),
        ("MissingParameter", f"{said} SecurityGroupRuleId"),
    ]
    assert len(rules_of(ec2, group)) == 1
