"""The budget curve as static SVG, whose colours and letters are the page's."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup

from gateway_rules.packets import power_of_ten
from gateway_rules.planning import USABLE, Curve

_NAMES: Final = ("packet", "thousand", "million", "billion", "trillion")
_LINES: Final = 6
"""How many lines of the scale can be told apart by their names."""
_WIDTH, _HEIGHT = 560, 200
"""The plot in pixels, as the drawing is 740 wide."""
_LETTER = 7
"""About as many pixels as a letter is wide."""


def draw(curve: Curve, named: str) -> Markup:
    """Draw a curve with the quotas marked; `named` is the id of the text that tells of it.

    The page sets colours and letters.
    """
    most = _most(curve)
    # A logarithmic scale has no zero, so no packet at all stands apart from one.
    nothing = -max(1.5, most / 10)
    labels = _labels(curve)
    first, last = min(labels), max(labels)

    def across(budget: int) -> float:
        return _position(budget, first, max(last, first + 1), _WIDTH)

    def down(power: float) -> float:
        return _position(power, max(most, 1), nothing, _HEIGHT)

    dots = [(across(p.budget), down(_power(p.excess, nothing))) for p in curve.points]
    powers = [nothing, *range(0, math.floor(most) + 1, step(curve))]
    budgets = [(across(budget), name) for budget, name in sorted(_legible(labels).items())]
    return Markup(  # noqa: S704 - the template escapes what it is given.
        _template().render(
            named=named,
            width=_WIDTH,
            height=_HEIGHT,
            budgets=budgets,
            powers=[(down(power), _named(power)) for power in powers],
            dots=dots,
        )
    )


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=loader, autoescape=True, trim_blocks=True).get_template(
        "curve.svg.j2"
    )


def _position(value: float, start: float, end: float, size: int) -> float:
    """Place a value between the ends of a scale, as exactly as a screen does."""
    return round((value - start) / (end - start) * size, 1)


def _power(packets: int, nothing: float) -> float:
    return math.log10(packets) if packets else nothing


def marks(curve: Curve) -> dict[int, str]:
    """Name the budgets to look at: the stack's own and AWS's default and most."""
    default, raised = USABLE
    said = {default: "AWS's default", raised: "AWS's most"}
    own = {curve.own: f"now, {said[curve.own]}" if curve.own in said else "now"}
    return dict(sorted({**said, **own}.items()))


def step(curve: Curve) -> int:
    """Give the power of ten between two lines of the scale."""
    return 3 * math.ceil((_most(curve) // 3 + 1) / _LINES)


def _most(curve: Curve) -> float:
    return math.log10(max(1, *(point.excess for point in curve.points)))


def _labels(curve: Curve) -> dict[int, str]:
    """Label what is marked and the ends of the curve, in few letters, what matters most first."""
    default, raised = USABLE
    words = ((curve.own, "now"), (default, "default"), (raised, "most"), (curve.exact, "exact"))
    labels: dict[int, str] = {}
    for budget, said in words:
        labels.setdefault(budget, f"{budget}, {said}")
    labels.setdefault(curve.smallest, str(curve.smallest))
    return labels


def _legible(labels: dict[int, str]) -> dict[int, str]:
    """Leave labels out that would stand on one that matters more; the table has them all."""
    scale = _WIDTH / max(1, max(labels) - min(labels))
    kept: dict[int, str] = {}
    for budget, said in labels.items():
        if all(
            abs(budget - other) * scale > _LETTER * (len(said) + len(text)) / 2
            for other, text in kept.items()
        ):
            kept[budget] = said
    return kept


def _named(exponent: float) -> str:
    """Name a power of a thousand by its exponent to 10."""
    if exponent < 0:
        return "none"
    thousands = round(exponent / 3)
    return f"1 {_NAMES[thousands]}" if thousands < len(_NAMES) else power_of_ten(round(exponent))
