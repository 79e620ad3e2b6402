"""A comparison of plans in words, as a terminal shows it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from gateway_rules import packets
from gateway_rules.packets import counted
from gateway_rules.review import (
    NO_CHANGE,
    AclChange,
    Changes,
    ProgramChange,
    StackDiff,
    Verdict,
    merged_rows,
)

MARK: Final = "<!-- gateway-rules diff -->"
"""The first line of a comment, by which a workflow finds it again to update it."""

_WORDS: Final = {
    "added": "new",
    "removed": "removed",
    "pending": "pending",
    "unreadable": "could not be planned before, so all of it reads as opened",
    "changed": "",
    "unchanged": "",
}
_PLANNED: Final = "The stacks before the change were planned by"
_NO_PACKET: Final = "passes the same packets"
_INDENT: Final = 6


class Block(NamedTuple):
    """Stacks to which the same happens, and what that is."""

    stacks: tuple[str, ...]
    diff: StackDiff

    @property
    def names(self) -> str:
        """Name the stacks in one line."""
        return ", ".join(self.stacks)


def blocks(diffs: Iterable[StackDiff]) -> list[Block]:
    """Put stacks together to which the same happens: the widest opening first, no change last."""
    groups: dict[StackDiff, list[str]] = {}
    for diff in diffs:
        groups.setdefault(replace(diff, stack=""), []).append(diff.stack)
    found = [Block(tuple(stacks), diff) for diff, stacks in groups.items()]
    return sorted(found, key=lambda block: (*_rank(block.diff), block.stacks))


def _rank(diff: StackDiff) -> tuple[bool, int, int]:
    return diff.status == "unchanged" and not diff.causes, -_size(diff.opened), -_size(diff.closed)


def _size(changes: Changes) -> int:
    return packets.count(packets.passed(change.piece for change in changes))


def review_as_text(
    diffs: Iterable[StackDiff],
    verdict: Verdict,
    base: str,
    width: int | None,
    program: ProgramChange = NO_CHANGE,
) -> str:
    """Give the comparison as lines: as wide as told, or as long as they are."""
    lines = [
        *_program(program),
        f"Compared with {base}:",
        *(line for block in blocks(diffs) for line in _lines(block)),
        *(f"policy moves: {said}" for said in verdict.moves),
        *(f"policy: {breach}" for breach in verdict.breaches),
        *(f"{word}: {said}" for word, said in verdict.lines),
    ]
    return "\n".join(_folded(plain(line), width) for line in lines) + "\n"


def _program(change: ProgramChange) -> Iterator[str]:
    if change.files:
        yield f"{files_sentence(change)}:"
        yield from (f"    {name}" for name in change.files)
    yield from code_sentences(change)


def code_sentences(change: ProgramChange) -> Iterator[str]:
    """Say by which code the base was planned, unless it is the same on both sides."""
    match change.base_code:
        case "own", _:
            yield f"{_PLANNED} the code of their own revision, which differs from the code here."
        case "present", why:
            yield (
                f"{_PLANNED} the code here, not by that of their own revision: {why}. What a "
                "change of the code does to the rules is therefore not shown."
            )


def files_sentence(change: ProgramChange) -> str:
    """Count the files that can change rules."""
    many = counted(len(change.files), "file that can", "files that can")
    return f"This change edits {many} change rules besides the stack files"


def plain(said: str) -> str:
    """Keep text of a file from moving the cursor or breaking the line."""
    return "".join(sign if sign.isprintable() else " " for sign in said)


def _folded(line: str, width: int | None) -> str:
    if width is None:
        return line
    return textwrap.fill(
        line,
        width,
        subsequent_indent=" " * _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(block: Block) -> Iterator[str]:
    diff = block.diff
    yield f"{block.names}: {headline(diff)}"
    yield from (f"  edited: {cause}" for cause in diff.causes)
    yield from (f"  note: {note}" for note in diff.notes)
    yield from (f"  + {row}" for row in merged_rows(diff.opened))
    yield from (f"  - {row}" for row in merged_rows(diff.closed))
    if acl := acl_line(diff.acl):
        yield f"  {acl}"


def headline(diff: StackDiff) -> str:
    """Say in one line what the groups of a stack open and close."""
    counts = [
        f"{word} {counted(count, 'address', 'addresses')}"
        for word, count, changes in (
            ("opens", diff.opened_addresses, diff.opened),
            ("closes", diff.closed_addresses, diff.closed),
        )
        if changes
    ]
    status = ": ".join(filter(None, [_WORDS[diff.status], diff.waits]))
    found = "; ".join(filter(None, [status, " and ".join(counts)])) or _NO_PACKET
    return f"{found}, and may take subnets from under its ACL" if diff.leaving else found


def acl_line(acl: AclChange) -> str:
    """Say in one line what the ACL's cover does; empty when it stays."""
    before, after = acl.excess_before, acl.excess_after
    if not (acl.opened or acl.closed or before != after):
        return ""
    passes = [
        f"{word} {counted(_size(changes), 'packet', 'packets')}"
        for word, changes in (("opens", acl.opened), ("closes", acl.closed))
        if changes
    ]
    was = "as before" if before == after else f"before {before:,}"
    return f"network ACL: {' and '.join(passes) or _NO_PACKET}; excess {after:,}, {was}"
