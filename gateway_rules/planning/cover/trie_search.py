"""The least excess of one protocol at a price per entry, exactly, and all that comes close.

Covers are built from the top of the trie downwards: at a node spans of cells are opened,
each an entry of the node's prefix, and what is then still missing is covered further down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from gateway_rules.planning.cover.bounds import Bounds
from gateway_rules.planning.cover.node_states import (
    ChoiceQueue,
    NodeState,
    Opened,
    Span,
    canonical,
    state,
)
from gateway_rules.planning.cover.points import NONE, NOTHING, Point, Trace, combined, thinned
from gateway_rules.planning.cover.trie import Node

Key = tuple[Node, Opened]


@dataclass(eq=False)
class TrieSearch:
    """One protocol at one price; every result is kept for as long as the price holds."""

    root: Node
    bounds: Bounds
    is_hasty: bool = False
    """Look at one choice at each node, the one of the lowest bound."""
    _values: dict[Key, Point] = field(default_factory=dict)
    _fronts: dict[Key, list[Point]] = field(default_factory=dict)

    def _cost(self, point: Point) -> int:
        return point.cost(self.bounds.price)

    def bound(self) -> int:
        """Bound the least cost without looking for it."""
        return ChoiceQueue(state(self.root, Opened(0, 0)), self.bounds).bound

    def best(self) -> Point:
        """Give a way to cover everything at the least cost; when hasty, at a low one."""
        return self._value(self.root, Opened(0, 0))

    def near(self) -> list[Point]:
        """Give, by entries, the least excess of all ways within the tolerance of the best."""
        return self._front(self.root, Opened(0, 0))

    def _value(self, node: Node, opened: Opened) -> Point:
        least = canonical(node, opened)
        if least is None:
            return NONE
        key = (node, least)
        if key not in self._values:
            self.bounds.steps.spend()
            self._values[key] = self._settle(node, least)
        return self._values[key]

    def _settle(self, node: Node, opened: Opened) -> Point:
        if below := self._only(node, opened):
            return self._value(below, opened)
        at = state(node, opened)
        if node.is_uniform:
            return min(_uniform(at), key=self._cost)
        if self.bounds.is_cheap(node):
            return _whole(at)
        return self._choose(at)

    def _only(self, node: Node, opened: Opened) -> Node | None:
        """Give the one node below that misses something, where nothing here does."""
        missing = node.need & ~opened.cells
        if node.is_uniform or missing & node.inherited:
            return None
        below = [child for child in node.children if child.need & missing]
        return below[0] if len(below) == 1 else None

    def _choose(self, at: NodeState) -> Point:
        """Complete the choices in the order of their bounds, until none can be better."""
        choices = ChoiceQueue(at, self.bounds).choices()
        best = self._complete(at, next(choices).spans)
        while not self.is_hasty:
            self.bounds.steps.spend()
            choice = next(choices, None)
            if choice is None or choice.bound >= self._cost(best):
                break
            best = min(best, self._complete(at, choice.spans), key=self._cost)
        return best

    def _complete(self, at: NodeState, spans: tuple[Span, ...]) -> Point:
        """Cover what is missing below after a choice, in the best way."""
        then = at.after(spans)
        parts = [self._value(child, then) for child in self._below(at.node, then)]
        entries = len(spans) + sum(part.entries for part in parts)
        excess = at.excess(spans) + sum(part.excess for part in parts)
        return Point(entries, excess, _trace(at, spans, parts))

    def _below(self, node: Node, opened: Opened) -> list[Node]:
        """Give the nodes below that still need something, when nothing more is opened here."""
        missing = node.need & ~opened.cells
        inherited = missing & node.inherited
        nodes = node.halves(inherited | self.bounds.loose(node)) if inherited else node.children
        return [child for child in nodes if child.need & missing]

    def _front(self, node: Node, opened: Opened) -> list[Point]:
        least = canonical(node, opened)
        if least is None:
            return [NONE]
        key = (node, least)
        if key not in self._fronts:
            self.bounds.steps.spend()
            limit = self._cost(self._value(node, least)) + self.bounds.tolerance
            points = self._list(node, least, limit)
            self._fronts[key] = thinned(p for p in points if self._cost(p) <= limit)
        return self._fronts[key]

    def _list(self, node: Node, opened: Opened, limit: int) -> Iterable[Point]:
        if below := self._only(node, opened):
            return self._front(below, opened)
        at = state(node, opened)
        if node.is_uniform:
            return _uniform(at)
        if self.bounds.is_cheap(node):
            return [_whole(at)]
        return self._completions(at, limit)

    def _completions(self, at: NodeState, limit: int) -> Iterator[Point]:
        """Complete every choice in all ways that keep to the limit."""
        for choice in ChoiceQueue(at, self.bounds).choices(limit):
            self.bounds.steps.spend()
            then = at.after(choice.spans)
            below = self._below(at.node, then)
            start = Point(len(choice.spans), at.excess(choice.spans), NOTHING)
            least = sum(self._cost(self._value(child, then)) for child in below)
            if self._cost(start) + least <= limit:
                fronts = [self._front(child, then) for child in below]
                for point in combined(start, fronts, limit, self.bounds.price):
                    trace = Trace(at.node, at.cells(choice.spans), point.trace.below)
                    yield point._replace(trace=trace)


def _trace(at: NodeState, spans: tuple[Span, ...], parts: Iterable[Point] = ()) -> Trace:
    return Trace(at.node, at.cells(spans), tuple(part.trace for part in parts))


def _whole(at: NodeState) -> Point:
    """Open everything from the lowest to the highest missing cell."""
    spans = ((0, len(at.missing) - 1),)
    return Point(1, at.excess(spans), _trace(at, spans))


def _uniform(at: NodeState) -> list[Point]:
    """Give the best way for each number of entries, where all addresses need the same."""
    dearest = sorted(range(len(at.spaces)), key=lambda place: (-at.spaces[place], place))
    return [_cut(at, sorted(dearest[:cuts])) for cuts in range(len(at.missing))]


def _cut(at: NodeState, cuts: list[int]) -> Point:
    """Cover the missing cells by spans that end at the cuts."""
    edges = [-1, *cuts, len(at.missing) - 1]
    spans = tuple((before + 1, last) for before, last in pairwise(edges))
    return Point(len(spans), at.excess(spans), _trace(at, spans))
