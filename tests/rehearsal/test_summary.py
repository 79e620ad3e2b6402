"""The line that each stack has at the end."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from gateway_rehearsal.deploy import Deployment
from gateway_rehearsal.events import Tally
from gateway_rehearsal.summary import DeploymentOutcome, print_summary
from gateway_rules.audit.verification.findings import PacketDifference, Verification
from gateway_rules.packets.prefixes import SELF
from gateway_rules.packets.sets import Piece
from gateway_rules.planning.planner import Plan
from gateway_rules.planning.stack_plan import load_plan

ROOT = Path(__file__).parents[2]
STACK = "eu-west-1"


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Plan the example stack."""
    return load_plan(ROOT, STACK).plan


@pytest.fixture
def clean(plan: Plan) -> DeploymentOutcome:
    """Give a stack with which all is well."""
    deployment = Deployment(STACK, succeeded=True, tally=Tally(), log=Path("log"))
    return DeploymentOutcome(plan, deployment, Verification(STACK, (), (), (), {}), 2.04)


def printed(*outcomes: DeploymentOutcome) -> list[str]:
    """Print outcomes without a terminal and give the lines."""
    screen = io.StringIO()
    print_summary(outcomes, Console(file=screen, width=200))
    return [" ".join(line.split()) for line in screen.getvalue().splitlines()]


def test_a_line_has_what_counts(clean: DeploymentOutcome) -> None:
    """Stack, Region, sizes, the fullest budget, excess of all budgets, verdict and seconds."""
    rules = sum(len(group.rules) for group in clean.plan.groups)
    entries = len(clean.plan.acl.entries)
    excess = sum(budget.excess for budget in clean.plan.acl.budgets.values())

    assert printed(clean)[1:3] + printed(clean)[4:] == [
        "1 stack, 1 verified",
        "Stack Region Rules Entries Budget Excess Verified Seconds",
        f"eu-west-1 eu-west-1 {rules} {entries} 100% {excess:,} yes 2.0",
    ]


def test_tells_what_is_not_well(clean: DeploymentOutcome) -> None:
    """A stack that differs, and one that was not deployed, are told apart and not counted."""
    piece = Piece("egress", "tcp", 80, 80, SELF)
    lost = PacketDifference("security_group", piece, ("rss-feed",), "sg-1", "lost", "up")
    differs = replace(clean, verification=Verification(STACK, (lost,), (), (), {}))
    failed = replace(clean, verification=None)

    lines = printed(clean, differs, failed)

    assert lines[1] == "3 stacks, 1 verified"
    assert [line.split()[6] for line in lines[4:]] == ["yes", "no", "failed"]
