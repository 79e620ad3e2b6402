"""`gateway-rules verify`: what AWS lets through, compared with the plan."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gateway_rules.audit import Verification, Watch
from gateway_rules.cli.terminal import (
    EXITS,
    FOUND,
    INTERRUPTED,
    MALFORMED,
    Json,
    Stack,
    command_app,
    emit,
    present,
    print_json,
    root_of,
)
from gateway_rules.planning import load_plan
from gateway_rules.views import print_verification

app = command_app()


@app.command("verify")
def verify(
    context: typer.Context,
    stack: Stack,
    *,
    seconds: Annotated[
        int | None,
        typer.Option(
            "--watch",
            metavar="SECONDS",
            min=1,
            help="Look again and again, and print what is new or gone, a line each.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare the packets that AWS lets through with those that a stack's files ask for.

    Tells what is missing, what passes beyond, what is not the stack's and bears on it, and
    quotas that are too small; each with the smallest packet that shows it, the services that
    it hurts, and the command that mends it. Needs rights to read only (see the README).

    With --watch it goes on until Ctrl-C and exits as the last look did; with --json each
    change is a line of JSON.

    Example: AWS_PROFILE=audit gateway-rules verify eu-west-1
    """
    root = root_of(context)
    if seconds:
        load_plan(root, stack)  # What is wrong with the files at first is no matter of watching.
        watch = Watch(stack, partial(datetime.now, UTC), fold=not as_json)
        # The files are read again each time, as they change with each deployment.
        once = partial(_look, root, stack)
        raise typer.Exit(_go_on(watch, once, seconds, as_json=as_json))
    verification = _look(root, stack)
    if as_json:
        print_json(verification.as_json())
    else:
        present(partial(print_verification, verification))
    raise typer.Exit(0 if verification.is_clean else FOUND)


def _look(root: Path, stack: str) -> Verification:
    from gateway_rules.audit import verify_account  # noqa: PLC0415 - boto3 is not always there, and the help needs none.

    return verify_account(load_plan(root, stack))


def _go_on(watch: Watch, look: Callable[[], Verification], seconds: int, *, as_json: bool) -> int:
    """Look until interrupted; give the exit code of the last look that came to its end."""
    # SIGTERM, by which service managers end a monitor, ends it as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = INTERRUPTED
    with suppress(KeyboardInterrupt):
        while True:
            for change in watch.look(look):
                emit(json.dumps(change.as_json()) if as_json else str(change))
            code = _exit_code(watch)
            time.sleep(seconds)
    return code


def _exit_code(watch: Watch) -> int:
    if watch.failure:
        return EXITS.get(type(watch.failure), MALFORMED)
    return 0 if watch.is_clean else FOUND
