"""A node of the trie with what is open there already, and the choices that it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from gateway_rules.planning.cover.address_sets import Array
from gateway_rules.planning.cover.bounds import Bounds, lowered
from gateway_rules.planning.cover.trie import Node

Span: TypeAlias = tuple[int, int]
"""The first and the last of the missing cells of a state, by place."""


class Opened(NamedTuple):
    """What is open: a bit for each cell, and one for the gap behind each cell."""

    cells: int
    gaps: int


@dataclass(frozen=True)
class NodeState:
    """A node, what is open there, and what opening the rest costs."""

    node: Node
    opened: Opened
    missing: tuple[int, ...]
    """The cells that are needed and not open."""
    prices: tuple[int, ...]
    """Of each missing cell."""
    spaces: tuple[int, ...]
    """Of all that is shut between each missing cell and the next."""

    def excess(self, spans: Iterable[Span]) -> int:
        """Count the packets that opening spans adds."""
        return sum(sum(self.prices[a : b + 1]) + sum(self.spaces[a:b]) for a, b in spans)

    def after(self, spans: Iterable[Span]) -> Opened:
        """Tell what is open once spans are."""
        cells, gaps = self.opened
        for first, last in self.cells(spans):
            cells |= (2 << last) - (1 << first)
            gaps |= (1 << last) - (1 << first)
        return Opened(cells, gaps)

    def cells(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Give spans by their first and last cell."""
        return tuple((self.missing[first], self.missing[last]) for first, last in spans)


def canonical(node: Node, opened: Opened) -> Opened | None:
    """Open all that lies outside of what is missing, where no entry will reach; None if nothing is.

    So what differs only in what no longer matters becomes equal.
    """
    missing = node.need & ~opened.cells
    if not missing:
        return None
    first, last = missing & -missing, 1 << (missing.bit_length() - 1)
    every = (1 << len(node.trie.cells)) - 1
    cells = opened.cells | (every & ~(2 * last - first))
    return Opened(cells, opened.gaps | (every & ~(last - first)))


def state(node: Node, opened: Opened) -> NodeState:
    """Work out what opening each missing cell costs, and what each space between two does."""
    lacking = node.need & ~opened.cells
    missing = tuple(cell for cell in range(lacking.bit_length()) if lacking >> cell & 1)
    prices = tuple(node.cell_prices[cell] for cell in missing)
    spaces = tuple(_space(node, opened, *pair) for pair in pairwise(missing))
    return NodeState(node, opened, missing, prices, spaces)


def _space(node: Node, opened: Opened, low: int, high: int) -> int:
    """Sum the prices of what is shut between two cells."""
    gaps = (node.gap_prices[gap] for gap in range(low, high) if not opened.gaps >> gap & 1)
    between = range(low + 1, high)
    return sum(gaps) + sum(node.cell_prices[c] for c in between if not opened.cells >> c & 1)


class Choice(NamedTuple):
    """Spans to open at a state, and a bound for the cost of all covers that do so."""

    bound: int
    spans: tuple[Span, ...]


class _Partial(NamedTuple):
    """A choice for the cells before a place; of those with equal bounds the longest sorts first."""

    bound: int
    left: int
    """Places still to be decided."""
    paid: int
    chosen: int
    """Which of the kept cells the spans open."""
    spans: tuple[Span, ...]


class ChoiceQueue:
    """The choices of a state, in the order of their bounds."""

    def __init__(self, at: NodeState, bounds: Bounds) -> None:
        """Work out, for each place and each set opened before it, what is left to pay."""
        self._at, self._price, self._steps = at, bounds.price, bounds.steps
        known = bounds.of(at.node)
        kept = {cell: place for place, cell in enumerate(known.kept)}
        places = [kept.get(cell) for cell in at.missing]
        self._bits = _bits(places)
        base = sum((at.opened.cells >> cell & 1) << place for cell, place in kept.items())
        chosen = tuple(place for place in places if place is not None)
        self._left = [lowered(left) for left in self._work_out(known.rest[base + _subsets(chosen)])]

    def _work_out(self, rest: Array) -> list[Array]:
        """Go from the right to the left; before a place, only cells before it can be chosen.

        `within` is what is left to pay when a span has begun before a place and covers it.
        """
        left = [rest]
        within: Array | None = None
        for place, bit in reversed([*enumerate(self._bits)]):
            without, chosen = slice(0, bit or None), slice(bit, None)
            covers = left[-1][chosen]
            if within is not None:
                covers = np.minimum(covers, within[chosen] + self._at.spaces[place])
            within = covers + self._at.prices[place]
            left.append(np.minimum(left[-1][without], within + self._price))
        return left

    @property
    def bound(self) -> int:
        """Bound the cost of every choice."""
        return int(self._left[-1][0])

    def choices(self, limit: int | None = None) -> Iterator[Choice]:
        """Give the choices, the lowest bound first; only those that keep to a limit, if any."""
        heap = [self._partial(len(self._bits), 0, 0, ())]
        while heap and (limit is None or heap[0].bound <= limit):
            self._steps.spend()
            partial = heappop(heap)
            if not partial.left:
                yield Choice(partial.bound, partial.spans)
            else:
                for longer in self._go_on(partial):
                    heappush(heap, longer)

    def _go_on(self, partial: _Partial) -> Iterator[_Partial]:
        """Open no span at the next place, or one that begins there."""
        _, left, paid, chosen, spans = partial
        yield self._partial(left - 1, paid, chosen, spans)
        first = len(self._bits) - left
        paid += self._price
        for last in range(first, len(self._bits)):
            paid += self._at.prices[last] + (self._at.spaces[last - 1] if last > first else 0)
            chosen |= self._bits[last]
            yield self._partial(len(self._bits) - last - 1, paid, chosen, (*spans, (first, last)))

    def _partial(self, left: int, paid: int, chosen: int, spans: tuple[Span, ...]) -> _Partial:
        return _Partial(paid + int(self._left[left][chosen]), left, paid, chosen, spans)


def _bits(places: Sequence[int | None]) -> list[int]:
    """Give each missing cell that is kept a bit of its own, and the others none."""
    counts = [sum(place is not None for place in places[:end]) for end in range(len(places))]
    return [0 if p is None else 1 << count for p, count in zip(places, counts, strict=True)]


@lru_cache(maxsize=1 << 9)
def _subsets(places: tuple[int, ...]) -> Array:
    """Give every subset of the bits at some places."""
    found = np.zeros(1, int)
    for place in places:
        found = np.concatenate([found, found + (1 << place)])
    return found
