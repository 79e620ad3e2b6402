"""`gateway-rules local` and `rehearse`: rehearsals that need no AWS account.

Each command imports its own work: `gateway-rules show` need not wait for boto3 and the engine.
"""

import shutil
import signal
import sys
from importlib.util import find_spec
from types import FrameType
from typing import Annotated, Any, Final, NoReturn

import typer
from rich.console import Console

from gateway_rules.cli import (
    FOUND,
    NO_ANSWER,
    Json,
    Stack,
    Yes,
    command_app,
    emit,
    print_json,
    root_of,
    tell,
)

PACKAGES: Final = ("boto3", "dnslib", "grpc", "moto", "pulumi", "pulumi_aws")
"""What the extra `local` brings, by the names that it is imported under."""


class Command(typer.core.TyperCommand):
    """A command that starts a local AWS or talks to one."""

    def invoke(self, ctx: Any) -> Any:
        """Do the work; raise ModuleNotFoundError, before any of it, where a package lacks.

        The local AWS is a process of its own, which could only say so in its log.
        """
        for name in PACKAGES:
            if find_spec(name) is None:
                raise ModuleNotFoundError(name=name)
        return super().invoke(ctx)


local = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Rehearse on a local AWS with the real Pulumi engine.",
)
rehearse = command_app()


@local.command(cls=Command)
def up(
    context: typer.Context,
    *,
    regions: Annotated[
        int | None,
        typer.Option(min=1, max=500, help="Instead of yours, deploy so many stacks made from one."),
    ] = None,
    tables: Annotated[
        bool | None,
        typer.Option(
            help="Print the plan and the verification of each stack, or the summary alone.",
            show_default="--tables, with --regions --no-tables",
        ),
    ] = None,
) -> None:
    """Deploy every stack that is not pending onto the local AWS, verify it and print its tables.

    A stack that lacks the addresses of its Region gets them from a local name server, for the
    rehearsal alone. With --regions the stacks are copies of eu-west-1, in Regions of all
    geographies.

    Example: gateway-rules local up
    """
    from gateway_rehearsal import up as work  # noqa: PLC0415 see the module's docstring.

    interrupts = _Interrupts()
    signal.signal(signal.SIGTERM, interrupts.take)
    signal.signal(signal.SIGINT, interrupts.take)
    # A pipe has no width of its own, and tables folded to a terminal's are hard to search.
    results = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    consoles = work.Consoles(results, Console(stderr=True, highlight=False))
    wish = work.Wish(regions or 0, regions is None if tables is None else tables)
    code = work.up(root_of(context), consoles, wish)
    if code and interrupts.taken:
        raise KeyboardInterrupt
    raise typer.Exit(code)


@local.command()
def down(context: typer.Context) -> None:
    """End the local AWS and remove everything that local runs have made.

    Example: gateway-rules local down
    """
    from gateway_rehearsal import down as work  # noqa: PLC0415 see the module's docstring.

    work.down(root_of(context), _say)


@local.command()
def status(context: typer.Context, *, as_json: Json = False) -> None:
    """Say whether the local AWS runs, where it answers and which stacks it holds.

    Example: gateway-rules local status --json
    """
    from gateway_rehearsal import status as work  # noqa: PLC0415 see the module's docstring.

    found = work.status(root_of(context))
    if as_json:
        print_json(found.as_json())
    else:
        emit(str(found))


@local.command(cls=Command, context_settings={"ignore_unknown_options": True})
def pulumi(
    context: typer.Context,
    arguments: Annotated[
        list[str], typer.Argument(metavar="-- ARGS...", help="What follows `pulumi`.")
    ],
) -> None:
    """Run the local run's own pulumi, against the local AWS and nothing else.

    A stack that `local up --regions` has made is reached by its name, as the user's are.

    Example: gateway-rules local pulumi -- preview -s eu-west-1 --diff
    """
    from gateway_rehearsal import passthrough as work  # noqa: PLC0415 see the module's docstring.

    raise typer.Exit(work.pulumi(root_of(context), arguments, _say))


@local.command(cls=Command)
def repair(
    context: typer.Context, stack: Stack, *, yes: Yes = False, as_json: Json = False
) -> None:
    """Mend the state of the local run's stack as `gateway-rules repair` does that of a real one.

    Example: gateway-rules local repair eu-west-1
    """
    from gateway_rehearsal import repair as work  # noqa: PLC0415 see the module's docstring.
    from gateway_rules.cli import RepairWish  # noqa: PLC0415 see the module's docstring.

    wish = RepairWish(yes, as_json, f"gateway-rules local pulumi -- up -s {stack}")
    raise typer.Exit(work.repair(root_of(context), stack, wish, _say))


@rehearse.command(cls=Command)
def rehearse_change(
    context: typer.Context,
    base: Annotated[
        str | None, typer.Argument(help="A git revision; by default where the branch left main.")
    ] = None,
    stack: Annotated[
        list[str] | None,
        typer.Option(help="A stack to rehearse; repeatable. By default all that change."),
    ] = None,
    as_json: Json = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show alike calls and all packets one by one.")
    ] = False,
) -> None:
    """Deploy BASE, then the working tree, on a private local AWS, and judge each call between.

    No flow that both ask for may be cut after any call, and nothing be open that neither
    passes; exits 1 when that is not so. Needs no account, and leaves `local up` alone.

    Example: gateway-rules rehearse main --stack eu-west-1
    """
    from gateway_rehearsal.rehearse import rehearsing as work  # noqa: PLC0415 see the module's docstring.
    from gateway_rehearsal.rehearse import text as form  # noqa: PLC0415 see the module's docstring.

    # What was started is ended then as it is by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    way = Console(stderr=True, highlight=False)
    found = work.rehearse_change(root_of(context), base, stack or (), way)
    if as_json:
        print_json(form.rehearsal_as_json(found))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        emit(form.rehearsal_text(found, form.TextForm(width, verbose)))
    tell(found.faults)
    raise typer.Exit(FOUND if not found.is_clean else NO_ANSWER if found.faults else 0)


def _say(text: str) -> None:
    """Tell a step of the way, which is no result."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class _Interrupts:
    """Treats a request to end as Ctrl-C: what was started is ended as well.

    It also remembers: Python drops what a handler raises while it cleans an object up, and a
    run whose engines were interrupted has not failed.
    """

    taken = False

    def take(self, _number: int, _frame: FrameType | None) -> NoReturn:
        """Take the signal."""
        self.taken = True
        raise KeyboardInterrupt
