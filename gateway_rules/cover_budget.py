"""The least excess within a budget of entries, by way of a price for each entry.

At a price, protocols and prefixes no longer compete for entries, and the least of
excess + price x entries can be found piece by piece. It proves a bound: no cover of at
most `room` entries has less excess than that least value - price x room (Lagrange). The
price at which the bound is highest is found first. Where a gap to the best cover found
remains, all covers that the bound allows within a tolerance are looked at, and the
tolerance is doubled until the best must be among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from gateway_rules.cover_bounds import Bounds, Effort, TooMuch
from gateway_rules.cover_entries import Allow, Cover
from gateway_rules.cover_search import NONE, Point, Search, Trace, combined
from gateway_rules.cover_tree import Node, Tree

_ALL: Final = 1 << 200
"""More packets than there are."""
_PORT_BITS: Final = 16
_PART: Final = 4
"""The first tolerance is this part of a price."""


def least_excess(entries: Sequence[Allow], budget: int, steps: int) -> Cover:
    """Cover what the entries pass with at most `budget` entries; see `cover.fit`.

    The budget must hold what cannot be joined and one entry for each other protocol.
    """
    fixed = [entry for entry in entries if not entry.is_joinable]
    free = [entry.prefix for entry in fixed if entry.protocol == "-1"]
    protocols = sorted({entry.protocol for entry in entries if entry.is_joinable})
    trees = [Tree([entry for entry in entries if entry.protocol == p], free) for p in protocols]
    hunt = Hunt([tree.root for tree in trees], budget - len(fixed), Effort(steps))
    hunt.run()
    found = (
        Allow(protocol, *tree.entry(node, *span))
        for protocol, tree, trace in zip(protocols, trees, hunt.traces, strict=True)
        for node, span in trace.places()
    )
    return Cover(tuple(sorted([*fixed, *found])), hunt.excess, hunt.proven)


@dataclass(frozen=True)
class Offer:
    """A cover that is good at some price."""

    price: int
    entries: int
    excess: int

    def cost(self, price: int) -> int:
        """Give what a price makes of entries and excess."""
        return self.excess + price * self.entries


@dataclass
class Hunt:
    """The best cover of at most `room` entries found so far, and what is known about the rest.

    There must be room for one entry for each root.
    """

    roots: Sequence[Node]
    room: int
    effort: Effort
    excess: int = _ALL
    """Of the best cover found."""
    traces: tuple[Trace, ...] = ()
    """Where its entries stand, root by root."""
    proven: int = 0
    """No cover has less excess."""
    _price: int = 0
    """The one at which most was proven."""
    _raw: int = -(_ALL**2)
    """What it proves; unlike excess, it may lie below zero."""

    def run(self) -> None:
        """Search until the best is proven or the effort is spent."""
        few = self._begin()
        with suppress(TooMuch):
            self._bracket(few)
            self._close()

    def _begin(self) -> Offer:
        """Cover everything at a price at which no second entry is worth it."""
        price = 1 << (self.roots[0].tree.bits + _PORT_BITS)
        bounds = Bounds(price, 0, Effort(price))
        offer = self._take(price, [Search(root, bounds).best() for root in self.roots])
        self._prove(price, offer.cost(price))
        return offer

    def _bracket(self, few: Offer) -> None:
        """Find the price at which the bound is highest.

        Of two covers, one that has room to spare and one that takes too much, the price is
        tried at which both would cost the same, until nothing new turns up there.
        """
        many = Offer(0, sum(root.tree.exact for root in self.roots), 0)
        while True:
            apart = max(1, many.entries - few.entries)
            price = max(1, (few.excess - many.excess) // apart)
            offer = self._ask(price)
            if offer.cost(price) >= min(few.cost(price), many.cost(price)):
                return
            few, many = (offer, many) if offer.entries <= self.room else (few, offer)

    def _ask(self, price: int) -> Offer:
        """Find what is good at a price, and keep what it proves and what it offers."""
        searches = self._searches(price, 0, is_hasty=True)
        self._prove(price, sum(search.bound() for search in searches))
        return self._take(price, [search.best() for search in searches])

    def _searches(self, price: int, tolerance: int, *, is_hasty: bool = False) -> list[Search]:
        return [
            Search(root, Bounds(price, tolerance, self.effort), is_hasty) for root in self.roots
        ]

    def _prove(self, price: int, cost: int) -> None:
        """Keep what follows when nothing costs less at a price."""
        raw = cost - price * self.room
        if self._raw < raw:
            self._price, self._raw = price, raw
            self.proven = max(self.proven, raw)

    def _take(self, price: int, points: Sequence[Point]) -> Offer:
        """Keep a cover if it is the best so far."""
        entries = sum(point.entries for point in points)
        excess = sum(point.excess for point in points)
        self._keep(entries, excess, tuple(point.trace for point in points))
        return Offer(price, entries, excess)

    def _keep(self, entries: int, excess: int, traces: tuple[Trace, ...]) -> None:
        if entries <= self.room and excess < self.excess:
            self.excess, self.traces = excess, traces

    def _close(self) -> None:
        """Look at all covers within a tolerance of the bound, until the best is among them."""
        tolerance = self._price // _PART + 1
        while self.proven < self.excess:
            self._look(self._price, min(tolerance, self.excess - self._raw))
            tolerance *= 2

    def _look(self, price: int, tolerance: int) -> None:
        """Keep the best of all covers whose cost at a price lies within a tolerance."""
        searches = self._searches(price, tolerance)
        offer = self._take(price, [search.best() for search in searches])
        self._prove(price, offer.cost(price))
        if self.proven < self.excess:
            limit = offer.cost(price) + tolerance
            for point in combined(NONE, [search.near() for search in searches], limit, price):
                self._keep(point.entries, point.excess, point.trace.below)
            self.proven = max(self.proven, min(self.excess, limit - price * self.room + 1))
