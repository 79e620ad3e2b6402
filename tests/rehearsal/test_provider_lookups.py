"""Look-ups of VPCs and what they hold, in the stand-in."""

import pytest
from aws_fixtures import new_subnet, new_vpc
from provider_fixtures import REGION, Context, Engine, engine, refusal, service
from pulumi.runtime.proto import provider_pb2

from gateway_rehearsal.provider.values import Properties, objects, texts, to_struct

__all__ = ["engine", "service"]

VPCS = "aws:ec2/getVpcs:getVpcs"
SUBNETS = "aws:ec2/getSubnets:getSubnets"
ACLS = "aws:ec2/getNetworkAcls:getNetworkAcls"
GROUPS = "aws:ec2/getSecurityGroups:getSecurityGroups"
INTERFACES = "aws:ec2/getNetworkInterfaces:getNetworkInterfaces"
THE_VPC = "aws:ec2/getVpc:getVpc"
THE_SUBNET = "aws:ec2/getSubnet:getSubnet"


def tag(engine: Engine, resource_id: str, name: str) -> str:
    """Name a resource by a tag, and return its id."""
    engine.ec2.create_tags(Resources=[resource_id], Tags=[{"Key": "Name", "Value": name}])
    return resource_id


def by(name: str, *values: str) -> Properties:
    """Write a filter."""
    return {"filters": [{"name": name, "values": [*values]}]}


def test_vpcs_are_found_by_tags(engine: Engine) -> None:
    """The answer repeats what was asked, and where."""
    wanted = tag(engine, new_vpc(engine.ec2), "one")
    tag(engine, new_vpc(engine.ec2), "other")
    assert engine.invoke(VPCS, {"tags": {"Name": "one"}}) == {
        "id": REGION,
        "ids": [wanted],
        "region": REGION,
        "tags": {"Name": "one"},
    }


def test_no_vpc_is_an_empty_list(engine: Engine) -> None:
    """It is no error to find none of several."""
    assert engine.invoke(VPCS, {"tags": {"Name": "nobody"}})["ids"] == []
    assert engine.invoke(SUBNETS, by("vpc-id", "vpc-1"))["ids"] == []


def test_subnets_are_found_by_filters_and_tags(engine: Engine) -> None:
    """Both must hold."""
    vpc_id, other = new_vpc(engine.ec2), new_vpc(engine.ec2)
    first = tag(engine, new_subnet(engine.ec2, vpc_id, "10.42.1.0/24"), "gateway")
    second = tag(engine, new_subnet(engine.ec2, vpc_id, "10.42.2.0/24"), "gateway")
    new_subnet(engine.ec2, vpc_id, "10.42.3.0/24")
    tag(engine, new_subnet(engine.ec2, other, "10.42.1.0/24"), "gateway")
    answer = engine.invoke(SUBNETS, by("vpc-id", vpc_id) | {"tags": {"Name": "gateway"}})
    assert sorted(texts(answer, "ids")) == sorted([first, second])


def test_a_vpc_is_found_by_its_id(engine: Engine) -> None:
    """The answer says what it is."""
    vpc_id = tag(engine, new_vpc(engine.ec2), "by-id")
    answer = engine.invoke(THE_VPC, {"id": vpc_id})
    associations = objects(answer, "cidrBlockAssociations")
    assert [one | {"associationId": ""} for one in associations] == [
        {"associationId": "", "cidrBlock": "10.42.0.0/16", "state": "associated"}
    ]
    assert answer == {
        "arn": f"arn:aws:ec2:{REGION}:123456789012:vpc/{vpc_id}",
        "cidrBlock": "10.42.0.0/16",
        "cidrBlockAssociations": answer["cidrBlockAssociations"],
        "default": False,
        "dhcpOptionsId": answer["dhcpOptionsId"],
        "enableDnsHostnames": False,
        "enableDnsSupport": True,
        "id": vpc_id,
        "instanceTenancy": "default",
        "ownerId": "123456789012",
        "region": REGION,
        "state": "available",
        "tags": {"Name": "by-id"},
    }


@pytest.mark.parametrize(
    "arguments", [{"default": True}, {"cidrBlock": "172.31.0.0/16"}, by("is-default", "true")]
)
def test_a_vpc_is_found_by_what_it_is(engine: Engine, arguments: Properties) -> None:
    """Every account has one default VPC a region."""
    assert engine.invoke(THE_VPC, arguments)["default"] is True


def test_a_subnet_is_found_by_its_id(engine: Engine) -> None:
    """The answer says what it is."""
    vpc_id = new_vpc(engine.ec2)
    subnet_id = tag(engine, new_subnet(engine.ec2, vpc_id), "by-id")
    answer = engine.invoke(THE_SUBNET, {"id": subnet_id})
    assert answer == {
        "arn": f"arn:aws:ec2:{REGION}:123456789012:subnet/{subnet_id}",
        "availabilityZone": answer["availabilityZone"],
        "availabilityZoneId": answer["availabilityZoneId"],
        "availableIpAddressCount": 59,
        "cidrBlock": "10.42.8.0/26",
        "defaultForAz": False,
        "id": subnet_id,
        "ipv6CidrBlock": "",
        "mapPublicIpOnLaunch": False,
        "ownerId": "123456789012",
        "region": REGION,
        "state": "available",
        "tags": {"Name": "by-id"},
        "vpcId": vpc_id,
    }


