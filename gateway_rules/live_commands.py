"""The commands that look at what AWS has."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from gateway_rules import show_verification
from gateway_rules.live import Live, read
from gateway_rules.plan import Plan
from gateway_rules.project import load_plan
from gateway_rules.site import StackSite
from gateway_rules.terminal import FOUND, Json, Stack, present, print_json, root_of

app = typer.Typer()


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
        present(partial(show_verification.print_verification, verification))
    raise typer.Exit(0 if verification.is_clean else FOUND)


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
    from gateway_rules import explain_question  # noqa: PLC0415 - `show` need not wait for it.
    from gateway_rules import explain_report as work  # noqa: PLC0415 - nor for this.
    from gateway_rules.explain_text import print_report  # noqa: PLC0415 - nor for this.

    plan = load_plan(root_of(context), stack)
    asked = explain_question.question(plan, direction, protocol, address, port)
    report = work.of_aws(plan, _live(plan), asked) if is_live else work.of_files(plan, asked)
    if as_json:
        print_json(report.as_json())
    else:
        present(partial(print_report, report))
    raise typer.Exit(0 if report.explanation.allowed else FOUND)


def _live(plan: Plan) -> Live:
    """Read what AWS has for a stack; raise NoAnswer."""
    from gateway_rules import aws  # noqa: PLC0415 - boto3 is slow to import and not always there.

    if not isinstance(plan.site, StackSite):
        raise TypeError("only a plan that was read from a stack file says where in AWS it is")
    with aws.answered(plan):
        return read(plan.site, aws.client(plan.site.region))
