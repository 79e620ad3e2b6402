"""Matches looked up by the packets that they share with another one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from gateway_rules.packets import sets
from gateway_rules.packets.prefixes import Interval
from gateway_rules.packets.sets import Key, Match

M = TypeVar("M", bound=Match)


class Index(Generic[M]):
    """Finds the matches that meet a given one without looking at all of them.

    Two prefixes meet only where one holds the other, so whatever meets a prefix begins
    inside it or is one of the few around it.
    """

    def __init__(self, matches: Iterable[M], known: frozenset[str]) -> None:
        self._known = known
        self._planes = {key: _by_block(some) for key, some in sets.by_plane(matches, known).items()}
        self._sorted = {key: sorted(blocks) for key, blocks in self._planes.items()}
        self._sizes = {
            key: sorted({high - low + 1 for low, high in blocks})
            for key, blocks in self._planes.items()
        }

    def meeting(self, match: Match) -> Iterator[M]:
        """Give each match that shares a packet with this one, once a plane of both."""
        first, last, block = sets.box(match)
        for key in sets.keys(match, self._known):
            if key in self._planes:
                for met in (*self._around(key, block), *self._inside(key, block)):
                    # Of one plane and with addresses in common, they meet where ports do.
                    for start, stop, one in self._planes[key][met]:
                        if start <= last and first <= stop:
                            yield one

    def _around(self, key: Key, block: Interval) -> Iterator[Interval]:
        """Give the blocks that hold this one and are larger."""
        low, high = block
        sizes = self._sizes[key]
        for size in sizes[bisect_right(sizes, high - low + 1) :]:
            start = low & -size
            if (start, start + size - 1) in self._planes[key]:
                yield start, start + size - 1

    def _inside(self, key: Key, block: Interval) -> Iterator[Interval]:
        """Give the blocks that this one holds, itself among them."""
        low, high = block
        some = self._sorted[key]
        for index in range(bisect_left(some, (low, low)), len(some)):
            if some[index][0] > high:
                return
            if some[index][1] <= high:
                yield some[index]


def _by_block(matches: Iterable[M]) -> dict[Interval, list[tuple[int, int, M]]]:
    """Give each block its matches, with their first and last port."""
    found: dict[Interval, list[tuple[int, int, M]]] = {}
    for match in matches:
        first, last, block = sets.box(match)
        found.setdefault(block, []).append((first, last, match))
    return found
