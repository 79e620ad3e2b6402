"""The least excess of a protocol with a single cell, for every number of entries."""

from __future__ import annotations

from typing import Final

from gateway_rules.planning.cover.levels import Curves
from gateway_rules.planning.cover.points import Point, Trace, thinned
from gateway_rules.planning.cover.trie import Node

_LARGEST: Final = 1 << 24
"""Numbers that a table may have, 8 bytes each."""
_CELL: Final = ((0, 0),)


class Single:
    """The covers of a single cell with up to `room` entries."""

    def __init__(self, root: Node, curves: Curves) -> None:
        """Take what is known of the least excess."""
        self._tree, self._curves = root.tree, curves
        self.excess = curves.least
        """The least with at most 1, 2, 3 … entries."""
        self._points: dict[int, Point] = {}

    def point(self, entries: int) -> Point:
        """Give a cover of the least excess with at most so many entries."""
        if entries not in self._points:
            found = self._curves.stretches(entries)
            nodes = [self._tree.around(first, last + 1, 0) for first, last in found]
            below = tuple(Trace(node, _CELL, ()) for node in nodes)
            self._points[entries] = Point(
                len(nodes), self.excess[entries - 1], Trace(None, (), below)
            )
        return self._points[entries]


class Priced:
    """The covers of a single cell at a price per entry."""

    def __init__(self, single: Single, price: int, tolerance: int) -> None:
        """Take the covers, and how much worse than the best they may be."""
        self._single, self._tolerance = single, tolerance
        self._costs = [excess + price * (i + 1) for i, excess in enumerate(single.excess)]
        self._least = min(self._costs)

    def bound(self) -> int:
        """Give the least cost."""
        return self._least

    def best(self) -> Point:
        """Give a cover of the least cost."""
        return self._single.point(self._costs.index(self._least) + 1)

    def near(self) -> list[Point]:
        """Give all covers within the tolerance of the best."""
        limit = self._least + self._tolerance
        return thinned(self._single.point(i + 1) for i, c in enumerate(self._costs) if c <= limit)


def single(root: Node, room: int) -> Single | None:
    """Give the covers of a tree that has a single cell, unless it is too large for a table."""
    levels = root.tree.levels
    if not levels or len(root.tree.bases) * (room + 1) > _LARGEST:
        return None
    return Single(root, Curves(levels, room))
