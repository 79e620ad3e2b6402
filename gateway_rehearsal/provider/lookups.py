"""The look-ups of what is there already, by tags, filters and id: VPCs and what they hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from .aws import Call
from .faults import Failure, ProviderError
from .schema import Property, ValueKind, object_failures
from .values import Properties, Value, objects, text, text_map, texts
from .vpc import subnet_facts, vpc_facts

_COMMON: Final = {
    "filters": Property(
        ValueKind.OBJECTS,
        fields={
            "name": Property(ValueKind.TEXT, required=True),
            "values": Property(ValueKind.TEXTS, required=True),
        },
    ),
    "region": Property(ValueKind.TEXT),
    "tags": Property(ValueKind.TEXT_MAP),
}
# The arguments that are filters of AWS under another name.
_VPC_FILTERS: Final = {
    "cidrBlock": "cidr",
    "default": "is-default",
    "dhcpOptionsId": "dhcp-options-id",
    "state": "state",
}
_SUBNET_FILTERS: Final = {
    "availabilityZone": "availabilityZone",
    "availabilityZoneId": "availabilityZoneId",
    "cidrBlock": "cidrBlock",
    "defaultForAz": "defaultForAz",
    "ipv6CidrBlock": "ipv6-cidr-block-association.ipv6-cidr-block",
    "state": "state",
    "vpcId": "vpc-id",
}
_ACL_FILTERS: Final = {"vpcId": "vpc-id"}


@dataclass(frozen=True)
class LookUp:
    """One look-up: its arguments, and what answers it.

    The answer raises ClientError when AWS refuses, and ProviderError when not one thing is found
    where one is asked for.
    """

    arguments: Mapping[str, Property]
    answer: Callable[[Call, Properties], Properties]

    def failures(self, arguments: Properties) -> list[Failure]:
        """Return what is wrong with the arguments."""
        return sorted(object_failures("", arguments, self.arguments), key=lambda one: one.property)


def _vpcs(call: Call, arguments: Properties) -> Properties:
    ids: list[Value] = [vpc["VpcId"] for vpc in _find_vpcs(call, arguments)]
    return _list_of(call, arguments, ids)


def _subnets(call: Call, arguments: Properties) -> Properties:
    ids: list[Value] = [subnet["SubnetId"] for subnet in _find_subnets(call, arguments)]
    return _list_of(call, arguments, ids)


def _groups(call: Call, arguments: Properties) -> Properties:
    found = _described(call, "describe_security_groups", "SecurityGroups", arguments)
    ids: list[Value] = [group["GroupId"] for group in found]
    arns: list[Value] = [
        call.arn(group["OwnerId"], f"security-group/{group['GroupId']}") for group in found
    ]
    vpcs: list[Value] = [group["VpcId"] for group in found]
    return {**_list_of(call, arguments, ids), "arns": arns, "vpcIds": vpcs}


def _acls(call: Call, arguments: Properties) -> Properties:
    found = _described(call, "describe_network_acls", "NetworkAcls", arguments)
    return _list_of(call, arguments, [acl["NetworkAclId"] for acl in found])


def _interfaces(call: Call, arguments: Properties) -> Properties:
    found = _described(call, "describe_network_interfaces", "NetworkInterfaces", arguments)
    return _list_of(call, arguments, [one["NetworkInterfaceId"] for one in found])


def _described(
    call: Call, operation: str, key: str, arguments: Properties
) -> list[Mapping[str, Any]]:
    filters = _filters(arguments, _ACL_FILTERS)
    pages = call.ec2.get_paginator(operation).paginate(Filters=filters)
    return [one for page in pages for one in page[key]]


def _list_of(call: Call, arguments: Properties, ids: list[Value]) -> Properties:
    return {**arguments, "id": call.region, "ids": ids, "region": call.region}


def _vpc(call: Call, arguments: Properties) -> Properties:
    vpc = _only("VPC", _find_vpcs(call, arguments))
    associations: list[Value] = [
        {
            "associationId": one["AssociationId"],
            "cidrBlock": one["CidrBlock"],
            "state": one["CidrBlockState"]["State"],
        }
        for one in vpc.get("CidrBlockAssociationSet", ())
    ]
    return {
        **vpc_facts(call, vpc),
        "cidrBlockAssociations": associations,
        "default": vpc["IsDefault"],
        "dhcpOptionsId": vpc.get("DhcpOptionsId", ""),
        "id": vpc["VpcId"],
        "instanceTenancy": vpc["InstanceTenancy"],
        "state": vpc["State"],
        "tags": _tags(vpc),
    }


def _subnet(call: Call, arguments: Properties) -> Properties:
    subnet = _only("Subnet", _find_subnets(call, arguments))
    associations = subnet.get("Ipv6CidrBlockAssociationSet") or [{}]
    return {
        **subnet_facts(call, subnet),
        "availableIpAddressCount": subnet["AvailableIpAddressCount"],
        "defaultForAz": subnet["DefaultForAz"],
        "id": subnet["SubnetId"],
        "ipv6CidrBlock": associations[0].get("Ipv6CidrBlock", ""),
        "mapPublicIpOnLaunch": subnet["MapPublicIpOnLaunch"],
        "state": subnet["State"],
        "tags": _tags(subnet),
    }


def _find_vpcs(call: Call, arguments: Properties) -> list[Mapping[str, Any]]:
    wanted = {"VpcIds": [arguments["id"]]} if "id" in arguments else {}
    filters = _filters(arguments, _VPC_FILTERS)
    pages = call.ec2.get_paginator("describe_vpcs").paginate(Filters=filters, **wanted)
    return [vpc for page in pages for vpc in page["Vpcs"]]


def _find_subnets(call: Call, arguments: Properties) -> list[Mapping[str, Any]]:
    wanted = {"SubnetIds": [arguments["id"]]} if "id" in arguments else {}
    filters = _filters(arguments, _SUBNET_FILTERS)
    pages = call.ec2.get_paginator("describe_subnets").paginate(Filters=filters, **wanted)
    return [subnet for page in pages for subnet in page["Subnets"]]


def _filters(arguments: Properties, named: Mapping[str, str]) -> list[dict[str, Any]]:
    by_tag = {f"tag:{key}": [value] for key, value in text_map(arguments, "tags").items()}
    by_name = {
        name: [_as_text(arguments[argument])]
        for argument, name in named.items()
        if argument in arguments
    }
    listed = [(text(one, "name"), texts(one, "values")) for one in objects(arguments, "filters")]
    every = [*by_tag.items(), *by_name.items(), *listed]
    return [{"Name": name, "Values": values} for name, values in every]


def _as_text(value: Value) -> str:
    """Return a filter's value; AWS spells the booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tags(described: Mapping[str, Any]) -> Properties:
    return {tag["Key"]: tag["Value"] for tag in described.get("Tags", ())}


