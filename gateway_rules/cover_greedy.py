"""The usual way to fit a budget: join, again and again, the two entries that add least."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, pairwise

from gateway_rules import packets
from gateway_rules.cover_entries import Allow, asked
from gateway_rules.packets import Plane
from gateway_rules.prefixes import supernet
from gateway_rules.protocols import Protocol


def join_greedily(entries: Iterable[Allow], budget: int) -> tuple[Allow, ...]:
    """Join entries until at most `budget` are left, which must hold one for each protocol.

    ICMP and protocol -1 are never joined.
    """
    entries = tuple(entries)
    covered = asked(entries)
    boxes = [entry for entry in entries if entry.is_joinable]
    fixed = [entry for entry in entries if not entry.is_joinable]
    while len(boxes) + len(fixed) > budget:
        join = min(_joins(boxes), key=lambda box: (_added(box, covered), box))
        covered[join.protocol] = packets.union(covered[join.protocol], packets.plane([join.box]))
        boxes = [join, *(box for box in boxes if not _inside(box, join))]
    return tuple(sorted([*fixed, *boxes]))


def _inside(entry: Allow, other: Allow) -> bool:
    alike = entry.protocol == other.protocol and other.prefix.covers(entry.prefix)
    return alike and other.from_port <= entry.from_port and entry.to_port <= other.to_port


def _added(entry: Allow, covered: dict[Protocol, Plane]) -> int:
    first, last, (low, high) = entry.box
    whole = (last - first + 1) * (high - low + 1)
    return whole - packets.size_within(covered[entry.protocol], entry.box)


def _joins(boxes: list[Allow]) -> set[Allow]:
    """Give the joins worth a look: neighbours with equal ports, or equal prefixes; else any two."""
    by_ports = sorted(boxes)
    by_prefix = sorted(boxes, key=lambda box: (box.protocol, box.prefix, box.from_port))
    near = [p for p in pairwise(by_ports) if p[0][:3] == p[1][:3]]
    near += [p for p in pairwise(by_prefix) if (p[0][0], p[0][3]) == (p[1][0], p[1][3])]
    alike = (p for p in combinations(boxes, 2) if p[0].protocol == p[1].protocol)
    return {_join(*pair) for pair in near or alike}


def _join(one: Allow, other: Allow) -> Allow:
    ports = min(one.from_port, other.from_port), max(one.to_port, other.to_port)
    return Allow(one.protocol, *ports, supernet(one.prefix, other.prefix))
