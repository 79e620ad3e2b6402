"""The command line: every command reads files, calls one function, and prints what it gives."""

from __future__ import annotations

import errno
import gc
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from gateway_rehearsal.commands import app as local
from gateway_rules.cli import (
    cover_commands,
    live_commands,
    report_commands,
    review_commands,
    stack_commands,
)
from gateway_rules.cli.terminal import (
    EXITS,
    INTERRUPTED,
    MALFORMED,
    NO_ANSWER,
    Json,
    Stack,
    fail,
    present,
    print_json,
    root_of,
)
from gateway_rules.errors import Faults, usage
from gateway_rules.inputs import Catalogue, catalogue_of, read_catalogue
from gateway_rules.planning import caveat_as_json, load_plan, plan_as_json, service_as_json
from gateway_rules.views import print_catalogue, print_plan

_COLLECT_AFTER: Final = 100_000
"""Values made before Python looks for garbage among them: a long list is all in use."""
_REFUSALS: Final = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}
"""What no program is to blame for: missing rights and full disks."""

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

app.add_typer(stack_commands.app)
app.add_typer(cover_commands.app)
app.add_typer(review_commands.app)
app.add_typer(live_commands.app)
app.add_typer(report_commands.app)
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
        print_json(plan_as_json(plan))
    else:
        present(partial(print_plan, plan))


@app.command()
def catalogue(context: typer.Context, as_json: Json = False) -> None:
    """Show the document's rows, its errata and its caveats, in its own order.

    Hold it beside the PDF: every row is there, and the caveats have lines to paste into
    a stack file.

    Example: gateway-rules catalogue | less
    """
    read = _known_catalogue(context)
    if as_json:
        print_json(catalogue_json(read))
    else:
        present(partial(print_catalogue, read))


def _known_catalogue(context: typer.Context) -> Catalogue:
    """Read the project's own catalogue; where there is no project, that of the package."""
    try:
        root = root_of(context)
    except Faults:
        return read_catalogue()
    return catalogue_of(root)


def catalogue_json(read: Catalogue) -> dict[str, Any]:
    """Give the catalogue as its file has it."""
    data = read.model_dump(mode="json", exclude={"regions", "services", "caveats"})
    services = [service_as_json(service) for service in read.services]
    return data | {"services": services, "caveats": [caveat_as_json(c) for c in read.caveats]}


def main() -> NoReturn:
    """Run the command line; every fault becomes a line, none a traceback."""
    # Looking through what is in use took a quarter of the time that long lists take.
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    try:
        code = app(prog_name="gateway-rules", standalone_mode=False)
    except Faults as faults:
        code = fail(faults, EXITS.get(type(faults), MALFORMED))
    except typer.TyperException as error:
        code = fail(misused(error), MALFORMED)
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a fault of the program must not look like a finding.
        code = NO_ANSWER
        if isinstance(error, OSError) and error.errno in _REFUSALS:
            fail(refused(error), code)
        else:
            traceback.print_exc()
    sys.exit(code)


def refused(error: OSError) -> Faults:
    """Give the fault of a machine that has no room, or lets a file not be read or written."""
    where = f"{error.filename}: " if error.filename else ""
    fix = "make room, or see that you may read and write there"
    return usage("machine", f"{where}{error.strerror}", fix)


def misused(error: typer.TyperException) -> Faults:
    """Give the fault of a command line that cannot be read; none where help was printed for it."""
    said = " ".join(error.format_message().split()).rstrip(".")
    command = getattr(getattr(error, "ctx", None), "command_path", "gateway-rules")
    return usage("usage", said, f"see {command} --help") if said else Faults()
