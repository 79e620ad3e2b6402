"""Whatever a change and its author write, the comment says what matters and stays whole."""

import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gateway_rules.packets.prefixes import Prefix
from gateway_rules.packets.protocols import DIRECTIONS
from gateway_rules.packets.sets import Piece
from gateway_rules.review.packet_diff import AclChange, Change, StackDiff, Status
from gateway_rules.review.program import ProgramChange
from gateway_rules.review.verdict import Breach, Verdict
from gateway_rules.views.comment_parts import Part, fit, length, need, shares
from gateway_rules.views.diff_markdown import COMMENT_LIMIT, review_as_markdown, review_in_full
from gateway_rules.views.diff_text import MARK

STATUSES: tuple[Status, ...] = get_args(Status)
REPORT = "review-full.md"
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

# --- Changes of hostile authors --------------------------------------------------------------

MARKUP = (
    *("</details>", "<details>", "```", "~~~", "| a | b |\n|---|---|", "<!--", "-->", "# x"),
    *("\n\n    code", "- ", "1. ", "===", "> [!NOTE]", "@team", "\\", "`", "*", "<b>", "]("),
    *("</summary>", "\u202e", "\x1b[2J", "\r\n", "&lt;", "<pre>", "a", "word ", "ß"),
)


def texts() -> st.SearchStrategy[str]:
    """Draw text that tries to be markup, at times far too much of it."""
    short = st.lists(st.sampled_from(MARKUP), min_size=1, max_size=8).map("".join)
    return st.tuples(short, st.sampled_from([1, 1, 1, 300, 70_000])).map(
        lambda drawn: (drawn[0] * drawn[1])[:70_000]
    )


def names() -> st.SearchStrategy[str]:
    """Draw names of stacks, as files can have them."""
    return st.from_regex(r"[a-z][a-z0-9]{0,3}(-[a-z0-9_]{1,50})?", fullmatch=True)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Change, ...]:
    """Draw one change, repeated with other addresses and ports as often as may be."""
    direction = draw(st.sampled_from(DIRECTIONS))
    several, apart = draw(st.sampled_from([1, 3, 60, 600])), draw(st.sampled_from([0, 2]))
    most = 70_000 if several < 60 else 200
    why = (draw(texts())[:most],), (draw(texts())[:most],)
    step, length_ = draw(st.sampled_from([(1 << 9, 32), (1 << 17, 16)]))
    return tuple(
        Change(
            Piece(direction, "tcp", 22 + n * apart, 22 + n * apart, Prefix(4, n * step, length_)),
            *why,
        )
        for n in range(several)
    )


@st.composite
def diffs(draw: st.DrawFn) -> tuple[StackDiff, ...]:
    """Draw what happens to one stack, or to many in the same or in another way."""
    opened, closed = (
        draw(st.one_of(st.just(()), changes())),
        draw(st.one_of(st.just(()), changes())),
    )
    said = draw(st.lists(texts(), max_size=3)) * draw(st.sampled_from([1, 1, 20]))
    status = draw(st.sampled_from(STATUSES))
    acl = AclChange(opened[:1], (), 0, 12)
    one = StackDiff("", status, opened, closed, len(opened), len(closed), acl, tuple(said))
    stacks = draw(st.lists(names(), min_size=1, max_size=12, unique=True))
    alike = draw(st.booleans())
    return tuple(
        replace(one, stack=name, opened_addresses=one.opened_addresses + (0 if alike else n))
        for n, name in enumerate(stacks)
    )


