"""`gateway-rules local up`: every stack onto the local AWS, verified."""

import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from gateway_rehearsal import fleet, project_copy, rehearsal, session, stacks, stage, toolchain
from gateway_rehearsal.aws.client import client
from gateway_rehearsal.board import Board
from gateway_rehearsal.deploy import deploy
from gateway_rehearsal.dns.zone import Zone
from gateway_rehearsal.engine import Engine
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.locks import exclusive
from gateway_rehearsal.servers import LocalQuotas, Server
from gateway_rehearsal.stacks import Ready, Stacks
from gateway_rehearsal.summary import DeploymentOutcome, print_summary
from gateway_rules.audit import Verification, verify
from gateway_rules.inputs import catalogue_of
from gateway_rules.views import print_plan, print_verification

_LOCAL_UP: Final = "gateway-rules local pulumi -- up"


@dataclass(frozen=True)
class Consoles:
    """Where results go, and where the way to them is told."""

    results: Console
    way: Console

    def say(self, text: str) -> None:
        """Tell a step of the way."""
        self.way.print(text, highlight=False, markup=False, soft_wrap=True)


@dataclass(frozen=True)
class Wish:
    """What is to be deployed and shown."""

    fleet: int = 0
    """How many stacks to make from one; none to take the project's own."""
    tables: bool = True
    """Whether the plan and the verification of each stack are shown."""


def up(root: Path, consoles: Consoles, wish: Wish) -> int:
    """Deploy all stacks that are not pending and verify them; give the exit code of the command.

    0 when AWS passes what the stacks require, 1 when it does not, 2 when a program found fault with
    a stack's files, 3 when the engine failed. Raises Faults with every fault of every file before
    anything is deployed, and NoAnswer when there is no way to deploy.
    """
    rehearsal.drop_aws_settings()
    layout = Layout(root, fleet=bool(wish.fleet))
    found = Stacks(lacking=fleet.files(root, wish.fleet)) if wish.fleet else stacks.read(root)
    _tell_pending(found, consoles)
    if not found.sites:
        consoles.say("there is no stack to deploy")
        return 0
    tools = toolchain.ensure(consoles.say)
    with exclusive(root, lambda: consoles.say("waiting for another local run of this project")):
        server = _server(layout, found, consoles)
        ready = _complete(layout, found, server, consoles)
        outcomes = _deploy(Engine(layout, tools, server.endpoint), ready, consoles)
    return _show(outcomes, consoles, wish)


def _tell_pending(found: Stacks, consoles: Consoles) -> None:
    """Name the stacks that are left out, each with the cure."""
    for fault in found.pending:
        consoles.say(f"left out: {str(fault).removeprefix('error: ')}")


def _server(layout: Layout, found: Stacks, consoles: Consoles) -> Server:
    """Give a local AWS that allows what the stacks may have."""
    settings = LocalQuotas.for_all(site.quotas for site in found.sites)
    zone = Zone.of(catalogue_of(layout.root))
    server = session.server(layout, settings, consoles.say, zone)
    consoles.say(f"local AWS at {server.endpoint}")
    return server


def _complete(
    layout: Layout, found: Stacks, server: Server, consoles: Consoles
) -> tuple[Ready, ...]:
    """Look up what stacks lack, and plan these as well."""
    if layout.fleet:
        fleet.make(layout, found.lacking)
    lacking = [file.site for file in found.lacking]
    for site in lacking:
        resolution = rehearsal.look_up(layout, site, server)
        if resolution.looked_up:
            hosts = f"{len(resolution.looked_up)} hosts at {server.resolvers[site.region]}"
            consoles.say(f"{site.stack}: looked up {hosts}")
    project_copy.lay(layout, [site.stack for site in lacking])
    planned = stacks.plan(layout.project, [site.stack for site in lacking])
    _tell_pending(planned, consoles)
    return (Stacks(found.ready) + planned).ready


def _deploy(
    engine: Engine, ready: tuple[Ready, ...], consoles: Consoles
) -> tuple[DeploymentOutcome, ...]:
    """Set the stage, and deploy and verify as many stacks at a time as there are cores."""
    names = tuple(stack.name for stack in ready)
    with (
        Board(consoles.way, names) as board,
        ThreadPoolExecutor(os.cpu_count()) as threads,
        # The innermost: an interrupt ends the engines before their threads are waited for.
        session.recorded(engine.layout),
    ):
        for stack in ready:
            stage.make(stack.stage, client(engine.endpoint, stack.plan.site.region))
        engine.prepare(names)
        return tuple(threads.map(partial(_deploy_one, engine, board), ready))


def _deploy_one(engine: Engine, board: Board, stack: Ready) -> DeploymentOutcome:
    """Deploy a stack, and compare what the local AWS passes with what is required."""
    started = time.monotonic()
    deployment = deploy(engine, stack.name, board)
    found = None
    if deployment.succeeded:
        ec2 = client(engine.endpoint, stack.plan.site.region)
        found = _in_local_words(verify(stack.planned, ec2, engine.endpoints))
    return DeploymentOutcome(stack.plan, deployment, found, time.monotonic() - started)


def _in_local_words(found: Verification) -> Verification:
    """Name the command that runs the local Pulumi where a fix names Pulumi."""
    kinds: dict[str, Any] = {
        kind: tuple(replace(one, fix=one.fix.replace("pulumi up", _LOCAL_UP)) for one in some)
        for kind, some in found.findings.items()
    }
    return replace(found, **kinds)


def _show(outcomes: tuple[DeploymentOutcome, ...], consoles: Consoles, wish: Wish) -> int:
    """Show what was deployed, then what went wrong, and give the exit code."""
    for outcome in outcomes:
        _show_one(outcome, consoles.results, wish)
    if wish.fleet or len(outcomes) > 1:
        print_summary(outcomes, consoles.results)
    for outcome in outcomes:
        for line in outcome.deployment.problems():
            consoles.say(line)
    return _exit_code(outcomes)


def _show_one(outcome: DeploymentOutcome, console: Console, wish: Wish) -> None:
    """Show a stack's tables; differences are shown whatever was wished."""
    if outcome.verification is None or (outcome.is_clean and not wish.tables):
        return
    if wish.tables:
        print_plan(outcome.plan, console)
    else:
        console.print(Text(f"\n{outcome.plan.site.stack}", "bold"))
    print_verification(outcome.verification, console)


def _exit_code(outcomes: Iterable[DeploymentOutcome]) -> int:
    """Give the exit code for the worst that happened."""
    all_ = tuple(outcomes)
    failed = [each.deployment for each in all_ if not each.deployment.succeeded]
    if failed:
        return 2 if all(deployment.is_malformed for deployment in failed) else 3
    return 0 if all(outcome.is_clean for outcome in all_) else 1
