"""Deploying one stack onto the local AWS, and what came of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway_rehearsal.board import Board
from gateway_rehearsal.engine import Engine, Event
from gateway_rehearsal.events import Tally, written
from gateway_rules.errors import COMMAND_LINE, Fault

CUT_OFF = ("InvalidPermission.Duplicate", "InvalidGroup.Duplicate", "currently locked by")
"""How AWS and the engine say that an earlier update was cut off."""


@dataclass(frozen=True)
class Deployment:
    """How the deployment of one stack ended."""

    stack: str
    succeeded: bool
    tally: Tally
    log: Path

    @property
    def is_malformed(self) -> bool:
        """Say whether the program found fault with the stack's files."""
        return not self.succeeded and bool(self.tally.faults)

    def problems(self) -> tuple[str, ...]:
        """Give a line for everything that went wrong: the program's own words, if it has any."""
        if self.succeeded:
            return ()
        errors = self.tally.errors or ("the engine ended without a word",)
        return self.tally.faults or tuple(
            str(Fault(COMMAND_LINE, 1, 1, "deploy", f"{self.stack}: {error}", self._cure(error)))
            for error in errors
        )

    def _cure(self, error: str) -> str:
        if any(sign in error for sign in CUT_OFF):
            return f"run gateway-rules local repair {self.stack}, then this again"
        return f"read {self.log}"


def deploy(engine: Engine, stack: str, board: Board) -> Deployment:
    """Run `pulumi up` on a stack that the engine is prepared for; its log has all that was said."""
    started = time.monotonic()
    board.phase(stack, "deploying")
    tally = Tally()
    log = engine.layout.log(stack)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", buffering=1) as output:

        def on_event(event: Event) -> None:
            tally.add(event)
            if text := written(event):
                output.write(f"{text}\n")
            board.count(stack, f"deploying, {tally.resources} resources, {tally.changed} changed")

        succeeded = _up(engine, stack, on_event)
    outcome = tally.summary() if succeeded else "failed"
    board.end(stack, f"{outcome} ({time.monotonic() - started:.1f} s)")
    return Deployment(stack, succeeded, tally, log.relative_to(engine.layout.root))


def _up(engine: Engine, stack: str, on_event: Callable[[Event], None]) -> bool:
    """Deploy a stack, which is made first if need be."""
    if not engine.layout.state_file(stack).exists():
        made = engine.run("stack", "init", stack, "--no-select", "--non-interactive")
        if made.returncode != 0:
            on_event({"diagnosticEvent": {"severity": "error", "message": made.stderr}})
            return False
    return engine.follow("up", "-s", stack, "--yes", "--skip-preview", on_event=on_event) == 0
