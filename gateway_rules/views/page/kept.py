"""Budget curves kept from one page to the next, as they take longer than the rest of it.

A curve is kept under a digest of all that it is made of: what must pass, the quota, and
the source of this package. So it is never another's, and a page without it is the same.
"""

from __future__ import annotations

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from gateway_rules import packets, planning
from gateway_rules.errors import NoAnswer
from gateway_rules.inputs import replace_file
from gateway_rules.planning import Budget, Curve, Plan, excess_curve

_MOST: Final = 200
"""How many stacks' curves are kept; those that were made first go first."""


def curves(plan: Plan, folder: Path | None) -> tuple[Curve, ...]:
    """Give the curves of a plan, from the folder where it has them; without one, make them."""
    if folder is None:
        return excess_curve(plan)
    file = folder / f"{_digest(plan)}.json"
    found = _read(file)
    if found is None:
        found = excess_curve(plan)
        _write(file, found)
    return found


def _digest(plan: Plan) -> str:
    made = sha256(repr((plan.flows, plan.site.networks, plan.site.quotas)).encode())
    for room in (packets, planning):
        folder = Path(str(room.__file__)).parent
        for source in sorted(folder.rglob("*.py")):
            made.update(f"{source.relative_to(folder)}\0".encode() + source.read_bytes())
    return made.hexdigest()


def _read(file: Path) -> tuple[Curve, ...] | None:
    """Read what was kept; None where there is nothing, or nothing that was written whole."""
    try:
        return tuple(_curve(each) for each in json.loads(file.read_bytes())["curves"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _curve(data: dict[str, Any]) -> Curve:
    points = tuple(Budget(*map(int, point)) for point in data["points"])
    if not points:
        raise ValueError("a curve has a point at least")
    return Curve(data["direction"], data["family"], points, int(data["own"]))


def _write(file: Path, found: tuple[Curve, ...]) -> None:
    """Keep curves, and no more than there is room for; where it cannot be done, it need not."""
    data = [
        {
            "direction": curve.direction,
            "family": curve.family,
            "points": [[p.budget, p.used, p.excess, p.lower_bound] for p in curve.points],
            "own": curve.own,
        }
        for curve in found
    ]
    with suppress(NoAnswer, OSError):
        replace_file(file, json.dumps({"curves": data}), file.parent)
        kept = sorted(file.parent.glob("*.json"), key=lambda each: each.stat().st_mtime)
        for old in kept[:-_MOST]:
            old.unlink(missing_ok=True)
