"""What AWS has now, read with boto3's EC2 client and nothing but Describe calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from gateway_rules.inputs import Location, Site, sought
from gateway_rules.packets import (
    NAMES,
    NUMBERS,
    SELF,
    Direction,
    Peer,
    PortPair,
    Prefix,
    parse_prefix,
)
from gateway_rules.planning import Guard

STACK_TAG: Final = "gateway-rules:stack"
"""The tag by which a stack finds what is its own."""

_RESERVED: Final = 32767
"""Entries from this number on are AWS's own default deny (CreateNetworkAclEntry)."""
_FILTER_VALUES: Final = 200
"""Values that a filter takes (EC2 API reference, Using filtering)."""


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
    description: str = ""

    @property
    def other_end(self) -> str:
        """The other end as a plan names it, or as AWS does what no plan has."""
        return str(self.peer) if plain(self) else self.source


def plain(rule: LiveRule) -> bool:
    """Tell whether a rule itself says whom it lets through: a prefix, or its group's own."""
    return "/" in rule.source or (rule.peer == SELF and rule.source == rule.group)


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
    default: bool
    """Whether it is the VPC's own, which subnets have that nobody gave another."""

    @property
    def guard(self) -> Guard:
        """Whose ACL a subnet is under that is under this one."""
        return "own" if self.own else "default" if self.default else "other"


@dataclass(frozen=True)
class Interface:
    """A network interface, and the groups whose rules add up there."""

    id: str
    subnet: str
    groups: tuple[str, ...]
    """Their ids, sorted; a NAT gateway, for one, has none."""
    description: str
    requester: str
    """Who made it for a service of AWS, such as a load balancer; nobody for most."""
    in_use: bool
    """Whether it is attached to anything that sends or takes packets."""


@dataclass(frozen=True)
class Live:
    """What a stack has in its VPC, and what others have beside it there."""

    vpc: str
    subnets: Mapping[str, tuple[Prefix, ...]]
    """The stack's subnets by id, with their CIDRs of both families."""
    groups: Mapping[str, tuple[LiveRule, ...]]
    """The stack's own groups by id."""
    acls: tuple[LiveAcl, ...]
    """All ACLs of the VPC, the stack's own first."""
    interfaces: tuple[Interface, ...]
    """Those in the stack's subnets, and those elsewhere that carry one of its groups."""
    others: Mapping[str, tuple[LiveRule, ...]]
    """The groups of others on these interfaces, by id."""
    names: Mapping[str, str]
    """What each of all these groups is called."""

    @property
    def rules(self) -> tuple[LiveRule, ...]:
        """The rules of all groups of the stack."""
        return tuple(rule for rules in self.groups.values() for rule in rules)

    @property
    def guards(self) -> tuple[LiveAcl, ...]:
        """The ACLs that the stack's subnets are under, whosever they are."""
        return tuple(acl for acl in self.acls if acl.subnets & self.subnets.keys())

    @property
    def carriers(self) -> tuple[Interface, ...]:
        """The interfaces that carry at least one of the stack's groups."""
        return tuple(one for one in self.interfaces if self.groups.keys() & {*one.groups})

    def strangers(self, subnet: str) -> tuple[Interface, ...]:
        """Give the interfaces in use in a subnet that carry none of the stack's groups."""
        there = (one for one in self.interfaces if one.subnet == subnet and one.in_use)
        return tuple(one for one in there if self.groups.keys().isdisjoint(one.groups))


class NotFound(Exception):
    """AWS has no VPC or no subnets as the stack file names them."""


def read_live(site: Site, location: Location, client: Any) -> Live:
    """Read what a stack has and what lies beside it; raise NotFound, or boto3's own errors."""
    vpc = _vpc(location, site.region, client)
    subnets = _subnets(location, site.region, vpc, client)
    named = _own_groups(site, vpc, client)
    interfaces, names = _interfaces(subnets, named, client)
    others = sorted({group for one in interfaces for group in one.groups} - named.keys())
    return Live(
        vpc,
        subnets,
        rules_of(sorted(named), client),
        _acls(site, vpc, client),
        interfaces,
        rules_of(others, client),
        names | named,
    )


def _pages(client: Any, call: str, key: str, **arguments: Any) -> list[Any]:
    pages = client.get_paginator(call).paginate(**arguments)
    return [item for page in pages for item in page[key]]


def _filter(name: str, *values: str) -> dict[str, Any]:
    return {"Name": name, "Values": [*values]}


