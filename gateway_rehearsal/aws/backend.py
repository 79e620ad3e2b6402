"""What this package uses of moto's EC2 backend, and no more.

moto's own classes carry few types; these say what moto 5.2.5 has under the names used here.
Network ACLs and the rules of groups are this package's values, kept in place of moto's own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from gateway_rehearsal.aws.entries import AclEntry
from gateway_rehearsal.aws.rules import GroupRule

# A request after moto parsed it by botocore's model, and an answer before moto writes it by that
# model: the names are those of the API reference.
Request = Mapping[str, Any]
Answer = dict[str, Any]


class MotoVpc(Protocol):
    """A VPC."""

    id: str
    is_default: bool

    def get_cidr_block_association_set(self, *, ipv6: bool) -> Collection[object]:
        """List the CIDRs of one family."""


class MotoSubnet(Protocol):
    """A subnet, which has an IPv4 block unless it is one of IPv6 alone."""

    id: str
    vpc_id: str
    cidr_block: str | None
    ipv6_cidr_block_association_set: Sequence[Mapping[str, str]]


class Group(Protocol):
    """A security group."""

    id: str
    arn: str
    name: str
    description: str
    owner_id: str
    vpc_id: str
    is_default: bool
    ingress_rules: list[GroupRule]
    egress_rules: list[GroupRule]


class MotoInterface(Protocol):
    """A network interface."""

    id: str
    group_set: Collection[Group]
    subnet: MotoSubnet


@dataclass
class Acl:
    """A network ACL: its own entries without the `*`, and subnets by association id."""

    id: str
    vpc_id: str
    owner_id: str
    default: bool
    entries: list[AclEntry] = field(default_factory=list)
    associations: dict[str, str] = field(default_factory=dict)
    asked: Request = field(default_factory=dict)
    """The call that made it, so that it is known when it is repeated."""


class PrefixList(Protocol):
    """A managed prefix list."""

    prefix_list_name: str
    max_entries: int | None
    state: str


class Peering(Protocol):
    """A peering connection of two VPCs."""

    vpc: MotoVpc
    peer_vpc: MotoVpc
    status: Mapping[str, str]


class Backend(Protocol):
    """The EC2 of one region."""

    account_id: str
    region_name: str
    partition: str
    default_vpc: MotoVpc
    vpcs: dict[str, MotoVpc]
    enis: dict[str, MotoInterface]
    groups: dict[str, dict[str, Group]]
    tags: dict[str, dict[str, str]]
    network_acls: dict[str, Acl]
    managed_prefix_lists: dict[str, PrefixList]
    vpc_pcxs: dict[str, Peering]

    def get_vpc(self, vpc_id: str) -> MotoVpc:
        """Find a VPC, or raise the error InvalidVpcID.NotFound."""

    def get_subnet(self, subnet_id: str) -> MotoSubnet:
        """Find a subnet, or raise the error InvalidSubnetID.NotFound."""

    def get_security_group_from_id(self, group_id: str) -> Group | None:
        """Find a security group."""

    def create_security_group(
        self, name: str, description: str, vpc_id: str | None, tags: Mapping[str, str]
    ) -> Group:
        """Make a security group."""

    def delete_security_group(self, name: str | None = None, group_id: str | None = None) -> None:
        """Delete a security group, whoever uses it."""

    def create_tags(self, resource_ids: list[str], tags: Mapping[str, str]) -> bool:
        """Tag resources, whatever they are."""
