"""Which label owns which rows, where labels stand in merged cells.

A merged cell is printed as one text beside one of the rows that it covers, and the rows
say no more than that. Three things are certain:

1. The cells of a column follow one another without a gap, and each holds one text. So a row
   belongs to the label above it or to the label below it, and to no other.
2. A label never begins below the middle of its cell. The document prints labels at the
   top of their cell or in its middle, a label of several lines begins above the middle,
   and of the two middles of an even number of rows it takes the upper. The middle is counted
   in rows or in lines of print, whichever leaves more room, since rows differ in height.
3. A row that the catalogue knows goes to the label that it knows it best under, and whatever
   else the caller asks of a cell holds (its rows must have a protocol).

All ways to cut the column into cells that obey these are weighed together. A row that has
the same owner in all of them is that owner's. A row that has different ones is
ambiguous: it is nobody's, and its candidates are named. Where no way obeys all rules, those
count that break the fewest; a cell that breaks rule 2 alone, and has no row that the
catalogue does not know, is merely odd and breaks nothing. Labels that break a rule own
nothing for certain, and neither do their neighbours in the rows between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

Price: TypeAlias = Callable[[int, int, int], int]
"""What is wrong when the label of a number owns the rows from start up to, not including, end."""
Cut: TypeAlias = tuple[int, int, int]
"""A label's number, and start and end of the rows that it owns."""

FINE: Final = 0
ODD: Final = 1
BREACH: Final = 1 << 20


@dataclass(frozen=True)
class Cells:
    """The owners of the rows of one column."""

    owners: tuple[frozenset[int], ...]
    """For each row the numbers of the labels that may own it."""
    broken: frozenset[int]
    """The labels that break a rule, whatever they own."""

    def owned(self, label: int) -> tuple[int, ...]:
        """Give the rows that belong to a label for certain."""
        return tuple(row for row, owners in enumerate(self.owners) if owners == {label})


def begins_above_middle(heights: Sequence[int], offset: int) -> bool:
    """Tell whether the row at `offset` begins above the middle of rows of these heights."""
    return 2 * offset < len(heights) or 2 * sum(heights[:offset]) < sum(heights)


def price(
    cut: Cut, marks: Sequence[int], heights: Sequence[int], supported: Sequence[frozenset[int]]
) -> int:
    """Tell what is wrong with a label that owns these rows, by rule 2 and what is known."""
    label, start, end = cut
    mark = marks[label]
    others = [supported[row] for row in range(start, end) if row != mark]
    if not all(label in best for best in others if best):
        return BREACH
    if begins_above_middle(heights[start:end], mark - start):
        return FINE
    return ODD if all(others) else BREACH


def neighbours(marks: Sequence[int], row: int) -> tuple[int, ...]:
    """Give the numbers of the labels, at the rows `marks`, that may own a row: one or two."""
    above = sum(mark <= row for mark in marks) - 1
    if above < 0 or row == marks[above] or above == len(marks) - 1:
        return (max(above, 0),)
    return (above, above + 1)


def best_supported(
    marks: Sequence[int], row: int, support: Callable[[int, int], int]
) -> frozenset[int]:
    """Give the labels beside a row that have the most support for it; none without support."""
    found = {label: support(label, row) for label in neighbours(marks, row)}
    best = max(found.values())
    return frozenset(label for label, many in found.items() if best and many == best)


def cells(marks: Sequence[int], count: int, price_of: Price) -> Cells:
    """Give the owners of `count` rows among the labels at the rows `marks`, at least one."""
    edges = [[0], *(list(range(above + 1, below + 1)) for above, below in pairwise(marks)), [count]]
    prices = {
        (label, start, end): price_of(label, start, end)
        for label in range(len(marks))
        for start in edges[label]
        for end in edges[label + 1]
    }
    cuts = _cheapest(edges, prices)
    broken = frozenset(cut[0] for cut in cuts if prices[cut] >= BREACH)
    owners = (_owners(marks, row, cuts, broken) for row in range(count))
    return Cells(tuple(owners), broken)


def _cheapest(edges: Sequence[Sequence[int]], prices: dict[Cut, int]) -> list[Cut]:
    """Give the cuts that are part of some way through all labels with the least price."""
    last = len(edges) - 1
    before = [dict.fromkeys(edges[0], 0)]
    for i, ends in enumerate(edges[1:]):
        before.append({e: min(before[i][s] + prices[i, s, e] for s in edges[i]) for e in ends})
    after = [dict.fromkeys(edges[last], 0)]
    for i in range(last - 1, -1, -1):
        ways = {s: [prices[i, s, e] + after[0][e] for e in edges[i + 1]] for s in edges[i]}
        after.insert(0, {start: min(way) for start, way in ways.items()})
    least = min(after[0].values())
    return [
        (i, s, e)
        for (i, s, e), price in prices.items()
        if before[i][s] + price + after[i + 1][e] == least
    ]


def _owners(
    marks: Sequence[int], row: int, cuts: Sequence[Cut], broken: frozenset[int]
) -> frozenset[int]:
    near = neighbours(marks, row)
    if not broken.isdisjoint(near):
        return frozenset(near)
    return frozenset(label for label, start, end in cuts if start <= row < end)
