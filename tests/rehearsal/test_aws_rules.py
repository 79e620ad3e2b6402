"""Security-group rules of the local AWS: what is taken, how it is kept, what is refused."""

from typing import TYPE_CHECKING

import pytest
from aws_fixtures import (
    BAD_DESCRIPTION,
    EVERYWHERE,
    ec2,
    new_group,
    new_vpc,
    proves,
    refusal,
    rules_of,
    tcp,
)

if TYPE_CHECKING:
    from botocore.client import BaseClient

__all__ = ["ec2"]

NOT_FOUND = (
    "InvalidPermission.NotFound",
    "The specified rule does not exist in this security group",
)
REPEATED = ("InvalidParameterValue", "The same permission must not appear multiple times")


@pytest.fixture
def group(ec2: "BaseClient") -> str:
    """Make a group that lets nothing in and everything out."""
    return new_group(ec2, new_vpc(ec2))


def duplicate(rule: str) -> tuple[str, str]:
    """Write the error for a rule that is there already."""
    return "InvalidPermission.Duplicate", f'the specified rule "{rule}" already exists'


def allow(
    ec2: "BaseClient", group: str, *permissions: dict[str, object]
) -> list[dict[str, object]]:
    """Let permissions in and return the rules of the answer."""
    answer = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
    rules: list[dict[str, object]] = answer["SecurityGroupRules"]
    return rules


@proves("rule-answer")
def test_every_new_rule_is_in_the_answer(ec2: "BaseClient", group: str) -> None:
    """The answer lists each rule of each permission, with its description."""
    rules = allow(
        ec2,
        group,
        tcp(25, "192.0.2.0/24", "198.51.100.0/24", description="mail"),
        {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]},
        {"IpProtocol": "udp", "FromPort": 1, "ToPort": 2, "UserIdGroupPairs": [{"GroupId": group}]},
    )
    assert [
        (r["IpProtocol"], r["FromPort"], r["ToPort"], r.get("CidrIpv4") or r.get("CidrIpv6"))
        for r in rules
    ] == [
        ("tcp", 25, 25, "192.0.2.0/24"),
        ("tcp", 25, 25, "198.51.100.0/24"),
        ("-1", -1, -1, "2001:db8::/32"),
        ("udp", 1, 2, None),
    ]
    assert [r.get("Description") for r in rules] == ["mail", "mail", None, None]
    assert rules == rules_of(ec2, group)


def test_the_old_form_of_one_permission_is_understood(ec2: "BaseClient", group: str) -> None:
    """A request that names protocol, ports and CIDR by themselves makes that one rule."""
    ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="192.0.2.1/32"
    )
    assert [rule["CidrIpv4"] for rule in rules_of(ec2, group)] == ["192.0.2.1/32"]


@proves("rule-cidr")
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ({"IpRanges": [{"CidrIp": "100.68.0.18/18"}]}, ("CidrIpv4", "100.68.0.0/18")),
        ({"Ipv6Ranges": [{"CidrIpv6": "2001:DB8:0::1/32"}]}, ("CidrIpv6", "2001:db8::/32")),
    ],
)
def test_addresses_become_canonical(
    ec2: "BaseClient", group: str, written: dict[str, object], kept: tuple[str, str]
) -> None:
    """Host bits are cleared and IPv6 is written in its shortest form."""
    (rule,) = allow(ec2, group, {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, **written})
    assert rule[kept[0]] == kept[1]


@proves("rule-protocol")
@pytest.mark.parametrize(
    ("written", "kept"),
    [("6", "tcp"), ("TCP", "tcp"), ("17", "udp"), ("1", "icmp"), ("58", "icmpv6"), ("50", "50")],
)
def test_protocols_become_canonical(ec2: "BaseClient", group: str, written: str, kept: str) -> None:
    """Four protocols have a name, whichever way they are written; the others keep their number."""
    (rule,) = allow(ec2, group, {"IpProtocol": written, "FromPort": 3, "ToPort": 4, **EVERYWHERE})
    assert rule["IpProtocol"] == kept


