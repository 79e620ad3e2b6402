"""The command line as a whole: its options, its exit codes, and faults as lines."""

from __future__ import annotations

import errno
import gc
import sys
import traceback
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from gateway_rules.cli.commands import CommandGroup
from gateway_rules.cli.terminal import EXITS, INTERRUPTED, MALFORMED, NO_ANSWER, fail
from gateway_rules.errors import Faults, usage

_COLLECT_AFTER: Final = 100_000
"""Values made before Python looks for garbage among them: a long list is all in use."""
_REFUSALS: Final = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}
"""What no program is to blame for: missing rights and full disks."""

app = typer.Typer(
    cls=CommandGroup,
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


@app.callback()
def project(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Option("-C", metavar="DIR", help="Work on the project in or above DIR.")
    ] = Path(),
) -> None:
    """Find the project."""
    context.obj = folder


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
