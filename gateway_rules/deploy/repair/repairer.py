"""`gateway-rules repair`: look at lock, state and AWS, and let Pulumi mend what is between them."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Protocol, Self

from ruamel.yaml import YAML

from gateway_rules.audit import Endpoints, read_live
from gateway_rules.deploy.repair.backend import Folder, Lock
from gateway_rules.deploy.repair.imports_needed import Repairs, import_file, repairs
from gateway_rules.deploy.repair.state import UNREAD, StackState
from gateway_rules.errors import Fault, NoAnswer, unable
from gateway_rules.planning import StackPlan

Say = Callable[[str], None]
_QUIET: Final = ("--yes", "--skip-preview", "--non-interactive")
_LOCKED: Final = ("currently locked by", "Another update is currently in progress")
"""How the engine says that a folder or bucket, and how Pulumi Cloud does."""


class Runs(Protocol):
    """A Pulumi: the user's own, or the one of a local run."""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call it and give its output as text, whatever its exit code."""


@dataclass(frozen=True)
class Pulumi:
    """The Pulumi that the user has on PATH, with its own settings, in the project's folder."""

    root: Path
    environment: Mapping[str, str]

    @classmethod
    def on_path(cls, root: Path, environment: Mapping[str, str]) -> Self:
        """Find it; raise NoAnswer when there is none."""
        if shutil.which("pulumi", path=environment.get("PATH")) is None:
            what = "there is no pulumi on PATH"
            raise unable("no-pulumi", what, "install it, or mend PATH")
        return cls(root, {**environment, "PULUMI_SKIP_UPDATE_CHECK": "true"})

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call it and give its output as text, whatever its exit code."""
        return subprocess.run(  # noqa: S603 - our own arguments.
            ["pulumi", *arguments],  # noqa: S607 - the user's own.
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@dataclass(frozen=True)
class RepairNeeds:
    """What keeps the next update of a stack from going right."""

    stack: str
    locks: tuple[Lock, ...] = ()
    """Those whose process has ended."""
    torn: tuple[Path, ...] = ()
    """Files that keep Pulumi from reading the state, which therefore nobody has compared."""
    state: StackState = UNREAD
    repairs: Repairs = field(default_factory=Repairs)

    @property
    def is_whole(self) -> bool:
        """Tell whether there is nothing that this command can mend."""
        return not (self.locks or self.torn or self.repairs.imports or self.repairs.refreshes)

    def as_json(self, *, whole: bool) -> dict[str, Any]:
        """Give what `repair --json` promises; `whole`: nothing of it is left to mend."""
        return {
            "stack": self.stack,
            "locks": [lock.as_json() for lock in self.locks],
            "torn": [str(file) for file in self.torn],
            "pending": [
                {"operation": one.operation, "name": one.name} for one in self.repairs.pending
            ],
            "gone": [{"name": one.name, "id": one.id} for one in self.repairs.gone],
            "imports": [one.as_json() for one in self.repairs.imports],
            "by_hand": [one.as_json() for one in self.repairs.by_hand],
            "whole": whole,
        }


@dataclass(frozen=True)
class Repairer:
    """One stack, the Pulumi that looks after it, and the AWS that it is in."""

    planned: StackPlan
    pulumi: Runs
    client: Any
    root: Path
    """The folder that Pulumi runs in."""
    endpoints: Endpoints = field(default_factory=dict)
    """Where the AWS is asked, unless that is AWS's own."""

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.planned.plan.site.stack

    def examine(self) -> RepairNeeds:
        """Say what is wrong; raise NoAnswer when a living process holds the stack, or may.

        Raises NoAnswer as well when Pulumi cannot be asked, and what `live.read` raises.
        """
        locks, torn = self._left_in_folder()
        if alive := [lock for lock in locks if not lock.is_dead]:
            raise self._fault("locked", f"the stack is locked by {alive[0]}", self._unlock())
        if torn:
            return RepairNeeds(self.stack, locks, torn)
        state = self._state()
        plan = self.planned.plan
        found = read_live(plan.site, self.planned.location, self.client)
        judged = repairs(plan, found, state).aimed(self.endpoints)
        return RepairNeeds(self.stack, locks, (), state, judged)

    def mend(self, found: RepairNeeds, say: Say) -> None:
        """Do what is to be done, in an order in which each step leaves the next possible.

        Raises NoAnswer when the engine fails; what was done until then stays done, and may be
        looked for again.
        """
        for file in found.torn:
            say(f"removing {file}")
            file.unlink()
        if found.locks:
            say("cancelling the lock")
            self._call("cancel", "-s", self.stack, "--yes")
        if found.repairs.refreshes:
            say("reading the state from AWS again")
            self._call("refresh", "-s", self.stack, *_QUIET, "--clear-pending-creates")
        if found.repairs.imports:
            say(f"importing {len(found.repairs.imports)} resources")
            self._import(found)

    def _left_in_folder(self) -> tuple[tuple[Lock, ...], tuple[Path, ...]]:
        """Give locks and torn files, where the backend is a folder of this machine."""
        folder = Folder.at(json.loads(self._call("whoami", "--json"))["url"], self.root)
        if folder is None:
            return (), ()
        project = _project_name(self.root)
        try:
            locks = folder.locks(project, self.stack)
        except ValueError as error:
            raise self._fault("locked", str(error), self._unlock()) from None
        return locks, folder.torn(project, self.stack)

    def _state(self) -> StackState:
        return StackState.parse(self._call("stack", "export", "-s", self.stack))

    def _import(self, found: RepairNeeds) -> None:
        imports, plugin = found.repairs.imports, version("pulumi-aws")
        wanted = import_file(found.state, self.stack, imports, plugin)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "import.json"
            file.write_text(json.dumps(wanted))
            options = ("--file", str(file), "--protect=false", "--generate-code=false")
            self._call("import", "-s", self.stack, *options, *_QUIET)

    def _call(self, *arguments: str) -> str:
        """Call Pulumi and give what it prints."""
        done = self.pulumi.run(*arguments)
        if done.returncode == 0:
            return done.stdout
        said = " ".join(f"{done.stdout} {done.stderr}".partition("error: ")[2].split())
        if any(words in said for words in _LOCKED):
            raise self._fault("locked", said, self._unlock())
        what = f"pulumi {' '.join(arguments[:2])} failed: {said or done.stderr.strip()}"
        raise self._fault("engine", what, "mend that, and run this again")

    def _unlock(self) -> str:
        return (
            "wait until that update has ended; if its process has ended already, run "
            f"pulumi cancel -s {self.stack}"
        )

    def _fault(self, rule: str, what: str, fix: str) -> NoAnswer:
        return NoAnswer(Fault(f"stacks/Pulumi.{self.stack}.yaml", 1, 1, rule, what, fix))


def _project_name(root: Path) -> str:
    """Give the name of the Pulumi project in the folder."""
    return str(YAML(typ="safe").load(root / "Pulumi.yaml")["name"])