@proves("rule-no-ports")
@pytest.mark.parametrize("protocol", ["-1", "50"])
def test_ports_of_protocols_without_ports_are_ignored(
    ec2: "BaseClient", group: str, protocol: str
) -> None:
    """Rules for all protocols, and for those without ports, come back without any."""
    allow(ec2, group, {"IpProtocol": protocol, "FromPort": 0, "ToPort": 99, **EVERYWHERE})
    (rule,) = rules_of(ec2, group)
    (shown,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert (rule["FromPort"], rule["ToPort"]) == (-1, -1)
    assert "FromPort" not in shown["IpPermissions"][0]


@proves("rule-no-ports")
def test_icmpv6_without_a_type_is_all_of_it(ec2: "BaseClient", group: str) -> None:
    """ICMPv6 needs no type and code; none given are all."""
    allow(ec2, group, {"IpProtocol": "icmpv6", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]})
    (shown,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert (shown["IpPermissions"][0]["FromPort"], shown["IpPermissions"][0]["ToPort"]) == (-1, -1)


@proves("rule-duplicate")
@pytest.mark.parametrize(
    ("first", "again", "rule"),
    [
        (
            tcp(25, "10.0.0.0/8", description="one"),
            tcp(25, "10.9.8.7/8", description="two"),
            "peer: 10.0.0.0/8, TCP, from port: 25, to port: 25, ALLOW",
        ),
        (
            {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
            {"IpProtocol": "-1", "FromPort": 1, "ToPort": 2, "Ipv6Ranges": [{"CidrIpv6": "::1/0"}]},
            "peer: ::/0, ALL, ALLOW",
        ),
        (
            {"IpProtocol": "icmp", "FromPort": 3, "ToPort": -1, **EVERYWHERE},
            {"IpProtocol": "1", "FromPort": 3, "ToPort": -1, **EVERYWHERE},
            "peer: 0.0.0.0/0, ICMP, type: 3, code: ALL, ALLOW",
        ),
        (
            {"IpProtocol": "50", **EVERYWHERE},
            {"IpProtocol": "050", **EVERYWHERE},
            "peer: 0.0.0.0/0, 50, ALLOW",
        ),
    ],
)
def test_a_rule_that_is_there_is_refused(
    ec2: "BaseClient",
    group: str,
    first: dict[str, object],
    again: dict[str, object],
    rule: str,
) -> None:
    """Spelling and description do not make another rule of the same permission."""
    allow(ec2, group, first)
    refused = refusal(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[again])
    assert refused == duplicate(rule)


@proves("rule-duplicate")
def test_a_group_reference_that_is_there_is_refused(ec2: "BaseClient", group: str) -> None:
    """Another description does not make another rule of the same group reference."""

    def from_itself(description: str) -> list[dict[str, object]]:
        pair = {"GroupId": group, "Description": description}
        return [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [pair]}]

    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=from_itself("one"))
    refused = refusal(
        ec2.authorize_security_group_egress, GroupId=group, IpPermissions=from_itself("two")
    )
    assert refused == duplicate(f"peer: {group}, TCP, from port: 22, to port: 22, ALLOW")


@proves("rule-twice")
def test_one_call_does_not_name_a_permission_twice(ec2: "BaseClient", group: str) -> None:
    """A permission twice in one call is another error, and nothing is kept of the call."""
    twice = [tcp(25, "10.0.0.0/8"), tcp(25, "10.0.0.1/8", description="again")]
    refused = refusal(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=twice)
    assert refused == REPEATED
    assert rules_of(ec2, group) == []


@proves("rule-whole-call")
def test_a_refused_call_leaves_nothing_behind(ec2: "BaseClient", group: str) -> None:
    """When the last rule of a call is refused, so are those before it."""
    allow(ec2, group, tcp(25, "10.0.0.0/8"))
    both = [tcp(26, "10.0.0.0/8"), tcp(25, "10.0.0.0/8")]
    refused = refusal(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=both)
    assert refused == duplicate("peer: 10.0.0.0/8, TCP, from port: 25, to port: 25, ALLOW")
    assert [rule["FromPort"] for rule in rules_of(ec2, group)] == [25]


