"""What goes past a limit: each function compares one figure of a change with one limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, TypeAlias

from gateway_rules import packets
from gateway_rules.inputs import Limits
from gateway_rules.packets import FAMILIES, ICMP, SELF, WAY, Piece, directed_traffic, few, openness
from gateway_rules.planning import Plan, Rule
from gateway_rules.review.causes import MANY
from gateway_rules.review.packet_diff import StackDiff, rules
from gateway_rules.review.reach import administrative_ports
from gateway_rules.review.rows import merged_rows
from gateway_rules.review.verdict import Breach

_NONE: Final = "none"

_Port: TypeAlias = tuple[str, int, int]
"""A protocol, and its first and last port."""


def breaches(
    limits: Limits, diff: StackDiff, old: Plan | None, new: Plan | None
) -> Iterator[Breach]:
    """Find every limit that a stack's change goes past, one breach a limit at most."""
    yield from _addresses(limits, diff)
    if new:
        yield from _administrative(limits, diff, old, new)
        yield from _internet(diff, new)
    if old and new:
        yield from _removed(diff, old, new)
        yield from _opened_share(limits, diff, old)
        yield from _changed_rules(limits, diff, old, new)
    elif old and diff.status != "removed":
        services = {service for flow in old.flows for service in flow.services}
        what = f"ends all {len(services)} services"
        yield Breach(diff.stack, "removed-service", what, _NONE, "the stack is pending")


def _addresses(limits: Limits, diff: StackDiff) -> Iterator[Breach]:
    if diff.opened_addresses > limits.opened_addresses:
        value = f"opens {diff.opened_addresses:,} addresses"
        limit = f"{limits.opened_addresses:,}"
        yield Breach(diff.stack, "opened-addresses", value, limit, _widest(diff))


def _widest(diff: StackDiff) -> str:
    row = max(merged_rows(diff.opened), key=lambda row: row.size)
    return f"the widest is {row.what} {row.peers} for {row.why}"


def _administrative(
    limits: Limits, diff: StackDiff, old: Plan | None, new: Plan
) -> Iterator[Breach]:
    """Find administrative ports that open to a prefix shorter than the limit of its family."""
    shortest = {name: getattr(limits.administrative_prefix, name) for name in FAMILIES.values()}
    found = _opened_to_administer(diff, old, new)
    wide = [p for p in found if p.peer != SELF and p.peer.length < shortest[packets.family(p.peer)]]
    if wide:
        wide.sort(key=lambda part: openness(part.peer))
        value = few(dict.fromkeys(f"{directed_traffic(p)} from {p.peer}" for p in wide), MANY)
        lengths = dict.fromkeys(shortest[packets.family(part.peer)] for part in wide)
        limit = " and ".join(f"/{length} or longer" for length in lengths)
        yield Breach(diff.stack, "administrative-port", f"opens {value}", limit, _for(wide, new))


def _opened_to_administer(diff: StackDiff, old: Plan | None, new: Plan) -> Iterator[Piece]:
    """Give who reaches an administrative port, where some of it is opened.

    Neighbours count as one, whatever rules they are in.
    """
    for port in dict.fromkeys(_administrative_ports(old, new)):
        reaching = packets.passed(part for rule in rules(new) for part in _of_port(rule, port))
        yield from (part for part in packets.pieces(reaching) if _is_opened(part, diff))


def _administrative_ports(*plans: Plan | None) -> Iterator[_Port]:
    """Give what administers a gateway by the catalogue of either side.

    A change that calls such a service something else makes it no less powerful.
    """
    for plan in filter(None, plans):
        for protocol, pair in administrative_ports(plan.catalogue):
            yield (protocol, *pair)


def _of_port(rule: Rule, port: _Port) -> Iterator[Piece]:
    """Give the part of a rule that reaches a port, if it does."""
    protocol, first, last = port
    if packets.meet(rule, Piece("ingress", protocol, first, last, rule.peer)):
        low, high, _ = packets.box(rule)
        yield Piece("ingress", protocol, max(first, low), min(last, high), rule.peer)


def _is_opened(part: packets.Match, diff: StackDiff) -> bool:
    return any(packets.meet(part, change.piece) for change in diff.opened)


