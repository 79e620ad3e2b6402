"""Locks between processes, which end with the process that holds them.

A module of its own, as the commands and the toolchain lock the same folders.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(folder: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the folder alone; `on_wait` is called once when another process has it."""
    with _held(folder, fcntl.LOCK_EX, on_wait):
        yield


@contextmanager
def shared(folder: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the folder together with others who share it."""
    with _held(folder, fcntl.LOCK_SH, on_wait):
        yield


@contextmanager
def _held(folder: Path, kind: int, on_wait: Callable[[], None]) -> Iterator[None]:
    """Lock the folder itself: it needs no file that a crash or a clean-up could leave or take."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(descriptor, kind)
        yield
    finally:
        os.close(descriptor)
