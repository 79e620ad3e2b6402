"""The least excess of one protocol at a price per entry, exactly, and all that comes close.

Two things are computed for a node of the trie and a set of ports that prefixes above
have opened already: the least of excess + price x entries (Lagrange's function), and
the pairs of entries and excess whose sum lies within a tolerance of it. Both look only
at choices that a lower bound allows. The bound holds for every set of opened cells of
a node at once and is computed by numpy (a gap counts as open when both its neighbours
are, which can only be too cheap).

Integers throughout: Lagrange's function of IPv4 stays below 2**62, and IPv6 falls back
to Python's own integers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from gateway_rules.cover_tree import Node, Tree

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
Span: TypeAlias = tuple[int, int]
"""First and last cell."""

_WIDEST: Final = 16
"""Cells in a hull up to which the bound is computed for all their subsets."""
_STEP: Final = 64


class Trace(NamedTuple):
    """Where entries stand: spans opened at a node, and the traces of what lies below."""

    node: Node | None
    spans: tuple[Span, ...]
    below: tuple[Trace, ...]

    def places(self) -> Iterator[tuple[Node, Span]]:
        """Give every entry as the node where it stands and the cells that it spans."""
        if self.node:
            yield from ((self.node, span) for span in self.spans)
        for trace in self.below:
            yield from trace.places()


NOTHING: Final = Trace(None, (), ())


class Point(NamedTuple):
    """A way to cover: how many entries, how much excess, and where they stand."""

    entries: int
    excess: int
    trace: Trace


class TooMuch(Exception):
    """The search took more steps than it was given."""


@dataclass
class Effort:
    """Steps that are left; counted, not timed, so that equal input gives equal output."""

    steps: int

    def spend(self, steps: int = 1) -> None:
        """Take steps; raise TooMuch when none are left."""
        self.steps -= steps
        if self.steps < 0:
            raise TooMuch


@dataclass(eq=False)
class Search:
    """One protocol at one price; every result is kept for as long as the price holds."""

    tree: Tree
    price: int
    tolerance: int
    effort: Effort
    _bounds: dict[Node, list[Array]] = field(default_factory=dict)
    _values: dict[tuple[Node, int], Point] = field(default_factory=dict)
    _fronts: dict[tuple[Node, int], dict[int, Point]] = field(default_factory=dict)

    # --- Lower bounds, for all sets of opened cells at once --------------------------------

    def is_cheap(self, node: Node) -> bool:
        """Tell whether one entry around everything beats any two, whatever is open."""
        return node.hull_price + max(self.tolerance, self.price // 2) < self.price

    def floor(self, node: Node) -> Array:
        """Give the bound for every set of the hull's cells, whose bits start at its lowest."""
        low, high = node.hull
        width = high - low + 1
        if self.is_cheap(node) or width > _WIDEST:
            need = node.need >> low
            sets = np.arange(1 << width)
            return np.where(sets & need == need, 0, self.price).astype(self._dtype)
        bounds = self.bounds(node)
        return bounds[0] - bounds[-1]

    @property
    def _endless(self) -> int:
        """More than anything costs, and a sum of two still fits."""
        return 1 << (61 if self.tree.bits <= 32 else 200)  # noqa: PLR2004 - IPv4.

    @property
    def _dtype(self) -> Any:
        return np.int64 if self.tree.bits <= 32 else object  # noqa: PLR2004 - IPv4.

    def bounds(self, node: Node) -> list[Array]:
        """Give F_0 … F_d and, last, the price of what is open.

        F_i[S] bounds value + price of S when spans may still be opened from cell i on.
        """
        if node not in self._bounds:
            self._bounds[node] = self._compute_bounds(node)
        return self._bounds[node]

    def _compute_bounds(self, node: Node) -> list[Array]:
        low, high = node.hull
        width = high - low + 1
        self.effort.spend(1 << width >> 6)
        sets = np.arange(1 << width)
        paid = self._paid(node, sets)
        best = self._rest(node, sets) + paid
        bounds = [best]
        for start in reversed(range(width)):
            if node.need >> (low + start) & 1:
                best = self._with_spans(node, start, sets, best)
            bounds.append(best)
        return [*reversed(bounds), paid]

    def _paid(self, node: Node, sets: Array) -> Array:
        """Sum the prices of the open cells."""
        low, high = node.hull
        paid = np.zeros(len(sets), dtype=self._dtype)
        for cell in range(low, high + 1):
            paid[sets >> (cell - low) & 1 == 1] += node.cell_prices[cell]
        return paid

    def _rest(self, node: Node, sets: Array) -> Array:
        """Bound what lies below once the spans of the node are chosen."""
        low, high = node.hull
        rest = np.zeros(len(sets), dtype=self._dtype)
        if node.is_uniform:
            need = node.need >> low
            rest[sets & need != need] = self._endless
            return rest
        for child in node.children:
            below = self.floor(child)
            shift, width = child.hull[0] - low, child.hull[1] - child.hull[0] + 1
            rest += below[sets >> shift & ((1 << width) - 1)]
        for cell in range(low, high + 1):
            if node.inherited >> cell & 1:
                self._leave_missing(node, cell, rest)
        return rest

    def _leave_missing(self, node: Node, cell: int, rest: Array) -> None:
        """Bound the sets without an inherited cell.

        Every address then lies in an entry further down that covers the cell and a
        neighbouring gap, else that entry could stand here at no cost; and there are two
        at least.
        """
        low, high = node.hull
        gaps = node.gap_prices[max(cell - 1, low) : min(cell, high - 1) + 1]
        apart = 2 * self.price + (min(gaps) if gaps else self._endless)
        split = rest.reshape(-1, 2, 1 << (cell - low))
        split[:, 0, :] = np.maximum(split[:, 1, :], apart)

    def _with_spans(self, node: Node, start: int, sets: Array, best: Array) -> Array:
        """Let spans begin at a cell, which only sets without it have use for."""
        low, high = node.hull
        closed = sets[sets >> start & 1 == 0]
        result = best.copy()
        cost = np.full(len(closed), self.price, dtype=self._dtype)
        mask = 0
        for end in range(start, high - low + 1):
            if end > start:
                shut = 1 - (closed >> (end - 1) & closed >> end & 1)
                cost = np.minimum(cost + shut * self._toll(node, low + end - 1), self._endless)
            mask |= 1 << end
            if node.need >> (low + end) & 1:
                result[closed] = np.minimum(result[closed], best[closed | mask] + cost)
        return result

    def _toll(self, node: Node, gap: int) -> int:
        """Give the price of a gap, endless where two spans on either side always cost less."""
        price = node.gap_prices[gap]
        below = sum(child.gap_prices[gap] for child in node.children)
        split = not node.inherited and price - below > self.price + self.tolerance
        return self._endless if split else price

    # --- Exact values ----------------------------------------------------------------------

    def value(self, node: Node, opened: int) -> Point:
        """Give a way to cover what the node still needs with the least excess + price x entries.

        `opened` has a bit for each cell and gap, in the order of the axis.
        """
        missing = node.need & ~_cells(opened, len(self.tree.axis.cells))
        if not missing:
            return Point(0, 0, NOTHING)
        opened |= _outside(missing, len(self.tree.axis.cells))
        key = (node, opened)
        if key not in self._values:
            self.effort.spend()
            self._values[key] = self._value(node, opened, missing)
        return self._values[key]

    def _value(self, node: Node, opened: int, missing: int) -> Point:
        if node.is_uniform:
            return min(self._uniform(node, opened, missing), key=self.cost)
        below = self._below(node, missing)
        if not missing & node.inherited and len(below) == 1:
            return self.value(below[0], opened)
        if self.is_cheap(node):
            return self._whole(node, opened, missing)
        return self._best(node, opened, missing)

    def cost(self, point: Point) -> int:
        """Give Lagrange's function of a way to cover."""
        return point.excess + self.price * point.entries

    def _below(self, node: Node, missing: int) -> list[Node]:
        """Give the nodes below that still need something, when nothing more is opened here."""
        inherited = missing & node.inherited
        nodes = node.halves(inherited) if inherited else node.children
        return [child for child in nodes if child.need & missing]

    def _whole(self, node: Node, opened: int, missing: int) -> Point:
        """Open everything from the lowest to the highest missing cell."""
        span = (missing & -missing).bit_length() - 1, missing.bit_length() - 1
        return Point(1, _price(node, _items(*span) & ~opened), Trace(node, (span,), ()))

    def _uniform(self, node: Node, opened: int, missing: int) -> list[Point]:
        """Give the best way for each number of entries, where all addresses need the same."""
        cells = [cell for cell in range(missing.bit_length()) if missing >> cell & 1]
        between = [_price(node, _items(a, b) & ~opened) for a, b in pairwise(cells)]
        dearest = sorted(range(len(between)), key=lambda place: (-between[place], place))
        return [
            self._split(node, cells, between, sorted(dearest[:cuts]))
            for cuts in range(len(between) + 1)
        ]

    def _split(self, node: Node, cells: list[int], between: list[int], cuts: list[int]) -> Point:
        """Cover the cells by spans that end at the cuts."""
        starts = [cells[0], *(cells[cut + 1] for cut in cuts)]
        ends = [*(cells[cut] for cut in cuts), cells[-1]]
        excess = sum(between) - sum(between[cut] for cut in cuts)
        spans = tuple(zip(starts, ends, strict=True))
        return Point(len(spans), excess, Trace(node, spans, ()))

    def _best(self, node: Node, opened: int, missing: int) -> Point:
        """Look at choices in the order of their bounds, in a limit that widens until it holds."""
        best = self._whole(node, opened, missing)
        base = self._start_bound(node, opened)
        room = self.price // _STEP + 1
        while True:
            limit = min(self.cost(best) - 1, base + room)
            for bound, spans, then in sorted(self._choices(node, opened, missing, limit)):
                if bound >= self.cost(best):
                    break
                best = min(best, self._complete(node, opened, spans, then), key=self.cost)
            if self.cost(best) <= base + room + 1:
                return best
            room *= 8

    def _complete(self, node: Node, opened: int, spans: tuple[Span, ...], then: int) -> Point:
        """Cover what is missing below after a choice, in the best way."""
        missing = node.need & ~_cells(then, len(self.tree.axis.cells))
        parts = [self.value(child, then) for child in self._below(node, missing)]
        entries = len(spans) + sum(part.entries for part in parts)
        excess = _price(node, then & ~opened) + sum(part.excess for part in parts)
        return Point(entries, excess, Trace(node, spans, tuple(part.trace for part in parts)))

    def _start_bound(self, node: Node, opened: int) -> int:
        low, high = node.hull
        if high - low >= _WIDEST:
            return self.price
        bounds = self.bounds(node)
        place = self._place(node, opened)
        return int(bounds[0][place] - bounds[-1][place])

    def _place(self, node: Node, opened: int) -> int:
        """Give the index of a set of open cells in the node's arrays."""
        low, high = node.hull
        return _cells(opened, high + 1) >> low

    def _choices(
        self, node: Node, opened: int, missing: int, limit: int
    ) -> Iterator[tuple[int, tuple[Span, ...], int]]:
        """Give each choice of spans whose bound keeps to the limit, with what is then open."""
        low, high = node.hull
        wide = high - low >= _WIDEST
        bounds = [] if wide else self.bounds(node)
        ends = [cell for cell in range(low, high + 1) if missing >> cell & 1]
        stack: list[tuple[int, int, int, tuple[Span, ...]]] = [(low, opened, 0, ())]
        while stack:
            self.effort.spend()
            cell, then, cost, spans = stack.pop()
            bound = cost
            if not wide:
                place = self._place(node, then)
                bound += int(bounds[cell - low][place] - bounds[-1][place])
            if bound > limit:
                continue
            if cell > high:
                yield bound, spans, then
                continue
            stack.append((cell + 1, then, cost, spans))
            if missing >> cell & 1:
                for end in ends:
                    if end >= cell:
                        items = _items(cell, end)
                        paid = cost + self.price + _price(node, items & ~then)
                        stack.append((end + 1, then | items, paid, (*spans, (cell, end))))

    # --- All that comes close --------------------------------------------------------------

    def front(self, node: Node, opened: int) -> dict[int, Point]:
        """Give, by entries, the least excess of all ways within the tolerance of the best."""
        missing = node.need & ~_cells(opened, len(self.tree.axis.cells))
        if not missing:
            return {0: Point(0, 0, NOTHING)}
        opened |= _outside(missing, len(self.tree.axis.cells))
        key = (node, opened)
        if key not in self._fronts:
            self.effort.spend()
            limit = self.cost(self.value(node, opened)) + self.tolerance
            points = self._front(node, opened, missing, limit)
            self._fronts[key] = _least(p for p in points if self.cost(p) <= limit)
        return self._fronts[key]

    def _front(self, node: Node, opened: int, missing: int, limit: int) -> Iterator[Point]:
        if node.is_uniform:
            yield from self._uniform(node, opened, missing)
            return
        below = self._below(node, missing)
        if not missing & node.inherited and len(below) == 1:
            yield from self.front(below[0], opened).values()
            return
        if self.is_cheap(node):
            yield self._whole(node, opened, missing)
            return
        for _, spans, then in self._choices(node, opened, missing, limit):
            yield from self._completions(node, opened, spans, then, limit)

    def _completions(
        self, node: Node, opened: int, spans: tuple[Span, ...], then: int, limit: int
    ) -> Iterator[Point]:
        """Combine the ways of what lies below a choice, as far as they keep to the limit."""
        missing = node.need & ~_cells(then, len(self.tree.axis.cells))
        below = self._below(node, missing)
        start = Point(len(spans), _price(node, then & ~opened), Trace(node, spans, ()))
        rest = sum(self.cost(self.value(child, then)) for child in below)
        if self.cost(start) + rest > limit:
            return
        points = [start]
        for child in below:
            rest -= self.cost(self.value(child, then))
            points = [*combine(points, self.front(child, then).values(), limit - rest, self.price)]
        yield from points


