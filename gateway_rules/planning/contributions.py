"""What each entry of an allow list passes: how much of it is required, and how much it adds.

Where two entries overlap, what both pass is the earlier one's, so that the contributions of a
list add up to what the list passes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from gateway_rules import packets
from gateway_rules.packets import Match
from gateway_rules.planning.flows import legs
from gateway_rules.planning.planner import Plan


class Contribution(NamedTuple):
    """Packets that an entry passes and no earlier one does."""

    required: int
    adds: int


class _Place(NamedTuple):
    """A block of addresses; places sort so that a block comes before those inside it."""

    direction: str
    family: str
    first: int
    last: int

    @property
    def order(self) -> tuple[str, str, int, int]:
        return self.direction, self.family, self.first, -self.last


def contributions_of(
    required: Iterable[Match], entries: Sequence[Match]
) -> tuple[Contribution, ...]:
    """Give each entry its contribution, counted exactly; `adds` sums to the excess of the list."""
    required = tuple(required)
    known = packets.universe(required, entries)
    asked, earlier = _near(required, entries)
    return tuple(
        _contribution(entry, asked[index], [entries[other] for other in earlier[index]], known)
        for index, entry in enumerate(entries)
    )


def entry_contributions(plan: Plan) -> tuple[Contribution, ...]:
    """Give each entry of a plan's ACL what it contributes in its direction and family."""
    return contributions_of(legs(plan.flows, plan.site.networks), plan.acl.entries)


def _contribution(
    entry: Match, asked: Sequence[Match], earlier: Sequence[Match], known: frozenset[str]
) -> Contribution:
    fresh = packets.without(packets.passed([entry], known), packets.passed(earlier, known))
    wanted = packets.passed(asked, known)
    # The long list is taken apart, which is far quicker than to cut its pieces out of the entry.
    required = packets.count(wanted) - packets.count(packets.without(wanted, fresh))
    return Contribution(required, packets.count(fresh) - required)


def _near(
    required: Iterable[Match], entries: Sequence[Match]
) -> tuple[dict[int, list[Match]], dict[int, list[int]]]:
    """Give each entry, by index, what is asked for and which earlier entries are at its addresses.

    All else cannot change its contribution, and lists may be long.
    """
    wanted: dict[_Place, list[Match]] = defaultdict(list)
    for match in required:
        wanted[_place(match)].append(match)
    held: dict[_Place, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        held[_place(entry)].append(index)
    asked: dict[int, list[Match]] = defaultdict(list)
    earlier: dict[int, list[int]] = defaultdict(list)
    for one, other in _overlaps({*wanted, *held}):
        for index in held[one]:
            asked[index] += wanted[other]
            earlier[index] += [each for each in held[other] if each < index]
    return asked, earlier


def _place(match: Match) -> _Place:
    _, _, (first, last) = packets.box(match)
    return _Place(match.direction, packets.family(match.peer), first, last)


def _overlaps(places: Iterable[_Place]) -> Iterator[tuple[_Place, _Place]]:
    """Give each pair that overlaps, both ways: prefixes do where one holds the other."""
    around: list[_Place] = []
    for place in sorted(places, key=lambda each: each.order):
        while around and not (around[-1][:2] == place[:2] and place.first <= around[-1].last):
            around.pop()
        yield place, place
        for outer in around:
            yield from ((outer, place), (place, outer))
        around.append(place)
