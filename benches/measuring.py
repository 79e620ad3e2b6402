"""Processor time, medians and how they grow; and the answers of all who were asked, compared."""

from __future__ import annotations

import gc
import math
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Final, NamedTuple, TypeVar

OURS: Final = "gateway-rules"
FLOOR: Final = "numpy sort"
NOT_MEASURED: Final = "-"
TENFOLD: Final = "each 10x"

_Answer = TypeVar("_Answer")

_ROUNDS: Final = 5
_LONG: Final = 0.002
"""Seconds that the clock tells well."""


class Differ(Exception):
    """Two who were asked the same gave different answers; the message names them."""


class Measured(NamedTuple):
    """A size, and the seconds that each took; who is missing was not asked."""

    size: int
    seconds: Mapping[str, float]


def say(text: str) -> None:
    """Tell people how far the run has come."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def processor() -> float:
    """Give the processor time of this process and of its children that have ended (Unix)."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def timed(call: Callable[[], _Answer]) -> tuple[float, _Answer]:
    """Give the processor time of a call, without the collector of garbage, and its answer."""
    gc.disable()
    try:
        started = processor()
        answer = call()
        return processor() - started, answer
    finally:
        gc.enable()


def interleaved(calls: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Give the median of each call; all take turns, so that a slow moment meets all alike.

    What is short is called several times in a turn.
    """
    times = {name: math.ceil(_LONG / timed(call)[0]) for name, call in calls.items()}
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(_ROUNDS):
        for name, call in calls.items():
            found[name].append(_mean(call, times[name]))
    return {name: median(seconds) for name, seconds in found.items()}


def _mean(call: Callable[[], object], times: int) -> float:
    return timed(lambda: [call() for _ in range(times)])[0] / times


def agree(answers: Mapping[str, object]) -> None:
    """Raise Differ unless all answers are equal."""
    first, *others = answers.items()
    for name, answer in others:
        if answer != first[1]:
            raise Differ(f"{name} answers otherwise than {first[0]}")


def milliseconds(seconds: float | None) -> str:
    """Write a time to three digits."""
    if seconds is None:
        return NOT_MEASURED
    number = seconds * 1000
    places = next((places for places, least in ((0, 100), (1, 10), (2, 1)) if number >= least), 3)
    return f"{number:,.{places}f}"


def tenfold(measures: Sequence[Measured], name: str) -> str:
    """Write by what the time was multiplied from the second largest size to the largest."""
    found = [(size, seconds[name]) for size, seconds in measures if name in seconds]
    if len(found) <= 1:
        return NOT_MEASURED
    (small, before), (large, after) = found[-2:]
    return f"{(after / before) ** (1 / math.log10(large / small)):.1f}x"


def table(measures: Sequence[Measured], names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Write a row for each size, and one for how the times grow."""
    rows = (
        (f"{size:,}", *(milliseconds(seconds.get(name)) for name in names))
        for size, seconds in measures
    )
    return (*rows, (TENFOLD, *(tenfold(measures, name) for name in names)))
