"""A comparison as a comment: complete where it fits, never too long, and never markup."""

import re
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from gateway_rules.packets.prefixes import Prefix
from gateway_rules.packets.sets import Piece
from gateway_rules.review.base_code import BaseCode
from gateway_rules.review.packet_diff import AclChange, Change, StackDiff
from gateway_rules.review.program import ProgramChange
from gateway_rules.review.verdict import Breach, Verdict
from gateway_rules.views.diff_markdown import COMMENT_LIMIT, review_as_markdown, review_in_full
from gateway_rules.views.diff_text import MARK

PASSED = Verdict()
WAY_ON = "take it back, or write an exception into policy.yaml"
LEFT_OUT = "This comment is shortened: run `gateway-rules diff` to see everything."


def change(number: int, origin: str = "section 2, Row", length: int = 32) -> Change:
    """Give a change with a port of its own."""
    peer = Prefix(4, int(IPv4Address("10.0.0.0")) + (number << 8), length)
    piece = Piece("egress", "tcp", 1000 + number, 1000 + number, peer)
    return Change(piece, (f"service-{number}",), (origin,))


def opening(count: int, stack: str = "a", origin: str = "section 2, Row") -> StackDiff:
    """Give a stack that opens as many rows."""
    opened = tuple(change(number, origin) for number in range(count))
    return StackDiff(stack, "changed", opened=opened, opened_addresses=count)


def lines(*diffs: StackDiff, verdict: Verdict = PASSED) -> list[str]:
    """Give the comment's lines."""
    return review_as_markdown(diffs, verdict, "BASE").splitlines()


# --- Its form ----------------------------------------------------------------------------------


def test_the_mark_is_the_first_line() -> None:
    """A workflow finds the comment by it, with or without anything to tell."""
    verdict = Verdict((Breach("a", "internet", "opens all", "none", "for dns"),), ("careful",))
    assert {lines()[0], lines(opening(3))[0], lines(opening(1), verdict=verdict)[0]} == {MARK}


def test_what_happens_to_a_stack_is_one_section() -> None:
    """Causes and notes, what opens, what closes, and the ACL."""
    diff = replace(
        opening(1),
        closed=(change(2),),
        closed_addresses=1,
        causes=("addition extra is new",),
        notes=("without changing a packet: 1 rule goes",),
        acl=AclChange((change(1),), (), 0, 3),
    )
    assert lines(diff)[1:] == [
        "### What this change opens and closes, against BASE",
        "",
        "**Within policy.**",
        "",
        "**a**: opens 1 address and closes 1 address.",
        "- addition extra is new",
        "- without changing a packet: 1 rule goes",
        "",
        "| Opened | Other end | Addresses | For |",
        "|---|---|--:|---|",
        "| egress tcp 1000 to | 10.0.0.0/32 | 1 | service-0 (section 2, Row) |",
        "",
        "| Closed | Other end | Addresses | For |",
        "|---|---|--:|---|",
        "| egress tcp 1002 to | 10.0.2.0/32 | 1 | service-2 (section 2, Row) |",
        "",
        "- network ACL: opens 1 packet; excess 3, before 0",
    ]


def test_limits_and_warnings_stand_before_the_stacks() -> None:
    """Each is an alert of its own, with a line a limit."""
    verdict = Verdict((Breach("a", "internet", "opens all", "none", "for dns"),), ("careful",))
    assert lines(StackDiff("a", "unchanged"), verdict=verdict)[2:] == [
        "",
        "**Stopped by policy**: goes past 1 limit.",
        "",
        "> [!CAUTION]",
        f"> - **a** `internet`: opens all, allowed: none; for dns; {WAY_ON}",
        "",
        "> [!WARNING]",
        "> - careful",
        "",
        "**a**: passes the same packets.",
    ]


@pytest.mark.parametrize(("count", "folded"), [(12, 0), (13, 1), (100, 88)])
def test_long_tables_are_folded(count: int, folded: int) -> None:
    """Twelve rows are open, and the summary says how many more there are."""
    found = lines(opening(count))
    summary = f"<details><summary>{folded} more</summary>"
    assert sum(line.startswith("| egress") for line in found) == count
    assert [line for line in found if "<" in line][1:] == (
        [summary, "</details>"] if folded else []
    )


def test_a_blank_line_stands_before_each_table() -> None:
    """Without it GitHub shows bars instead of a table, inside of what is folded as well."""
    found = lines(opening(30))
    heads = [n for n, line in enumerate(found) if line.startswith("| Opened")]
    assert [found[n - 1] for n in heads] == ["", ""]


# --- Its length --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stacks", "count", "origin"),
    [
        (60, 0, ""),
        (60, 400, "section 2, Row"),
        (1, 5000, "section 2, Row"),
        (3, 50, "section 2, " + "a very long row " * 200),
        (60, 3, "section 2, " + "a very long row " * 200),
        (2, 1, "section 2, " + "x" * COMMENT_LIMIT),
    ],
    ids=[
        "nothing changed",
        "sixty huge stacks",
        "one huge stack",
        "long rows",
        "many long rows",
        "a row that is too long by itself",
    ],
)
def test_a_comment_is_within_githubs_limit(stacks: int, count: int, origin: str) -> None:
    """However much there is to tell, the beginning stands and says where the rest is."""
    diffs = [
        replace(opening(count, f"stack-{n}", origin), opened_addresses=count + n)
        for n in range(stacks)
    ]
    said = review_as_markdown(diffs, PASSED, "BASE")
    assert len(said) <= COMMENT_LIMIT
    assert said.startswith(f"{MARK}\n### What this change opens and closes, against BASE\n")
    assert said.endswith("\n")
    assert (LEFT_OUT in said) == (count > 0)
    assert [n for n in range(stacks) if f"**stack-{n}**: " not in said] == []
    assert said.count("<details>") == said.count("</details>")


