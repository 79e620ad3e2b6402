"""What each budget of entries costs: from the smallest that holds everything to the exact one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, TypeAlias

from gateway_rules.inputs import ENTRIES, MOST_ENTRIES, usable
from gateway_rules.packets import DIRECTIONS, FAMILIES, Direction
from gateway_rules.planning.cover import fitting
from gateway_rules.planning.flows import legs
from gateway_rules.planning.network_acl import Budget, asked
from gateway_rules.planning.planner import Plan

USABLE: Final = (usable(ENTRIES.default), usable(MOST_ENTRIES))
"""Entries to use of AWS's quota for a new account, and where it is raised as far as it can be."""

Watch: TypeAlias = Callable[[Direction, str], None]
"""Is told of each direction and family before its budgets are looked at."""


@dataclass(frozen=True)
class Curve:
    """The least excess of a direction and family at each budget, one after the other.

    It ends at the first budget that is exact. No point has more excess than the one
    before it.
    """

    direction: Direction
    family: str
    points: tuple[Budget, ...]
    own: int
    """The budget that the stack has."""

    @property
    def smallest(self) -> int:
        """The smallest budget that holds everything."""
        return self.points[0].budget

    @property
    def exact(self) -> int:
        """The smallest budget at which nothing more passes than is required."""
        return self.points[-1].budget

    def at(self, budget: int) -> Budget | None:
        """Give what a budget costs, None where it is too small; more than exact buys nothing."""
        index = min(budget, self.exact) - self.smallest
        return self.points[index] if index >= 0 else None

    def as_json(self) -> dict[str, Any]:
        """Give the curve under the names of its parts."""
        return {
            "direction": self.direction,
            "family": self.family,
            "points": [vars(point) for point in self.points],
            "smallest": self.smallest,
            "exact": self.exact,
            "quotas": [*USABLE],
            "own": self.own,
        }


def unwatched(_direction: Direction, _family: str) -> None:
    """Watch nothing."""


def excess_curve(plan: Plan, watch: Watch = unwatched) -> tuple[Curve, ...]:
    """Give the curve of each direction and family that a plan has something to pass in."""
    ways = legs(plan.flows, plan.site.networks)
    own = plan.site.quotas.budget
    sides = product(DIRECTIONS, FAMILIES.items())
    required = {(way, name): tuple(asked(ways, way, version)) for way, (version, name) in sides}
    curves = []
    for side, some in required.items():
        if some:
            watch(*side)
            points = (Budget(budget, *least) for budget, least in fitting.curve(some).items())
            curves.append(Curve(*side, tuple(points), own))
    return tuple(curves)
