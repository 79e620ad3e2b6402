"""`gateway-rules explain`: whether a conversation passes, and what decides it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from gateway_rules import audit
from gateway_rules.audit import explain_live, explain_plan, parse_question
from gateway_rules.cli.terminal import FOUND, Json, Stack, command_app, present, print_json, root_of
from gateway_rules.planning import load_plan
from gateway_rules.views import print_explanation

app = command_app()


@app.command("explain", context_settings={"ignore_unknown_options": True})
def explain(
    context: typer.Context,
    stack: Stack,
    *,
    direction: Annotated[
        str, typer.Argument(help="egress: the gateway begins; ingress: the other end does.")
    ],
    protocol: Annotated[
        str, typer.Argument(help="tcp, udp, icmp, icmpv6, -1 for all, or a number.")
    ],
    address: Annotated[
        str, typer.Argument(help="An address, a prefix, a host of the catalogue, or self.")
    ],
    port: Annotated[
        str | None,
        typer.Argument(help="The server's port; of ICMP type or type/code; others have none."),
    ] = None,
    is_live: Annotated[
        bool, typer.Option("--live", help="Ask what AWS has, not the stack's files.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say whether a conversation is let through, what decides it, and what would allow it.

    Exits 0 when group, way there and the whole way back let it pass, else 1.

    Example: gateway-rules explain eu-west-1 ingress tcp 10.42.0.9 22
    """
    planned = load_plan(root_of(context), stack)
    plan = planned.plan
    asked = parse_question(plan, direction, protocol, address, port)
    full = (
        explain_live(plan, audit.read_account(planned), asked)
        if is_live
        else explain_plan(plan, asked)
    )
    if as_json:
        print_json(full.as_json())
    else:
        present(partial(print_explanation, full))
    raise typer.Exit(0 if full.explanation.allowed else FOUND)
