"""`gateway-rules local down`: nothing of a local run is left."""

import shutil
from pathlib import Path

from gateway_rehearsal import processes
from gateway_rehearsal.build import Say
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.locks import exclusive


def down(root: Path, say: Say) -> None:
    """End the local AWS and all that runs beside it, and remove `.local/`.

    Where that is a link, only the link goes. Raises NoAnswer when a process does not end.
    """
    layout = Layout(root)
    with exclusive(root, lambda: say("waiting for another local run of this project")):
        ended = processes.end(layout.local)
        if layout.local.is_symlink():
            # Behind a link may lie more than what a local run made.
            say(f"leaving what is in {layout.local.resolve()}, to which .local is a link")
            layout.local.unlink()
        elif layout.local.exists():
            shutil.rmtree(layout.local)
    say("the local AWS has ended" if ended else "no local AWS was running")
