"""All stacks of a project, planned by as many processes as there are cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from gateway_rules.inputs import Catalogue, catalogue_of, stack_names
from gateway_rules.planning.stack_plan import StackOutcome, StackPlans, outcome_of
from gateway_rules.planning.worker import Gone, Worker, started

Told: TypeAlias = Callable[[int, int], None]
"""Called with the number of stacks that are planned, and of all that will be."""

_WORTH: Final = 12
"""Stacks for which one more process is worth its start, which takes as long as a few of them."""
_BATCH: Final = 4
"""Stacks that are given to a process at once: few, so that all processes end at the same time."""
_NONE: Final[Mapping[str, StackOutcome]] = MappingProxyType({})


def unheard(done: int, of: int) -> None:
    """Tell nobody how far the planning has come."""


def plan_stacks(
    root: Path,
    stacks: Iterable[str] | None = None,
    *,
    catalogue: Catalogue | None = None,
    known: Mapping[str, StackOutcome] = _NONE,
    told: Told = unheard,
    processes: int | None = None,
) -> StackPlans:
    """Read and plan every stack of a project, or those that are named, and raise for none of them.

    A plan among those `known` is taken where its stack's files ask for the same: planning
    is what takes time. The plans are the same however many processes make them, by default
    one for each core where there are many stacks. Raises Faults when the catalogue cannot
    be read, without which nothing can be planned.
    """
    catalogue = catalogue or catalogue_of(root)
    names = tuple(stack_names(root) if stacks is None else stacks)
    fleet = _Fleet(root, catalogue, known, told, len(names), deque(names))
    fleet.plan(processes or min(_cores(), len(names) // _WORTH + 1))
    return StackPlans({name: fleet.outcomes[name] for name in names})


def _cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class _Fleet:
    """Stacks that wait for whoever is free, and what came of the others."""

    root: Path
    catalogue: Catalogue
    known: Mapping[str, StackOutcome]
    told: Told
    total: int
    waiting: deque[str]
    outcomes: dict[str, StackOutcome] = field(default_factory=dict)

    def plan(self, processes: int) -> None:
        """Plan all, in this process and in as many others as make the number."""
        with ExitStack() as stack:
            workers = [*_workers(processes - 1, stack)]
            threads = stack.enter_context(ThreadPoolExecutor(max(1, len(workers))))
            for worker in workers:
                # A thread that waits for its worker wakes when that ends, also after Ctrl-C.
                stack.callback(worker.process.kill)
            helped = [threads.submit(self._plan_by, worker) for worker in workers]
            self._plan_here()
            for each in helped:
                each.result()
            # What a worker left behind that ended before its time.
            self._plan_here()

    def _plan_here(self) -> None:
        for name in chain.from_iterable(self._batches(1)):
            known = self.known.get(name)
            self.outcomes[name] = outcome_of(self.root, name, self.catalogue, known)
            self.told(len(self.outcomes), self.total)

    def _plan_by(self, worker: Worker) -> None:
        """Let a worker plan until nothing waits, or until it is gone."""
        with suppress(Gone):
            worker.open(self.root, self.catalogue)
            for names in self._batches(_BATCH):
                try:
                    batch = {name: self.known.get(name) for name in names}
                    self.outcomes.update(worker.plan(batch, self.catalogue))
                except Gone:
                    self.waiting.extend(names)
                    raise

    def _batches(self, size: int) -> Iterator[list[str]]:
        """Take stacks off the line, at most so many at once; several threads do."""
        while names := [*self._taken(size)]:
            yield names

    def _taken(self, size: int) -> Iterator[str]:
        with suppress(IndexError):
            for _ in range(size):
                yield self.waiting.popleft()


def _workers(count: int, stack: ExitStack) -> Iterator[Worker]:
    """Start workers, or as many as the machine lets us; none is needed."""
    with suppress(OSError):
        for _ in range(count):
            yield stack.enter_context(started())
