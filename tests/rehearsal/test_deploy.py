"""What a user learns of a deployment, tried with a stand-in for Pulumi that plays events."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gateway_rehearsal.board import Board
from gateway_rehearsal.deploy import Deployment, deploy
from gateway_rehearsal.engine import Engine
from gateway_rehearsal.layout import Layout

URN = "urn:pulumi:test::gateway-rules::aws:ec2/networkAcl:NetworkAcl::test-acl"


def said(severity: str, message: str, urn: str = "") -> dict[str, Any]:
    """Give the event of a message."""
    return {"diagnosticEvent": {"severity": severity, "message": message, "urn": urn}}


def did(operation: str) -> list[dict[str, Any]]:
    """Give the events of an operation on a resource."""
    event = {"metadata": {"op": operation, "urn": URN}}
    return [{"resourcePreEvent": event}, {"resOutputsEvent": event}]


def summed(**changes: int) -> dict[str, Any]:
    """Give the event at the end."""
    result = {"result": "succeeded", "durationSeconds": 2}
    return {"summaryEvent": {"resourceChanges": changes, **result}}


def problem(text: str) -> str:
    """Give the whole line in which the engine's words are told."""
    return f"error: <command>:1:1: [deploy] test: {text}; read .local/log/test.log"


class Play:
    """A project whose Pulumi plays given output, and what its user sees."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)
        self.layout.project.mkdir(parents=True)
        self.screen = io.StringIO()
        self._pulumi = root / "bin" / "pulumi"
        self._pulumi.parent.mkdir()

    def up(self, *output: dict[str, Any] | str, code: int = 0, init: str = "true") -> Deployment:
        """Deploy with a Pulumi that prints this."""
        lines = [line if isinstance(line, str) else json.dumps(line) for line in output]
        (self.layout.root / "output").write_text("".join(f"{line}\n" for line in lines))
        self._pulumi.write_text(
            f"#!/bin/sh\necho \"$@\" >> '{self.layout.root}/calls'\n"
            f"if test $1 = stack; then {init}; exit; fi\n"
            f"cat '{self.layout.root}/output'; exit {code}\n"
        )
        self._pulumi.chmod(0o755)
        engine = Engine(self.layout, self._pulumi.parent, "http://127.0.0.1:9")
        console = Console(file=self.screen, width=200)
        with Board(console, ("test",)) as board:
            return deploy(engine, "test", board)

    def told(self) -> list[str]:
        """Give what was on the screen, less the seconds."""
        return [line.partition(" (")[0] for line in self.screen.getvalue().splitlines()]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Give an empty project."""
    return Play(tmp_path)


def test_tells_what_changed(play: Play) -> None:
    """A line says what was done, in words and numbers."""
    deployment = play.up(*did("create"), *did("delete"), summed(create=2, delete=1, same=60))

    assert deployment.succeeded
    assert deployment.problems() == ()
    assert play.told() == ["test: deploying", "test: 2 created, 1 deleted"]


def test_tells_that_nothing_changed(play: Play) -> None:
    """A run that finds all as it should be says so."""
    play.up(*did("same"), summed(same=63))

    assert play.told()[-1] == "test: no change, 63 resources"


def test_makes_a_stack_once(play: Play) -> None:
    """A stack that has no state is made first; one that has is not, and both are named."""
    play.up(summed(create=1))
    play.layout.state_file("test").parent.mkdir(parents=True)
    play.layout.state_file("test").touch()
    play.up(summed(same=1))

    up = "up -s test --yes --skip-preview --json --non-interactive"
    calls = (play.layout.root / "calls").read_text().splitlines()
    assert calls == ["stack init test --no-select --non-interactive", up, up]


