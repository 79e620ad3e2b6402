"""`gateway-rules fit`: any list of flows, fitted into a budget of entries."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway_rules.cli.terminal import Json, command_app, present, print_json, progress
from gateway_rules.errors import COMMAND_LINE, Fault, OverQuota
from gateway_rules.packets import counted
from gateway_rules.planning import Allow, Cover, DoesNotFit, fit, read_flows
from gateway_rules.views import print_cover

app = command_app()


@app.command("fit")
def fit_flows(
    file: Annotated[Path, typer.Argument(help="Flows as JSON or YAML; - is standard input.")],
    budget: Annotated[
        int, typer.Option(metavar="N", help="How many entries may be used.", show_default=False)
    ],
    as_json: Json = False,
) -> None:
    """Fit anybody's list of flows into N entries, with the least excess.

    The file holds flows of one IP family, as JSON or YAML:

    {"flows": [{"protocol": "tcp", "ports": "20-22", "prefix": "192.0.2.0/24"}]}

    Ports are a number, a range, or a list of these; ICMP has type and code.

    A network ACL has 19 entries to use, or 39 where AWS raised its quota.

    Example: gateway-rules fit flows.yaml --budget 19
    """
    with progress() as told:
        told(f"reading {file}")
        required = read_flows(file, budget)
        told(f"fitting {counted(len(required), 'flow', 'flows')} into {budget} entries")
        cover = _fitted(required, budget)
    if as_json:
        print_json(_cover_json(cover))
    else:
        present(partial(print_cover, required, cover, budget))


def _fitted(required: tuple[Allow, ...], budget: int) -> Cover:
    """Cover what is required; raise OverQuota when no list of so few entries can."""
    try:
        return fit(required, budget)
    except DoesNotFit as error:
        what = f"a budget of {budget} cannot hold these flows: {error}"
        fix = f"give {error.needed} or more, or ask for fewer protocols"
        raise OverQuota(Fault(COMMAND_LINE, 1, 1, "over-budget", what, fix)) from None


def _cover_json(cover: Cover) -> dict[str, Any]:
    entries = [
        {"action": "allow", **entry._asdict(), "prefix": str(entry.prefix)}
        for entry in cover.entries
    ]
    return {
        "entries": entries,
        "used": len(entries),
        "excess": cover.excess,
        "lower_bound": cover.lower_bound,
    }
