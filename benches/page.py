"""What was measured, as tables: on a terminal, and in the page that the run writes."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console

from gateway_rules.views.tables import narrow_table

_PIPED: Final = 100
"""Columns where there is no terminal."""
_HEAD: Final = (
    "# Performance\n"
    '`make bench` measures, prints and writes this page; `make bench ARGS="--only merge,cover"` '
    "measures some of it and leaves the rest as it is. Each part says when and where it was "
    "measured. Times are processor time, which other work on the machine changes far less than "
    "time on the clock, except where a table says otherwise. Whoever is compared is given the same "
    "input, takes turns with the others and is checked to give the same answer; the median of "
    "several rounds counts. The last row of a table, or of a part of it, says by what a list ten "
    "times as long multiplies the time, from the second longest to the longest.\n"
)


@dataclass(frozen=True)
class Figures:
    """A table, and a sentence or two on how to read it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    reading: str

    def __post_init__(self) -> None:
        """Refuse a row that has not a cell for each column."""
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.title}: a row has more or fewer cells than there are columns")

    def show(self, console: Console) -> None:
        """Print the table and how to read it."""
        first, *numbers = self.columns
        table = narrow_table(self.title, console, first, numbers=numbers)
        for row in self.rows:
            table.add_row(*row)
        console.print(table)
        console.print(self.reading)

    def markdown(self) -> str:
        """Write the table for the page."""
        rule = ["---", *("---:" for _ in self.columns[1:])]
        lines = (f"| {' | '.join(row)} |" for row in (self.columns, rule, *self.rows))
        return "\n".join([f"### {self.title}", self.reading, "", *lines, ""])


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    title: str
    tables: tuple[Figures, ...]

    def show(self) -> None:
        """Print all tables to standard output."""
        width = None if sys.stdout.isatty() else _PIPED
        console = Console(width=width, highlight=False)
        for table in self.tables:
            table.show(console)

    def markdown(self, where: str) -> str:
        """Write the part, with where and when it was measured."""
        return "\n".join([f"## {self.title}", where, "", *(t.markdown() for t in self.tables)])


def machine() -> str:
    """Say when and where this runs, and how busy it is there."""
    when = datetime.now(UTC).date().isoformat()
    parts = (
        f"{os.cpu_count()} cores ({_processor()})",
        f"Python {platform.python_version()}",
        f"numpy {np.__version__}",
        f"a load of {os.getloadavg()[0]:.1f} when it began",
    )
    return f"Measured on {when}: {', '.join(parts)}."


def _processor() -> str:
    """Name the model where Linux tells it, else the architecture."""
    source = Path("/proc/cpuinfo")
    text = source.read_text() if source.exists() else ""
    found = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def updated(page: str, parts: Iterable[str], titles: Iterable[str]) -> str:
    """Put parts into a page in the order of the titles; parts measured before stay."""
    there = {_title(part): part for part in (*_parts(page), *parts)}
    return "\n".join([_HEAD, *(there[title] for title in titles if title in there)])


def _parts(page: str) -> list[str]:
    found = re.split(r"^(?=## )", page, flags=re.MULTILINE)
    return [part.rstrip("\n") + "\n" for part in found if part.startswith("## ")]


def _title(part: str) -> str:
    return part.partition("\n")[0].removeprefix("## ")
