"""Fit what must pass into a budget of entries: nothing missing, and the least beyond it.

An entry of an allow list is a protocol, one stretch of ports and one prefix.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway_rules import packets
from gateway_rules.cover_entries import Allow, Cover, DoesNotFit, asked, exact, passing
from gateway_rules.cover_greedy import join_greedily

STEPS: Final = 1_000_000
"""How long to search for the best: counted, never timed, so that equal input gives equal output."""


def fit(required: Iterable[Allow], budget: int, steps: int = STEPS) -> Cover:
    """Cover what is required, all of one IP family, with at most `budget` entries.

    The cover has the least excess there is when it equals `lower_bound`; when the steps
    do not suffice to prove that, it is the best one found, and the bound still holds.
    ICMP and protocol -1 are never widened, and take their entries first. The same
    packets give the same cover, whatever order they are given in. Raises DoesNotFit.
    """
    entries = exact(required)
    fixed = [entry for entry in entries if not entry.is_joinable]
    needed = len(fixed) + len({entry.protocol for entry in entries if entry.is_joinable})
    if needed > budget:
        raise DoesNotFit(needed)
    if len(entries) <= budget:
        return Cover(entries, 0, 0)
    return _search(entries, fixed, budget, steps)


def _search(entries: tuple[Allow, ...], fixed: list[Allow], budget: int, steps: int) -> Cover:
    # numpy takes longer to import than most lists to plan, and exact lists have no use for it.
    from gateway_rules.cover_budget import Hunt  # noqa: PLC0415
    from gateway_rules.cover_search import Effort  # noqa: PLC0415
    from gateway_rules.cover_tree import Tree  # noqa: PLC0415

    version = entries[0].prefix.version
    free = passing(fixed, "-1")
    protocols = sorted({entry.protocol for entry in entries if entry.is_joinable})
    trees = [Tree(version, passing(entries, protocol), free) for protocol in protocols]
    greedy = join_greedily(entries, budget)
    hunt = Hunt(trees, budget - len(fixed), excess(entries, greedy), Effort(steps))
    hunt.run()
    if hunt.traces is None:
        return Cover(greedy, hunt.excess, hunt.proven)
    found = (
        Allow(protocol, *tree.ports(span), tree.prefix(node))
        for protocol, tree, trace in zip(protocols, trees, hunt.traces, strict=True)
        for node, span in trace.places()
    )
    return Cover(tuple(sorted([*fixed, *found])), hunt.excess, hunt.proven)


def excess(required: Iterable[Allow], entries: Iterable[Allow]) -> int:
    """Count the packets that entries pass beyond those required, where they miss none."""
    wanted, passed = asked(required), asked(entries)
    return sum(packets.size(passed[p]) - packets.size(wanted[p]) for p in wanted)