@proves("rule-ports")
@pytest.mark.parametrize(
    ("permission", "text"),
    [
        # TCP and UDP need two ports in their order.
        (
            {"IpProtocol": "tcp"},
            "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
        ),
        (
            {"IpProtocol": "udp", "ToPort": 5},
            "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
        ),
        ({"IpProtocol": "tcp", "FromPort": 90, "ToPort": 80}, "Invalid TCP/UDP port range (90:80)"),
        (
            {"IpProtocol": "tcp", "FromPort": -1, "ToPort": 80},
            "TCP/UDP (from) port (-1) out of range",
        ),
        (
            {"IpProtocol": "udp", "FromPort": 1, "ToPort": 70000},
            "TCP/UDP (to) port (70000) out of range",
        ),
        # ICMP needs a type and a code.
        ({"IpProtocol": "icmp"}, "Must specify both type and code with ICMP."),
        (
            {"IpProtocol": "icmpv6", "FromPort": 1},
            "Must specify both type and code with ICMP.",
        ),
        (
            {"IpProtocol": "icmp", "FromPort": -1, "ToPort": 5},
            "ICMP code (5) is not allowed with all ICMP types",
        ),
        ({"IpProtocol": "icmp", "FromPort": 256, "ToPort": 0}, "ICMP type (256) out of range"),
        ({"IpProtocol": "icmp", "FromPort": 3, "ToPort": -2}, "ICMP code (-2) out of range"),
        # No such protocol.
        (
            {"IpProtocol": "banana"},
            "Invalid value 'banana' for IP protocol. Unknown protocol.",
        ),
        ({"IpProtocol": "256"}, "Invalid value '256' for IP protocol. Unknown protocol."),
        (
            {},
            (
                "Invalid value 'null' for protocol. "
                "VPC security group rules must specify protocols explicitly."
            ),
        ),
    ],
)
def test_bad_protocols_and_ports_are_refused(
    ec2: "BaseClient", group: str, permission: dict[str, object], text: str
) -> None:
    """Protocol and ports must be ones, and fit each other."""
    refused = refusal(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        IpPermissions=[{**permission, **EVERYWHERE}],
    )
    assert refused == ("InvalidParameterValue", text)


@proves("rule-cidr-text")
@pytest.mark.parametrize(
    ("ranges", "cidr"),
    [
        ({"IpRanges": [{"CidrIp": "banana"}]}, "banana"),
        ({"IpRanges": [{"CidrIp": "10.0.0.0"}]}, "10.0.0.0"),
        ({"IpRanges": [{"CidrIp": "10.0.0.0/33"}]}, "10.0.0.0/33"),
        ({"IpRanges": [{"CidrIp": "10.0.0.0/255.0.0.0"}]}, "10.0.0.0/255.0.0.0"),
        ({"IpRanges": [{"CidrIp": "2001:db8::/32"}]}, "2001:db8::/32"),
        ({"Ipv6Ranges": [{"CidrIpv6": "10.0.0.0/8"}]}, "10.0.0.0/8"),
        ({"Ipv6Ranges": [{"CidrIpv6": "fe80::%1/64"}]}, "fe80::%1/64"),
    ],
)
def test_bad_addresses_are_refused(
    ec2: "BaseClient", group: str, ranges: dict[str, object], cidr: str
) -> None:
    """An address must be a CIDR of the family that it stands under."""
    refused = refusal(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        IpPermissions=[{"IpProtocol": "-1", **ranges}],
    )
    assert refused == ("InvalidParameterValue", f"CIDR block {cidr} is malformed")


@proves("rule-description")
@pytest.mark.parametrize("text", ["it's", "a<b", "50%", "why?", "a\\b", "é", "x" * 256, "a\nb"])
def test_bad_descriptions_are_refused(ec2: "BaseClient", group: str, text: str) -> None:
    """A description has a few characters only, and 255 of them."""
    refused = refusal(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        IpPermissions=[tcp(25, "10.0.0.0/8", description=text)],
    )
    assert refused == BAD_DESCRIPTION


