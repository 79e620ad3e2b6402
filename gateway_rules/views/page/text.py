"""Numbers, commands and sentences as a page sets them."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup, escape

from gateway_rules.packets import quantity

_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def amount(number: int) -> str:
    """Write a number with commas; one that is too long to read as a power of ten."""
    figure, _, power = quantity(number).partition("e")
    return f"{figure} × {power_of_ten(int(power))}" if power else figure  # noqa: RUF001 - times.


def power_of_ten(exponent: int) -> str:
    """Write a power of ten with its exponent raised."""
    return f"10{str(exponent).translate(_RAISED)}"


def coded(text: str) -> Markup:
    """Set what stands between backticks as code."""
    parts = text.split("`")
    marked = (
        Markup("<code>{}</code>").format(p) if n % 2 else escape(p) for n, p in enumerate(parts)
    )
    return Markup("").join(marked)


def opening(text: str) -> str:
    """Begin a text as a sentence begins."""
    return text[:1].upper() + text[1:]
