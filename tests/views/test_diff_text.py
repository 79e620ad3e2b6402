"""A comparison in words: what a terminal shows of it."""

from dataclasses import replace

import pytest

from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.packets.sets import Piece
from gateway_rules.review.packet_diff import AclChange, Change, StackDiff, Status
from gateway_rules.review.verdict import Breach, Verdict
from gateway_rules.views.diff_text import acl_line, blocks, headline, review_as_text

ONE = Change(Piece("ingress", "tcp", 22, 22, parse_prefix("10.0.0.1/32")), ("ssh",), ("row",))
WIDE = Change(Piece("egress", "udp", 53, 53, parse_prefix("0.0.0.0/0")), ("dns",), ("row",))
OPENS = StackDiff("a", "changed", opened=(ONE,), opened_addresses=1)
CLOSES = StackDiff("b", "changed", closed=(WIDE,), closed_addresses=1 << 32)
SAME = StackDiff("c", "unchanged")
PASSED = Verdict()


# --- One line a stack ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("diff", "said"),
    [
        (OPENS, "opens 1 address"),
        (CLOSES, "closes 4,294,967,296 addresses"),
        (
            replace(OPENS, closed=(WIDE,), closed_addresses=2),
            "opens 1 address and closes 2 addresses",
        ),
        (replace(OPENS, status="added"), "new; opens 1 address"),
        (replace(CLOSES, status="removed"), "removed; closes 4,294,967,296 addresses"),
        (StackDiff("a", "pending"), "pending"),
        (replace(CLOSES, status="pending"), "pending; closes 4,294,967,296 addresses"),
        (
            replace(OPENS, status="unreadable"),
            "could not be planned before, so all of it reads as opened; opens 1 address",
        ),
        (SAME, "passes the same packets"),
        (replace(SAME, status="changed"), "passes the same packets"),
    ],
    ids=[
        "opens",
        "closes",
        "both",
        "added",
        "removed",
        "pending and new",
        "pending",
        "unreadable",
        "unchanged",
        "only the ACL",
    ],
)
def test_a_headline_says_what_the_groups_do(diff: StackDiff, said: str) -> None:
    """Opened and closed addresses are counted, and a stack's fate has its word."""
    assert headline(diff) == said


@pytest.mark.parametrize(
    ("acl", "said"),
    [
        (AclChange(), ""),
        (AclChange(excess_before=5, excess_after=5), ""),
        (AclChange((ONE,), (), 5, 5), "network ACL: opens 1 packet; excess 5, as before"),
        (
            AclChange((), (WIDE,), 5000, 0),
            "network ACL: closes 4,294,967,296 packets; excess 0, before 5,000",
        ),
        (
            AclChange((ONE,), (WIDE,), 0, 1),
            "network ACL: opens 1 packet and closes 4,294,967,296 packets; excess 1, before 0",
        ),
        (AclChange((), (), 0, 7), "network ACL: passes the same packets; excess 7, before 0"),
    ],
    ids=["nothing", "excess stays", "opens", "closes", "moves", "fewer are required"],
)
def test_the_acls_own_change_is_one_line(acl: AclChange, said: str) -> None:
    """However far its cover moves, packets and excess of it are in one line, or in none."""
    assert acl_line(acl) == said


# --- Many stacks -----------------------------------------------------------------------------


def test_the_widest_opening_stands_first_and_no_change_last() -> None:
    """What is opened weighs more than what is closed."""
    wide = StackDiff("d", "changed", opened=(WIDE,), opened_addresses=1 << 32)
    pending = StackDiff("e", "pending", notes=("no addresses",))
    found = blocks([SAME, OPENS, CLOSES, wide, pending])
    assert [block.names for block in found] == ["d", "a", "b", "e", "c"]


def test_stacks_to_which_the_same_happens_are_told_once() -> None:
    """A new row of the document changes sixty stacks alike, and needs one block."""
    many = [replace(OPENS, stack=f"s{n}") for n in range(60)]
    [block] = blocks(many)
    assert (len(block.stacks), block.names[:10]) == (60, "s0, s1, s2")


def test_another_cause_is_another_block() -> None:
    """Stacks that open the same for different reasons stand apart."""
    other = replace(OPENS, stack="z", causes=("addition extra is new",))
    assert [block.names for block in blocks([OPENS, other])] == ["a", "z"]


STATUSES: tuple[Status, ...] = ("unchanged", "pending", "added")


@pytest.mark.parametrize("status", STATUSES)
def test_every_stack_is_named(status: Status) -> None:
    """No stack is left out, not even one to which nothing happens."""
    assert "quiet" in review_as_text([OPENS, StackDiff("quiet", status)], PASSED, "BASE", None)


# --- The whole --------------------------------------------------------------------------------

FULL = replace(
    OPENS,
    closed=(WIDE,),
    closed_addresses=1 << 32,
    causes=("role administrators: adds 10.0.0.1/32",),
    notes=("without changing a packet: 1 rule goes",),
    acl=AclChange((ONE,), (), 0, 3),
)
BREACH = Breach("a", "internet", "opens much", "none", "for dns")
VERDICT = Verdict((BREACH,), ("b: [internet] the exception ended on 2026-01-31: a drill",))


def test_the_text_goes_from_cause_to_effect_to_policy() -> None:
    """The limits stand at the end, where a terminal's cursor is."""
    assert review_as_text([FULL, SAME], VERDICT, "BASE", None).splitlines() == [
        "Compared with BASE:",
        "a: opens 1 address and closes 4,294,967,296 addresses",
        "  edited: role administrators: adds 10.0.0.1/32",
        "  note: without changing a packet: 1 rule goes",
        "  + ingress tcp 22 from 10.0.0.1/32: ssh (row)",
        "  - egress udp 53 to 0.0.0.0/0 (4,294,967,296 addresses): dns (row)",
        "  network ACL: opens 1 packet; excess 3, before 0",
        "c: passes the same packets",
        f"policy: {BREACH}",
        "warning: b: [internet] the exception ended on 2026-01-31: a drill",
    ]


def test_long_lines_are_folded_at_words() -> None:
    """What is folded is indented; a word that is longer than the terminal stays whole."""
    long = replace(OPENS, causes=(f"role {'x' * 50}: adds 10.0.0.1/32, 2001:db8::/32",))
    assert review_as_text([long], PASSED, "BASE", 40).splitlines()[2:5] == [
        "  edited: role",
        f"      {'x' * 50}:",
        "      adds 10.0.0.1/32, 2001:db8::/32",
    ]


def test_text_of_a_file_cannot_move_the_cursor() -> None:
    """Control characters, line breaks and marks that turn the direction are blanks."""
    bad = "row\x1b[2J\nbrake: none\r\u202eevil\u2028"
    lines = review_as_text([replace(OPENS, causes=(bad,))], PASSED, "BASE", None).split("\n")
    assert lines[2] == "  edited: row [2J brake: none  evil "