def test_limits_are_within_the_limit_too() -> None:
    """A change to sixty stacks may go past six limits in each."""
    breaches = tuple(
        Breach(f"stack-{n}", "internet", "opens " + "much " * 60, "none", "for dns")
        for n in range(360)
    )
    said = review_as_markdown([opening(1)], Verdict(breaches, ("careful " * 20,) * 360), "BASE")
    assert len(said) <= COMMENT_LIMIT
    assert "> - **stack-0, stack-1, " in said
    assert LEFT_OUT in said
    assert "**a**: opens 1 address." in said


def test_the_widest_opening_is_what_stays() -> None:
    """What is left out is never wider than what is shown."""
    wide = StackDiff("wide", "changed", opened=(change(5000, length=8),), opened_addresses=1 << 24)
    diffs = [replace(opening(400, f"stack-{n}"), opened_addresses=n) for n in range(60)]
    said = review_as_markdown([*diffs, wide], PASSED, "BASE")
    assert said.splitlines()[5] == "**wide**: opens 16,777,216 addresses."
    assert "| egress tcp 6000 to | " in said
    assert LEFT_OUT in said


# --- Text of files ---------------------------------------------------------------------------

EVIL = "`x` *y* _z_ <img src=q> [a](http://b) ![c](d) a|b ~~s~~ $m$ &#64;me @team #1 \\ end"


def unescaped(said: str) -> str:
    """Give what a reader sees of escaped text, by CommonMark's rule for backslashes."""
    return re.sub(r"\\([!-/:-@[-`{-~])", r"\1", said).replace("&#8203;", "")


def bare(said: str) -> str:
    """Give the signs that may begin markup, of those that are not escaped."""
    return "".join(re.findall(r"(?<!\\)(?:\\\\)*([`*_<>|\[\]~$#])", said))


@pytest.mark.parametrize(
    ("diff", "verdict", "start"),
    [
        (replace(opening(1), causes=(EVIL,)), PASSED, "- "),
        (replace(opening(1), notes=(EVIL,)), PASSED, "- "),
        (opening(1), Verdict((), (EVIL,)), "> - "),
    ],
    ids=["cause", "note", "reason of an exception"],
)
def test_no_text_of_a_file_is_markup(diff: StackDiff, verdict: Verdict, start: str) -> None:
    """A reader sees each sign as it stands in the file, and nobody is called by it."""
    [line] = [line for line in lines(diff, verdict=verdict) if "team" in line]
    said = line.removeprefix(start)
    assert (bare(said.replace("&#8203;", "")), unescaped(said)) == ("", EVIL)
    assert not re.search(r"@\w", said)


def test_a_cell_stays_one_cell() -> None:
    """A bar or a line break in a row's label cannot add cells or rows to the table."""
    found = lines(opening(1, origin="section 2, a | b\n| c\r\n\n## d"))
    [row] = [line for line in found if line.startswith("| egress")]
    cells = re.split(r"(?<!\\)\|", row)
    assert [cell.strip() for cell in cells[1:-1]] == [
        *("egress tcp 1000 to", "10.0.0.0/32", "1"),
        r"service-0 (section 2, a \| b \| c \#\# d)",
    ]


@pytest.mark.parametrize("name", ["evil*`name`", "<b>", "a\nb"])
def test_a_stacks_name_is_text_too(name: str) -> None:
    """A file of the past may be called anything."""
    breach = Breach(name, "internet", "opens all", "none", "for dns")
    found = lines(StackDiff(name, "unchanged"), verdict=Verdict((breach,)))
    shown = name.replace("\n", " ")
    assert unescaped(found[-1]) == f"**{shown}**: passes the same packets."
    assert unescaped(found[6]).startswith(f"> - **{shown}** `internet`: ")


# --- What else can change rules ----------------------------------------------------------------


def test_a_comment_begins_with_what_else_can_change_rules() -> None:
    """Files and what planned the base stand before policy and stacks, and are no markup."""
    program = ProgramChange(("a_b.py", "c.py"), BaseCode("present", "its code stopped"))
    found = review_as_markdown([opening(1)], PASSED, "BASE", program).splitlines()
    many = "This change edits 2 files that can change rules besides the stack files"
    why = (
        "The stacks before the change were planned by the code here, not by that of their own "
        "revision: its code stopped. What a change of the code does to the rules is therefore not "
        "shown."
    )
    assert found[5:8] == ["> [!IMPORTANT]", rf"> - {many}: a\_b.py, c.py", f"> - {why}"]


def test_a_comment_says_nothing_where_only_stack_files_change() -> None:
    """No file that can change rules, and the same code on both sides."""
    assert "besides the stack files" not in review_as_markdown([opening(1)], PASSED, "BASE")


def test_files_that_can_change_rules_never_fill_a_comment() -> None:
    """A change of many files with long names leaves room for the stacks; the report has all."""
    program = ProgramChange(tuple(f"{'deep/' * 40}{n}.py" for n in range(2000)))
    comment = review_as_markdown([opening(1)], PASSED, "BASE", program)
    assert len(comment) <= COMMENT_LIMIT
    assert "edits 2,000 files that can change rules" in comment
    assert "opens 1 address" in comment
    assert all(
        f"/{n}.py" in review_in_full([opening(1)], PASSED, "BASE", program) for n in range(2000)
    )
