"""What a region makes and ends by itself: default groups, default ACLs and their associations."""

from moto.ec2.models import EC2Backend
from moto.ec2.utils import random_security_group_rule_id

from gateway_rehearsal.aws.backend import Acl, Backend, Group, MotoVpc
from gateway_rehearsal.aws.entries import ALL_IPV4, ALL_IPV6
from gateway_rehearsal.aws.network_acls import add_acl, associate, families_of, open_to_ipv6
from gateway_rehearsal.aws.rules import GroupRule, PeerKind, Permission


def region_class() -> type[EC2Backend]:
    """Derive moto's class of a region. moto finds the URLs of a class by the name of its module."""
    members = {
        "__module__": EC2Backend.__module__,
        "create_network_acl": _create_network_acl,
        "associate_default_network_acl_with_subnet": _associate_default_network_acl,
        "associate_vpc_cidr_block": _associate_vpc_cidr_block,
        "create_security_group": _create_security_group,
        "delete_subnet": _delete_subnet,
        "delete_vpc": _delete_vpc,
    }
    return type("StrictEC2Backend", (EC2Backend,), members)


def _create_network_acl(backend: Backend, vpc_id: str, *, default: bool) -> Acl:
    """Give a new VPC its default ACL."""
    return add_acl(backend, backend.get_vpc(vpc_id), default=default)


def _associate_default_network_acl(backend: Backend, subnet_id: str, vpc_id: str) -> None:
    """Put a new subnet under the default ACL of its VPC."""
    for acl in backend.network_acls.values():
        if acl.default and acl.vpc_id == vpc_id:
            associate(acl, subnet_id)


def _associate_vpc_cidr_block(backend: Backend, vpc_id: str, *args: object) -> object:
    """Give a VPC another CIDR; with its first of IPv6, its default ACL lets IPv6 through."""
    answer: object = EC2Backend.associate_vpc_cidr_block(backend, vpc_id, *args)
    for acl in backend.network_acls.values():
        if acl.default and acl.vpc_id == vpc_id and "ipv6" in families_of(backend.vpcs[vpc_id]):
            open_to_ipv6(acl)
    return answer


def _create_security_group(backend: Backend, *args: object, **more: object) -> Group:
    """Make a group; a default one lets its own members in, which moto's does not."""
    group: Group = EC2Backend.create_security_group(backend, *args, **more)
    group.egress_rules = _everywhere(backend.get_vpc(group.vpc_id))
    group.ingress_rules = [_everything(PeerKind.GROUP, group.id)] if group.is_default else []
    return group


def _everywhere(vpc: MotoVpc) -> list[GroupRule]:
    """List the rules that let a new group out to everywhere that its VPC has addresses for."""
    peers = {"ipv4": (PeerKind.IPV4, ALL_IPV4), "ipv6": (PeerKind.IPV6, ALL_IPV6)}
    return [_everything(*peers[family]) for family in families_of(vpc)]


def _everything(kind: PeerKind, peer: str) -> GroupRule:
    """Make a rule that lets every packet of a peer through."""
    permission = Permission("-1", None, None, kind, peer)
    return GroupRule(random_security_group_rule_id(), permission, None)


def _delete_subnet(backend: Backend, subnet_id: str) -> object:
    """End a subnet and its association, which moto keeps."""
    gone: object = EC2Backend.delete_subnet(backend, subnet_id)
    for acl in backend.network_acls.values():
        acl.associations = {k: v for k, v in acl.associations.items() if v != subnet_id}
    return gone


def _delete_vpc(backend: Backend, vpc_id: str) -> object:
    """End a VPC and its default ACL, which moto keeps."""
    gone: object = EC2Backend.delete_vpc(backend, vpc_id)
    for acl in list(backend.network_acls.values()):
        if acl.vpc_id == vpc_id:
            del backend.network_acls[acl.id]
    return gone
