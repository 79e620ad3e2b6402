"""Security groups: create, delete, describe, and what a rule may refer to."""

import re
from collections import defaultdict
from collections.abc import Iterator

from gateway_rehearsal.aws.backend import Answer, Backend, Group, MotoVpc, Peering, Request
from gateway_rehearsal.aws.faults import fault, in_use, invalid, missing, no_group
from gateway_rehearsal.aws.filters import Reader, page, select
from gateway_rehearsal.aws.quota import AccountQuotas, check_group_quota
from gateway_rehearsal.aws.rules import TEXT_SET, GroupRule, PeerKind, Permission
from gateway_rehearsal.aws.tags import tags_for, tags_of

_DIRECTIONS = (
    ("ip-permission.", "IpPermissions"),
    ("egress.ip-permission.", "IpPermissionsEgress"),
)
_PEERS = (
    ("cidr", "IpRanges", "CidrIp"),
    ("ipv6-cidr", "Ipv6Ranges", "CidrIpv6"),
    ("prefix-list-id", "PrefixListIds", "PrefixListId"),
    ("group-id", "UserIdGroupPairs", "GroupId"),
    ("user-id", "UserIdGroupPairs", "UserId"),
)
_PORTS = (("protocol", "IpProtocol"), ("from-port", "FromPort"), ("to-port", "ToPort"))


def _field(name: str) -> Reader:
    """Read one field of a group."""
    return lambda group: [group[name]]


def _rule_field(direction: str, name: str) -> Reader:
    """Read protocol or port of a group's rules."""
    return lambda group: [rule[name] for rule in group[direction] if name in rule]


def _peer_field(direction: str, kind: str, name: str) -> Reader:
    """Read the peers of one kind of a group's rules."""
    return lambda group: [peer[name] for rule in group[direction] for peer in rule[kind]]


# moto's DescribeSecurityGroups lacks the filters by IPv6 CIDR and by prefix list.
_FILTERS: dict[str, Reader] = {
    "description": _field("Description"),
    "group-id": _field("GroupId"),
    "group-name": _field("GroupName"),
    "owner-id": _field("OwnerId"),
    "vpc-id": _field("VpcId"),
    **{
        prefix + word: _rule_field(direction, name)
        for prefix, direction in _DIRECTIONS
        for word, name in _PORTS
    },
    **{
        prefix + word: _peer_field(direction, kind, name)
        for prefix, direction in _DIRECTIONS
        for word, kind, name in _PEERS
    },
}
_TEXT = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}")


