"""Fit what must pass into a budget of entries: nothing missing, and the least beyond it.

An entry of an allow list is a protocol, one stretch of ports and one prefix.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from gateway_rules.planning.cover.entries import Allow, BudgetBound, Cover, exact
from gateway_rules.planning.cover.symmetry import Form, canonical_form

STEPS: Final = 500_000
"""How long to search for the best: counted, never timed, so that equal input gives equal output."""

_LONG: Final = 5_000
"""A list of more flows is first counted by numpy, which tells most often that it cannot fit."""

_MANY: Final = 1_000
"""A longer list is no stack's: nobody asks for one like it, and its form takes long to find."""


def fit(required: Iterable[Allow], budget: int, steps: int = STEPS) -> Cover:
    """Cover what is required, all of one IP family, with at most `budget` entries.

    The cover has the least excess there is when that equals `lower_bound`; where the
    steps do not suffice to prove that, it is the best one found, and the bound still
    holds. ICMP and protocol -1 are never widened, and take their entries first. The
    same requirements give the same cover, in whatever order and however often they are
    given. Raises DoesNotFit.
    """
    required = tuple(required)
    if len(required) <= _LONG and len(entries := exact(required)) <= budget:
        return Cover(entries, 0, 0)
    # numpy takes longer to import than most lists to plan, and exact lists have no use for it.
    from gateway_rules.planning.cover.solver import least_excess, least_excess_once  # noqa: PLC0415

    if len(required) > _MANY:
        return least_excess(required, budget, steps)
    form = Form.of(required)
    found = least_excess_once(form.entries, budget, steps)
    return replace(found, entries=tuple(sorted(map(form.back, found.entries))))


def curve(required: Iterable[Allow], steps: int = STEPS) -> dict[int, BudgetBound]:
    """Give the least excess for each budget, from the smallest to the first that is exact.

    All of one IP family, as for `fit`, which has the same excess wherever it equals
    `lower_bound` here. It takes a few times as long as one `fit`. An excess is never more
    than that of a smaller budget.
    """
    from gateway_rules.planning.cover.solver import least_excesses  # noqa: PLC0415 - as above.

    return least_excesses(canonical_form(required), steps).copy()
