"""Ways to cover: how many entries, how much excess, and where the entries stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from gateway_rules.planning.cover.trie import Node


class Trace(NamedTuple):
    """Where entries stand: spans of cells at a node, and the traces of what lies below."""

    node: Node | None
    spans: tuple[tuple[int, int], ...]
    below: tuple[Trace, ...]

    def places(self) -> Iterator[tuple[Node, tuple[int, int]]]:
        """Give every entry as the node where it stands and the cells that it spans."""
        if self.node:
            yield from ((self.node, span) for span in self.spans)
        for trace in self.below:
            yield from trace.places()

    @property
    def entries(self) -> int:
        """Count the entries."""
        return sum(1 for _ in self.places())

    @property
    def cells(self) -> int:
        """Give the cells that are opened at the node, a bit each."""
        return sum((2 << last) - (1 << first) for first, last in self.spans)


NOTHING: Final = Trace(None, (), ())


class Point(NamedTuple):
    """A way to cover: how many entries, how much excess, and where they stand."""

    entries: int
    excess: int
    trace: Trace

    def cost(self, price: int) -> int:
        """Give what a price for each entry makes of excess and entries (Lagrange's function)."""
        return self.excess + price * self.entries


NONE: Final = Point(0, 0, NOTHING)


class Difference(NamedTuple):
    """A cell that one cover opens at a node and another does not."""

    entries: int
    """How many entries the two are apart from there on."""
    hanging: int
    """How many entries of the two are of the cell there."""
    node: Node
    cell: int

    @property
    def rank(self) -> tuple[int, ...]:
        """Sort by what hangs on the difference: entries, then packets, then a fixed order."""
        price = self.node.cell_prices[self.cell]
        return self.entries, self.hanging, price, -self.node.base, -self.cell


def differences(one: Trace, other: Trace) -> Iterator[Difference]:
    """Give the topmost differences between two covers.

    Left out are cells that nothing below a node needs, and such as all of it needs.
    """
    if one.node is not other.node:
        return
    node = one.node
    cells = (one.cells ^ other.cells) & node.need & ~node.inherited if node else 0
    if node and cells:
        places = [*one.places(), *other.places()]
        entries = abs(one.entries - other.entries)
        for cell in range(cells.bit_length()):
            if cells >> cell & 1:
                hanging = sum(first <= cell <= last for _, (first, last) in places)
                yield Difference(entries, hanging, node, cell)
    else:
        for pair in zip(one.below, other.below, strict=False):
            yield from differences(*pair)


def combined(start: Point, fronts: Sequence[list[Point]], limit: int, price: int) -> list[Point]:
    """Put together ways that cover different things, as far as they can keep to a limit.

    The traces of the parts are below that of the sum.
    """
    if not all(fronts):
        return []
    points = [start]
    rest = [min(point.cost(price) for point in front) for front in fronts]
    for place, front in enumerate(fronts):
        most = limit - sum(rest[place + 1 :])
        some = (_with(point, part) for point in points for part in front)
        points = thinned(point for point in some if point.cost(price) <= most)
    return points


def together(points: Sequence[Point]) -> Point:
    """Put ways that cover different things together, with their traces below that of the sum."""
    entries = sum(point.entries for point in points)
    excess = sum(point.excess for point in points)
    return Point(entries, excess, Trace(None, (), tuple(point.trace for point in points)))


def _with(one: Point, other: Point) -> Point:
    below = (*one.trace.below, other.trace)
    return Point(one.entries + other.entries, one.excess + other.excess, Trace(None, (), below))


def thinned(points: Iterable[Point]) -> list[Point]:
    """Keep those than which none of as few entries has as little excess, the fewest first."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda point: point[:2]):
        if not kept or point.excess < kept[-1].excess:
            kept.append(point)
    return kept
