"""What `repair` asks of Pulumi, what it tells and asks the user, and how it ends."""

from __future__ import annotations

import io
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from cloud import aws, deploy, tagged
from sites import FEW, NOBODY, shipped, site

from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rules.audit.live import STACK_TAG, Live, read_live
from gateway_rules.cli.repair import RepairWish, run_repair
from gateway_rules.deploy import resource_names
from gateway_rules.deploy.repair.imports_needed import repairs
from gateway_rules.deploy.repair.repairer import Pulumi, Repairer
from gateway_rules.deploy.repair.state import UNREAD
from gateway_rules.errors import NoAnswer
from gateway_rules.planning.planner import plan
from gateway_rules.planning.stack_plan import StackPlan

Says = pytest.CaptureFixture[str]
GONE = "sgr-gone"
"""A rule that the state has, and AWS has not."""


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Give an AWS."""
    with aws(limits=AccountQuotas(entries_per_network_acl=40)) as client:
        yield client


@pytest.fixture(scope="module")
def deployed(client: Any) -> StackPlan:
    """Deploy a stack, and give it."""
    roles = NOBODY | {"administrators": ["10.1.0.0/24"]}
    return deploy(plan(shipped(), site(**FEW | {"roles": roles})), client).stack


@dataclass
class Script:
    """A Pulumi that answers from a script, and has in its state what was imported."""

    root: Path
    url: str = "s3://bucket"
    known: list[dict[str, str]] = field(default_factory=list)
    pending: list[dict[str, Any]] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    called: list[tuple[str, ...]] = field(default_factory=list)
    forgets: bool = False
    """Whether it loses what it imports."""

    def run(self, *arguments: str) -> CompletedProcess[str]:
        """Answer a call."""
        self.called.append(arguments)
        if said := self.failures.get(arguments[0]):
            return CompletedProcess(arguments, 1, "", said)
        return CompletedProcess(arguments, 0, self._answer(arguments), "")

    def _answer(self, arguments: tuple[str, ...]) -> str:
        if arguments[0] == "whoami":
            return json.dumps({"user": "ann", "url": self.url})
        if arguments[0] == "refresh":
            self.pending.clear()
            self.known = [one for one in self.known if one["id"] != GONE]
        if arguments[0] == "import" and not self.forgets:
            file = Path(arguments[arguments.index("--file") + 1])
            self.known += json.loads(file.read_text())["resources"]
        return json.dumps({"deployment": self._deployment()})

    def _deployment(self) -> dict[str, Any]:
        shown = [
            {"urn": f"urn:pulumi:test::p::{one['type']}::{one['name']}", **one}
            for one in self.known
        ]
        return {"resources": shown, "pending_operations": self.pending}

    @property
    def commands(self) -> list[str]:
        """Give the first word of each call that is no question."""
        return [call[0] for call in self.called if call[0] not in {"whoami", "stack"}]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Give a Pulumi whose state is empty."""
    (tmp_path / "Pulumi.yaml").write_text("name: project\nruntime: python\n")
    return Script(tmp_path)


def read(stack: StackPlan, client: Any) -> Live:
    """Read what AWS has of a stack."""
    return read_live(stack.plan.site, stack.location, client)


def _mender(stack: StackPlan, script: Script, client: Any) -> Repairer:
    return Repairer(stack, script, client, script.root)


YES, NO = (RepairWish(yes, as_json=False, up="pulumi up -s test") for yes in (True, False))


def test_everything_is_mended_in_one_go(
    deployed: StackPlan, script: Script, client: Any, capsys: Says
) -> None:
    """With --yes the state is read again, then imported into, and the next step is named."""
    script.pending.append({"type": "creating", "resource": {"urn": "urn:pulumi:test::p::t::x"}})
    wanted = len(resource_names.planned("test", deployed.plan.groups))
    assert run_repair(_mender(deployed, script, client), YES) == 0
    told = capsys.readouterr()
    assert script.commands == ["refresh", "import"]
    assert told.out.splitlines()[:3] == [
        "the state does not know how 1 operation ended:",
        "  creating x",
        f"{wanted} resources are in AWS, and not in the state:",
    ]
    assert told.err.splitlines() == [
        "reading the state from AWS again",
        f"importing {wanted} resources",
        "the state is mended; next: pulumi up -s test",
    ]


def test_every_call_names_the_stack_and_asks_nothing(
    deployed: StackPlan, script: Script, client: Any
) -> None:
    """The shared choice of a stack is not relied on, and nobody sits at Pulumi's prompt."""
    script.pending.append({"type": "creating", "resource": {"urn": "urn:pulumi:test::p::t::x"}})
    run_repair(_mender(deployed, script, client), YES)
    quiet = {"--yes", "--skip-preview", "--non-interactive", "-s", "test"}
    for call in script.called:
        if call[0] in {"refresh", "import"}:
            assert quiet <= {*call}
    (imported,) = (call for call in script.called if call[0] == "import")
    assert {"--protect=false", "--generate-code=false"} <= {*imported}


