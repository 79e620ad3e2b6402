"""Tables for people: everything is there, and nothing is broken in the middle at 80 columns."""

import io
from pathlib import Path

import pytest
from rich.console import Console
from written import STACK, project

from gateway_rules.packets.prefixes import SELF
from gateway_rules.packets.protocols import Protocol
from gateway_rules.packets.sets import Piece
from gateway_rules.planning.contributions import Contribution
from gateway_rules.planning.network_acl import Budget
from gateway_rules.planning.planner import Plan
from gateway_rules.planning.stack_plan import load_plan
from gateway_rules.views import plan_tables

ROOT = Path(__file__).parents[2]
WIDTHS = (80, 120, 10_000)


def printed(plan: Plan, width: int = 80) -> list[str]:
    """Give the lines that a terminal of this width shows, less the spaces at their ends."""
    output = io.StringIO()
    plan_tables.print_plan(plan, Console(file=output, width=width, highlight=False))
    return [line.rstrip() for line in output.getvalue().splitlines()]


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Plan a stack of the repository."""
    return load_plan(ROOT, "eu-west-1").plan


def test_the_headline_says_what_and_where(plan: Plan) -> None:
    """The first line names stack, Region and document."""
    headline = "eu-west-1 in eu-west-1: Clearswift SECURE Email Gateway V3, issue 3.14"
    assert [printed(plan, width)[0] for width in WIDTHS] == [headline] * 3


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "title",
    [
        "Security group gateway-rules-eu-west-1, egress: 50 rules",
        "Security group gateway-rules-eu-west-1, ingress: 9 rules",
        "Network ACL, egress: 19 entries",
        "Network ACL, ingress: 12 entries",
    ],
)
def test_each_table_has_its_title(plan: Plan, width: int, title: str) -> None:
    """Groups and ACL are shown direction by direction, with their counts."""
    assert title in printed(plan, width)


@pytest.mark.parametrize(
    "row",
    [
        # A rule of the document, one of an addition, of the gateways themselves, and of ICMP.
        "tcp 389 10.42.18.5/32 ldap-key-server (section 3)",
        "tcp 25 0.0.0.0/0 smtp-in (addition)",
        "udp 19200 self greylisting (section 3)",
        "icmp type 3 code 4 0.0.0.0/0 pmtud (addition)",
        # An entry for requests, one for replies.
        "100 icmp type 3 code 4 0.0.0.0/0 request pmtud",
        "180 udp 123 0.0.0.0/0 reply ntp",
        # What the quotas hold.
        "egress ipv4: 50 of 60 rules ████████████████░░░░",
        "egress ipv6: 2 of 60 rules █░░░░░░░░░░░░░░░░░░░",
        "egress ipv4: 19 of 19 entries ████████████████████",
        "1,672,709,631 packets more than required; proven: no list of 19 adds less",
        "ingress ipv4: 12 of 19 entries, exact ████████████░░░░░░░░",
    ],
)
def test_each_kind_of_row_is_shown(plan: Plan, row: str) -> None:
    """Protocol, ports, other end, what it carries, and who asks for it stand in one line."""
    lines = [" ".join(line.split()) for line in printed(plan)]
    assert row in lines


def test_an_entry_for_requests_and_replies_says_so(plan: Plan) -> None:
    """What an entry carries is one short word."""
    found = {plan_tables.carries(entry) for entry in plan.acl.entries}
    assert found == {"request", "reply", "both"}


def test_no_line_is_wider_than_the_terminal(plan: Plan) -> None:
    """Eighty columns are enough."""
    assert max(map(len, printed(plan))) <= 80


def test_no_name_and_no_address_is_broken(plan: Plan) -> None:
    """A service or an address can be searched for, even where the terminal is narrow."""
    words = {word.strip(",") for line in printed(plan) for word in line.split()}
    names = {name for entry in plan.acl.entries for name in entry.services}
    peers = {str(rule.peer) for group in plan.groups for rule in group.rules}
    assert (names | peers) - words == set()


def test_without_a_terminal_each_row_is_one_line(plan: Plan) -> None:
    """In a pipe, `grep` finds a rule with all that is said of it."""
    lines = printed(plan, 10_000)
    titles = ("Security group", "Network ACL", "Packets", "No.", "─", "egress ", "ingress ")
    said = (*titles, "1,672,709,631 packets")
    rows = [line for line in lines[1:-1] if line and not line.startswith(said)]
    rules = sum(len(group.rules) for group in plan.groups)
    assert len(rows) == rules + len(plan.acl.entries)


def test_what_is_not_used_says_why(tmp_path: Path) -> None:
    """A service that opens nothing is named with its reason."""
    stack = STACK + "  gateway-rules:services: {rss-feed: false}\n"
    lines = printed(load_plan(project(tmp_path, stack), "bad").plan)
    assert "Not used: rss-feed, because the stack file leaves it out." in lines


def test_the_last_line_leads_on(plan: Plan) -> None:
    """Who wants to know more is told where to look."""
    last = "The document has 7 errata and 8 caveats: see gateway-rules catalogue."
    assert printed(plan)[-1] == last


@pytest.mark.parametrize(
    ("budget", "lines"),
    [
        (Budget(19, 12, 0, 0), ["egress ipv4: 12 of 19 entries, exact  ████████████░░░░░░░░"]),
        (
            Budget(19, 19, 1234567, 1234567),
            [
                "egress ipv4: 19 of 19 entries  ████████████████████",
                "1,234,567 packets more than required; proven: no list of 19 adds less",
            ],
        ),
        (
            Budget(19, 18, 2345678901234567, 1234567),
            [
                "egress ipv4: 18 of 19 entries  ██████████████████░░",
                (
                    "2.35e15 packets more than required; "
                    "not proven: any list of 19 adds at least 1,234,567"
                ),
            ],
        ),
    ],
)
def test_a_budget_says_what_it_costs(budget: Budget, lines: list[str]) -> None:
    """An exact list says so; another says how many packets it passes unasked, and its proof."""
    assert plan_tables.budget_lines("egress", "ipv4", budget) == lines


@pytest.mark.parametrize(
    ("share", "line"),
    [
        (Contribution(2, 268_435_454), "2 required + 268,435,454 more"),
        (Contribution(256, 0), "256 required, exact"),
    ],
)
def test_what_an_entry_adds_is_said_beside_what_is_required(share: Contribution, line: str) -> None:
    """Both counts stand in a few words, for narrow terminals."""
    assert plan_tables.contribution_line(share) == line


@pytest.mark.parametrize(
    ("width", "row"),
    [
        (80, ["2 required + 268,435,454 more"]),
        (120, ["120 tcp 80 32.0.0.0/4 request 2 268,435,454 product-updates,"]),
        (
            10_000,
            ["120 tcp 80 32.0.0.0/4 request 2 268,435,454 product-updates, spam-signatures-cloud"],
        ),
    ],
)
def test_each_entry_says_what_it_covers_and_adds(plan: Plan, width: int, row: list[str]) -> None:
    """The counts stand in columns where there is room, else below the services."""
    lines = [" ".join(line.split()) for line in printed(plan, width)]
    assert [line for line in lines if line in row] == row


@pytest.mark.parametrize(
    ("protocol", "first", "last", "text"),
    [
        ("tcp", 25, 25, "tcp 25"),
        ("udp", 20, 22, "udp 20-22"),
        ("icmp", 3, 4, "icmp type 3 code 4"),
        ("icmp", 8, -1, "icmp type 8"),
        ("icmpv6", -1, -1, "icmpv6 all"),
        ("-1", 0, 65535, "all"),
    ],
)
def test_packets_are_written_as_people_do(
    protocol: Protocol, first: int, last: int, text: str
) -> None:
    """Protocol and ports, or type and code, in one cell."""
    assert plan_tables.packets(Piece("egress", protocol, first, last, SELF)) == text
