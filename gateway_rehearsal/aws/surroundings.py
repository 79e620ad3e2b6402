"""What surrounds groups and ACLs: interfaces, tags, and the ends of subnets and VPCs."""

from collections.abc import Iterator

from gateway_rehearsal.aws.backend import Backend, Request
from gateway_rehearsal.aws.faults import fault, in_use, no_acl, no_group, no_rule
from gateway_rehearsal.aws.groups import all_groups, all_rules
from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rehearsal.aws.tags import read_tags


def check_new_interface(backend: Backend, request: Request, limits: AccountQuotas) -> None:
    """Check the groups of an interface before moto makes it."""
    vpc_id = backend.get_subnet(request["SubnetId"]).vpc_id
    check_groups(backend, request.get("Groups", []), vpc_id, limits)


def check_interface_change(backend: Backend, request: Request, limits: AccountQuotas) -> None:
    """Check the groups that an interface is to have instead."""
    interface = backend.enis.get(request["NetworkInterfaceId"])
    if interface is not None:
        check_groups(backend, request.get("Groups", []), interface.subnet.vpc_id, limits)


def check_new_instances(backend: Backend, request: Request, limits: AccountQuotas) -> None:
    """Check the groups of instances, given by themselves or for each interface."""
    for asked in (request, *request.get("NetworkInterfaces", [])):
        subnet_id = asked.get("SubnetId")
        vpc_id = backend.get_subnet(subnet_id).vpc_id if subnet_id else backend.default_vpc.id
        group_ids = [*asked.get("SecurityGroupIds", []), *asked.get("Groups", [])]
        check_groups(backend, group_ids, vpc_id, limits)


def check_groups(
    backend: Backend, group_ids: list[str], vpc_id: str, limits: AccountQuotas
) -> None:
    """Refuse groups that are not there, are another VPC's, or are more than the quota.

    moto makes a group of the id that it does not find, and takes any number of any VPC.
    """
    for group_id in group_ids:
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            raise no_group(group_id)
        if group.vpc_id != vpc_id:
            raise fault(
                "InvalidGroup.NotFound",
                "You have specified two resources that belong to different networks.",
            )
    if len(set(group_ids)) > limits.security_groups_per_interface:
        raise fault(
            "SecurityGroupsPerInterfaceLimitExceeded",
            "The maximum number of security groups per interface has been reached.",
        )


def check_subnet_end(backend: Backend, request: Request, limits: AccountQuotas) -> None:
    """Refuse to end a subnet with interfaces in it, which moto leaves behind."""
    del limits
    subnet_id = request["SubnetId"]
    if any(interface.subnet.id == subnet_id for interface in backend.enis.values()):
        raise in_use(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")


def check_vpc_end(backend: Backend, request: Request, limits: AccountQuotas) -> None:
    """Refuse to end a VPC with groups or ACLs other than its own, which moto leaves behind."""
    del limits
    vpc_id = request["VpcId"]
    if any(_own_making(backend, vpc_id)):
        raise in_use(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")


def _own_making(backend: Backend, vpc_id: str) -> Iterator[bool]:
    """Say of each group and ACL of a VPC whether a user made it."""
    for group in all_groups(backend):
        yield group.vpc_id == vpc_id and not group.is_default
    for acl in backend.network_acls.values():
        yield acl.vpc_id == vpc_id and not acl.default


def check_new_tags(backend: Backend, request: Request, limits: AccountQuotas) -> None:
    """Check tags and what is to have them.

    moto takes any tag, and gives tags to rules and ACLs that are not there.
    """
    del limits
    read_tags(request.get("Tags", []))
    held = {
        "sg": ({group.id for group in all_groups(backend)}, no_group),
        "sgr": ({rule.id for group in all_groups(backend) for rule in all_rules(group)}, no_rule),
        "acl": (backend.network_acls.keys(), no_acl),
    }
    for kind, (ids, missing) in held.items():
        for resource_id in request["Resources"]:
            if resource_id.startswith(f"{kind}-") and resource_id not in ids:
                raise missing(resource_id)


def check_asked_interfaces(backend: Backend, request: Request, limits: AccountQuotas) -> None:
    """Refuse ids together with pages, as the API reference says of interfaces alone."""
    del backend, limits
    if request.get("NetworkInterfaceIds") and "MaxResults" in request:
        raise fault(
            "InvalidParameterCombination",
            "The parameter networkInterfaceIds cannot be used with the parameter maxResults",
        )
