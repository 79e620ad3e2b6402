"""Entries of an allow list as values, and the list that passes just what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from gateway_rules import packets
from gateway_rules.packets import Plane
from gateway_rules.prefixes import Prefix, merge
from gateway_rules.protocols import ICMP, Protocol, span


class Allow(NamedTuple):
    """One entry of an allow list; ports are type and code for ICMP."""

    protocol: Protocol
    from_port: int
    to_port: int
    prefix: Prefix

    @property
    def box(self) -> packets.Box:
        """The packets of the protocol that the entry passes."""
        return *span(*self[:3]), self.prefix.interval

    @property
    def is_joinable(self) -> bool:
        """Tell whether the entry may be widened: not ICMP, whose codes mean different things."""
        return self.protocol in ("tcp", "udp")


@dataclass(frozen=True)
class Cover:
    """An allow list that misses nothing, with the packets that it passes beyond what was asked.

    No allow list of as many entries passes fewer than `lower_bound` beyond; where the
    two numbers are equal, this list is proven to be the best.
    """

    entries: tuple[Allow, ...]
    excess: int
    lower_bound: int


class DoesNotFit(ValueError):
    """No allow list of so few entries passes everything; `needed` is the fewest that can."""

    def __init__(self, needed: int) -> None:
        self.needed = needed
        super().__init__(f"at least {needed} entries are needed")


def exact(required: Iterable[Allow]) -> tuple[Allow, ...]:
    """Give few entries that pass just what is required, sorted."""
    entries = {*_join_ports(_merge_prefixes(set(required)))}
    return tuple(sorted(e for e in entries if not any(_within(e, o) for o in entries if o != e)))


def asked(entries: Iterable[Allow]) -> dict[Protocol, Plane]:
    """Give, for each protocol that can be joined, what is asked for or passes by protocol -1."""
    entries = tuple(entries)
    everything = passing(entries, "-1")
    return {
        protocol: packets.union(passing(entries, protocol), everything)
        for protocol in sorted({entry.protocol for entry in entries if entry.is_joinable})
    }


def passing(entries: Iterable[Allow], protocol: Protocol) -> Plane:
    """Give what the entries of one protocol pass."""
    return packets.plane(entry.box for entry in entries if entry.protocol == protocol)


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
    if other.protocol not in (entry.protocol, "-1"):
        return False
    first, last, _ = entry.box
    low, high, _ = other.box
    wide = other.protocol == "-1" or (low <= first and last <= high)
    return wide and other.prefix.covers(entry.prefix)
