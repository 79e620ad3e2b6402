"""Plans and covers as tables for people, readable from 80 columns on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway_rules.inputs import Catalogue
from gateway_rules.packets import (
    DIRECTIONS,
    Direction,
    Piece,
    WithPorts,
    counted,
    quantity,
    traffic,
)
from gateway_rules.planning import (
    Allow,
    Budget,
    Contribution,
    Cover,
    Entry,
    Plan,
    Rule,
    SecurityGroup,
    contributions_of,
    entry_contributions,
    rules_used,
)
from gateway_rules.views.tables import gauge, narrow_table

_WIDE: Final = 120
"""Columns from which the packets of an entry can be counted beside it."""


def print_plan(plan: Plan, console: Console) -> None:
    """Print a plan: groups with rules, the ACL with entries and budgets, what is not used."""
    site, catalogue = plan.site, plan.catalogue
    title = f"{catalogue.title}, issue {catalogue.issue}"
    console.print(Text.assemble((site.stack, "bold"), f" in {site.region}: {title}"))
    for group in plan.groups:
        for direction in DIRECTIONS:
            print_rules(plan, group, direction, console)
    for direction in DIRECTIONS:
        print_entries(plan, direction, console)
    for unused in plan.not_used:
        console.print(Text(f"Not used: {unused.service}, because {unused.reason}."))
    console.print(_pointer(catalogue))


def print_rules(plan: Plan, group: SecurityGroup, direction: Direction, console: Console) -> None:
    """Print a group's rules of a direction, and how much of the quota they use."""
    rules = [rule for rule in group.rules if rule.direction == direction]
    title = f"Security group {group.name}, {direction}: {counted(len(rules), 'rule', 'rules')}"
    console.print(_rules_table(title, rules, console))
    quota = plan.site.quotas.rules_per_security_group
    for family, used in rules_used(rules, direction).items():
        if used:
            said = f"{direction} {family}: {used} of {quota} rules  {gauge(used, quota)}"
            console.print(Text(said))


def _rules_table(title: str, rules: Sequence[Rule], console: Console) -> Table:
    table = _table(title, console, "Packets", "Peer")
    for rule in rules:
        table.add_row(packets(rule), str(rule.peer), Text(rule.description))
    return table


def print_entries(plan: Plan, direction: Direction, console: Console) -> None:
    """Print the ACL's entries of a direction, what each adds, and what its budgets hold."""
    each = zip(plan.acl.entries, entry_contributions(plan), strict=True)
    entries = [
        (entry, contribution) for entry, contribution in each if entry.direction == direction
    ]
    title = f"Network ACL, {direction}: {counted(len(entries), 'entry', 'entries')}"
    console.print(_entries_table(title, entries, console))
    for (towards, family), budget in plan.acl.budgets.items():
        if budget.used and towards == direction:
            console.print(*map(Text, budget_lines(direction, family, budget)), sep="\n")


def _entries_table(
    title: str, entries: Sequence[tuple[Entry, Contribution]], console: Console
) -> Table:
    """Give what each entry covers and adds in columns of its own where there is room for them."""
    is_wide = console.width >= _WIDE
    numbers = ("Required", "Adds") if is_wide else ()
    table = _table(title, console, "No.", "Packets", "Prefix", "Carries", numbers=numbers)
    for entry, contribution in entries:
        services = Text(", ".join(entry.services))
        counts = [quantity(contribution.required), quantity(contribution.adds)]
        table.add_row(
            *(str(entry.number), packets(entry), str(entry.prefix), carries(entry)),
            *(counts if is_wide else ()),
            services if is_wide else services.append(f"\n{contribution_line(contribution)}", "dim"),
        )
    return table


def contribution_line(contribution: Contribution) -> str:
    """Say how much of what an entry passes is required, and how much is not."""
    required = f"{quantity(contribution.required)} required"
    return (
        f"{required} + {quantity(contribution.adds)} more"
        if contribution.adds
        else f"{required}, exact"
    )


def carries(entry: Entry) -> str:
    """Say whether an entry carries requests, replies or both, in a word of seven letters."""
    return "both" if len(entry.purposes) > 1 else "".join(entry.purposes)


def budget_lines(direction: str, family: str, budget: Budget) -> list[str]:
    """Say what a direction uses, and what it passes beyond what is asked."""
    used = f"{budget.used} of {budget.budget} entries"
    drawn = gauge(budget.used, budget.budget)
    if not budget.excess:
        return [f"{direction} {family}: {used}, exact  {drawn}"]
    return [f"{direction} {family}: {used}  {drawn}", excess_line(budget)]


def excess_line(budget: Budget) -> str:
    """Say what a list passes beyond what is asked, and whether another could pass less."""
    more = f"{quantity(budget.excess)} packets more than required"
    if budget.excess == budget.lower_bound:
        return f"{more}; proven: no list of {budget.budget} adds less"
    least = quantity(budget.lower_bound)
    return f"{more}; not proven: any list of {budget.budget} adds at least {least}"


def packets(match: WithPorts) -> str:
    """Write protocol and ports for a narrow column."""
    return traffic(match, everything="all")


def _pointer(catalogue: Catalogue) -> Text:
    counts = f"{len(catalogue.errata)} errata and {len(catalogue.caveats)} caveats"
    command = ("gateway-rules catalogue", "bold")
    return Text.assemble(f"The document has {counts}: see ", command, ".")


def _table(title: str, console: Console, *narrow: str, numbers: Sequence[str] = ()) -> Table:
    """Make a table whose last column says what a line is for."""
    table = narrow_table(title, console, *narrow, numbers=numbers)
    table.add_column("For", overflow="fold")
    return table


def print_cover(required: Sequence[Allow], cover: Cover, budget: int, console: Console) -> None:
    """Print each entry with what it covers and adds, and what is proven of them all."""
    console.print(_cover_table(_pieces(required), _pieces(cover.entries), console))
    used = len(cover.entries)
    exact = ", exact" if not cover.excess else ""
    console.print(Text(f"{used} of {budget} entries{exact}  {gauge(used, budget)}"))
    if cover.excess:
        console.print(Text(excess_line(Budget(budget, used, cover.excess, cover.lower_bound))))


def _pieces(allows: Sequence[Allow]) -> list[Piece]:
    """Give a direction to what has none."""
    return [Piece("egress", *allow) for allow in allows]


def _cover_table(required: Sequence[Piece], entries: Sequence[Piece], console: Console) -> Table:
    title = counted(len(entries), "entry", "entries")
    table = narrow_table(title, console, "Packets", "Prefix", numbers=("Required", "Adds"))
    for entry, contribution in zip(entries, contributions_of(required, entries), strict=True):
        counts = quantity(contribution.required), quantity(contribution.adds)
        table.add_row(packets(entry), str(entry.peer), *counts)
    return table
