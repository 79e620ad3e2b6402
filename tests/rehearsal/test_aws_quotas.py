"""The quotas that the local AWS holds its callers to, and that they can be set."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from aws_fixtures import (
    local_aws,
    new_group,
    new_subnet,
    new_vpc,
    proves,
    quotas_client,
    refusal,
    rules_of,
    tcp,
)

from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rules.audit import live_quotas
from gateway_rules.audit.live_quotas import LiveQuotas

if TYPE_CHECKING:
    from botocore.client import BaseClient

TOO_MANY_RULES = (
    "RulesPerSecurityGroupLimitExceeded",
    "The maximum number of rules per security group has been reached.",
)
TOO_MANY_ENTRIES = (
    "NetworkAclEntryLimitExceeded",
    "The maximum number of network acl entries has been reached.",
)
TOO_MANY_GROUPS = (
    "SecurityGroupsPerInterfaceLimitExceeded",
    "The maximum number of security groups per interface has been reached.",
)


@pytest.fixture(scope="module")
def ec2() -> Iterator["BaseClient"]:
    """Serve a local AWS with a new account's quotas."""
    with local_aws() as client:
        yield client


def ipv4(number: int) -> list[dict[str, object]]:
    """Write permissions for that many IPv4 prefixes."""
    return [tcp(25, f"10.0.{index}.0/24") for index in range(number)]


def ipv6(number: int) -> list[dict[str, object]]:
    """Write permissions for that many IPv6 prefixes."""
    return [
        {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": f"2001:db8:{index}::/48"}]}
        for index in range(number)
    ]


def entry(acl: str, number: int, *, egress: bool = False, v6: bool = False) -> dict[str, object]:
    """Write the request for one entry."""
    return {
        "NetworkAclId": acl,
        "RuleNumber": number,
        "Egress": egress,
        "Protocol": "-1",
        "RuleAction": "allow",
        **({"Ipv6CidrBlock": "::/0"} if v6 else {"CidrBlock": "0.0.0.0/0"}),
    }


@proves("quota-rules")
def test_sixty_rules_a_family_and_direction(ec2: "BaseClient") -> None:
    """60 rules of each family fit into each direction, and the 61st is refused."""
    group = new_group(ec2, new_vpc(ec2))
    both = [*ipv4(60), *ipv6(60)]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=both)
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=both[:59])
    for more in (
        [tcp(26, "10.0.0.0/8")],
        [{"IpProtocol": "6", "FromPort": 1, "ToPort": 1, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}],
    ):
        refused = refusal(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=more)
        assert refused == TOO_MANY_RULES
    assert len(rules_of(ec2, group)) == 120


@proves("quota-whole-call")
def test_a_call_over_the_quota_leaves_nothing_behind(ec2: "BaseClient") -> None:
    """61 rules at once are refused as a whole."""
    group = new_group(ec2, new_vpc(ec2))
    refused = refusal(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=ipv4(61))
    assert refused == TOO_MANY_RULES
    assert rules_of(ec2, group) == []


@proves("quota-references")
def test_a_group_reference_counts_in_both_families(ec2: "BaseClient") -> None:
    """59 rules of each family leave room for one reference and no more."""
    group = new_group(ec2, new_vpc(ec2))
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[*ipv4(59), *ipv6(59)])
    pair = [{"GroupId": group}]
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": pair}]
    )
    refused = refusal(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        IpPermissions=[{"IpProtocol": "50", "UserIdGroupPairs": pair}],
    )
    assert refused == TOO_MANY_RULES


@proves("quota-lists")
@pytest.mark.parametrize(
    ("name", "room"), [("own", 7), ("s3", 1), ("origin-facing", 55), ("groundstation", 5)]
)
def test_a_prefix_list_counts_what_it_may_hold(ec2: "BaseClient", name: str, room: int) -> None:
    """A list counts its greatest size; AWS's own lists count what AWS says."""
    if name == "own":
        ec2.create_managed_prefix_list(
            PrefixListName="own", MaxEntries=7, AddressFamily="IPv4", Entries=[]
        )
    lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    prefix_list = next(
        each["PrefixListId"] for each in lists if each["PrefixListName"].endswith(name)
    )
    group = new_group(ec2, new_vpc(ec2))
    permission = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": prefix_list}]}
    refused = refusal(
        ec2.authorize_security_group_ingress,
        GroupId=group,
        IpPermissions=[*ipv4(61 - room), permission],
    )
    assert refused == TOO_MANY_RULES
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[*ipv4(60 - room), permission]
    )


