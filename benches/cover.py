"""Fitting lists into a budget, beside the usual greedy: how long, and how much excess."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, NamedTuple

import numpy as np

from benches.greedy import greedy
from benches.instances import one_service, realistic
from benches.measuring import (
    FLOOR,
    NOT_MEASURED,
    OURS,
    Differ,
    Measured,
    interleaved,
    milliseconds,
    say,
    table,
    timed,
)
from benches.page import Figures, Section
from gateway_rules.packets import sets
from gateway_rules.planning.cover.entries import Allow, Cover
from gateway_rules.planning.cover.fitting import fit

TITLE: Final = "Covering within a budget"


@dataclass(frozen=True)
class Effort:
    """How much to measure."""

    lists: int
    """Of each kind."""
    prefixes: int
    """In each list of many services."""
    sizes: Sequence[int]
    """Of the lists of one service."""
    greedy: int
    """The largest size that the greedy is asked for: it takes a minute and more for 10,000."""
    budgets: Sequence[int] = (19, 39)
    """Entries a direction that AWS's two quotas leave for use."""


FULL: Final = Effort(20, 300, (100, 1_000, 10_000, 100_000), 1_000)
QUICK: Final = Effort(1, 40, (50, 100), 50, (10,))

_PORTS: Final = 15
_SEED: Final = 1
_GREEDY: Final = "greedy"
_SIZED: Final = (OURS, _GREEDY, FLOOR)
_KINDS: Final[dict[str, Callable[[int, int], list[Allow]]]] = {
    "spread, any": lambda seed, count: realistic(seed, count, _PORTS),
    "spread": lambda seed, count: realistic(seed, count, _PORTS, anywhere=False),
    "clusters, any": lambda seed, count: realistic(seed, count, _PORTS, clusters=6),
    "20 clusters": lambda seed, count: realistic(seed, count, _PORTS, anywhere=False, clusters=20),
    "40 clusters": lambda seed, count: realistic(seed, count, _PORTS, anywhere=False, clusters=40),
}
_KINDS_READING: Final = (
    "Prefixes of mixed lengths all over the world or in six, 20 or 40 clusters, the ports asked "
    "for unequally (Zipf), with or without services to any address (DNS, NTP, mail, replies). "
    "One cluster more than there are entries is the hardest: an opening must save many at once. "
    "`Entries` is the budget: what AWS's two quotas leave. `Proven` counts the lists whose excess "
    "is proven to be the least there is, `gap` is at most how far above it the others can be. "
    "`median` and `longest` are our times, one run a list. The greedy joins the two entries that "
    "add least until they fit; `excess` is how many times the proven least it opens, at the median "
    "and at the most. Both answers are checked, packet by packet, to miss nothing and to open what "
    "is said."
)
_SIZES_READING: Final = (
    "Hosts and networks all over the world on one port. `excess` is the greedy's, as a multiple "
    "of ours; it is quadratic, and asked only for short lists. The numpy sort of the same "
    "addresses is the floor."
)


def section(effort: Effort) -> Section:
    """Measure; raise Differ where an answer misses a packet or opens other than it says."""
    return Section(TITLE, (_many(effort), _one(effort)))


def excess(required: Iterable[Allow], entries: Iterable[Allow]) -> int:
    """Count what entries pass beyond what is required; raise Differ where they miss some."""
    asked, passed = _packets(required), _packets(entries)
    if sets.without(asked, passed):
        raise Differ("an answer does not pass all that is required")
    return sets.count(sets.without(passed, asked))


def _packets(allows: Iterable[Allow]) -> sets.Packets:
    return sets.passed(sets.Piece("egress", *allow) for allow in allows)


class Fitted(NamedTuple):
    """What a list gave that was fitted both ways."""

    cover: Cover
    excess: int
    """Of the greedy."""
    seconds: float
    greedy_seconds: float


