"""`gateway-rules new-stack`: a stack file to fill in."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway_rules.authoring import create_stack
from gateway_rules.cli.terminal import command_app, print_line, root_of
from gateway_rules.inputs import catalogue_of, relative

app = command_app()


@app.command("new-stack")
def new_stack(
    context: typer.Context,
    region: Annotated[str, typer.Argument(help="An AWS Region, such as eu-west-2.")],
    name: Annotated[
        str | None, typer.Option("--name", help="The stack's name; by default the Region's.")
    ] = None,
) -> None:
    """Write a commented stack file to fill in, and say what comes next.

    Example: gateway-rules new-stack eu-west-2
    """
    root = root_of(context)
    path, steps = create_stack(root, region, name or region, catalogue_of(root))
    print_line(f"wrote {relative(path, root)}")
    for number, step in enumerate(steps, 1):
        print_line(f"{number}. {step}")
