"""`gateway-rules diff`: which packets a change opens and closes."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway_rules.cli.sarif_file import STANDARD_OUTPUT, Sarif, require_room, sarif_file
from gateway_rules.cli.terminal import (
    FOUND,
    Json,
    command_app,
    counting,
    emit,
    print_json,
    root_of,
    tell,
)
from gateway_rules.errors import Faults, usage
from gateway_rules.inputs import replace_file
from gateway_rules.review import present_commit, review_change
from gateway_rules.views import (
    Found,
    failure_as_markdown,
    review_as_markdown,
    review_as_text,
    review_in_full,
)

app = command_app()

_OLD_FLAG: Final = usage("old-name", "--brake is called --enforce now", "write --enforce")


@app.command("diff")
def diff(
    context: typer.Context,
    base: Annotated[
        str | None, typer.Argument(help="A git revision; by default where the branch left main.")
    ] = None,
    *,
    as_json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Write a comment for a pull request.")
    ] = False,
    full: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="With --markdown, also write the report from which nothing is cut."
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TAG-OR-DATE",
            help="Compare with a tag, or with main before a day, to see what several changes add up"
            " to.",
        ),
    ] = None,
    enforce: Annotated[
        bool, typer.Option("--enforce", help="Exit 1 when a limit of policy.yaml is passed.")
    ] = False,
    sarif: Sarif = None,
    brake: Annotated[
        bool, typer.Option("--brake", help="What --enforce was called until 1.0.")
    ] = False,
) -> None:
    """Show which packets the working tree opens and closes against a revision.

    Example: gateway-rules diff main
    """
    _require_one_form(as_json=as_json, markdown=markdown, full=full)
    require_room(sarif, ("--json", as_json), ("--markdown", markdown))
    if base and since:
        fix = "leave one of them out"
        raise usage("usage", "BASE and --since both say what to compare with", fix)
    root, today = root_of(context), datetime.now(UTC).date()
    with sarif_file(sarif, "diff", root) as report:
        try:
            with counting() as told:
                review = review_change(root, base, today, told, since=since)
        except Faults as faults:
            if markdown:
                emit(failure_as_markdown(present_commit(root), faults.faults).rstrip())
            raise
        report += [Found("error", fault) for fault in review.faults(root)]
    old = (*(_OLD_FLAG.faults if brake else ()), *review.old_names)
    tell(old, "warning")
    said = review.diffs, review.verdict, review.against
    if full:
        replace_file(full.absolute(), review_in_full(*said, review.program), root)
    if as_json:
        print_json(review.as_json())
    elif markdown:
        emit(review_as_markdown(*said, review.program, full.name if full else "").rstrip())
    elif sarif != STANDARD_OUTPUT:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        emit(review_as_text(*said, width, review.program).rstrip())
    raise typer.Exit(FOUND if (enforce or brake) and review.verdict.breaches else 0)


def _require_one_form(*, as_json: bool, markdown: bool, full: Path | None) -> None:
    if as_json and markdown:
        what = "--json and --markdown each take all of standard output"
        raise usage("usage", what, "write one of them")
    if full and not markdown:
        raise usage("usage", "--full goes with a comment", "write --markdown as well")
