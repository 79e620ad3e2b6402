"""Changes as a reader takes them in: one row for those that differ in their addresses alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway_rules import packets
from gateway_rules.packets import (
    SELF,
    WAY,
    Interval,
    Piece,
    Prefix,
    counted,
    directed_traffic,
    from_interval,
    other_end,
    supernet,
)
from gateway_rules.review.packet_diff import Change

_SHOWN: Final = 4


@dataclass(frozen=True)
class Row:
    """Changes that differ in their addresses alone."""

    what: str
    peers: str
    addresses: int
    """Remote addresses; `self` is told by name, not counted."""
    size: int
    """Packets, by which rows are sorted."""
    why: str
    """The services, each with where it comes from."""

    def __str__(self) -> str:
        """Write the row as a terminal shows it."""
        several = counted(self.addresses, "address", "addresses")
        count = f" ({several})" if self.addresses > 1 else ""
        return f"{self.what} {self.peers}{count}: {self.why}"


def merged_rows(changes: Iterable[Change]) -> list[Row]:
    """Put changes with equal ports and services together, the widest first."""
    groups: dict[tuple[str, str, int, int, str], list[Change]] = {}
    for change in changes:
        piece = change.piece
        key = (piece.direction, piece.protocol, piece.from_port, piece.to_port, _why(change))
        groups.setdefault(key, []).append(change)
    found = [_row(why, some) for (*_, why), some in groups.items()]
    return sorted(found, key=lambda row: (-row.size, row.what, row.peers))


def _why(change: Change) -> str:
    named = zip(change.services, change.origins, strict=True)
    return "; ".join(f"{service} ({origin})" for service, origin in named) or "nobody"


def _row(why: str, changes: Sequence[Change]) -> Row:
    pieces = [change.piece for change in changes]
    what = f"{directed_traffic(pieces[0])} {WAY[pieces[0].direction]}"
    size = packets.count(packets.passed(pieces))
    return Row(what, _peers(pieces), sum(c.addresses for c in changes), size, why)


def _peers(pieces: Iterable[Piece]) -> str:
    """Name the other ends; many prefixes as the one around them, less what is not meant."""
    texts: list[str] = []
    prefixes: dict[int, list[Prefix]] = {}
    for piece in pieces:
        if piece.peer == SELF:
            texts.append(other_end(SELF))
        else:
            prefixes.setdefault(piece.peer.version, []).append(piece.peer)
    return ", ".join([*texts, *(_around(some) for some in prefixes.values())])


def _around(prefixes: Sequence[Prefix]) -> str:
    if len(prefixes) <= _SHOWN:
        return ", ".join(map(str, sorted(prefixes)))
    whole = prefixes[0]
    for prefix in prefixes[1:]:
        whole = supernet(whole, prefix)
    rest = _gaps(whole, packets.join(prefix.interval for prefix in prefixes))
    if len(rest) <= _SHOWN:
        return f"{whole} without {', '.join(map(str, rest))}"
    return f"{len(prefixes)} prefixes of {whole}"


def _gaps(whole: Prefix, held: tuple[Interval, ...]) -> list[Prefix]:
    """Give the prefixes of what lies between the intervals."""
    low, high = whole.interval
    edges = [low, *(edge for first, last in held for edge in (first, last + 1)), high + 1]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    gaps = [(first, stop - 1) for first, stop in pairs if first < stop]
    return [prefix for gap in gaps for prefix in from_interval(whole.version, gap)]
