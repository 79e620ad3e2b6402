"""`gateway-rules check`: everything that is wrong with a project's files, at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from gateway_rules.cli.sarif_file import STANDARD_OUTPUT, Sarif, require_room, sarif_file
from gateway_rules.cli.terminal import (
    FOUND,
    MALFORMED,
    Json,
    command_app,
    counting,
    print_json,
    print_line,
    root_of,
    tell,
)
from gateway_rules.packets import counted
from gateway_rules.review import check_project
from gateway_rules.views import Found

app = command_app()


@app.command("check")
def check(
    context: typer.Context,
    stacks: Annotated[
        list[str] | None, typer.Argument(metavar="[STACK]...", help="By default all stacks.")
    ] = None,
    as_json: Json = False,
    sarif: Sarif = None,
) -> None:
    """Validate everything at once: catalogue, stacks, addresses, snapshots, policy.

    Example: gateway-rules check
    """
    require_room(sarif, ("--json", as_json))
    root, today = root_of(context), datetime.now(UTC).date()
    with sarif_file(sarif, "check", root) as report:
        with counting() as told:
            found = check_project(root, tuple(stacks or ()), today, told)
        wrong = (*found.malformed, *found.found)
        report += [Found("error", fault) for fault in wrong]
        report += [Found("warning", fault) for fault in found.warnings]
        report += [Found("note", fault) for fault in found.pending]
    if as_json:
        print_json(found.as_json())
    tell(found.pending, "pending")
    tell(found.warnings, "warning")
    tell(wrong)
    if not (as_json or wrong or sarif == STANDARD_OUTPUT):
        many = counted(len(found.stacks), "stack", "stacks")
        print_line(f"{many}, {len(found.pending)} pending: nothing is wrong")
    raise typer.Exit(MALFORMED if found.malformed else FOUND if found.found else 0)