def _only(kind: str, found: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    if not found:
        raise ProviderError(f"no matching EC2 {kind} found")
    if len(found) > 1:
        raise ProviderError(
            f"multiple EC2 {kind}s matched; use additional constraints to reduce matches to a "
            f"single EC2 {kind}"
        )
    return found[0]


_TEXT: Final = Property(ValueKind.TEXT)
_BOOLEAN: Final = Property(ValueKind.BOOLEAN)


def _arguments(named: Mapping[str, str]) -> dict[str, Property]:
    kinds = {"default": _BOOLEAN, "defaultForAz": _BOOLEAN}
    return _COMMON | {"id": _TEXT} | {name: kinds.get(name, _TEXT) for name in named}


LOOK_UPS: Final = MappingProxyType(
    {
        "aws:ec2/getNetworkAcls:getNetworkAcls": LookUp(_COMMON | {"vpcId": _TEXT}, _acls),
        "aws:ec2/getNetworkInterfaces:getNetworkInterfaces": LookUp(_COMMON, _interfaces),
        "aws:ec2/getSecurityGroups:getSecurityGroups": LookUp(_COMMON, _groups),
        "aws:ec2/getVpcs:getVpcs": LookUp(_COMMON, _vpcs),
        "aws:ec2/getSubnets:getSubnets": LookUp(_COMMON, _subnets),
        "aws:ec2/getVpc:getVpc": LookUp(_arguments(_VPC_FILTERS), _vpc),
        "aws:ec2/getSubnet:getSubnet": LookUp(_arguments(_SUBNET_FILTERS), _subnet),
    }
)
