"""How long fleets of stacks take on the local AWS, and how much memory.

Each fleet is deployed from nothing and then once more, by the command that users type.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benches.measuring import say
from benches.page import Figures, Section
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.processes import marked

ROOT = Path(__file__).parents[1]
PARTS = ("Pulumi.yaml", "__main__.py", "stacks")
COMMAND = Path(sys.executable).with_name("gateway-rules")
TITLE = "Fleets of stacks on the local AWS"
COUNTS = (1, 10, 30)
QUICK = (1,)
COLUMNS = ("Stacks", "Create", "each", "CPU", "Again", "each", "CPU", "Peak", "AWS")
READING = (
    "`gateway-rules local up --regions N` on nothing (`Create`) and once more (`Again`): seconds "
    "on the clock, a stack's share of them, and a stack's seconds of all cores. `Peak` is the most "
    "memory that all processes had at a time, `AWS` what the local AWS holds at the end, in MiB."
)
MEBI = 1024
"""Kibibytes in a mebibyte."""


@dataclass(frozen=True)
class Run:
    """One run of the command: its seconds, and what all its processes took together."""

    seconds: float
    processor: float
    """Seconds of all cores."""
    peak: float
    """The most memory at a time, in MiB."""


@dataclass(frozen=True)
class Measure:
    """A fleet: its first deployment, a second one, and what the local AWS holds in memory."""

    count: int
    first: Run
    again: Run
    server: float

    def row(self) -> tuple[str, ...]:
        """Give the cells of its line: the whole time of each run, and a stack's share of it."""
        times = (
            text
            for run in (self.first, self.again)
            for text in (f"{run.seconds:.0f}", *self._shares(run.seconds, run.processor))
        )
        return (str(self.count), *times, f"{self.first.peak:.0f}", f"{self.server:.0f}")

    def _shares(self, *seconds: float) -> Iterator[str]:
        """Give a stack's share of times."""
        return (f"{each / self.count:.1f}" for each in seconds)


def measure(count: int) -> Measure:
    """Deploy a fleet in a project of its own, twice; raise CalledProcessError when that fails."""
    with project() as root:
        first, again = up(root, count), up(root, count)
        return Measure(count, first, again, memory(marked(Layout(root).local)))


@contextmanager
def project() -> Iterator[Path]:
    """Give a copy of the project, of which nothing stays, and nothing running."""
    with tempfile.TemporaryDirectory(prefix="gateway-rules-bench-") as folder:
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, Path(folder) / part)
        try:
            yield Path(folder)
        finally:
            command = [str(COMMAND), "-C", folder, "local", "down"]
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # noqa: S603 our own


def up(root: Path, count: int) -> Run:
    """Run the command and watch the memory of all that it starts."""
    layout, started, peak = Layout(root), time.monotonic(), 0.0
    before = processor(layout)
    command = [str(COMMAND), "-C", str(root), "local", "up", "--regions", str(count)]
    with (root / "bench.log").open("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 our own command
        while process.poll() is None:
            peak = max(peak, memory((process.pid, *marked(layout.local))))
            time.sleep(0.5)
        if process.returncode:
            sys.stderr.write(Path(log.name).read_text())
            raise subprocess.CalledProcessError(process.returncode, command)
    return Run(time.monotonic() - started, processor(layout) - before, peak)


def processor(layout: Layout) -> float:
    """Give the seconds of all cores that ended children and the local AWS have taken (Linux)."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + sum(map(_processor, marked(layout.local)))


def _processor(process: int) -> float:
    """Give the processor time of a process that runs; nothing when it has ended."""
    with suppress(OSError):
        # The name of the program stands in parentheses and may hold anything.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0


def memory(processes: Iterable[int]) -> float:
    """Sum up, in MiB, what processes have in memory; what they share counts once (Linux)."""
    return sum(map(_memory, processes)) / MEBI


def _memory(process: int) -> int:
    """Give a process's share in KiB; nothing when it has ended."""
    with suppress(OSError):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 0


def section(counts: Sequence[int]) -> Section:
    """Measure fleets of these sizes; raise CalledProcessError when one is not deployed."""
    measures = []
    for count in counts:
        say(f"deploying a fleet of {count}, twice")
        measures.append(measure(count))
    return Section(TITLE, (figures(measures),))


def figures(measures: Sequence[Measure]) -> Figures:
    """Tell of each fleet, and what each further stack costs."""
    more = f" {growth(measures[0], measures[-1])}" if len(measures) > 1 else ""
    rows = tuple(found.row() for found in measures)
    return Figures("Fleets, seconds and MiB", COLUMNS, rows, READING + more)


def growth(small: Measure, large: Measure) -> str:
    """Say what each further stack costs."""
    further = large.count - small.count
    first = (large.first.seconds - small.first.seconds) / further
    again = (large.again.seconds - small.again.seconds) / further
    server = (large.server - small.server) / further
    peak = (large.first.peak - small.first.peak) / further
    return (
        f"Each further stack: {first:.1f} s to create, {again:.1f} s to find unchanged, "
        f"{server:.1f} MiB in the local AWS, {peak:.1f} MiB at the peak."
    )
