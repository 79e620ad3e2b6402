"""What AWS has, made of values: just what a plan says, for tests to add to and take from."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sites import placed

from gateway_rules.audit.live import Interface, Live, LiveAcl, LiveEntry, LiveRule
from gateway_rules.audit.live_quotas import LiveQuotas
from gateway_rules.audit.verification.findings import Verification
from gateway_rules.audit.verification.verifier import compare
from gateway_rules.packets.prefixes import ANYWHERE, parse_prefix
from gateway_rules.planning.network_acl import Entry
from gateway_rules.planning.planner import Plan, SecurityGroup
from gateway_rules.planning.security_group import Rule

SUBNETS = ("subnet-a", "subnet-b")


def compared(
    plan: Plan, found: Live, allowed: LiveQuotas | None = None, **where: Any
) -> Verification:
    """Compare what AWS has with a plan as if a stack's file had asked for it."""
    return compare(placed(plan, **where), found, allowed)


def group_id(group: SecurityGroup) -> str:
    """Give the id of a planned group."""
    return f"sg-{group.key}"


def as_planned(plan: Plan) -> Live:
    """Give a stack with all that its plan says, and no interface in its two subnets."""
    groups = {group_id(group): rules_of(group) for group in plan.groups}
    networks = [parse_prefix(text) for text in ("10.42.8.0/26", "10.42.8.64/26")]
    return Live(
        vpc="vpc-1",
        subnets={subnet: (net,) for subnet, net in zip(SUBNETS, networks, strict=True)},
        groups=groups,
        acls=(own_acl(plan), acl("acl-default", default=True)),
        interfaces=(),
        others={},
        names={group_id(group): group.name for group in plan.groups},
    )


def rules_of(group: SecurityGroup) -> tuple[LiveRule, ...]:
    """Give a planned group's rules as AWS has them."""
    id_ = group_id(group)
    return tuple(rule_of(rule, f"sgr-{group.key}-{n}", id_) for n, rule in enumerate(group.rules))


def rule_of(rule: Rule, id_: str, group: str) -> LiveRule:
    """Give a planned rule as AWS has it."""
    source = group if rule.peer == "self" else str(rule.peer)
    ports = rule.from_port, rule.to_port
    return LiveRule(
        id_, group, rule.direction, rule.protocol, *ports, rule.peer, source, rule.description
    )


def by_hand(direction: Any, protocol: str, port: int, source: str, group: str) -> LiveRule:
    """Give a rule that somebody made by hand, for a prefix or another group."""
    peer: Any = parse_prefix(source) if "/" in source else "self"
    pair = (0, 65535) if protocol == "-1" else (port, port)
    return LiveRule("sgr-hand", group, direction, protocol, *pair, peer, source)


def own_acl(plan: Plan) -> LiveAcl:
    """Give the plan's ACL as AWS has it, over both subnets."""
    entries = tuple(entry_of(entry, "acl-own") for entry in plan.acl.entries)
    return LiveAcl("acl-own", entries, frozenset(SUBNETS), own=True, default=False)


def entry_of(entry: Entry, acl_id: str) -> LiveEntry:
    """Give a planned entry as AWS has it."""
    said = (entry.direction, entry.number, entry.action, entry.protocol)
    return LiveEntry(acl_id, *said, entry.from_port, entry.to_port, entry.prefix)


def acl(
    id_: str, *entries: LiveEntry, subnets: tuple[str, ...] = (), own: bool = False, **said: bool
) -> LiveAcl:
    """Give another ACL."""
    return LiveAcl(id_, entries, frozenset(subnets), own=own, default=said.get("default", False))


def everything(id_: str) -> tuple[LiveEntry, ...]:
    """Give entries that pass all of IPv4."""
    ways: tuple[Any, ...] = ("egress", "ingress")
    return tuple(LiveEntry(id_, way, 100, "allow", "-1", 0, 65535, ANYWHERE) for way in ways)


def interface(
    id_: str, *groups: str, subnet: str = SUBNETS[0], requester: str = "", in_use: bool = True
) -> Interface:
    """Give an interface with groups."""
    return Interface(id_, subnet, tuple(sorted(groups)), "", requester, in_use)


def with_interfaces(live: Live, *interfaces: Interface) -> Live:
    """Give the stack with these interfaces."""
    return replace(live, interfaces=interfaces)


def with_other(live: Live, group: str, name: str, *rules: LiveRule) -> Live:
    """Give the stack beside a group of others."""
    others: Mapping[str, tuple[LiveRule, ...]] = {**live.others, group: rules}
    return replace(live, others=others, names={**live.names, group: name})
