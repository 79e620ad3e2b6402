"""`gateway-rules repair`: bring what an interrupted update left in AWS into the state."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from typing import Final

import typer

from gateway_rules.cli.terminal import (
    FOUND,
    Json,
    Stack,
    Yes,
    command_app,
    emit,
    print_json,
    root_of,
)
from gateway_rules.deploy import Pulumi, Repairer, RepairNeeds
from gateway_rules.errors import Fault, NoAnswer
from gateway_rules.planning import load_plan
from gateway_rules.views import repair_lines

app = command_app()


@app.command("repair")
def repair(
    context: typer.Context, stack: Stack, *, yes: Yes = False, as_json: Json = False
) -> None:
    """Mend Pulumi's state after an update that was cut off.

    Brings in what it left in AWS, and cancels a lock whose process has ended. Says
    what it would do and asks; where nobody can answer, it exits 1 unless --yes is
    given. Changes the state alone, never AWS. Runs the pulumi on PATH.

    Example: gateway-rules repair eu-west-1
    """
    from gateway_rules.audit import answered, configured_endpoints, ec2_client  # noqa: PLC0415 - boto3 is not always there, and the help needs none.

    root = root_of(context)
    planned = load_plan(root, stack)
    pulumi = Pulumi.on_path(root, os.environ)
    wish = RepairWish(yes, as_json, f"pulumi up -s {stack}")
    with answered(planned.plan):
        region = planned.plan.site.region
        mender = Repairer(planned, pulumi, ec2_client(region), root, configured_endpoints(region))
        raise typer.Exit(run_repair(mender, wish))


_ROUNDS: Final = 3
"""A torn file hides the state; then comes the state itself; then there is nothing left."""


@dataclass(frozen=True)
class RepairWish:
    """How the user wants it."""

    yes: bool
    as_json: bool
    up: str
    """What deploys the stack afterwards."""


def run_repair(mender: Repairer, wish: RepairWish) -> int:
    """Show what is wrong, mend it if that is wished, and give the exit code of the command.

    0 when nothing is left to do but an update, 1 when something is. Raises what the mender does,
    and NoAnswer when what was mended is still broken.
    """
    found = mender.examine()
    told = found
    _show(found, wish)
    rounds = 0
    while not found.is_whole and _agreed(wish):
        if (rounds := rounds + 1) > _ROUNDS:
            raise _not_whole(mender.stack)
        mender.mend(found, _say)
        found = mender.examine()
        told = _joined(told, found)
        if not found.is_whole:
            _show(found, wish)
    if wish.as_json:
        print_json(told.as_json(whole=found.is_whole))
    _advise(found, wish, mended=bool(rounds))
    return FOUND if found.repairs.by_hand or not found.is_whole else 0


def _show(found: RepairNeeds, wish: RepairWish) -> None:
    shown = [*repair_lines(found)]
    if shown and not wish.as_json:
        emit("\n".join(shown))


def _agreed(wish: RepairWish) -> bool:
    """Ask, where somebody sits at a terminal who can answer."""
    if wish.yes or wish.as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return wish.yes
    return typer.confirm("Mend this in the state? Nothing in AWS is changed.")


def _advise(found: RepairNeeds, wish: RepairWish, *, mended: bool) -> None:
    """Say what comes next, beside the answer."""
    if not found.is_whole:
        _say("left as it is; --yes mends it")
    elif mended:
        _say(f"the state is mended; next: {wish.up}")
    elif not found.repairs.by_hand:
        _say("there is nothing to repair")


def _joined(first: RepairNeeds, then: RepairNeeds) -> RepairNeeds:
    """Add up what was found in several rounds; what is left to a person is as it is now."""
    both = replace(
        then.repairs,
        imports=first.repairs.imports + then.repairs.imports,
        pending=first.repairs.pending + then.repairs.pending,
        gone=first.repairs.gone + then.repairs.gone,
    )
    torn, locks = first.torn + then.torn, first.locks + then.locks
    return replace(then, repairs=both, torn=torn, locks=locks)


def _not_whole(stack: str) -> NoAnswer:
    what = "state and AWS still differ, although everything was mended"
    place = f"stacks/Pulumi.{stack}.yaml"
    return NoAnswer(
        Fault(place, 1, 1, "not-whole", what, "see that nobody else is at it, and run this again")
    )


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
