"""Fit boxes into a budget of entries: nothing missing, and little more than asked for.

A box is one entry of an allow list: a protocol, one stretch of ports, one prefix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import NamedTuple

from gateway_rules import packets
from gateway_rules.packets import Plane
from gateway_rules.prefixes import Prefix, merge, supernet
from gateway_rules.protocols import ICMP, Protocol, span


class Allow(NamedTuple):
    """One entry of an allow list; ports are type and code for ICMP."""

    protocol: Protocol
    from_port: int
    to_port: int
    prefix: Prefix


@dataclass(frozen=True)
class Cover:
    """An allow list that misses nothing, with the packets that it passes beyond what was asked."""

    entries: tuple[Allow, ...]
    excess: int
    lower_bound: int


class DoesNotFit(ValueError):
    """No allow list of so few entries passes everything; `needed` is the fewest that can."""

    def __init__(self, needed: int) -> None:
        self.needed = needed
        super().__init__(f"at least {needed} entries are needed")


def fit(required: Iterable[Allow], budget: int) -> Cover:
    """Cover what is required, all of one IP family, with at most `budget` entries.

    Starts from the exact entries and joins, again and again, the two whose joining adds
    the fewest packets. ICMP and protocol -1 are never joined. Raises DoesNotFit.
    """
    entries = exact(required)
    boxes = [entry for entry in entries if _joinable(entry)]
    fixed = [entry for entry in entries if not _joinable(entry)]
    asked = {protocol: _plane(boxes, fixed, protocol) for protocol in {b.protocol for b in boxes}}
    needed = len(fixed) + len(asked)
    if needed > budget:
        raise DoesNotFit(needed)
    covered = dict(asked)
    while len(boxes) + len(fixed) > budget:
        join = min(_joins(boxes), key=lambda box: (_added(box, covered), box))
        covered[join.protocol] = packets.union(covered[join.protocol], packets.plane([_box(join)]))
        boxes = [join, *(box for box in boxes if not _inside(box, join))]
    excess = sum(packets.size(covered[p]) - packets.size(asked[p]) for p in asked)
    return Cover(tuple(sorted([*fixed, *boxes])), excess, lower_bound=0)


def exact(required: Iterable[Allow]) -> tuple[Allow, ...]:
    """Give few entries that pass just what is required, sorted."""
    required = set(required)
    entries = {*_join_ports(_merge_prefixes(required))}
    return tuple(sorted(e for e in entries if not any(_within(e, o) for o in entries if o != e)))


def _merge_prefixes(required: Iterable[Allow]) -> Iterator[Allow]:
    groups: dict[tuple[Protocol, int, int], list[Prefix]] = {}
    for protocol, first, last, prefix in required:
        groups.setdefault((protocol, first, last), []).append(prefix)
    for key, prefixes in groups.items():
        for prefix in merge(prefixes):
            yield Allow(*key, prefix)


def _join_ports(entries: Iterable[Allow]) -> Iterator[Allow]:
    groups: dict[tuple[Protocol, Prefix], list[tuple[int, int]]] = {}
    for protocol, first, last, prefix in entries:
        groups.setdefault((protocol, prefix), []).append((first, last))
    for (protocol, prefix), pairs in groups.items():
        for pair in pairs if protocol in ICMP else packets.join(pairs):
            yield Allow(protocol, *pair, prefix)


def _within(entry: Allow, other: Allow) -> bool:
    """Tell whether `other` passes all that `entry` does."""
    same = other.protocol in (entry.protocol, "-1")
    return same and _inside(entry, other)


def _inside(entry: Allow, other: Allow) -> bool:
    first, last = span(*entry[:3])
    low, high = (0, 65535) if other.protocol == "-1" else span(*other[:3])
    alike = other.protocol in (entry.protocol, "-1")
    return alike and low <= first and last <= high and other.prefix.covers(entry.prefix)


def _joinable(entry: Allow) -> bool:
    return entry.protocol in ("tcp", "udp")


def _box(entry: Allow) -> packets.Box:
    return entry.from_port, entry.to_port, entry.prefix.interval


def _plane(boxes: list[Allow], fixed: list[Allow], protocol: Protocol) -> Plane:
    """Give what passes anyway: what is asked for, and what protocol -1 lets through."""
    alike = (box for box in boxes if box.protocol == protocol)
    everything = (entry for entry in fixed if entry.protocol == "-1")
    return packets.plane(map(_box, (*alike, *everything)))


def _added(box: Allow, covered: dict[Protocol, Plane]) -> int:
    first, last, (low, high) = _box(box)
    whole = (last - first + 1) * (high - low + 1)
    return whole - packets.size_within(covered[box.protocol], _box(box))


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
