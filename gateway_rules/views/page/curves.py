"""What each budget costs, as a picture, a short table and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gateway_rules.packets import amount
from gateway_rules.planning import Curve
from gateway_rules.views.budget_curves import bought, notes
from gateway_rules.views.page.chart import draw, marks, step


@dataclass(frozen=True)
class CurveView:
    """A curve of one direction and family."""

    anchor: str
    direction: str
    family: str
    svg: Markup
    bought: str
    """What a larger quota buys."""
    step: str
    """How many times as many packets as the line below a line of the drawing stands for."""
    points: tuple[tuple[int, str, str, str], ...]
    """The budgets to look at, the packets not required there, what is proven, and their names."""


def curves(stack: str, found: Sequence[Curve]) -> tuple[CurveView, ...]:
    """Draw the curves of a stack."""
    return tuple(_view(stack, curve) for curve in found)


def more(stack: str, found: Sequence[Curve]) -> tuple[str, ...]:
    """Say what else those who decide on a quota should know."""
    return tuple(notes(stack, found))


def _view(stack: str, curve: Curve) -> CurveView:
    anchor = f"{stack}/budget-{curve.direction}-{curve.family}"
    svg = draw(curve, f"{anchor}-title")
    return CurveView(
        anchor,
        curve.direction,
        curve.family,
        svg,
        bought(curve),
        amount(10 ** step(curve)),
        tuple(_points(curve)),
    )


def _points(curve: Curve) -> list[tuple[int, str, str, str]]:
    named = marks(curve)
    ends = {curve.smallest: "the fewest that hold everything", curve.exact: "exact from here on"}
    found = []
    for budget in sorted({*named, *ends}):
        said = ", ".join(filter(None, (named.get(budget), ends.get(budget))))
        point = curve.at(budget)
        if point is None:
            found.append((budget, "does not fit", "", said))
        else:
            proven = point.excess == point.lower_bound
            least = f"at least {amount(point.lower_bound)}"
            found.append(
                (budget, amount(point.excess), "the least, proven" if proven else least, said)
            )
    return found