@proves("rule-description-peer")
def test_rules_that_name_a_group_have_no_ampersand(ec2: "BaseClient", group: str) -> None:
    """What a CIDR's description may hold, that of a group or a prefix list may not."""
    made = ec2.create_managed_prefix_list(PrefixListName="and", MaxEntries=2, AddressFamily="IPv4")
    text = {"Description": "this & that"}
    everything: dict[str, object] = {"IpProtocol": "-1"}
    peers: list[dict[str, object]] = [
        {"UserIdGroupPairs": [{"GroupId": group, **text}]},
        {"PrefixListIds": [{"PrefixListId": made["PrefixList"]["PrefixListId"], **text}]},
    ]
    for peer in peers:
        call = ec2.authorize_security_group_ingress
        refused = refusal(call, GroupId=group, IpPermissions=[everything | peer])
        assert refused == (BAD_DESCRIPTION[0], BAD_DESCRIPTION[1].replace("&", ""))
    (rule,) = allow(ec2, group, everything | {"UserIdGroupPairs": [{"GroupId": group}]})
    again = {"SecurityGroupRuleId": rule["SecurityGroupRuleId"], **text}
    refused = refusal(
        ec2.update_security_group_rule_descriptions_ingress,
        GroupId=group,
        SecurityGroupRuleDescriptions=[again],
    )
    assert refused == (BAD_DESCRIPTION[0], BAD_DESCRIPTION[1].replace("&", ""))


def test_a_description_may_be_long_and_colourful(ec2: "BaseClient", group: str) -> None:
    """255 characters pass, among them every sign that is allowed."""
    text = "aZ9. _-:/()#,@[]+=&;{}!$*".ljust(255, "x")
    (rule,) = allow(ec2, group, tcp(25, "10.0.0.0/8", description=text))
    assert rule["Description"] == text


@proves("rule-description-kept")
def test_every_kind_of_peer_keeps_its_description(ec2: "BaseClient", group: str) -> None:
    """Descriptions come back for CIDRs, prefix lists and groups, from both Describe calls."""
    made = ec2.create_managed_prefix_list(PrefixListName="list", MaxEntries=2, AddressFamily="IPv4")
    prefix_list = made["PrefixList"]["PrefixListId"]
    allow(
        ec2,
        group,
        {
            "IpProtocol": "-1",
            "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "v4"}],
            "Ipv6Ranges": [{"CidrIpv6": "::/0", "Description": "v6"}],
            "PrefixListIds": [{"PrefixListId": prefix_list, "Description": "list"}],
            "UserIdGroupPairs": [{"GroupId": group, "Description": "group"}],
        },
    )
    assert [r["Description"] for r in rules_of(ec2, group)] == ["v4", "v6", "list", "group"]
    (shown,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert shown["IpPermissions"] == [
        {
            "IpProtocol": "-1",
            "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "v4"}],
            "Ipv6Ranges": [{"CidrIpv6": "::/0", "Description": "v6"}],
            "PrefixListIds": [{"PrefixListId": prefix_list, "Description": "list"}],
            "UserIdGroupPairs": [
                {"GroupId": group, "Description": "group", "UserId": "123456789012"}
            ],
        }
    ]


@proves("rule-no-peer")
def test_a_rule_needs_a_peer(ec2: "BaseClient", group: str) -> None:
    """A permission that names nobody is refused."""
    refused = refusal(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        IpPermissions=[{"IpProtocol": "-1"}],
    )
    assert refused == (
        "MissingParameter",
        "A CIDR block, a security group ID or a prefix list has to be specified",
    )


def test_a_group_is_named_by_its_id(ec2: "BaseClient", group: str) -> None:
    """A peer that is named by its name alone is refused: names are for the default VPC."""
    refused = refusal(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupName": "mail"}]}],
    )
    assert refused == ("MissingParameter", "The request must contain the parameter GroupId")


@proves("rule-peer")
def test_peers_must_be_there(ec2: "BaseClient", group: str) -> None:
    """A group or prefix list that is not there is refused."""
    nobody = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-00000000"}]}
    no_list = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-00000000"}]}
    call = ec2.authorize_security_group_ingress
    assert refusal(call, GroupId=group, IpPermissions=[nobody]) == (
        "InvalidGroup.NotFound",
        "The security group 'sg-00000000' does not exist",
    )
    assert refusal(call, GroupId=group, IpPermissions=[no_list]) == (
        "InvalidPrefixListID.NotFound",
        "The prefix list ID 'pl-00000000' does not exist",
    )


@proves("rule-peer")
def test_a_deleted_prefix_list_is_not_there(ec2: "BaseClient", group: str) -> None:
    """A prefix list that moto still shows after its end is refused."""
    made = ec2.create_managed_prefix_list(PrefixListName="x", MaxEntries=1, AddressFamily="IPv4")
    prefix_list = made["PrefixList"]["PrefixListId"]
    ec2.delete_managed_prefix_list(PrefixListId=prefix_list)
    refused = refusal(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        IpPermissions=[{"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": prefix_list}]}],
    )
    assert refused == (
        "InvalidPrefixListID.NotFound",
        f"The prefix list ID '{prefix_list}' does not exist",
    )


