"""What stack files presume in AWS, made in the local one: a VPC, its subnets, their interfaces."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import chain, zip_longest
from typing import Any, TypeAlias

from botocore.exceptions import ClientError

from gateway_rules.errors import unable
from gateway_rules.inputs import Location, Site
from gateway_rules.packets import Prefix

Ec2: TypeAlias = Any
"""A boto3 client, which has no types of its own."""

Networks: TypeAlias = tuple[str | None, str | None]
"""The IPv4 and the IPv6 network of one subnet."""

# A site that names no networks has its gateways in this one.
DEFAULT: Networks = ("10.255.0.0/24", None)
LARGEST_VPC = 16


@dataclass(frozen=True)
class Stage:
    """What one stack presumes, with the tags by which its file finds it."""

    vpc: Mapping[str, str]
    subnets: Mapping[str, str]
    networks: tuple[Networks, ...]


def presumed(site: Site, location: Location) -> Stage:
    """Give what a stack's file presumes; its IPv6 networks go to the first of its subnets.

    Raises NoAnswer when it names ids, which AWS gives out and nobody can ask for.
    """
    if isinstance(location.vpc, str) or not isinstance(location.subnets, Mapping):
        raise unable(
            "stage-ids",
            f"{site.stack} names its VPC or its subnets by id, which a local AWS cannot make",
            "name them by tags to rehearse the stack",
        )
    families = (_texts(site.networks, 4), _texts(site.networks, 6))
    return Stage(location.vpc, location.subnets, tuple(zip_longest(*families)) or (DEFAULT,))


def make(stage: Stage, ec2: Ec2) -> None:
    """Bring the local AWS to what is presumed; what is already so stays as it is.

    A subnet that has the networks and lacks the tags gets them: no VPC has two such subnets.
    Raises NoAnswer where there can be no such subnets.
    """
    try:
        _make(stage, ec2)
    except ClientError as error:
        what = ", ".join(filter(None, chain(*stage.networks)))
        code, said = (error.response["Error"][name] for name in ("Code", "Message"))
        raise unable(
            "stage-networks",
            f"the local AWS cannot have the subnets {what} in one VPC: {code}: {said}",
            "write networks that subnets of one VPC can have; where it is the last run's subnets "
            "that are in the way, run gateway-rules local down first",
        ) from None


def _make(stage: Stage, ec2: Ec2) -> None:
    vpc = _vpc(stage, ec2)
    wanted = list(stage.networks)
    for subnet in ec2.describe_subnets(Filters=_filters({}, vpc["VpcId"]))["Subnets"]:
        tags = {tag["Key"]: tag["Value"] for tag in subnet["Tags"]}
        is_tagged = stage.subnets.items() <= tags.items()
        if (networks := _networks(subnet)) in wanted:
            wanted.remove(networks)
            if not is_tagged:
                ec2.create_tags(Resources=[subnet["SubnetId"]], Tags=_pairs(stage.subnets))
        elif is_tagged:
            _remove_subnet(subnet["SubnetId"], ec2)
    _cover(vpc, wanted, ec2)
    for networks in wanted:
        _make_subnet(stage, vpc["VpcId"], networks, ec2)


def _texts(networks: Iterable[Prefix], version: int) -> tuple[str, ...]:
    """Write down the networks of one family."""
    return tuple(str(network) for network in networks if network.version == version)


def _vpc(stage: Stage, ec2: Ec2) -> Mapping[str, Any]:
    """Find the stack's VPC, or make it around its first network."""
    found: list[Mapping[str, Any]] = ec2.describe_vpcs(Filters=_filters(stage.vpc))["Vpcs"]
    if found:
        return found[0]
    block = _block(stage.networks[0][0] or DEFAULT[0] or "")
    made: Mapping[str, Any] = ec2.create_vpc(
        CidrBlock=block, TagSpecifications=_tags("vpc", stage.vpc)
    )["Vpc"]
    return made


def _block(network: str) -> str:
    """Give the VPC block for a network: the /16 around it, the largest that AWS allows."""
    around = ip_network(network)
    return str(around.supernet(new_prefix=min(LARGEST_VPC, around.prefixlen)))


def _cover(vpc: Mapping[str, Any], wanted: Iterable[Networks], ec2: Ec2) -> None:
    """Give the VPC the blocks that its new subnets lie in."""
    has = {block["CidrBlock"] for block in vpc["CidrBlockAssociationSet"]}
    for block in sorted({_block(ipv4) for ipv4, _ in wanted if ipv4} - has):
        ec2.associate_vpc_cidr_block(VpcId=vpc["VpcId"], CidrBlock=block)


def _networks(subnet: Mapping[str, Any]) -> Networks:
    """Give the networks that a subnet has."""
    ipv6 = [block["Ipv6CidrBlock"] for block in subnet["Ipv6CidrBlockAssociationSet"]]
    return subnet.get("CidrBlock"), ipv6[0] if ipv6 else None


def _make_subnet(stage: Stage, vpc: str, networks: Networks, ec2: Ec2) -> None:
    """Make a subnet with an interface in it, where a gateway would be."""
    ipv4, ipv6 = networks
    given = {"CidrBlock": ipv4, "Ipv6CidrBlock": ipv6, "Ipv6Native": None if ipv4 else True}
    subnet = ec2.create_subnet(
        VpcId=vpc,
        TagSpecifications=_tags("subnet", stage.subnets),
        **{name: value for name, value in given.items() if value},
    )["Subnet"]
    ec2.create_network_interface(SubnetId=subnet["SubnetId"])


def _remove_subnet(subnet: str, ec2: Ec2) -> None:
    """Take away a subnet that the stack's file no longer names."""
    interfaces = ec2.describe_network_interfaces(
        Filters=[{"Name": "subnet-id", "Values": [subnet]}]
    )
    for interface in interfaces["NetworkInterfaces"]:
        ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])
    ec2.delete_subnet(SubnetId=subnet)


def _filters(tags: Mapping[str, str], vpc: str | None = None) -> list[dict[str, Any]]:
    """Ask for what carries all the tags, in one VPC if it is named."""
    asked = [{"Name": f"tag:{name}", "Values": [value]} for name, value in tags.items()]
    return asked + ([{"Name": "vpc-id", "Values": [vpc]}] if vpc else [])


def _tags(kind: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give tags as a create call takes them."""
    return [{"ResourceType": kind, "Tags": _pairs(tags)}]


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Give tags as AWS lists them."""
    return [{"Key": name, "Value": value} for name, value in tags.items()]
