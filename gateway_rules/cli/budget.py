"""`gateway-rules budget`: what each number of entries costs a stack."""

from __future__ import annotations

from functools import partial

import typer

from gateway_rules.cli.terminal import (
    Json,
    Stack,
    command_app,
    present,
    print_json,
    progress,
    root_of,
)
from gateway_rules.planning import excess_curve, load_plan
from gateway_rules.views import print_curves

app = command_app()


@app.command("budget")
def budget(context: typer.Context, stack: Stack, as_json: Json = False) -> None:
    """Show what each number of network-ACL entries costs a stack, and what a larger quota buys.

    Example: gateway-rules budget eu-west-1
    """
    plan = load_plan(root_of(context), stack).plan
    with progress() as told:
        curves = excess_curve(plan, lambda *side: told(f"{' '.join(side)}: every budget"))
    if as_json:
        print_json({"stack": stack, "curves": [curve.as_json() for curve in curves]})
    else:
        present(partial(print_curves, stack, curves))
