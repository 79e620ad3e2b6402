"""A comparison of plans in words: for a terminal, and as a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway_rules import packets
from gateway_rules.brakes import Verdict
from gateway_rules.packets import Piece
from gateway_rules.prefixes import SELF, Interval, Prefix, from_interval, supernet
from gateway_rules.protocols import format_ports
from gateway_rules.review import AclChange, Change, StackDiff

COMMENT_LIMIT: Final = 65536
"""Characters that GitHub takes in a comment."""

MARK: Final = "<!-- gateway-rules diff -->"
"""The first line of a comment, by which a workflow finds it again to update it."""

_SHOWN: Final = 4
_FOLD: Final = 12
_MOST: Final = 150
_WORDS: Final = {
    "added": "is new",
    "removed": "goes",
    "pending": "is pending",
    "unreadable": "was not readable before; all of it is shown as opened",
    "unchanged": "passes the same packets",
}


@dataclass(frozen=True)
class Row:
    """Changes that differ in their addresses alone."""

    what: str
    peers: str
    addresses: int
    size: int
    services: str

    def __str__(self) -> str:
        """Write the row as a terminal shows it."""
        count = f" ({_counted(self.addresses, 'address', 'addresses')})" if self.addresses else ""
        return f"{self.what} {self.peers}{count}: {self.services}"


def rows(changes: Sequence[Change]) -> list[Row]:
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


def _row(why: str, changes: list[Change]) -> Row:
    pieces = [change.piece for change in changes]
    first = pieces[0]
    ports = format_ports(first.protocol, first.from_port, first.to_port)
    what = f"{first.direction} {first.protocol} {ports} {_WAY[first.direction]}"
    size = packets.count(packets.passed(pieces))
    return Row(what, _peers(pieces), sum(c.addresses for c in changes), size, why)


_WAY: Final = {"egress": "to", "ingress": "from"}


def _peers(pieces: Iterable[Piece]) -> str:
    """Name the other ends; many prefixes as the one around them, less what is not meant."""
    texts: list[str] = []
    prefixes: dict[int, list[Prefix]] = {}
    for piece in pieces:
        if piece.peer == SELF:
            texts.append("the gateways themselves")
        else:
            prefixes.setdefault(piece.peer.version, []).append(piece.peer)
    return ", ".join([*texts, *(_around(some) for some in prefixes.values())])


def _around(prefixes: list[Prefix]) -> str:
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


# --- For a terminal ------------------------------------------------------------------------


def text(diffs: Iterable[StackDiff], verdict: Verdict) -> str:
    """Give the comparison as plain lines."""
    lines = [line for diff in diffs for line in _stack_lines(diff)]
    brakes = [f"brake: {trip}" for trip in verdict.trips]
    return "\n".join([*lines, *brakes, *(f"warning: {w}" for w in verdict.warnings)]) + "\n"


def _stack_lines(diff: StackDiff) -> Iterator[str]:
    yield f"{diff.stack} {headline(diff)}"
    yield from (f"  edited: {cause}" for cause in diff.causes)
    yield from (f"  + {row}" for row in rows(diff.opened))
    yield from (f"  - {row}" for row in rows(diff.closed))
    if acl := acl_line(diff.acl):
        yield f"  {acl}"
    yield from (f"  note: {note}" for note in diff.notes)


def headline(diff: StackDiff) -> str:
    """Say in one line what the groups of a stack open and close."""
    counts = [
        f"{word} {_counted(count, 'address', 'addresses')}"
        for word, count, changes in (
            ("opens", diff.opened_addresses, diff.opened),
            ("closes", diff.closed_addresses, diff.closed),
        )
        if changes
    ]
    known = _WORDS.get(diff.status)
    if diff.status == "unchanged" or not counts:
        return _WORDS["unchanged"] if diff.status == "changed" else str(known)
    return ", ".join([*([known] if known else []), " and ".join(counts)])


def acl_line(acl: AclChange) -> str:
    """Say in one line what the ACL's cover does; empty when it stays."""
    if not (acl.opened or acl.closed or acl.excess_before != acl.excess_after):
        return ""
    passes = [
        f"{word} {packets.count(packets.passed([c.piece for c in changes])):,} packets"
        for word, changes in (("opens", acl.opened), ("closes", acl.closed))
        if changes
    ]
    moved = " and ".join(passes) or "passes the same packets"
    return f"network ACL: {moved}; excess {acl.excess_before:,} before, {acl.excess_after:,} after"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


# --- As a comment --------------------------------------------------------------------------


def markdown(diffs: Sequence[StackDiff], verdict: Verdict, base: str) -> str:
    """Give the comparison as a comment that GitHub takes: long lists folded, widest first."""
    stacks = ["\n".join(_stack_markdown(diff)) for diff in _by_width(diffs)]
    brakes = "\n".join(_verdict_markdown(verdict))
    head = f"{MARK}\n### What this change opens and closes, against `{base}`\n{brakes}"
    return _within_limit(head, stacks)


def _by_width(diffs: Sequence[StackDiff]) -> list[StackDiff]:
    return sorted(diffs, key=lambda diff: (diff.status == "unchanged", -diff.opened_addresses))


def _within_limit(head: str, stacks: list[str]) -> str:
    """Leave out whole stacks, the last first, rather than cut a table in two."""
    kept = len(stacks)
    while True:
        left = len(stacks) - kept
        note = [f"{left} stacks are left out here: run `gateway-rules diff`."] if left else []
        whole = "\n\n".join([head, *stacks[:kept], *note]) + "\n"
        if len(whole) <= COMMENT_LIMIT or not kept:
            return whole
        kept -= 1


def _verdict_markdown(verdict: Verdict) -> Iterator[str]:
    for word, said in (("CAUTION", verdict.trips), ("WARNING", verdict.warnings)):
        if said:
            yield f"\n> [!{word}]"
            yield from (f"> - {_escaped(str(line))}" for line in said)


def _stack_markdown(diff: StackDiff) -> Iterator[str]:
    yield f"**{diff.stack}** {headline(diff)}."
    yield from (f"- {_escaped(cause)}" for cause in diff.causes)
    for word, changes in (("Opened", diff.opened), ("Closed", diff.closed)):
        if some := rows(changes):
            yield from _table(word, some)
    if acl := acl_line(diff.acl):
        yield f"- {acl}"
    yield from (f"- {_escaped(note)}" for note in diff.notes)


def _table(word: str, some: list[Row]) -> Iterator[str]:
    """Write a table; what goes past a screen is folded away."""
    head = [f"\n| {word} | Other end | Addresses | For |", "|---|---|--:|---|"]
    yield from head
    yield from map(_cells, some[:_FOLD])
    if rest := some[_FOLD:]:
        yield f"\n<details><summary>{len(rest)} more, none wider</summary>\n"
        yield from head
        yield from map(_cells, rest[:_MOST])
        yield "\n</details>"
    if left := rest[_MOST:]:
        yield f"\n{len(left)} more are left out here: run `gateway-rules diff`."
    yield ""


def _cells(row: Row) -> str:
    count = f"{row.addresses:,}" if row.addresses else ""
    return f"| {row.what} | {row.peers} | {count} | {row.services} |"


def _escaped(said: str) -> str:
    """Keep text of a file from being markup."""
    for sign in ("\\", "`", "*", "_", "<", ">", "|", "["):
        said = said.replace(sign, f"\\{sign}")
    return said
