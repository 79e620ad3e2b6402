"""Security groups of the local AWS: names, defaults, ends, filters and pages."""

from typing import TYPE_CHECKING

import pytest
from aws_fixtures import ec2, new_group, new_subnet, new_vpc, proves, refusal, rules_of, tcp, vpc

if TYPE_CHECKING:
    from botocore.client import BaseClient

__all__ = ["ec2", "vpc"]

VALID = (
    "are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
)


def default_group(ec2: "BaseClient", vpc: str) -> str:
    """Find the default group of a VPC."""
    found = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )
    group_id: str = found["SecurityGroups"][0]["GroupId"]
    return group_id


def test_a_new_group_lets_everything_out_and_nothing_in(ec2: "BaseClient", vpc: str) -> None:
    """A new group has the open egress rule of each family that its VPC has."""
    group, both = new_group(ec2, vpc), new_group(ec2, new_vpc(ec2, ipv6=True))
    assert rules_of(ec2, group) == rules_of(ec2, both) == []
    (rule,) = rules_of(ec2, group, egress=True)
    assert (rule["IpProtocol"], rule["CidrIpv4"]) == ("-1", "0.0.0.0/0")
    assert [r.get("CidrIpv4") or r.get("CidrIpv6") for r in rules_of(ec2, both, egress=True)] == [
        "0.0.0.0/0",
        "::/0",
    ]


@proves("group-default")
def test_the_default_group_lets_its_own_members_in(ec2: "BaseClient", vpc: str) -> None:
    """A VPC's default group has a rule that names the group itself."""
    group = default_group(ec2, vpc)
    (rule,) = rules_of(ec2, group)
    assert rule["ReferencedGroupInfo"] == {"GroupId": group, "UserId": "123456789012"}
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("-1", -1, -1)


@proves("group-text")
@pytest.mark.parametrize(
    ("name", "description", "text"),
    [
        ("sg-mail", "mail", "Group names may not be in the format sg-*"),
        ("x" * 256, "mail", f"Invalid security group name. Valid names {VALID}"),
        ("it's", "mail", f"Invalid security group name. Valid names {VALID}"),
        ("mail", "a?", f"Invalid security group description. Valid descriptions {VALID}"),
        (
            "mail",
            "é",
            (
                "Value (é) for parameter GroupDescription is invalid. "
                "Character sets beyond ASCII are not supported."
            ),
        ),
    ],
)
def test_bad_names_and_descriptions_are_refused(
    ec2: "BaseClient", vpc: str, name: str, description: str, text: str
) -> None:
    """Names and descriptions have a few characters only, and 255 of them."""
    refused = refusal(ec2.create_security_group, GroupName=name, Description=description, VpcId=vpc)
    assert refused == ("InvalidParameterValue", text)


@pytest.mark.parametrize(
    ("name", "description", "parameter"),
    [("   ", "mail", "GroupName"), ("mail", "", "GroupDescription")],
)
def test_names_and_descriptions_are_needed(
    ec2: "BaseClient", vpc: str, name: str, description: str, parameter: str
) -> None:
    """A group has a name and a description, neither of them empty."""
    refused = refusal(ec2.create_security_group, GroupName=name, Description=description, VpcId=vpc)
    assert refused == (
        "MissingParameter",
        f"The request must contain the parameter {parameter}",
    )


@proves("group-name")
def test_names_are_unique_in_their_vpc(ec2: "BaseClient", vpc: str) -> None:
    """Case and trailing spaces make no other name; another VPC does."""
    new_group(ec2, vpc, "Mail")
    for name in ("Mail", "mAIL", "Mail  "):
        refused = refusal(ec2.create_security_group, GroupName=name, Description="mail", VpcId=vpc)
        assert refused == (
            "InvalidGroup.Duplicate",
            f"The security group '{name.strip()}' already exists for VPC '{vpc}'",
        )
    new_group(ec2, new_vpc(ec2), "Mail")


@proves("group-name")
def test_trailing_spaces_are_cut_off(ec2: "BaseClient", vpc: str) -> None:
    """A name is kept without the spaces at its end."""
    group = new_group(ec2, vpc, "mail  ")
    (shown,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert shown["GroupName"] == "mail"


def test_a_group_needs_a_vpc_that_is_there(ec2: "BaseClient") -> None:
    """A group of no VPC is refused."""
    refused = refusal(
        ec2.create_security_group, GroupName="a", Description="b", VpcId="vpc-00000000"
    )
    assert refused == ("InvalidVpcID.NotFound", "VpcID vpc-00000000 does not exist.")


def test_a_new_group_is_tagged(ec2: "BaseClient", vpc: str) -> None:
    """The tags of a new group are in the answer and can be filtered by."""
    tags = [{"Key": "site", "Value": vpc}]
    made = ec2.create_security_group(
        GroupName="a",
        Description="b",
        VpcId=vpc,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
    )
    found = ec2.describe_security_groups(Filters=[{"Name": "tag:site", "Values": [vpc]}])
    assert made["Tags"] == tags
    assert [group["GroupId"] for group in found["SecurityGroups"]] == [made["GroupId"]]


@proves("group-default-stays")
def test_a_default_group_stays(ec2: "BaseClient", vpc: str) -> None:
    """Nobody can delete a VPC's default group."""
    group = default_group(ec2, vpc)
    assert refusal(ec2.delete_security_group, GroupId=group) == (
        "CannotDelete",
        f'the specified group: "{group}" name: "default" cannot be deleted by a user',
    )


@proves("group-in-use")
def test_a_group_in_use_stays(ec2: "BaseClient", vpc: str) -> None:
    """A group goes when no interface has it any more."""
    group = new_group(ec2, vpc)
    made = ec2.create_network_interface(SubnetId=new_subnet(ec2, vpc), Groups=[group])
    assert refusal(ec2.delete_security_group, GroupId=group) == (
        "DependencyViolation",
        f"resource {group} has a dependent object",
    )
    ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterface"]["NetworkInterfaceId"])
    ec2.delete_security_group(GroupId=group)
    assert refusal(ec2.delete_security_group, GroupId=group) == (
        "InvalidGroup.NotFound",
        f"The security group '{group}' does not exist",
    )


@proves("group-in-use")
def test_a_group_that_a_rule_names_stays(ec2: "BaseClient", vpc: str) -> None:
    """A group goes when no rule of another group names it any more; its own rules may."""
    group, other = new_group(ec2, vpc), new_group(ec2, vpc, "other")
    permission = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permission)
    ec2.authorize_security_group_egress(GroupId=other, IpPermissions=permission)
    assert refusal(ec2.delete_security_group, GroupId=group) == (
        "DependencyViolation",
        f"resource {group} has a dependent object",
    )
    ec2.revoke_security_group_egress(GroupId=other, IpPermissions=permission)
    ec2.delete_security_group(GroupId=group)


