"""Where commands stand and how they answer: the project's folder, output, faults, exit codes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gateway_rules.errors import COMMAND_LINE, Fault, Faults, NoAnswer, OverQuota
from gateway_rules.inputs import find_root
from gateway_rules.views import Draw, drawn, plain

FOUND: Final = 1
MALFORMED: Final = 2
NO_ANSWER: Final = 3
INTERRUPTED: Final = 130
READER_GONE: Final = 141
"""What a shell says of a program that SIGINT or SIGPIPE ended."""
EXITS: Final = {OverQuota: FOUND, NoAnswer: NO_ANSWER}

Stack = Annotated[
    str, typer.Argument(help="A stack's name, such as eu-west-1.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]


def command_app() -> typer.Typer:
    """Make the app of one command, as `gateway-rules` takes it in."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Give the user's folder for what can be made again (XDG Base Directory Specification)."""
    if own := environment.get("GATEWAY_RULES_CACHE"):
        return Path(own).absolute()
    if standard := environment.get("XDG_CACHE_HOME"):
        return Path(standard).absolute() / "gateway-rules"
    return Path.home() / ".cache" / "gateway-rules"


def root_of(context: typer.Context) -> Path:
    """Find the project's folder from where the user stands, or from -C."""
    folder: Path = context.find_root().obj
    return find_root(folder.resolve())


def present(draw: Draw) -> None:
    """Print for people: as wide as the terminal, and where there is none, a row a line."""
    send(drawn(draw, is_terminal=sys.stdout.isatty()))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give a way to tell a terminal what is being done; it is wiped away at the end."""
    is_seen = sys.stderr.isatty()

    def told(text: str) -> None:
        if is_seen:
            sys.stderr.write(f"\r{plain(text)}\x1b[K")
            sys.stderr.flush()

    try:
        yield told
    finally:
        told("")


@contextmanager
def counting() -> Iterator[Callable[[int, int], None]]:
    """Give a way to tell a terminal how many stacks are planned, where there are many."""
    with progress() as told:
        yield lambda done, of: told(f"planned {done} of {of} stacks")


def print_line(text: str) -> None:
    """Print a line of the answer."""
    emit(text)


def print_json(data: Any) -> None:
    """Print one JSON document."""
    emit(json.dumps(data, indent=2))


def emit(text: str) -> None:
    """Write lines to standard output, without anything in them that could steer a terminal.

    Names of files, branches and what is in AWS are others' choice. Raises what `send` raises.
    """
    send("\n".join(map(plain, text.split("\n"))))


def send(text: str) -> None:
    """Write to standard output as it is; what others wrote is plain in it already.

    Raises NoAnswer when that fails, and Exit when nobody reads it.
    """
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
