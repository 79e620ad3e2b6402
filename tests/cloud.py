"""An AWS in this process, as strict as the local one, and a plan built on it by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto import mock_aws
from moto.ec2 import urls
from moto.ec2.models import ec2_backends
from moto.servicequotas import urls as quota_urls
from sites import placed

from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rehearsal.aws.strict import apply
from gateway_rules.audit.live import STACK_TAG
from gateway_rules.planning.network_acl import Entry
from gateway_rules.planning.planner import Plan
from gateway_rules.planning.security_group import Rule
from gateway_rules.planning.stack_plan import StackPlan

SUBNETS = ("10.42.8.0/26", "10.42.8.64/26")


@contextmanager
def aws(region: str = "eu-west-1", limits: AccountQuotas | None = None) -> Iterator[Any]:
    """Give a client of an AWS that this process alone has, and leave moto as it was."""
    backend, paths = ec2_backends.backend, dict(urls.url_paths)
    quotas = dict(quota_urls.url_paths)
    apply(limits or AccountQuotas())
    try:
        with mock_aws():
            yield boto3.client("ec2", region_name=region)
    finally:
        ec2_backends.clear()
        ec2_backends.backend = backend
        urls.url_paths.update(paths)
        quota_urls.url_paths.update(quotas)


def tagged(kind: str, **tags: str) -> list[dict[str, Any]]:
    """Write the tags of a new resource."""
    return [
        {
            "ResourceType": kind,
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }
    ]


@dataclass(frozen=True)
class Place:
    """A VPC with the subnets in it."""

    vpc: str
    subnets: tuple[str, ...]


def surroundings(client: Any, *cidrs: str) -> Place:
    """Make a VPC and subnets, tagged as the stack files of this repository say."""
    tags = tagged("vpc", Name="mail-gateway")
    cidr = cidrs[0].rsplit(".", 2)[0] + ".0.0/16"
    vpc = client.create_vpc(CidrBlock=cidr, TagSpecifications=tags)["Vpc"]["VpcId"]
    marks = tagged("subnet", Tier="gateway")
    made = (
        client.create_subnet(VpcId=vpc, CidrBlock=cidr, TagSpecifications=marks) for cidr in cidrs
    )
    return Place(vpc, tuple(one["Subnet"]["SubnetId"] for one in made))


@dataclass(frozen=True)
class Deployed:
    """A stack on the AWS of this process, and its plan."""

    plan: Plan
    client: Any
    place: Place
    group: str
    acl: str

    @property
    def stack(self) -> StackPlan:
        """The plan, in a VPC that is named by its id, so that others may have the same tags."""
        return placed(self.plan, vpc=self.place.vpc)


def deploy(plan: Plan, client: Any) -> Deployed:
    """Make what the plan's stack presumes, and what the plan says."""
    place = surroundings(client, *map(str, plan.site.networks))
    group = new_group(client, place.vpc, plan)
    acl = new_acl(client, place, plan)
    return Deployed(plan, client, place, group, acl)


def new_group(client: Any, vpc: str, plan: Plan) -> str:
    """Make the plan's group with its rules and no others."""
    (planned,) = plan.groups
    tags = tagged("security-group", **{STACK_TAG: plan.site.stack})
    made = client.create_security_group(
        GroupName=planned.name, Description="mail", VpcId=vpc, TagSpecifications=tags
    )
    group: str = made["GroupId"]
    everywhere = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    client.revoke_security_group_egress(GroupId=group, IpPermissions=[everywhere])
    authorize = {
        "egress": client.authorize_security_group_egress,
        "ingress": client.authorize_security_group_ingress,
    }
    for direction, call in authorize.items():
        rules = [rule for rule in planned.rules if rule.direction == direction]
        call(GroupId=group, IpPermissions=[permission(rule, group) for rule in rules])
    return group


def permission(rule: Rule, group: str) -> dict[str, Any]:
    """Write a rule as EC2's calls take it."""
    said = {"Description": rule.description}
    if rule.peer == "self":
        source: dict[str, Any] = {"UserIdGroupPairs": [{"GroupId": group, **said}]}
    elif rule.peer.version == 4:
        source = {"IpRanges": [{"CidrIp": str(rule.peer), **said}]}
    else:
        source = {"Ipv6Ranges": [{"CidrIpv6": str(rule.peer), **said}]}
    ports = {} if rule.protocol == "-1" else {"FromPort": rule.from_port, "ToPort": rule.to_port}
    return {"IpProtocol": rule.protocol, **ports, **source}


def new_acl(client: Any, place: Place, plan: Plan) -> str:
    """Make the plan's ACL with its entries, and put the subnets under it."""
    tags = tagged("network-acl", **{STACK_TAG: plan.site.stack})
    made = client.create_network_acl(VpcId=place.vpc, TagSpecifications=tags)
    acl: str = made["NetworkAcl"]["NetworkAclId"]
    for entry in plan.acl.entries:
        client.create_network_acl_entry(NetworkAclId=acl, **entry_request(entry))
    for subnet in place.subnets:
        move(client, subnet, acl)
    return acl


PROTOCOLS = {"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58", "-1": "-1"}


def entry_request(entry: Entry) -> dict[str, Any]:
    """Write an entry as EC2's calls take it."""
    block = {4: "CidrBlock", 6: "Ipv6CidrBlock"}[entry.prefix.version]
    if entry.protocol in ("icmp", "icmpv6"):
        ports = {"IcmpTypeCode": {"Type": entry.from_port, "Code": entry.to_port}}
    else:
        ports = {"PortRange": {"From": entry.from_port, "To": entry.to_port}}
    return {
        "Egress": entry.direction == "egress",
        "RuleNumber": entry.number,
        "RuleAction": entry.action,
        "Protocol": PROTOCOLS[entry.protocol],
        block: str(entry.prefix),
        **ports,
    }


def move(client: Any, subnet: str, acl: str) -> None:
    """Put a subnet under an ACL."""
    by = [{"Name": "association.subnet-id", "Values": [subnet]}]
    (holder,) = client.describe_network_acls(Filters=by)["NetworkAcls"]
    (association,) = (a for a in holder["Associations"] if a["SubnetId"] == subnet)
    client.replace_network_acl_association(
        AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl
    )
