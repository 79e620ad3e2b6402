"""The workflows as data, and their shell steps run as a runner runs them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
GITHUB = ROOT / ".github"
WORKFLOWS = tuple(sorted((GITHUB / "workflows").glob("*.yml")))
ACTIONS = tuple(sorted((GITHUB / "actions").glob("*/action.yml")))
SCRIPTS = tuple(sorted((GITHUB / "scripts").iterdir()))

Data = dict[str, Any]


def load(file: Path) -> Data:
    """Read a file; by YAML 1.2, in which `on` is a word."""
    data: Data = YAML(typ="safe").load(file)
    return data


def jobs() -> Iterator[tuple[str, str, Data]]:
    """Give every job with the names of its file and its own."""
    for file in WORKFLOWS:
        for name, job in load(file)["jobs"].items():
            yield file.stem, name, job


def steps() -> Iterator[tuple[str, Data]]:
    """Give every step of workflows and actions with the place where it stands."""
    for file, name, job in jobs():
        yield from ((f"{file}/{name}", step) for step in job.get("steps", ()))
    for action in ACTIONS:
        yield from ((action.parent.name, step) for step in load(action)["runs"]["steps"])


def step_of(place: str, name: str) -> Data:
    """Give the one step of that name at a place."""
    [step] = (step for where, step in steps() if where == place and step.get("name") == name)
    return step


@dataclass(frozen=True)
class Done:
    """How a step ended, and what it left for the job."""

    code: int
    out: str
    err: str
    outputs: Mapping[str, str]
    summary: str
    path: str


@dataclass(frozen=True)
class Runner:
    """A machine that runs shell steps: where, with a folder for its files, in an environment."""

    workspace: Path
    folder: Path
    environment: Mapping[str, str]

    def run(self, step: Mapping[str, Any], **values: str) -> Done:
        """Run a step with these values for the variables that it sets."""
        assert step.get("env", {}).keys() <= values.keys()
        self.folder.mkdir(exist_ok=True)
        files = {name: self.folder / name for name in ("OUTPUT", "STEP_SUMMARY", "PATH")}
        for file in files.values():
            file.write_text("")
        script = self.folder / "step.sh"
        script.write_text(step["run"])
        done = subprocess.run(  # noqa: S603 our own steps
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.workspace,
            env={
                **self.environment,
                **{f"GITHUB_{name}": str(file) for name, file in files.items()},
                "GITHUB_REPOSITORY": "acme/mail",
                "GITHUB_SERVER_URL": "https://github.example",
                "GITHUB_RUN_ID": "42",
                **values,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        texts = {name: file.read_text() for name, file in files.items()}
        outputs = dict(re.findall(r"^(\w+)=(.*)$", texts["OUTPUT"], re.MULTILINE))
        return Done(
            done.returncode, done.stdout, done.stderr, outputs, texts["STEP_SUMMARY"], texts["PATH"]
        )
