"""The least excess within a budget of entries, by way of a price for each entry.

At a price, protocols and prefixes no longer compete for entries, and the least of
excess + price x entries can be found piece by piece. It proves a bound: no cover of at
most `room` entries has less excess than that least value - price x room (Lagrange). The
price at which the bound is highest is found first. Where a gap to the best cover found
remains, all covers that the bound allows within a tolerance are looked at, and the
tolerance is doubled until the best must be among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

from gateway_rules import protocols
from gateway_rules.cover_bounds import Bounds, Effort, TooMuch
from gateway_rules.cover_entries import Allow, Cover, DoesNotFit, exact
from gateway_rules.cover_points import NONE, Point, Trace, combined
from gateway_rules.cover_search import Search
from gateway_rules.cover_single import Priced, Single, single
from gateway_rules.cover_tree import Node, Tree

_ALL: Final = 1 << 200
"""More packets than there are."""
_PORT_BITS: Final = 16
_STEP: Final = 8
_PART: Final = 4
"""The first tolerance is this part of a price."""


def least_excess(required: Sequence[Allow], budget: int, steps: int) -> Cover:
    """Cover what is required with at most `budget` entries; see `cover.fit`.

    Raises DoesNotFit when the budget does not hold an entry for each protocol.
    """
    fixed = exact(entry for entry in required if not entry.is_joinable)
    free = [entry.prefix for entry in fixed if entry.protocol == "-1"]
    trees = {protocol: Tree(some, free) for protocol, some in _joinable(required).items()}
    trees = {protocol: tree for protocol, tree in trees.items() if tree.cells}
    if len(fixed) + len(trees) > budget:
        raise DoesNotFit(len(fixed) + len(trees))
    fewest = len(fixed) + sum(tree.fewest for tree in trees.values())
    if fewest <= budget and len(entries := exact(required)) <= budget:
        return Cover(entries, 0, 0)
    hunt = Hunt([tree.root for tree in trees.values()], budget - len(fixed), Effort(steps))
    hunt.run()
    found = (
        Allow(protocol, *tree.entry(node, *span))
        for (protocol, tree), trace in zip(trees.items(), hunt.traces, strict=True)
        for node, span in trace.places()
    )
    return Cover(tuple(sorted([*fixed, *found])), hunt.excess, hunt.proven)


def _joinable(required: Iterable[Allow]) -> dict[protocols.Protocol, list[Allow]]:
    """Group what can be joined by protocol, in a fixed order."""
    groups: dict[protocols.Protocol, list[Allow]] = {}
    for entry in required:
        if entry.is_joinable:
            groups.setdefault(entry.protocol, []).append(entry)
    return dict(sorted(groups.items()))


class Finder(Protocol):
    """What finds the covers of a root that are good at a price."""

    def bound(self) -> int:
        """Bound the least cost without looking for it."""

    def best(self) -> Point:
        """Give a cover at the least cost; when hasty, at a low one."""

    def near(self) -> list[Point]:
        """Give, by entries, the least excess of all covers within the tolerance of the best."""


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

    @cached_property
    def _singles(self) -> list[Single | None]:
        return [single(root, self.room) for root in self.roots]

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

        From coarse prices, at which little of the trie is worth a look, down to one at
        which too many entries are taken. Then, of two covers on either side, the price is
        tried at which both cost the same, until nothing new turns up there.
        """
        few, many = self._descend(few)
        while True:
            apart = max(1, many.entries - few.entries)
            price = max(1, (few.excess - many.excess) // apart)
            offer = self._ask(price)
            if offer.cost(price) >= min(few.cost(price), many.cost(price)):
                return
            few, many = (offer, many) if offer.entries <= self.room else (few, offer)

    def _descend(self, few: Offer) -> tuple[Offer, Offer]:
        """Give two covers between which the budget lies; the exact one may be the greater."""
        price = few.price
        while price > 1:
            price = max(1, min(few.excess // (_STEP * self.room), price // _STEP))
            offer = self._ask(price)
            if offer.entries > self.room:
                return few, offer
            few = offer
        return few, Offer(0, sum(root.tree.exact for root in self.roots), 0)

    def _ask(self, price: int) -> Offer:
        """Find what is good at a price, and keep what it proves and what it offers."""
        searches = self._searches(price, 0, is_hasty=True)
        self._prove(price, sum(search.bound() for search in searches))
        return self._take(price, [search.best() for search in searches])

    def _searches(self, price: int, tolerance: int, *, is_hasty: bool = False) -> list[Finder]:
        return [
            Priced(single, price, tolerance)
            if single
            else Search(root, Bounds(price, tolerance, self.effort), is_hasty)
            for root, single in zip(self.roots, self._singles, strict=True)
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
