"""The end of the plugin when the engine that started it ends, however it ends.

A module of its own, as nothing in it knows the provider protocol.
"""

import os
import select
from collections.abc import Callable
from threading import Thread
from time import sleep
from typing import Final

_POLL_SECONDS: Final = 0.5


def when_parent_ends(action: Callable[[], None]) -> None:
    """Do the action, in a thread of its own, as soon as the present parent process has ended.

    Linux tells at once, through a file descriptor for the process; elsewhere the parent is looked
    at twice a second. (The signal that Linux can send instead comes when the *thread* that started
    this process ends, and an engine written in Go may end threads at any time.)
    """
    parent = os.getppid()
    Thread(target=_watch, args=(parent, action), daemon=True).start()


def _watch(parent: int, action: Callable[[], None]) -> None:
    _wait_for_end(parent)
    while os.getppid() == parent:
        sleep(_POLL_SECONDS)
    action()


def _wait_for_end(parent: int) -> None:
    """Wait until the process has ended, where the system can tell."""
    try:
        descriptor = os.pidfd_open(parent)
    except (AttributeError, OSError):
        return
    select.select([descriptor], [], [])
    os.close(descriptor)
