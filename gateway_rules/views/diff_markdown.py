"""A comparison of plans as a comment on a pull request, or as a report without a limit.

A comment holds at most so many characters, whatever a change or its author writes. So each
part has its room: first the verdict and what policy says, then a line for each stack, and
what is left goes to the rows, the widest first.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Final, NamedTuple

from gateway_rules.errors import Fault
from gateway_rules.packets import and_more, counted, cut, fitting
from gateway_rules.review import (
    NO_CHANGE,
    Breach,
    ProgramChange,
    Row,
    StackDiff,
    Verdict,
    merged_rows,
)
from gateway_rules.views.comment_parts import Part, fit, length, need, shares
from gateway_rules.views.diff_text import (
    MARK,
    Block,
    acl_line,
    blocks,
    code_sentences,
    files_sentence,
    headline,
    plain,
)

COMMENT_LIMIT: Final = 65536
"""Characters that GitHub takes in a comment."""


class _Form(NamedTuple):
    """How much of everything is said."""

    whole: int
    """Characters of the text, but for its last lines."""
    policy: int
    """Characters of breaches and warnings."""
    stacks: int
    """Characters of the lines of the stacks."""
    label: int
    """Characters of one cell, of a name or of a revision."""
    line: int
    """Characters of a line that says something."""


_COMMENT: Final = _Form(COMMENT_LIMIT - 2500, 20_000, 30_000, 240, 500)
_FULL: Final = _Form(*[sys.maxsize] * 5)
_NAMES: Final = (24_000, 4000, 400, 40)
"""Characters in which the names of stacks are given, fewer where there is no room for all."""
_ENDS: Final = 20
"""Other ends in one line of the complete list."""
_MARKUP: Final = re.compile(r"[\\`*_<>|\[\]~&$#]")
_LIST: Final = re.compile(r"^(\d*)([-+=.)])")
"""What makes a list or a heading of a line that begins with it."""


def review_as_markdown(
    diffs: Iterable[StackDiff],
    verdict: Verdict,
    base: str,
    program: ProgramChange = NO_CHANGE,
    full: str = "",
) -> str:
    """Give the comparison as a comment that GitHub takes, long lists folded.

    What has no room is left out; then the last line says so, and names the report `full`,
    which holds everything.
    """
    found = blocks(diffs)
    said = _said(found, verdict, base, program, _COMMENT)
    is_cut = said != _said(found, verdict, base, program, _FULL)
    return "\n".join([*said, *(_end(full) if is_cut else ())]) + "\n"


def review_in_full(
    diffs: Iterable[StackDiff], verdict: Verdict, base: str, program: ProgramChange = NO_CHANGE
) -> str:
    """Give the comparison as Markdown of any length, with every row and every prefix."""
    return "\n".join(_said(blocks(diffs), verdict, base, program, _FULL)) + "\n"


def failure_as_markdown(commit: str, faults: Iterable[Fault]) -> str:
    """Say which commit could not be compared and why, in the place of an older comparison."""
    form = _COMMENT
    what = text(commit, form.line) or "this commit"
    said = f"What {what} opens and closes is not known, and no earlier comparison holds for it."
    head = [MARK, "### This change could not be compared", "", f"{said} Mend what stops it:", ""]
    items = tuple(f"- {text(str(fault).removeprefix('error: '), form.line)}" for fault in faults)
    lines = [*head, *fit([Part(items)], form.whole - length(head))]
    return "\n".join(lines) + "\n"


def _said(
    found: Sequence[Block], verdict: Verdict, base: str, program: ProgramChange, form: _Form
) -> list[str]:
    """Give all lines but the last, in no more characters than the form allows."""
    beside = _program(program, form)
    head = [
        MARK,
        f"### What this change opens and closes, against {text(base, form.label)}",
        "",
        _judged(verdict),
        *_alert("IMPORTANT", beside).lines(len(beside)),
    ]
    room = form.whole - length(head)
    policy = fit([*_policy(verdict, form)], min(room, form.policy))
    room -= length(policy)
    heads = _heads(found, form, min(room, form.stacks))
    parts = [[*_parts(block, form)] for block in found[: len(heads)]]
    rooms = shares([need(some) for some in parts], room - length(heads))
    stacks = (
        (line, *fit(some, each)) for line, some, each in zip(heads, parts, rooms, strict=True)
    )
    return [*head, *policy, *chain.from_iterable(stacks), *_left_out(found[len(heads) :])]


# --- Verdict and policy ----------------------------------------------------------------------


def _judged(verdict: Verdict) -> str:
    if count := len(verdict.breaches):
        return f"**Stopped by policy**: goes past {counted(count, 'limit', 'limits')}."
    return "**Within policy.**"


def _program(change: ProgramChange, form: _Form) -> list[str]:
    names = fitting([text(name, form.label) for name in change.files], form.policy // 4)
    files = [f"{files_sentence(change)}: {names}"] if change.files else []
    return [*files, *(text(said, form.line) for said in code_sentences(change))]


def _policy(verdict: Verdict, form: _Form) -> Iterator[Part]:
    yield _alert("IMPORTANT", [f"policy: {text(said, form.line)}" for said in verdict.moves])
    stops = [_stop(*each, form) for each in _alike(verdict.breaches).items()]
    yield _alert("CAUTION", stops)
    said = (each if word == "warning" else f"{word}: {each}" for word, each in verdict.lines)
    yield _alert("WARNING", [text(each, form.line) for each in said])


def _alike(breaches: Iterable[Breach]) -> dict[tuple[str, str], list[str]]:
    """Put stacks together that go past the same limit in the same way."""
    found: dict[tuple[str, str], list[str]] = {}
    for breach in breaches:
        found.setdefault((breach.limit, breach.said), []).append(breach.stack)
    return found


def _stop(breach: tuple[str, str], stacks: Sequence[str], form: _Form) -> str:
    limit, said = breach
    return f"**{_names(stacks, form.label, form)}** `{limit}`: {text(said, form.line)}"


def _alert(word: str, said: Iterable[str]) -> Part:
    items = tuple(f"> - {line}" for line in said)
    return Part(items, ("", f"> [!{word}]"), "> - ", opened=sys.maxsize)


# --- Stacks ----------------------------------------------------------------------------------


def _heads(found: Sequence[Block], form: _Form, room: int) -> list[str]:
    """Give a line for each block of stacks; where they are too long, with fewer of the names."""
    lines = [_head(block, sys.maxsize, form) for block in found]
    for most in _NAMES:
        if length(lines) <= room:
            return lines
        lines = [_head(block, most, form) for block in found]
    lengths = accumulate(len(line) + 1 for line in lines)
    return lines[: sum(1 for each in lengths if each <= room)]


def _head(block: Block, most: int, form: _Form) -> str:
    return f"\n**{_names(block.stacks, most, form)}**: {headline(block.diff)}."


def _names(stacks: Sequence[str], most: int, form: _Form) -> str:
    """Name as many stacks as there is room for."""
    names = [text(stack, form.label) for stack in stacks]
    return names[0] if len(names) == 1 else fitting(names, most)


def _parts(block: Block, form: _Form) -> Iterator[Part]:
    diff = block.diff
    said = [text(line, form.line) for line in (*diff.causes, *diff.notes)]
    yield Part(tuple(f"- {line}" for line in said))
    for word, changes in (("Opened", diff.opened), ("Closed", diff.closed)):
        rows = merged_rows(changes)
        head = ("", f"| {word} | Other end | Addresses | For |", "|---|---|--:|---|")
        yield Part(tuple(_cells(row, form) for row in rows), head, start="")
        ends = [line for row in rows if not row.is_whole for line in _every_end(row, form)]
        yield Part(tuple(ends), opened=0, summary=f"{word}: all prefixes of rows that name a few")
    if acl := acl_line(diff.acl):
        yield Part((f"\n- {acl}",))


def _cells(row: Row, form: _Form) -> str:
    count = f"{row.addresses:,}" if row.addresses else ""
    return f"| {text(row.what, form.label)} | {row.peers} | {count} | {text(row.why, form.label)} |"


def _every_end(row: Row, form: _Form) -> Iterator[str]:
    """List all other ends of a row, some in each line."""
    for start in range(0, len(row.ends), _ENDS):
        some = row.ends[start : start + _ENDS]
        yield f"- {text(row.what, form.label)} {', '.join(some)}"


# --- The end ---------------------------------------------------------------------------------


def _left_out(some: Sequence[Block]) -> Iterator[str]:
    if stacks := sum(len(block.stacks) for block in some):
        yield f"\n{and_more(stacks)} stacks"


def _end(full: str) -> Iterator[str]:
    """Say that something is left out, and where it is."""
    where = f"everything is in the report {text(full, _COMMENT.label)}" if full else _RUN
    yield f"\nThis comment is shortened: {where}."


_RUN: Final = "run `gateway-rules diff` to see everything"


# --- Text of files ---------------------------------------------------------------------------


def text(said: str, most: int) -> str:
    """Keep text of a file short, and from being markup or from calling somebody."""
    line = cut(" ".join(plain(said).split()), most, "…")
    escaped = _LIST.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", line))
    return escaped.replace("@", "@&#8203;")
