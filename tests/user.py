"""Somebody who types `gateway-rules local …` into a terminal, in a project of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import IN_EMEA, copy_project, warded

from gateway_rehearsal import processes
from gateway_rehearsal.aws.client import client
from gateway_rehearsal.layout import Layout

COMMAND = Path(sys.executable).with_name("gateway-rules")
STACK = "eu-west-1"
OTHER = "eu-central-1"


@dataclass(frozen=True)
class User:
    """Somebody with a project, who types commands into a terminal."""

    root: Path

    @property
    def layout(self) -> Layout:
        """Give the places of the project's local runs."""
        return Layout(self.root)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command in a process group of its own, as a shell does."""
        return subprocess.Popen(  # noqa: S603 our own command
            [COMMAND, "-C", self.root, "local", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            process_group=0,
        )

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def status(self) -> dict[str, Any]:
        """Ask for the status."""
        answer: dict[str, Any] = json.loads(self.run("status", "--json").stdout)
        return answer

    def ec2(self) -> Any:
        """Give a client of the local AWS in the stack's Region."""
        return client(self.status()["endpoint"], STACK)

    def git(self, *arguments: str) -> str:
        """Run git in the project."""
        done = subprocess.run(  # noqa: S603 our own command
            ["git", *arguments],  # noqa: S607 git stands in different places.
            cwd=self.root,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def assert_recovers(self, cut_off: "subprocess.Popen[str]", stack: str) -> None:
        """Kill a run with its whole group; see that the next goes well and can be undone."""
        os.killpg(cut_off.pid, signal.SIGKILL)
        cut_off.communicate()

        again = self.run("up")

        assert (again.returncode, again.stderr) == (0, again.stderr)
        assert self.status()["stacks"] == [stack]
        assert self.run("down").returncode == 0
        assert processes.marked(self.layout.local) == ()

    def drop(self, stack: str) -> None:
        """Take a stack's file away."""
        self.layout.stack_file(stack).unlink()


@contextmanager
def new_user(folder: Path, stacks: Iterable[str] = IN_EMEA) -> Iterator[User]:
    """Give somebody a copy of the project with some stacks, and leave nothing running."""
    copy_project(folder, stacks)
    with warded(folder):
        yield User(folder)


def wait_for(happened: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    """Wait until something has happened while a command still runs."""
    while not happened():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


def read(file: Path) -> str:
    """Give what a file holds, nothing if it is not there yet."""
    return file.read_text() if file.exists() else ""
