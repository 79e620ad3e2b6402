"""The least excess for every number of entries at once.

At a price per entry, the least of excess + price x entries bounds all budgets alike: no
cover of n entries has less excess than that least value - price x n (Lagrange). The
covers that are least at some price are the vertices of a convex line below the curve, and
are found by asking, for each two of them, at the price at which both cost the same. What
lies between two vertices is settled by looking, at that price, at all covers whose cost
comes close enough to the least.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from gateway_rules.planning.cover.bounds import OutOfSteps, StepBudget
from gateway_rules.planning.cover.bracket import ALL, COARSE, first_tolerance, highest_price
from gateway_rules.planning.cover.entries import BudgetBound
from gateway_rules.planning.cover.points import NONE, NOTHING, Point, combined, together
from gateway_rules.planning.cover.relaxations import Relaxations
from gateway_rules.planning.cover.trie import Node


@dataclass
class Frontier:
    """The best covers of up to `most` entries, which suffice for an exact one."""

    roots: Sequence[Node]
    most: int
    steps: StepBudget
    least: dict[int, BudgetBound] = field(default_factory=dict)
    """By number of entries; one for each root is the smallest."""
    _asked: dict[int, Point] = field(default_factory=dict)

    @cached_property
    def _relaxations(self) -> Relaxations:
        return Relaxations(self.roots, self.most)

    def run(self) -> None:
        """Search until every number is settled or the steps are spent."""
        numbers = range(len(self.roots), self.most + 1)
        self.least.update((number, BudgetBound(0, ALL, 0)) for number in numbers)
        self.keep(self.most, 0)
        with suppress(OutOfSteps):
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

    def _coarse(self) -> list[Point]:
        """Ask at lower and lower prices, from one at which no second entry is worth it."""
        price = highest_price(self.roots[0])
        vertices = [self._ask(price, StepBudget(price))]
        while price > 1 and vertices[-1].excess:
            price //= COARSE
            vertices.append(self._ask(price, self.steps))
        return [*vertices, Point(self.most, 0, NOTHING)]

    def _ask(self, price: int, steps: StepBudget) -> Point:
        """Find a cover that is least at a price."""
        if price not in self._asked:
            relaxations = self._relaxations.at(price, steps, {})
            vertex = together([each.best() for each in relaxations])
            self._asked[price] = vertex
            self.keep(vertex.entries, vertex.excess)
            self._prove(price, vertex.cost(price))
        return self._asked[price]

    def _between(self, few: Point, many: Point) -> None:
        """Settle the numbers of entries between two vertices."""
        if many.entries - few.entries <= 1:
            return
        price = max(1, (few.excess - many.excess) // (many.entries - few.entries))
        vertex = self._ask(price, self.steps)
        if few.entries < vertex.entries < many.entries:
            self._between(few, vertex)
            self._between(vertex, many)
        else:
            self._look(range(few.entries + 1, many.entries), price, vertex.cost(price))

    def _look(self, numbers: Sequence[int], price: int, least: int) -> None:
        """Look further and further from the least cost, until all the numbers are settled."""
        tolerance = first_tolerance(price)
        while still := [n for n in numbers if n <= self.most and self.least[n].is_open]:
            gap = max(self.least[n].excess + price * n for n in still) - least
            for point in self._near(price, least, min(tolerance, gap)):
                self.keep(point.entries, point.excess)
            self._prove(price, least + min(tolerance, gap) + 1)
            tolerance *= 2

    def _near(self, price: int, least: int, tolerance: int) -> Iterator[Point]:
        """Give the best covers whose cost lies within the tolerance of the least."""
        relaxations = self._relaxations.at(price, self.steps, {}, tolerance)
        fronts = [each.near() for each in relaxations]
        yield from combined(NONE, fronts, least + tolerance, price)

    def _prove(self, price: int, cost: int) -> None:
        """Take it that every cover not found yet costs no less."""
        for number in self.least:
            self.prove(number, cost - price * number)