def test_groups_of_an_instance_stay(ec2: "BaseClient", vpc: str) -> None:
    """A group that an instance was launched with cannot be deleted."""
    group, subnet = new_group(ec2, vpc), new_subnet(ec2, vpc)
    image = ec2.describe_images()["Images"][0]["ImageId"]
    ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=[group]
    )
    assert refusal(ec2.delete_security_group, GroupId=group) == (
        "DependencyViolation",
        f"resource {group} has a dependent object",
    )


def test_missing_groups_are_named(ec2: "BaseClient") -> None:
    """A description of a group that is not there is refused by its id, or by its name."""
    assert refusal(ec2.describe_security_groups, GroupIds=["sg-00000000"]) == (
        "InvalidGroup.NotFound",
        "The security group 'sg-00000000' does not exist",
    )
    assert refusal(ec2.describe_security_groups, GroupNames=["nobody"]) == (
        "InvalidGroup.NotFound",
        "The security group 'nobody' does not exist",
    )


@proves("filters")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("description", "for the filters"),
        ("group-name", "filt*"),
        ("group-name", "filter??"),
        ("ip-permission.cidr", "203.0.113.0/24"),
        ("ip-permission.ipv6-cidr", "2001:db8:f::/48"),
        ("ip-permission.protocol", "132"),
        ("egress.ip-permission.from-port", "4711"),
        ("egress.ip-permission.to-port", "4711"),
    ],
)
def test_groups_are_filtered(ec2: "BaseClient", name: str, value: str) -> None:
    """A filter finds the one group that it describes."""
    made = ec2.create_security_group(
        GroupName="filtered", Description="for the filters", VpcId=new_vpc(ec2)
    )
    group = made["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "132",
                "IpRanges": [{"CidrIp": "203.0.113.0/24"}],
                "Ipv6Ranges": [{"CidrIpv6": "2001:db8:f::/48"}],
            }
        ],
    )
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[tcp(4711, "10.0.0.0/8")])
    found = ec2.describe_security_groups(Filters=[{"Name": name, "Values": [value, "none"]}])
    assert [each["GroupId"] for each in found["SecurityGroups"]] == [group]
    ec2.delete_security_group(GroupId=group)


@proves("filters")
def test_unknown_filters_are_refused(ec2: "BaseClient") -> None:
    """A filter that EC2 does not have is refused by its name."""
    for call in (
        ec2.describe_security_groups,
        ec2.describe_security_group_rules,
        ec2.describe_network_acls,
    ):
        assert refusal(call, Filters=[{"Name": "colour", "Values": ["red"]}]) == (
            "InvalidParameterValue",
            "The filter 'colour' is invalid",
        )


def test_rules_come_in_pages(ec2: "BaseClient", vpc: str) -> None:
    """Pages follow one another by their tokens until all is told."""
    group = new_group(ec2, vpc)
    cidrs = [f"10.0.{index}.0/24" for index in range(12)]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(25, *cidrs)])
    request = {"Filters": [{"Name": "group-id", "Values": [group]}], "MaxResults": 5}
    pages = list(ec2.get_paginator("describe_security_group_rules").paginate(**request))
    rules = [rule for page in pages for rule in page["SecurityGroupRules"]]
    assert [len(page["SecurityGroupRules"]) for page in pages] == [5, 5, 3]
    assert sorted(rule["CidrIpv4"] for rule in rules) == sorted([*cidrs, "0.0.0.0/0"])


def test_a_strange_page_is_refused(ec2: "BaseClient") -> None:
    """The token of a page is one that was given."""
    assert refusal(ec2.describe_security_groups, NextToken="banana") == (
        "InvalidParameterValue",
        "Invalid value 'banana' for nextToken.",
    )


def test_a_missing_rule_is_named(ec2: "BaseClient") -> None:
    """A description of a rule that is not there is refused by its id."""
    assert refusal(ec2.describe_security_group_rules, SecurityGroupRuleIds=["sgr-00000000"]) == (
        "InvalidSecurityGroupRuleId.NotFound",
        "The security group rule ID 'sgr-00000000' does not exist",
    )
