"""Sorted, disjoint stretches of whole numbers that do not touch: ports, or addresses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import TypeAlias

Stretch: TypeAlias = tuple[int, int]
"""First and last number, both included."""
Stretches: TypeAlias = tuple[Stretch, ...]
"""As `join` gives them."""


def join(some: Iterable[Stretch]) -> Stretches:
    """Give the sorted, disjoint stretches that hold the same numbers."""
    ordered = sorted(some)
    if len(ordered) <= 1:
        return tuple(ordered)
    joined: list[Stretch] = []
    for first, last in ordered:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def touched(some: Stretches, first: int, last: int) -> Iterator[Stretch]:
    """Give the stretches that share a number with the one from first to last."""
    at = bisect_left(some, (first,))
    if at and some[at - 1][1] >= first:
        at -= 1
    while at < len(some) and some[at][0] <= last:
        yield some[at]
        at += 1


def both(one: Stretches, other: Stretches) -> Stretches:
    """Give the numbers that are in the two."""
    if len(one) > len(other):
        one, other = other, one
    return tuple(
        (max(first, low), min(last, high))
        for first, last in one
        for low, high in touched(other, first, last)
    )


def less(one: Stretches, other: Stretches) -> Stretches:
    """Give the numbers of the first that are not in the second."""
    rest: list[Stretch] = []
    for first, last in one:
        start = first
        for low, high in touched(other, first, last):
            if low > start:
                rest.append((start, low - 1))
            start = high + 1
        if start <= last:
            rest.append((start, last))
    return tuple(rest)
