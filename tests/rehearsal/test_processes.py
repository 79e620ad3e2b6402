"""Which processes count as a local run's own, and that only those are ended."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway_rehearsal import processes
from gateway_rules.errors import NoAnswer


@contextmanager
def sleeper(environment: dict[str, str], *, starts_another: bool = False) -> Iterator[int]:
    """Run a process, or one that starts another in a session of its own, and give its id."""
    command = [sys.executable, "-c", "print(flush=True); import time; time.sleep(60)"]
    if starts_another:
        starter = f"import subprocess; subprocess.Popen({command!r}, start_new_session=True).wait()"
        command = [sys.executable, "-c", starter]
    with subprocess.Popen(  # noqa: S603 our own lines
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.kill()


def is_running(process: int) -> bool:
    """Say whether a child of ours still runs."""
    return os.waitpid(process, os.WNOHANG) == (0, 0)


def test_finds_what_carries_the_mark(tmp_path: Path) -> None:
    """A process is a local run's own by the mark in its environment, which its children inherit."""
    with sleeper(processes.mark(tmp_path), starts_another=True) as process:
        found = processes.marked(tmp_path)

        assert process in found
        assert len(found) == 2
        assert processes.end(tmp_path) == 2
        assert processes.marked(tmp_path) == ()


def test_leaves_other_processes_alone(tmp_path: Path) -> None:
    """Neither a process without the mark nor one of another project is found or ended."""
    other = tmp_path / "other"
    with sleeper({}) as plain, sleeper(processes.mark(other)) as foreign:
        assert processes.marked(tmp_path) == ()
        assert processes.end(tmp_path) == 0
        assert is_running(plain)
        assert is_running(foreign)


def test_leaves_itself_alone(tmp_path: Path) -> None:
    """A command that runs inside a local run does not count itself."""
    call = (
        "import os, sys; from pathlib import Path; from gateway_rehearsal import processes;"
        "sys.exit(len(processes.marked(Path(sys.argv[1]))))"
    )
    done = subprocess.run(  # noqa: S603 our own lines
        [sys.executable, "-c", call, str(tmp_path)],
        env={**os.environ, **processes.mark(tmp_path)},
        check=False,
    )

    assert done.returncode == 0


def test_finds_the_same_without_proc(tmp_path: Path) -> None:
    """Where there is no /proc, ps shows what environments hold."""
    folder = tmp_path / "a folder"
    with sleeper(processes.mark(folder)) as process, sleeper(processes.mark(tmp_path / "a")):
        assert processes.marked(folder, proc=tmp_path / "nowhere") == (process,)


def test_says_what_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that outlives being killed is named, with the cure."""
    monkeypatch.setattr(processes, "marked", lambda _: (4_000_000,))
    started = time.monotonic()

    with pytest.raises(NoAnswer) as caught:
        processes.end(tmp_path, patience=0.1)

    assert str(caught.value) == (
        "error: <command>:1:1: [process-left] process 4000000 of an earlier local run does not end;"
        " end it and run this again"
    )
    assert time.monotonic() - started < 5