@proves("quota-entries")
def test_twenty_entries_a_family_and_direction(ec2: "BaseClient") -> None:
    """19 entries of each family fit into each direction: the final `*` is the 20th."""
    acl = ec2.create_network_acl(VpcId=new_vpc(ec2))["NetworkAcl"]["NetworkAclId"]
    for number in range(1, 20):
        ec2.create_network_acl_entry(**entry(acl, number))
        ec2.create_network_acl_entry(**entry(acl, 100 + number, v6=True))
        ec2.create_network_acl_entry(**entry(acl, number, egress=True))
    for more in (entry(acl, 20), entry(acl, 120, v6=True), entry(acl, 20, egress=True)):
        assert refusal(ec2.create_network_acl_entry, **more) == TOO_MANY_ENTRIES
    # An entry that takes the place of another of its family needs no room.
    ec2.replace_network_acl_entry(**entry(acl, 19))
    assert refusal(ec2.replace_network_acl_entry, **entry(acl, 119)) == TOO_MANY_ENTRIES


@proves("quota-interface")
def test_five_groups_an_interface(ec2: "BaseClient") -> None:
    """An interface has five groups, when it is made and when it is changed."""
    vpc = new_vpc(ec2)
    groups = [new_group(ec2, vpc, name) for name in "abcdef"]
    subnet = new_subnet(ec2, vpc)
    refused = refusal(ec2.create_network_interface, SubnetId=subnet, Groups=groups)
    assert refused == TOO_MANY_GROUPS
    made = ec2.create_network_interface(SubnetId=subnet, Groups=groups[:5])
    interface = made["NetworkInterface"]["NetworkInterfaceId"]
    refused = refusal(
        ec2.modify_network_interface_attribute, NetworkInterfaceId=interface, Groups=groups
    )
    assert refused == TOO_MANY_GROUPS


def test_quotas_can_be_set() -> None:
    """Each quota is what the server is told, up or down."""
    with local_aws(AccountQuotas(2, 3, 1)) as ec2:
        vpc = new_vpc(ec2)
        group, other = new_group(ec2, vpc), new_group(ec2, vpc, "other")
        call = ec2.authorize_security_group_ingress
        assert refusal(call, GroupId=group, IpPermissions=ipv4(3)) == TOO_MANY_RULES
        acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
        ec2.create_network_acl_entry(**entry(acl, 1))
        ec2.create_network_acl_entry(**entry(acl, 2))
        assert refusal(ec2.create_network_acl_entry, **entry(acl, 3)) == TOO_MANY_ENTRIES
        subnet = new_subnet(ec2, vpc)
        refused = refusal(ec2.create_network_interface, SubnetId=subnet, Groups=[group, other])
        assert refused == TOO_MANY_GROUPS


@proves("quota-acls")
def test_the_default_acl_counts_as_well() -> None:
    """A VPC has as many ACLs as its quota says, its own among them; another VPC has as many."""
    with local_aws(AccountQuotas(network_acls_per_vpc=2)) as ec2:
        vpc = new_vpc(ec2)
        ec2.create_network_acl(VpcId=vpc, ClientToken="one")
        assert refusal(ec2.create_network_acl, VpcId=vpc) == (
            "NetworkAclLimitExceeded",
            "The maximum number of network ACLs has been reached.",
        )
        # A call that is repeated makes none, and so needs no room.
        ec2.create_network_acl(VpcId=vpc, ClientToken="one")
        ec2.create_network_acl(VpcId=new_vpc(ec2))


@proves("quota-groups")
def test_groups_count_over_all_vpcs_of_a_region() -> None:
    """Default groups count as well: here those of the Region's own VPC and of two others."""
    with local_aws(AccountQuotas(security_groups_per_region=4)) as ec2:
        one, two = new_vpc(ec2), new_vpc(ec2)
        new_group(ec2, one)
        new = {"GroupName": "more", "Description": "mail", "VpcId": two}
        assert refusal(ec2.create_security_group, **new) == (
            "SecurityGroupLimitExceeded",
            "The maximum number of security groups has been reached.",
        )


@proves("quota-told")
def test_quotas_are_told_as_they_are_kept() -> None:
    """Service Quotas tells each limit under its code, and of other codes that there are none."""
    with local_aws(AccountQuotas(100, 30, 7, 12, 300)) as ec2:
        quotas = quotas_client(ec2)
        told = {
            code: quotas.get_service_quota(ServiceCode="vpc", QuotaCode=code)["Quota"]["Value"]
            for code in ("L-0EA8095F", "L-2AEEBF1A", "L-2AFB9258", "L-B4A6D682", "L-E79EC296")
        }
        assert list(told.values()) == [100, 30, 7, 12, 300]
        assert live_quotas.read_quotas(quotas) == LiveQuotas(100, 7, 30, 12, from_defaults=False)
        code, _ = refusal(quotas.get_service_quota, ServiceCode="vpc", QuotaCode="L-00000000")
        assert code == "NoSuchResourceException"
