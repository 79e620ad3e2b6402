"""Whether a local run can go on where the last one ended, and starting afresh when it cannot."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway_rehearsal import processes
from gateway_rehearsal.build import Say
from gateway_rehearsal.dns.zone import NOWHERE, Zone
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.servers import LocalQuotas, Server, start
from gateway_rules.errors import Faults


def record(layout: Layout) -> Path:
    """Leave a record of this run, to be removed at its clean end."""
    file = layout.runs / str(os.getpid())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return file


@contextmanager
def recorded(layout: Layout) -> Iterator[None]:
    """Keep a record while a run goes on, which stays behind when it is cut off.

    A run that is interrupted ends all its processes; one that is killed leaves that to the next.
    """
    file = record(layout)
    try:
        yield
    except Faults:
        file.unlink()
        raise
    except BaseException:
        processes.end(layout.local)
        raise
    file.unlink()


def server(layout: Layout, settings: LocalQuotas, say: Say, zone: Zone = NOWHERE) -> Server:
    """Give the local AWS that the state belongs to, or a new one beside an empty state.

    To be called under the lock and before `recorded`: every record is then one of a run that was
    cut off.
    """
    found = Server.recorded(layout)
    reason = _why_afresh(layout, found, settings, zone)
    if found and reason is None:
        return found
    if reason:
        say(f"{reason}; starting afresh")
    clear(layout)
    say("starting a local AWS")
    with recorded(layout):
        return start(layout, settings, zone)


def _why_afresh(
    layout: Layout, found: Server | None, settings: LocalQuotas, zone: Zone
) -> str | None:
    """Say what keeps a run from going on where the last one ended."""
    if layout.runs.exists() and any(layout.runs.iterdir()):
        return "the last local run was cut off"
    if found and not found.answers():
        return "the local AWS of the last run is gone, and its memory with it"
    if found and not found.settings.allows(settings):
        return "the quotas of the stacks have grown beyond those of the local AWS"
    if found and found.zone != zone:
        return "the hosts or the Regions of the catalogue have changed"
    return None


def clear(layout: Layout) -> None:
    """End what still runs and throw away all that it knew; the logs stay to be read."""
    processes.end(layout.local)
    layout.local.mkdir(exist_ok=True)
    for path in layout.local.iterdir():
        if path.is_dir() and path != layout.logs:
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()