def test_without_a_terminal_nothing_is_mended(
    deployed: StackPlan, script: Script, client: Any, capsys: Says
) -> None:
    """Where nobody can answer, the findings are listed and the command exits 1."""
    assert run_repair(_mender(deployed, script, client), NO) == 1
    assert script.commands == []
    assert capsys.readouterr().err == "left as it is; --yes mends it\n"


class Terminal(io.StringIO):
    """What a user sits at."""

    def isatty(self) -> bool:
        """Say that somebody is there."""
        return True


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_on_a_terminal_the_user_is_asked(
    deployed: StackPlan,
    script: Script,
    client: Any,
    monkeypatch: pytest.MonkeyPatch,
    *,
    typed: str,
    code: int,
) -> None:
    """Only a yes is a yes."""
    screen = Terminal()
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    monkeypatch.setattr("sys.stdout", screen)
    assert run_repair(_mender(deployed, script, client), NO) == code
    assert "Mend this in the state? Nothing in AWS is changed. [y/N]: " in screen.getvalue()
    assert script.commands == ["import"] * (not code)


def test_nothing_to_repair(deployed: StackPlan, script: Script, client: Any, capsys: Says) -> None:
    """A stack that is whole is left alone, and the command says so."""
    imports = repairs(deployed.plan, read(deployed, client), UNREAD).imports
    script.known += [{"type": i.type, "name": i.name, "id": i.id} for i in imports]
    assert run_repair(_mender(deployed, script, client), YES) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "there is nothing to repair\n")
    assert script.commands == []


def test_what_aws_has_no_more_leaves_the_state(
    deployed: StackPlan, script: Script, client: Any, capsys: Says
) -> None:
    """The state is read again, though nothing was under way and nothing is to be imported."""
    imports = repairs(deployed.plan, read(deployed, client), UNREAD).imports
    script.known += [{"type": i.type, "name": i.name, "id": i.id} for i in imports]
    script.known.append({"type": resource_names.RULES["egress"], "name": "x", "id": GONE})
    assert run_repair(_mender(deployed, script, client), YES) == 0
    assert script.commands == ["refresh"]
    assert capsys.readouterr().out.splitlines() == [
        "1 resource is in the state, and not in AWS:",
        f"  {GONE}  x",
    ]


def test_what_is_left_to_a_person_is_found(
    deployed: StackPlan, script: Script, client: Any, capsys: Says
) -> None:
    """Nothing can be mended, and the command exits 1 as long as somebody has to judge."""
    tags = tagged("security-group", **{STACK_TAG: "test"})
    vpc = read(deployed, client).vpc
    made = client.create_security_group(
        GroupName="mine", Description="mine", VpcId=vpc, TagSpecifications=tags
    )["GroupId"]
    try:
        assert run_repair(_mender(deployed, script, client), YES) == 1
    finally:
        client.delete_security_group(GroupId=made)
    assert f"  {made}  the group mine" in capsys.readouterr().out.splitlines()


def test_json_is_one_document(
    deployed: StackPlan, script: Script, client: Any, capsys: Says
) -> None:
    """What was found and what became of it stand in one document."""
    wish = RepairWish(yes=True, as_json=True, up="up")
    assert run_repair(_mender(deployed, script, client), wish) == 0
    told = json.loads(capsys.readouterr().out)
    assert {*told} == {
        *("stack", "locks", "torn", "pending", "gone", "imports", "by_hand", "whole")
    }
    assert (told["stack"], told["whole"], told["by_hand"]) == ("test", True, [])
    assert {*told["imports"][0]} == {"type", "name", "id", "wanted"}


def test_what_stays_broken_is_no_success(deployed: StackPlan, script: Script, client: Any) -> None:
    """An import that Pulumi forgets is tried again, and then given up."""
    script.forgets = True
    with pytest.raises(NoAnswer) as refused:
        run_repair(_mender(deployed, script, client), YES)
    assert str(refused.value) == (
        "error: stacks/Pulumi.test.yaml:1:1: [not-whole] state and AWS still differ, although "
        "everything was mended; see that nobody else is at it, and run this again"
    )
    assert script.commands == ["import"] * 3


LOCKED = (
    "\nerror: the stack is currently locked by 1 lock(s). Either wait for the other process(es) "
    "to end or delete the lock file with `pulumi cancel`.\n  s3://bucket/lock.json: created by "
    "ann@ci (pid 7) at 2026-11-24T10:34:22Z\n"
)
CLOUD = "error: [409] Conflict: Another update is currently in progress.\n"


