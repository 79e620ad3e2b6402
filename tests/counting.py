"""Count what entries miss and add, by a sweep over ports and addresses, fast for long lists.

Shares nothing with the product but the value types.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from gateway_rules.planning.cover.entries import Allow


class Count(NamedTuple):
    """Packets that are required but do not pass, and that pass but are not required."""

    missing: int
    excess: int


def count(required: Iterable[Allow], entries: Iterable[Allow]) -> Count:
    """Count (protocol, address, port) triples of TCP and UDP, which are all that can be joined."""
    required, entries = list(required), list(entries)
    counts = [_count(_of(required, name), _of(entries, name)) for name in ("tcp", "udp")]
    return Count(sum(one.missing for one in counts), sum(one.excess for one in counts))


def _of(entries: Iterable[Allow], name: str) -> list[Allow]:
    return [entry for entry in entries if entry.protocol in {name, "-1"}]


def _count(required: list[Allow], entries: list[Allow]) -> Count:
    cuts = {
        cut for some in (required, entries) for _, low, high, _ in some for cut in (low, high + 1)
    }
    missing = excess = 0
    for low, high in pairwise(sorted(cuts)):
        asked, passed = _addresses(required, low), _addresses(entries, low)
        both = _length(_joined(asked + passed))
        missing += (both - _length(passed)) * (high - low)
        excess += (both - _length(asked)) * (high - low)
    return Count(missing, excess)


def _addresses(entries: list[Allow], port: int) -> list[tuple[int, int]]:
    return _joined(_interval(e) for e in entries if e.from_port <= port <= e.to_port)


def _interval(entry: Allow) -> tuple[int, int]:
    version, base, length = entry.prefix
    return base, base + (1 << (32 if version == 4 else 128) - length)


def _joined(intervals: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for low, high in sorted(intervals):
        if joined and low <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(high, joined[-1][1])
        else:
            joined.append((low, high))
    return joined


def _length(intervals: list[tuple[int, int]]) -> int:
    return sum(high - low for low, high in intervals)