def piles(most: int) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw a few long texts, or very many that are not quite as long."""
    few = st.lists(texts(), max_size=3).map(tuple)
    return st.one_of(few, few.map(lambda some: tuple(each[:200] for each in some) * most))


def verdicts() -> st.SearchStrategy[Verdict]:
    """Draw limits that are passed, and reasons of exceptions."""
    breach = st.builds(
        Breach, names(), st.just("internet"), texts(), st.just("none"), st.just("for dns")
    )
    breaches = st.lists(breach, max_size=4).map(tuple)
    return st.builds(Verdict, breaches, piles(20), piles(20), piles(20), piles(20))


def programs() -> st.SearchStrategy[ProgramChange]:
    """Draw changed files of any name, and by which code the base was planned."""
    code = st.sampled_from(["same", "own", "present"])
    return st.builds(ProgramChange, piles(500), st.tuples(code, texts()))


def require_whole(said: str) -> None:
    """Fail where text of a file opened, closed or broke something."""
    tokens = READER.parse(said)
    blocks = [token.content.strip() for token in tokens if token.type == "html_block"]
    marks = [each for each in blocks if each != MARK]
    opening = r"<details><summary>[A-Za-z0-9: ]+</summary>"
    assert [each for each in marks if not re.fullmatch(rf"{opening}|</details>", each)] == []
    depth = 0
    for each in marks:
        depth += -1 if each == "</details>" else 1
        assert depth in {0, 1}
    assert depth == 0
    inline = [child for token in tokens for child in token.children or ()]
    assert [t.type for t in inline if t.type in {"html_inline", "link_open", "image"}] == []
    assert [t.type for t in tokens if t.type in {"fence", "code_block", "hr"}] == []
    assert [t.markup for t in tokens if t.type == "heading_open"] == ["###"]
    assert "@team" not in said
    rows = [line for line in said.splitlines() if line.startswith("|")]
    cells = [len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows]
    assert set(cells) <= {5}
    assert len(rows) == sum(t.type == "tr_open" for t in tokens) + sum(
        t.type == "thead_open" for t in tokens
    )


def in_code(said: str) -> list[str]:
    """Give what stands in code spans."""
    return [
        child.content
        for token in READER.parse(said)
        for child in token.children or ()
        if child.type == "code_inline"
    ]


@settings(max_examples=25, deadline=None)
@given(diffs(), verdicts(), texts(), programs())
@example((StackDiff("a", "unchanged"),), Verdict(), "x" * 66_000, ProgramChange())
def test_no_content_empties_floods_or_breaks_a_comment(
    some: tuple[StackDiff, ...], verdict: Verdict, base: str, program: ProgramChange
) -> None:
    """It is short enough, has the verdict and every stack, and names the report when cut."""
    said = review_as_markdown(some, verdict, base, program, REPORT)
    assert len(said) <= COMMENT_LIMIT
    lines = said.splitlines()
    judged = "**Stopped by policy**" if verdict.breaches else "**Within policy.**"
    assert lines[0] == MARK
    assert lines[3].startswith(judged)
    heads = "\n".join(line for line in lines if line.startswith("**"))
    for diff in some:
        assert diff.stack.replace("_", r"\_") in heads
    shown = tuple(f"[!{word}]" in said for word in ("CAUTION", "WARNING", "IMPORTANT"))
    beside = program.files or program.base_code[0] != "same"
    assert shown == (
        bool(verdict.breaches),
        bool(verdict.lines),
        bool(verdict.moves or beside),
    )
    assert set(in_code(said)) <= {"internet"}
    end = f"\n\nThis comment is shortened: everything is in the report {REPORT}.\n"
    full = review_in_full(some, verdict, base, program)
    assert said in (full, said.removesuffix(end) + end)
    require_whole(said)


@settings(max_examples=5, deadline=None)
@given(diffs(), verdicts())
def test_the_report_leaves_nothing_out(some: tuple[StackDiff, ...], verdict: Verdict) -> None:
    """Every prefix that is opened or closed stands in it, however many there are."""
    said = review_in_full(some, verdict, "BASE")
    named = set(re.findall(r"[0-9.]+/[0-9]+", said))
    ends = {str(change.piece.peer) for diff in some for change in (*diff.opened, *diff.closed)}
    assert " without " in said or ends <= named
    if len(said) < 3 * COMMENT_LIMIT:
        require_whole(said)


# --- What is named first ---------------------------------------------------------------------


def opening(*ends: Prefix) -> StackDiff:
    """Give a stack that opens SSH to some."""
    pieces = (Piece("ingress", "tcp", 22, 22, end) for end in ends)
    opened = tuple(Change(piece, ("ssh",), ("section 3, SSH",)) for piece in pieces)
    return StackDiff("a", "changed", opened=opened, opened_addresses=len(ends))


def test_a_stranger_among_many_is_seen_and_all_are_listed() -> None:
    """The public address is named in the row; the others of the row stand in what is folded."""
    own = [Prefix(4, (10 << 24) + (n << 9), 32) for n in range(50)]
    said = review_as_markdown([opening(*own, Prefix(4, 0x3343_9001, 32))], Verdict(), "BASE")
    [row] = [line for line in said.splitlines() if line.startswith("| ingress")]
    assert row.startswith("| ingress tcp 22 from | 51.67.144.1/32, 10.0.0.0/32, ")
    assert " and 47 more | 51 | " in row
    folded = said.partition("<details>")[2]
    assert [str(end) for end in own if f"{end}" not in folded] == []
    assert "shortened" not in said


@pytest.mark.parametrize("stacks", [1, 40, 300, 3000])
def test_fleets_are_told_by_name_until_there_is_no_room(stacks: int) -> None:
    """Stacks that change are named first; beyond what a comment holds, they are counted."""
    some = [replace(opening(), stack=f"region-{n}-of-a-long-name") for n in range(stacks)]
    said = review_as_markdown(
        [*some, replace(opening(Prefix(4, 0, 0)), stack="wide")], Verdict(), ""
    )
    assert len(said) <= COMMENT_LIMIT
    assert said.splitlines()[5].startswith("**wide**: ")
    named = sum(f"region-{n}-of" in said for n in range(stacks))
    assert named == stacks or (named > 800 and f"and {stacks - named} more" in said)


def test_stacks_that_go_past_a_limit_alike_are_one_line() -> None:
    """A fleet's change does not repeat itself."""
    breaches = tuple(Breach(f"s{n}", "internet", "opens all", "none", "for x") for n in range(3))
    said = review_as_markdown([opening()], Verdict(breaches), "BASE")
    assert said.count("`internet`") == 1
    assert "> - **s0, s1, s2** `internet`: opens all" in said


