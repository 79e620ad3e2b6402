"""Watching an installer of Pulumi, which has no time-outs of its own and so can be cut off."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def install(root: Path, command: Sequence[str], patience: float) -> str | None:
    """Run an installer of Pulumi into `root/bin`; give the reason when it could not.

    It is cut off when nothing under `root` grows for `patience` seconds: a download that does not
    answer, or no longer does. What lies in `root` is then worth nothing; the caller removes it.
    """
    with (root / "installer.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 no text of a user in it
            [*command, str(root)],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(root)},
            process_group=0,
        )
    try:
        code = _watch(process, root, patience)
    finally:
        _end_group(process)
    if code is None:
        return f"its installer did not answer within {patience:g} seconds"
    return None if code == 0 else "its installer could not be reached"


def own_installer() -> list[str]:
    """Give the command that runs the Automation API's installer."""
    return [sys.executable, "-m", "gateway_rehearsal.release"]


def _watch(process: subprocess.Popen[bytes], root: Path, patience: float) -> int | None:
    """Wait for the process as long as something grows; None when nothing does."""
    size, since = _size(root), time.monotonic()
    while True:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=min(0.2, patience))
        if (now := _size(root)) != size:
            size, since = now, time.monotonic()
        elif time.monotonic() - since > patience:
            return None


def _size(root: Path) -> int:
    """Add up what lies under a folder that changes meanwhile."""
    total = 0
    for folder, _, names in os.walk(root):
        for name in names:
            with suppress(FileNotFoundError):
                total += (Path(folder) / name).lstat().st_size + 1
    return total


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the installer with the shell and the downloader that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
