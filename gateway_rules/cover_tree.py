"""What one protocol requires, as cells of ports along a trie of prefixes.

A cell is a stretch of ports that is required for the same addresses throughout; gaps
lie between neighbouring cells. Opening a cell or a gap at a prefix costs the packets
of the prefix that nobody asked for; opening it again below costs nothing. The excess
of an allow list is the sum of these prices over its topmost openings.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

import numpy as np

from gateway_rules.packets import Plane, difference, join
from gateway_rules.prefixes import BITS, Interval, Prefix, from_interval


@dataclass(frozen=True)
class Addresses:
    """Sorted, disjoint intervals, and how many of them lie in a prefix."""

    intervals: tuple[Interval, ...]

    @cached_property
    def _lasts(self) -> list[int]:
        return [last for _, last in self.intervals]

    @cached_property
    def _firsts(self) -> list[int]:
        return [first for first, _ in self.intervals]

    @cached_property
    def _sums(self) -> list[int]:
        return [0, *accumulate(last - first + 1 for first, last in self.intervals)]

    def within(self, low: int, high: int) -> int:
        """Count the addresses from low to high."""
        start, stop = bisect_left(self._lasts, low), bisect_right(self._firsts, high)
        if start >= stop:
            return 0
        total = self._sums[stop] - self._sums[start]
        before = max(0, low - self._firsts[start])
        after = max(0, self._lasts[stop - 1] - high)
        return total - before - after


@dataclass(frozen=True)
class Axis:
    """The ports: cells with their weights, and the weights of the gaps between neighbours."""

    cells: tuple[tuple[int, int], ...]

    @cached_property
    def weights(self) -> list[int]:
        """Ports of each cell."""
        return [last - first + 1 for first, last in self.cells]

    @cached_property
    def gaps(self) -> list[int]:
        """Ports between each cell and the next; some are 0."""
        return [b[0] - a[1] - 1 for a, b in zip(self.cells, self.cells[1:], strict=False)]


class Tree:
    """The blocks of one protocol, sorted; nodes are made on demand, one a prefix and demand."""

    def __init__(self, version: int, required: Plane, free: Plane) -> None:
        """Take what is required and what passes anyway, which nobody pays for."""
        self.version = version
        self.bits = BITS[version]
        needed = difference(required, free)
        self.axis = Axis(tuple((first, last) for first, last, _ in needed))
        gratis = free[0][2] if free else ()
        self.gratis = Addresses(gratis)
        self.areas = [Addresses(join((*held, *gratis))) for _, _, held in needed]
        masks = _masks(version, [held for _, _, held in needed], gratis)
        blocks = sorted(masks)
        self.bases = [block.base for block in blocks]
        self.lengths = [block.length for block in blocks]
        self.masks = [masks[block] for block in blocks]
        self._nodes: dict[tuple[int, int, int], Node] = {}

    @cached_property
    def root(self) -> Node:
        """The smallest prefix around everything."""
        return self.around(0, len(self.bases))

    def around(self, low: int, high: int) -> Node:
        """Give the smallest prefix around a slice of the blocks, with nothing demanded above."""
        first, last = self.bases[low], self.bases[high - 1]
        length = min(self.bits - (first ^ last).bit_length(), self.lengths[low])
        shift = self.bits - length
        return self.node(first >> shift << shift, length, 0)

    def ports(self, span: tuple[int, int]) -> tuple[int, int]:
        """Give the ports from the first to the last cell of a span."""
        return self.axis.cells[span[0]][0], self.axis.cells[span[1]][1]

    def prefix(self, node: Node) -> Prefix:
        """Give the prefix of a node."""
        return Prefix(self.version, node.base, node.length)

    def node(self, base: int, length: int, demanded: int) -> Node:
        """Give the node of a prefix; all of it also needs the cells `demanded` from above."""
        key = (base, length, demanded)
        if key not in self._nodes:
            self._nodes[key] = Node(self, base, length, demanded)
        return self._nodes[key]


def _masks(
    version: int, cells: list[tuple[Interval, ...]], gratis: tuple[Interval, ...]
) -> dict[Prefix, int]:
    """Give every block with the cells that need it; blocks that pass anyway need none."""
    masks: dict[Prefix, int] = {p: 0 for i in gratis for p in from_interval(version, i)}
    for cell, held in enumerate(cells):
        for interval in held:
            for prefix in from_interval(version, interval):
                masks[prefix] = masks.get(prefix, 0) | 1 << cell
    return masks


@dataclass(eq=False)
class Node:
    """A prefix of the trie, what its blocks need, and what opening each cell or gap costs here."""

    tree: Tree
    base: int
    length: int
    demanded: int
    inherited: int = field(init=False)
    """The cells that all of the prefix needs."""
    need: int = field(init=False)
    """The cells that some of the prefix needs."""

    def __post_init__(self) -> None:
        """Find the blocks inside."""
        tree = self.tree
        self.size = 1 << (tree.bits - self.length)
        self.low = bisect_left(tree.bases, self.base)
        self.high = bisect_left(tree.bases, self.base + self.size, lo=self.low)
        self.inherited = self.demanded
        while self.low < self.high and tree.lengths[self.low] <= self.length:
            if tree.lengths[self.low] == self.length:
                self.inherited |= tree.masks[self.low]
            self.low += 1
        inside = tree.masks[self.low : self.high]
        self.need = int(np.bitwise_or.reduce(inside)) if inside else 0
        self.need |= self.inherited

    @property
    def is_uniform(self) -> bool:
        """Tell whether every address of the prefix needs the same."""
        return self.low == self.high

    @cached_property
    def cell_prices(self) -> list[int]:
        """Packets that opening each cell here would add."""
        last = self.base + self.size - 1
        weights = zip(self.tree.axis.weights, self.tree.areas, strict=True)
        return [weight * (self.size - area.within(self.base, last)) for weight, area in weights]

    @cached_property
    def gap_prices(self) -> list[int]:
        """Packets that opening each gap here would add."""
        unpaid = self.size - self.tree.gratis.within(self.base, self.base + self.size - 1)
        return [weight * unpaid for weight in self.tree.axis.gaps]

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
        half = self.base + self.size // 2
        middle = bisect_left(self.tree.bases, half, self.low, self.high)
        slices = ((self.low, middle), (middle, self.high))
        sides = (self.tree.around(*slice_) for slice_ in slices if slice_[0] < slice_[1])
        return tuple(side for side in sides if side.need)

    def halves(self, demanded: int) -> tuple[Node, Node]:
        """Give the two halves, each of which inherits the cells that were not opened here."""
        length, half = self.length + 1, self.size // 2
        return (
            self.tree.node(self.base, length, demanded),
            self.tree.node(self.base + half, length, demanded),
        )
