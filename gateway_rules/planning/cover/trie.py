"""What one protocol requires, as cells of ports along a trie of prefixes.

A cell is a stretch of ports that is required for the same addresses throughout; gaps
lie between neighbouring cells. Opening a cell or a gap at a prefix costs the packets
of the prefix that nobody asked for; opening it again below costs nothing. So the
excess of an allow list is the sum of these prices over its topmost openings.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np

from gateway_rules.packets import BITS, PortPair, Prefix
from gateway_rules.planning.cover.address_sets import Addresses, Array, is_small
from gateway_rules.planning.cover.entries import Allow
from gateway_rules.planning.cover.one_cell_table import Levels

_WORD: Final = 62
"""Cells up to which a set of them fits a machine word."""


class Trie:
    """The blocks of one protocol, sorted; nodes are made on demand, one a prefix and demand.

    A block is a prefix with the cells that are required for just all of it.
    """

    def __init__(self, required: Sequence[Allow], free: Iterable[Prefix]) -> None:
        """Take what is required, and what passes anyway and nobody pays for."""
        self.version = required[0].prefix.version
        self.bits = BITS[self.version]
        gratis = Addresses.of(self.version, free)
        cells = _cells(required, gratis)
        self.cells = [ports for ports, _ in cells]
        self.weights = [last - first + 1 for first, last in self.cells]
        self.gaps = [after[0] - before[1] - 1 for before, after in pairwise(self.cells)]
        self._lay_out([*(addresses for _, addresses in cells), gratis])
        self._nodes: dict[tuple[int, int, int], Node] = {}

    def _lay_out(self, held: Sequence[Addresses]) -> None:
        """Sort the blocks of all cells and of what passes anyway, and sum up their addresses."""
        if not self.cells:
            return
        blocks = [addresses.blocks() for addresses in held]
        bases = np.concatenate([base for base, _ in blocks])
        sizes = np.concatenate([size for _, size in blocks])
        marks = np.repeat(_marks(len(held)), [len(base) for base, _ in blocks])
        order = np.lexsort((-sizes, bases))
        bases, sizes, marks = bases[order], sizes[order], marks[order]
        new = (bases[1:] != bases[:-1]) | (sizes[1:] != sizes[:-1])
        starts = np.append(0, np.flatnonzero(new) + 1)
        self._masks = np.bitwise_or.reduceat(marks, starts)
        self.bases: list[int] = bases[starts].tolist()
        self.sizes: list[int] = sizes[starts].tolist()
        bits = self._masks[:, None] >> np.arange(len(held)) & 1
        sums = np.cumsum(bits * sizes[starts][:, None], axis=0)
        self._sums = np.concatenate([np.zeros_like(sums[:1]), sums])

    def areas(self, low: int, high: int) -> list[int]:
        """Count the addresses of a slice of blocks by cell; last those that pass anyway."""
        found: list[int] = (self._sums[high] - self._sums[low]).tolist()
        return found

    def need(self, low: int, high: int) -> int:
        """Give the cells that some of a slice of blocks needs, a bit each."""
        if low == high:
            return 0
        return int(np.bitwise_or.reduce(self._masks[low:high])) & ~(1 << len(self.cells))

    @cached_property
    def root(self) -> Node:
        """The smallest prefix around everything."""
        return self.around(0, len(self.bases), 0)

    @cached_property
    def levels(self) -> Levels | None:
        """All nodes at once, where there is one cell to tell them by and nothing else."""
        is_plain = len(self.cells) == 1 and is_small(self.version) and not self._sums[-1, -1]
        is_plain &= len(self.bases) > 1
        return Levels(self.bases, self._sums[:, 0], self.weights[0]) if is_plain else None

    @property
    def fewest(self) -> int:
        """Give a number of entries than which no exact cover has fewer: one a block of a cell."""
        sets = self._masks[:, None] >> np.arange(len(self.cells)) & 1
        return int(sets.sum(axis=0).max())

    def around(self, low: int, high: int, above: int) -> Node:
        """Give the smallest prefix around a slice of the blocks, with nothing demanded of it."""
        first, last = self.bases[low], self.bases[high - 1]
        shift = max((first ^ last).bit_length(), self.sizes[low].bit_length() - 1)
        return self.node(first >> shift << shift, shift, 0, above)

    def node(self, base: int, shift: int, demanded: int, above: int) -> Node:
        """Give the node of a prefix; see there for `demanded` and `above`."""
        key = (base, shift, demanded)
        if key not in self._nodes:
            self._nodes[key] = Node(self, base, shift, demanded, above)
        return self._nodes[key]

    def entry(self, node: Node, first: int, last: int) -> tuple[int, int, Prefix]:
        """Give the ports and the prefix of an entry at a node, from one cell to another."""
        ports = self.cells[first][0], self.cells[last][1]
        return *ports, Prefix(self.version, node.base, self.bits - node.shift)


def _marks(count: int) -> Array:
    """Give one bit for each of so many cells."""
    return np.array([1 << cell for cell in range(count)], np.int64 if count <= _WORD else object)


def _cells(required: Iterable[Allow], gratis: Addresses) -> list[tuple[PortPair, Addresses]]:
    """Cut the ports wherever the addresses change; leave out what nobody needs."""
    prefixes: dict[PortPair, list[Prefix]] = {}
    for entry in required:
        prefixes.setdefault(entry[1:3], []).append(entry.prefix)
    held = {ports: Addresses.of(gratis.version, some) for ports, some in prefixes.items()}
    cuts = sorted({cut for first, last in held for cut in (first, last + 1)})
    cells: list[tuple[PortPair, Addresses]] = []
    for low, high in pairwise(cuts):
        over = [addresses for (first, last), addresses in held.items() if first <= low <= last]
        if not over:
            continue
        needed = (over[0].union(*over[1:]) if over[1:] else over[0]).without(gratis)
        if not len(needed.starts):
            continue
        if cells and cells[-1][0][1] == low - 1 and cells[-1][1].equals(needed):
            cells[-1] = ((cells[-1][0][0], high - 1), needed)
        else:
            cells.append(((low, high - 1), needed))
    return cells


class Node:
    """A prefix of the trie, what its blocks need, and what opening each cell or gap costs here."""

    def __init__(self, trie: Trie, base: int, shift: int, demanded: int, above: int) -> None:
        """Find the blocks inside.

        Blocks around the prefix need some cells for all of it: those `demanded` are still
        to be covered here, those `above` are open already.
        """
        self.above = above & ~demanded
        self.trie, self.base, self.shift, self.size = trie, base, shift, 1 << shift
        self.low = bisect_left(trie.bases, base)
        self.high = bisect_left(trie.bases, base + self.size, lo=self.low)
        self.inherited = demanded
        """The cells that all of the prefix needs."""
        while self.low < self.high and trie.sizes[self.low] >= self.size:
            if trie.sizes[self.low] == self.size:
                self.inherited |= trie.need(self.low, self.low + 1)
            self.low += 1
        self.need = self.inherited | trie.need(self.low, self.high)
        """The cells that some of the prefix needs."""

    @cached_property
    def middle(self) -> int:
        """The first block of the upper half."""
        return bisect_left(self.trie.bases, self.base + self.size // 2, self.low, self.high)

    @property
    def is_uniform(self) -> bool:
        """Tell whether every address of the prefix needs the same."""
        return self.low == self.high

    @cached_property
    def _areas(self) -> list[int]:
        return self.trie.areas(self.low, self.high)

    @cached_property
    def cell_prices(self) -> list[int]:
        """Packets that opening each cell here would add."""
        paid = self.size - self._areas[-1]
        return [
            0 if self.inherited >> cell & 1 else weight * (paid - area)
            for cell, (weight, area) in enumerate(
                zip(self.trie.weights, self._areas[:-1], strict=True)
            )
        ]

    @cached_property
    def gap_prices(self) -> list[int]:
        """Packets that opening each gap here would add."""
        paid = self.size - self._areas[-1]
        return [weight * paid for weight in self.trie.gaps]

    @cached_property
    def hull(self) -> tuple[int, int]:
        """The lowest and the highest cell that is needed."""
        return (self.need & -self.need).bit_length() - 1, self.need.bit_length() - 1

    @cached_property
    def hull_price(self) -> int:
        """Packets that opening everything from the lowest to the highest cell would add."""
        low, high = self.hull
        return sum(self.cell_prices[low : high + 1]) + sum(self.gap_prices[low:high])

    @cached_property
    def children(self) -> tuple[Node, ...]:
        """The next nodes at which blocks part, below a prefix whose own demand is met."""
        slices = ((self.low, self.middle), (self.middle, self.high))
        above = self.above | self.inherited
        sides = (self.trie.around(*slice_, above) for slice_ in slices if slice_[0] < slice_[1])
        return tuple(side for side in sides if side.need)

    def halves(self, demanded: int) -> tuple[Node, Node]:
        """Give the two halves, each of which inherits the cells that were not opened here."""
        shift, above = self.shift - 1, self.above | self.inherited
        return (
            self.trie.node(self.base, shift, demanded, above),
            self.trie.node(self.base + self.size // 2, shift, demanded, above),
        )