def _for(parts: Iterable[packets.Match], plan: Plan) -> str:
    """Name who asks for packets of the parts."""
    parts = tuple(parts)
    asking = (f.services for f in plan.flows if any(packets.meet(f, part) for part in parts))
    return f"for {few(dict.fromkeys(chain.from_iterable(asking)), MANY)}"


def _internet(diff: StackDiff, new: Plan) -> Iterator[Breach]:
    """Find what opens to a whole family, by ports that were not open to all of it before."""
    opened = [part for match in _whole(new) for part in _opened_parts(match, diff)]
    if opened:
        said = (f"{directed_traffic(p)} {WAY[p.direction]} {p.peer}" for p in opened)
        value = few(dict.fromkeys(said), MANY)
        yield Breach(diff.stack, "internet", f"opens {value}", _NONE, _for(opened, new))


def _whole(plan: Plan) -> Iterator[packets.Match]:
    """Give what passes for a whole family, by one rule or by several together."""
    known = packets.universe(rules(plan))
    alone = [rule for rule in rules(plan) if _is_whole(rule)]
    yield from alone
    rest = packets.without(packets.passed(rules(plan), known), packets.passed(alone, known))
    yield from filter(_is_whole, packets.pieces(rest))


def _is_whole(match: packets.Match) -> bool:
    return match.peer != SELF and match.peer.length == 0


def _opened_parts(rule: packets.Match, diff: StackDiff) -> Iterator[packets.Match]:
    """Give the ports of a rule by which something is opened."""
    for change in diff.opened:
        piece = change.piece
        if packets.meet(rule, piece):
            if rule.protocol in ("-1", *ICMP):
                yield rule
            else:
                first = max(rule.from_port, piece.from_port)
                last = min(rule.to_port, piece.to_port)
                yield Piece(rule.direction, rule.protocol, first, last, rule.peer)


def _removed(diff: StackDiff, old: Plan, new: Plan) -> Iterator[Breach]:
    """Find conversations that end; a moved address ends none.

    The document's services may not end; an addition may where its packets still pass,
    under another name.
    """
    closing = {service for change in diff.closed for service in change.services}
    services = dict.fromkeys(service for flow in old.flows for service in flow.services)
    ended = [
        f"{service} ({', '.join(map(directed_traffic, lost))})"
        for service in sorted(services)
        if service in old.catalogue.by_id or service in closing
        if (lost := _lost_ports(service, old, new))
    ]
    if ended:
        value = f"ends {few(ended, MANY)}"
        yield Breach(diff.stack, "removed-service", value, _NONE, "no flow is left")


def _lost_ports(service: str, old: Plan, new: Plan) -> tuple[Piece, ...]:
    """Give the directions, protocols and ports that a service had, whoever is at the other end."""
    then, now = (packets.passed(_conversations(service, plan)) for plan in (old, new))
    return packets.pieces(packets.without(then, now))


def _conversations(service: str, plan: Plan) -> Iterator[Piece]:
    for flow in plan.flows:
        if service in flow.services:
            yield Piece(flow.direction, flow.protocol, flow.from_port, flow.to_port, SELF)


def _opened_share(limits: Limits, diff: StackDiff, old: Plan) -> Iterator[Breach]:
    passed = packets.count(packets.passed(rules(old)))
    opened = packets.count(packets.passed(change.piece for change in diff.opened))
    if passed and opened > limits.opened_share * passed:
        value = f"opens {opened / passed:,.1%} more packets"
        limit = _percent(limits.opened_share)
        yield Breach(diff.stack, "opened-share", value, limit, _widest(diff))


def _changed_rules(limits: Limits, diff: StackDiff, old: Plan, new: Plan) -> Iterator[Breach]:
    then, now = ({rule.name for rule in rules(plan)} for plan in (old, new))
    if len(then ^ now) > limits.changed_rules_share * len(then):
        value = f"makes {len(now - then)} and removes {len(then - now)} of {len(then)} rules"
        limit, why = _percent(limits.changed_rules_share), f"edited: {few(diff.causes, MANY)}"
        yield Breach(diff.stack, "changed-rules", value, limit, why)


def _percent(share: float) -> str:
    """Write a limit as exactly as its file does."""
    return f"{share * 100:g}%"
