"""What finds the covers of several protocols that are good at a price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gateway_rules.planning.cover.bounds import WIDEST, Bounds, Effort, Rulings
from gateway_rules.planning.cover.points import Point
from gateway_rules.planning.cover.search import Search
from gateway_rules.planning.cover.single import Priced, single
from gateway_rules.planning.cover.trie import Node


class Finder(Protocol):
    """What finds the covers of a root that are good at a price."""

    def bound(self) -> int:
        """Bound the least cost without looking for it."""

    def best(self) -> Point:
        """Give a cover at the least cost; when hasty, at a low one."""

    def near(self) -> list[Point]:
        """Give, by entries, the least excess of all covers within the tolerance of the best."""


class Finders:
    """The finders of some roots, for covers of at most `room` entries."""

    def __init__(self, roots: Sequence[Node], room: int) -> None:
        """Work out once what holds at every price."""
        self._known = [(root, single(root, room)) for root in roots]

    def at(
        self,
        price: int,
        effort: Effort,
        rulings: Rulings,
        tolerance: int = 0,
        *,
        is_hasty: bool = False,
        widest: int = WIDEST,
    ) -> list[Finder]:
        """Give a finder for each root."""
        return [
            Priced(single, price, tolerance)
            if single
            else Search(root, Bounds(price, tolerance, effort, rulings, widest), is_hasty)
            for root, single in self._known
        ]
