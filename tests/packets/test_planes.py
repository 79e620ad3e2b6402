"""One plane of packets, against Python's sets of single packets over a small universe."""

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway_rules.packets.intervals import join
from gateway_rules.packets.planes import (
    NOWHERE,
    Box,
    Plane,
    difference,
    intersection,
    plane,
    size,
    size_within,
    union,
)

Cells = set[tuple[int, int]]
"""(port, address) of each packet."""

PORTS, ADDRESSES = range(6), range(8)


def stretches(numbers: range) -> st.SearchStrategy[tuple[int, int]]:
    """Draw (first, last) out of a few numbers."""
    return st.tuples(st.sampled_from(numbers), st.sampled_from(numbers)).map(
        lambda pair: (min(pair), max(pair))
    )


SMALL_BOXES = st.tuples(stretches(PORTS), stretches(ADDRESSES)).map(
    lambda both: (*both[0], both[1])
)
PLANES = st.lists(SMALL_BOXES, max_size=5).map(plane)


def cells_of(boxes: Iterable[Box]) -> Cells:
    """List what the boxes hold, one packet each."""
    return {
        (port, address)
        for first, last, (low, high) in boxes
        for port in range(first, last + 1)
        for address in range(low, high + 1)
    }


def cells(strips: Plane) -> Cells:
    """List the packets of a plane."""
    return cells_of((first, last, block) for block, ports in strips for first, last in ports)


# --- One plane -----------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(SMALL_BOXES, max_size=6))
def test_a_plane_holds_what_its_boxes_hold(boxes: list[Box]) -> None:
    """Not a packet more, and not one less."""
    assert cells(plane(boxes)) == cells_of(boxes)


@settings(deadline=None)
@given(st.lists(SMALL_BOXES, max_size=6))
def test_equal_sets_are_equal_values(boxes: list[Box]) -> None:
    """However a set is cut into boxes, its plane is the same."""
    crumbs = [(port, port, (address, address)) for port, address in cells_of(boxes)]
    assert plane(crumbs) == plane(boxes)


@settings(deadline=None)
@given(PLANES)
def test_strips_are_sorted_disjoint_and_as_wide_as_can_be(strips: Plane) -> None:
    """Each packet is in one strip, each strip is a block, and no two halves share a port."""
    assert sum(len(cells((strip,))) for strip in strips) == len(cells(strips))
    assert sorted(strips, key=lambda strip: (strip[0][0], -strip[0][1])) == [*strips]
    assert all(ports and join(ports) == ports for _, ports in strips)
    for (low, high), ports in strips:
        length = high - low + 1
        assert length & (length - 1) == low % length == 0
        other = dict(strips).get((low ^ length, high ^ length), ())
        assert not cells((((0, 0), ports),)) & cells((((0, 0), other),))


Operation = Callable[[Plane, Plane], Plane]


@settings(deadline=None)
@pytest.mark.parametrize(
    ("operation", "wanted"),
    [(union, set.union), (intersection, set.intersection), (difference, set.difference)],
    ids=["union", "intersection", "difference"],
)
@given(one=PLANES, other=PLANES)
def test_operations_are_those_of_sets(
    operation: Operation, wanted: Callable[[Cells, Cells], Cells], one: Plane, other: Plane
) -> None:
    """Each operation gives what Python's sets of single packets give."""
    assert cells(operation(one, other)) == wanted(cells(one), cells(other))


LAWS: dict[str, Callable[[Plane, Plane, Plane], tuple[Plane, Plane]]] = {
    "union commutes": lambda a, b, _: (union(a, b), union(b, a)),
    "intersection commutes": lambda a, b, _: (intersection(a, b), intersection(b, a)),
    "union is associative": lambda a, b, c: (union(a, union(b, c)), union(union(a, b), c)),
    "intersection is associative": lambda a, b, c: (
        intersection(a, intersection(b, c)),
        intersection(intersection(a, b), c),
    ),
    "intersection distributes over union": lambda a, b, c: (
        intersection(a, union(b, c)),
        union(intersection(a, b), intersection(a, c)),
    ),
    "a set absorbs its part": lambda a, b, _: (union(a, intersection(a, b)), a),
    "union with itself": lambda a, _, __: (union(a, a), a),
    "intersection with itself": lambda a, _, __: (intersection(a, a), a),
    "nothing less nothing": lambda a, _, __: (difference(a, NOWHERE), a),
    "a set less itself": lambda a, _, __: (difference(a, a), NOWHERE),
    "De Morgan": lambda a, b, c: (
        difference(a, union(b, c)),
        intersection(difference(a, b), difference(a, c)),
    ),
    "parts make the whole": lambda a, b, _: (union(difference(a, b), intersection(a, b)), a),
}


@pytest.mark.parametrize("law", LAWS)
@given(one=PLANES, other=PLANES, third=PLANES)
@settings(deadline=None, max_examples=40)
def test_the_laws_of_sets_hold(law: str, one: Plane, other: Plane, third: Plane) -> None:
    """Both sides of each law are one and the same value."""
    left, right = LAWS[law](one, other, third)
    assert left == right


@settings(deadline=None)
@given(PLANES, SMALL_BOXES)
def test_sizes_count_packets(strips: Plane, box: Box) -> None:
    """The size is the number of packets, and within a box that of those in it."""
    assert size(strips) == len(cells(strips))
    assert size_within(strips, box) == len(cells(strips) & cells_of([box]))
