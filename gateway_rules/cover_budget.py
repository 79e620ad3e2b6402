"""The least excess within a budget of entries, by way of a price for each entry.

At a price, protocols and prefixes no longer compete for entries, and the least of
excess + price x entries can be found piece by piece. It proves a bound: no cover of at
most `room` entries has less excess than that least value - price x room. The price at
which the bound is highest is found first. Where a gap to the best cover found remains,
all covers that the bound allows within a tolerance are looked at, and the tolerance is
doubled until the best must be among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from gateway_rules.cover_search import NOTHING, Effort, Point, Search, TooMuch, Trace, combine
from gateway_rules.cover_tree import Tree

_FINE: Final = 32
"""The first tolerance is this part of the gap."""


@dataclass(frozen=True)
class Offer:
    """What is best at a price, protocol by protocol."""

    price: int
    points: tuple[Point, ...]

    @property
    def entries(self) -> int:
        """Entries of all protocols."""
        return sum(point.entries for point in self.points)

    @property
    def excess(self) -> int:
        """Excess of all protocols."""
        return sum(point.excess for point in self.points)

    @property
    def cost(self) -> int:
        """What the price makes of both."""
        return self.excess + self.price * self.entries


@dataclass
class Hunt:
    """The best cover of at most `room` entries found so far, and what is known about the rest."""

    trees: Sequence[Tree]
    room: int
    excess: int
    """Of the best cover found; at first of one found by other means."""
    effort: Effort
    traces: tuple[Trace, ...] | None = None
    """Where its entries stand, protocol by protocol; None as long as nothing better is found."""
    proven: int = 0
    """No cover has less excess."""
    _best: Offer | None = field(default=None)

    def run(self) -> None:
        """Search until the best is proven or the effort is spent."""
        with suppress(TooMuch):
            self._bracket()
            self._close()

    def _raw(self, offer: Offer) -> int:
        """Give the bound that an offer proves; it may lie below zero."""
        return offer.cost - offer.price * self.room

    def _ask(self, price: int) -> Offer:
        """Find what is best at a price, and keep what it proves and what it offers."""
        searches = [Search(tree, price, 0, self.effort) for tree in self.trees]
        offer = Offer(price, tuple(search.value(search.tree.root, 0) for search in searches))
        if not self._best or self._raw(offer) > self._raw(self._best):
            self._best = offer
            self.proven = max(self.proven, self._raw(offer))
        if offer.entries <= self.room:
            self._keep(offer.excess, tuple(point.trace for point in offer.points))
        return offer

    def _keep(self, excess: int, traces: tuple[Trace, ...]) -> None:
        """Keep a cover that is better, or the first that is as good as one found by other means."""
        if excess < self.excess or (excess == self.excess and not self.traces):
            self.excess, self.traces = excess, traces

    def _bracket(self) -> None:
        """Find the price at which the bound is highest.

        From a price at which no entry is worth it down to one that takes too many, then
        where the two solutions on either side would cost the same, until nothing new turns up.
        """
        few = self._ask(1 << (self.trees[0].bits + 16))
        many = few
        while many.entries <= self.room and many.price > 1:
            few, many = many, self._ask(max(1, many.price >> 3))
        while many.entries > self.room:
            price = (few.excess - many.excess) // (many.entries - few.entries)
            if not many.price < price < few.price:
                return
            offer = self._ask(price)
            known = (side.excess + price * side.entries for side in (few, many))
            if offer.cost >= min(known):
                return
            few, many = (offer, many) if offer.entries <= self.room else (few, offer)

    def _close(self) -> None:
        """Look at all covers within a tolerance of the bound, until the best is among them."""
        if not self._best:
            return
        price, raw = self._best.price, self._raw(self._best)
        tolerance = max(1, (self.excess - raw) // _FINE)
        while self.proven < self.excess:
            self._look(price, tolerance)
            self.proven = min(self.excess, raw + tolerance + 1)
            tolerance = min(2 * tolerance, self.excess - raw)

    def _look(self, price: int, tolerance: int) -> None:
        """Keep the best of all covers whose cost at the price lies within the tolerance."""
        searches = [Search(tree, price, tolerance, self.effort) for tree in self.trees]
        rest = sum(search.cost(search.value(search.tree.root, 0)) for search in searches)
        limit = rest + tolerance
        points = [Point(0, 0, NOTHING)]
        for search in searches:
            root = search.tree.root
            rest -= search.cost(search.value(root, 0))
            points = list(combine(points, search.front(root, 0).values(), limit - rest, price))
        for point in sorted(points, key=lambda point: (point.excess, point.entries)):
            if point.entries <= self.room:
                self._keep(point.excess, point.trace.below)
                return
