"""Two covers between which the room lies, and the price that is worth a try next.

What the searches for a price share stands here as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from gateway_rules.planning.cover.points import Point
from gateway_rules.planning.cover.trie import Node

ALL: Final = 1 << 200
"""More packets than there are."""
COARSE: Final = 8
"""How far prices are apart that are tried one after the other at first."""
_PORT_BITS: Final = 16
_PART: Final = 4


def highest_price(root: Node) -> int:
    """Give a price at which no second entry is worth it: all addresses and ports cost no more."""
    return 1 << (root.trie.bits + _PORT_BITS)


def first_tolerance(price: int) -> int:
    """Give how far from the least cost to look first."""
    return price // _PART + 1


@dataclass(frozen=True)
class Bracket:
    """Of the covers found, the two between which the room lies."""

    room: int
    """How many entries there may be."""
    few: Point | None = None
    """One that keeps to the room."""
    many: Point | None = None
    """One that does not."""

    def with_cover(self, cover: Point, price: int) -> Bracket:
        """Put a cover that was found at a price in its place, if it helps.

        Where there are two covers, one that helps costs less than either. What the two
        cost at the price is then higher than the least, and the line through the new one
        passes lower at the room: it comes closer to a bound with every step.
        """
        if self.few and self.many:
            least = min(self.few.cost(price), self.many.cost(price))
            if cover.cost(price) >= least:
                return self
        if cover.entries <= self.room:
            return replace(self, few=cover)
        return replace(self, many=cover)

    def next(self, price: int, step: int, highest: int) -> int:
        """Give the price to try after another: that at which both covers cost the same.

        As long as one is lacking, go up or down by steps; give the same price where there
        is none further on, or none better. On the way down no price that is more than the
        excess of the cover at hand would find another.
        """
        if self.few and self.many:
            saved = self.few.excess - self.many.excess
            return max(1, saved // (self.many.entries - self.few.entries))
        if self.few:
            return max(1, min(price // step, self.few.excess // (step * self.room)))
        return min(highest, price * step)


class BestPrice(NamedTuple):
    """A price that proves more than others, and the covers found on either side of the room."""

    price: int
    raw: int
    """What it proves by itself; it may lie below zero."""
    bracket: Bracket
