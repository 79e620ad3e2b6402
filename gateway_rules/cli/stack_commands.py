"""The commands that look after stacks: list, check, begin one, look its hosts up."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from gateway_rules.cli.terminal import (
    FOUND,
    MALFORMED,
    Json,
    Stack,
    emit,
    print_json,
    print_line,
    refuse_rehearsal,
    root_of,
    tell,
)
from gateway_rules.inputs import catalogue_of, relative
from gateway_rules.packets import counted

app = typer.Typer()


@app.command()
def stacks(context: typer.Context, as_json: Json = False) -> None:
    """List the stacks with their Regions, and what pending ones lack.

    Example: gateway-rules stacks
    """
    from gateway_rules.review import list_stacks  # noqa: PLC0415 - `show` need not wait for it.

    listed = list_stacks(root_of(context))
    if as_json:
        print_json({"stacks": [stack.as_json() for stack in listed]})
    else:
        for stack in listed:
            print_line(str(stack))


@app.command("check")
def check_files(
    context: typer.Context,
    stacks: Annotated[
        list[str] | None, typer.Argument(metavar="[STACK]...", help="By default all stacks.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Validate everything at once: catalogue, stacks, addresses, snapshots, brakes.

    Example: gateway-rules check
    """
    from gateway_rules.review import check_project  # noqa: PLC0415 - `show` need not wait for it.

    found = check_project(root_of(context), tuple(stacks or ()), datetime.now(UTC).date())
    wrong = (*found.malformed, *found.found)
    if as_json:
        print_json(found.as_json())
    tell(found.pending, "pending")
    tell(found.warnings, "warning")
    tell(wrong)
    if not (as_json or wrong):
        many = counted(len(found.stacks), "stack", "stacks")
        print_line(f"{many}, {len(found.pending)} pending: nothing is wrong")
    raise typer.Exit(MALFORMED if found.malformed else FOUND if found.found else 0)


@app.command()
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
    from gateway_rules.authoring import create_stack  # noqa: PLC0415 - `show` need not wait for it.

    root = root_of(context)
    path, steps = create_stack(root, region, name or region, catalogue_of(root))
    print_line(f"wrote {relative(path, root)}")
    for number, step in enumerate(steps, 1):
        print_line(f"{number}. {step}")


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
    from gateway_rules.authoring import (  # noqa: PLC0415 - `show` need not wait for them.  # noqa: PLC0415 - nor for this.
        LookupTerms,
        ask_resolvers,
        parse_resolvers,
        resolve,
        system_resolvers,
        write_addresses,
    )

    refuse_rehearsal()
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
