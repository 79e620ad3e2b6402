"""`gateway-rules resolve`: look up a stack's hosts and write the addresses for review."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from gateway_rules.authoring import (
    LookupTerms,
    ask_resolvers,
    parse_resolvers,
    resolve,
    system_resolvers,
    write_addresses,
)
from gateway_rules.cli.terminal import FOUND, Json, Stack, command_app, emit, print_json, root_of

app = command_app()


@app.command("resolve")
def resolve_hosts(
    context: typer.Context,
    stack: Stack,
    *,
    resolver: Annotated[
        list[str] | None,
        typer.Option(metavar="IP[:PORT]", help="Ask this one, several times over ask several."),
    ] = None,
    every_host: Annotated[
        bool, typer.Option("--all", help="Look up hosts whose printed addresses hold as well.")
    ] = False,
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Ask each question so often.")] = 3,
    grace: Annotated[
        int,
        typer.Option(
            metavar="DAYS", min=0, max=36_500, help="Keep an address that is not given any more."
        ),
    ] = 14,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.1, max=60, help="Wait so long for an answer.")
    ] = 5,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when addresses differ.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Look up a stack's hosts, and write stacks/addresses/STACK.yaml for review.

    Without --resolver it asks those that this machine uses. Answers that no public server
    can have, or that resolvers do not share, are refused, and then nothing is written.

    Example: gateway-rules resolve us-east-1 --resolver 10.43.0.2
    """
    asked = parse_resolvers(resolver or ()) or system_resolvers()
    terms = LookupTerms(asked, datetime.now(UTC).date(), rounds, grace, every_host=every_host)
    found = resolve(root_of(context), stack, terms, partial(ask_resolvers, seconds=timeout))
    if not check:
        write_addresses(found)
    if as_json:
        print_json(found.as_json())
    else:
        emit("\n".join(found.lines(written=not check)))
    raise typer.Exit(FOUND if check and found.changes else 0)
