"""The code of an earlier revision, which plans that revision's files by itself.

Whoever changes the code could otherwise let it read the old files as if they had always
asked for what the new code makes of them, and nothing would seem to change.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from gateway_rules.inputs import SHIPPED
from gateway_rules.planning import StackPlans, Unreadable, plans_from_json

PACKAGE: Final = "gateway_rules"
_DISTRIBUTION: Final = "gateway-rules"
_RUNNING: Final = Path(__file__).parents[1]
_EXCHANGE: Final = f"{PACKAGE}.planning.exchange"
_START: Final = (
    "import runpy, sys\n"
    "folder, sys.path[:] = sys.argv[1], sys.argv[1:]\n"
    f"sys.argv[:] = ['{_EXCHANGE}', folder]\n"
    f"runpy.run_module('{_EXCHANGE}', run_name='__main__')\n"
)
_REQUIRED: Final = re.compile(r"gateway[-_.]rules(?![-\w])[^#;]*", re.IGNORECASE)
_PINNED: Final = re.compile(r"[^=]*===?\s*([\w.+!-]+)\s*")


class BaseCode(NamedTuple):
    """By which code the base was planned, and why not by its own."""

    used: Literal["same", "own", "present"] = "same"
    """The code is the same on both sides; the base's own was run; or what runs now had to do."""
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give it as `diff --json` promises it."""
        return self._asdict()


SAME_CODE: Final = BaseCode()


def has_code(folder: Path) -> bool:
    """Tell whether a project holds the package itself, rather than asking for it by name."""
    return (folder / PACKAGE / "__init__.py").is_file()


def is_running(folder: Path) -> bool:
    """Tell whether the code that a project holds is what runs here, file by file.

    The catalogue is not code: both sides read their own.
    """
    return _files(folder / PACKAGE) == _files(_RUNNING)


def _files(package: Path) -> dict[str, bytes]:
    return {
        path.relative_to(package).as_posix(): path.read_bytes()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != SHIPPED.name
    }


def planned_by_own(folder: Path) -> StackPlans:
    """Let the code in a folder plan the stacks in it; raise Unreadable when it cannot.

    It runs in this environment, and nothing of the code that runs here is mixed with it.
    """
    if not (folder / PACKAGE / "planning" / "exchange.py").is_file():
        raise Unreadable("it is older than the way in which that is asked for its plans")
    # Without site there are no import hooks of an editable install, which would lend the
    # code there what is missing in it from the code here.
    command = [sys.executable, "-I", "-S", "-B", "-c", _START, str(folder), *sys.path]
    done = subprocess.run(  # noqa: S603 - this Python, and code of the main branch.
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Unreadable(f"its code stopped with {said[-1] if said else done.returncode}")
    return plans_from_json(done.stdout.decode(errors="replace"))


def other_release(base: Path, root: Path) -> str:
    """Say which release a base asks for, where it is not the one that runs here; else nothing.

    Of a base that asks for no release in particular nothing is said unless the project
    asks otherwise now.
    """
    then, now = required(base), required(root)
    if not then:
        return ""
    running = _release()
    pinned = _PINNED.fullmatch(then)
    is_same = pinned[1] == running if pinned else then == now
    return "" if is_same else f"it asks for {then}, and {running} runs here"


def _release() -> str:
    try:
        return metadata.version(_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "code without a version"


def required(folder: Path) -> str:
    """Give how a project asks for the package, in its requirements or its pyproject.toml."""
    return next(_requirements(folder), "")


def _requirements(folder: Path) -> Iterator[str]:
    for line in (*_lines(folder / "requirements.txt"), *_dependencies(folder / "pyproject.toml")):
        if found := _REQUIRED.match(line.strip()):
            yield found[0].rstrip(" \\")


def _lines(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines() if path.is_file() else []


def _dependencies(path: Path) -> list[str]:
    try:
        project = tomllib.loads("\n".join(_lines(path))).get("project", {})
    except tomllib.TOMLDecodeError:
        return []
    return [each for each in project.get("dependencies", []) if isinstance(each, str)]
