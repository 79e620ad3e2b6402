"""A process that plans stacks for another one, and how that one speaks to it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final, TypeAlias, cast

from gateway_rules.inputs import Catalogue
from gateway_rules.planning.stack_plan import StackOutcome, StackPlan, outcome_of

Batch: TypeAlias = Mapping[str, StackOutcome | None]
"""Stacks to plan, each with what came of it before."""

_START: Final = (
    "import pickle, sys\n"
    "sys.path[:] = pickle.load(sys.stdin.buffer)\n"
    f"from {__name__} import serve\n"
    "serve()\n"
)
"""It reads the other's `sys.path` first, so that both run the same code."""


class Gone(Exception):
    """A worker ended before it answered; whoever asked can plan the stacks without it."""


@dataclass(frozen=True)
class Worker:
    """A process that plans the stacks of a project; one thread at a time may ask it."""

    process: subprocess.Popen[bytes]
    asks: IO[bytes]
    answers: IO[bytes]

    def open(self, root: Path, catalogue: Catalogue) -> None:
        """Tell it the project, before anything else; raise Gone."""
        for value in (sys.path, root, catalogue):
            self._ask(value)

    def plan(self, batch: Batch, catalogue: Catalogue) -> dict[str, StackOutcome]:
        """Have stacks planned; raise Gone."""
        self._ask(batch)
        try:
            found: dict[str, StackOutcome] = pickle.load(self.answers)  # noqa: S301 - our child.
        except (EOFError, OSError, pickle.UnpicklingError):
            raise Gone from None
        return {name: _sharing(each, catalogue) for name, each in found.items()}

    def _ask(self, value: Any) -> None:
        try:
            _put(value, self.asks)
        except OSError:
            raise Gone from None


@contextmanager
def started() -> Iterator[Worker]:
    """Start a worker, which is stopped at the end; raise OSError when it cannot be started.

    Ctrl-C does not reach it, for its process group is its own. When this process ends,
    however it does, the worker finds its input at an end and ends as well.
    """
    process = subprocess.Popen(  # noqa: S603 - this Python and a constant.
        [sys.executable, "-I", "-c", _START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    asks, answers = (cast("IO[bytes]", end) for end in (process.stdin, process.stdout))
    try:
        yield Worker(process, asks, answers)
    finally:
        process.kill()
        for stream in (asks, answers):
            with suppress(OSError):
                stream.close()
        process.wait()


def serve() -> None:
    """Plan what is asked for on standard input until that ends, and write only answers."""
    asks = sys.stdin.buffer
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers, suppress(EOFError, OSError):
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        root, catalogue = pickle.load(asks), pickle.load(asks)  # noqa: S301 - from our parent.
        while True:
            batch: Batch = pickle.load(asks)  # noqa: S301 - as above.
            _put({n: outcome_of(root, n, catalogue, known) for n, known in batch.items()}, answers)


def _put(value: Any, stream: IO[bytes]) -> None:
    pickle.dump(value, stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _sharing(outcome: StackOutcome, catalogue: Catalogue) -> StackOutcome:
    """Let a plan hold the catalogue that all others hold, instead of a copy."""
    if isinstance(outcome, StackPlan):
        return replace(outcome, plan=replace(outcome.plan, catalogue=catalogue))
    return outcome
