"""When the environment in `.venv` is made, and what is said when it cannot be."""

import fcntl
import importlib.util
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tools import environment

COMMANDS = [
    f"{sys.executable} -m venv --clear .venv",
    ".venv/bin/python -m pip install --quiet --requirement requirements-dev.txt",
    ".venv/bin/python -m pip install --quiet --no-deps --editable .",
]


class Recorder:
    """Takes the place of subprocess.run and writes down the commands."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.fails = False
        self.commands: list[str] = []

    def __call__(self, command: list[str], **_: Any) -> "subprocess.CompletedProcess[str]":
        """Record a command, or fail it."""
        words = [Path(word) for word in command]
        inside = [word for word in words if word.is_relative_to(self._root)]
        shown = [str(w.relative_to(self._root)) if w in inside else str(w) for w in words]
        self.commands.append(" ".join(shown))
        if self.fails:
            raise subprocess.CalledProcessError(1, command)
        return subprocess.CompletedProcess(command, 0)


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Give a project without an environment, in which commands are only written down."""
    for name in environment.SOURCES:
        (tmp_path / name).write_text(name)
    recorder = Recorder(tmp_path)
    monkeypatch.setattr(subprocess, "run", recorder)
    return recorder


def test_makes_an_environment_once(tmp_path: Path, recorder: Recorder) -> None:
    """The first call makes it and installs what is pinned, the second does nothing."""
    environment.make(tmp_path)
    environment.make(tmp_path)

    assert recorder.commands == COMMANDS


@pytest.mark.parametrize("name", environment.SOURCES)
def test_follows_its_sources(tmp_path: Path, recorder: Recorder, name: str) -> None:
    """A changed file brings the environment up to date."""
    environment.make(tmp_path)
    (tmp_path / name).write_text("changed")

    environment.make(tmp_path)

    assert recorder.commands == 2 * COMMANDS


def test_does_a_failed_setup_again(tmp_path: Path, recorder: Recorder) -> None:
    """A setup that did not get to its end is done again by the next call."""
    recorder.fails = True
    with pytest.raises(subprocess.CalledProcessError):
        environment.make(tmp_path)
    recorder.fails = False

    environment.make(tmp_path)

    assert recorder.commands == COMMANDS[:1] + COMMANDS


def test_says_how_to_get_venv(
    tmp_path: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Python without its venv module, as Debian splits it, is told with the cure."""
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find_spec(name)
    )

    with pytest.raises(SystemExit) as caught:
        environment.make(tmp_path)

    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert str(caught.value) == (
        f"error: Python {version} lacks its venv module; install it (on Debian and Ubuntu: "
        f"apt-get install python{version}-venv)"
    )
    assert recorder.commands == []


def test_two_setups_take_turns(
    tmp_path: Path, recorder: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    """A setup that meets another waits for its end and says so."""
    (tmp_path / ".venv").mkdir()
    other = os.open(tmp_path / ".venv", os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    thread = threading.Thread(target=environment.make, args=(tmp_path,))
    thread.start()
    said = ""
    while not said:
        said = capsys.readouterr().err
    before = list(recorder.commands)
    os.close(other)
    thread.join(5)

    assert said == "setup: waiting for another setup of .venv to end\n"
    assert before == []
    assert recorder.commands == COMMANDS


def test_needs_nothing_installed() -> None:
    """The script runs on a bare Python, without this package or any other."""
    done = subprocess.run(  # noqa: S603 our own script
        [
            sys.executable,
            "-S",
            "-I",
            "-c",
            f"import runpy; runpy.run_path({environment.__file__!r})",
        ],
        check=False,
    )

    assert done.returncode == 0


def test_an_old_python_is_told_by_make(tmp_path: Path) -> None:
    """A Python that is named and too old gets a line, not what it says of options it lacks."""
    old = tmp_path / "python3.10"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    done = subprocess.run(  # noqa: S603 our own command
        ["make", "-C", Path(environment.__file__).parents[1], "setup", f"PYTHON={old}"],  # noqa: S607 make stands in different places.
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    line = f"error: {old} is no Python 3.11 or newer; name one with PYTHON="
    assert line in done.stderr.splitlines()
