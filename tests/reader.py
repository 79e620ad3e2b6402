"""Pages of the documentation as somebody reads them who does all that they say.

What counts on a page are its fenced blocks, from top to bottom:

- `console`: a line behind `$ ` is typed into bash, and has to succeed. The lines that
  follow are what it prints: `…` on a line of its own stands for any lines, and within a
  line for any text. Where none follow, anything may be printed.
- `diff`: the edit is made.
- `yaml title="FILE"`: the file is written.

The commands run in one shell, so that `cd` and `export` last.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Final

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
ANYTHING: Final = "…"
_FENCE: Final = re.compile(
    r"^( *)```([a-z]*)(?: title=\"(.+)\")?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL
)
_MARK: Final = "@@ end of a step @@"


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    title: str
    text: str


@dataclass(frozen=True)
class Step:
    """Something to type, and what is printed then; nothing where the page does not say it."""

    typed: str
    printed: str = ""

    def agrees(self, printed: str) -> bool:
        """Tell whether a text is what the page says, blank lines around it left out."""
        text = printed.strip("\n") + "\n"
        return not self.printed or bool(re.fullmatch(_pattern(self.printed), text))


def blocks(text: str) -> list[Block]:
    """Give the fenced blocks of a page in their order."""
    return [Block(found[2], found[3] or "", dedent(found[4])) for found in _FENCE.finditer(text)]


def steps(text: str) -> list[Step]:
    """Give what a page tells its reader to do."""
    return [step for block in blocks(text) for step in _of(block)]


def _of(block: Block) -> Iterator[Step]:
    if block.language == "console":
        for found in re.finditer(r"^\$ (.*\n)((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
            yield Step(found[1].strip(), found[2])
    elif block.language == "diff":
        yield Step(f"git apply --unidiff-zero <<'END'\n{block.text}END")
    elif block.language == "yaml" and block.title:
        yield Step(f"cat > {shlex.quote(block.title)} <<'END'\n{block.text}END")


def _pattern(printed: str) -> str:
    lines = (
        r"(?:.*\n)*?" if line == ANYTHING else rf"{'.*?'.join(_pieces(line))}\n"
        for line in printed.splitlines()
    )
    return "".join(lines)


def _pieces(line: str) -> Iterator[str]:
    return (re.escape(piece) for piece in line.split(ANYTHING))


def do(todo: Sequence[Step], folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Do what a page says, in a folder; give what each step printed.

    Raises AssertionError with all that was printed where a step fails.
    """
    ends = f"\nprintf '%s\\n' '{_MARK}'\n"
    script = "set -e -o pipefail\n" + "".join(f"{step.typed}{ends}" for step in todo)
    done = subprocess.run(  # noqa: S603 - what the project's own pages say
        ["bash", "-c", script],  # noqa: S607 - bash stands in different places.
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.split(f"{_MARK}\n")[:-1]
