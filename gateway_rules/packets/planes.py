"""Sets of packets of one direction, protocol and family: ports across, addresses along.

A plane is kept as strips. A strip is a block of addresses, which is what one prefix
holds, with the ports by which all of it passes, less those by which the block around
it passes as well: each port stands at the widest block that it may stand at. So the
strips are disjoint, equal sets are equal values, and no number of different port
ranges, nor of addresses, makes a set longer than the boxes that it was read from.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, TypeAlias

from gateway_rules.packets.intervals import Stretches as Ports
from gateway_rules.packets.intervals import both, join, less, touched
from gateway_rules.packets.prefixes import Interval, blocks
from gateway_rules.packets.protocols import PortPair

Strip: TypeAlias = tuple[Interval, Ports]
"""A block of addresses, and the ports by which it passes but the block around it does not."""
Plane: TypeAlias = tuple[Strip, ...]
"""Strips sorted by their first address, a block before those inside it."""
Box: TypeAlias = tuple[int, int, Interval]
"""First port, last port, and one interval of addresses."""

NOWHERE: Final[Plane] = ()

_Strips: TypeAlias = Mapping[Interval, Ports]


# --- Blocks --------------------------------------------------------------------------------


def _is_block(addresses: Interval) -> bool:
    low, high = addresses
    return not (low ^ high) & (low ^ high) + 1 and not low & (low ^ high)


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


# --- Reading -------------------------------------------------------------------------------


def plane(boxes: Iterable[Box]) -> Plane:
    """Give the union of the boxes."""
    strips: list[Strip] = []
    # Many strips have the same ports, of which one value is kept.
    alike: dict[PortPair, Ports] = {}
    for run in _runs(boxes):
        first, last, addresses = run[0]
        if len(run) == 1 and _is_block(addresses):
            pair = first, last
            strips.append((addresses, alike.setdefault(pair, (pair,))))
        else:
            strips += _union(run)
    return tuple(strips)


def _runs(boxes: Iterable[Box]) -> Iterator[list[Box]]:
    """Part boxes where addresses lie between them that are in none; no strip reaches across."""
    run: list[Box] = []
    reach = 0
    for box in sorted(boxes, key=lambda box: box[2][0]):
        low, high = box[2]
        if run and low <= reach + 1:
            run.append(box)
            reach = max(reach, high)
        else:
            if run:
                yield run
            run, reach = [box], high
    if run:
        yield run


def _union(run: Sequence[Box]) -> Iterable[Strip]:
    """Give the union of boxes that overlap or touch."""
    whole = run[0][2][0], max(high for _, _, (_, high) in run)
    pairs = {(first, last) for first, last, _ in run}
    if len(pairs) == 1:
        return ((block, (*pairs,)) for block in blocks(whole))
    outer = [box for box in run if box[2] == whole]
    if outer and _is_block(whole):
        return _filled(whole, join((first, last) for first, last, _ in outer), run)
    return _cut(run)


def _filled(block: Interval, ports: Ports, run: Sequence[Box]) -> Plane:
    """Give the union of boxes that lie in a block which passes by these ports as well."""
    rest = {pair: less((pair,), ports) for pair in {(first, last) for first, last, _ in run}}
    inner = plane(
        (*pair, addresses) for start, stop, addresses in run for pair in rest[start, stop]
    )
    if inner and inner[0][0] == block:
        ports, inner = join(ports + inner[0][1]), inner[1:]
    return (block, ports), *inner


def _cut(boxes: Iterable[Box]) -> Plane:
    """Give the union of any boxes."""
    alike: dict[PortPair, list[Interval]] = {}
    for first, last, addresses in boxes:
        alike.setdefault((first, last), []).append(addresses)
    found: dict[Interval, list[PortPair]] = {}
    for pair, some in alike.items():
        for whole in join(some):
            for block in (whole,) if _is_block(whole) else blocks(whole):
                found.setdefault(block, []).append(pair)
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
            if not (rest := less(rest, outer)):
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
    moved, size = [], min(levels, default=1)
    # Each level may add to the next, so it is looked up only when its turn comes.
    while size <= max(levels, default=0):
        if size in levels:
            moved.append(_lift(size, levels))
        size *= 2
    if not any(moved):
        return strips
    return {(low, low + size - 1): p for size, level in levels.items() for low, p in level.items()}


def _lift(size: int, levels: dict[int, dict[int, Ports]]) -> bool:
    """Move what the halves of one size share, if they share anything."""
    level, moved = levels[size], False
    for low in [low for low in level if not low & size and low | size in level]:
        if shared := both(level[low], level[low | size]):
            wider = levels.setdefault(size * 2, {})
            wider[low] = join(wider.get(low, ()) + shared)
            _take(shared, level, low)
            _take(shared, level, low | size)
            moved = True
    return moved


def _take(shared: Ports, level: dict[int, Ports], low: int) -> None:
    if rest := less(level.pop(low), shared):
        level[low] = rest


# --- Arithmetic ----------------------------------------------------------------------------


def union(one: Plane, other: Plane) -> Plane:
    """Give the packets of either."""
    return _settled(_gathered(chain(one, other)))


def intersection(one: Plane, other: Plane) -> Plane:
    """Give the packets of both."""
    inner = _within(one, other), _within(other, one, itself=False)
    return _gathered(chain.from_iterable(inner))


def _within(one: Plane, other: Plane, *, itself: bool = True) -> Iterator[Strip]:
    """Give the parts of strips that the blocks around them have as well."""
    for (block, ports), around, _ in _met(one, other):
        for outer, some in around:
            if (itself or outer != block) and (shared := both(ports, some)):
                yield block, shared


def _met(one: Plane, other: Plane) -> Iterator[tuple[Strip, Sequence[Strip], int]]:
    """Give each strip of the first plane with those of the second whose blocks hold its own.

    The widest comes first, the block itself last. The number is the place in the second
    plane from which the blocks that lie inside the strip's follow, if there are any.
    """
    around: list[Strip] = []
    at = 0
    for strip in one:
        low, high = strip[0]
        while around and around[-1][0][1] < low:
            around.pop()
        while at < len(other):
            start, stop = other[at][0]
            if start > low or (start == low and stop < high):
                break
            # What ends before the strip holds neither this one nor any that comes later.
            if stop >= low:
                around.append(other[at])
            at += 1
        yield strip, around, at


def difference(one: Plane, other: Plane) -> Plane:
    """Give the packets of the first that are not in the second."""
    unlike = (met for met in _met(one, other) if not met[1] or met[1][-1] != met[0])
    return _gathered(
        part
        for strip, around, at in unlike
        for part in _outside(strip, around, _inside(strip[0], other, at))
    )


def _inside(block: Interval, strips: Plane, at: int) -> Iterator[Strip]:
    """Give the strips from a place on that begin in the block."""
    while at < len(strips) and strips[at][0][0] <= block[1]:
        yield strips[at]
        at += 1


def _gathered(strips: Iterable[Strip]) -> Plane:
    """Put the strips of each block together."""
    found: dict[Interval, Ports] = {}
    for block, ports in strips:
        found[block] = join(found[block] + ports) if block in found else ports
    return _sorted(found)


def _outside(strip: Strip, around: Iterable[Strip], inside: Iterable[Strip]) -> Iterator[Strip]:
    """Give what those around a strip and those inside it leave."""
    block, ports = strip
    for _, some in around:
        if not (ports := less(ports, some)):
            break
    else:
        holes = ((hole, both(ports, some)) for hole, some in inside)
        yield from _around_holes(block, ports, [hole for hole in holes if hole[1]])


def _around_holes(block: Interval, ports: Ports, holes: list[Strip]) -> Iterator[Strip]:
    """Give what the holes, all of them in the block and its ports, leave: first what all has."""
    torn = join({each for _, some in holes for each in some})
    if rest := less(ports, torn):
        yield block, rest
    if holes and holes[0][0] == block:
        (_, gone), *holes = holes
        torn = less(torn, gone)
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
            shared = sum(min(b, last) - max(a, first) + 1 for a, b in touched(ports, first, last))
            total += (min(high, top) - max(low, bottom) + 1) * shared
    return total
