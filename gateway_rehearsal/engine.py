"""The real Pulumi engine, kept to a private home, state and AWS."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gateway_rehearsal import project_copy
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.processes import mark
from gateway_rehearsal.servers import clean_environment
from gateway_rules.audit import AWS_SERVICES, Endpoints
from gateway_rules.inputs import write_whole

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Engine:
    """How Pulumi is called: on which project's local run, which Pulumi, and which AWS."""

    layout: Layout
    toolchain: Path
    endpoint: str

    @property
    def endpoints(self) -> Endpoints:
        """Where each service that the product asks is asked here."""
        return dict.fromkeys(AWS_SERVICES, self.endpoint)

    def environment(self) -> dict[str, str]:
        """Give the environment of every call; nothing in it leads to a real account."""
        # The language host takes the first Python on PATH, which has to be this one.
        path = (str(self.toolchain), str(Path(sys.executable).parent), os.environ.get("PATH", ""))
        return {
            **clean_environment(),
            **mark(self.layout.local),
            "PATH": os.pathsep.join(path),
            "VIRTUAL_ENV": sys.prefix,
            "PULUMI_HOME": str(self.layout.pulumi_home),
            "PULUMI_BACKEND_URL": self.layout.state.resolve().as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "local",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def command(self, *arguments: str) -> list[str]:
        """Give the command line of a call."""
        return [str(self.toolchain / "pulumi"), *arguments]

    def prepare(self, stacks: Iterable[str]) -> None:
        """Lay the copy of the project that the engine runs in, with the stacks' files as they are.

        The stand-in for the AWS plugin is put where the engine looks for it.
        """
        self.layout.state.mkdir(parents=True, exist_ok=True)
        project_copy.lay(self.layout, stacks)
        install_provider(self.layout.pulumi_home, Path(sys.executable), version("pulumi-aws"))

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Call the engine and give its output as text, whatever its exit code."""
        return subprocess.run(  # noqa: S603 arguments of our own commands and tests
            self.command(*arguments),
            cwd=self.layout.project,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def follow(self, *arguments: str, on_event: Callable[[Event], None]) -> int:
        """Call the engine, give each of its events as it comes, and give its exit code.

        The events come through a pipe: an engine whose reader was killed ends at its next word.
        """
        with subprocess.Popen(  # noqa: S603 arguments of our own commands and tests
            self.command(*arguments, "--json", "--non-interactive"),
            cwd=self.layout.project,
            # Without this a preview tells its steps only at the end, in another form.
            env=self.environment() | {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            for line in process.stdout or ():
                on_event(_event(line))
        return process.returncode


def _event(line: str) -> Event:
    """Read a line of the engine's output, which is an event or plain text."""
    try:
        event: Event = json.loads(line)
    except ValueError:
        message = line.removeprefix("error: ")
        return {"diagnosticEvent": {"severity": "error", "message": message}}
    return event


def install_provider(pulumi_home: Path, python: Path, version: str) -> Path:
    """Put the stand-in where the engine looks for that version of the aws plugin; return its path.

    `python` is the interpreter of an environment with gateway-rules in it. The file appears whole
    or not at all, and replaces one that is there. Raises OSError when it cannot be written.
    """
    folder = pulumi_home / "plugins" / f"resource-aws-v{version}"
    target = folder / "pulumi-resource-aws"
    write_whole(target, _script(python), is_program=True)
    return target


def _script(python: Path) -> str:
    """Return a shell script that becomes the plugin; -P: nothing is imported from its folder."""
    command = f'{shlex.quote(str(python))} -P -m gateway_rehearsal.provider "$@"'
    return f"#!/bin/sh\nexec {command}\n"