@proves("rule-peer")
def test_groups_of_strange_vpcs_are_refused_until_peered(ec2: "BaseClient", group: str) -> None:
    """A rule names groups of its own VPC, and those of a peered one."""
    own = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["VpcId"]
    other = ec2.create_vpc(CidrBlock="10.43.0.0/16")["Vpc"]["VpcId"]
    strange = new_group(ec2, other)
    pair: dict[str, object] = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": strange}]}
    refused = refusal(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[pair])
    assert refused == (
        "InvalidGroup.NotFound",
        "You have specified two resources that belong to different networks.",
    )
    peering = ec2.create_vpc_peering_connection(VpcId=own, PeerVpcId=other)
    peering_id = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
    assert len(allow(ec2, group, pair)) == 1


def test_new_rules_are_tagged(ec2: "BaseClient", group: str) -> None:
    """The tags of a call go to each of its rules, and can be filtered by."""
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[tcp(25, "10.0.0.0/8", "192.0.2.0/24")],
        TagSpecifications=[
            {"ResourceType": "security-group-rule", "Tags": [{"Key": "row", "Value": group}]}
        ],
    )
    found = ec2.describe_security_group_rules(Filters=[{"Name": "tag:row", "Values": [group]}])
    assert [rule["Tags"] for rule in found["SecurityGroupRules"]] == [
        [{"Key": "row", "Value": group}]
    ] * 2


def test_tags_for_another_kind_are_refused(ec2: "BaseClient", group: str) -> None:
    """Tags that are meant for a group are refused, and no rule is made."""
    refused = refusal(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        IpPermissions=[tcp(25, "10.0.0.0/8")],
        TagSpecifications=[{"ResourceType": "security-group", "Tags": []}],
    )
    assert refused == (
        "InvalidParameterValue",
        "'security-group' is not a valid taggable resource type for this operation.",
    )
    assert rules_of(ec2, group) == []


def test_a_dry_run_changes_nothing(ec2: "BaseClient", group: str) -> None:
    """A dry run says that the call would have done, and does nothing."""
    refused = refusal(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        IpPermissions=[tcp(25, "10.0.0.0/8")],
        DryRun=True,
    )
    assert refused == (
        "DryRunOperation",
        "Request would have succeeded, but DryRun flag is set.",
    )
    assert rules_of(ec2, group) == []


@proves("revoke-id")
def test_revoke_by_id(ec2: "BaseClient", group: str) -> None:
    """A rule goes by its id once; the second time there is no such rule."""
    (rule,) = allow(ec2, group, tcp(25, "10.0.0.0/8"))
    request = {"GroupId": group, "SecurityGroupRuleIds": [rule["SecurityGroupRuleId"]]}
    answer = ec2.revoke_security_group_ingress(**request)
    assert [r["CidrIpv4"] for r in answer["RevokedSecurityGroupRules"]] == ["10.0.0.0/8"]
    assert refusal(ec2.revoke_security_group_ingress, **request) == (
        "InvalidSecurityGroupRuleId.NotFound",
        f"The security group rule ID '{rule['SecurityGroupRuleId']}' does not exist",
    )