def combine(some: list[Point], others: Any, limit: int, price: int) -> Iterator[Point]:
    """Put together ways that cover different things, as far as they keep to a limit."""
    found = _least(
        Point(
            a.entries + b.entries,
            a.excess + b.excess,
            Trace(a.trace.node, a.trace.spans, (*a.trace.below, b.trace)),
        )
        for a in some
        for b in others
        if a.excess + b.excess + price * (a.entries + b.entries) <= limit
    )
    yield from found.values()


def _least(points: Any) -> dict[int, Point]:
    """Keep the least excess for each number of entries, the first of equals."""
    found: dict[int, Point] = {}
    for point in points:
        if point.entries not in found or point.excess < found[point.entries].excess:
            found[point.entries] = point
    return found


# --- Sets of cells and gaps ----------------------------------------------------------------


@lru_cache(maxsize=1 << 16)
def _items(first: int, last: int) -> int:
    """Give the bits of the cells from first to last and of the gaps between them."""
    return ((1 << (2 * (last - first) + 1)) - 1) << 2 * first


@lru_cache(maxsize=1 << 18)
def _cells(opened: int, count: int) -> int:
    """Give the open cells, a bit each, without the gaps."""
    return sum((opened >> 2 * cell & 1) << cell for cell in range(count))


def _outside(missing: int, count: int) -> int:
    """Give everything below the lowest and above the highest missing cell."""
    low, high = (missing & -missing).bit_length() - 1, missing.bit_length() - 1
    below = (1 << 2 * low) - 1
    above = ((1 << 2 * count) - 1) & ~((1 << (2 * high + 1)) - 1)
    return below | above


def _price(node: Node, items: int) -> int:
    """Sum the prices of cells and gaps at a node."""
    total = 0
    while items:
        place = (items & -items).bit_length() - 1
        prices = node.gap_prices if place & 1 else node.cell_prices
        total += prices[place >> 1]
        items &= items - 1
    return total
