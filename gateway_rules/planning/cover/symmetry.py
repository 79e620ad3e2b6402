"""Requirements that are alike but for where their prefixes lie, brought to one form.

To let two halves of a prefix change places, with all that lies in them, moves addresses
and keeps the number of them that every prefix holds. So what is required costs the same
excess at each budget as its mirror image: stacks whose networks alone differ are searched
for once, and what is found for one is true of the others.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self, TypeAlias

from gateway_rules.packets import BITS, Prefix, Protocol, supernet
from gateway_rules.planning.cover.entries import Allow

_Ports: TypeAlias = tuple[Protocol, int, int]


class _Shape(NamedTuple):
    """What is required within a prefix, of which nothing but the length is kept."""

    length: int
    here: tuple[_Ports, ...]
    """Of the prefix as a whole."""
    halves: tuple[_Shape, ...]
    """What is required within each half, in an order that forgets which was the lower."""


class _Part(NamedTuple):
    """A shape, and where it lies in the list that was given."""

    shape: _Shape
    hull: Prefix
    halves: tuple[_Part, ...]


@dataclass(frozen=True)
class Form:
    """The one of all mirror images of a list that stands for all, and the way back from it."""

    entries: tuple[Allow, ...]
    places: tuple[tuple[Prefix, Prefix], ...]
    """Each prefix of the form at which something is required or parts, and where it came from."""

    @classmethod
    def of(cls, required: Iterable[Allow]) -> Self:
        """Give the form of a list, all of one IP family."""
        entries = sorted(set(required), key=lambda entry: entry.prefix)
        if not entries:
            return cls((), ())
        whole = Prefix(entries[0].prefix.version, 0, 0)
        placed = [*_placed(_part(entries, whole), whole)]
        found = (Allow(*ports, there) for part, there in placed for ports in part.shape.here)
        places = sorted((there, part.hull) for part, there in placed)
        return cls(tuple(sorted(found)), tuple(places))

    def back(self, entry: Allow) -> Allow:
        """Give the entry of which one is the mirror image: it costs what that costs."""
        return entry._replace(prefix=self._back(entry.prefix))

    def _back(self, prefix: Prefix) -> Prefix:
        """Undo the turns of the halves above a prefix; where nothing lies, none was turned.

        Those are the turns above whatever lies nearest, down to where the two part. It is
        one of the two between which the prefix would be sorted in.
        """
        after = bisect_right(self.places, prefix, key=_there)
        near = self.places[max(0, after - 1) : after + 1]
        shared, there, here = max((supernet(prefix, p[0]).length, *p) for p in near)
        bits = BITS[prefix.version]
        known = min(shared + 1, there.length, prefix.length)
        turns = (there.base ^ here.base) >> bits - known << bits - known
        return prefix._replace(base=prefix.base ^ turns)


def canonical_form(required: Iterable[Allow]) -> tuple[Allow, ...]:
    """Give the one of all mirror images, which are of one IP family, that stands for all."""
    return Form.of(required).entries


def _part(entries: Sequence[Allow], within: Prefix) -> _Part:
    """Part entries, sorted by their prefixes, that lie within a prefix."""
    here = tuple(sorted(entry[:3] for entry in entries if entry.prefix == within))
    longer = entries[len(here) :]
    parts = [[e for e in longer if half.covers(e.prefix)] for half in _halves(within)]
    found = sorted((_part(some, _hull(some)) for some in parts if some), key=_shape)
    shape = _Shape(within.length, here, tuple(map(_shape, found)))
    return _Part(shape, within, tuple(found))


def _there(place: tuple[Prefix, Prefix]) -> Prefix:
    """Give where in the form a place is."""
    return place[0]


def _shape(part: _Part) -> _Shape:
    """Forget where a part lies."""
    return part.shape


def _hull(entries: Sequence[Allow]) -> Prefix:
    """Give the longest prefix around all, of which the first and the last tell."""
    return supernet(entries[0].prefix, entries[-1].prefix)


def _placed(part: _Part, prefix: Prefix) -> Iterator[tuple[_Part, Prefix]]:
    """Let a part lie at a prefix, and what is in it at the beginning of the halves."""
    yield part, prefix
    for half, within in zip(part.halves, _halves(prefix), strict=False):
        yield from _placed(half, within._replace(length=half.hull.length))


def _halves(prefix: Prefix) -> Iterator[Prefix]:
    version, base, length = prefix
    if length < BITS[version]:
        yield Prefix(version, base, length + 1)
        yield Prefix(version, base | 1 << BITS[version] - length - 1, length + 1)
