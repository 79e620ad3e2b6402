"""The commands of a review: snapshots, comparison with a revision, the document's next issue."""

from __future__ import annotations

import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway_rules.cli.terminal import (
    FOUND,
    NO_ANSWER,
    Json,
    emit,
    fail,
    print_json,
    print_line,
    refuse_rehearsal,
    root_of,
    tell,
)
from gateway_rules.errors import Faults
from gateway_rules.inputs import relative

app = typer.Typer()


@app.command()
def render(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when a snapshot is stale.")
    ] = False,
) -> None:
    """Write stacks/rules/STACK.txt: a line for each rule and entry, for `git diff` to review.

    Example: gateway-rules render
    """
    from gateway_rules.review import snapshots, write_snapshots  # noqa: PLC0415 - `show` need not wait for it.

    refuse_rehearsal()
    found = snapshots(root_of(context))
    for fault in found.pending:
        print_line(f"pending: {fault.file}: {fault.message}; {fault.fix}")
    if check:
        raise typer.Exit(fail(Faults(*found.faults), FOUND) if found.faults else 0)
    write_snapshots(found)
    for path in (*found.stale, *found.left_over):
        print_line(f"{'wrote' if path in found.wanted else 'removed'} {relative(path, found.root)}")


@app.command()
def diff(
    context: typer.Context,
    base: Annotated[
        str | None, typer.Argument(help="A git revision; by default where the branch left main.")
    ] = None,
    as_json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Write a comment for a pull request.")
    ] = False,
    brake: Annotated[
        bool, typer.Option("--brake", help="Exit 1 when a limit of brakes.yaml is passed.")
    ] = False,
) -> None:
    """Show which packets the working tree opens and closes against a revision.

    Example: gateway-rules diff main
    """
    # `show` need not wait for these.
    from gateway_rules.review import review_change  # noqa: PLC0415
    from gateway_rules.views import review_as_markdown, review_as_text  # noqa: PLC0415

    review = review_change(root_of(context), base, datetime.now(UTC).date())
    if as_json:
        print_json(review.as_json())
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        said = review.diffs, review.verdict, review.against
        emit((review_as_markdown(*said) if markdown else review_as_text(*said, width)).rstrip())
    raise typer.Exit(FOUND if brake and review.verdict.trips else 0)


@app.command()
def rehearse(
    context: typer.Context,
    base: Annotated[
        str | None, typer.Argument(help="A git revision; by default where the branch left main.")
    ] = None,
    stack: Annotated[
        list[str] | None,
        typer.Option(help="A stack to rehearse; repeatable. By default all that change."),
    ] = None,
    as_json: Json = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show alike calls and all packets one by one.")
    ] = False,
) -> None:
    """Deploy BASE, then the working tree, on a private local AWS, and judge each call between.

    No flow that both ask for may be cut after any call, and nothing be open that neither
    passes; exits 1 when that is not so. Needs no account, and leaves `local up` alone.

    Example: gateway-rules rehearse main --stack eu-west-1
    """
    # `show` need not wait for boto3 and the engine.
    from gateway_rehearsal.rehearse.rehearsing import rehearse_change  # noqa: PLC0415
    from gateway_rehearsal.rehearse.text import Form, rehearsal_as_json, rehearsal_text  # noqa: PLC0415

    # What was started is ended then as it is by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    way = Console(stderr=True, highlight=False)
    found = rehearse_change(root_of(context), base, stack or (), way)
    if as_json:
        print_json(rehearsal_as_json(found))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        emit(rehearsal_text(found, Form(width, verbose)))
    tell(found.faults)
    raise typer.Exit(FOUND if not found.is_clean else NO_ANSWER if found.faults else 0)


@app.command("import")
def import_document(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The text of the vendor's next issue.")],
    write: Annotated[bool, typer.Option("--write", help="Write the catalogue.")] = False,
    as_json: Json = False,
) -> None:
    """Propose what the vendor's next issue changes, and list what could not be placed.

    Prints the catalogue's changes as a diff; exits 1 when a cell could not be placed.

    Example: gateway-rules import ports-and-protocols-3.15.txt
    """
    from gateway_rules.cli.import_command import run  # noqa: PLC0415 - `show` need not wait for it.

    raise typer.Exit(run(root_of(context), file, as_json=as_json, write=write))