@pytest.mark.parametrize("said", [LOCKED, CLOUD])
def test_lock_that_nobody_here_can_judge_is_reported(
    deployed: StackPlan, script: Script, client: Any, said: str
) -> None:
    """A lock in a bucket or in Pulumi Cloud is told in the engine's words, with what cancels it."""
    script.failures["import"] = said
    with pytest.raises(NoAnswer) as refused:
        run_repair(_mender(deployed, script, client), YES)
    words = " ".join(said.replace("error: ", "").split())
    assert str(refused.value) == (
        f"error: stacks/Pulumi.test.yaml:1:1: [locked] {words}; wait until that update has "
        "ended; if its process has ended already, run pulumi cancel -s test"
    )
    assert script.commands == ["import"]


def test_pulumi_that_fails_is_quoted(deployed: StackPlan, script: Script, client: Any) -> None:
    """What Pulumi cannot do is said in its own words, with the call that failed."""
    script.failures["stack"] = "error: no stack named 'test' found\n"
    with pytest.raises(NoAnswer) as refused:
        run_repair(_mender(deployed, script, client), YES)
    assert str(refused.value) == (
        "error: stacks/Pulumi.test.yaml:1:1: [engine] pulumi stack export failed: no stack named "
        "'test' found; mend that, and run this again"
    )


def _lock(script: Script, process: int) -> None:
    """Lock the stack in a folder of this machine."""
    script.url = (script.root / "state").as_uri()
    folder = script.root / "state/.pulumi/locks/organization/project/test"
    folder.mkdir(parents=True)
    lock = {"pid": process, "username": "ann", "hostname": socket.gethostname()}
    (folder / "1.json").write_text(json.dumps(lock | {"timestamp": "2026-11-24T10:34:22.2Z"}))


def test_lock_of_a_living_process_is_left_alone(
    deployed: StackPlan, script: Script, client: Any
) -> None:
    """An update that still runs is not disturbed, and its process is named."""
    _lock(script, os.getpid())
    with pytest.raises(NoAnswer) as refused:
        run_repair(_mender(deployed, script, client), YES)
    assert str(refused.value) == (
        "error: stacks/Pulumi.test.yaml:1:1: [locked] the stack is locked by process "
        f"{os.getpid()} of ann on {socket.gethostname()}, since 2026-11-24T10:34:22Z; wait until "
        "that update has ended; if its process has ended already, run pulumi cancel -s test"
    )
    assert script.commands == []


def test_lock_that_cannot_be_read_may_be_a_living_one(
    deployed: StackPlan, script: Script, client: Any
) -> None:
    """Of a lock that is cut short nobody can tell whose it is, so a person has to."""
    _lock(script, os.getpid())
    (file,) = script.root.glob("state/.pulumi/locks/organization/project/test/*.json")
    for text in ("", "{}", "[]"):
        file.write_text(text)
        with pytest.raises(NoAnswer) as refused:
            run_repair(_mender(deployed, script, client), YES)
        assert str(refused.value) == (
            f"error: stacks/Pulumi.test.yaml:1:1: [locked] {file} is no lock that says whose it "
            "is; wait until that update has ended; if its process has ended already, run "
            "pulumi cancel -s test"
        )
    assert script.commands == []


def test_torn_file_goes_before_the_state_is_read(
    deployed: StackPlan, script: Script, client: Any, capsys: Says
) -> None:
    """A half-written file hides the state, so it goes first, and the rest follows."""
    script.url = (script.root / "state").as_uri()
    torn = script.root / "state/.pulumi/stacks/project/test.json.attrs"
    torn.parent.mkdir(parents=True)
    torn.touch()
    assert run_repair(_mender(deployed, script, client), YES) == 0
    assert not torn.exists()
    assert capsys.readouterr().out.splitlines()[:2] == [
        "a file is half-written, and keeps Pulumi from the state:",
        f"  {torn}",
    ]
    assert script.commands == ["import"]


def test_pulumi_that_is_not_there_is_missed(tmp_path: Path) -> None:
    """Without a pulumi on PATH nothing is tried."""
    with pytest.raises(NoAnswer) as refused:
        Pulumi.on_path(tmp_path, {"PATH": str(tmp_path)})
    assert str(refused.value) == (
        "error: <command>:1:1: [no-pulumi] there is no pulumi on PATH; install it, or mend PATH"
    )


def test_pulumi_on_path_runs_in_the_project(tmp_path: Path) -> None:
    """The user's own Pulumi is called, with the user's settings, and asks for no update."""
    program = tmp_path / "pulumi"
    program.write_text('#!/bin/sh\necho "$PWD $MINE $PULUMI_SKIP_UPDATE_CHECK $*"\n')
    program.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    found = Pulumi.on_path(tmp_path, {"PATH": path, "MINE": "mine"})
    assert found.run("whoami", "--json").stdout == f"{tmp_path} mine true whoami --json\n"
