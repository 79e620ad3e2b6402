"""The processes of a local run, recognised by a mark in their environment.

The mark is inherited: it also finds a plugin or language host whose engine was killed, and unlike a
recorded process id it can never mean another process.
"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from gateway_rules.errors import unable

VARIABLE = "GATEWAY_RULES_LOCAL"
PROC = Path("/proc")


def mark(local: Path) -> dict[str, str]:
    """Give what the environment of every process of a local run has to hold."""
    return {VARIABLE: str(local.resolve())}


def marked(local: Path, proc: Path = PROC) -> tuple[int, ...]:
    """Give the ids of the processes that run for this folder, this one left out."""
    wanted = f"{VARIABLE}={local.resolve()}"
    found = _by_proc(wanted, proc) if (proc / "self").exists() else _by_ps(wanted)
    return tuple(sorted(found - {os.getpid()}))


def end(local: Path, patience: float = 10) -> int:
    """Kill every process of this folder's local runs and give their number.

    What they leave is thrown away or started afresh, so none is asked to tidy up.
    Raises NoAnswer when one of them cannot be killed.
    """
    ended: set[int] = set()
    deadline = time.monotonic() + patience
    while remaining := marked(local):
        if time.monotonic() > deadline:
            raise unable(
                "process-left",
                f"process {remaining[0]} of an earlier local run does not end",
                "end it and run this again",
            )
        for process in remaining:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        ended.update(remaining)
        time.sleep(0.02)
    return len(ended)


def _by_proc(wanted: str, proc: Path) -> set[int]:
    """Look through the environments that Linux shows; those of other users it does not."""
    found = set()
    for folder in proc.glob("[0-9]*"):
        with suppress(OSError):
            if wanted.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.add(int(folder.name))
    return found


def _by_ps(wanted: str) -> set[int]:
    """Look through what ps shows of environments, on systems without /proc."""
    shown = subprocess.run(
        ["ps", "axeww", "-o", "pid=,command="],  # noqa: S607 ps stands in different places.
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    lines = [line.split(maxsplit=1) for line in shown.splitlines()]
    return {int(line[0]) for line in lines if f" {wanted} " in f"{line[-1]} "}
