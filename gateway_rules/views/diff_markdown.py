"""A comparison of plans as a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gateway_rules.packets import and_more, shortened
from gateway_rules.review import Row, StackDiff, Verdict, merged_rows
from gateway_rules.views.diff_text import MARK, Block, acl_line, blocks, headline, plain

COMMENT_LIMIT: Final = 65536
"""Characters that GitHub takes in a comment."""

_OPEN: Final = 12
"""Lines of a list that are not folded away."""
_MOST: Final = (150, 40, 12, 1)
"""Lines of a list that are kept, fewer where the whole gets too long."""
_MORE: Final = "run `gateway-rules diff` to see all"
_MARKUP: Final = re.compile(r"[\\`*_<>|\[\]~&$#]")


def review_as_markdown(diffs: Iterable[StackDiff], verdict: Verdict, base: str) -> str:
    """Give the comparison as a comment that GitHub takes: long lists folded, widest first."""
    found = blocks(diffs)
    for most in _MOST:
        lines = [*_comment(found, verdict, base, most)]
        if sum(len(line) + 1 for line in lines) <= COMMENT_LIMIT:
            return "\n".join(lines) + "\n"
    return _cut(lines)


def _cut(lines: Sequence[str]) -> str:
    """Keep the beginning; with one line a list there is no table left to be cut in two."""
    end = f"\nThe rest is left out: {_MORE}.\n"
    kept, length = [], len(end)
    for line in lines:
        length += len(line) + 1
        if length > COMMENT_LIMIT:
            break
        kept.append(line)
    return "\n".join(kept) + "\n" + end


def _comment(found: Iterable[Block], verdict: Verdict, base: str, most: int) -> Iterator[str]:
    yield MARK
    yield f"### What this change opens and closes, against {_escaped(base)}"
    yield from _alert("IMPORTANT", [f"policy: {_escaped(each)}" for each in verdict.moves], most)
    stops = [f"**{_escaped(t.stack)}** `{t.limit}`: {_escaped(t.said)}" for t in verdict.breaches]
    yield from _alert("CAUTION", stops, most)
    said = (each if word == "warning" else f"{word}: {each}" for word, each in verdict.lines)
    yield from _alert("WARNING", [*map(_escaped, said)], most)
    for block in found:
        yield from _stacks(block, most)


def _alert(word: str, said: Sequence[str], most: int) -> Iterator[str]:
    if said:
        yield f"\n> [!{word}]"
        yield from (f"> {line}" for line in _listed(said, most))


def _listed(said: Sequence[str], most: int) -> Iterator[str]:
    yield from (f"- {line}" for line in shortened(said, most, f": {_MORE}"))


def _stacks(block: Block, most: int) -> Iterator[str]:
    diff = block.diff
    yield f"\n**{_escaped(block.names)}**: {headline(diff)}."
    yield from _listed([*map(_escaped, (*diff.causes, *diff.notes))], most)
    for word, changes in (("Opened", diff.opened), ("Closed", diff.closed)):
        yield from _table(word, merged_rows(changes), most)
    if acl := acl_line(diff.acl):
        yield f"- {acl}"


def _table(word: str, some: Sequence[Row], most: int) -> Iterator[str]:
    """Write a table; what goes past a screen is folded away."""
    head = [f"\n| {word} | Other end | Addresses | For |", "|---|---|--:|---|"]
    kept = some[:most]
    if kept:
        yield from [*head, *map(_cells, kept[:_OPEN])]
    if folded := kept[_OPEN:]:
        yield f"\n<details><summary>{len(folded)} more, none wider</summary>"
        yield from [*head, *map(_cells, folded)]
        yield "\n</details>"
    if some[most:]:
        yield f"\n{and_more(len(some) - most)}, none wider: {_MORE}"
    if kept:
        yield ""


def _cells(row: Row) -> str:
    count = f"{row.addresses:,}" if row.addresses else ""
    return f"| {row.what} | {row.peers} | {count} | {_escaped(row.why)} |"


def _escaped(said: str) -> str:
    """Keep text of a file from being markup, or from calling somebody."""
    escaped = _MARKUP.sub(r"\\\g<0>", plain(said))
    return escaped.replace("@", "@&#8203;")
