"""The least excess for every number of entries at once.

At a price per entry, the least of excess + price x entries bounds all budgets alike: no
cover of n entries has less excess than that least value - price x n (Lagrange). The
covers that are least at some price are the corners of a convex line below the curve, and
are found by asking, for each two of them, at the price at which both cost the same. What
lies between two corners is settled by looking, at that price, at all covers whose cost
comes close enough to the least.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

from gateway_rules.planning.cover.bounds import Effort, TooMuch
from gateway_rules.planning.cover.entries import Least
from gateway_rules.planning.cover.finders import Finders
from gateway_rules.planning.cover.points import NONE, Point, combined
from gateway_rules.planning.cover.trie import Node

_ALL: Final = 1 << 200
"""More packets than there are."""
_PORT_BITS: Final = 16
_COARSE: Final = 8
"""How far the prices are apart that are asked first."""
_PART: Final = 4
"""The first tolerance is this part of a price."""


class Corner(NamedTuple):
    """A cover that is least at some price."""

    entries: int
    excess: int

    def cost(self, price: int) -> int:
        """Give what a price makes of entries and excess."""
        return self.excess + price * self.entries


@dataclass
class Survey:
    """The best covers of up to `most` entries, which suffice for an exact one."""

    roots: Sequence[Node]
    most: int
    effort: Effort
    least: dict[int, Least] = field(default_factory=dict)
    """By number of entries; one for each root is the smallest."""
    _asked: dict[int, Corner] = field(default_factory=dict)

    @cached_property
    def _finders(self) -> Finders:
        return Finders(self.roots, self.most)

    def run(self) -> None:
        """Search until every number is settled or the effort is spent."""
        self.least.update((n, Least(0, _ALL, 0)) for n in range(len(self.roots), self.most + 1))
        self.keep(self.most, 0)
        with suppress(TooMuch):
            for pair in pairwise(self._coarse() if self.roots else []):
                self._between(*pair)

    def open(self) -> list[int]:
        """Give the numbers of entries that are not settled."""
        return [number for number, least in self.least.items() if least.is_open]

    def keep(self, entries: int, excess: int) -> None:
        """Take a cover for all numbers for which it is the best so far."""
        for number in range(entries, self.most + 1):
            self.least[number] = self.least[number].with_cover(entries, excess)

    def prove(self, number: int, bound: int) -> None:
        """Take it that no cover of so many entries found from now on has less excess."""
        self.least[number] = self.least[number].with_bound(bound)

    def _coarse(self) -> list[Corner]:
        """Ask at lower and lower prices, from one at which no second entry is worth it."""
        price = 1 << (self.roots[0].tree.bits + _PORT_BITS)
        corners = [self._ask(price, Effort(price))]
        while price > 1 and corners[-1].excess:
            price //= _COARSE
            corners.append(self._ask(price, self.effort))
        return [*corners, Corner(self.most, 0)]

    def _ask(self, price: int, effort: Effort) -> Corner:
        """Find a cover that is least at a price."""
        if price not in self._asked:
            points = [finder.best() for finder in self._finders.at(price, effort, {})]
            entries = sum(point.entries for point in points)
            corner = Corner(entries, sum(point.excess for point in points))
            self._asked[price] = corner
            self.keep(*corner)
            self._prove(price, corner.cost(price))
        return self._asked[price]

    def _between(self, few: Corner, many: Corner) -> None:
        """Settle the numbers of entries between two corners."""
        if many.entries - few.entries <= 1:
            return
        price = max(1, (few.excess - many.excess) // (many.entries - few.entries))
        corner = self._ask(price, self.effort)
        if few.entries < corner.entries < many.entries:
            self._between(few, corner)
            self._between(corner, many)
        else:
            self._look(range(few.entries + 1, many.entries), price, corner.cost(price))

    def _look(self, numbers: Sequence[int], price: int, least: int) -> None:
        """Look further and further from the least cost, until all the numbers are settled."""
        tolerance = price // _PART + 1
        while still := [n for n in numbers if n <= self.most and self.least[n].is_open]:
            gap = max(self.least[n].excess + price * n for n in still) - least
            for point in self._near(price, least, min(tolerance, gap)):
                self.keep(point.entries, point.excess)
            self._prove(price, least + min(tolerance, gap) + 1)
            tolerance *= 2

    def _near(self, price: int, least: int, tolerance: int) -> Iterator[Point]:
        """Give the best covers whose cost lies within the tolerance of the least."""
        fronts = [finder.near() for finder in self._finders.at(price, self.effort, {}, tolerance)]
        yield from combined(NONE, fronts, least + tolerance, price)

    def _prove(self, price: int, cost: int) -> None:
        """Take it that every cover not found yet costs no less."""
        for number in self.least:
            self.prove(number, cost - price * number)