# --- How room is shared ----------------------------------------------------------------------


@given(st.lists(st.integers(0, 1000), max_size=9), st.integers(0, 4000))
def test_room_is_shared_fairly(needs: list[int], room: int) -> None:
    """Nobody gets more than it needs, all together no more than there is, and none is wasted."""
    found = shares(needs, room)
    assert sum(found) <= room
    assert all(given <= wanted for given, wanted in zip(found, needs, strict=True))
    short = [given for given, wanted in zip(found, needs, strict=True) if given < wanted]
    assert not short or (max(found) - min(short) <= 0 and room - sum(found) < len(needs))


PARTS = [
    Part(tuple(f"- item {n}" for n in range(40))),
    Part(tuple(f"| {n} |" for n in range(40)), ("", "| a |", "|---|"), start=""),
    Part(tuple(f"> - {n}" for n in range(40)), ("", "> [!NOTE]"), "> - ", opened=99),
    Part(tuple(f"- {n}" for n in range(40)), opened=0, summary="all"),
]


@pytest.mark.parametrize("room", [0, 20, 100, 333, 1000, 2000, 9999])
def test_parts_keep_to_their_room(room: int) -> None:
    """What has no room is counted, and what is folded is closed again."""
    lines = fit(PARTS, room)
    said = "\n".join(lines)
    assert length(lines) <= room
    assert said.count("<details>") == said.count("</details>")
    if room >= need(PARTS):
        assert not re.search(r"^(> )?(- )?and \d+ more$", said, re.MULTILINE)
