"""What budgets cost, as curves in a terminal and in words for those who decide on a quota."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from gateway_rules.packets import counted, quantity
from gateway_rules.planning import USABLE, Budget, Curve
from gateway_rules.views.tables import log_bar

_DEFAULT, _RAISED = USABLE
_MARKS: Final = {_DEFAULT: "AWS's default", _RAISED: "AWS's most"}
_BESIDE: Final = 56
"""Columns beside the bars: two of numbers, and what a row is marked with."""
_WIDEST: Final = 48


def print_curves(stack: str, curves: Sequence[Curve], console: Console) -> None:
    """Print each curve with what a larger quota buys, and then what else is to be known."""
    for curve in curves:
        title = f"{stack}, {curve.direction} {curve.family}: what each number of entries costs"
        console.print(Text(f"{title}\n", "bold"))
        for line in _lines(curve, max(1, min(_WIDEST, console.width - _BESIDE))):
            console.print(line)
        console.print(Text(f"\n{bought(curve)}\n"))
    for note in notes(stack, curves):
        console.print(Text(note))


def _lines(curve: Curve, width: int) -> Iterator[Text]:
    yield Text("Entries  Packets not required  (bars grow with the number of digits)")
    most = curve.points[0].excess
    for point in curve.points:
        drawn = log_bar(point.excess, most, width) if point.excess else "exact"
        marks = ", ".join(_marks(curve, point))
        count = f"{point.budget:>7}  {quantity(point.excess):>15}  "
        yield Text.assemble(count, drawn, (f"  {marks}" if marks else "", "bold"))


def _marks(curve: Curve, point: Budget) -> Iterator[str]:
    """Say what is special about a point."""
    if point.budget in _MARKS:
        yield _MARKS[point.budget]
    if point.budget == curve.own:
        yield "this stack's"
    if point.lower_bound < point.excess:
        yield f"at least {quantity(point.lower_bound)}"


def bought(curve: Curve) -> str:
    """Say what raising the quota as far as AWS does would buy."""
    low, high = curve.at(_DEFAULT), curve.at(_RAISED)
    if curve.exact <= _DEFAULT:
        return (
            f"{counted(curve.exact, 'entry passes', 'entries pass')} exactly what is required, and "
            f"AWS's default leaves {_DEFAULT}: a larger quota buys nothing."
        )
    if low is None or high is None:
        return f"AWS's default leaves {_DEFAULT} entries, and at least {curve.smallest} are needed."
    more = f"the ACL passes {_more(high)} instead of {quantity(low.excess)}{_times(low, high)}"
    return f"With {_RAISED} entries instead of {_DEFAULT}, {more}. {_exact(curve)}"


def _more(point: Budget) -> str:
    """Say how much passes; all that is required does at every point."""
    count = f"{quantity(point.excess)} packets" if point.excess else "nothing"
    return f"{count} more than required"


def _times(low: Budget, high: Budget) -> str:
    times = low.excess // high.excess if high.excess else 0
    return f": {quantity(times)} times fewer" if times > 1 else ""


def _exact(curve: Curve) -> str:
    if curve.exact > _RAISED:
        return f"It would be exact with {curve.exact}, more than AWS gives."
    return f"It is exact from {curve.exact} on."


def notes(stack: str, curves: Iterable[Curve]) -> Iterator[str]:
    """Say what else has to be known by those who decide on a quota."""
    yield (
        "A packet is a protocol, a remote address and a destination port. Security groups pass "
        "exactly what is required whatever the budget: what the ACL passes beyond that, they stop."
    )
    curves = tuple(curves)
    if any(curve.exact > _DEFAULT for curve in curves):
        yield (
            f"AWS raises the quota on request from {_DEFAULT + 1} to at most {_RAISED + 1} "
            "entries, the default deny among them, for all ACLs of a Region at once, and says that "
            "larger ACLs may cost network performance."
        )
    if any(curve.own < min(curve.exact, _RAISED) for curve in curves):
        yield (
            "Once it is raised, write `gateway-rules:quotas: {entries_per_network_acl: "
            f"{_RAISED + 1}}}` into stacks/Pulumi.{stack}.yaml."
        )
