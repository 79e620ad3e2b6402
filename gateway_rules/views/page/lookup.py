"""The boxes of a plan in few bytes, for the page's script to look packets up in.

Whatever repeats stands once in a list and is referred to by its place there. All that
is decided is decided here: the script finds the boxes that hold what was asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from itertools import chain
from typing import Any, Generic, TypeVar

from gateway_rules.audit import Line, host_addresses, plan_rulesets
from gateway_rules.packets import NAMES, traffic
from gateway_rules.planning import Entry, Plan
from gateway_rules.views.page import anchors
from gateway_rules.views.page.boxes import PROTOCOLS, Box, Plane, Told, boxes, special

T = TypeVar("T", bound=Hashable)


class _Once(Generic[T]):
    """A list that holds each value once."""

    def __init__(self) -> None:
        self.places: dict[T, int] = {}

    def __call__(self, value: T) -> int:
        """Give the place of a value."""
        return self.places.setdefault(value, len(self.places))


def data(plan: Plan) -> dict[str, Any]:
    """Give what the script needs, in a form that JSON has."""
    book = _Book(plan)
    planes = book.planes(boxes(plan))
    alone = book.special(special(plan))
    return {
        "planes": planes,
        "special": alone,
        "strips": [*book.strips.places],
        "told": [*book.told.places],
        "lines": [book.line(line) for line in book.lines.places],
        "services": [book.service(name) for name in book.services.places],
        "texts": [*book.texts.places],
        "hosts": {n: [*map(str, found)] for n, found in host_addresses(plan).items()},
        "own": bool(plan.site.networks),
    }


def shared() -> dict[str, Any]:
    """Give what is the same for all stacks: the protocols, and numbers that mean one of them."""
    return {"protocols": sorted(PROTOCOLS), "names": NAMES}


class _Book:
    """What was written down of a plan so far."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lines: _Once[Line] = _Once()
        self.services: _Once[str] = _Once()
        self.texts: _Once[str] = _Once()
        rules = plan_rulesets(plan)
        for line in (*rules.rules, *chain(*rules.acls)):  # Places tell what comes first.
            self.lines(line)
        self.told: _Once[tuple[object, ...]] = _Once()
        self.strips: _Once[tuple[object, ...]] = _Once()

    def planes(self, some: Iterable[Box]) -> dict[str, list[int]]:
        """Give each plane its strips of ports: first port and place of the strip, by turns."""
        found: dict[Plane, dict[int, list[object]]] = defaultdict(lambda: defaultdict(list))
        for box in some:
            strip = found[box.plane][box.first]
            strip += (self._address(box), self.told(self._told(box.told)))
        return {" ".join(plane): [*self._ports(strips)] for plane, strips in found.items()}

    def special(self, some: Iterable[tuple[Any, Box]]) -> dict[str, dict[str, list[int]]]:
        """Give single addresses the strips of their planes, as `planes` gives those of all."""
        each: dict[str, list[Box]] = defaultdict(list)
        for address, box in some:
            each[address.address].append(box)
        return {address: self.planes(found) for address, found in each.items()}

    def _ports(self, strips: dict[int, list[object]]) -> Iterator[int]:
        for first, strip in strips.items():
            yield from (first, self.strips(tuple(strip)))

    def _address(self, box: Box) -> int | str:
        """Write where a box begins; numbers of IPv6 are too long for a script's own."""
        low = box.addresses[0]
        return hex(low) if box.plane.family == "ipv6" else low

    def _told(self, told: Told) -> tuple[object, ...]:
        return (
            int(told.allowed),
            tuple(map(self.lines, told.group)),
            int(told.is_group_lost),
            tuple(map(self.lines, told.there)),
            int(told.is_there_lost),
            None if told.back is None else tuple(map(self.lines, told.back)),
            tuple(map(self.texts, told.back_lost)),
            tuple(map(self.services, told.services)),
            tuple(map(self.texts, told.notes)),
        )

    def line(self, line: Line) -> tuple[str, str, str]:
        """Give the anchor of a line, its name, and what it matches."""
        match = line.match
        said = f"{match.direction} {traffic(match)} {match.peer}"
        if isinstance(match, Entry):
            stack = self.plan.site.stack
            return anchors.entry(stack, match), f"entry {line.name}", f"{line.action} {said}"
        return self._rule(line), line.holder, said

    def _rule(self, line: Line) -> str:
        groups = (group for group in self.plan.groups if group.name == line.holder)
        return next(
            anchors.rule(self.plan.site.stack, group, rule)
            for group in groups
            for rule in group.rules
            if rule == line.match
        )

    def service(self, name: str) -> tuple[str, str, str]:
        """Give the anchor of a service, its name, and where it comes from."""
        said = self.plan.origin(name).full
        return anchors.asked(self.plan, name), name, said
