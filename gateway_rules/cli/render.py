"""`gateway-rules render`: write the snapshots that `git diff` reviews."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway_rules.cli.terminal import FOUND, command_app, counting, fail, print_line, root_of
from gateway_rules.errors import Faults
from gateway_rules.inputs import relative
from gateway_rules.review import snapshots, write_snapshots

app = command_app()


@app.command("render")
def render(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when a snapshot is stale.")
    ] = False,
) -> None:
    """Write stacks/rules/STACK.txt: a line for each rule and entry, for `git diff` to review.

    Example: gateway-rules render
    """
    with counting() as told:
        found = snapshots(root_of(context), told)
    for fault in found.pending:
        print_line(f"pending: {fault.file}: {fault.message}; {fault.fix}")
    if check:
        raise typer.Exit(fail(Faults(*found.faults), FOUND) if found.faults else 0)
    write_snapshots(found)
    for path in (*found.stale, *found.left_over):
        print_line(f"{'wrote' if path in found.wanted else 'removed'} {relative(path, found.root)}")
