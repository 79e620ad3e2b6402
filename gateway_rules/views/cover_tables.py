"""Covers and curves as tables for people, readable from 80 columns on."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway_rules.packets import Piece, counted, quantity
from gateway_rules.planning import Allow, Budget, Cover, contributions_of
from gateway_rules.views.plan_tables import excess_line, packets
from gateway_rules.views.tables import gauge, narrow_table


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
