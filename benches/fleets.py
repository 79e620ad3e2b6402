"""How long the commands that look at every stack take for fleets of stacks."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benches.measuring import say
from benches.page import Figures, Section
from benches.stacks import COMMAND, ROOT

TITLE: Final = "Commands on fleets of stacks"
COUNTS: Final = (10, 100, 300, 1000)
QUICK: Final = (10,)
COLUMNS: Final = ("Stacks", "check", "render", "stacks", "diff, none", "diff, all")
READING: Final = (
    "Seconds on the clock, each command a process of its own, on stacks like `eu-west-1` with "
    "networks of their own. `diff, none` compares a fleet with itself, `diff, all` one in which "
    "every stack's administrators have moved."
)
_MODEL: Final = ROOT / "stacks" / "Pulumi.eu-west-1.yaml"
_MINE, _OTHERS = "10.42.", "10.43."
_BEFORE, _AFTER = "administrators: [10.", "administrators: [11."
_WHO: Final = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
_ALONE: Final = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


@dataclass(frozen=True)
class Fleet:
    """A repository whose project has so many stacks, all committed with their snapshots."""

    folder: Path
    count: int

    def write(self) -> None:
        """Write the stack files."""
        model = _MODEL.read_text()
        for number in range(self.count):
            mine, others = f"10.{number % 200 + 1}.", f"10.{number % 50 + 201}."
            text = model.replace(_MINE, mine).replace(_OTHERS, others)
            tags = "{Name: mail-gateway}", f"{{Name: mail-gateway-{number}}}"
            self._file(number).write_text(text.replace(*tags))

    def move(self) -> None:
        """Give the administrators of every stack another network."""
        for number in range(self.count):
            file = self._file(number)
            file.write_text(file.read_text().replace(_BEFORE, _AFTER))

    def _file(self, number: int) -> Path:
        return self.folder / "stacks" / f"Pulumi.site-{number:04}.yaml"

    def commit(self) -> None:
        """Commit everything."""
        for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "a fleet")):
            command = ["git", *_WHO, *words]
            subprocess.run(command, cwd=self.folder, env=os.environ | _ALONE, check=True)  # noqa: S603 ours

    def seconds(self, *command: str) -> float:
        """Run a command; raise CalledProcessError when it does not say that all is well."""
        began = time.monotonic()
        done = subprocess.run(  # noqa: S603 - our own command.
            [str(COMMAND), "-C", str(self.folder), *command],
            env=os.environ | _ALONE,
            capture_output=True,
            check=False,
            text=True,
        )
        if done.returncode:
            sys.stderr.write(done.stderr)
            done.check_returncode()
        return time.monotonic() - began


@contextmanager
def fleet(count: int) -> Iterator[Fleet]:
    """Give a fleet, of which nothing stays."""
    with tempfile.TemporaryDirectory(prefix="gateway-rules-bench-") as name:
        folder = Path(name)
        (folder / "stacks").mkdir()
        (folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
        found = Fleet(folder, count)
        found.write()
        yield found


def measure(count: int) -> tuple[float, ...]:
    """Give the seconds of each column for a fleet."""
    with fleet(count) as there:
        render = there.seconds("render")
        there.commit()
        check, stacks = there.seconds("check"), there.seconds("stacks")
        none = there.seconds("diff", "HEAD")
        there.move()
        return check, render, stacks, none, there.seconds("diff", "HEAD")


def section(counts: Sequence[int]) -> Section:
    """Measure fleets of these sizes; raise CalledProcessError when a command fails."""
    rows = []
    for count in counts:
        say(f"checking, rendering, listing and comparing a fleet of {count}")
        rows.append((f"{count:,}", *(f"{seconds:.1f}" for seconds in measure(count))))
    return Section(TITLE, (Figures("Fleets, seconds", COLUMNS, tuple(rows), READING),))
