"""VPCs and subnets, as far as a program that embeds the gateway needs them."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from . import tags
from .aws import Call, tolerate
from .resource import REGION, TAGS, Made, Resource
from .schema import Kind, Property
from .validators import network_address
from .values import Properties, Value, text, text_map

_VPC_GONE: Final = frozenset({"InvalidVpcID.NotFound"})
_SUBNET_GONE: Final = frozenset({"InvalidSubnetID.NotFound"})
_ATTRIBUTES: Final = {
    "enableDnsSupport": "EnableDnsSupport",
    "enableDnsHostnames": "EnableDnsHostnames",
}


class Vpc(Resource):
    """A VPC with one IPv4 network."""

    type_name = "aws:ec2/vpc:Vpc"
    title = "VPC"
    properties: ClassVar = {
        "cidrBlock": Property(
            Kind.TEXT, required=True, replaces=True, validators=(network_address(4),)
        ),
        "enableDnsHostnames": Property(Kind.BOOLEAN, computed=True),
        "enableDnsSupport": Property(Kind.BOOLEAN, default=True),
        "region": REGION,
        "tags": TAGS,
    }
    outputs = (
        *("arn", "cidrBlock", "defaultNetworkAclId", "defaultSecurityGroupId"),
        *("enableDnsHostnames", "enableDnsSupport", "ownerId", "region", "tagsAll"),
    )

    def create(self, call: Call, inputs: Properties) -> Made:
        """Make the VPC and set its attributes."""
        vpc_id = call.ec2.create_vpc(
            CidrBlock=text(inputs, "cidrBlock"), **tags.specification(call, "vpc", inputs)
        )["Vpc"]["VpcId"]
        _set_attributes(call, vpc_id, {}, inputs)
        return Made(vpc_id, _vpc_outputs(call, _find_vpc(call, vpc_id), inputs))

    def read(self, call: Call, resource_id: str, state: Mapping[str, Value]) -> Made | None:
        """Read the VPC."""
        found = _find_vpc(call, resource_id)
        return Made(resource_id, _vpc_outputs(call, found, state)) if found else None

    def update(
        self, call: Call, resource_id: str, olds: Properties, news: Properties
    ) -> Properties:
        """Change attributes and tags."""
        _set_attributes(call, resource_id, olds, news)
        tags.update(call.ec2, resource_id, text_map(olds, "tagsAll"), tags.all_tags(call, news))
        return _vpc_outputs(call, _find_vpc(call, resource_id), news)

    def delete(self, call: Call, resource_id: str, olds: Properties) -> None:  # noqa: ARG002 - the id says it all.
        """Delete the VPC."""
        tolerate(lambda: call.ec2.delete_vpc(VpcId=resource_id), _VPC_GONE)


def _find_vpc(call: Call, vpc_id: str) -> Any:
    answer = tolerate(lambda: call.ec2.describe_vpcs(VpcIds=[vpc_id]), _VPC_GONE)
    return answer["Vpcs"][0] if answer and answer["Vpcs"] else None


def attribute(call: Call, vpc_id: str, name: str) -> bool:
    """Return an attribute of the VPC, such as `enableDnsSupport`."""
    answer = call.ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=name)
    return bool(answer[_ATTRIBUTES[name]]["Value"])


def _set_attributes(call: Call, vpc_id: str, olds: Properties, news: Properties) -> None:
    for name, key in _ATTRIBUTES.items():
        if name in news and news[name] != olds.get(name):
            call.ec2.modify_vpc_attribute(VpcId=vpc_id, **{key: {"Value": news[name]}})


def _vpc_outputs(call: Call, vpc: Mapping[str, Any], state: Mapping[str, Value]) -> Properties:
    vpc_id, owner = vpc["VpcId"], vpc["OwnerId"]
    here = [{"Name": "vpc-id", "Values": [vpc_id]}]
    acls = call.ec2.describe_network_acls(Filters=[*here, {"Name": "default", "Values": ["true"]}])[
        "NetworkAcls"
    ]
    groups = call.ec2.describe_security_groups(
        Filters=[*here, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"]
    return {
        "arn": call.arn(owner, f"vpc/{vpc_id}"),
        "cidrBlock": vpc["CidrBlock"],
        "defaultNetworkAclId": acls[0]["NetworkAclId"],
        "defaultSecurityGroupId": groups[0]["GroupId"],
        "enableDnsHostnames": attribute(call, vpc_id, "enableDnsHostnames"),
        "enableDnsSupport": attribute(call, vpc_id, "enableDnsSupport"),
        "ownerId": owner,
        "region": call.region,
        **tags.outputs(call, vpc.get("Tags", ()), state),
    }


class Subnet(Resource):
    """A subnet with one IPv4 network."""

    type_name = "aws:ec2/subnet:Subnet"
    title = "subnet"
    properties: ClassVar = {
        "availabilityZone": Property(Kind.TEXT, computed=True, replaces=True),
        "cidrBlock": Property(
            Kind.TEXT, required=True, replaces=True, validators=(network_address(4),)
        ),
        "region": REGION,
        "tags": TAGS,
        "vpcId": Property(Kind.TEXT, required=True, replaces=True),
    }
    outputs = (
        *("arn", "availabilityZone", "availabilityZoneId", "cidrBlock", "ownerId", "region"),
        *("tagsAll", "vpcId"),
    )

    def create(self, call: Call, inputs: Properties) -> Made:
        """Make the subnet."""
        zone = text(inputs, "availabilityZone")
        subnet = call.ec2.create_subnet(
            VpcId=text(inputs, "vpcId"),
            CidrBlock=text(inputs, "cidrBlock"),
            **({"AvailabilityZone": zone} if zone else {}),
            **tags.specification(call, "subnet", inputs),
        )["Subnet"]
        return Made(subnet["SubnetId"], _subnet_outputs(call, subnet, inputs))

    def read(self, call: Call, resource_id: str, state: Mapping[str, Value]) -> Made | None:
        """Read the subnet."""
        found = _find_subnet(call, resource_id)
        return Made(resource_id, _subnet_outputs(call, found, state)) if found else None

    def update(
        self, call: Call, resource_id: str, olds: Properties, news: Properties
    ) -> Properties:
        """Change tags, the only thing that can change."""
        tags.update(call.ec2, resource_id, text_map(olds, "tagsAll"), tags.all_tags(call, news))
        return _subnet_outputs(call, _find_subnet(call, resource_id), news)

    def delete(self, call: Call, resource_id: str, olds: Properties) -> None:  # noqa: ARG002 - the id says it all.
        """Delete the subnet."""
        tolerate(lambda: call.ec2.delete_subnet(SubnetId=resource_id), _SUBNET_GONE)


def _find_subnet(call: Call, subnet_id: str) -> Any:
    answer = tolerate(lambda: call.ec2.describe_subnets(SubnetIds=[subnet_id]), _SUBNET_GONE)
    return answer["Subnets"][0] if answer and answer["Subnets"] else None


def _subnet_outputs(
    call: Call, subnet: Mapping[str, Any], state: Mapping[str, Value]
) -> Properties:
    return {
        "arn": call.arn(subnet["OwnerId"], f"subnet/{subnet['SubnetId']}"),
        "availabilityZone": subnet["AvailabilityZone"],
        "availabilityZoneId": subnet["AvailabilityZoneId"],
        "cidrBlock": subnet["CidrBlock"],
        "ownerId": subnet["OwnerId"],
        "region": call.region,
        "vpcId": subnet["VpcId"],
        **tags.outputs(call, subnet.get("Tags", ()), state),
    }
