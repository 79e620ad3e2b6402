"""`gateway-rules stacks`: the stacks, their Regions, and what pending ones lack."""

from __future__ import annotations

import typer

from gateway_rules.cli.terminal import Json, command_app, counting, print_json, print_line, root_of
from gateway_rules.review import list_stacks

app = command_app()


@app.command("stacks")
def stacks(context: typer.Context, as_json: Json = False) -> None:
    """List the stacks with their Regions, and what pending ones lack.

    Example: gateway-rules stacks
    """
    with counting() as told:
        listed = list_stacks(root_of(context), told)
    if as_json:
        print_json({"stacks": [stack.as_json() for stack in listed]})
    else:
        for stack in listed:
            print_line(str(stack))
