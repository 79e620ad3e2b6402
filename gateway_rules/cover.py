"""Fit what must pass into a budget of entries: nothing missing, and the least beyond it.

An entry of an allow list is a protocol, one stretch of ports and one prefix.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway_rules.cover_entries import Allow, Cover, DoesNotFit, exact

STEPS: Final = 1_000_000
"""How long to search for the best: counted, never timed, so that equal input gives equal output."""


def fit(required: Iterable[Allow], budget: int, steps: int = STEPS) -> Cover:
    """Cover what is required, all of one IP family, with at most `budget` entries.

    The cover has the least excess there is when that equals `lower_bound`; where the
    steps do not suffice to prove that, it is the best one found, and the bound still
    holds. ICMP and protocol -1 are never widened, and take their entries first. The
    same requirements give the same cover, in whatever order and however often they are
    given. Raises DoesNotFit.
    """
    entries = exact(required)
    fixed = sum(not entry.is_joinable for entry in entries)
    needed = fixed + len({entry.protocol for entry in entries if entry.is_joinable})
    if needed > budget:
        raise DoesNotFit(needed)
    if len(entries) <= budget:
        return Cover(entries, 0, 0)
    # numpy takes longer to import than most lists to plan, and exact lists have no use for it.
    from gateway_rules.cover_budget import least_excess  # noqa: PLC0415

    return least_excess(entries, budget, steps)
