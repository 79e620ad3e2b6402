"""What a stack's file presumes is made in the local AWS, once, and nothing else."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from gateway_rehearsal.stage import Stage, make, presumed
from gateway_rules.errors import NoAnswer
from gateway_rules.inputs.site import Location, Site

REGION = "eu-west-1"
VPC = {"Name": "mail-gateway"}
SUBNETS = {"Tier": "gateway", "Owner": "mail"}


@pytest.fixture
def ec2() -> Iterator[Any]:
    """Give a client of an empty AWS in this process."""
    with mock_aws():
        yield boto3.client("ec2", region_name=REGION)


def stage(*networks: tuple[str | None, str | None]) -> Stage:
    """Give a stage with subnets of these networks."""
    return Stage(VPC, SUBNETS, networks)


def site(*networks: str) -> Site:
    """Give a site of these networks and nothing else."""
    data = {"stack": "test", "region": REGION, "roles": {}, "networks": networks}
    return Site.model_validate(data)


def location(**fields: Any) -> Location:
    """Say where in AWS it is."""
    return Location(**{"vpc": VPC, "subnets": SUBNETS, **fields})


def vpcs(ec2: Any) -> list[dict[str, Any]]:
    """Give the VPCs that carry the stack's tags."""
    found: list[dict[str, Any]] = ec2.describe_vpcs(
        Filters=[{"Name": "tag:Name", "Values": [VPC["Name"]]}]
    )["Vpcs"]
    return found


def networks(ec2: Any) -> list[tuple[str | None, list[str], int]]:
    """Give the networks of each tagged subnet, and how many interfaces are in it."""
    tags = [{"Name": f"tag:{name}", "Values": [value]} for name, value in SUBNETS.items()]
    interfaces = [
        interface["SubnetId"]
        for interface in ec2.describe_network_interfaces()["NetworkInterfaces"]
    ]
    return sorted(
        (
            subnet.get("CidrBlock"),
            [block["Ipv6CidrBlock"] for block in subnet["Ipv6CidrBlockAssociationSet"]],
            interfaces.count(subnet["SubnetId"]),
        )
        for subnet in ec2.describe_subnets(Filters=tags)["Subnets"]
    )


def test_makes_what_the_file_names(ec2: Any) -> None:
    """A VPC around the networks and a subnet with an interface for each of them appear."""
    make(stage(("10.42.8.0/26", "2001:db8:0:1::/64"), ("10.43.8.64/26", None)), ec2)

    (vpc,) = vpcs(ec2)
    blocks = [block["CidrBlock"] for block in vpc["CidrBlockAssociationSet"]]
    assert blocks == ["10.42.0.0/16", "10.43.0.0/16"]
    assert networks(ec2) == [
        ("10.42.8.0/26", ["2001:db8:0:1::/64"], 1),
        ("10.43.8.64/26", [], 1),
    ]


def test_changes_nothing_the_second_time(ec2: Any) -> None:
    """What is there already stays, with its ids."""
    wanted = stage(("10.42.8.0/26", None), ("10.42.8.64/26", None))
    make(wanted, ec2)
    before = ec2.describe_subnets()["Subnets"]

    make(wanted, ec2)

    assert ec2.describe_subnets()["Subnets"] == before
    assert len(vpcs(ec2)) == 1


def test_follows_a_changed_file(ec2: Any) -> None:
    """Networks that the file no longer names go, and new ones come, in the same VPC."""
    make(stage(("10.42.8.0/26", None), ("10.42.8.64/26", None)), ec2)

    make(stage(("10.42.8.64/26", None), ("10.44.0.0/28", None)), ec2)

    assert networks(ec2) == [("10.42.8.64/26", [], 1), ("10.44.0.0/28", [], 1)]
    assert len(vpcs(ec2)) == 1


def test_leaves_strange_subnets_alone(ec2: Any) -> None:
    """A subnet without the stack's tags is nobody's business."""
    make(stage(("10.42.8.0/26", None)), ec2)
    vpc = vpcs(ec2)[0]["VpcId"]
    strange = ec2.create_subnet(VpcId=vpc, CidrBlock="10.42.9.0/26")["Subnet"]["SubnetId"]

    make(stage(("10.42.8.0/26", None)), ec2)

    assert ec2.describe_subnets(SubnetIds=[strange])["Subnets"]


def test_follows_changed_tags(ec2: Any) -> None:
    """Where the file names its subnets by other tags, those that have the networks get them."""
    make(Stage(VPC, {"Tier": "old"}, (("10.42.8.0/26", None),)), ec2)
    (before,) = ec2.describe_subnets(Filters=[{"Name": "tag:Tier", "Values": ["old"]}])["Subnets"]

    make(stage(("10.42.8.0/26", None)), ec2)

    (after,) = ec2.describe_subnets(SubnetIds=[before["SubnetId"]])["Subnets"]
    assert {tag["Key"]: tag["Value"] for tag in after["Tags"]} == SUBNETS
    assert networks(ec2) == [("10.42.8.0/26", [], 1)]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (
            ["10.0.0.0/24", "10.0.0.0/26"],
            "InvalidSubnet.Conflict: The CIDR '10.0.0.0/26' conflicts with another subnet",
        ),
        (["10.32.0.0/12"], "InvalidVpc.Range: The CIDR '10.32.0.0/12' is invalid."),
    ],
)
def test_says_what_no_vpc_can_have(ec2: Any, wanted: list[str], said: str) -> None:
    """Networks that AWS refuses are told in a line, with its own words."""
    with pytest.raises(NoAnswer) as caught:
        make(stage(*((network, None) for network in wanted)), ec2)

    assert str(caught.value) == (
        f"error: <command>:1:1: [stage-networks] the local AWS cannot have the subnets "
        f"{', '.join(wanted)} in one VPC: {said}; write networks that subnets of one VPC can have; "
        "where it is the last run's subnets that are in the way, run gateway-rules local down first"
    )


def test_pairs_the_networks_of_both_families() -> None:
    """IPv6 networks go to the first subnets; the rest have none, or are IPv6 alone."""
    at = location()
    named = site("10.0.0.0/26", "2001:db8::/64", "10.0.1.0/26")
    more = site("10.0.0.0/26", "2001:db8::/64", "2001:db9::/64")

    assert presumed(named, at) == stage(("10.0.0.0/26", "2001:db8::/64"), ("10.0.1.0/26", None))
    assert presumed(more, at) == stage(("10.0.0.0/26", "2001:db8::/64"), (None, "2001:db9::/64"))


def test_makes_a_subnet_of_ipv6_alone(ec2: Any) -> None:
    """A network of IPv6 without one of IPv4 is a subnet of its own."""
    make(stage((None, "2001:db8:0:1::/64")), ec2)

    assert networks(ec2) == [(None, ["2001:db8:0:1::/64"], 1)]


def test_puts_gateways_somewhere() -> None:
    """A site that names no networks gets one subnet, so that its tags find one."""
    assert presumed(site(), location()) == stage(("10.255.0.0/24", None))


@pytest.mark.parametrize("ids", [{"vpc": "vpc-0a1b"}, {"subnets": ("subnet-0a1b",)}])
def test_cannot_make_ids(ids: dict[str, Any]) -> None:
    """Ids are AWS's to give; a stack that names them cannot be rehearsed, and learns the cure."""
    with pytest.raises(NoAnswer) as caught:
        presumed(site(), location(**ids))

    assert str(caught.value) == (
        "error: <command>:1:1: [stage-ids] test names its VPC or its subnets by id, which a local "
        "AWS cannot make; name them by tags to rehearse the stack"
    )