def test_a_subnet_is_found_by_what_it_is(engine: Engine) -> None:
    """Its VPC and its network name it."""
    vpc_id = new_vpc(engine.ec2)
    subnet_id = new_subnet(engine.ec2, vpc_id)
    new_subnet(engine.ec2, vpc_id, "10.42.9.0/24")
    arguments: Properties = {"vpcId": vpc_id, "cidrBlock": "10.42.8.0/26"}
    assert engine.invoke(THE_SUBNET, arguments)["id"] == subnet_id


@pytest.mark.parametrize(("token", "kind"), [(THE_VPC, "VPC"), (THE_SUBNET, "Subnet")])
def test_none_where_one_is_asked_for_is_an_error(engine: Engine, token: str, kind: str) -> None:
    """As it is for the official plugin."""
    with refusal() as text:
        engine.invoke(token, {"tags": {"Name": "nobody"}})
    assert text() == f"invoking {token}: no matching EC2 {kind} found"


@pytest.mark.parametrize(("token", "kind"), [(THE_VPC, "VPC"), (THE_SUBNET, "Subnet")])
def test_two_where_one_is_asked_for_are_an_error(engine: Engine, token: str, kind: str) -> None:
    """The message says what to do."""
    for _ in range(2):
        vpc_id = tag(engine, new_vpc(engine.ec2), f"twice {kind}")
        tag(engine, new_subnet(engine.ec2, vpc_id), f"twice {kind}")
    with refusal() as text:
        engine.invoke(token, {"tags": {"Name": f"twice {kind}"}})
    assert text() == (
        f"invoking {token}: multiple EC2 {kind}s matched; use additional constraints to reduce "
        f"matches to a single EC2 {kind}"
    )


def test_acls_are_found_by_the_subnet_that_they_guard(engine: Engine) -> None:
    """A new subnet is under the VPC's own, which `default` tells from others."""
    vpc_id = new_vpc(engine.ec2)
    subnet_id = new_subnet(engine.ec2, vpc_id)
    guards = by("association.subnet-id", subnet_id)
    (default,) = texts(engine.invoke(ACLS, guards), "ids")
    other = tag(engine, new_acl(engine, vpc_id), "other")
    both = engine.invoke(ACLS, {"vpcId": vpc_id})
    assert sorted(texts(both, "ids")) == sorted([default, other])
    custom = engine.invoke(ACLS, by("default", "false") | {"vpcId": vpc_id})
    assert texts(custom, "ids") == [other]
    assert engine.invoke(ACLS, {"vpcId": vpc_id, "tags": {"Name": "other"}}) == {
        "id": REGION,
        "ids": [other],
        "region": REGION,
        "tags": {"Name": "other"},
        "vpcId": vpc_id,
    }


def new_acl(engine: Engine, vpc_id: str) -> str:
    """Make a network ACL, and return its id."""
    return str(engine.ec2.create_network_acl(VpcId=vpc_id)["NetworkAcl"]["NetworkAclId"])


def test_groups_are_found_with_their_vpc(engine: Engine) -> None:
    """Names and VPCs stand in the order of the ids."""
    vpc_id = new_vpc(engine.ec2)
    made = engine.ec2.create_security_group(GroupName="one", Description="one", VpcId=vpc_id)
    group = tag(engine, made["GroupId"], "one")
    answer = engine.invoke(GROUPS, by("vpc-id", vpc_id) | {"tags": {"Name": "one"}})
    arn = f"arn:aws:ec2:{REGION}:123456789012:security-group/{group}"
    assert (answer["ids"], answer["arns"], answer["vpcIds"]) == ([group], [arn], [vpc_id])


def test_interfaces_are_found_by_subnet_and_status(engine: Engine) -> None:
    """One that is attached to nothing is available, and none is an empty list."""
    subnet_id = new_subnet(engine.ec2, new_vpc(engine.ec2))
    made = engine.ec2.create_network_interface(SubnetId=subnet_id)["NetworkInterface"]
    found = {
        status: engine.invoke(INTERFACES, {"filters": [there(subnet_id), in_status(status)]})["ids"]
        for status in ("available", "in-use")
    }
    assert found == {"available": [made["NetworkInterfaceId"]], "in-use": []}


def there(subnet_id: str) -> Properties:
    """Write the filter for a subnet."""
    return {"name": "subnet-id", "values": [subnet_id]}


def in_status(status: str) -> Properties:
    """Write the filter for a status."""
    return {"name": "status", "values": [status]}


def test_an_id_that_is_not_there_is_aws_s_error(engine: Engine) -> None:
    """Its code and message are passed on."""
    with refusal() as text:
        engine.invoke(THE_VPC, {"id": "vpc-00000000000000000"})
    assert text() == (
        f"invoking {THE_VPC}: InvalidVpcID.NotFound: VpcID {{'vpc-00000000000000000'}} does not "
        "exist."
    )


def test_another_region_is_asked_where_it_is_named(engine: Engine) -> None:
    """The region is an argument of every look-up."""
    answer = engine.invoke(VPCS, {"region": "eu-central-1"})
    assert (answer["region"], answer["id"]) == ("eu-central-1", "eu-central-1")


def test_an_unknown_argument_is_a_failed_look_up(engine: Engine) -> None:
    """It is named."""
    request = provider_pb2.InvokeRequest(
        tok=VPCS, args=to_struct({"colour": "red", "filters": [{"name": "vpc-id"}]})
    )
    answer = engine.provider.Invoke(request, Context())
    assert [(one.property, one.reason) for one in answer.failures] == [
        ("colour", "the stand-in for aws does not know this property"),
        ("filters[0].values", "missing required property"),
    ]
