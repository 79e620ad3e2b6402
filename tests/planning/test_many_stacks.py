"""Many stacks are planned by several processes, and nobody can tell from the plans."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from repository import STACK

from gateway_rules.errors import Faults
from gateway_rules.planning import fleet, worker
from gateway_rules.planning.fleet import plan_stacks
from gateway_rules.planning.stack_plan import StackOutcome, StackPlan
from gateway_rules.planning.worker import Worker, started

STACKS = 5


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a project of sound stacks, and of one of each kind that has no plan."""
    folder = tmp_path / "stacks"
    folder.mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: gateway-rules\n")
    for number in range(STACKS):
        text = STACK.format(region="eu-west-1").replace("10.42.17.", f"10.{number}.17.")
        (folder / f"Pulumi.site-{number}.yaml").write_text(text)
    sound = STACK.format(region="eu-west-1")
    (folder / "Pulumi.broken.yaml").write_text("config: [\n")
    (folder / "Pulumi.wrong.yaml").write_text(sound.replace("10.42.0.0/24", "10.42.0.1/24"))
    over = sound.replace("{entries", "{rules_per_security_group: 2, entries")
    (folder / "Pulumi.over.yaml").write_text(over)
    waiting = STACK.format(region="us-east-1").replace("    spam-signatures-cloud: false\n", "")
    (folder / "Pulumi.waiting.yaml").write_text(waiting)
    return tmp_path


def told(outcome: StackOutcome) -> object:
    """Give all that is known of a stack; faults are equal when they say the same."""
    if isinstance(outcome, Faults):
        return type(outcome), outcome.faults
    file = outcome.file if isinstance(outcome, StackPlan) else outcome
    return outcome, file.documents, file.lacking


def all_told(root: Path, processes: int) -> dict[str, object]:
    """Plan a project in so many processes, and give all that is known of its stacks."""
    found = plan_stacks(root, processes=processes)
    return {name: told(each) for name, each in found.outcomes.items()}


def children() -> list[str]:
    """List the processes that this one has started and that run."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def test_the_plans_are_the_same_however_many_processes_make_them(root: Path) -> None:
    """Plans, places, faults and what pending stacks lack are equal, and in the same order."""
    alone, together = all_told(root, 1), all_told(root, 3)
    assert alone == together
    assert [*alone] == [*together]
    kinds = [type(each).__name__ for each in plan_stacks(root, processes=2).outcomes.values()]
    assert sorted({*kinds}) == ["Faults", "OverQuota", "StackFile", "StackPlan"]


def test_a_worker_answers_what_this_process_would(root: Path) -> None:
    """Its plans hold the catalogue that all plans here hold, not copies."""
    alone = plan_stacks(root, processes=1)
    catalogue = next(iter(alone.planned.values())).plan.catalogue
    with started() as helper:
        helper.open(root, catalogue)
        found = helper.plan(dict.fromkeys(alone.outcomes), catalogue)
    assert {n: told(each) for n, each in found.items()} == {
        n: told(each) for n, each in alone.outcomes.items()
    }
    plans = [each.plan for each in found.values() if isinstance(each, StackPlan)]
    assert {id(plan.catalogue) for plan in plans} == {id(catalogue)}


def test_a_plan_that_is_known_is_not_made_again(root: Path) -> None:
    """A worker, too, takes a plan for the same files, and plans a stack that differs anew."""
    before = plan_stacks(root, processes=1)
    name = "site-0"
    path = root / "stacks" / f"Pulumi.{name}.yaml"
    path.write_text(path.read_text().replace("10.42.0.0/24", "10.42.0.0/25"))
    after = plan_stacks(root, known=before.outcomes, processes=2)
    alone = plan_stacks(root, known=before.outcomes, processes=1)
    changed = [n for n, each in after.planned.items() if each.plan != before.planned[n].plan]
    assert changed == [name]
    assert after.planned == alone.planned


@pytest.mark.parametrize("start", ["raise SystemExit", "import time; time.sleep(0.3)"])
def test_what_a_worker_leaves_behind_is_planned_here(
    root: Path, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    """A worker that ends before it answers costs time alone."""
    monkeypatch.setattr(worker, "_START", start)
    assert all_told(root, 3) == all_told(root, 1)


def test_a_worker_that_ends_in_the_middle_loses_no_stack(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stacks that it was given and did not answer for wait again."""
    plan = Worker.plan

    def killed(self: Worker, *asked: object) -> dict[str, StackOutcome]:
        os.kill(self.process.pid, signal.SIGKILL)
        return plan(self, *asked)  # type: ignore[arg-type]

    monkeypatch.setattr(Worker, "plan", killed)
    assert all_told(root, 2) == all_told(root, 1)


def test_a_machine_that_starts_no_process_plans_by_itself(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no process can be started, this one plans all stacks."""

    @contextmanager
    def refused() -> Iterator[Worker]:
        raise OSError("no more processes")
        yield

    monkeypatch.setattr(fleet, "started", refused)
    assert [*all_told(root, 4)] == [*all_told(root, 1)]


def test_it_is_told_how_far_the_planning_has_come(root: Path) -> None:
    """The numbers rise to that of all stacks."""
    heard: list[tuple[int, int]] = []
    plan_stacks(root, processes=1, told=lambda done, of: heard.append((done, of)))
    total = STACKS + 4
    assert heard == [(done, total) for done in range(1, total + 1)]


def test_few_stacks_start_no_process(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project of a handful of stacks is planned before a process would have started."""
    monkeypatch.setattr(fleet, "started", lambda: pytest.fail("a process was started"))
    assert len(plan_stacks(root, ["site-0", "site-1"]).planned) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_an_interrupted_plan_leaves_no_process(root: Path) -> None:
    """Ctrl-C ends the workers, whatever they are at, before it goes on."""

    def interrupted(done: int, of: int) -> None:
        raise KeyboardInterrupt

    before = children()
    with pytest.raises(KeyboardInterrupt):
        plan_stacks(root, processes=3, told=interrupted)
    assert children() == before


def test_a_worker_ends_with_its_parent() -> None:
    """A parent that is killed says nothing to its workers: they find their input at an end."""
    parent = (
        "import time\n"
        "from gateway_rules.planning.worker import started\n"
        "with started() as worker:\n"
        "    worker._ask(['']); print(worker.process.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE) as process:  # noqa: S603 - this Python.
        assert process.stdout
        pid = int(process.stdout.readline())
        process.kill()
    for _ in range(100):
        if not _runs(pid):
            return
        time.sleep(0.1)
    pytest.fail("the worker goes on")


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