def create_group(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Make a security group.

    Raises InvalidParameterValue for a name or description that AWS does not take, and
    InvalidGroup.Duplicate for a name that the VPC has, in whatever case. moto takes any text, and
    as many groups as one likes.
    """
    name = _check_name(request["GroupName"].rstrip(" "))
    description = _check_text("description", request["Description"])
    vpc = backend.get_vpc(request["VpcId"]) if request.get("VpcId") else backend.default_vpc
    _check_unused(backend, vpc, name)
    tags = tags_for("security-group", request)
    check_group_quota(backend, limits)
    group = backend.create_security_group(name, description, vpc_id=vpc.id, tags=tags)
    return {
        "GroupId": group.id,
        "SecurityGroupArn": group.arn,
        "Tags": tags_of(backend, group.id),
    }


def _check_unused(backend: Backend, vpc: MotoVpc, name: str) -> None:
    """Refuse a name that a VPC has already, in whatever case."""
    if any(group.name.lower() == name.lower() for group in backend.groups[vpc.id].values()):
        raise fault(
            "InvalidGroup.Duplicate",
            f"The security group '{name}' already exists for VPC '{vpc.id}'",
        )


def _check_name(name: str) -> str:
    """Return the name of a group."""
    if name.lower().startswith("sg-"):
        raise invalid("Group names may not be in the format sg-*")
    return _check_text("name", name)


def _check_text(what: str, text: str) -> str:
    """Return the name or description of a group."""
    if not text:
        raise missing(f"The request must contain the parameter Group{what.capitalize()}")
    if not text.isascii():
        raise invalid(
            f"Value ({text}) for parameter Group{what.capitalize()} is invalid. "
            "Character sets beyond ASCII are not supported."
        )
    if not _TEXT.fullmatch(text):
        raise invalid(
            f"Invalid security group {what}. Valid {what}s are strings less than 256 characters "
            f"from the following set:  {TEXT_SET}"
        )
    return text


def delete_group(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Delete a group that nothing needs.

    Raises CannotDelete for a VPC's default group and DependencyViolation for one that an interface
    has or another group's rule names. moto deletes all three.
    """
    del limits
    group = find_group(backend, request)
    if group.is_default:
        raise fault(
            "CannotDelete",
            f'the specified group: "{group.id}" name: "default" cannot be deleted by a user',
        )
    if _is_needed(backend, group):
        raise in_use(f"resource {group.id} has a dependent object")
    backend.delete_security_group(group_id=group.id)
    for resource in (group.id, *(rule.id for rule in all_rules(group))):
        backend.tags.pop(resource, None)
    return {"Return": True, "GroupId": group.id}


def _is_needed(backend: Backend, group: Group) -> bool:
    """Say whether an interface has a group, or another group's rule names it."""
    if any(group in interface.group_set for interface in backend.enis.values()):
        return True
    return any(_refers(other, group) for other in all_groups(backend))


def _refers(other: Group, group: Group) -> bool:
    """Say whether another group has a rule that names this one."""
    return other is not group and any(
        rule.permission.kind is PeerKind.GROUP and rule.permission.peer == group.id
        for rule in all_rules(other)
    )


def all_rules(group: Group) -> list[GroupRule]:
    """List a group's rules of both directions."""
    return [*group.ingress_rules, *group.egress_rules]


def all_groups(backend: Backend) -> Iterator[Group]:
    """Yield every group of the region."""
    for groups in backend.groups.values():
        yield from groups.values()


def find_group(backend: Backend, request: Request) -> Group:
    """Find the group that a request names; by name it is one of the default VPC.

    Raises MissingParameter or InvalidGroup.NotFound.
    """
    group_id, name = request.get("GroupId"), request.get("GroupName")
    if not group_id and not name:
        raise missing("The request must contain the parameter groupName or groupId")
    for group in all_groups(backend):
        if group.id == group_id:
            return group
        if not group_id and group.name == name and group.vpc_id == backend.default_vpc.id:
            return group
    raise no_group(str(group_id or name))


def check_peer(backend: Backend, group: Group, permission: Permission) -> None:
    """Refuse a rule that names a prefix list or a group that is not there or out of reach.

    moto takes any prefix list, and groups of VPCs that have nothing to do with one another.
    """
    peer = permission.peer
    if permission.kind is PeerKind.PREFIX_LIST:
        prefix_list = backend.managed_prefix_lists.get(peer)
        if prefix_list is None or prefix_list.state == "delete-complete":
            raise fault(
                "InvalidPrefixListID.NotFound", f"The prefix list ID '{peer}' does not exist"
            )
    if permission.kind is PeerKind.GROUP:
        other = backend.get_security_group_from_id(peer)
        if other is None:
            raise no_group(peer)
        if other.vpc_id not in _reach(backend, group.vpc_id):
            raise fault(
                "InvalidGroup.NotFound",
                "You have specified two resources that belong to different networks.",
            )


def _reach(backend: Backend, vpc_id: str) -> set[str]:
    """List the VPCs whose groups a rule may name: its own and those peered with it."""
    ends = [{p.vpc.id, p.peer_vpc.id} for p in backend.vpc_pcxs.values() if _is_active(p)]
    return {vpc_id}.union(*(pair for pair in ends if vpc_id in pair))


def _is_active(peering: Peering) -> bool:
    """Say whether both sides have agreed to a peering."""
    return peering.status["Code"] == "active"


def describe_groups(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Answer with the groups that the request asks for."""
    del limits
    shown = [_show_group(backend, group) for group in all_groups(backend)]
    for key, field in (("GroupIds", "GroupId"), ("GroupNames", "GroupName")):
        wanted = request.get(key, [])
        for value in wanted:
            if not any(group[field] == value for group in shown):
                raise no_group(value)
        shown = [group for group in shown if not wanted or group[field] in wanted]
    return page("SecurityGroups", select(shown, request, _FILTERS), request)


def _show_group(backend: Backend, group: Group) -> Answer:
    """Show a group as EC2 does."""
    return {
        "GroupId": group.id,
        "GroupName": group.name,
        "Description": group.description,
        "SecurityGroupArn": group.arn,
        "OwnerId": group.owner_id,
        "VpcId": group.vpc_id,
        "IpPermissions": _show_permissions(group, group.ingress_rules),
        "IpPermissionsEgress": _show_permissions(group, group.egress_rules),
        "Tags": tags_of(backend, group.id),
    }


def _show_permissions(group: Group, rules: list[GroupRule]) -> list[Answer]:
    """Show rules as EC2 does: those of one protocol and port range together."""
    together: dict[tuple[str, int | None, int | None], list[GroupRule]] = defaultdict(list)
    for rule in rules:
        permission = rule.permission
        together[permission.protocol, permission.from_port, permission.to_port].append(rule)
    return [
        {
            "IpProtocol": protocol,
            **({} if low is None else {"FromPort": low, "ToPort": high}),
            "IpRanges": _show_peers(alike, PeerKind.IPV4, "CidrIp"),
            "Ipv6Ranges": _show_peers(alike, PeerKind.IPV6, "CidrIpv6"),
            "PrefixListIds": _show_peers(alike, PeerKind.PREFIX_LIST, "PrefixListId"),
            "UserIdGroupPairs": [
                {"UserId": group.owner_id, **pair}
                for pair in _show_peers(alike, PeerKind.GROUP, "GroupId")
            ],
        }
        for (protocol, low, high), alike in together.items()
    ]


def _show_peers(rules: list[GroupRule], kind: PeerKind, name: str) -> list[Answer]:
    """Show the peers of one kind."""
    return [
        {name: rule.permission.peer, "Description": rule.description}
        for rule in rules
        if rule.permission.kind is kind
    ]
