"""`gateway-rules local up`: every stack onto the local AWS, verified."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from gateway_rules.errors import Fault, Faults, OverQuota, Pending
from gateway_rules.local import session, stage, toolchain
from gateway_rules.local.aws.client import client
from gateway_rules.local.board import Board
from gateway_rules.local.deploy import Deployment, deploy
from gateway_rules.local.engine import Engine
from gateway_rules.local.layout import Layout
from gateway_rules.local.locks import exclusive
from gateway_rules.local.servers import Settings
from gateway_rules.plan import Plan
from gateway_rules.project import load_plan, stack_names
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
    plans, pending = _read(root)
    for fault in pending:
        consoles.say(f"pending, left out: {str(fault).removeprefix('error: ')}")
    if not plans:
        consoles.say("there is no stack to deploy")
        return 0
    layout = Layout(root)
    tools = toolchain.ensure(consoles.say)
    with exclusive(root, lambda: consoles.say("waiting for another local run of this project")):
        engine = _engine(layout, tools, plans, consoles)
        with session.recorded(layout):
            return _deploy_all(engine, plans, consoles)


def _read(root: Path) -> tuple[tuple[Plan, ...], tuple[Fault, ...]]:
    """Plan all stacks; the second value says what pending ones lack.

    Raises Faults with everything that is wrong with any of them, OverQuota when that is all.
    """
    plans: list[Plan] = []
    pending: list[Fault] = []
    errors: list[Faults] = []
    for stack in stack_names(root):
        try:
            plans.append(load_plan(root, stack))
        except Pending as lack:
            pending += lack.faults
        except Faults as error:
            errors.append(error)
    if errors:
        # Quotas alone are what the command looks for; anything else is malformed input.
        kind = OverQuota if all(isinstance(error, OverQuota) for error in errors) else Faults
        raise kind(*(fault for error in errors for fault in error.faults))
    return tuple(plans), tuple(pending)


def _engine(layout: Layout, tools: Path, plans: Iterable[Plan], consoles: Consoles) -> Engine:
    """Give an engine with a local AWS, in which the stage is set for the stacks."""
    settings = Settings.for_all(plan.site.quotas for plan in plans)
    server = session.server(layout, settings, consoles.say)
    consoles.say(f"local AWS at {server.endpoint}")
    return Engine(layout, tools, server.endpoint)


def _deploy_all(engine: Engine, plans: tuple[Plan, ...], consoles: Consoles) -> int:
    """Set the stage, deploy as many stacks at a time as there are cores, verify, and show."""
    for plan in plans:
        stage.make(stage.presumed(plan.site), client(engine.endpoint, plan.site.region))
    stacks = tuple(plan.site.stack for plan in plans)
    engine.prepare(stacks)
    with (
        Board(consoles.way, stacks) as board,
        ThreadPoolExecutor(os.cpu_count()) as threads,
    ):
        deployments = tuple(threads.map(lambda stack: deploy(engine, stack, board), stacks))
    pairs = zip(plans, deployments, strict=True)
    done = [plan for plan, deployment in pairs if deployment.succeeded]
    clean = [_verify(plan, engine, consoles) for plan in done]
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
