"""The budget curve as static SVG, whose colours and letters are the page's."""

from __future__ import annotations

import math
import re
from typing import Final
from xml.etree import ElementTree as ET

import leather

from gateway_rules.planning import USABLE, Curve
from gateway_rules.views.page.wording import power_of_ten

_WIDTH, _HEIGHT = 720, 290
_SHOWN: Final = "0 28 740 246"
"""Less of the margin above and more of it to the right, where the last quota is named."""
_DRAWN: Final = ("g", "line", "circle", "text")
_KEPT: Final = {
    *("class", "text-anchor", "transform"),
    *("r", "x", "y", "cx", "cy", "dy"),
    *("x1", "x2", "y1", "y2"),
}
_LONG: Final = re.compile(r"-?\d+\.\d+")
_NAMES: Final = ("packet", "thousand", "million", "billion", "trillion")
_LINES: Final = 6
"""How many lines of the scale can be told apart by their names."""
_PLOT, _LETTER = 600, 7
"""About as many pixels as the plot and a letter are wide."""


def draw(curve: Curve, named: str) -> str:
    """Draw a curve with the quotas marked; `named` is the id of the text that tells of it."""
    most = _most(curve)
    # A logarithmic scale has no zero, so no packet at all stands apart from one.
    nothing = -max(1.5, most / 10)
    points = [(p.budget, math.log10(p.excess) if p.excess else nothing) for p in curve.points]
    labels = _labels(curve)
    legible = _legible(labels)
    powers = [nothing, *range(0, math.floor(most) + 1, step(curve))]
    chart = leather.Chart()
    chart.add_x_scale(min(labels), max(labels))
    chart.add_y_scale(nothing, most)
    chart.add_x_axis(ticks=sorted(labels), tick_formatter=lambda value, *_: legible.get(value, ""))
    chart.add_y_axis(ticks=powers, tick_formatter=lambda value, *_: _power(value))
    chart.add_dots(points)
    return _written(chart.to_svg(width=_WIDTH, height=_HEIGHT), named)


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
    scale = _PLOT / (max(labels) - min(labels))
    kept: dict[int, str] = {}
    for budget, said in labels.items():
        if all(
            abs(budget - other) * scale > _LETTER * (len(said) + len(text)) / 2
            for other, text in kept.items()
        ):
            kept[budget] = said
    return kept


def _power(exponent: float) -> str:
    """Name a power of a thousand by its exponent to 10."""
    if exponent < 0:
        return "none"
    thousands = round(exponent / 3)
    return f"1 {_NAMES[thousands]}" if thousands < len(_NAMES) else power_of_ten(round(exponent))


def _written(svg: str, named: str) -> str:
    """Keep what is drawn, without colours and letters: these the page sets."""
    root = ET.Element("svg", {"viewBox": _SHOWN, "class": "curve", "role": "img"})
    root.set("aria-labelledby", named)
    drawn = ET.fromstring(svg.replace(' xmlns="http://www.w3.org/2000/svg"', ""))  # noqa: S314 - ours.
    root.extend(_kept(drawn))
    return ET.tostring(root, encoding="unicode")


def _kept(element: ET.Element) -> list[ET.Element]:
    """Copy the children that are drawn, their numbers as exact as a screen is."""
    found = []
    for child in element:
        if child.tag in _DRAWN:
            some = {key: _rounded(each) for key, each in child.items() if key in _KEPT}
            made = ET.Element(child.tag, some)
            made.text = child.text
            made.extend(_kept(child))
            found.append(made)
    return found


def _rounded(text: str) -> str:
    return _LONG.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), text)
