"""Where commands stand and how they answer: the project's folder, output, faults, exit codes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from gateway_rehearsal.loopback import is_rehearsal
from gateway_rules.errors import COMMAND_LINE, Fault, Faults, NoAnswer, OverQuota, usage
from gateway_rules.inputs import find_root

FOUND: Final = 1
MALFORMED: Final = 2
NO_ANSWER: Final = 3
INTERRUPTED: Final = 130
READER_GONE: Final = 141
"""What a shell says of a program that SIGINT or SIGPIPE ended."""
EXITS: Final = {OverQuota: FOUND, NoAnswer: NO_ANSWER}
_ENDLESS: Final = 10_000
"""Columns, more than any row has."""

Stack = Annotated[
    str, typer.Argument(help="A stack's name, such as eu-west-1.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]


def root_of(context: typer.Context) -> Path:
    """Find the project's folder from where the user stands, or from -C."""
    folder: Path = context.find_root().obj
    return find_root(folder.resolve())


def refuse_rehearsal() -> None:
    """Raise Faults where addresses may be a local name server's: they are not for review."""
    if is_rehearsal(os.environ):
        what = "AWS_ENDPOINT_URL names a local AWS, whose addresses are not to be reviewed"
        raise usage("rehearsal", what, "unset it for this command")


def present(draw: Callable[[Console], None]) -> None:
    """Print for people: as wide as the terminal, and where there is none, a row a line."""
    drawn, terminal = StringIO(), sys.stdout.isatty()
    width = None if terminal else _ENDLESS
    draw(Console(file=drawn, force_terminal=terminal, width=width, highlight=False))
    emit("\n".join(line.rstrip() for line in drawn.getvalue().splitlines()))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give a way to tell a terminal what is being done; it is wiped away at the end."""
    is_seen = sys.stderr.isatty()

    def told(text: str) -> None:
        if is_seen:
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()

    try:
        yield told
    finally:
        told("")


def print_line(text: str) -> None:
    """Print a line of the answer."""
    emit(text)


def print_json(data: Any) -> None:
    """Print one JSON document."""
    emit(json.dumps(data, indent=2))


def emit(text: str) -> None:
    """Write to standard output; raise NoAnswer when that fails, and Exit when nobody reads it."""
    try:
        sys.stdout.write(_known(f"{text}\n", sys.stdout.encoding or "utf-8"))
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer would fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise typer.Exit(READER_GONE) from None
        what = f"standard output cannot be written: {error.strerror}"
        fault = Fault(COMMAND_LINE, 1, 1, "output", what, "make room, or write elsewhere")
        raise NoAnswer(fault) from None


def _known(text: str, encoding: str) -> str:
    """Put a question mark for what a terminal or a pipe has no letter for, such as a bar."""
    return text.encode(encoding, "replace").decode(encoding)


def fail(faults: Faults, code: int) -> int:
    """Print the faults, one line each, and as JSON too where that was asked for."""
    tell(faults.faults)
    if "--json" in sys.argv:
        with suppress(NoAnswer, typer.Exit):
            print_json({"errors": [fault.as_json() for fault in faults.faults]})
    return code


def tell(faults: Iterable[Fault], word: str = "error") -> None:
    """Write faults to standard error, one line each, under another word where they are less."""
    sys.stderr.writelines(f"{fault}\n".replace("error", word, 1) for fault in faults)
