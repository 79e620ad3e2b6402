"""A stack of a dozen rules, quick to deploy, on a project that tests may break."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from engine import Rehearsal, rehearsal
from fault_proxy import Call, Proxy, proxied

from gateway_rehearsal.aws.client import client
from gateway_rules.audit.verification.verifier import verify
from gateway_rules.deploy.repair.repairer import Repairer
from gateway_rules.inputs.catalogue import read_catalogue

REGION = "eu-west-1"
FILE = """\
config:
  aws:region: eu-west-1
  gateway-rules:vpc: {{Name: {vpc}}}
  gateway-rules:subnets: {{Tier: gateway}}
  gateway-rules:networks: [10.42.8.0/26, 10.42.8.64/26]
  gateway-rules:roles:
    administrators: [{administrators}]
    peers: [self]
    directory_servers: [{directory_servers}]
    pmm_users: []
    ftp_servers: []
    key_servers: []
    snmp_managers: []
    lexical_servers: []
    syslog_servers: []
  gateway-rules:services:
{left_out}
"""
BEFORE = {"administrators": "10.42.0.0/24", "directory_servers": "10.5.0.0/28"}
AFTER = {"administrators": "10.42.0.0/24, 10.9.0.0/24", "directory_servers": "10.6.0.0/28"}
"""Two versions of the stack: a prefix more, and a prefix swapped for another."""


def text(vpc: str, version: dict[str, str]) -> str:
    """Give a version of the file of a stack in a VPC of some name."""
    hosted = [each.id for each in read_catalogue().services if not each.role]
    left_out = "\n".join(f"    {id_}: false" for id_ in hosted)
    return FILE.format(vpc=vpc, left_out=left_out, **version)


ANY = "any"


@dataclass(frozen=True)
class Moment:
    """When an update is killed: once so many calls of an action were asked, done or answered.

    Of any action those count that change something.
    """

    number: int
    notice: Literal["asked", "done", "answered"]
    action: str = ANY

    def __str__(self) -> str:
        """Name the moment."""
        return f"{self.number}-{self.action}-{self.notice}"


@dataclass(frozen=True)
class Small:
    """A project with small stacks, and the proxy before its local AWS."""

    project: Rehearsal
    proxy: Proxy

    def write(self, stack: str, version: dict[str, str]) -> None:
        """Write a version of a stack's file."""
        self.file(stack).write_text(text(stack, version))

    def change(self, stack: str) -> dict[str, str]:
        """Change a stack's file to its other version, and give that before it."""
        is_first = self.file(stack).read_text() == text(stack, BEFORE)
        old, new = (BEFORE, AFTER) if is_first else (AFTER, BEFORE)
        self.write(stack, new)
        return old

    def file(self, stack: str) -> Path:
        """Give a stack's file."""
        return self.project.root / "stacks" / f"Pulumi.{stack}.yaml"

    def make(self, stack: str) -> None:
        """Make the surroundings of a stack and the stack, with nothing in it."""
        self.write(stack, BEFORE)
        self.project.set_stage(stack)
        self.project.engine.prepare([stack])
        done = self.project.engine.run("stack", "init", stack, "--no-select", "--non-interactive")
        assert done.returncode == 0, done.stderr

    def client(self) -> Any:
        """Give a client that goes past the proxy."""
        return client(self.proxy.upstream, REGION)

    def mender(self, stack: str) -> Repairer:
        """Give what repairs a stack."""
        engine = self.project.engine
        engine.prepare([stack])
        return Repairer(self.project.planned(stack), engine, self.client(), engine.layout.project)

    def is_clean(self, stack: str) -> bool:
        """Tell whether AWS passes just what a stack asks for, and has no thing more or less."""
        found = verify(self.project.planned(stack), self.client())
        return found.is_clean and all(planned == there for planned, there in found.counts.values())

    def repair(self, stack: str) -> None:
        """Repair a stack, which takes a round for a torn file and one for the rest."""
        mender = self.mender(stack)
        while not (found := mender.examine()).is_whole:
            mender.mend(found, print)
        assert found.repairs.by_hand == ()

    def ends_right(self, stack: str) -> None:
        """Repair and deploy a stack: nothing fails, and nothing is missing or left over."""
        self.repair(stack)
        run = self.project.up(stack)
        assert (run.code, run.errors) == (0, ())
        self.is_right(stack)

    def is_right(self, stack: str) -> None:
        """Find nothing missing, left over or doubled, neither in AWS nor in the state."""
        assert self.is_clean(stack)
        found = self.mender(stack).examine()
        assert (found.is_whole, found.repairs.by_hand) == (True, ())

    def cut_off(self, stack: str, moment: Moment) -> None:
        """Begin to deploy a stack, and kill it with its whole group at a moment."""
        process: list[subprocess.Popen[str]] = []
        seen: list[Call] = []

        def kill(call: Call) -> None:
            if call.changes and moment.action in {ANY, call.action}:
                seen.append(call)
            if len(seen) == moment.number and not self.proxy.shut.is_set():
                self.proxy.shut.set()
                os.killpg(process[0].pid, signal.SIGKILL)

        self.proxy.settle()
        setattr(self.proxy, f"on_{moment.notice}", kill)
        process.append(self.start(stack))
        said, _ = process[0].communicate(timeout=120)
        self.proxy.settle()
        assert process[0].returncode == -signal.SIGKILL, said

    def start(self, stack: str) -> "subprocess.Popen[str]":
        """Begin to deploy a stack, in a process group of its own."""
        engine = self.project.engine
        engine.prepare([stack])
        return subprocess.Popen(  # noqa: S603 - our own arguments.
            engine.command("up", "-s", stack, "--yes", "--skip-preview", "--non-interactive"),
            cwd=engine.layout.project,
            env=engine.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )


@contextmanager
def small_project(folder: Path, *stacks: str) -> Iterator[Small]:
    """Give a project with these stacks deployed, whose engine reaches AWS through a proxy."""
    with rehearsal(folder) as direct, proxied(direct.engine.endpoint) as proxy:
        engine = replace(direct.engine, endpoint=proxy.endpoint)
        small = Small(replace(direct, engine=engine), proxy)
        for stack in stacks:
            small.make(stack)
            assert small.project.up(stack).code == 0
        yield small
