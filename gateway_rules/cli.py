"""The command line: every command reads files, calls one function, and prints what it gives."""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from rich.console import Console

from gateway_rules import outline, report, show
from gateway_rules.catalogue import Catalogue, read_catalogue
from gateway_rules.errors import COMMAND_LINE, Fault, Faults, NoAnswer, OverQuota, usage
from gateway_rules.local.commands import app as local
from gateway_rules.loopback import is_rehearsal
from gateway_rules.places import relative
from gateway_rules.project import catalogue_of, find_root, load_plan

FOUND: Final = 1
MALFORMED: Final = 2
NO_ANSWER: Final = 3
INTERRUPTED: Final = 130
READER_GONE: Final = 141
"""What a shell says of a program that SIGINT or SIGPIPE ended."""
_ENDLESS: Final = 10_000
"""Columns, more than any row has."""
EXITS: Final = {OverQuota: FOUND, NoAnswer: NO_ANSWER}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Turn a mail gateway's ports-and-protocols document into AWS security groups and "
    "network ACLs, and show what they let through.\n\n"
    "Exits 0 when all is well, 1 when it found what it looks for, 2 on malformed input, "
    "3 when it could not answer.\n\n"
    "Example: gateway-rules show eu-west-1",
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
        present(partial(show.print_plan, plan))


@app.command()
def catalogue(as_json: Json = False) -> None:
    """Show the document's rows, its errata and its caveats, in its own order.

    Hold it beside the PDF: every row is there, and the caveats have lines to paste into
    a stack file.

    Example: gateway-rules catalogue | less
    """
    read = read_catalogue()
    if as_json:
        print_json(catalogue_json(read))
    else:
        present(partial(outline.print_catalogue, read))


def catalogue_json(read: Catalogue) -> dict[str, Any]:
    """Give the catalogue as its file has it."""
    data = read.model_dump(mode="json", exclude={"regions", "services", "caveats"})
    services = [report.service(service) for service in read.services]
    return data | {"services": services, "caveats": [report.caveat(c) for c in read.caveats]}


@app.command()
def verify(context: typer.Context, stack: Stack, as_json: Json = False) -> None:
    """Compare the packets that AWS lets through with those that a stack's files ask for.

    Needs credentials that may describe VPCs, subnets, security groups and network ACLs.

    Example: AWS_PROFILE=audit gateway-rules verify eu-west-1
    """
    from gateway_rules import aws  # noqa: PLC0415 - boto3 is slow to import and not always there.

    plan = load_plan(root_of(context), stack)
    verification = aws.verify(plan)
    if as_json:
        print_json(verification.as_json())
    else:
        present(partial(show.print_verification, verification))
    raise typer.Exit(0 if verification.is_clean else FOUND)


@app.command()
def stacks(context: typer.Context, as_json: Json = False) -> None:
    """List the stacks with their Regions, and what pending ones lack.

    Example: gateway-rules stacks
    """
    from gateway_rules import changes  # noqa: PLC0415 - `show` need not wait for it.

    listed = changes.listed(root_of(context))
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
    from gateway_rules import check as work  # noqa: PLC0415 - `show` need not wait for it.

    found = work.check(root_of(context), tuple(stacks or ()), datetime.now(UTC).date())
    wrong = (*found.malformed, *found.found)
    if as_json:
        print_json(found.as_json())
    for word, faults in (("pending", found.pending), ("warning", found.warnings)):
        for fault in faults:
            print(str(fault).replace("error", word, 1), file=sys.stderr)  # noqa: T201
    for fault in wrong:
        print(fault, file=sys.stderr)  # noqa: T201
    if not (as_json or wrong):
        print_line(f"{len(found.stacks)} stacks, {len(found.pending)} pending: nothing is wrong")
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
    from gateway_rules import new_stack as work  # noqa: PLC0415 - `show` need not wait for it.

    root = root_of(context)
    path, steps = work.create(root, region, name or region, catalogue_of(root))
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
        int, typer.Option(metavar="DAYS", min=0, help="Keep an address that is not given any more.")
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
    from gateway_rules import lookup, questions  # noqa: PLC0415 - `show` need not wait for them.
    from gateway_rules import resolve as work  # noqa: PLC0415 - nor for this.

    asked = questions.parse_resolvers(resolver or ()) or lookup.system_resolvers()
    terms = work.Terms(
        asked,
        datetime.now(UTC).date(),
        rounds,
        grace,
        every_host=every_host,
        rehearsal=is_rehearsal(os.environ),
    )
    found = work.resolve(root_of(context), stack, terms, partial(lookup.ask, seconds=timeout))
    if not check:
        work.write(found)
    if as_json:
        print_json(found.as_json())
    else:
        emit("\n".join(found.lines(written=not check)))
    raise typer.Exit(FOUND if check and found.changes else 0)


