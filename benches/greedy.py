"""The usual way to fit a list into a budget: join the two entries that add least, and again.

It serves as a peer of the cover. What an entry adds beyond those of all others is not
seen, only what two have in common; that is what makes it greedy and not the optimum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway_rules.packets.prefixes import BITS, Prefix, supernet
from gateway_rules.planning.cover.entries import Allow, exact


def greedy(required: Iterable[Allow], budget: int) -> tuple[Allow, ...]:
    """Join entries until there are no more than the budget, or no two of a protocol left.

    It takes time as the square of the number of entries.
    """
    entries = _Entries(exact(required))
    while len(entries.there) > budget and entries.cheapest:
        entries.join_cheapest()
    return tuple(sorted(entries.there.values()))


def joined(one: Allow, other: Allow) -> Allow:
    """Give the narrowest entry around two of one protocol."""
    first, last = min(one.from_port, other.from_port), max(one.to_port, other.to_port)
    return Allow(one.protocol, first, last, supernet(one.prefix, other.prefix))


def added(one: Allow, other: Allow) -> int:
    """Count the packets that the two pass when joined, and not when apart."""
    return _size(joined(one, other)) - _size(one) - _size(other) + _shared(one, other)


def _size(entry: Allow) -> int:
    return (entry.to_port - entry.from_port + 1) * _addresses(entry.prefix)


def _addresses(prefix: Prefix) -> int:
    return 1 << (BITS[prefix.version] - prefix.length)


def _shared(one: Allow, other: Allow) -> int:
    ports = min(one.to_port, other.to_port) - max(one.from_port, other.from_port) + 1
    if ports <= 0 or not (one.prefix.covers(other.prefix) or other.prefix.covers(one.prefix)):
        return 0
    return ports * min(_addresses(one.prefix), _addresses(other.prefix))


class _Entries:
    """Entries in the order in which they came, and for each the later one that is cheapest."""

    def __init__(self, entries: Sequence[Allow]) -> None:
        self.there = dict(enumerate(entries))
        self.cheapest: dict[int, tuple[int, int]] = {}
        """What joining an entry with a later one adds, and which."""
        self._next = len(entries)
        for place in self.there:
            self._look(place)

    def join_cheapest(self) -> None:
        """Put the join of two in the place of them and of all that lies within it."""
        (_, other), place = min((found, place) for place, found in self.cheapest.items())
        entry = joined(self.there[place], self.there[other])
        gone = {at for at, some in self.there.items() if _holds(entry, some)}
        for at in gone:
            del self.there[at]
            self.cheapest.pop(at, None)
        for at in [at for at, (_, later) in self.cheapest.items() if later in gone]:
            self._look(at)
        self._append(entry)

    def _look(self, place: int) -> None:
        """Find the cheapest later entry anew."""
        one = self.there[place]
        self.cheapest.pop(place, None)
        found = [
            (added(one, other), at)
            for at, other in self.there.items()
            if at > place and _fit(one, other)
        ]
        if found:
            self.cheapest[place] = min(found)

    def _append(self, entry: Allow) -> None:
        for at, other in self.there.items():
            if _fit(other, entry):
                price = added(other, entry), self._next
                self.cheapest[at] = min(self.cheapest.get(at, price), price)
        self.there[self._next] = entry
        self._next += 1


def _fit(one: Allow, other: Allow) -> bool:
    return one.protocol == other.protocol and one.is_joinable


def _holds(wide: Allow, some: Allow) -> bool:
    ports = wide.from_port <= some.from_port and some.to_port <= wide.to_port
    return wide.protocol == some.protocol and ports and wide.prefix.covers(some.prefix)
