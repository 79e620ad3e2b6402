"""Numbers of packets, and shares of a quota, as people take them in."""

from __future__ import annotations

import math
from typing import Final

_LONG: Final = 10**12
"""From here on, digits tell nobody anything."""
_FULL: Final = "█"
_FREE: Final = "░"
_EIGHTHS: Final = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def quantity(number: int) -> str:
    """Write a number with commas, or, where it is too long to read, as a power of ten."""
    return f"{number:,}" if number < _LONG else f"{number:.2e}".replace("e+", "e")


def counted(number: int, one: str, many: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


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
