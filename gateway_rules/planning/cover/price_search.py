"""The least excess within a budget of entries, by way of a price for each entry.

At a price, protocols and prefixes no longer compete for entries, and the least of
excess + price x entries can be found piece by piece. It proves a bound: no cover of at
most `room` entries has less excess than that least value - price x room (Lagrange). The
price at which the bound is highest is found first. Where a gap to the best cover found
remains, all covers that the bound allows within a tolerance are looked at. Where it is
too wide for that, because one step saves many entries at once, the question is split: by
what is opened around everything, each choice with the price that proves most of it; and
what is still too wide in two, with one step, and without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from heapq import heappop, heappush
from typing import Final

from gateway_rules.planning.cover.bounds import FREE, WIDEST, Bounds, Effort, Rulings, TooMuch
from gateway_rules.planning.cover.choices import Choices
from gateway_rules.planning.cover.finders import Finders
from gateway_rules.planning.cover.points import NONE, Point, Step, Trace, combined, steps
from gateway_rules.planning.cover.prices import Found, Offer, Sides
from gateway_rules.planning.cover.search import Search
from gateway_rules.planning.cover.trie import Node

_ALL: Final = 1 << 200
"""More packets than there are."""
_PORT_BITS: Final = 16
_ROUGH: Final = 6
"""How many cells are told apart in the first search for a price."""
_COARSE: Final = 8
_FINE: Final = 2
"""How far prices are apart that are tried one after the other, at first and later."""
_PART: Final = 4
"""The first tolerance is this part of a price."""
_WIDE: Final = 2
"""Within a tolerance of more than this part of a price there may be too much to look at."""


@dataclass(frozen=True)
class Branch:
    """A part of all covers: those that follow some rulings."""

    bound: int
    """None of them has less excess."""
    price: int
    """The one that proves most."""
    raw: int
    """What it proves by itself; it may lie below zero."""
    rulings: Rulings
    sides: Sides
    tolerance: int
    """How far from the bound to look next."""
    worth: int
    """How many steps a look may take before it is better to split: as many as the price took."""


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
    _parts: list[tuple[int, int, Branch | Choices]] = field(default_factory=list)
    """A heap by bound and number of those in which a better cover may be found: all of these."""
    _count: int = 0

    @cached_property
    def _finders(self) -> Finders:
        return Finders(self.roots, self.room)

    @cached_property
    def _highest(self) -> int:
        """A price at which no second entry is worth it: all addresses and ports cost no more."""
        return 1 << (self.roots[0].tree.bits + _PORT_BITS)

    def run(self) -> None:
        """Search until the best is proven or the effort is spent."""
        self._begin()
        with suppress(TooMuch):
            self._explore()
            while self._parts and self._parts[0][0] < self.excess:
                bound, _, part = heappop(self._parts)
                self._prove(bound)
                if isinstance(part, Branch):
                    self._follow(part)
                else:
                    self._choose(part)
            self._prove(self.excess)

    def _begin(self) -> None:
        """Cover each root by one entry, whatever effort that takes."""
        bounds = Bounds(self._highest, 0, Effort(self._highest), {})
        self._take([Search(root, bounds).best() for root in self.roots])

    def _take(self, points: Sequence[Point]) -> Offer:
        """Put the covers of the roots together; keep them if they are the best so far."""
        entries = sum(point.entries for point in points)
        excess = sum(point.excess for point in points)
        traces = tuple(point.trace for point in points)
        self._keep(entries, excess, traces)
        return Offer(entries, excess, traces)

    def _keep(self, entries: int, excess: int, traces: tuple[Trace, ...]) -> None:
        if entries <= self.room and excess < self.excess:
            self.excess, self.traces = excess, traces

    def _prove(self, bound: int) -> None:
        self.proven = max(self.proven, bound)

    # --- The best price ----------------------------------------------------------------------

    def _explore(self) -> None:
        """Find the best price; where that takes long, from one that is found roughly."""
        price, step = max(1, self.excess // (_COARSE * self.room)), _COARSE
        if any(len(root.tree.cells) > WIDEST for root in self.roots):
            rough = self._seek({}, price, step, _ROUGH)
            price, step = rough.price if rough else price, _FINE
        self._branch({}, 0, price, step)

    def _branch(self, rulings: Rulings, known: int, price: int, step: int) -> None:
        """Add the covers that follow rulings, none of which has less excess than is known."""
        before = self.effort.steps
        found = self._seek(rulings, price, step, WIDEST)
        if found:
            bound, tolerance = max(found.raw, known), found.price // _PART + 1
            worth = before - self.effort.steps
            self._add(Branch(bound, *found[:2], rulings, found.sides, tolerance, worth))

    def _seek(self, rulings: Rulings, price: int, step: int, widest: int) -> Found | None:
        """Find the price that proves most, from one on; None when there is no better cover."""
        sides = Sides(self.room)
        bounds: dict[int, int] = {}
        while price not in bounds:
            offer, bounds[price] = self._ask(price, rulings, widest)
            if max(bounds.values()) >= self.excess:
                return None
            sides = sides.with_offer(offer, price)
            price = sides.next(price, step, self._highest)
        price = max(bounds, key=lambda price: (bounds[price], price))
        return Found(price, bounds[price], sides)

    def _add(self, part: Branch | Choices) -> None:
        heappush(self._parts, (part.bound, self._count, part))
        self._count += 1

    def _ask(self, price: int, rulings: Rulings, widest: int) -> tuple[Offer, int]:
        """Find what is good at a price, and what no cover goes below."""
        finders = self._finders.at(price, self.effort, rulings, is_hasty=True, widest=widest)
        bound = sum(finder.bound() for finder in finders) - price * self.room
        if not rulings:
            self._prove(bound)
        return self._take([finder.best() for finder in finders]), bound

    # --- The gap -----------------------------------------------------------------------------

    def _follow(self, branch: Branch) -> None:
        """Look close to the bound; split the branch where that takes too long."""
        is_wide = branch.tolerance > branch.price // _WIDE
        step = _step(branch) if is_wide else None
        if not step:
            self._look(branch, self.effort)
            return
        try:
            self._look(branch, self.effort.part(branch.worth))
        except TooMuch:
            self._part(branch, step)

    def _part(self, branch: Branch, step: Step) -> None:
        """Part all covers by what they open around everything, or a branch by one step."""
        if not branch.rulings and step.node in self.roots:
            self._learn(Choices(step.node, self.room, self._highest), branch.price)
        else:
            for rulings in _split(branch.rulings, step):
                self._branch(rulings, branch.bound, branch.price, _FINE)

    def _choose(self, choices: Choices) -> None:
        """Learn more of the choice of which least is proven, or make it a branch of its own."""
        if price := choices.next():
            self._learn(choices, price)
        else:
            ruling, bound, price = choices.take()
            self._branch({choices.root: ruling}, bound, price, _FINE)
            self._add(choices)

    def _learn(self, choices: Choices, price: int) -> None:
        """Let choices know what a price proves of them."""
        finders = zip(self.roots, self._finders.at(price, self.effort, {}), strict=True)
        others = sum(finder.bound() for root, finder in finders if root is not choices.root)
        choices.learn(Bounds(price, 0, self.effort, {}), others)
        self._add(choices)

    def _look(self, branch: Branch, effort: Effort) -> None:
        """Keep the best of all covers of the branch whose cost lies within the tolerance."""
        price, tolerance = branch.price, min(branch.tolerance, self.excess - branch.raw)
        finders = self._finders.at(price, effort, branch.rulings, tolerance)
        least = self._take([finder.best() for finder in finders]).cost(price)
        raw = least - price * self.room
        if raw < self.excess:
            limit = least + tolerance
            for point in combined(NONE, [finder.near() for finder in finders], limit, price):
                self._keep(point.entries, point.excess, point.trace.below)
        bound = max(branch.bound, raw + tolerance + 1)
        self._add(replace(branch, bound=bound, raw=raw, tolerance=2 * branch.tolerance))


def _step(branch: Branch) -> Step | None:
    """Give the step between the sides of a branch on which most hangs, if any is left."""
    few, many = branch.sides.few, branch.sides.many
    if not (few and many):
        return None
    found = (step for pair in zip(few.traces, many.traces, strict=True) for step in steps(*pair))
    left = (
        step for step in found if not branch.rulings.get(step.node, FREE).cells >> step.cell & 1
    )
    return max(left, key=lambda step: step.rank, default=None)


def _split(rulings: Rulings, step: Step) -> Iterator[Rulings]:
    """Add to some rulings that a step be taken, and that it be not."""
    ruling = rulings.get(step.node, FREE)
    yield {**rulings, step.node: ruling._replace(opened=ruling.opened | 1 << step.cell)}
    yield {**rulings, step.node: ruling._replace(shut=ruling.shut | 1 << step.cell)}
