"""VPCs and subnets, as far as a program that embeds the gateway needs them."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from . import tags
from .aws import Call, tolerate
from .resource import REGION, TAGS, Made, Resource
from .schema import Property, ValueKind
from .validators import network_address
from .values import Properties, Value, text, text_map

_ATTRIBUTES: Final = {
    "enableDnsSupport": "EnableDnsSupport",
    "enableDnsHostnames": "EnableDnsHostnames",
}
_NETWORK: Final = Property(
    ValueKind.TEXT, required=True, replaces=True, validators=(network_address(4),)
)


class _Place(Resource):
    """What has one IPv4 network, is found by its id, and changes its tags in place."""

    gone: ClassVar[frozenset[str]]

    @abstractmethod
    def listed(self, call: Call, resource_id: str) -> Sequence[Mapping[str, Any]]:
        """Return what AWS lists under the id."""

    @abstractmethod
    def told_by(
        self, call: Call, found: Mapping[str, Any], state: Mapping[str, Value]
    ) -> Properties:
        """Return the outputs of what AWS lists."""

    @abstractmethod
    def remove(self, call: Call, resource_id: str) -> object:
        """Delete it in AWS."""

    def found(self, call: Call, resource_id: str) -> Mapping[str, Any] | None:
        """Return what AWS has under the id; None when it is gone."""
        some = tolerate(lambda: self.listed(call, resource_id), self.gone)
        return some[0] if some else None

    def read(self, call: Call, resource_id: str, state: Mapping[str, Value]) -> Made | None:
        """Read it by its id."""
        found = self.found(call, resource_id)
        return Made(resource_id, self.told_by(call, found, state)) if found else None

    def update(
        self, call: Call, resource_id: str, olds: Properties, news: Properties
    ) -> Properties:
        """Change its tags."""
        tags.update(call.ec2, resource_id, text_map(olds, "tagsAll"), tags.all_tags(call, news))
        return self.told_by(call, self.listed(call, resource_id)[0], news)

    def delete(self, call: Call, resource_id: str, olds: Properties) -> None:  # noqa: ARG002 - the id says it all.
        """Delete it."""
        tolerate(lambda: self.remove(call, resource_id), self.gone)


class Vpc(_Place):
    """A VPC with one IPv4 network."""

    type_name = "aws:ec2/vpc:Vpc"
    title = "VPC"
    gone = frozenset({"InvalidVpcID.NotFound"})
    properties: ClassVar = {
        "cidrBlock": _NETWORK,
        "enableDnsHostnames": Property(ValueKind.BOOLEAN, computed=True),
        "enableDnsSupport": Property(ValueKind.BOOLEAN, default=True),
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
        return Made(vpc_id, self.told_by(call, self.listed(call, vpc_id)[0], inputs))

    def update(
        self, call: Call, resource_id: str, olds: Properties, news: Properties
    ) -> Properties:
        """Change attributes and tags."""
        _set_attributes(call, resource_id, olds, news)
        return super().update(call, resource_id, olds, news)

    def listed(self, call: Call, resource_id: str) -> Sequence[Mapping[str, Any]]:
        """Return the VPC of the id."""
        vpcs: Sequence[Mapping[str, Any]] = call.ec2.describe_vpcs(VpcIds=[resource_id])["Vpcs"]
        return vpcs

    def told_by(
        self, call: Call, found: Mapping[str, Any], state: Mapping[str, Value]
    ) -> Properties:
        """Return the VPC's outputs, its default ACL and group among them."""
        here = [{"Name": "vpc-id", "Values": [found["VpcId"]]}]
        acls = call.ec2.describe_network_acls(
            Filters=[*here, {"Name": "default", "Values": ["true"]}]
        )["NetworkAcls"]
        groups = call.ec2.describe_security_groups(
            Filters=[*here, {"Name": "group-name", "Values": ["default"]}]
        )["SecurityGroups"]
        return {
            **vpc_facts(call, found),
            "defaultNetworkAclId": acls[0]["NetworkAclId"],
            "defaultSecurityGroupId": groups[0]["GroupId"],
            **tags.outputs(call, found.get("Tags", ()), state),
        }

    def remove(self, call: Call, resource_id: str) -> object:
        """Delete the VPC."""
        return call.ec2.delete_vpc(VpcId=resource_id)


def vpc_facts(call: Call, vpc: Mapping[str, Any]) -> Properties:
    """Return what both a VPC's resource and its look-up tell."""
    vpc_id = vpc["VpcId"]
    return {
        "arn": call.arn(vpc["OwnerId"], f"vpc/{vpc_id}"),
        "cidrBlock": vpc["CidrBlock"],
        **{name: _attribute(call, vpc_id, name) for name in _ATTRIBUTES},
        "ownerId": vpc["OwnerId"],
        "region": call.region,
    }


def _attribute(call: Call, vpc_id: str, name: str) -> bool:
    answer = call.ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=name)
    return bool(answer[_ATTRIBUTES[name]]["Value"])


def _set_attributes(call: Call, vpc_id: str, olds: Properties, news: Properties) -> None:
    for name, key in _ATTRIBUTES.items():
        if name in news and news[name] != olds.get(name):
            call.ec2.modify_vpc_attribute(VpcId=vpc_id, **{key: {"Value": news[name]}})


class Subnet(_Place):
    """A subnet with one IPv4 network."""

    type_name = "aws:ec2/subnet:Subnet"
    title = "subnet"
    gone = frozenset({"InvalidSubnetID.NotFound"})
    properties: ClassVar = {
        "availabilityZone": Property(ValueKind.TEXT, computed=True, replaces=True),
        "cidrBlock": _NETWORK,
        "region": REGION,
        "tags": TAGS,
        "vpcId": Property(ValueKind.TEXT, required=True, replaces=True),
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
        return Made(subnet["SubnetId"], self.told_by(call, subnet, inputs))

    def listed(self, call: Call, resource_id: str) -> Sequence[Mapping[str, Any]]:
        """Return the subnet of the id."""
        answer = call.ec2.describe_subnets(SubnetIds=[resource_id])
        subnets: Sequence[Mapping[str, Any]] = answer["Subnets"]
        return subnets

    def told_by(
        self, call: Call, found: Mapping[str, Any], state: Mapping[str, Value]
    ) -> Properties:
        """Return the subnet's outputs."""
        return subnet_facts(call, found) | tags.outputs(call, found.get("Tags", ()), state)

    def remove(self, call: Call, resource_id: str) -> object:
        """Delete the subnet."""
        return call.ec2.delete_subnet(SubnetId=resource_id)


def subnet_facts(call: Call, subnet: Mapping[str, Any]) -> Properties:
    """Return what both a subnet's resource and its look-up tell."""
    return {
        "arn": call.arn(subnet["OwnerId"], f"subnet/{subnet['SubnetId']}"),
        "availabilityZone": subnet["AvailabilityZone"],
        "availabilityZoneId": subnet["AvailabilityZoneId"],
        "cidrBlock": subnet["CidrBlock"],
        "ownerId": subnet["OwnerId"],
        "region": call.region,
        "vpcId": subnet["VpcId"],
    }
