"""Reading and comparing the packets of long lists of rules, beside netaddr's sets of addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any, Final, TypeAlias

import netaddr

from benches.instances import one_service, realistic
from benches.measuring import OURS, Measured, agree, interleaved, say, table
from benches.page import Figures, Section
from gateway_rules.packets import sets
from gateway_rules.packets.prefixes import Prefix
from gateway_rules.packets.protocols import ALL_PORTS, PortPair
from gateway_rules.packets.sets import Match
from gateway_rules.planning.cover.entries import Allow

TITLE: Final = "Comparing packets"
SIZES: Final = (1_000, 100_000)
QUICK: Final = (100, 200)

Counts: TypeAlias = tuple[int, int]
"""Packets that only the first list passes, and that only the second does."""

_PORTS: Final = 15
_WIDEST: Final = 1_000
_EACH: Final = 100
"""One rule of so many is another on the second list."""
_PEER: Final = "netaddr"
_STEPS: Final = ("read", "compare", "count")
_NAMES: Final = (*_STEPS, OURS, _PEER)
_READING: Final = (
    f"Two lists, of which one rule in {_EACH} is another: read both into sets of packets, take "
    f"each set from the other, count what is left; {OURS} is all three. netaddr does all of it "
    "with an IPSet for each port range, which serves only where no ranges overlap. Both are "
    "checked to count alike."
)


def section(sizes: Sequence[int]) -> Section:
    """Measure lists of these sizes; raise Differ where netaddr counts otherwise."""
    rows = [(kind, *row) for kind in _KINDS for row in _rows(kind, sizes)]
    columns = ("Rules", "Number", *_NAMES)
    return Section(TITLE, (Figures("Two lists of rules, ms", columns, tuple(rows), _READING),))


def _rows(kind: str, sizes: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    return table([_measure(kind, size) for size in sizes], _NAMES)


def _measure(kind: str, size: int) -> Measured:
    say(f"comparing {size:,} rules, {kind}")
    ours, theirs = _KINDS[kind](1, size), _KINDS[kind](2, size)
    one, other = ours, [*ours[size // _EACH :], *theirs[: size // _EACH]]
    left, right = rules(one), rules(other)
    has_peer = kind != _OVERLAPPING
    peer = {_PEER: partial(by_sets, one, other)} if has_peer else {}
    agree({OURS: compared(left, right)} | {name: call() for name, call in peer.items()})
    return Measured(size, interleaved({**_steps(left, right), **peer}))


def _ranges(seed: int, size: int) -> list[Allow]:
    """Give a port range of its own to each prefix; they overlap."""
    random = Random(seed)  # noqa: S311 - nothing here is a secret.
    firsts = (random.randint(1, ALL_PORTS[1] - _WIDEST) for _ in range(size))
    return [
        Allow("tcp", first, first + random.randrange(_WIDEST), allow.prefix)
        for first, allow in zip(firsts, one_service(seed, size), strict=True)
    ]


_OVERLAPPING: Final = "a range each"
_KINDS: Final[Mapping[str, Callable[[int, int], list[Allow]]]] = {
    "one port": one_service,
    "15 ports": lambda seed, size: realistic(seed, size, _PORTS, anywhere=False),
    _OVERLAPPING: _ranges,
}


def rules(allows: Iterable[Allow]) -> list[sets.Piece]:
    """Give rules that let out what the entries allow, as the product has them."""
    return [sets.Piece("egress", *allow) for allow in allows]


def _steps(one: Sequence[Match], other: Sequence[Match]) -> dict[str, Callable[[], object]]:
    """Do it step by step, and all at once."""
    left, right = sets.passed(one), sets.passed(other)
    only = sets.without(left, right), sets.without(right, left)
    return {
        "read": lambda: (sets.passed(one), sets.passed(other)),
        "compare": lambda: (sets.without(left, right), sets.without(right, left)),
        "count": lambda: [*map(sets.count, only)],
        OURS: lambda: compared(one, other),
    }


def compared(one: Iterable[Match], other: Iterable[Match]) -> Counts:
    """Count what either list passes alone."""
    left, right = sets.passed(one), sets.passed(other)
    found = sets.without(left, right), sets.without(right, left)
    return sets.count(found[0]), sets.count(found[1])


def by_sets(one: Iterable[Allow], other: Iterable[Allow]) -> Counts:
    """Count the same with a set of addresses for each port range; no two of them may overlap."""
    left, right = _sets(one), _sets(other)
    return _alone(left, right), _alone(right, left)


def _sets(allows: Iterable[Allow]) -> Mapping[PortPair, Any]:
    lists: dict[PortPair, list[Any]] = {}
    for _, first, last, prefix in allows:
        lists.setdefault((first, last), []).append(_network(prefix))
    return {ports: netaddr.IPSet(some) for ports, some in lists.items()}


def _network(prefix: Prefix) -> Any:
    return netaddr.IPNetwork((prefix.base, prefix.length), version=prefix.version)


def _alone(one: Mapping[PortPair, Any], other: Mapping[PortPair, Any]) -> int:
    return sum(
        (last - first + 1) * (addresses - other.get((first, last), netaddr.IPSet())).size
        for (first, last), addresses in one.items()
    )
