"""Markdown from values."""

from __future__ import annotations

from collections.abc import Sequence


def cell(text: str) -> str:
    """Give a text that stays in its cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give a table, which `site.css` folds up on a phone; nothing when it has no rows."""
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *rows]
    drawn = "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)
    return f'<div class="folds" markdown>\n\n{drawn}\n\n</div>'


def joined(*parts: str) -> str:
    """Give a page from its parts, those that are empty left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def code(text: str) -> str:
    """Give a text as code in a line, as it stands."""
    return f"`{text}`"
