"""The command line: every command reads files, calls one function, and prints what it gives."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from rich.console import Console

from gateway_rules import report, show
from gateway_rules.catalogue import Catalogue, read_catalogue
from gateway_rules.errors import COMMAND_LINE, Fault, Faults, NoAnswer, OverQuota
from gateway_rules.local.commands import app as local
from gateway_rules.project import find_root, load_plan

FOUND: Final = 1
MALFORMED: Final = 2
NO_ANSWER: Final = 3
EXITS: Final = {OverQuota: FOUND, NoAnswer: NO_ANSWER}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Turn a mail gateway's ports-and-protocols document into AWS security groups and "
    "network ACLs, and show what they let through.\n\n"
    "Exits 0 when all is well, 1 when it found what it looks for, 2 on malformed input, "
    "3 when it could not answer.",
)

Stack = Annotated[
    str, typer.Argument(help="A stack's name, such as eu-west-1.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

app.add_typer(local, name="local")


@app.callback()
def project(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Option("-C", metavar="DIR", help="Work on the project in or above DIR.")
    ] = Path(),
) -> None:
    """Find the project."""
    context.obj = folder


@app.command("show")
def show_stack(context: typer.Context, stack: Stack, as_json: Json = False) -> None:
    """Show the rules and entries that a stack's files ask for, and why.

    Example: gateway-rules show eu-west-1
    """
    plan = load_plan(root_of(context), stack)
    if as_json:
        print_json(report.as_json(plan))
    else:
        show.print_plan(plan, console())


@app.command()
def catalogue(as_json: Json = False) -> None:
    """Show the document's rows, its errata and its caveats, in its own order.

    Hold it beside the PDF: every row is there, and each caveat has lines to paste into
    a stack file.
    """
    read = read_catalogue()
    if as_json:
        print_json(catalogue_json(read))
    else:
        show.print_catalogue(read, console())


def catalogue_json(read: Catalogue) -> dict[str, Any]:
    """Give the catalogue as its file has it."""
    data = read.model_dump(mode="json", exclude={"regions", "services", "caveats"})
    services = [report.service(service) for service in read.services]
    return data | {"services": services, "caveats": [report.caveat(c) for c in read.caveats]}


@app.command()
def verify(context: typer.Context, stack: Stack, as_json: Json = False) -> None:
    """Compare the packets that AWS lets through with those that a stack's files ask for.

    Needs credentials that may describe VPCs, subnets, security groups and network ACLs.
    """
    from gateway_rules import aws  # noqa: PLC0415 - boto3 is slow to import and not always there.

    plan = load_plan(root_of(context), stack)
    verification = aws.verify(plan)
    if as_json:
        print_json(verification.as_json())
    else:
        show.print_verification(verification, console())
    raise typer.Exit(0 if verification.is_clean else FOUND)


def root_of(context: typer.Context) -> Path:
    """Find the project's folder from where the user stands, or from -C."""
    folder: Path = context.find_root().obj
    return find_root(folder.resolve())


def console() -> Console:
    """Give a console that wraps at a terminal's width, and not at all in a pipe."""
    wide = None if sys.stdout.isatty() else 200
    return Console(width=wide, highlight=False, soft_wrap=False)


def print_json(data: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(data, indent=2))  # noqa: T201 - standard output is the interface.


def main() -> NoReturn:
    """Run the command line; every fault becomes a line, none a traceback."""
    try:
        code = app(standalone_mode=False)
    except Faults as faults:
        code = fail(faults, EXITS.get(type(faults), MALFORMED))
    except typer.TyperException as error:
        fix = "see gateway-rules --help"
        code = fail(
            Faults(Fault(COMMAND_LINE, 1, 1, "usage", error.format_message(), fix)), MALFORMED
        )
    except (typer.Abort, KeyboardInterrupt):
        code = 130
    sys.exit(code)


def fail(faults: Faults, code: int) -> int:
    """Print the faults, one line each, and as JSON too where that was asked for."""
    for fault in faults.faults:
        print(fault, file=sys.stderr)  # noqa: T201
    if "--json" in sys.argv:
        print_json({"errors": [fault.as_json() for fault in faults.faults]})
    return code