@proves("revoke-id")
def test_revoke_by_id_knows_the_direction(ec2: "BaseClient", group: str) -> None:
    """A rule of the other direction is not there."""
    (rule,) = rules_of(ec2, group, egress=True)
    refused = refusal(
        ec2.revoke_security_group_ingress,
        GroupId=group,
        SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]],
    )
    assert refused == (
        "InvalidSecurityGroupRuleId.NotFound",
        f"The security group rule ID '{rule['SecurityGroupRuleId']}' does not exist",
    )


def test_revoke_by_permission(ec2: "BaseClient", group: str) -> None:
    """A rule goes by what it lets through, in any spelling and without its description."""
    allow(ec2, group, tcp(25, "10.0.0.0/8", description="mail"))
    spelt = {
        "IpProtocol": "6",
        "FromPort": 25,
        "ToPort": 25,
        "IpRanges": [{"CidrIp": "10.1.1.1/8"}],
    }
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[spelt])
    assert rules_of(ec2, group) == []


@proves("revoke-whole-call")
def test_revoke_is_all_or_nothing(ec2: "BaseClient", group: str) -> None:
    """When one of the rules is not there, the others stay."""
    allow(ec2, group, tcp(25, "10.0.0.0/8"))
    both = [tcp(25, "10.0.0.0/8"), tcp(26, "10.0.0.0/8")]
    refused = refusal(ec2.revoke_security_group_ingress, GroupId=group, IpPermissions=both)
    assert refused == NOT_FOUND
    assert len(rules_of(ec2, group)) == 1


def test_the_default_egress_can_be_revoked(ec2: "BaseClient") -> None:
    """The open egress of a new group goes by permission, for each family that the VPC has."""
    everything = [{"IpProtocol": "-1", "FromPort": 0, "ToPort": 0, **EVERYWHERE}]
    ipv6 = [{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]
    only_ipv4, both = new_group(ec2, new_vpc(ec2)), new_group(ec2, new_vpc(ec2, ipv6=True))
    for group in (only_ipv4, both):
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=everything)
    ec2.revoke_security_group_egress(GroupId=both, IpPermissions=ipv6)
    refused = refusal(ec2.revoke_security_group_egress, GroupId=only_ipv4, IpPermissions=ipv6)
    assert refused == NOT_FOUND
    assert rules_of(ec2, only_ipv4, egress=True) == rules_of(ec2, both, egress=True) == []


def test_a_group_of_the_default_vpc_goes_by_its_name(ec2: "BaseClient") -> None:
    """A call may name a group of the default VPC, and of no other, by its name."""
    (default,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    group = new_group(ec2, default["VpcId"], "by name")
    new_group(ec2, new_vpc(ec2), "elsewhere")
    call = ec2.authorize_security_group_ingress
    call(GroupName="by name", IpPermissions=[tcp(25, "10.0.0.0/8")])
    assert len(rules_of(ec2, group)) == 1
    assert refusal(call, GroupName="elsewhere", IpPermissions=[tcp(25, "10.0.0.0/8")]) == (
        "InvalidGroup.NotFound",
        "The security group 'elsewhere' does not exist",
    )


def test_calls_need_a_group(ec2: "BaseClient") -> None:
    """A call names a group that is there."""
    call = ec2.authorize_security_group_ingress
    assert refusal(call, IpPermissions=[tcp(25, "10.0.0.0/8")]) == (
        "MissingParameter",
        "The request must contain the parameter groupName or groupId",
    )
    assert refusal(call, GroupId="sg-00000000", IpPermissions=[tcp(25, "10.0.0.0/8")]) == (
        "InvalidGroup.NotFound",
        "The security group 'sg-00000000' does not exist",
    )
