"""Requirements that are alike but for where their prefixes lie, brought to one form.

To let two halves of a prefix change places, with all that lies in them, moves addresses
and keeps the number of them that every prefix holds. So what is required costs the same
excess at each budget as its mirror image: stacks whose networks alone differ are searched
for once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

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


def unmirrored(required: Iterable[Allow]) -> tuple[Allow, ...]:
    """Give the one of all mirror images, which are of one IP family, that stands for all."""
    entries = sorted(set(required), key=lambda entry: entry.prefix)
    if not entries:
        return ()
    version = entries[0].prefix.version
    return tuple(sorted(_placed(_shape(entries, Prefix(version, 0, 0)), Prefix(version, 0, 0))))


def _shape(entries: Sequence[Allow], within: Prefix) -> _Shape:
    """Forget where entries, sorted by their prefixes, lie within a prefix."""
    here = tuple(sorted(entry[:3] for entry in entries if entry.prefix == within))
    longer = entries[len(here) :]
    parts = [[e for e in longer if half.covers(e.prefix)] for half in _halves(within)]
    shapes = sorted(_shape(part, _hull(part)) for part in parts if part)
    return _Shape(within.length, here, tuple(shapes))


def _hull(entries: Sequence[Allow]) -> Prefix:
    """Give the longest prefix around all, of which the first and the last tell."""
    return supernet(entries[0].prefix, entries[-1].prefix)


def _placed(shape: _Shape, prefix: Prefix) -> Iterator[Allow]:
    """Let entries lie at the beginning of a prefix, and of its halves."""
    for ports in shape.here:
        yield Allow(*ports, prefix)
    for half, within in zip(shape.halves, _halves(prefix), strict=False):
        yield from _placed(half, within._replace(length=half.length))


def _halves(prefix: Prefix) -> Iterator[Prefix]:
    version, base, length = prefix
    if length < BITS[version]:
        yield Prefix(version, base, length + 1)
        yield Prefix(version, base | 1 << BITS[version] - length - 1, length + 1)
