"""Changes as a reader takes them in: one row for those that differ in their addresses alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway_rules import packets
from gateway_rules.packets import (
    ICMP,
    SELF,
    WAY,
    Direction,
    Interval,
    Peer,
    Piece,
    Prefix,
    counted,
    directed_traffic,
    few,
    from_interval,
    join,
    objection,
    other_end,
    port_span,
    supernet,
    traffic_within,
    widest_first,
)
from gateway_rules.review.packet_diff import Change

_SHOWN: Final = 4

_Asked: TypeAlias = tuple[Direction, str, str]
"""Direction, protocol, and who asks."""


@dataclass(frozen=True)
class Row:
    """Changes that differ in their addresses, or in ports that touch."""

    what: str
    peers: str
    """The other ends in few words: all of them, or the first and how many more there are."""
    ends: tuple[str, ...]
    """Every other end: those that are public first, the widest first."""
    is_whole: bool
    """Whether `peers` leaves none of them out."""
    is_public: bool
    """Whether one of them may hold public addresses."""
    addresses: int
    """Remote addresses; `self` is told by name, not counted."""
    size: int
    """Packets, by which rows are sorted."""
    why: str
    """The services, each with where it comes from."""

    def __str__(self) -> str:
        """Write the row as a terminal shows it, with every other end."""
        several = counted(self.addresses, "address", "addresses")
        count = f" ({several})" if self.addresses > 1 else ""
        ends = self.peers if self.is_whole else ", ".join(self.ends)
        return f"{self.what} {ends}{count}: {self.why}"


def merged_rows(changes: Iterable[Change]) -> list[Row]:
    """Put changes with equal ports and services together, and ports that touch.

    What may be public stands first, then the widest.
    """
    ends: dict[tuple[_Asked, Interval], set[Peer]] = defaultdict(set)
    for change in changes:
        piece = change.piece
        asked = piece.direction, piece.protocol, _why(change)
        ends[asked, port_span(piece)].add(piece.peer)
    spans: dict[tuple[_Asked, frozenset[Peer]], list[Interval]] = defaultdict(list)
    for (asked, span), peers in ends.items():
        spans[asked, frozenset(peers)].append(span)
    found = [
        _row(asked, span, peers) for (asked, peers), some in spans.items() for span in join(some)
    ]
    return sorted(found, key=lambda row: (not row.is_public, -row.size, row.what, row.peers))


def _why(change: Change) -> str:
    named = zip(change.services, change.origins, strict=True)
    return "; ".join(f"{service} ({origin})" for service, origin in named) or "nobody"


def _row(asked: _Asked, span: Interval, peers: frozenset[Peer]) -> Row:
    direction, protocol, why = asked
    ends = widest_first(peers)
    prefixes = [end for end in ends if end != SELF]
    addresses = sum(_width(prefix) for prefix in prefixes)
    named, is_whole = _named(ends)
    return Row(
        f"{_what(direction, protocol, span)} {WAY[direction]}",
        named,
        tuple(map(other_end, ends)),
        is_whole,
        any(map(_is_public, prefixes)),
        addresses,
        (span[1] - span[0] + 1) * (addresses + (SELF in peers)),
        why,
    )


def _what(direction: Direction, protocol: str, span: Interval) -> str:
    if protocol in ICMP:
        return f"{direction} {traffic_within(protocol, *span)}"
    return directed_traffic(Piece(direction, protocol, *span, SELF))


def _width(prefix: Prefix) -> int:
    first, last = prefix.interval
    return last - first + 1


def _is_public(prefix: Prefix) -> bool:
    return objection(prefix) is None


def _named(ends: Sequence[Peer]) -> tuple[str, bool]:
    """Name the other ends, and tell whether all are named; a family at a time."""
    texts = [other_end(SELF)] if SELF in ends else []
    families: dict[int, list[Prefix]] = {}
    for end in ends:
        if end != SELF:
            families.setdefault(end.version, []).append(end)
    is_whole = True
    for _, some in sorted(families.items()):
        exact = _exactly(some)
        texts.append(exact or few(some, _SHOWN, comma=False))
        is_whole = is_whole and exact is not None
    return ", ".join(texts), is_whole


def _exactly(prefixes: Sequence[Prefix]) -> str | None:
    """Name all prefixes in few words, as the one around them less what is not meant; or None."""
    if len(prefixes) <= _SHOWN:
        return ", ".join(map(str, sorted(prefixes)))
    whole = prefixes[0]
    for prefix in prefixes[1:]:
        whole = supernet(whole, prefix)
    rest = _gaps(whole, packets.join(prefix.interval for prefix in prefixes))
    return f"{whole} without {', '.join(map(str, rest))}" if len(rest) <= _SHOWN else None


def _gaps(whole: Prefix, held: tuple[Interval, ...]) -> list[Prefix]:
    """Give the prefixes of what lies between the intervals."""
    low, high = whole.interval
    edges = [low, *(edge for first, last in held for edge in (first, last + 1)), high + 1]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    gaps = [(first, stop - 1) for first, stop in pairs if first < stop]
    return [prefix for gap in gaps for prefix in from_interval(whole.version, gap)]
