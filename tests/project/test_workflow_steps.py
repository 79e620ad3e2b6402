"""The steps that deploy, verify and look for drift, on the real engine and a local AWS."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from engine import Rehearsal, rehearsal
from workflows import GITHUB, Done, Runner, step_of, steps

from gateway_rules.audit import live

pytestmark = pytest.mark.engine

STACK = "eu-west-1"


@dataclass(frozen=True)
class Account:
    """A project with a local AWS, whose steps are run where the workflows run them."""

    project: Rehearsal

    def run(self, place: str, name: str, **values: str) -> Done:
        """Run a step on the stack."""
        given = {"STACK": STACK, "PULUMI_CONFIG_PASSPHRASE": "local", **values}
        folder = self.project.engine.layout.local / "runner"
        runner = Runner(self.project.root, folder, self.project.engine.environment())
        return runner.run(step_of(place, name), **given)

    def pulumi(self, *arguments: str) -> str:
        """Run Pulumi as somebody does who sets the project up."""
        done = subprocess.run(  # noqa: S603 our own command
            self.project.engine.command(*arguments),
            cwd=self.project.root,
            env=self.project.engine.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    @property
    def ec2(self) -> Any:
        """Give a client of the local AWS."""
        return self.project.client(STACK)

    @property
    def group(self) -> str:
        """Give the id of the stack's group."""
        [group] = self._live().groups
        return group

    def count(self) -> int:
        """Count what there is in AWS of the stack."""
        found = self._live()
        return len(found.groups) + len(found.rules) + sum(acl.own for acl in found.acls)

    def _live(self) -> live.Live:
        stack = self.project.planned(STACK)
        return live.read_live(stack.plan.site, stack.location, self.ec2)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Give a project whose stack is in the backend, and not yet in AWS."""
    with rehearsal(tmp_path_factory.mktemp("account") / "project") as project:
        shutil.copytree(GITHUB, project.root / ".github")
        # The project's file names this environment, and only old language hosts ignore that.
        (project.root / ".venv").symlink_to(sys.prefix)
        project.engine.prepare([])
        project.set_stage(STACK)
        account = Account(project)
        account.pulumi("stack", "init", STACK, "--non-interactive")
        yield account


@pytest.fixture(scope="module")
def deployed(account: Account) -> Account:
    """Deploy the stack by the step of the workflow, once."""
    before = account.run("pull-request/preview", "Preview")
    assert before.code == 0, before.err
    assert re.search(r"^    \+ \d+ to create$", before.out, re.MULTILINE)
    assert account.count() == 0
    up = account.run("deploy-stack/up", "Deploy")
    assert up.code == 0, up.err
    return account


def test_what_is_deployed_is_verified(deployed: Account) -> None:
    """After the step that deploys, the one that verifies finds nothing wrong."""
    assert deployed.count() > 50
    done = deployed.run("deploy-stack/up", "Verify")
    assert (done.code, done.err) == (0, "")
    assert "Every required packet passes, and none that the plan does not allow." in done.out


def test_a_deployment_of_what_is_there_changes_nothing(deployed: Account) -> None:
    """A commit that touches no rule may be approved without a look."""
    done = deployed.run("deploy-stack/up", "Deploy")
    assert done.code == 0, done.err
    assert re.search(r"^Resources:\n    \d+ unchanged$", done.out, re.MULTILINE)


def test_no_drift_closes_the_issue(deployed: Account) -> None:
    """Where both comparisons find nothing, the report says so and the issue about it can go."""
    done = deployed.run("drift/drift", "Compare")
    assert (done.code, done.outputs) == (0, {"state": "closed"}), done.err
    assert done.summary == (deployed.project.root / "drift.md").read_text()
    assert done.summary.splitlines() == [
        f"<!-- gateway-rules: drift of {STACK} -->",
        f"Is AWS what the main branch asks for in `{STACK}`? This run has compared them:",
        "https://github.example/acme/mail/actions/runs/42",
        "",
        "It is.",
    ]


def test_a_rule_that_was_added_by_hand_is_drift(deployed: Account) -> None:
    """Pulumi does not see it, the packets do, and the job fails."""
    rule = {"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389}
    by_hand = {
        "GroupId": deployed.group,
        "IpPermissions": [rule | {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    }
    deployed.ec2.authorize_security_group_ingress(**by_hand)
    try:
        done = deployed.run("drift/drift", "Compare")
    finally:
        deployed.ec2.revoke_security_group_ingress(**by_hand)
    assert (done.code, done.outputs) == (1, {"state": "open"}), done.err
    assert f"\n`gateway-rules verify {STACK}` exited with 1:\n\n    Compared" in done.summary
    assert "\n      ingress tcp 3389 from 0.0.0.0/0, such as 0.0.0.0 port 3389\n" in done.summary
    assert f"\n    excess: {deployed.group}: nobody asks for it; sgr-" in done.summary
    assert "`pulumi preview" not in done.summary


def test_a_tag_that_was_changed_by_hand_is_drift(deployed: Account) -> None:
    """The packets do not see it, Pulumi does, and the job fails."""
    tags = {"Resources": [deployed.group], "Tags": [{"Key": "by-hand", "Value": "yes"}]}
    deployed.ec2.create_tags(**tags)
    try:
        done = deployed.run("drift/drift", "Compare")
    finally:
        deployed.ec2.delete_tags(**tags)
    assert (done.code, done.outputs) == (1, {"state": "open"}), done.err
    assert "`gateway-rules verify" not in done.summary
    assert f"\n`pulumi preview --stack {STACK} --refresh" in done.summary
    assert "\n    error: no changes were expected for preview" in done.summary


def test_a_comparison_that_failed_is_no_verdict(deployed: Account) -> None:
    """Where Pulumi cannot be asked, the job fails and the issue is left as it was."""
    done = deployed.run("drift/drift", "Compare", PULUMI_CONFIG_PASSPHRASE="wrong")  # noqa: S106 it is wrong
    assert (done.code, done.outputs) == (3, {})
    assert re.search(r"`pulumi preview .*` exited with [^07]:\n", done.summary)
    assert "It is." not in done.summary


def test_a_stack_that_was_never_made_is_not_deployed(account: Account) -> None:
    """Making a stack writes its file, so it is somebody's work; the step says what is missing."""
    done = account.run("deploy-stack/up", "Deploy", STACK="eu-central-1")
    assert done.code != 0
    assert "no stack named 'eu-central-1' found" in done.err


def test_pulumi_knows_every_option(account: Account) -> None:
    """Each call of Pulumi in steps and scripts has options that this release of it lists."""
    texts = [step.get("run", "") for _, step in steps()]
    texts += [file.read_text() for file in (GITHUB / "scripts").iterdir()]
    calls = [call for text in texts for call in re.findall(r"\bpulumi (preview|up) (.*)", text)]
    assert len(calls) == 3
    for command, options in calls:
        known = account.pulumi(command, "--help")
        unknown = [name for name in re.findall(r"--[a-z-]+", options) if f" {name} " not in known]
        assert unknown == []
