"""The least excess within a budget of entries, by way of a price for each entry.

At a price, protocols and prefixes no longer compete for entries, and the least of
excess + price x entries can be found piece by piece. It proves a bound: no cover of at
most `room` entries has less excess than that least value - price x room (Lagrange). The
price at which the bound is highest is found first. Where a gap to the best cover found
remains, all covers that the bound allows within a tolerance are looked at. Where it is
too wide for that, because one opening saves many entries at once, the question is split: by
what is opened around everything, each choice with the price that proves most of it; and
what is still too wide in two, with one cell opened, and with it shut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from heapq import heappop, heappush
from typing import Final

from gateway_rules.planning.cover.bounds import (
    UNFIXED,
    WIDEST,
    Bounds,
    Fixings,
    OutOfSteps,
    StepBudget,
)
from gateway_rules.planning.cover.bracket import (
    ALL,
    COARSE,
    BestPrice,
    Bracket,
    first_tolerance,
    highest_price,
)
from gateway_rules.planning.cover.points import (
    NONE,
    Difference,
    Point,
    Trace,
    combined,
    differences,
    together,
)
from gateway_rules.planning.cover.relaxations import Relaxations
from gateway_rules.planning.cover.root_choices import RootChoices
from gateway_rules.planning.cover.trie import Node
from gateway_rules.planning.cover.trie_search import TrieSearch

_ROUGH: Final = 6
"""How many cells are told apart in the first search for a price."""
_FINE: Final = 2
"""How far prices are apart that are tried one after the other later."""
_WIDE: Final = 2
"""Within a tolerance of more than this part of a price there may be too much to look at."""


@dataclass(frozen=True)
class Subproblem:
    """A part of all covers: those that follow some fixings."""

    bound: int
    """None of them has less excess."""
    price: int
    """The one that proves most."""
    raw: int
    """What it proves by itself; it may lie below zero."""
    fixings: Fixings
    bracket: Bracket
    tolerance: int
    """How far from the bound to look next."""
    worth: int
    """How many steps a look may take before it is better to split: as many as the price took."""


@dataclass
class BranchAndBound:
    """The best cover of at most `room` entries found so far, and what is known about the rest.

    There must be room for one entry for each root.
    """

    roots: Sequence[Node]
    room: int
    steps: StepBudget
    excess: int = ALL
    """Of the best cover found."""
    traces: tuple[Trace, ...] = ()
    """Where its entries stand, root by root."""
    proven: int = 0
    """No cover has less excess."""
    _parts: list[tuple[int, int, Subproblem | RootChoices]] = field(default_factory=list)
    """A heap by bound and number of those in which a better cover may be found: all of these."""
    _count: int = 0

    @cached_property
    def _relaxations(self) -> Relaxations:
        return Relaxations(self.roots, self.room)

    @cached_property
    def _highest(self) -> int:
        return highest_price(self.roots[0])

    def run(self) -> None:
        """Search until the best is proven or the steps are spent."""
        self._begin()
        with suppress(OutOfSteps):
            self._explore()
            while self._parts and self._parts[0][0] < self.excess:
                bound, _, part = heappop(self._parts)
                self._prove(bound)
                if isinstance(part, Subproblem):
                    self._follow(part)
                else:
                    self._choose(part)
            self._prove(self.excess)

    def _begin(self) -> None:
        """Cover each root by one entry, however many steps that takes."""
        bounds = Bounds(self._highest, 0, StepBudget(self._highest), {})
        self._take([TrieSearch(root, bounds).best() for root in self.roots])

    def _take(self, points: Sequence[Point]) -> Point:
        """Put the covers of the roots together; keep them if they are the best so far."""
        cover = together(points)
        self._keep(cover)
        return cover

    def _keep(self, cover: Point) -> None:
        if cover.entries <= self.room and cover.excess < self.excess:
            self.excess, self.traces = cover.excess, cover.trace.below

    def _prove(self, bound: int) -> None:
        self.proven = max(self.proven, bound)

    # --- The best price ----------------------------------------------------------------------

    def _explore(self) -> None:
        """Find the best price; where that takes long, from one that is found roughly."""
        price, step = max(1, self.excess // (COARSE * self.room)), COARSE
        if any(len(root.trie.cells) > WIDEST for root in self.roots):
            rough = self._seek({}, price, step, _ROUGH)
            price, step = rough.price if rough else price, _FINE
        self._branch({}, 0, price, step)

    def _branch(self, fixings: Fixings, known: int, price: int, step: int) -> None:
        """Add the covers that follow fixings, none of which has less excess than is known."""
        before = self.steps.left
        found = self._seek(fixings, price, step, WIDEST)
        if found:
            bound, tolerance = max(found.raw, known), first_tolerance(found.price)
            worth = before - self.steps.left
            self._add(Subproblem(bound, *found[:2], fixings, found.bracket, tolerance, worth))

    def _seek(self, fixings: Fixings, price: int, step: int, widest: int) -> BestPrice | None:
        """Find the price that proves most, from one on; None when there is no better cover."""
        bracket = Bracket(self.room)
        bounds: dict[int, int] = {}
        while price not in bounds:
            cover, bounds[price] = self._ask(price, fixings, widest)
            if max(bounds.values()) >= self.excess:
                return None
            bracket = bracket.with_cover(cover, price)
            price = bracket.next(price, step, self._highest)
        price = max(bounds, key=lambda price: (bounds[price], price))
        return BestPrice(price, bounds[price], bracket)

    def _add(self, part: Subproblem | RootChoices) -> None:
        heappush(self._parts, (part.bound, self._count, part))
        self._count += 1

    def _ask(self, price: int, fixings: Fixings, widest: int) -> tuple[Point, int]:
        """Find what is good at a price, and what no cover goes below."""
        relaxations = self._relaxations.at(price, self.steps, fixings, is_hasty=True, widest=widest)
        bound = sum(each.bound() for each in relaxations) - price * self.room
        if not fixings:
            self._prove(bound)
        return self._take([each.best() for each in relaxations]), bound

    # --- The gap -----------------------------------------------------------------------------

    def _follow(self, branch: Subproblem) -> None:
        """Look close to the bound; split the branch where that takes too long."""
        is_wide = branch.tolerance > branch.price // _WIDE
        difference = _difference(branch) if is_wide else None
        if not difference:
            self._look(branch, self.steps)
            return
        try:
            self._look(branch, self.steps.part(branch.worth))
        except OutOfSteps:
            self._split(branch, difference)

    def _split(self, branch: Subproblem, at: Difference) -> None:
        """Split all covers by what they open around everything, or a branch by one cell."""
        if not branch.fixings and at.node in self.roots:
            self._learn(RootChoices(at.node, self.room, self._highest), branch.price)
        else:
            for fixings in _split(branch.fixings, at):
                self._branch(fixings, branch.bound, branch.price, _FINE)

    def _choose(self, choices: RootChoices) -> None:
        """Learn more of the choice of which least is proven, or make it a branch of its own."""
        if price := choices.next():
            self._learn(choices, price)
        else:
            fixing, bound, price = choices.take()
            self._branch({choices.root: fixing}, bound, price, _FINE)
            self._add(choices)

    def _learn(self, choices: RootChoices, price: int) -> None:
        """Let choices know what a price proves of them."""
        relaxations = zip(self.roots, self._relaxations.at(price, self.steps, {}), strict=True)
        others = sum(each.bound() for root, each in relaxations if root is not choices.root)
        choices.learn(Bounds(price, 0, self.steps, {}), others)
        self._add(choices)

    def _look(self, branch: Subproblem, steps: StepBudget) -> None:
        """Keep the best of all covers of the branch whose cost lies within the tolerance."""
        price, tolerance = branch.price, min(branch.tolerance, self.excess - branch.raw)
        relaxations = self._relaxations.at(price, steps, branch.fixings, tolerance)
        least = self._take([each.best() for each in relaxations]).cost(price)
        raw = least - price * self.room
        if raw < self.excess:
            limit = least + tolerance
            for cover in combined(NONE, [each.near() for each in relaxations], limit, price):
                self._keep(cover)
        bound = max(branch.bound, raw + tolerance + 1)
        self._add(replace(branch, bound=bound, raw=raw, tolerance=2 * branch.tolerance))


def _difference(branch: Subproblem) -> Difference | None:
    """Give the difference between the covers of a bracket on which most hangs, if any is left."""
    few, many = branch.bracket.few, branch.bracket.many
    if not (few and many):
        return None
    pairs = zip(few.trace.below, many.trace.below, strict=True)
    found = (each for pair in pairs for each in differences(*pair))
    left = (
        each for each in found if not branch.fixings.get(each.node, UNFIXED).cells >> each.cell & 1
    )
    return max(left, key=lambda each: each.rank, default=None)


def _split(fixings: Fixings, at: Difference) -> Iterator[Fixings]:
    """Add to some fixings that the cell of a difference be opened there, and that it be not."""
    fixing = fixings.get(at.node, UNFIXED)
    yield {**fixings, at.node: fixing._replace(opened=fixing.opened | 1 << at.cell)}
    yield {**fixings, at.node: fixing._replace(shut=fixing.shut | 1 << at.cell)}
