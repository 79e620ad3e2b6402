"""The commands that fit flows into a budget of entries, and show what budgets cost."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway_rules.cli.terminal import Json, Stack, present, print_json, progress, root_of
from gateway_rules.errors import COMMAND_LINE, Fault, OverQuota
from gateway_rules.packets import counted
from gateway_rules.planning import Allow, Cover, DoesNotFit, fit, load_plan

app = typer.Typer()


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
    from gateway_rules.planning import read_flows  # noqa: PLC0415 - `show` need not wait for them.
    from gateway_rules.views import print_cover  # noqa: PLC0415 - `show` need not wait for them.

    with progress() as told:
        told(f"reading {file}")
        required = read_flows(file, budget)
        told(f"fitting {counted(len(required), 'flow', 'flows')} into {budget} entries")
        cover = _fitted(required, budget)
    if as_json:
        print_json(_cover_json(cover))
    else:
        present(partial(print_cover, required, cover, budget))


@app.command("budget")
def show_budget(context: typer.Context, stack: Stack, as_json: Json = False) -> None:
    """Show what each number of network-ACL entries costs a stack, and what a larger quota buys.

    Example: gateway-rules budget eu-west-1
    """
    from gateway_rules.planning import excess_curve  # noqa: PLC0415 - `show` need not wait for them.
    from gateway_rules.views import print_curves  # noqa: PLC0415 - `show` need not wait for them.

    plan = load_plan(root_of(context), stack)
    with progress() as told:
        curves = excess_curve(plan, lambda *side: told(f"{' '.join(side)}: every budget"))
    if as_json:
        print_json({"stack": stack, "curves": [curve.as_json() for curve in curves]})
    else:
        present(partial(print_curves, stack, curves))


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
