"""The budget curve as static SVG, whose colours and letters are the page's."""

from __future__ import annotations

import math
import re
from typing import Final
from xml.etree import ElementTree as ET

import leather

from gateway_rules.budget import USABLE, Curve

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
_NOTHING: Final = -1.5
"""Where no packet at all is drawn, for a logarithmic scale has no zero."""


def draw(curve: Curve, named: str) -> str:
    """Draw a curve with the quotas marked; `named` is the id of the text that tells of it."""
    points = [(point.budget, _height(point.excess)) for point in curve.points]
    most = max(0.0, *(height for _, height in points))
    labels = _labels(curve)
    powers = [_NOTHING, *(3 * thousands for thousands in range(math.floor(most) // 3 + 1))]
    chart = leather.Chart()
    chart.add_x_scale(curve.smallest, max(curve.exact, *labels))
    chart.add_y_scale(_NOTHING, most)
    chart.add_x_axis(ticks=sorted(labels), tick_formatter=lambda value, *_: labels[value])
    chart.add_y_axis(ticks=powers, tick_formatter=lambda value, *_: _power(value))
    chart.add_dots(points)
    return _written(chart.to_svg(width=_WIDTH, height=_HEIGHT), named)


def marks(curve: Curve) -> dict[int, str]:
    """Name the budgets to look at: the stack's own and AWS's default and most."""
    default, raised = USABLE
    said = {default: "AWS's default", raised: "AWS's most"}
    own = {curve.own: f"now, {said[curve.own]}" if curve.own in said else "now"}
    return dict(sorted({**said, **own}.items()))


def _labels(curve: Curve) -> dict[int, str]:
    """Label the ends of the curve and what is marked, in few letters."""
    default, raised = USABLE
    words = {curve.exact: "exact", default: "default", raised: "most", curve.own: "now"}
    labels = {curve.smallest: str(curve.smallest)}
    return labels | {budget: f"{budget}, {said}" for budget, said in words.items()}


def _height(excess: int) -> float:
    return math.log10(excess) if excess else _NOTHING


def _power(exponent: float) -> str:
    """Name a power of a thousand by its exponent to 10."""
    if exponent < 0:
        return "none"
    thousands = round(exponent / 3)
    return f"1 {_NAMES[thousands]}" if thousands < len(_NAMES) else f"10^{3 * thousands}"


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
