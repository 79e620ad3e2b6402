import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from aws_fixtures import EVERYWHERE, local_aws, new_vpc, refusal

from gateway_rehearsal.aws.client import client
from gateway_rehearsal.aws.journal import Journal

SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}


@dataclass(frozen=True)
class Written:
    """A client of a local AWS, and the journal that it keeps."""

    ec2: Any
    file: StringIO

    def lines(self) -> list[dict[str, Any]]:
        """Give what stands in the journal now."""
        return [json.loads(line) for line in self.file.getvalue().splitlines()]

    def last(self) -> dict[str, Any]:
        """Give what the last call that changed something left there."""
        return self.lines()[-1]


@pytest.fixture
def written() -> Iterator[Written]:
    """Serve a local AWS that keeps a journal."""
    file = StringIO()
    with local_aws(journal=Journal(file)) as ec2:
        yield Written(ec2, file)


def new_group(written: Written) -> str:
    """Make a group and return its id."""
    made = written.ec2.create_security_group(
        GroupName="mail", Description="mail", VpcId=new_vpc(written.ec2)
    )
    group: str = made["GroupId"]
    return group


def test_each_call_is_numbered_and_told_with_what_it_changed(written: Written) -> None:
    """The line of a call is there when its answer is, with the new state of what it changed."""
    group = new_group(written)
    assert written.last()["action"] == "CreateSecurityGroup"
    assert [line["number"] for line in written.lines()] == [1, 2]
    written.ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[SSH | {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
    )
    assert written.last()["changed"] == {
        group: {
            "name": "mail",
            "rules": [
                {"direction": "egress", "protocol": "-1", "ports": None, "peer": "0.0.0.0/0"},
                {
                    "direction": "ingress",
                    "protocol": "tcp",
                    "ports": [22, 22],
                    "peer": "10.0.0.0/8",
                },
            ],
        }
    }
    assert (written.last()["region"], written.last()["error"]) == ("eu-west-1", None)
    assert written.last()["parameters"]["GroupId"] == group


def test_reading_leaves_no_line(written: Written) -> None:
    """Calls that only describe are not told."""
    group = new_group(written)
    written.ec2.describe_security_groups(GroupIds=[group])
    written.ec2.get_managed_prefix_list_entries(PrefixListId="pl-0")
    assert written.last()["action"] == "CreateSecurityGroup"


def test_a_refused_call_is_told_with_its_code(written: Written) -> None:
    """A call that failed is there as well, and changed nothing."""
    new_group(written)
    code, _ = refusal(
        written.ec2.authorize_security_group_ingress,
        GroupId="sg-0",
        IpPermissions=[SSH | EVERYWHERE],
    )
    assert (written.last()["error"], written.last()["changed"]) == (code, {})


def test_what_is_gone_is_null(written: Written) -> None:
    """A deleted group is told as one that is no more."""
    group = new_group(written)
    written.ec2.delete_security_group(GroupId=group)
    assert written.last()["changed"] == {group: None}


def test_entries_and_the_subnets_of_an_acl_are_told(written: Written) -> None:
    """ACLs are told with their own entries, ICMP by type and code, and with their subnets."""
    vpc = new_vpc(written.ec2)
    subnet = written.ec2.create_subnet(VpcId=vpc, CidrBlock="10.42.8.0/26")["Subnet"]["SubnetId"]
    acl = written.ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    written.ec2.create_network_acl_entry(
        NetworkAclId=acl,
        Egress=False,
        RuleNumber=100,
        RuleAction="allow",
        Protocol="1",
        CidrBlock="0.0.0.0/0",
        IcmpTypeCode={"Type": 3, "Code": 4},
    )
    entry = {
        "direction": "ingress",
        "number": 100,
        "action": "allow",
        "protocol": "1",
        "ports": [3, 4],
        "peer": "0.0.0.0/0",
    }
    assert written.last()["changed"] == {acl: {"entries": [entry], "subnets": []}}
    (default,) = written.ec2.describe_network_acls(
        Filters=[{"Name": "association.subnet-id", "Values": [subnet]}]
    )["NetworkAcls"]
    (association,) = default["Associations"]
    written.ec2.replace_network_acl_association(
        AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl
    )
    moved = written.last()["changed"]
    assert moved.keys() == {acl, default["NetworkAclId"]}
    assert (moved[acl]["subnets"], moved[default["NetworkAclId"]]["subnets"]) == ([subnet], [])


def test_interfaces_are_told_with_the_network_of_their_subnet(written: Written) -> None:
    """An interface is told with its groups, and with IPv6 where its subnet has nothing else."""
    vpc = new_vpc(written.ec2, ipv6=True)
    blocks = written.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"]
    network = blocks[0]["Ipv6CidrBlock"].replace("/56", "/64")
    asked = ({"CidrBlock": "10.42.8.0/26"}, {"Ipv6CidrBlock": network, "Ipv6Native": True})
    for block, shown in zip(asked, ("10.42.8.0/26", network), strict=True):
        subnet = written.ec2.create_subnet(VpcId=vpc, **block)["Subnet"]["SubnetId"]
        made = written.ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
        told = written.last()["changed"][made["NetworkInterfaceId"]]
        groups = [group["GroupId"] for group in made["Groups"]]
        assert told == {"subnet": subnet, "network": shown, "groups": groups}


def test_each_region_is_compared_with_itself(written: Written) -> None:
    """A call in one region does not tell what another region holds again."""
    new_group(written)
    other = client(written.ec2.meta.endpoint_url, "eu-central-1")
    new_group(Written(other, written.file))
    assert written.last()["region"] == "eu-central-1"
    new_vpc(written.ec2)
    assert all("mail" not in str(each) for each in written.last()["changed"].values())
