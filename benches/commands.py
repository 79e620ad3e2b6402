"""How long users wait for an answer: whole commands, from their start to their end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benches.measuring import say
from benches.page import Figures, Section
from benches.stacks import COMMAND, ROOT
from gateway_rules.inputs.hosts import demanded_hosts
from gateway_rules.inputs.project import catalogue_of, stack_names
from gateway_rules.inputs.stack_file import read_without_addresses

TITLE: Final = "Whole commands"
FULL: Final = 5
QUICK: Final = 1
COLUMNS: Final = ("gateway-rules", "median", "longest")
_ONE: Final = "eu-west-1"
_PAGE: Final = "page.html"
_COMMANDS: Final = (
    ("show", _ONE),
    ("explain", _ONE, "egress", "tcp", "192.0.2.1", "443"),
    ("budget", _ONE),
    ("check",),
)
_REPORT: Final = ("report", "-o", _PAGE)


@dataclass(frozen=True)
class Measure:
    """What a command is called here, and the seconds of each of its runs."""

    name: str
    seconds: tuple[float, ...]

    def row(self) -> tuple[str, ...]:
        """Give the cells of its line."""
        return self.name, f"{median(self.seconds):.2f}", f"{max(self.seconds):.2f}"


@dataclass(frozen=True)
class Project:
    """A project of six stacks, and a cache of its own."""

    folder: Path

    @property
    def cache(self) -> Path:
        """Where curves are kept from one page to the next."""
        return self.folder / "cache"

    def seconds(self, command: Sequence[str]) -> float:
        """Run a command; raise CalledProcessError when it fails otherwise than by its answer."""
        began = time.monotonic()
        done = subprocess.run(  # noqa: S603 - our own command.
            [str(COMMAND), "-C", str(self.folder), *command],
            cwd=self.folder,
            env={**os.environ, "XDG_CACHE_HOME": str(self.cache)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode > 1:
            sys.stderr.write(done.stderr)
            done.check_returncode()
        return time.monotonic() - began


@contextmanager
def project() -> Iterator[Project]:
    """Give a copy of the project whose pending stacks have addresses that mean nothing."""
    with tempfile.TemporaryDirectory(prefix="gateway-rules-bench-") as name:
        folder = Path(name)
        shutil.copy(ROOT / "Pulumi.yaml", folder)
        shutil.copytree(ROOT / "stacks", folder / "stacks")
        (folder / "stacks" / "addresses").mkdir(exist_ok=True)
        catalogue = catalogue_of(folder)
        for stack in stack_names(folder):
            site = read_without_addresses(folder, stack, catalogue).site
            if hosts := demanded_hosts(site, catalogue):
                (folder / "stacks" / "addresses" / f"{stack}.yaml").write_text(_written(hosts))
        yield Project(folder)


def _written(hosts: Iterable[str]) -> str:
    lines = (f"  - {{name: {host}, addresses: [84.39.153.{n}]}}\n" for n, host in enumerate(hosts))
    return "hosts:\n" + "".join(lines)


def section(rounds: int) -> Section:
    """Run every command so often; raise CalledProcessError when one fails."""
    with project() as there:
        measures = [*_measures(there, rounds)]
        size = (there.folder / _PAGE).stat().st_size / 1000
    reading = (
        "Seconds on the clock, each command a process of its own. The page is one of six stacks, "
        f"of {size:,.0f} KB; the first time it looks for their budget curves, which it then keeps."
    )
    rows = tuple(measure.row() for measure in measures)
    return Section(TITLE, (Figures("Commands, seconds", COLUMNS, rows, reading),))


def _measures(there: Project, rounds: int) -> Iterator[Measure]:
    for command in _COMMANDS:
        yield _measure(there, " ".join(command), command, rounds)
    say("writing pages")
    yield Measure("report of six stacks, first", tuple(_first(there) for _ in range(rounds)))
    yield _measure(there, "report of six stacks, again", _REPORT, rounds)


def _measure(there: Project, name: str, command: Sequence[str], rounds: int) -> Measure:
    say(f"running {name}")
    return Measure(name, tuple(there.seconds(command) for _ in range(rounds)))


def _first(there: Project) -> float:
    """Write a page with nothing kept from before."""
    shutil.rmtree(there.cache, ignore_errors=True)
    return there.seconds(_REPORT)
