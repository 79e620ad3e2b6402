"""Sets of packets of one direction, protocol and family: ports across, addresses along.

A plane is kept as strips. A strip is a block of addresses, which is what one prefix
holds, with the ports by which all of it passes, less those by which the block around
it passes as well: each port stands at the widest block that it may stand at. So the
strips are disjoint, equal sets are equal values, and no number of different port
ranges, nor of addresses, makes a set longer than the boxes that it was read from.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final, TypeAlias

from gateway_rules.prefixes import BITS, Interval
from gateway_rules.protocols import PortPair

Ports: TypeAlias = tuple[PortPair, ...]
"""Sorted, disjoint stretches that do not touch; so are the intervals that `join` gives."""
Strip: TypeAlias = tuple[Interval, Ports]
"""A block of addresses, and the ports by which it passes but the block around it does not."""
Plane: TypeAlias = tuple[Strip, ...]
"""Strips sorted by their first address, a block before those inside it."""
Box: TypeAlias = tuple[int, int, Interval]
"""First port, last port, and one interval of addresses."""

NOWHERE: Final[Plane] = ()

_Strips: TypeAlias = Mapping[Interval, Ports]


# --- One axis ------------------------------------------------------------------------------


def join(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Give the sorted, disjoint intervals that hold the same numbers."""
    ordered = sorted(intervals)
    if len(ordered) <= 1:
        return tuple(ordered)
    joined: list[Interval] = []
    for first, last in ordered:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def _touched(some: Ports, first: int, last: int) -> Iterator[PortPair]:
    """Give the stretches that share a port with the one from first to last."""
    at = bisect_left(some, (first,))
    if at and some[at - 1][1] >= first:
        at -= 1
    while at < len(some) and some[at][0] <= last:
        yield some[at]
        at += 1


def _both(one: Ports, other: Ports) -> Ports:
    if len(one) > len(other):
        one, other = other, one
    return tuple(
        (max(first, low), min(last, high))
        for first, last in one
        for low, high in _touched(other, first, last)
    )


def _less(one: Ports, other: Ports) -> Ports:
    rest: list[PortPair] = []
    for first, last in one:
        start = first
        for low, high in _touched(other, first, last):
            if low > start:
                rest.append((start, low - 1))
            start = high + 1
        if start <= last:
            rest.append((start, last))
    return tuple(rest)


# --- Blocks --------------------------------------------------------------------------------


def _is_block(addresses: Interval) -> bool:
    low, high = addresses
    return not (low ^ high) & (low ^ high) + 1 and not low & (low ^ high)


def _blocks(addresses: Interval) -> Iterator[Interval]:
    """Cut an interval into the fewest blocks: sizes are powers of two, starts multiples of them."""
    low, high = addresses
    while low <= high:
        left = high - low + 1
        size = 1 << (left.bit_length() - 1)
        if low & (size - 1):
            size = low & -low
        yield low, low + size - 1
        low += size


def _order(strip: Strip) -> tuple[int, int]:
    (low, high), _ = strip
    return low, -high


def _first(strip: Strip) -> int:
    return strip[0][0]


def _sorted(strips: _Strips) -> Plane:
    return tuple(sorted(strips.items(), key=_order))


def _halves(block: Interval) -> tuple[Interval, Interval]:
    low, high = block
    middle = (low + high) // 2
    return (low, middle), (middle + 1, high)


class _Look:
    """A plane to look blocks up in."""

    def __init__(self, strips: Plane) -> None:
        self.strips = strips
        self.ports = dict(strips)
        self.firsts = [*map(_first, strips)]
        self.sizes = sorted({high - low + 1 for (low, high), _ in strips}, reverse=True)

    def around(self, block: Interval, *, itself: bool = True) -> Iterator[Ports]:
        """Give the ports of each strip around a block, the widest first."""
        low, high = block
        for size in self.sizes:
            if size < high - low + 1 + (not itself):
                return
            start = low & -size
            if ports := self.ports.get((start, start + size - 1)):
                yield ports

    def inside(self, block: Interval) -> Iterator[Strip]:
        """Give the strips inside a block, or of the block itself."""
        low, high = block
        start = bisect_left(self.firsts, low)
        for strip in self.strips[start : bisect_right(self.firsts, high, lo=start)]:
            # Wider blocks may begin at the same address.
            if strip[0][1] <= high:
                yield strip


# --- Reading -------------------------------------------------------------------------------


def plane(boxes: Iterable[Box]) -> Plane:
    """Give the union of the boxes."""
    found: dict[Interval, list[PortPair]] = {}
    for first, last, addresses in boxes:
        for block in (addresses,) if _is_block(addresses) else _blocks(addresses):
            found.setdefault(block, []).append((first, last))
    return _settled(_sorted({block: join(ports) for block, ports in found.items()}))


