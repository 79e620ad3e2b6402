"""From requirements to the trees that are searched, and from what is found to entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway_rules.cover_bounds import Effort
from gateway_rules.cover_entries import Allow, Cover, DoesNotFit, exact
from gateway_rules.cover_hunt import Hunt
from gateway_rules.cover_tree import Tree
from gateway_rules.protocols import Protocol


def least_excess(required: Sequence[Allow], budget: int, steps: int) -> Cover:
    """Cover what is required with at most `budget` entries; see `cover.fit`.

    Raises DoesNotFit when the budget does not hold an entry for each protocol.
    """
    fixed = exact(entry for entry in required if not entry.is_joinable)
    free = [entry.prefix for entry in fixed if entry.protocol == "-1"]
    trees = {protocol: Tree(some, free) for protocol, some in _joinable(required).items()}
    trees = {protocol: tree for protocol, tree in trees.items() if tree.cells}
    if len(fixed) + len(trees) > budget:
        raise DoesNotFit(len(fixed) + len(trees))
    fewest = len(fixed) + sum(tree.fewest for tree in trees.values())
    if fewest <= budget and len(entries := exact(required)) <= budget:
        return Cover(entries, 0, 0)
    hunt = Hunt([tree.root for tree in trees.values()], budget - len(fixed), Effort(steps))
    hunt.run()
    found = (
        Allow(protocol, *tree.entry(node, *span))
        for (protocol, tree), trace in zip(trees.items(), hunt.traces, strict=True)
        for node, span in trace.places()
    )
    return Cover(tuple(sorted([*fixed, *found])), hunt.excess, hunt.proven)


def _joinable(required: Iterable[Allow]) -> dict[Protocol, list[Allow]]:
    """Group what can be joined by protocol, in a fixed order."""
    groups: dict[Protocol, list[Allow]] = {}
    for entry in required:
        if entry.is_joinable:
            groups.setdefault(entry.protocol, []).append(entry)
    return dict(sorted(groups.items()))
