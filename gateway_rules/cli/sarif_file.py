"""The option by which a command also writes what it finds as SARIF."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway_rules.cli.terminal import emit
from gateway_rules.errors import Faults, usage
from gateway_rules.inputs import replace_file
from gateway_rules.review import folder_in_repository
from gateway_rules.views import Found, faults_as_sarif

STANDARD_OUTPUT: Final = Path("-")

Sarif = Annotated[
    Path | None,
    typer.Option(
        "--sarif",
        metavar="FILE",
        help="Also write faults as SARIF, which GitHub shows on their lines; - is standard output.",
    ),
]


@contextmanager
def sarif_file(target: Path | None, command: str, root: Path) -> Iterator[list[Found]]:
    """Take what a command finds, and write it when it ends, whether or not with faults.

    Nothing is written where the program itself fails: an empty file would say that nothing
    is wrong. Raises NoAnswer when the file cannot be written.
    """
    found: list[Found] = []
    try:
        yield found
    except Faults as faults:
        _write(target, command, root, [*found, *(Found("error", f) for f in faults.faults)])
        raise
    except typer.Exit:
        _write(target, command, root, found)
        raise
    _write(target, command, root, found)


def _write(target: Path | None, command: str, root: Path, found: list[Found]) -> None:
    if not target:
        return
    log = faults_as_sarif(command, found, folder_in_repository(root))
    text = json.dumps(log, indent=2)
    if target == STANDARD_OUTPUT:
        emit(text)
    else:
        replace_file(target.absolute(), f"{text}\n", root)


def require_room(target: Path | None, *others: tuple[str, bool]) -> None:
    """Raise Faults where SARIF goes to standard output, which another option takes."""
    for option, is_asked in others:
        if target == STANDARD_OUTPUT and is_asked:
            what = f"--sarif - and {option} each take all of standard output"
            raise usage("usage", what, "write SARIF into a file")
