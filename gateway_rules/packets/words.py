"""Numbers of packets, and shares of a quota, as people take them in."""

from __future__ import annotations

from typing import Final

_LONG: Final = 10**12
"""From here on, digits tell nobody anything."""


def quantity(number: int) -> str:
    """Write a number with commas, or, where it is too long to read, as a power of ten."""
    return f"{number:,}" if number < _LONG else f"{number:.2e}".replace("e+", "e")


def counted(number: int, one: str, many: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {one if number == 1 else many}"
