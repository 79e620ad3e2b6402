"""`gateway-rules preflight`: check for anything that would block an update."""

from __future__ import annotations

from functools import partial

import typer

from gateway_rules.cli.terminal import FOUND, Json, Stack, command_app, present, print_json, root_of
from gateway_rules.deploy import run_preflight
from gateway_rules.planning import load_plan
from gateway_rules.views import print_preflight

app = command_app()


@app.command("preflight")
def preflight(context: typer.Context, stack: Stack, as_json: Json = False) -> None:
    """Say before an update what stands in its way in AWS, and what it will do there.

    Compares old and new rules together with the account's quotas, and tells of subnets that
    would be taken over from others. Changes nothing; exits 1 when something stands in the way.

    Example: AWS_PROFILE=audit gateway-rules preflight eu-west-1
    """
    from gateway_rules.audit import (  # noqa: PLC0415 - boto3 is not always there, and the help needs none.
        account_quotas,
        answered,
        configured_endpoints,
        read_account,
    )

    planned = load_plan(root_of(context), stack)
    live, region = read_account(planned), planned.plan.site.region
    with answered(planned.plan):
        quotas = account_quotas(region)
        endpoints = configured_endpoints(region)
    found = run_preflight(planned, live, quotas).aimed(endpoints)
    if as_json:
        print_json(found.as_json())
    else:
        present(partial(print_preflight, found))
    raise typer.Exit(0 if found.is_clear else FOUND)