def _tags(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    return [_filter(f"tag:{key}", value) for key, value in tags.items()]


def _vpc(location: Location, region: str, client: Any) -> str:
    wanted = location.vpc
    filters = [_filter("vpc-id", wanted)] if isinstance(wanted, str) else _tags(wanted)
    found = [vpc["VpcId"] for vpc in _pages(client, "describe_vpcs", "Vpcs", Filters=filters)]
    if len(found) != 1:
        some, ids = f"{len(found)} VPCs" if found else "no VPC", ", ".join(sorted(found))
        there = f"{region}: {ids}" if found else region
        raise NotFound(f"{sought(wanted)} finds {some} in {there}")
    return str(found[0])


def _subnets(
    location: Location, region: str, vpc: str, client: Any
) -> dict[str, tuple[Prefix, ...]]:
    wanted = location.subnets
    named = _tags(wanted) if isinstance(wanted, dict) else [_filter("subnet-id", *wanted)]
    filters = [_filter("vpc-id", vpc), *named]
    found = _pages(client, "describe_subnets", "Subnets", Filters=filters)
    if not found:
        raise NotFound(f"{sought(wanted)} finds no subnet of {vpc} in {region}")
    return {subnet["SubnetId"]: tuple(networks(subnet)) for subnet in found}


def networks(subnet: Mapping[str, Any]) -> Iterator[Prefix]:
    """Give a subnet's CIDRs; one for IPv6 alone has no other, and one that leaves is none."""
    if cidr := subnet.get("CidrBlock"):
        yield parse_prefix(cidr)
    for block in subnet.get("Ipv6CidrBlockAssociationSet", ()):
        if block["Ipv6CidrBlockState"]["State"] in {"associating", "associated"}:
            yield parse_prefix(block["Ipv6CidrBlock"])


def _own_groups(site: Site, vpc: str, client: Any) -> dict[str, str]:
    """Give the ids of the groups that bear the stack's tag, with their names."""
    ours = [_filter("vpc-id", vpc), _filter(f"tag:{STACK_TAG}", site.stack)]
    found = _pages(client, "describe_security_groups", "SecurityGroups", Filters=ours)
    return {group["GroupId"]: group["GroupName"] for group in found}


def _interfaces(
    subnets: Iterable[str], groups: Iterable[str], client: Any
) -> tuple[tuple[Interface, ...], dict[str, str]]:
    """Give the interfaces in the subnets and those with the groups, and the groups' names."""
    call, key = "describe_network_interfaces", "NetworkInterfaces"
    asked = {"subnet-id": [*subnets], "group-id": [*groups]}
    found = {
        one["NetworkInterfaceId"]: one
        for name, values in asked.items()
        for some in _batches(values)
        for one in _pages(client, call, key, Filters=[_filter(name, *some)])
    }
    names = {g["GroupId"]: g["GroupName"] for one in found.values() for g in one["Groups"]}
    return tuple(_interface(found[id_]) for id_ in sorted(found)), names


def _interface(one: Mapping[str, Any]) -> Interface:
    return Interface(
        one["NetworkInterfaceId"],
        one["SubnetId"],
        tuple(sorted(group["GroupId"] for group in one["Groups"])),
        one.get("Description", ""),
        one.get("RequesterId", "") if one.get("RequesterManaged") else "",
        one["Status"] == "in-use",
    )


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Part the values of a filter, which takes so many of them at a time."""
    for start in range(0, len(values), _FILTER_VALUES):
        yield values[start : start + _FILTER_VALUES]


def rules_of(groups: Sequence[str], client: Any) -> dict[str, tuple[LiveRule, ...]]:
    """Give the rules of each group, as many groups as there may be."""
    call, key = "describe_security_group_rules", "SecurityGroupRules"
    found: dict[str, list[LiveRule]] = {group: [] for group in groups}
    for some in _batches(groups):
        for rule in _pages(client, call, key, Filters=[_filter("group-id", *some)]):
            found[rule["GroupId"]].append(_rule(rule))
    return {group: tuple(rules) for group, rules in found.items()}


def _rule(rule: Mapping[str, Any]) -> LiveRule:
    protocol = NAMES.get(rule["IpProtocol"], rule["IpProtocol"])
    cidr = rule.get("CidrIpv4") or rule.get("CidrIpv6")
    return LiveRule(
        rule["SecurityGroupRuleId"],
        rule["GroupId"],
        "egress" if rule["IsEgress"] else "ingress",
        protocol,
        *_pair(protocol, rule.get("FromPort", -1), rule.get("ToPort", -1)),
        parse_prefix(cidr) if cidr else SELF,
        cidr or rule.get("PrefixListId") or rule["ReferencedGroupInfo"]["GroupId"],
        rule.get("Description", ""),
    )


def _pair(protocol: str, first: int, last: int) -> PortPair:
    """Only four protocols have ports or messages; of any other one all packets match."""
    return (first, last) if protocol in NUMBERS and protocol != "-1" else (0, 65535)


def _acls(site: Site, vpc: str, client: Any) -> tuple[LiveAcl, ...]:
    call, within = "describe_network_acls", [_filter("vpc-id", vpc)]
    found = (_acl(site, acl) for acl in _pages(client, call, "NetworkAcls", Filters=within))
    return tuple(sorted(found, key=lambda acl: (not acl.own, acl.id)))


def _acl(site: Site, acl: Mapping[str, Any]) -> LiveAcl:
    entries = [_entry(acl["NetworkAclId"], entry) for entry in acl["Entries"]]
    kept = (entry for entry in entries if entry.number < _RESERVED)
    return LiveAcl(
        acl["NetworkAclId"],
        tuple(sorted(kept, key=lambda entry: (entry.direction, entry.number))),
        frozenset(association["SubnetId"] for association in acl["Associations"]),
        {"Key": STACK_TAG, "Value": site.stack} in acl.get("Tags", ()),
        acl["IsDefault"],
    )


def _entry(acl: str, entry: Mapping[str, Any]) -> LiveEntry:
    protocol = NAMES.get(entry["Protocol"], entry["Protocol"])
    ports, icmp = entry.get("PortRange", {}), entry.get("IcmpTypeCode", {})
    if protocol == "icmpv6" and "CidrBlock" in entry:
        # With an IPv4 CIDR, AWS ignores type and code (CreateNetworkAclEntry).
        ports, icmp = {}, {}
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
