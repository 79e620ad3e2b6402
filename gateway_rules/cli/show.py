"""`gateway-rules show`: the rules and entries that a stack's files ask for."""

from __future__ import annotations

from functools import partial

import typer

from gateway_rules.cli.terminal import Json, Stack, command_app, present, print_json, root_of
from gateway_rules.planning import load_plan, plan_as_json
from gateway_rules.views import print_plan

app = command_app()


@app.command("show")
def show(context: typer.Context, stack: Stack, as_json: Json = False) -> None:
    """Show the rules and entries that a stack's files ask for, and why.

    Example: gateway-rules show eu-west-1
    """
    plan = load_plan(root_of(context), stack).plan
    if as_json:
        print_json(plan_as_json(plan))
    else:
        present(partial(print_plan, plan))
