"""The commands that look at what AWS has."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gateway_rules.audit import Live, Verification, Watch, read_live
from gateway_rules.cli.terminal import (
    EXITS,
    FOUND,
    INTERRUPTED,
    MALFORMED,
    Json,
    Stack,
    Yes,
    emit,
    present,
    print_json,
    root_of,
)
from gateway_rules.inputs import StackSite
from gateway_rules.planning import Plan, load_plan
from gateway_rules.views import print_verification

app = typer.Typer()


@app.command()
def verify(
    context: typer.Context,
    stack: Stack,
    *,
    seconds: Annotated[
        int | None,
        typer.Option(
            "--watch",
            metavar="SECONDS",
            min=1,
            help="Look again and again, and print what is new or gone, a line each.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare the packets that AWS lets through with those that a stack's files ask for.

    Tells what is missing, what passes beyond, what is not the stack's and bears on it, and
    quotas that are too small; each with the smallest packet that shows it, the services that
    it hurts, and the command that mends it. Needs rights to read only (see the README).

    With --watch it goes on until Ctrl-C and exits as the last look did; with --json each
    change is a line of JSON.

    Example: AWS_PROFILE=audit gateway-rules verify eu-west-1
    """
    root = root_of(context)
    if seconds:
        load_plan(root, stack)  # What is wrong with the files at first is no matter of watching.
        watch = Watch(stack, partial(datetime.now, UTC), fold=not as_json)
        # The files are read again each time, as they change with each deployment.
        once = partial(_look, root, stack)
        raise typer.Exit(_go_on(watch, once, seconds, as_json=as_json))
    verification = _look(root, stack)
    if as_json:
        print_json(verification.as_json())
    else:
        present(partial(print_verification, verification))
    raise typer.Exit(0 if verification.is_clean else FOUND)


def _look(root: Path, stack: str) -> Verification:
    from gateway_rules.audit import verify_account  # noqa: PLC0415 - boto3 is slow to import and not always there.

    return verify_account(load_plan(root, stack))


def _go_on(watch: Watch, look: Callable[[], Verification], seconds: int, *, as_json: bool) -> int:
    """Look until interrupted; give the exit code of the last look that came to its end."""
    # SIGTERM, by which service managers end a monitor, ends it as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    code = INTERRUPTED
    with suppress(KeyboardInterrupt):
        while True:
            for change in watch.look(look):
                emit(json.dumps(change.as_json()) if as_json else str(change))
            code = _exit_code(watch)
            time.sleep(seconds)
    return code


def _exit_code(watch: Watch) -> int:
    if watch.failure:
        return EXITS.get(type(watch.failure), MALFORMED)
    return 0 if watch.is_clean else FOUND


@app.command("explain", context_settings={"ignore_unknown_options": True})
def explain_packet(
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
    from gateway_rules.audit import (  # noqa: PLC0415 - nor for this.
        explain_live,
        explain_plan,
        parse_question,
    )
    from gateway_rules.views import print_report  # noqa: PLC0415 - nor for this.

    plan = load_plan(root_of(context), stack)
    asked = parse_question(plan, direction, protocol, address, port)
    report = explain_live(plan, _live(plan), asked) if is_live else explain_plan(plan, asked)
    if as_json:
        print_json(report.as_json())
    else:
        present(partial(print_report, report))
    raise typer.Exit(0 if report.explanation.allowed else FOUND)


@app.command("preflight")
def preflight_stack(context: typer.Context, stack: Stack, as_json: Json = False) -> None:
    """Say before an update what stands in its way in AWS, and what it will do there.

    Compares old and new rules together with the account's quotas, and tells of subnets that
    would be taken over from others. Changes nothing; exits 1 when something stands in the way.

    Example: AWS_PROFILE=audit gateway-rules preflight eu-west-1
    """
    from gateway_rules.audit import account_quotas, answered, ec2_client  # noqa: PLC0415 - boto3 is slow to import and not always there.
    from gateway_rules.deploy import run_preflight  # noqa: PLC0415 - `show` need not wait for it.
    from gateway_rules.views import print_preflight  # noqa: PLC0415 - nor for this.

    plan = load_plan(root_of(context), stack)
    live = _live(plan)
    with answered(plan):
        quotas = account_quotas(plan.site.region)
        endpoint = ec2_client(plan.site.region).meta.endpoint_url
    found = run_preflight(plan, live, quotas).aimed(endpoint)
    if as_json:
        print_json(found.as_json())
    else:
        present(partial(print_preflight, found))
    raise typer.Exit(0 if found.is_clear else FOUND)


@app.command("repair")
def repair_stack(
    context: typer.Context, stack: Stack, *, yes: Yes = False, as_json: Json = False
) -> None:
    """Mend Pulumi's state after an update that was cut off.

    Brings in what it left in AWS, and cancels a lock whose process has ended. Says
    what it would do and asks; where nobody can answer, it exits 1 unless --yes is
    given. Changes the state alone, never AWS. Runs the pulumi on PATH.

    Example: gateway-rules repair eu-west-1
    """
    from gateway_rules.audit import answered, ec2_client  # noqa: PLC0415 - boto3 is slow to import and not always there.
    from gateway_rules.cli import repair_command as work  # noqa: PLC0415 - `show` need not wait for it.
    from gateway_rules.deploy import Pulumi, Repairer  # noqa: PLC0415 - nor for this.

    root = root_of(context)
    plan = load_plan(root, stack)
    pulumi = Pulumi.on_path(root, os.environ)
    wish = work.Wish(yes, as_json, f"pulumi up -s {stack}")
    with answered(plan):
        mender = Repairer(plan, pulumi, ec2_client(plan.site.region), root)
        raise typer.Exit(work.repair(mender, wish))


def _live(plan: Plan) -> Live:
    """Read what AWS has for a stack; raise NoAnswer."""
    from gateway_rules.audit import answered, ec2_client  # noqa: PLC0415 - boto3 is slow to import and not always there.

    if not isinstance(plan.site, StackSite):
        raise TypeError("only a plan that was read from a stack file says where in AWS it is")
    with answered(plan):
        return read_live(plan.site, ec2_client(plan.site.region))