def _settled(strips: Plane) -> Plane:
    """Let each port stand at the widest block that passes by it."""
    bare = _bared(strips)
    lifted = _lifted(bare)
    return tuple(bare.items()) if lifted is bare else _sorted(lifted)


def _bared(strips: Plane) -> dict[Interval, Ports]:
    """Take from each strip the ports of those around it."""
    bare: dict[Interval, Ports] = {}
    around: list[Strip] = []
    for block, ports in strips:
        while around and around[-1][0][1] < block[0]:
            around.pop()
        rest = ports
        for _, outer in around:
            if not (rest := _less(rest, outer)):
                break
        else:
            bare[block] = rest
            around.append((block, rest))
    return bare


def _lifted(strips: dict[Interval, Ports]) -> dict[Interval, Ports]:
    """Move the ports that both halves of a block share to the block, the narrowest first."""
    levels: dict[int, dict[int, Ports]] = {}
    for (low, high), ports in strips.items():
        levels.setdefault(high - low + 1, {})[low] = ports
    # Each level may add to the next, so it is looked up only when its turn comes.
    moved = [
        _lift(size, levels)
        for size in (1 << exponent for exponent in range(BITS[6]))
        if size in levels
    ]
    if not any(moved):
        return strips
    return {(low, low + size - 1): p for size, level in levels.items() for low, p in level.items()}


def _lift(size: int, levels: dict[int, dict[int, Ports]]) -> bool:
    """Move what the halves of one size share, if they share anything."""
    level, moved = levels[size], False
    for low in [low for low in level if not low & size and low | size in level]:
        if shared := _both(level[low], level[low | size]):
            wider = levels.setdefault(size * 2, {})
            wider[low] = join(wider.get(low, ()) + shared)
            _take(shared, level, low)
            _take(shared, level, low | size)
            moved = True
    return moved


def _take(shared: Ports, level: dict[int, Ports], low: int) -> None:
    if rest := _less(level.pop(low), shared):
        level[low] = rest


# --- Arithmetic ----------------------------------------------------------------------------


def union(one: Plane, other: Plane) -> Plane:
    """Give the packets of either."""
    return _settled(_gathered(chain(one, other)))


def intersection(one: Plane, other: Plane) -> Plane:
    """Give the packets of both."""
    return _gathered(chain(_within(one, _Look(other)), _within(other, _Look(one), itself=False)))


def _within(strips: Plane, other: _Look, *, itself: bool = True) -> Iterator[Strip]:
    """Give the parts of strips that the blocks around them have as well."""
    for block, ports in strips:
        for some in other.around(block, itself=itself):
            if shared := _both(ports, some):
                yield block, shared


def difference(one: Plane, other: Plane) -> Plane:
    """Give the packets of the first that are not in the second."""
    look = _Look(other)
    unlike = (strip for strip in one if look.ports.get(strip[0]) != strip[1])
    return _gathered(part for strip in unlike for part in _outside(strip, look))


def _gathered(strips: Iterable[Strip]) -> Plane:
    """Put the strips of each block together."""
    found: dict[Interval, Ports] = {}
    for block, ports in strips:
        found[block] = join(found[block] + ports) if block in found else ports
    return _sorted(found)


def _outside(strip: Strip, other: _Look) -> Iterator[Strip]:
    """Give what is left of a strip."""
    block, ports = strip
    for some in other.around(block):
        if not (ports := _less(ports, some)):
            break
    else:
        inside = ((hole, _both(ports, some)) for hole, some in other.inside(block))
        yield from _around_holes(block, ports, [hole for hole in inside if hole[1]])


def _around_holes(block: Interval, ports: Ports, holes: list[Strip]) -> Iterator[Strip]:
    """Give what the holes, all of them in the block and its ports, leave: first what all has."""
    torn = join({each for _, some in holes for each in some})
    if rest := _less(ports, torn):
        yield block, rest
    if holes and holes[0][0] == block:
        (_, gone), *holes = holes
        torn = _less(torn, gone)
    if torn:
        left, right = _halves(block)
        middle = bisect_left(holes, right[0], key=_first)
        yield from _around_holes(left, torn, holes[:middle])
        yield from _around_holes(right, torn, holes[middle:])


def size(strips: Plane) -> int:
    """Count the packets of a plane: addresses times ports, summed."""
    return sum((high - low + 1) * sum(b - a + 1 for a, b in ports) for (low, high), ports in strips)


def size_within(strips: Plane, box: Box) -> int:
    """Count the packets of a plane that lie in the box, without cutting it out."""
    first, last, (bottom, top) = box
    total = 0
    for (low, high), ports in strips:
        if low > top:
            break
        if high >= bottom:
            shared = sum(min(b, last) - max(a, first) + 1 for a, b in _touched(ports, first, last))
            total += (min(high, top) - max(low, bottom) + 1) * shared
    return total
