"""Which label owns which rows, judged by trying every way to cut a column."""

import doctest
from collections.abc import Sequence
from itertools import pairwise, product
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_rules.authoring.issue import drafts, merged, parsing, propose, yaml_text

Cut = tuple[int, int, int]
Column = tuple[list[int], int, dict[Cut, int]]


@st.composite
def columns(draw: st.DrawFn) -> Column:
    """Draw the rows of labels, the number of rows, and what is wrong with each cut."""
    count = draw(st.integers(1, 7))
    marks = sorted(draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=4)))
    cuts = [
        (label, start, end)
        for label, mark in enumerate(marks)
        for start in range(mark + 1)
        for end in range(mark + 1, count + 1)
    ]
    prices = st.sampled_from([merged.FINE, merged.ODD, merged.BREACH])
    return marks, count, {cut: draw(prices) for cut in cuts}


def ways(marks: Sequence[int], count: int) -> list[list[Cut]]:
    """Give every way to cut a column, label by label."""
    gaps = [range(above + 1, below + 1) for above, below in pairwise(marks)]
    edges = [(0, *inner, count) for inner in product(*gaps)]
    return [[(n, *span) for n, span in enumerate(pairwise(edge))] for edge in edges]


@given(columns())
def test_the_owners_are_those_of_the_ways_with_the_fewest_breaches(
    column: Column,
) -> None:
    """A row has the owners that it has in the best ways, and all beside it if one is broken."""
    marks, count, prices = column
    every = ways(marks, count)
    costs = [sum(prices[cut] for cut in way) for way in every]
    best = [way for way, cost in zip(every, costs, strict=True) if cost == min(costs)]
    broken = {cut[0] for way in best for cut in way if prices[cut] == merged.BREACH}
    found = merged.cells(marks, count, lambda *cut: prices[cut])
    assert broken == found.broken
    for row in range(count):
        near = {label for way in every for label, start, end in way if start <= row < end}
        owners = {label for way in best for label, start, end in way if start <= row < end}
        assert (near if near & broken else owners) == found.owners[row]


@pytest.mark.parametrize(
    ("heights", "rows"),
    [
        ([1], [0]),
        ([1, 1], [0]),
        ([1, 1, 1], [0, 1]),
        ([1] * 6, [0, 1, 2]),
        ([1] * 7, [0, 1, 2, 3]),
        ([1, 5], [0, 1]),
        ([5, 1, 1], [0, 1]),
        ([2, 3, 3], [0, 1]),
    ],
)
def test_a_label_begins_above_the_middle_of_its_cell(heights: list[int], rows: list[int]) -> None:
    """The upper middle counts, in rows or in lines of print, whichever leaves more room."""
    found = [row for row in range(len(heights)) if merged.begins_above_middle(heights, row)]
    assert rows == found


@pytest.mark.parametrize(
    ("marks", "row", "labels"),
    [
        ([1, 3], 0, (0,)),
        ([1, 3], 1, (0,)),
        ([1, 3], 2, (0, 1)),
        ([1, 3], 3, (1,)),
        ([1, 3], 4, (1,)),
    ],
)
def test_a_row_belongs_to_the_label_above_or_below(
    marks: list[int], row: int, labels: tuple[int, ...]
) -> None:
    """Between two labels either may own a row; before the first and after the last only one."""
    assert labels == merged.neighbours(marks, row)


@pytest.mark.parametrize(
    ("cut", "known", "price"),
    [
        ((0, 0, 2), [{0}, {0}, set(), {1}], merged.ODD),
        ((0, 0, 3), [{0}, {0}, set(), {1}], merged.FINE),
        ((0, 0, 2), [set(), {0}, set(), {1}], merged.BREACH),
        ((1, 3, 4), [{0}, {0}, set(), {1}], merged.FINE),
        ((1, 2, 4), [{0}, {0}, set(), {1}], merged.BREACH),
        ((1, 2, 4), [{0}, {0}, {0}, {1}], merged.BREACH),
        ((1, 2, 4), [{0}, {0}, {0, 1}, {1}], merged.ODD),
    ],
)
def test_a_cell_of_known_rows_may_be_odd(cut: Cut, known: list[set[int]], price: int) -> None:
    """A label below the middle breaks a rule unless all other rows are known to be its."""
    supported = [frozenset(labels) for labels in known]
    assert price == merged.price(cut, [1, 3], [1, 1, 1, 1], supported)


@pytest.mark.parametrize(
    ("support", "labels"),
    [((0, 0), set()), ((1, 0), {0}), ((1, 2), {1}), ((2, 2), {0, 1})],
)
def test_the_best_known_owner_counts(support: tuple[int, int], labels: set[int]) -> None:
    """A row that is known equally well under both labels, or under none, speaks for neither."""
    assert labels == merged.best_supported([0, 2], 1, lambda label, _: support[label])


@pytest.mark.parametrize("module", [drafts, propose, parsing, yaml_text])
def test_examples_in_docstrings_are_true(module: ModuleType) -> None:
    """What a docstring shows is what comes out."""
    assert doctest.testmod(module).failed == 0
