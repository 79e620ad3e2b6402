"""What finds the covers of each protocol that are good at a price per entry.

With a price, protocols and prefixes no longer compete for entries: the question is relaxed
into one for each protocol. One with a single cell is answered from a table of all numbers
of entries, others by a search of their trie.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from gateway_rules.planning.cover.bounds import WIDEST, Bounds, Fixings, StepBudget
from gateway_rules.planning.cover.one_cell_table import OneCellTable
from gateway_rules.planning.cover.points import Point, Trace, thinned
from gateway_rules.planning.cover.trie import Node
from gateway_rules.planning.cover.trie_search import TrieSearch

_LARGEST: Final = 1 << 24
"""Numbers that a table may have, 8 bytes each."""
_CELL: Final = ((0, 0),)


class Relaxation(Protocol):
    """What finds the covers of a root that are good at a price."""

    def bound(self) -> int:
        """Bound the least cost without looking for it."""

    def best(self) -> Point:
        """Give a cover at the least cost; when hasty, at a low one."""

    def near(self) -> list[Point]:
        """Give, by entries, the least excess of all covers within the tolerance of the best."""


class Relaxations:
    """The relaxations of some roots, for covers of at most `room` entries."""

    def __init__(self, roots: Sequence[Node], room: int) -> None:
        """Work out once what holds at every price."""
        self._known = [(root, one_cell(root, room)) for root in roots]

    def at(
        self,
        price: int,
        steps: StepBudget,
        fixings: Fixings,
        tolerance: int = 0,
        *,
        is_hasty: bool = False,
        widest: int = WIDEST,
    ) -> list[Relaxation]:
        """Give a relaxation for each root."""
        return [
            OneCellRelaxation(covers, price, tolerance)
            if covers
            else TrieSearch(root, Bounds(price, tolerance, steps, fixings, widest), is_hasty)
            for root, covers in self._known
        ]


class OneCell:
    """The covers of a single cell with up to `room` entries."""

    def __init__(self, root: Node, table: OneCellTable) -> None:
        """Take what is known of the least excess."""
        self._trie, self._table = root.trie, table
        self.excess = table.least
        """The least with at most 1, 2, 3 … entries."""
        self._points: dict[int, Point] = {}

    def point(self, entries: int) -> Point:
        """Give a cover of the least excess with at most so many entries."""
        if entries not in self._points:
            found = self._table.ranges(entries)
            nodes = [self._trie.around(first, last + 1, 0) for first, last in found]
            below = tuple(Trace(node, _CELL, ()) for node in nodes)
            self._points[entries] = Point(
                len(nodes), self.excess[entries - 1], Trace(None, (), below)
            )
        return self._points[entries]


class OneCellRelaxation:
    """The covers of a single cell at a price per entry."""

    def __init__(self, covers: OneCell, price: int, tolerance: int) -> None:
        """Take the covers, and how much worse than the best they may be."""
        self._covers, self._tolerance = covers, tolerance
        self._costs = [excess + price * (i + 1) for i, excess in enumerate(covers.excess)]
        self._least = min(self._costs)

    def bound(self) -> int:
        """Give the least cost."""
        return self._least

    def best(self) -> Point:
        """Give a cover of the least cost."""
        return self._covers.point(self._costs.index(self._least) + 1)

    def near(self) -> list[Point]:
        """Give all covers within the tolerance of the best."""
        limit = self._least + self._tolerance
        return thinned(self._covers.point(i + 1) for i, c in enumerate(self._costs) if c <= limit)


def one_cell(root: Node, room: int) -> OneCell | None:
    """Give the covers of a trie that has a single cell, unless it is too large for a table."""
    levels = root.trie.levels
    if not levels or len(root.trie.bases) * (room + 1) > _LARGEST:
        return None
    return OneCell(root, OneCellTable(levels, room))