def fitted(required: Sequence[Allow], budget: int) -> Fitted:
    """Fit a list both ways once."""
    seconds, cover = timed(lambda: fit(required, budget))
    greedy_seconds, entries = timed(lambda: greedy(required, budget))
    _check(required, cover)
    return Fitted(cover, excess(required, entries), seconds, greedy_seconds)


def _check(required: Sequence[Allow], cover: Cover) -> None:
    if excess(required, cover.entries) != cover.excess:
        raise Differ("an answer opens other packets than it says")


def _times(ratio: float) -> str:
    return f"{ratio:.2f}x"


def _gap(covers: Iterable[Cover]) -> str:
    """Say how many times its bound the excess of a cover is at most, where one is not proven."""
    wide = [c.excess / max(1, c.lower_bound) for c in covers if not _is_proven(c)]
    return f"{max(wide):.3f}x" if wide else NOT_MEASURED


def _is_proven(cover: Cover) -> bool:
    return cover.excess == cover.lower_bound


def _many(effort: Effort) -> Figures:
    columns = ("List", "Entries", "Proven", "gap", "median", "longest", _GREEDY, "excess", "most")
    rows = tuple(_kind(kind, budget, effort) for kind in _KINDS for budget in effort.budgets)
    title = (
        f"{effort.prefixes} prefixes on {_PORTS} ports and ranges, {effort.lists} lists a kind, ms"
    )
    return Figures(title, columns, rows, _KINDS_READING)


def _kind(kind: str, budget: int, effort: Effort) -> tuple[str, ...]:
    say(f"covering {kind} within {budget} entries")
    lists = [_KINDS[kind](seed, effort.prefixes) for seed in range(effort.lists)]
    found = [fitted(some, budget) for some in lists]
    proven = [each for each in found if _is_proven(each.cover)]
    ratios = [each.excess / each.cover.excess for each in proven if each.cover.excess]
    return (
        kind,
        str(budget),
        f"{len(proven)} of {len(found)}",
        _gap([each.cover for each in found]),
        milliseconds(median(each.seconds for each in found)),
        milliseconds(max(each.seconds for each in found)),
        milliseconds(median(each.greedy_seconds for each in found)),
        *(_times(of(ratios)) if ratios else NOT_MEASURED for of in (median, max)),
    )


def _one(effort: Effort) -> Figures:
    columns = ("Prefixes", "Entries", "Proven", *_SIZED, "excess")
    rows = (row for budget in effort.budgets for row in _sizes(budget, effort))
    return Figures("One service, ms", columns, tuple(rows), _SIZES_READING)


class Sized(NamedTuple):
    """What a list of one service gave: its times, whether it is proven, and the greedy's excess."""

    measured: Measured
    proven: str
    ratio: str


def _sizes(budget: int, effort: Effort) -> Iterator[tuple[str, ...]]:
    """Give a row for each size, and one for how the times grow."""
    found = [_size(size, budget, asks=size <= effort.greedy) for size in effort.sizes]
    *rows, (growth, *factors) = table([each.measured for each in found], _SIZED)
    for (first, *times), each in zip(rows, found, strict=True):
        yield first, str(budget), each.proven, *times, each.ratio
    yield growth, str(budget), "", *factors, ""


def _size(size: int, budget: int, *, asks: bool) -> Sized:
    say(f"covering {size:,} prefixes of one service within {budget} entries")
    required = one_service(_SEED, size)
    cover, bases = fit(required, budget), np.array([allow.prefix.base for allow in required])
    calls: dict[str, Callable[[], object]] = {
        OURS: lambda: fit(required, budget),
        FLOOR: lambda: np.sort(bases),
    }
    ratio = NOT_MEASURED
    if asks:
        calls[_GREEDY] = lambda: greedy(required, budget)
        ratio = _times(excess(required, greedy(required, budget)) / cover.excess)
    _check(required, cover)
    return Sized(Measured(size, interleaved(calls)), "yes" if _is_proven(cover) else "no", ratio)
