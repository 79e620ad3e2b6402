"""Pulumi's release, by the installer that the Automation API carries, as a process of its own."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from pulumi.automation import PulumiCommand

STARTED = "installer-started"


def end_with_parent(parent: int) -> None:
    """End the whole group when the process that wanted Pulumi is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.killpg(0, signal.SIGKILL)


def _main() -> None:
    """Install the release that fits the installed SDK into the folder given."""
    root = Path(sys.argv[1])
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    # The watcher's patience begins when the network is asked, not while Python starts.
    (root / STARTED).touch()
    PulumiCommand.install(root=str(root))


if __name__ == "__main__":
    _main()
