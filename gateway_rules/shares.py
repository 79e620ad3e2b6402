"""What each entry of an allow list passes: how much of it is required, and how much it adds.

Where two entries overlap, what both pass is the earlier one's, so that the shares of a
list add up to what the list passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from gateway_rules import packets
from gateway_rules.flows import legs
from gateway_rules.packets import NOWHERE, Box, Key, Match, Plane
from gateway_rules.plan import Plan


class Share(NamedTuple):
    """Packets that an entry passes and no earlier one does."""

    required: int
    adds: int


def shares(required: Iterable[Match], entries: Sequence[Match]) -> tuple[Share, ...]:
    """Give each entry its share, counted exactly; `adds` sums to the excess of the list."""
    required = tuple(required)
    known = packets.universe(required, entries)
    asked = packets.passed(required, known)
    wanted, held = [0] * len(entries), [0] * len(entries)
    for key, boxes in _by_key(entries, known).items():
        for index, fresh in _fresh(boxes):
            held[index] += packets.size(fresh)
            wanted[index] += _common(asked.get(key, NOWHERE), fresh)
    return tuple(Share(some, all_ - some) for some, all_ in zip(wanted, held, strict=True))


def shares_of(plan: Plan) -> tuple[Share, ...]:
    """Give each entry of a plan's ACL its share of its direction and family."""
    return shares(legs(plan.flows, plan.site.networks), plan.acl.entries)


def _by_key(entries: Iterable[Match], known: frozenset[str]) -> dict[Key, dict[int, Box]]:
    """Group the entries' boxes by the plane that they lie in, each under the entry's index."""
    boxes: dict[Key, dict[int, Box]] = {}
    for index, entry in enumerate(entries):
        for key in packets.keys(entry, known):
            boxes.setdefault(key, {})[index] = packets.box(entry)
    return boxes


def _fresh(boxes: dict[int, Box]) -> Iterator[tuple[int, Plane]]:
    """Give what each box holds and no box of a smaller index does."""
    earlier: dict[int, list[Box]] = {}
    for one, other in _overlapping(boxes):
        earlier.setdefault(max(one, other), []).append(boxes[min(one, other)])
    for index, box in boxes.items():
        whole = packets.plane([box])
        before = earlier.get(index)
        yield index, packets.difference(whole, packets.plane(before)) if before else whole


def _overlapping(boxes: dict[int, Box]) -> Iterator[tuple[int, int]]:
    """Give each pair whose addresses overlap: prefixes do so only where one holds the other."""
    around: list[int] = []
    for index in sorted(boxes, key=lambda each: (boxes[each][2][0], -boxes[each][2][1])):
        first = boxes[index][2][0]
        while around and boxes[around[-1]][2][1] < first:
            around.pop()
        yield from ((other, index) for other in around)
        around.append(index)


def _common(asked: Plane, fresh: Plane) -> int:
    """Count the packets of both; what is asked may be long, and what is fresh is short."""
    parts = ((low, high, some) for low, high, addresses in fresh for some in addresses)
    return sum(packets.size_within(asked, part) for part in parts)