@app.command()
def render(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when a snapshot is stale.")
    ] = False,
) -> None:
    """Write stacks/rules/STACK.txt: a line for each rule and entry, for `git diff` to review.

    Example: gateway-rules render
    """
    from gateway_rules import render as work  # noqa: PLC0415 - `show` need not wait for it.

    found = work.snapshots(root_of(context))
    for fault in found.pending:
        print_line(f"pending: {fault.file}: {fault.message}; {fault.fix}")
    if check:
        raise typer.Exit(fail(Faults(*found.faults), FOUND) if found.faults else 0)
    work.write(found)
    for path in (*found.stale, *found.left_over):
        print_line(f"{'wrote' if path in found.wanted else 'removed'} {relative(path, found.root)}")


@app.command()
def diff(
    context: typer.Context,
    base: Annotated[
        str | None, typer.Argument(help="A git revision; by default where the branch left main.")
    ] = None,
    as_json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Write a comment for a pull request.")
    ] = False,
    brake: Annotated[
        bool, typer.Option("--brake", help="Exit 1 when a limit of brakes.yaml is passed.")
    ] = False,
) -> None:
    """Show which packets the working tree opens and closes against a revision.

    Example: gateway-rules diff main
    """
    from gateway_rules import changes  # noqa: PLC0415 - `show` need not wait for it.

    review = changes.review(root_of(context), base, datetime.now(UTC).date())
    if as_json:
        print_json(review.as_json())
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        emit((review.markdown() if markdown else review.text(width)).rstrip())
    raise typer.Exit(FOUND if brake and review.verdict.trips else 0)


@app.command("import")
def import_document(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The text of the vendor's next issue.")],
    write: Annotated[bool, typer.Option("--write", help="Write the catalogue.")] = False,
    as_json: Json = False,
) -> None:
    """Propose what the vendor's next issue changes, and list what could not be placed.

    Prints the catalogue's changes as a diff; exits 1 when a cell could not be placed.

    Example: gateway-rules import ports-and-protocols-3.15.txt
    """
    from gateway_rules.document.command import run  # noqa: PLC0415 - `show` need not wait for it.

    raise typer.Exit(run(root_of(context), file, as_json=as_json, write=write))


def root_of(context: typer.Context) -> Path:
    """Find the project's folder from where the user stands, or from -C."""
    folder: Path = context.find_root().obj
    return find_root(folder.resolve())


def present(draw: Callable[[Console], None]) -> None:
    """Print for people: as wide as the terminal, and where there is none, a row a line."""
    drawn, terminal = StringIO(), sys.stdout.isatty()
    width = None if terminal else _ENDLESS
    draw(Console(file=drawn, force_terminal=terminal, width=width, highlight=False))
    emit("\n".join(line.rstrip() for line in drawn.getvalue().splitlines()))


def print_line(text: str) -> None:
    """Print a line of the answer."""
    print(text)  # noqa: T201 - standard output is the interface.


def print_json(data: Any) -> None:
    """Print one JSON document."""
    emit(json.dumps(data, indent=2))


def emit(text: str) -> None:
    """Write to standard output; raise NoAnswer when that fails, and Exit when nobody reads it."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError as error:
        # What is left in the buffer would fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise typer.Exit(READER_GONE) from None
        what = f"standard output cannot be written: {error.strerror}"
        fault = Fault(COMMAND_LINE, 1, 1, "output", what, "make room, or write elsewhere")
        raise NoAnswer(fault) from None


def main() -> NoReturn:
    """Run the command line; every fault becomes a line, none a traceback."""
    try:
        code = app(standalone_mode=False)
    except Faults as faults:
        code = fail(faults, EXITS.get(type(faults), MALFORMED))
    except typer.TyperException as error:
        code = fail(misused(error), MALFORMED)
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except Exception:  # noqa: BLE001 - a fault of the program must not look like a finding.
        traceback.print_exc()
        code = NO_ANSWER
    sys.exit(code)


def misused(error: typer.TyperException) -> Faults:
    """Give the fault of a command line that cannot be read; none where help was printed for it."""
    said = " ".join(error.format_message().split()).rstrip(".")
    command = getattr(getattr(error, "ctx", None), "command_path", "gateway-rules")
    return usage("usage", said, f"see {command} --help") if said else Faults()


def fail(faults: Faults, code: int) -> int:
    """Print the faults, one line each, and as JSON too where that was asked for."""
    sys.stderr.writelines(f"{fault}\n" for fault in faults.faults)
    if "--json" in sys.argv:
        with suppress(NoAnswer, typer.Exit):
            print_json({"errors": [fault.as_json() for fault in faults.faults]})
    return code
