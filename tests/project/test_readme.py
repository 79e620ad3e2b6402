"""The README tells the truth: its commands, files, excerpts and outputs."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from engine import IN_EMEA
from rich.console import Console

from gateway_rehearsal.deploy import Deployment
from gateway_rehearsal.events import Tally
from gateway_rehearsal.summary import COLUMNS, DeploymentOutcome
from gateway_rules.audit.verification.findings import Verification
from gateway_rules.audit.verification.verifier import WAITING
from gateway_rules.cli.commands import Commands
from gateway_rules.packets.protocols import DIRECTIONS
from gateway_rules.planning.network_acl import Budget
from gateway_rules.planning.stack_plan import load_plan
from gateway_rules.views import plan_tables
from gateway_rules.views.verification_text import print_verification

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
TEXTS = [README, CONTRIBUTING]


def _printed(*parts: str) -> str:
    """Give the lines of a printout as the README quotes them, without trailing blanks."""
    return "\n".join(line.rstrip() for part in parts for line in part.splitlines())


@pytest.mark.parametrize("text", TEXTS, ids=["README", "CONTRIBUTING"])
def test_every_file_that_is_named_is_there(text: str) -> None:
    """A reader who looks for a named file finds it."""
    named = re.findall(r"`((?:gateway_rules|stacks|tests|docs)/[\w./-]+|[A-Z]\w+\.md)`", text)
    linked = re.findall(r"\]\(([^)#:]+)\)", text)
    assert [name for name in {*named, *linked} if not (ROOT / name).exists()] == []
    assert named


def test_the_run_through_the_rooms_names_functions_that_are_there() -> None:
    """Each step of CONTRIBUTING's run is a function of the file that it names."""
    steps = re.findall(r"\| `(gateway_rules/[\w/]+\.py)` \| `(\w+)` \|", CONTRIBUTING)
    found = [name for file, name in steps if f"\ndef {name}(" in (ROOT / file).read_text()]
    assert found == [name for _, name in steps]
    assert steps


def test_the_readme_has_a_line_for_each_room() -> None:
    """The table names every room, in the order of the contract, and nothing else."""
    rooms = re.findall(r"^\| `gateway_rules/(\w+)(?:\.py|/)` \|", README, re.MULTILINE)
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contract["contracts"][0]["layers"]
    there = {file.stem for file in (ROOT / "gateway_rules").iterdir() if _is_room(file)}
    assert (set(rooms), len(rooms)) == (there, len(there))
    assert [*reversed(rooms)] == [room for layer in layers for room in _side_by_side(layer)]


def _is_room(file: Path) -> bool:
    return (file.suffix == ".py" and "__" not in file.stem) or (file / "__init__.py").exists()


def _side_by_side(layer: str) -> list[str]:
    return [room.strip() for room in reversed(layer.split("|"))]


def test_every_command_of_the_table_is_there_and_no_other() -> None:
    """The table of commands is the program's own list of them."""
    named = set(re.findall(r"^\| `gateway-rules ([a-z-]+)", README, re.MULTILINE))
    assert named == {*Commands()}


def test_every_make_target_is_there() -> None:
    """Each `make` target that the README names stands in the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b", "\n".join(TEXTS)))
    assert named <= targets


@pytest.mark.parametrize("stack", IN_EMEA)
def test_quoted_end_of_make_up_is_what_every_stack_prints(stack: str) -> None:
    """The excerpt is what a clean verification of each stack of the repository looks like."""
    plan = load_plan(ROOT, stack).plan
    rules = [rule for group in plan.groups for rule in group.rules]
    sums = {
        f"{direction} {name}": sum(each.direction == direction for each in some)
        for name, some in (("rules", rules), ("entries", plan.acl.entries))
        for direction in DIRECTIONS
    }
    made = {"groups": len(plan.groups), "ACLs": 1, "subnets": len(plan.site.networks)}
    counts = {name: (count, count) for name, count in {**made, **sums}.items()}
    console = Console(file=io.StringIO(), width=80, highlight=False)
    found = Verification(stack, (), (), (), counts, notes=(WAITING,))
    print_verification(found, console)
    output = console.file
    assert isinstance(output, io.StringIO)
    assert _printed(output.getvalue()) in README


@pytest.mark.parametrize("stack", IN_EMEA)
def test_quoted_summary_is_what_is_printed_last(stack: str) -> None:
    """A stack's line in the excerpt is the one at the end of `make up`, but for the seconds."""
    deployment = Deployment(stack, succeeded=True, tally=Tally(), log=Path("log"))
    verification = Verification(stack, (), (), (), {})
    outcome = DeploymentOutcome(load_plan(ROOT, stack).plan, deployment, verification, seconds=0)
    quoted = {tuple(line.split()[:-1]) for line in README.splitlines()}
    assert outcome.row()[:-1] in quoted
    assert COLUMNS[:-1] in quoted


def test_quoted_budget_is_what_every_stack_uses() -> None:
    """The excerpt's line about the ACL's ingress budget is true of each stack."""
    budgets: set[Budget] = {load_plan(ROOT, s).plan.acl.budgets["ingress", "ipv4"] for s in IN_EMEA}
    (lines,) = (plan_tables.budget_lines("ingress", "ipv4", budget) for budget in budgets)
    assert "\n".join(lines) in README


def test_quoted_fault_is_what_the_command_prints(tmp_path: Path) -> None:
    """The example of a fault is printed, letter by letter, for the mistake that it shows."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: gateway-rules\n")
    text = (ROOT / "stacks" / "Pulumi.eu-west-1.yaml").read_text()
    wrong = text.replace("administrators: [10.42.0.0/24]", "administrators: [10.42.0.1/24]")
    (tmp_path / "stacks" / "Pulumi.eu-west-1.yaml").write_text(wrong)
    command = [sys.executable, "-m", "gateway_rules", "-C", str(tmp_path), "show", "eu-west-1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr in README) == (2, True)


def test_quoted_stack_file_is_an_excerpt_of_the_real_one() -> None:
    """Each line of the example, less its remark, stands in the stack file of the repository."""
    real = (ROOT / "stacks" / "Pulumi.eu-west-1.yaml").read_text()
    quoted = README.split("```yaml\n")[1].split("```")[0]
    lines = [line.partition("#")[0].strip() for line in quoted.splitlines()]
    assert [line for line in lines if line and line not in real] == []
