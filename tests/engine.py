"""A copy of the project with a local AWS of its own, for tests that run the real engine."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from gateway_rehearsal import stage
from gateway_rehearsal.aws.client import client
from gateway_rehearsal.engine import Engine, Event
from gateway_rehearsal.events import Tally, resource_name
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.servers import LocalQuotas, start
from gateway_rehearsal.toolchain import ensure
from gateway_rules.inputs.project import stack_names
from gateway_rules.inputs.quotas import Quotas
from gateway_rules.planning.planner import Plan
from gateway_rules.planning.stack_plan import StackPlan, load_plan

ROOT = Path(__file__).parent.parent
PARTS = (".gitignore", "Pulumi.yaml", "__main__.py", "stacks")
IN_EMEA = ("eu-central-1", "eu-west-1")
"""The stacks of the repository that lack nothing."""


class Step(NamedTuple):
    """One thing that the engine did, or would do, to a resource."""

    op: str
    type: str
    name: str


@dataclass(frozen=True)
class Run:
    """One call of the engine: its exit code and its events in their order."""

    code: int
    events: tuple[Event, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Give what was done, in the order in which it was begun; `same` and reads left out."""
        begun = (event["resourcePreEvent"]["metadata"] for event in self._of("resourcePreEvent"))
        return tuple(
            Step(metadata["op"], metadata["type"], resource_name(metadata["urn"]))
            for metadata in begun
            if metadata["op"] not in {"same", "read"}
        )

    @property
    def changes(self) -> dict[str, int]:
        """Give the engine's own count of operations, `same` included."""
        return self._tally().changes

    @property
    def errors(self) -> tuple[str, ...]:
        """Give the errors, one line each, with the name of the resource before its own."""
        return self._tally().errors

    def _of(self, kind: str) -> Iterator[Event]:
        return (event for event in self.events if kind in event)

    def _tally(self) -> Tally:
        tally = Tally()
        for event in self.events:
            tally.add(event)
        return tally


@dataclass(frozen=True)
class Rehearsal:
    """A project in a folder of its own, which a test may change as a user would."""

    root: Path
    engine: Engine

    def planned(self, stack: str) -> StackPlan:
        """Read and plan a stack of the copy."""
        return load_plan(self.root, stack)

    def plan(self, stack: str) -> Plan:
        """Give the plan alone."""
        return self.planned(stack).plan

    def client(self, region: str) -> Any:
        """Give a boto3 client of this rehearsal's AWS."""
        return client(self.engine.endpoint, region)

    def set_stage(self, stack: str) -> None:
        """Make the VPC and the subnets that a stack's file presumes."""
        planned = self.planned(stack)
        site = planned.plan.site
        stage.make(stage.presumed(site, planned.location), self.client(site.region))

    def call(self, command: str, stack: str, *options: str) -> Run:
        """Call the engine on a stack, which is made if need be, with a fresh copy of its file."""
        self.engine.prepare([stack])
        if not self.engine.layout.state_file(stack).exists():
            done = self.engine.run("stack", "init", stack, "--no-select", "--non-interactive")
            assert done.returncode == 0, done.stderr
        events: list[Event] = []
        code = self.engine.follow(command, "-s", stack, *options, on_event=events.append)
        return Run(code, tuple(events))

    def up(self, stack: str, *options: str) -> Run:
        """Deploy a stack."""
        return self.call("up", stack, "--yes", "--skip-preview", *options)

    def preview(self, stack: str, *options: str) -> Run:
        """Tell what deploying would do."""
        return self.call("preview", stack, *options)

    def refresh(self, stack: str, *options: str) -> Run:
        """Take the state from what AWS has."""
        return self.call("refresh", stack, "--yes", "--skip-preview", *options)

    def destroy(self, stack: str, *options: str) -> Run:
        """Remove all resources of a stack."""
        return self.call("destroy", stack, "--yes", "--skip-preview", *options)

    def state(self, stack: str) -> list[dict[str, Any]]:
        """Give the resources in the engine's state."""
        done = self.engine.run("stack", "export", "-s", stack)
        assert done.returncode == 0, done.stderr
        resources: list[dict[str, Any]] = json.loads(done.stdout)["deployment"].get("resources", [])
        return resources

    def take_package(self) -> Path:
        """Give the copy a package of its own, so that a test may change the catalogue in it."""
        package = self.root / "gateway_rules"
        shutil.copytree(
            ROOT / "gateway_rules", package, ignore=shutil.ignore_patterns("__pycache__")
        )
        return package


def copy_project(folder: Path, stacks: Iterable[str] = IN_EMEA) -> None:
    """Copy what a user of some stacks has into a folder; the package is the installed one."""
    folder.mkdir(exist_ok=True)
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    for stack in {*stack_names(folder)} - {*stacks}:
        for file in (f"Pulumi.{stack}.yaml", f"addresses/{stack}.yaml", f"rules/{stack}.txt"):
            (folder / "stacks" / file).unlink(missing_ok=True)


WARDEN = """
import sys
from pathlib import Path
from gateway_rehearsal.processes import end
sys.stdin.read()
end(Path(sys.argv[1]))
"""


@contextmanager
def warded(folder: Path) -> Iterator[Layout]:
    """End all local runs of a project at the end, even when the tests themselves are killed.

    The warden waits for the end of a pipe that only this process holds.
    """
    layout = Layout(folder)
    command = [sys.executable, "-c", WARDEN, str(layout.local)]
    with subprocess.Popen(  # noqa: S603 our own lines
        command, stdin=subprocess.PIPE, start_new_session=True
    ) as warden:
        try:
            yield layout
        finally:
            warden.communicate()
    assert warden.returncode == 0


@contextmanager
def rehearsal(folder: Path, settings: LocalQuotas | None = None) -> Iterator[Rehearsal]:
    """Copy the project into a folder and start its local AWS; end all of it at the end."""
    copy_project(folder)
    with warded(folder) as layout:
        layout.local.mkdir()
        server = start(layout, settings or LocalQuotas.for_all([Quotas()]))
        yield Rehearsal(folder, Engine(layout, ensure(print), server.endpoint))
