"""The trie of a single cell, all nodes of a size at once, so that long lists take few steps.

With one cell nothing is open or shut but the cell itself. So the least excess can be
found for every node and every number of entries, from the blocks upwards, and a list of
a hundred thousand prefixes takes some thousand sums over arrays (Soldo, Argyraki and
Markopoulou, Optimal Source-Based Filtering of Malicious Traffic, 2012).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from gateway_rules.planning.cover.address_sets import Array

_ENDLESS: Final = 1 << 60
"""The excess of what cannot be; a sum of two still fits a machine word."""


class BlockRange(NamedTuple):
    """The first and the last block of a node."""

    first: int
    last: int


class Levels:
    """The nodes of a trie of disjoint blocks; each is known by the last block of its lower half.

    The number after the last node stands for any single block.
    """

    def __init__(self, bases: Sequence[int], sums: Array, weight: int) -> None:
        """Take the blocks, the addresses before each and after the last, and the cell's ports."""
        starts = np.array(bases, int)
        shifts = np.frexp((starts[1:] ^ starts[:-1]).astype(float))[1]
        order = np.argsort(shifts, kind="stable")
        self.levels = np.split(order, np.flatnonzero(np.diff(shifts[order])) + 1)
        """The nodes of each size, the smallest first."""
        self._link(len(bases))
        held = sums[self.lasts + 1] - sums[self.firsts]
        self.prices = weight * ((1 << shifts.astype(int)) - held)

    def _link(self, blocks: int) -> None:
        """Find, for each node, the nodes below and the range of blocks."""
        self.firsts, self.lasts = np.arange(blocks - 1), np.arange(1, blocks)
        self.lefts, self.rights = (np.full(blocks - 1, blocks - 1) for _ in range(2))
        first, last, top = np.arange(blocks), np.arange(blocks), np.full(blocks, blocks - 1)
        for nodes in self.levels:
            begin, end = first[nodes], last[nodes + 1]
            self.firsts[nodes], self.lasts[nodes] = begin, end
            self.lefts[nodes], self.rights[nodes] = top[begin], top[nodes + 1]
            first[end], last[begin], top[begin] = begin, end, nodes


class OneCellTable:
    """The least excess of every node with at most so many entries, up to `room`."""

    def __init__(self, levels: Levels, room: int) -> None:
        """Go up from the blocks, which take an entry each and have no excess."""
        self._levels = levels
        self._table = np.zeros((len(levels.prices) + 1, room + 1), int)
        self._table[:, 0] = _ENDLESS
        for nodes in levels.levels:
            blocks = levels.lasts[nodes] - levels.firsts[nodes] + 1
            width = min(room, int(blocks.max()))
            self._table[nodes, : width + 1] = self._joined(nodes, width)

    def _joined(self, nodes: Array, width: int) -> Array:
        """Let one entry cover a node, or share the entries out between the nodes below."""
        lefts = self._table[self._levels.lefts[nodes], : width + 1]
        rights = self._table[self._levels.rights[nodes], : width + 1]
        found = np.full(lefts.shape, _ENDLESS)
        found[:, 1] = self._levels.prices[nodes]
        for left in range(1, width):
            some = lefts[:, left, None] + rights[:, 1 : width + 1 - left]
            np.minimum(found[:, left + 1 :], some, out=found[:, left + 1 :])
        return np.minimum.accumulate(found, axis=1)

    @property
    def least(self) -> list[int]:
        """Give the least excess of all with at most 1, 2, 3 … entries."""
        found: list[int] = self._table[self._levels.levels[-1][0], 1:].tolist()
        return found

    def ranges(self, entries: int) -> Iterator[BlockRange]:
        """Give the blocks around each of which an entry stands, for so many entries."""
        tasks = [(int(self._levels.levels[-1][0]), entries, BlockRange(0, len(self._table) - 1))]
        while tasks:
            node, room, around = tasks.pop()
            if around.first == around.last or self._table[node, room] == self._levels.prices[node]:
                yield around
            else:
                tasks.extend(self._parts(node, room, around))

    def _parts(
        self, node: int, room: int, around: BlockRange
    ) -> Iterator[tuple[int, int, BlockRange]]:
        """Share entries out between the two nodes below, in the first way that is the best."""
        left, right = int(self._levels.lefts[node]), int(self._levels.rights[node])
        sums = self._table[left, 1:room] + self._table[right, room - 1 : 0 : -1]
        share = int(np.argmin(sums)) + 1
        yield left, share, BlockRange(around.first, node)
        yield right, room - share, BlockRange(node + 1, around.last)
