"""Lower bounds for all sets of opened cells of a node at once.

The bound of a node and a set of cells that are open there already is no more than the
least excess + price x entries of covering all that the node still needs. numpy computes
it for every set in one go. Two things make it no more than a bound: a gap counts as open
as soon as the cells on both its sides are, and cells that are left out of the sets, to
keep them few, count as open always.

The rules by which choices are ruled out follow Soldo, Argyraki and Markopoulou (Optimal
Source-Based Filtering of Malicious Traffic, 2012) in what concerns prefixes, and extend
them to ports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from gateway_rules.planning.cover.address_sets import Array, is_small
from gateway_rules.planning.cover.trie import Node

WIDEST: Final = 16
"""More cells than this are never told apart by the bounds."""
_ROOMY: Final = 8
"""Cells up to which those that a node does not need itself are kept as well."""
_FLAT: Final = 4
"""A node whose hull costs no more than this part of an entry counts as one entry."""
_LOOSE: Final = 2
"""A cell that costs fewer entries than this to cover by others may be left to them."""
_ENDLESS: Final = 1 << 57
"""More than any cover of IPv4 costs; a sum of dozens still fits a machine word."""
_ROUNDED: Final = 1 - 2.0**-40
"""Makes up for all that floating point, which IPv6 takes, may have rounded upwards."""


class Fixing(NamedTuple):
    """Cells that must, and such that must not, be open once the spans of a node are chosen.

    None of them is inherited. What does not heed a fixing may lower a bound, never raise it.
    """

    opened: int
    shut: int

    @property
    def cells(self) -> int:
        """Give the cells that are fixed."""
        return self.opened | self.shut


Fixings: TypeAlias = Mapping[Node, Fixing]
UNFIXED: Final = Fixing(0, 0)


class OutOfSteps(Exception):
    """The search took more steps than it was given."""


@dataclass
class StepBudget:
    """Steps that are left; counted, not timed, so that equal input gives equal output."""

    left: int
    whole: StepBudget | None = None
    """That of which this is a part."""

    def spend(self, steps: int = 1) -> None:
        """Take steps; raise OutOfSteps when none are left."""
        self.left -= steps
        if self.whole:
            self.whole.spend(steps)
        if self.left < 0:
            raise OutOfSteps

    def part(self, steps: int) -> StepBudget:
        """Give no more than so many of the steps, which are taken from here as well."""
        return StepBudget(steps, self)


@dataclass(frozen=True)
class Bound:
    """What is known of a node: arrays over all sets of the cells that are kept, a bit each."""

    kept: tuple[int, ...]
    value: Array
    """Of covering what the node needs."""
    rest: Array
    """Of covering it by entries further down alone."""


@dataclass(eq=False)
class Bounds:
    """The bounds of one protocol at one price, found when they are asked for."""

    price: int
    tolerance: int
    """How much worse than the best a way to cover may be and still be told apart."""
    steps: StepBudget
    fixings: Fixings
    widest: int = WIDEST
    """Cells of which all subsets are looked at; the fewer, the faster and the lower."""
    _found: dict[Node, Bound] = field(default_factory=dict)

    def of(self, node: Node) -> Bound:
        """Give the bounds of a node."""
        if node not in self._found:
            kept = keep(node, self.widest)
            self.steps.spend(1 + (len(kept) << len(kept) >> 9))
            rest = self._rest(node, kept)
            value = np.minimum(self._with_spans(node, kept, rest), _endless(node))
            self._found[node] = Bound(kept, lowered(value), rest)
        return self._found[node]

    def is_cheap(self, node: Node) -> bool:
        """Tell whether one entry around everything costs less than any two."""
        return node.hull_price + self.tolerance < self.price and node not in self.fixings

    def loose(self, node: Node) -> int:
        """Give the inherited cells that may well be left to entries further down."""
        low, high = node.hull
        cells = (cell for cell in range(low, high + 1) if node.inherited >> cell & 1)
        return sum(1 << cell for cell in cells if self._is_loose(_beside(node, cell)))

    def _is_loose(self, beside: Sequence[int]) -> bool:
        return bool(beside) and min(beside) < _LOOSE * self.price

    # --- Below a node ------------------------------------------------------------------------

    def _rest(self, node: Node, kept: tuple[int, ...]) -> Array:
        """Bound what lies below once the spans of the node are chosen."""
        rest = np.zeros(1 << len(kept), _type_of(node))
        if node.is_uniform:
            rest[:] = _endless(node)
            rest[_needed_within(node, kept)] = 0
            return rest
        loose = self.loose(node)
        for child in node.halves(loose) if loose else node.children:
            if child.need:
                rest += self._floor(child, kept)
        for place, cell in enumerate(kept):
            if (node.inherited & ~loose) >> cell & 1:
                self._leave_out(node, cell, rest.reshape(-1, 2, 1 << place))
        if node in self.fixings:
            self._rule_out(node, kept, rest)
        return rest

    def _rule_out(self, node: Node, kept: tuple[int, ...], rest: Array) -> None:
        """Make endless what a fixing forbids."""
        fixing, endless = self.fixings[node], _endless(node)
        for place, cell in enumerate(kept):
            sides = rest.reshape(-1, 2, 1 << place)
            if fixing.opened >> cell & 1:
                sides[:, 0, :] = endless
            if fixing.shut >> cell & 1:
                sides[:, 1, :] = endless

    def _floor(self, node: Node, kept: tuple[int, ...]) -> Array:
        """Give the bound of a node for all sets of the cells that the one above it keeps."""
        if node.hull_price * _FLAT <= self.price and node not in self.fixings:
            value = np.full(1 << len(kept), self.price, _type_of(node))
            value[_needed_within(node, kept)] = 0
            return value
        bound = self.of(node)
        places = {cell: place for place, cell in enumerate(kept)}
        return bound.value[_among(tuple(places.get(cell) for cell in bound.kept), len(kept))]

    def _leave_out(self, node: Node, cell: int, rest: Array) -> None:
        """Raise the bound of the sets without an inherited cell.

        Every address then lies in an entry further down that covers the cell and a gap
        beside it: an entry of the cell alone might as well stand here, at no cost. There
        are two such entries at least. Now open the cell here. The entries that end at it
        can do without it and the gap; those that go on both ways can be cut in two there,
        for one entry more each. With m of the latter, the bound is the greater of
        `opened + least x (1 - m x price / both)` and `m x price + least`: lowest where
        the two are equal.
        """
        opened, shut = rest[:, 1, :], rest[:, 0, :]
        beside = _beside(node, cell)
        if not beside:
            shut[:] = _endless(node)
            return
        least, both = min(beside), sum(beside)
        if len(beside) > 1 and both:
            np.maximum(shut, opened, out=shut)
            opened = opened - _share(opened, least / (both + least))
        np.maximum(shut, np.maximum(opened, 2 * self.price) + least, out=shut)

    # --- At a node ---------------------------------------------------------------------------

    def _with_spans(self, node: Node, kept: tuple[int, ...], rest: Array) -> Array:
        """Let spans be opened at the node, from the right to the left.

        `done` bounds what is left to pay when spans may begin from a cell on, `within`
        when one has begun before the cell and covers it.
        """
        done = within = rest
        for place, cell in reversed([*enumerate(kept)]):
            is_needed = node.need >> cell & 1
            ends = done.reshape(-1, 2, 1 << place)[:, 1, None, :]
            covers = np.empty_like(done).reshape(-1, 2, 1 << place)
            if place + 1 < len(kept):
                self._go_on(node, kept, place, within, covers)
                if is_needed:
                    np.minimum(covers, ends, out=covers)
            else:
                covers[:] = ends
            covers[:, 0, :] += node.cell_prices[cell]
            within = covers.reshape(-1)
            if is_needed:
                done = np.minimum(done, within + self.price)
        return done

    def _go_on(
        self, node: Node, kept: tuple[int, ...], place: int, within: Array, covers: Array
    ) -> None:
        """Let a span cover a cell and go on to the next that is kept, over what lies between."""
        cell, following = kept[place : place + 2]
        left, right = self._toll(node, cell), self._toll(node, following - 1)
        both = left if following == cell + 1 else left + right
        tolls = np.array([[both, right], [left, 0]], covers.dtype)
        ahead = within.reshape(-1, 2, 2, 1 << place)[:, :, 1, None, :]
        np.add(ahead, tolls[:, :, None], out=covers.reshape(-1, 2, 2, 1 << place))

    def _toll(self, node: Node, gap: int) -> int:
        """Give the price of a gap, endless where two spans on either side always cost less.

        Whatever relied on the gap further down then pays for it there, and no more than
        the gap costs at the children.
        """
        price = node.gap_prices[gap]
        if node.inherited or price <= self.price + self.tolerance:
            return price
        below = sum(child.gap_prices[gap] for child in node.children)
        return _endless(node) >> 4 if price - below > self.price + self.tolerance else price


def keep(node: Node, widest: int) -> tuple[int, ...]:
    """Choose the cells of whose subsets the arrays are: those needed, and some in between."""
    low, high = node.hull
    weights = node.trie.weights
    between = [cell for cell in range(low, high + 1) if not node.above >> cell & 1]
    wanted = sorted(between, key=lambda cell: (~node.need >> cell & 1, -weights[cell]))
    most = max(min(widest, _ROOMY), min(widest, node.need.bit_count()))
    return tuple(sorted(wanted[:most]))


def _beside(node: Node, cell: int) -> list[int]:
    """Give the prices of the gaps beside a cell, as far as the node needs any cell there."""
    low, high = node.hull
    return node.gap_prices[max(cell - 1, low) : min(cell, high - 1) + 1]


def _type_of(node: Node) -> Any:
    return np.int64 if is_small(node.trie.version) else np.float64


def _endless(node: Node) -> int:
    return _ENDLESS if is_small(node.trie.version) else _ENDLESS**4


def lowered(values: Array) -> Array:
    """Make bounds in floating point safe."""
    return values * _ROUNDED if values.dtype.kind == "f" else values


def _share(values: Array, part: float) -> Array:
    """Give no less than so large a part of each value."""
    share = values * (part / _ROUNDED)
    return share if values.dtype.kind == "f" else share.astype(np.int64) + 1


def _needed_within(node: Node, kept: tuple[int, ...]) -> Array:
    """Give the sets that hold all that a node needs, as far as it is kept."""
    return _holding(
        tuple(cell for cell in range(len(kept)) if node.need >> kept[cell] & 1), len(kept)
    )


@lru_cache(maxsize=1 << 10)
def _holding(places: Iterable[int], count: int) -> Array:
    """Give the subsets of `count` cells that hold those at some places."""
    needed = sum(1 << place for place in places)
    subsets = np.arange(1 << count)
    return np.flatnonzero(subsets & needed == needed)


@lru_cache(maxsize=1 << 10)
def _among(places: tuple[int | None, ...], count: int) -> Array:
    """Give for each subset of `count` cells what it is among those at some places.

    None stands for a cell that is not among the `count`, which counts as open.
    """
    subsets = np.arange(1 << count)
    found = np.zeros_like(subsets)
    for bit, place in enumerate(places):
        found |= (1 if place is None else subsets >> place & 1) << bit
    return found
