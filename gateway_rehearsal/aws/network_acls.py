"""Network ACLs: their entries and the subnets they guard."""

from collections.abc import Iterable

from moto.ec2.utils import random_network_acl_id, random_network_acl_subnet_association_id

from gateway_rehearsal.aws.backend import Acl, Answer, Backend, MotoVpc, Request
from gateway_rehearsal.aws.entries import (
    AclEntry,
    Family,
    check_number,
    default_entries,
    last_entries,
    read_entry,
)
from gateway_rehearsal.aws.faults import fault, in_use, invalid, no_acl
from gateway_rehearsal.aws.filters import Reader, page, select
from gateway_rehearsal.aws.quota import AccountQuotas, check_acl_quota, check_entry_quota
from gateway_rehearsal.aws.tags import tags_for, tags_of


def create_acl(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Make an ACL that lets nothing through and guards no subnet.

    A call whose answer was lost is repeated under its token, and makes no other. Raises
    IdempotentParameterMismatch for another call under the token, and NetworkAclLimitExceeded.
    """
    vpc = backend.get_vpc(request["VpcId"])
    tags = tags_for("network-acl", request)
    acl = _made_before(backend, request)
    if acl is None:
        check_acl_quota(backend, vpc.id, limits)
        acl = add_acl(backend, vpc, default=False)
        acl.asked = request
        backend.create_tags([acl.id], tags)
    return {"NetworkAcl": _show_acl(backend, acl)}


def _made_before(backend: Backend, request: Request) -> Acl | None:
    """Find the ACL that a call with the same token made; moto does not look at the token."""
    token = request.get("ClientToken")
    acls = backend.network_acls.values()
    acl = next((acl for acl in acls if token and acl.asked.get("ClientToken") == token), None)
    if acl and acl.asked != request:
        raise fault(
            "IdempotentParameterMismatch",
            "The parameters differ from those of the earlier request with the same client token",
        )
    return acl


def add_acl(backend: Backend, vpc: MotoVpc, *, default: bool) -> Acl:
    """Give a VPC another ACL. A default one lets everything through that the VPC has addresses for.

    moto's default ACL knows IPv4 alone.
    """
    acl = Acl(random_network_acl_id(), vpc.id, backend.account_id, default)
    families = families_of(vpc) if default else []
    acl.entries = _sorted(entry for family in families for entry in default_entries(family))
    backend.network_acls[acl.id] = acl
    return acl


def open_to_ipv6(acl: Acl) -> None:
    """Let IPv6 through a default ACL whose VPC now has it, both ways as far as nobody edited it."""
    for last in default_entries("ipv6"):
        held = [entry for entry in acl.entries if entry.egress == last.egress]
        if held == [entry for entry in default_entries("ipv4") if entry.egress == last.egress]:
            acl.entries = _sorted([*acl.entries, last])


def families_of(vpc: MotoVpc) -> list[Family]:
    """List the families that a VPC has addresses of."""
    return ["ipv4", "ipv6"] if vpc.get_cidr_block_association_set(ipv6=True) else ["ipv4"]


def delete_acl(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Delete an ACL that guards no subnet.

    Raises InvalidParameterValue for a VPC's default ACL, which moto deletes, and
    DependencyViolation for one in use.
    """
    del limits
    acl = _find_acl(backend, request)
    if acl.default:
        raise invalid(f"cannot delete default network ACL {acl.id}")
    if acl.associations:
        raise in_use(f"The networkAcl '{acl.id}' has dependencies and cannot be deleted.")
    del backend.network_acls[acl.id]
    backend.tags.pop(acl.id, None)
    return {}


def _find_acl(backend: Backend, request: Request) -> Acl:
    """Find the ACL that a request names; moto calls a missing one a missing route table."""
    acl_id: str = request["NetworkAclId"]
    if acl_id not in backend.network_acls:
        raise no_acl(acl_id)
    return backend.network_acls[acl_id]


def create_entry(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Add an entry under a number that its direction has not used, whatever the family."""
    acl = _find_acl(backend, request)
    entry = read_entry(request)
    if _find_entry(acl, egress=entry.egress, number=entry.number):
        raise fault(
            "NetworkAclEntryAlreadyExists",
            f"The network acl entry identified by {entry.number} already exists.",
        )
    _keep(acl, [*acl.entries, entry], limits)
    return {}


def replace_entry(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Put another entry under a used number, in one step.

    moto ends in a Python error when the number is not used, and takes the old entry away before
    it looks at the new one.
    """
    acl = _find_acl(backend, request)
    entry = read_entry(request)
    old = _existing_entry(acl, egress=entry.egress, number=entry.number)
    _keep(acl, [entry if each is old else each for each in acl.entries], limits)
    return {}


def delete_entry(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Take an entry away; the `*` entries stay, which moto deletes as well."""
    acl = _find_acl(backend, request)
    number = check_number(request["RuleNumber"])
    old = _existing_entry(acl, egress=request["Egress"], number=number)
    _keep(acl, [each for each in acl.entries if each is not old], limits)
    return {}


def _find_entry(acl: Acl, *, egress: bool, number: int) -> AclEntry | None:
    """Find the entry of a direction and number."""
    return next((e for e in acl.entries if e.egress == egress and e.number == number), None)


def _existing_entry(acl: Acl, *, egress: bool, number: int) -> AclEntry:
    """Find the entry of a direction and number, or raise InvalidNetworkAclEntry.NotFound."""
    entry = _find_entry(acl, egress=egress, number=number)
    if entry is None:
        direction = "egress" if egress else "ingress"
        raise fault("InvalidNetworkAclEntry.NotFound", f"no {direction} entry with number {number}")
    return entry


def _keep(acl: Acl, entries: list[AclEntry], limits: AccountQuotas) -> None:
    """Put entries in place of an ACL's own, in the order in which they are read.

    moto keeps them in the order in which they came.
    """
    check_entry_quota(entries, limits)
    acl.entries = _sorted(entries)


def _sorted(entries: Iterable[AclEntry]) -> list[AclEntry]:
    """Sort entries by direction and number, egress first, as moto's default ACL has them."""
    return sorted(entries, key=lambda entry: (not entry.egress, entry.number))


def replace_association(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Put a subnet under another ACL of its VPC; the old association id ends.

    Everything is looked up before anything changes: moto takes the subnet from its ACL before it
    finds that there is no other, and moves it to ACLs of other VPCs.
    """
    del limits
    association_id: str = request["AssociationId"]
    old = _holder(backend, association_id)
    acl = _find_acl(backend, request)
    if acl.vpc_id != old.vpc_id:
        raise invalid(
            f"networkAcl {acl.id} and subnet {old.associations[association_id]} "
            "belong to different networks"
        )
    return {"NewAssociationId": associate(acl, old.associations.pop(association_id))}


def _holder(backend: Backend, association_id: str) -> Acl:
    """Find the ACL that has an association, where moto ends in a Python error if none has."""
    for acl in backend.network_acls.values():
        if association_id in acl.associations:
            return acl
    raise fault(
        "InvalidAssociationID.NotFound", f"The association ID '{association_id}' does not exist"
    )


def associate(acl: Acl, subnet_id: str) -> str:
    """Put a subnet that has no ACL under one, and return the id of the association."""
    association_id: str = random_network_acl_subnet_association_id()
    acl.associations[association_id] = subnet_id
    return association_id


def describe_acls(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Answer with the ACLs that the request asks for."""
    del limits
    wanted = request.get("NetworkAclIds", [])
    for acl_id in wanted:
        _find_acl(backend, {"NetworkAclId": acl_id})
    shown = [
        _show_acl(backend, acl)
        for acl in backend.network_acls.values()
        if not wanted or acl.id in wanted
    ]
    return page("NetworkAcls", select(shown, request, _FILTERS), request)


def _show_acl(backend: Backend, acl: Acl) -> Answer:
    """Show an ACL as EC2 does, with the `*` entries, which moto gives to default ACLs only."""
    last = [e for family in families_of(backend.vpcs[acl.vpc_id]) for e in last_entries(family)]
    return {
        "NetworkAclId": acl.id,
        "VpcId": acl.vpc_id,
        "OwnerId": acl.owner_id,
        "IsDefault": acl.default,
        "Entries": [_show_entry(entry) for entry in _sorted([*acl.entries, *last])],
        "Associations": [
            {"NetworkAclAssociationId": key, "NetworkAclId": acl.id, "SubnetId": subnet_id}
            for key, subnet_id in acl.associations.items()
        ],
        "Tags": tags_of(backend, acl.id),
    }


def _show_entry(entry: AclEntry) -> Answer:
    """Show an entry as EC2 does; what it does not have is left out."""
    shown: Answer = {
        "RuleNumber": entry.number,
        "Egress": entry.egress,
        "RuleAction": entry.action,
        "Protocol": entry.protocol,
        "CidrBlock" if entry.family == "ipv4" else "Ipv6CidrBlock": entry.cidr,
    }
    if entry.ports:
        shown["PortRange"] = dict(zip(("From", "To"), entry.ports, strict=True))
    if entry.icmp:
        shown["IcmpTypeCode"] = dict(zip(("Type", "Code"), entry.icmp, strict=True))
    return shown


def _field(name: str) -> Reader:
    """Read one field of an ACL."""
    return lambda acl: [acl[name]]


def _association(name: str) -> Reader:
    """Read one field of an ACL's associations."""
    return lambda acl: [association[name] for association in acl["Associations"]]


def _entry(name: str) -> Reader:
    """Read one field of an ACL's entries."""
    return lambda acl: [entry[name] for entry in acl["Entries"] if name in entry]


def _part(name: str, part: str) -> Reader:
    """Read one part of the ports or of the ICMP type and code of an ACL's entries."""
    return lambda acl: [entry[name][part] for entry in acl["Entries"] if name in entry]


def _names(protocol: str) -> list[str]:
    """Give what a filter may call a protocol: its number, and the name of three of them."""
    names = {"6": "tcp", "17": "udp", "1": "icmp"}
    return [protocol, names.get(protocol, protocol)]


# moto lacks half of these, the one by id among them.
_FILTERS: dict[str, Reader] = {
    "network-acl-id": _field("NetworkAclId"),
    "vpc-id": _field("VpcId"),
    "owner-id": _field("OwnerId"),
    "default": _field("IsDefault"),
    "association.association-id": _association("NetworkAclAssociationId"),
    "association.network-acl-id": _association("NetworkAclId"),
    "association.subnet-id": _association("SubnetId"),
    "entry.cidr": _entry("CidrBlock"),
    "entry.ipv6-cidr": _entry("Ipv6CidrBlock"),
    "entry.egress": _entry("Egress"),
    "entry.protocol": lambda acl: [
        name for entry in acl["Entries"] for name in _names(entry["Protocol"])
    ],
    "entry.rule-action": _entry("RuleAction"),
    "entry.rule-number": _entry("RuleNumber"),
    "entry.port-range.from": _part("PortRange", "From"),
    "entry.port-range.to": _part("PortRange", "To"),
    "entry.icmp.type": _part("IcmpTypeCode", "Type"),
    "entry.icmp.code": _part("IcmpTypeCode", "Code"),
}
