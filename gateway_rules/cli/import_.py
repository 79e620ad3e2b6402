"""`gateway-rules import`: what the vendor's next issue changes in the catalogue."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway_rules.authoring import IssueImport, import_issue
from gateway_rules.cli.terminal import FOUND, Json, command_app, emit, print_json, root_of
from gateway_rules.errors import Fault
from gateway_rules.inputs import SHIPPED, replace_file

PROSE: Final = SHIPPED.with_name("prose.yaml")

app = command_app()


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The text of the vendor's next issue.")],
    write: Annotated[bool, typer.Option("--write", help="Write the catalogue.")] = False,
    as_json: Json = False,
) -> None:
    """Propose what the vendor's next issue changes, and list what could not be placed.

    Prints the catalogue's changes as a diff; exits 1 when a cell could not be placed.

    Example: gateway-rules import ports-and-protocols-3.15.txt
    """
    raise typer.Exit(run_import(root_of(context), file, as_json=as_json, write=write))


def run_import(
    root: Path,
    file: Path,
    *,
    as_json: bool = False,
    write: bool = False,
    catalogue: Path | None = None,
    prose: Path | None = None,
) -> int:
    """Print what an issue changes, and write it into the catalogue if asked to.

    Catalogue and prose are the project's own, or where it has none those of the package.

    Gives 1 when something of the issue could not be placed, else 0; the diff, or one JSON
    document, goes to standard output, what could not be placed to standard error. Raises
    Faults when the file is no such document, or the catalogue is malformed, and NoAnswer
    when one of them cannot be written.
    """
    catalogue = catalogue or _own(root, SHIPPED)
    found = import_issue(root, file, catalogue, prose or _own(root, PROSE))
    is_written = write and found.before != found.after
    if is_written:
        replace_file(catalogue, found.after, root)
    for finding in found.findings:
        sys.stderr.write(f"{warning(finding.fault(found.file))}\n")
    if as_json:
        print_json(found.as_json(is_written=is_written))
    elif said := _for_people(found, is_written=is_written):
        emit(said.removesuffix("\n"))
    return FOUND if found.findings else 0


def _own(root: Path, shipped: Path) -> Path:
    own = root / "gateway_rules" / shipped.parent.name / shipped.name
    return own if own.exists() else shipped


def warning(fault: Fault) -> str:
    """Give the line for a finding, in the form of a fault."""
    return f"warning{str(fault).removeprefix('error')}"


def _for_people(found: IssueImport, *, is_written: bool) -> str:
    if not found.diff and not found.findings:
        return f"{found.catalogue} says what issue {found.issues[1]} says.\n"
    return found.diff + (f"Written: {found.catalogue}\n" if is_written else "")
