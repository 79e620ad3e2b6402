"""`gateway-rules local pulumi`: the engine by hand, kept to the local run."""

import re
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from gateway_rehearsal import session, toolchain
from gateway_rehearsal.build import Say
from gateway_rehearsal.engine import Engine
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.locks import shared
from gateway_rehearsal.servers import Server
from gateway_rules.errors import unable
from gateway_rules.inputs import stack_names

# Shells say by this much that a signal ended a command.
SIGNALLED = 128


def pulumi(root: Path, arguments: Sequence[str], say: Say) -> int:
    """Run pulumi in the local run's project, with its terminal; give its exit code.

    The project is the fleet's where a stack of it is named.

    A pulumi that is killed in an update leaves a lock and half-made resources, so its record stays
    and the next `up` starts afresh. Raises NoAnswer when no local AWS runs.
    """
    layout = layout_of(root, arguments)
    with shared(root, lambda: say("waiting for another local run of this project")):
        engine = running(layout, say)
        record = session.record(layout)
        code = _run(engine, arguments)
        # Without a lock it only read: a reader such as `head` ends it as soon as it has enough.
        if code >= 0 or not any(layout.locks.rglob("*.json")):
            record.unlink()
        return SIGNALLED - code if code < 0 else code


def running(layout: Layout, say: Say) -> Engine:
    """Give the engine beside the local AWS; raise NoAnswer when none runs."""
    server = Server.recorded(layout)
    if server is None or not server.answers():
        raise unable("not-running", "no local AWS runs", "run gateway-rules local up first")
    engine = Engine(layout, toolchain.ensure(say), server.endpoint)
    # The user may have edited a stack's file since; the program would find that they differ.
    engine.prepare(stack_names(layout.source))
    return engine


def layout_of(root: Path, arguments: Iterable[str]) -> Layout:
    """Give the places of the project that a named stack is of; a user's own stack goes first."""
    fleet = Layout(root, fleet=True)
    named = {re.sub("^(--stack=|-s=?)", "", argument) for argument in arguments}
    made = {*stack_names(fleet.source)}.difference(stack_names(root))
    return Layout(root, fleet=not named.isdisjoint(made))


def _run(engine: Engine, arguments: Sequence[str]) -> int:
    """Wait for pulumi, which gets a Ctrl-C by itself and answers it in its own time."""
    process = subprocess.Popen(  # noqa: S603 the user's own command
        engine.command(*arguments), cwd=engine.layout.project, env=engine.environment()
    )
    while process.returncode is None:
        with suppress(KeyboardInterrupt):
            process.wait()
    return process.returncode
