"""The commands that look at what AWS has."""

from __future__ import annotations

from functools import partial

import typer

from gateway_rules import show
from gateway_rules.project import load_plan
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
        present(partial(show.print_verification, verification))
    raise typer.Exit(0 if verification.is_clean else FOUND)