def test_shows_the_programs_own_faults(play: Play) -> None:
    """Faults that the program found are shown as it wrote them, without the engine's echoes."""
    faults = [
        "error: stacks/Pulumi.test.yaml:3:5: [look-up] Name=x finds no VPC; write tags",
        "error: stacks/Pulumi.test.yaml:9:1: [networks] the subnets are others; write them",
    ]

    deployment = play.up(
        *(said("error", f"{fault}\n") for fault in faults),
        said("error", "stack test cannot be deployed; nothing was changed\n"),
        said("error", "an unhandled error occurred: program exited with non-zero exit code: 1"),
        code=1,
    )

    assert deployment.is_malformed
    assert deployment.problems() == tuple(faults)
    assert play.told()[-1] == "test: failed"


def test_shows_the_engines_errors(play: Play) -> None:
    """An error of the engine stands on one line, with its resource and the log of all the rest."""
    deployment = play.up(
        said("error", "creating the ACL:\n  no quota\n", URN),
        said("error", "test-acl: told twice", URN),
        said("error", "update failed", URN),
        code=1,
    )

    assert not deployment.is_malformed
    assert deployment.problems() == (
        problem("test-acl: creating the ACL: no quota"),
        problem("test-acl: told twice"),
    )


def test_shows_what_is_no_event(play: Play) -> None:
    """An engine that fails before its first event says so in plain text, which is shown."""
    deployment = play.up("error: the stack is currently locked", code=255)

    assert deployment.problems() == (problem("the stack is currently locked"),)


@pytest.mark.parametrize(
    "error",
    [
        "making s: InvalidPermission.Duplicate: the specified rule already exists",
        "making g: InvalidGroup.Duplicate: the security group already exists",
        "the stack is currently locked by 1 lock(s).",
    ],
)
def test_names_the_cure_of_what_a_cut_off_update_left(play: Play, error: str) -> None:
    """What an earlier update left in the way is mended by `repair`, and the line says so."""
    deployment = play.up(said("error", error), code=1)

    cure = "run gateway-rules local repair test, then this again"
    line = f"error: <command>:1:1: [deploy] test: {error}; {cure}"
    assert deployment.problems() == (line,)


def test_shows_a_stack_that_cannot_be_made(play: Play) -> None:
    """A stack that cannot be made is not deployed, and the reason is shown."""
    deployment = play.up(init="echo 'no space' >&2; false")

    assert deployment.problems() == (problem("no space"),)


def test_shows_a_silent_end(play: Play) -> None:
    """An engine that was killed said nothing, and that is shown as well."""
    deployment = play.up(code=137)

    assert deployment.problems() == (problem("the engine ended without a word"),)


def test_shows_an_echo_that_stands_alone(play: Play) -> None:
    """A program that ended without saying why leaves only the engine's words, which are shown."""
    deployment = play.up(said("error", "an unhandled error occurred: program exited\n"), code=1)

    assert deployment.problems() == (problem("an unhandled error occurred: program exited"),)


def test_keeps_a_log_for_people(play: Play) -> None:
    """The log has every message and operation as a line, and nothing of the engine's innards."""
    play.up(
        {"preludeEvent": {"config": {}}},
        said("debug", "registering resource"),
        said("info#err", "a line of the program\n"),
        *did("create"),
        {"resOpFailedEvent": {"metadata": {"op": "delete", "urn": URN}}},
        {"stdoutEvent": {"message": "^C received\n"}},
        summed(create=1),
    )

    assert play.layout.log("test").read_text().splitlines() == [
        "info#err: a line of the program",
        f"create {URN}",
        f"FAILED delete {URN}",
        "^C received",
        "succeeded in 2 s",
    ]


def test_gives_the_engine_nothing_of_an_account(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of the user's settings of AWS, Pulumi and proxies reach the engine."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "PULUMI_ACCESS_TOKEN", "http_proxy"):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://example.com")
    engine = Engine(play.layout, Path("/tools"), "http://127.0.0.1:9")

    environment = engine.environment()

    assert not [value for value in environment.values() if value == "mine"]
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert environment["PULUMI_HOME"] == str(play.layout.root / ".local" / "pulumi")
    assert environment["PULUMI_BACKEND_URL"] == (play.layout.root / ".local" / "state").as_uri()
    assert environment["PATH"].split(os.pathsep)[0] == "/tools"
