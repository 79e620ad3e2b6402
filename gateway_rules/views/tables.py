"""Tables and bars for terminals of 80 columns and more, and for pipes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from typing import Final, TypeAlias

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from gateway_rules.views.diff_text import plain

_ROOMY: Final = 100
"""Columns from which a table can afford wider gaps."""

_FULL: Final = "█"
_FREE: Final = "░"
_EIGHTHS: Final = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_ENDLESS: Final = 10_000
"""Columns, more than any row has."""
Draw: TypeAlias = Callable[[Console], None]
"""What prints itself on a console."""


def drawn(draw: Draw, *, is_terminal: bool) -> str:
    """Give what is drawn as text: as wide as the terminal; without one, each row on one line."""
    text, width = StringIO(), None if is_terminal else _ENDLESS
    draw(_Plain(file=text, force_terminal=is_terminal, width=width, highlight=False))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


class _Plain(Console):
    """A console on which no text steers the terminal: the sequences are its own alone."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Give what is to be written, with a blank for each character that would do more."""
        for segment in super().render(renderable, options):
            lines = "\n".join(map(plain, segment.text.split("\n")))
            yield segment if segment.control else segment._replace(text=lines)


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


def gauge(used: int, quota: int, width: int = 20) -> str:
    """Draw how much of a quota is used: full only when all is used, empty only when nothing is."""
    part = width * used // quota
    filled = min(width, max(part, 1 if used else 0))
    return _FULL * filled + _FREE * (width - filled)


def log_bar(number: int, most: int, width: int) -> str:
    """Draw a number on a logarithmic scale that ends at `most`; only 0 has no bar."""
    if not number:
        return ""
    part = math.log1p(number) / math.log1p(most)
    full, eighths = divmod(max(1, round(width * 8 * part)), 8)
    return _FULL * full + _EIGHTHS[eighths]
