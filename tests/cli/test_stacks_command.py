"""`gateway-rules stacks`: what a workflow makes its matrix of."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from engine import copy_project
from user import COMMAND

LACK = "the addresses of bulkmail1.clearswift.net and 4 more hosts in US are not known"
CURE = "run gateway-rules resolve us-east-1 with a resolver in that region"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project of three stacks, one of them pending."""
    root = tmp_path / "project"
    copy_project(root)
    text = (root / "stacks" / "Pulumi.eu-west-1.yaml").read_text()
    far = text.replace("aws:region: eu-west-1", "aws:region: us-east-1")
    (root / "stacks" / "Pulumi.us-east-1.yaml").write_text(far)
    return root


def stacks(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """List the stacks of a project."""
    return subprocess.run(  # noqa: S603 our own command
        [COMMAND, "-C", root, "stacks", *options], capture_output=True, text=True, check=False
    )


def test_lists_every_stack_and_the_cure_of_a_pending_one(project: Path) -> None:
    """People read a line a stack, and below a pending one what to do."""
    done = stacks(project)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "eu-central-1 in eu-central-1",
        "eu-west-1 in eu-west-1",
        "us-east-1 in us-east-1",
        f"pending: stacks/Pulumi.us-east-1.yaml: {LACK}; {CURE}",
    ]


def test_gives_programs_the_regions_and_the_faults(project: Path) -> None:
    """A pending stack has its Region all the same, and its faults have the parts of any fault."""
    answer = json.loads(stacks(project, "--json").stdout)
    [*ready, pending] = answer["stacks"]
    assert ready == [
        {"stack": "eu-central-1", "region": "eu-central-1", "pending": []},
        {"stack": "eu-west-1", "region": "eu-west-1", "pending": []},
    ]
    [fault] = pending.pop("pending")
    assert pending == {"stack": "us-east-1", "region": "us-east-1"}
    assert {name: fault[name] for name in ("file", "rule", "message", "fix")} == {
        "file": "stacks/Pulumi.us-east-1.yaml",
        "rule": "pending",
        "message": LACK,
        "fix": CURE,
    }


def test_a_malformed_stack_is_a_fault_and_no_list_is_printed(project: Path) -> None:
    """Nobody deploys the rest of a project of which a part cannot be read."""
    file = project / "stacks" / "Pulumi.eu-west-1.yaml"
    file.write_text(file.read_text().replace("10.42.0.0/24]", "10.42.0.1/24]"))
    done = stacks(project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error: stacks/Pulumi.eu-west-1.yaml:10:22: [host-bits] gateway-rules:roles."
        "administrators: 10.42.0.1/24 has bits behind its prefix length; write 10.42.0.0/24 "
        "for the network, 10.42.0.1/32 for the host\n"
    )
