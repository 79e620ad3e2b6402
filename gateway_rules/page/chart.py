"""The budget curve as static SVG, whose colours and letters are the page's."""

from __future__ import annotations

import math
import re
from typing import Any, Final
from xml.etree import ElementTree as ET

import pygal
from pygal.style import Style

from gateway_rules.budget import USABLE, Curve

_SVG: Final = "{http://www.w3.org/2000/svg}"
_DRAWN: Final = ("g", "rect", "path", "circle", "text")
_KEPT: Final = {"class", "cx", "cy", "d", "height", "r", "transform", "width", "x", "y"}
_LONG: Final = re.compile(r"-?\d+\.\d+")
_NAMES: Final = ("packet", "thousand", "million", "billion", "trillion")
_NOTHING: Final = -1.0
"""Where no packet at all is drawn, for a logarithmic scale has no zero."""


def draw(curve: Curve, named: str) -> str:
    """Draw a curve with the quotas marked; `named` is the id of the text that tells of it."""
    points = [(point.budget, _height(point.excess)) for point in curve.points]
    most = max(height for _, height in points)
    chart = pygal.XY(**_settings(curve, most))
    chart.add("", points)
    for budget in marks(curve):
        chart.add("", [(budget, _NOTHING), (budget, most)], show_dots=False)
    return _written(chart.render_tree(), named)


def marks(curve: Curve) -> dict[int, str]:
    """Name the budgets to look at: the stack's own and AWS's default and most."""
    default, raised = USABLE
    said = {default: "AWS's default", raised: "AWS's most"}
    own = {curve.own: f"now, {said[curve.own]}" if curve.own in said else "now"}
    return dict(sorted({**said, **own}.items()))


def _height(excess: int) -> float:
    return math.log10(excess) if excess else _NOTHING


def _label(thousands: int) -> str:
    """Name a power of a thousand."""
    return f"1 {_NAMES[thousands]}" if thousands < len(_NAMES) else f"10^{3 * thousands}"


def _settings(curve: Curve, most: float) -> dict[str, Any]:
    first, last = curve.smallest, max(curve.exact, *marks(curve))
    labels = {first: str(first), curve.exact: f"{curve.exact}, exact"}
    labels |= {budget: f"{budget}, {said}" for budget, said in marks(curve).items()}
    powers = range(math.floor(max(most, 0)) // 3 + 1)
    return {
        "width": 720,
        "height": 280,
        "xrange": (first, last),
        "range": (_NOTHING, max(most, 0)),
        "show_legend": False,
        "dots_size": 2,
        "x_labels": [{"value": each, "label": labels[each]} for each in sorted(labels)],
        "y_labels": [
            {"value": _NOTHING, "label": "none"},
            *({"value": 3 * power, "label": _label(power)} for power in powers),
        ],
        "truncate_label": -1,
        "margin_top": 8,
        "margin_right": 56,
        "margin_bottom": 8,
        "css": [],
        "js": [],
        "no_prefix": True,
        "style": Style(font_family="inherit", label_font_size=12, major_label_font_size=12),
    }


def _written(tree: ET.Element, named: str) -> str:
    """Keep what is drawn: no script, style or comment, nothing that the page does not set."""
    root = ET.Element("svg", {"viewBox": tree.get("viewBox", ""), "class": "curve", "role": "img"})
    root.set("aria-labelledby", named)
    root.extend(_kept(tree))
    return ET.tostring(root, encoding="unicode")


def _kept(element: ET.Element) -> list[ET.Element]:
    """Copy the children that are drawn, their numbers as exact as a screen is."""
    found = []
    for child in element:
        name = child.tag.removeprefix(_SVG) if isinstance(child.tag, str) else ""
        if name in _DRAWN:
            some = {key: _rounded(each) for key, each in child.items() if key in _KEPT and each}
            made = ET.Element(name, some)
            made.text = child.text
            made.extend(_kept(child))
            found.append(made)
    return found


def _rounded(text: str) -> str:
    return _LONG.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), text)
