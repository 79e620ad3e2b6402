"""All covers at once, by what they open around everything that one protocol requires.

A price for each entry bounds all covers alike, and that bound is weak where one opening
saves many entries together. But each choice of cells to open there has a best price of
its own. The arrays of the bounds tell the cost of every choice at a price, so a few
prices, and of what they prove of a choice the most, leave few choices to look into: the
least of the highest is no lower than the highest of the least.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from gateway_rules.planning.cover.address_sets import Array
from gateway_rules.planning.cover.bounds import WIDEST, Bounds, Fixing, keep, lowered
from gateway_rules.planning.cover.trie import Node

_APART: Final = 4
"""How far prices are apart where nothing is known in between."""
_CLOSE: Final = 1.25
"""Between prices that are closer no bound is much higher."""
_LITTLE: Final = 1000
"""A lower price that raises a bound by less than this part of it will not raise it much."""


class RootChoices:
    """What is proven of all covers of at most `room` entries, by what they open at a root."""

    def __init__(self, root: Node, room: int, highest: int) -> None:
        """Know nothing yet; `highest` is a price at which no second entry is worth it."""
        self.root, self._room, self._highest = root, room, highest
        self._kept = keep(root, WIDEST)
        self._places = {
            place: cell for place, cell in enumerate(self._kept) if not root.inherited >> cell & 1
        }
        """The cells that a choice is about; all others are opened or not, as is better."""
        self._by_price: dict[int, Array] = {}
        self._taken = np.zeros(1 << len(self._kept), bool)
        self._best = np.zeros(len(self._taken))

    @property
    def bound(self) -> int:
        """No cover that makes a choice which was not taken out has less excess."""
        least: float = self._best[self._lowest].item()
        return math.floor(least)

    @property
    def _lowest(self) -> int:
        """The choice of which least is proven."""
        return int(np.argmin(self._best))

    def learn(self, bounds: Bounds, others: int) -> None:
        """Learn what a price proves; `others` bounds what the other protocols cost at it."""
        rest = bounds.of(self.root).rest
        cost = lowered(_opening(self.root, self._kept, bounds.price, rest.dtype) + rest)
        proven = cost + rest.dtype.type(others - bounds.price * self._room)
        for place in set(range(len(self._kept))) - self._places.keys():
            sides = proven.reshape(-1, 2, 1 << place)
            sides[:] = sides.min(axis=1, keepdims=True)
        self._by_price[bounds.price] = proven
        self._best = np.max([*self._by_price.values()], axis=0)
        self._best[self._taken] = _most(rest.dtype)

    def next(self) -> int | None:
        """Give a price that may prove more of the lowest choice, None where none does much."""
        prices = sorted(self._by_price)
        values = [self._by_price[price][self._lowest] for price in prices]
        best = values.index(max(values))
        return next((p for p in self._around(prices, values, best) if p not in prices), None)

    def _around(self, prices: Sequence[int], values: Sequence[Any], best: int) -> Iterator[int]:
        """Give prices to try: what a price proves of a choice rises to its best, and falls."""
        price = prices[best]
        if best + 1 == len(prices):
            yield min(self._highest, price * _APART)
        if not best and values[0] - values[min(1, len(values) - 1)] > abs(values[0]) / _LITTLE:
            yield max(1, price // _APART)
        for beside in prices[max(0, best - 1) : best + 2]:
            if max(beside, price) > min(beside, price) * _CLOSE:
                yield math.isqrt(beside * price)

    def take(self) -> tuple[Fixing, int, int]:
        """Take the lowest choice out: as a fixing, with its bound and the price that proves it."""
        lowest, bound = self._lowest, self.bound
        price = max(self._by_price, key=lambda price: (self._by_price[price][lowest], price))
        free = sum(1 << place for place in self._places)
        self._taken |= (np.arange(len(self._taken)) ^ lowest) & free == 0
        self._best[self._taken] = _most(self._best.dtype)
        opened = sum(1 << cell for place, cell in self._places.items() if lowest >> place & 1)
        every = sum(1 << cell for cell in self._places.values())
        return Fixing(opened, every - opened), bound, price


def _opening(root: Node, kept: Sequence[int], price: int, dtype: Any) -> Array:
    """Bound what it costs to open each set of the kept cells at a root, above which nothing is."""
    sets = np.arange(1 << len(kept))
    cost = np.zeros(len(sets), dtype)
    for place, cell in enumerate(kept):
        chosen = sets >> place & 1
        cost += chosen * dtype.type(root.cell_prices[cell] + price)
        if place:
            # One entry may span both cells, and then pays for the gaps.
            toll = sum(root.gap_prices[gap] for gap in {kept[place - 1], cell - 1})
            cost -= (chosen & sets >> place - 1) * dtype.type(max(0, price - toll))
    return cost


def _most(dtype: Any) -> float:
    """Give more than any cover costs."""
    return np.iinfo(dtype).max if dtype.kind == "i" else np.finfo(dtype).max
