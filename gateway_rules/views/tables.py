"""Tables for terminals of 80 columns and more, and for pipes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

_ROOMY: Final = 100
"""Columns from which a table can afford wider gaps."""


def narrow_table(title: str, console: Console, *columns: str, numbers: Sequence[str] = ()) -> Table:
    """Make a table whose columns are never broken; numbers stand at the right of theirs."""
    table = Table(
        title=Text(f"\n{title}", "bold"),
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 2 if console.width >= _ROOMY else 1, 0, 0),
    )
    for column in columns:
        table.add_column(column, no_wrap=True)
    for column in numbers:
        table.add_column(column, no_wrap=True, justify="right")
    return table
