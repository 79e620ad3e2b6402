"""From requirements to the tries that are searched, and from what is found to entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from gateway_rules.packets import Protocol
from gateway_rules.planning.cover.bounds import StepBudget
from gateway_rules.planning.cover.branch_and_bound import BranchAndBound
from gateway_rules.planning.cover.entries import Allow, BudgetBound, Cover, DoesNotFit, exact
from gateway_rules.planning.cover.frontier import Frontier
from gateway_rules.planning.cover.points import Trace
from gateway_rules.planning.cover.trie import Trie


class Requirements:
    """What is required of one IP family: entries that are fixed, and a trie for each protocol."""

    def __init__(self, required: Sequence[Allow]) -> None:
        """Part what can be joined from what cannot."""
        self.required = required
        self.fixed = exact(entry for entry in required if not entry.is_joinable)
        free = [entry.prefix for entry in self.fixed if entry.protocol == "-1"]
        tries = {protocol: Trie(some, free) for protocol, some in _joinable(required).items()}
        self.tries = {protocol: trie for protocol, trie in tries.items() if trie.cells}
        self.roots = [trie.root for trie in self.tries.values()]

    @property
    def smallest(self) -> int:
        """The fewest entries that hold everything: what is fixed, and one a protocol."""
        return len(self.fixed) + len(self.tries)

    def exact_within(self, budget: int) -> tuple[Allow, ...] | None:
        """Give the entries for just what is required, None where there are more."""
        fewest = len(self.fixed) + sum(trie.fewest for trie in self.tries.values())
        entries = exact(self.required) if fewest <= budget else ()
        return entries if fewest <= budget and len(entries) <= budget else None

    def entries(self, traces: Sequence[Trace]) -> tuple[Allow, ...]:
        """Give all entries, those of each trie where its trace says."""
        found = (
            Allow(protocol, *trie.entry(node, *span))
            for (protocol, trie), trace in zip(self.tries.items(), traces, strict=True)
            for node, span in trace.places()
        )
        return tuple(sorted([*self.fixed, *found]))


def least_excess(required: Sequence[Allow], budget: int, steps: int) -> Cover:
    """Cover what is required with at most `budget` entries; see `cover.fit`.

    Raises DoesNotFit when the budget does not hold an entry for each protocol.
    """
    asked = Requirements(required)
    if asked.smallest > budget:
        raise DoesNotFit(asked.smallest)
    if entries := asked.exact_within(budget):
        return Cover(entries, 0, 0)
    search = BranchAndBound(asked.roots, budget - len(asked.fixed), StepBudget(steps))
    search.run()
    return Cover(asked.entries(search.traces), search.excess, search.proven)


@lru_cache(maxsize=1 << 8)
def least_excess_once(required: tuple[Allow, ...], budget: int, steps: int) -> Cover:
    """Remember covers, for a fleet's stacks ask for much the same; see `least_excess`."""
    return least_excess(required, budget, steps)


@lru_cache(maxsize=1 << 6)
def least_excesses(required: tuple[Allow, ...], steps: int) -> dict[int, BudgetBound]:
    """Give the least excess by budget, from the smallest to the first exact one; see `cover.curve`.

    A budget that is not settled by looking at all of them at once is looked at by itself.
    """
    asked = Requirements(required)
    fixed = len(asked.fixed)
    frontier = Frontier(asked.roots, len(exact(required)) - fixed, StepBudget(steps))
    frontier.run()
    for number in frontier.open():
        cover = least_excess(required, number + fixed, steps)
        frontier.keep(len(cover.entries) - fixed, cover.excess)
        frontier.prove(number, cover.lower_bound)
    first = next(number for number, least in frontier.least.items() if not least.excess)
    return {
        number + fixed: least._replace(used=least.used + fixed)
        for number, least in frontier.least.items()
        if number <= first
    }


def _joinable(required: Iterable[Allow]) -> dict[Protocol, list[Allow]]:
    """Group what can be joined by protocol, in a fixed order."""
    groups: dict[Protocol, list[Allow]] = {}
    for entry in required:
        if entry.is_joinable:
            groups.setdefault(entry.protocol, []).append(entry)
    return dict(sorted(groups.items()))
