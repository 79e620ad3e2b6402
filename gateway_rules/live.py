"""What AWS has now, read with boto3's EC2 client and nothing but Describe calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from gateway_rules import protocols
from gateway_rules.prefixes import SELF, Peer, Prefix, parse_prefix
from gateway_rules.protocols import Direction
from gateway_rules.site import StackSite

STACK_TAG: Final = "gateway-rules:stack"
"""The tag by which a stack finds what is its own."""

_RESERVED: Final = 32767
"""Entries from this number on are AWS's own default deny (CreateNetworkAclEntry)."""


@dataclass(frozen=True)
class LiveRule:
    """One rule as AWS has it; every group counts as `self` until `source` says otherwise."""

    id: str
    group: str
    direction: Direction
    protocol: str
    from_port: int
    to_port: int
    peer: Peer
    source: str
    """What AWS calls the other end: a CIDR, a group's id or a prefix list's."""


@dataclass(frozen=True)
class LiveEntry:
    """One network-ACL entry as AWS has it."""

    acl: str
    direction: Direction
    number: int
    action: Literal["allow", "deny"]
    protocol: str
    from_port: int
    to_port: int
    prefix: Prefix

    @property
    def peer(self) -> Prefix:
        """The prefix, under the name that rules have for it."""
        return self.prefix


@dataclass(frozen=True)
class LiveAcl:
    """An ACL with its entries, less the default deny, and the subnets that it guards."""

    id: str
    entries: tuple[LiveEntry, ...]
    subnets: frozenset[str]
    own: bool
    """Whether it bears the stack's tag; any other one guards a subnet in its place."""


@dataclass(frozen=True)
class Live:
    """What a stack has in its VPC, and the ACLs of others on its subnets."""

    vpc: str
    subnets: Mapping[str, Prefix]
    groups: Mapping[str, tuple[LiveRule, ...]]
    acls: tuple[LiveAcl, ...]

    @property
    def rules(self) -> tuple[LiveRule, ...]:
        """The rules of all groups."""
        return tuple(rule for rules in self.groups.values() for rule in rules)


class NotFound(Exception):
    """AWS has no VPC or no subnets as the stack file names them."""


def read(site: StackSite, client: Any) -> Live:
    """Read a stack's groups, rules, ACLs and entries; raise NotFound, or boto3's own errors."""
    vpc = _vpc(site, client)
    subnets = _subnets(site, vpc, client)
    ours = [_filter("vpc-id", vpc), _filter(f"tag:{STACK_TAG}", site.stack)]
    groups = _pages(client, "describe_security_groups", "SecurityGroups", Filters=ours)
    ids = [group["GroupId"] for group in groups]
    rules = {group: tuple(_rules(group, client)) for group in sorted(ids)}
    return Live(vpc, subnets, rules, tuple(_acls(ours, subnets, client)))


def _pages(client: Any, call: str, key: str, **arguments: Any) -> list[Any]:
    pages = client.get_paginator(call).paginate(**arguments)
    return [item for page in pages for item in page[key]]


def _filter(name: str, *values: str) -> dict[str, Any]:
    return {"Name": name, "Values": [*values]}


def _tags(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_filter(f"tag:{key}", value) for key, value in tags.items()]


def _vpc(site: StackSite, client: Any) -> str:
    wanted = site.vpc
    filters = [_filter("vpc-id", wanted)] if isinstance(wanted, str) else _tags(wanted)
    found = [vpc["VpcId"] for vpc in _pages(client, "describe_vpcs", "Vpcs", Filters=filters)]
    if len(found) != 1:
        raise NotFound(f"{len(found)} VPCs in {site.region} are {wanted}; there must be one")
    return str(found[0])


def _subnets(site: StackSite, vpc: str, client: Any) -> dict[str, Prefix]:
    wanted = site.subnets
    named = _tags(wanted) if isinstance(wanted, dict) else [_filter("subnet-id", *wanted)]
    filters = [_filter("vpc-id", vpc), *named]
    found = _pages(client, "describe_subnets", "Subnets", Filters=filters)
    if not found:
        raise NotFound(f"no subnet of {vpc} in {site.region} is {wanted}; there must be one")
    return {subnet["SubnetId"]: parse_prefix(subnet["CidrBlock"]) for subnet in found}


def _rules(group: str, client: Any) -> Iterator[LiveRule]:
    call = "describe_security_group_rules"
    for rule in _pages(client, call, "SecurityGroupRules", Filters=[_filter("group-id", group)]):
        protocol = protocols.NAMES.get(rule["IpProtocol"], rule["IpProtocol"])
        pair = _pair(protocol, rule.get("FromPort", -1), rule.get("ToPort", -1))
        cidr = rule.get("CidrIpv4") or rule.get("CidrIpv6")
        source = cidr or rule.get("PrefixListId") or rule["ReferencedGroupInfo"]["GroupId"]
        peer: Peer = parse_prefix(cidr) if cidr else SELF
        yield LiveRule(
            rule["SecurityGroupRuleId"],
            group,
            "egress" if rule["IsEgress"] else "ingress",
            protocol,
            *pair,
            peer,
            source,
        )


def _pair(protocol: str, first: int, last: int) -> protocols.PortPair:
    """Only four protocols have ports or messages; of any other one all packets match."""
    return (first, last) if protocol in protocols.NUMBERS and protocol != "-1" else (0, 65535)


def _acls(ours: list[Any], subnets: Mapping[str, Prefix], client: Any) -> Iterator[LiveAcl]:
    """Give the stack's ACLs, then those of others that guard its subnets."""
    call, guards = "describe_network_acls", [_filter("association.subnet-id", *subnets)]
    own = {acl["NetworkAclId"]: acl for acl in _pages(client, call, "NetworkAcls", Filters=ours)}
    yield from (_acl(acl, own=True) for acl in own.values())
    for acl in _pages(client, call, "NetworkAcls", Filters=guards):
        if acl["NetworkAclId"] not in own:
            yield _acl(acl, own=False)


def _acl(acl: Mapping[str, Any], *, own: bool) -> LiveAcl:
    entries = [_entry(acl["NetworkAclId"], entry) for entry in acl["Entries"]]
    kept = (entry for entry in entries if entry.number < _RESERVED)
    subnets = frozenset(a["SubnetId"] for a in acl["Associations"])
    ordered = sorted(kept, key=lambda entry: (entry.direction, entry.number))
    return LiveAcl(acl["NetworkAclId"], tuple(ordered), subnets, own)


def _entry(acl: str, entry: Mapping[str, Any]) -> LiveEntry:
    protocol = protocols.NAMES.get(entry["Protocol"], entry["Protocol"])
    ports, icmp = entry.get("PortRange", {}), entry.get("IcmpTypeCode", {})
    pair = (icmp["Type"], icmp["Code"]) if icmp else (ports.get("From", -1), ports.get("To", -1))
    return LiveEntry(
        acl,
        "egress" if entry["Egress"] else "ingress",
        entry["RuleNumber"],
        entry["RuleAction"],
        protocol,
        *_pair(protocol, *pair),
        parse_prefix(entry.get("CidrBlock") or entry.get("Ipv6CidrBlock")),
    )
