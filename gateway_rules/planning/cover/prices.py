"""Covers that were found at some prices, and the price that is worth a try next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from gateway_rules.planning.cover.points import Trace


@dataclass(frozen=True)
class Offer:
    """A cover that is good at some price."""

    entries: int
    excess: int
    traces: tuple[Trace, ...]
    """Where its entries stand, root by root."""

    def cost(self, price: int) -> int:
        """Give what a price makes of entries and excess."""
        return self.excess + price * self.entries


@dataclass(frozen=True)
class Sides:
    """Of the covers found, the two between which the room lies."""

    room: int
    """How many entries there may be."""
    few: Offer | None = None
    """One that keeps to the room."""
    many: Offer | None = None
    """One that does not."""

    def with_offer(self, offer: Offer, price: int) -> Sides:
        """Put a cover that was found at a price in its place, if it helps.

        Where there are two covers, one that helps costs less than either. What the two
        cost at the price is then higher than the least, and the line through the new one
        passes lower at the room: it comes closer to a bound with every step.
        """
        if self.few and self.many:
            least = min(self.few.cost(price), self.many.cost(price))
            if offer.cost(price) >= least:
                return self
        if offer.entries <= self.room:
            return replace(self, few=offer)
        return replace(self, many=offer)

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


class Found(NamedTuple):
    """A price that proves more than others, and the covers found on either side of the room."""

    price: int
    raw: int
    """What it proves by itself; it may lie below zero."""
    sides: Sides
