"""Security-group rules as values: what makes a rule the rule it is, and how EC2 reads one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway_rehearsal.aws.faults import fault, invalid, missing
from gateway_rehearsal.aws.values import (
    ALL,
    canonical_ipv4,
    canonical_ipv6,
    check_icmp,
    check_ports,
)

# What names and descriptions may hold; descriptions of rules that name a group or a prefix list
# may not hold the ampersand (API reference, IpRange, UserIdGroupPair and PrefixListId).
TEXT_SET = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
HIGHEST_PROTOCOL = 255
_DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_NAMED = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}


class PeerKind(StrEnum):
    """The four kinds of peer, by the names that ModifySecurityGroupRules gives them."""

    IPV4 = "CidrIpv4"
    IPV6 = "CidrIpv6"
    PREFIX_LIST = "PrefixListId"
    GROUP = "ReferencedGroupId"


@dataclass(frozen=True)
class Permission:
    """What a rule lets through. Equal permissions are one rule: a description is no part of it."""

    protocol: str
    from_port: int | None
    to_port: int | None
    kind: PeerKind
    peer: str


@dataclass(frozen=True)
class GroupRule:
    """A rule of a security group."""

    id: str
    permission: Permission
    description: str | None


def read_permissions(
    request: Mapping[str, Any],
) -> Iterator[tuple[Permission, str | None]]:
    """Yield each permission of a request with its description.

    Raises InvalidParameterValue or MissingParameter, as `make_permission` does, and for a
    permission without any peer, of which moto makes no rule and says nothing.
    """
    for item in request.get("IpPermissions") or [_single(request)]:
        peers = list(_peers(item))
        if not peers:
            raise missing("A CIDR block, a security group ID or a prefix list has to be specified")
        for kind, peer, description in peers:
            yield make_permission(item, kind, peer), check_description(kind, description)


def _single(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read the old form, which names one permission in the request itself."""
    cidr = request.get("CidrIp")
    return {**request, "IpRanges": [{"CidrIp": cidr}] if cidr else []}


def _peers(item: Mapping[str, Any]) -> Iterator[tuple[PeerKind, str, str | None]]:
    """Yield kind, peer and description of each peer of one permission."""
    lists = (
        (PeerKind.IPV4, "IpRanges", "CidrIp"),
        (PeerKind.IPV6, "Ipv6Ranges", "CidrIpv6"),
        (PeerKind.PREFIX_LIST, "PrefixListIds", "PrefixListId"),
        (PeerKind.GROUP, "UserIdGroupPairs", "GroupId"),
    )
    for kind, key, name in lists:
        for peer in item.get(key, []):
            if name not in peer:
                raise missing(f"The request must contain the parameter {name}")
            yield kind, peer[name], peer.get("Description")


def make_permission(item: Mapping[str, Any], kind: PeerKind, peer: str) -> Permission:
    """Read protocol and ports of a permission and make it canonical.

    Raises InvalidParameterValue. moto keeps CIDRs as they are written, so that 10.0.0.1/8 and
    10.0.0.0/8 are two rules, takes any text for a protocol and any numbers for ports, and meets
    missing ports with a TypeError.
    """
    protocol = canonical_protocol(item.get("IpProtocol"))
    low, high = _ports(protocol, item.get("FromPort"), item.get("ToPort"))
    return Permission(protocol, low, high, kind, _canonical_peer(kind, peer))


def canonical_protocol(protocol: str | None) -> str:
    """Write a protocol as EC2 answers it: a name for four of them, a number for the others.

    Raises InvalidParameterValue. moto leaves 58 as it is and takes any word.
    """
    if not protocol:
        raise invalid(
            "Invalid value 'null' for protocol. "
            "VPC security group rules must specify protocols explicitly."
        )
    text = protocol.lower()
    if text == "-1" or text in _NAMED.values():
        return text
    if not (text.isascii() and text.isdigit()) or int(text) > HIGHEST_PROTOCOL:
        raise invalid(f"Invalid value '{protocol}' for IP protocol. Unknown protocol.")
    return _NAMED.get(str(int(text)), str(int(text)))


def _ports(protocol: str, low: int | None, high: int | None) -> tuple[int | None, int | None]:
    """Check the ports that a protocol has; those of protocols without any are ignored."""
    match protocol:
        case "tcp" | "udp":
            return check_ports(low, high)
        case "icmp":
            return check_icmp(low, high)
        case "icmpv6":
            return check_icmp(ALL, ALL) if low is None and high is None else check_icmp(low, high)
        case _:
            return None, None


def _canonical_peer(kind: PeerKind, peer: str) -> str:
    """Write a CIDR in canonical form; raise InvalidParameterValue when it is none."""
    match kind:
        case PeerKind.IPV4:
            cidr = canonical_ipv4(peer)
        case PeerKind.IPV6:
            cidr = canonical_ipv6(peer)
        case _:
            return peer
    if cidr is None:
        raise invalid(f"CIDR block {peer} is malformed")
    return cidr


def check_description(kind: PeerKind, description: str | None) -> str | None:
    """Return a rule's description; raise InvalidParameterValue for what moto takes unseen."""
    without = "" if kind in {PeerKind.IPV4, PeerKind.IPV6} else "&"
    text = description or ""
    if not _DESCRIPTION.fullmatch(text) or set(text) & set(without):
        raise invalid(
            "Invalid rule description. Valid descriptions are strings less than 256 characters "
            f"from the following set: {TEXT_SET.replace(without, '')}"
        )
    return description or None


def duplicate(permission: Permission) -> Exception:
    """Make the error for a rule that its group already has."""
    return fault(
        "InvalidPermission.Duplicate",
        f'the specified rule "{_in_words(permission)}" already exists',
    )


def _in_words(permission: Permission) -> str:
    """Describe a permission as EC2's error does."""
    peer = f"peer: {permission.peer}"
    if permission.protocol == "-1":
        return f"{peer}, ALL, ALLOW"
    if permission.protocol.startswith("icmp"):
        low, high = ("ALL" if n == ALL else n for n in (permission.from_port, permission.to_port))
        return f"{peer}, {permission.protocol.upper()}, type: {low}, code: {high}, ALLOW"
    if permission.from_port is None:
        return f"{peer}, {permission.protocol}, ALLOW"
    return (
        f"{peer}, {permission.protocol.upper()}, from port: {permission.from_port}, "
        f"to port: {permission.to_port}, ALLOW"
    )
