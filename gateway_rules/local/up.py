"""`gateway-rules local up`: every stack onto the local AWS, verified."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from gateway_rules.local import session, stage, toolchain
from gateway_rules.local.aws.client import client
from gateway_rules.local.board import Board
from gateway_rules.local.deploy import Deployment, deploy
from gateway_rules.local.engine import Engine
from gateway_rules.local.layout import Layout
from gateway_rules.local.locks import exclusive
from gateway_rules.local.servers import Settings
from gateway_rules.local.stacks import Ready, read
from gateway_rules.plan import Plan
from gateway_rules.show import print_plan, print_verification
from gateway_rules.verify import verify


@dataclass(frozen=True)
class Consoles:
    """Where results go, and where the way to them is told."""

    results: Console
    way: Console

    def say(self, text: str) -> None:
        """Tell a step of the way."""
        self.way.print(text, highlight=False, markup=False, soft_wrap=True)


def up(root: Path, consoles: Consoles) -> int:
    """Deploy all stacks that are not pending and verify them; give the exit code of the command.

    0 when AWS passes what the stacks require, 1 when it does not, 2 when a program found fault with
    a stack's files, 3 when the engine failed. Raises Faults with every fault of every file before
    anything is deployed, and NoAnswer when there is no way to deploy.
    """
    found = read(root)
    for fault in found.pending:
        consoles.say(f"left out: {str(fault).removeprefix('error: ')}")
    if not found.ready:
        consoles.say("there is no stack to deploy")
        return 0
    tools = toolchain.ensure(consoles.say)
    with exclusive(root, lambda: consoles.say("waiting for another local run of this project")):
        engine = _engine(Layout(root), tools, found.ready, consoles)
        deployments = _deploy(engine, found.ready, consoles)
        return _show(engine, found.ready, deployments, consoles)


def _engine(layout: Layout, tools: Path, stacks: Iterable[Ready], consoles: Consoles) -> Engine:
    """Give an engine with a local AWS that allows what the stacks may have."""
    settings = Settings.for_all(stack.plan.site.quotas for stack in stacks)
    server = session.server(layout, settings, consoles.say)
    consoles.say(f"local AWS at {server.endpoint}")
    return Engine(layout, tools, server.endpoint)


def _deploy(
    engine: Engine, stacks: tuple[Ready, ...], consoles: Consoles
) -> tuple[Deployment, ...]:
    """Set the stage and deploy as many stacks at a time as there are cores."""
    names = tuple(stack.name for stack in stacks)
    with (
        Board(consoles.way, names) as board,
        ThreadPoolExecutor(os.cpu_count()) as threads,
        # The innermost: an interrupt ends the engines before their threads are waited for.
        session.recorded(engine.layout),
    ):
        for stack in stacks:
            stage.make(stack.stage, client(engine.endpoint, stack.plan.site.region))
        engine.prepare(names)
        return tuple(threads.map(lambda name: deploy(engine, name, board), names))


def _show(
    engine: Engine,
    stacks: tuple[Ready, ...],
    deployments: tuple[Deployment, ...],
    consoles: Consoles,
) -> int:
    """Verify and show what was deployed, then what went wrong, and give the exit code."""
    pairs = zip(stacks, deployments, strict=True)
    done = [stack for stack, deployment in pairs if deployment.succeeded]
    clean = [_verify(stack.plan, engine, consoles) for stack in done]
    for deployment in deployments:
        for line in deployment.complaints():
            consoles.say(line)
    return _exit_code(deployments, clean)


def _verify(plan: Plan, engine: Engine, consoles: Consoles) -> bool:
    """Compare what the local AWS passes with what is required, show both, and give the verdict."""
    verification = verify(plan, client(engine.endpoint, plan.site.region))
    print_plan(plan, consoles.results)
    print_verification(verification, consoles.results)
    return verification.is_clean


def _exit_code(deployments: Iterable[Deployment], clean: Iterable[bool]) -> int:
    """Give the exit code for the worst that happened."""
    failed = [deployment for deployment in deployments if not deployment.succeeded]
    if failed:
        return 2 if all(deployment.is_malformed for deployment in failed) else 3
    return 0 if all(clean) else 1
