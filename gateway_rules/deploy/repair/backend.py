"""What a killed Pulumi leaves in a backend that is a folder: locks, and a torn file."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

_FILE: Final = "file"


@dataclass(frozen=True)
class Lock:
    """A lock on a stack, which names the process that took it."""

    user: str
    host: str
    process: int
    since: str

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a lock file; raise ValueError when it is none."""
        try:
            found = json.loads(file.read_text())
            return cls(found["username"], found["hostname"], found["pid"], found["timestamp"][:19])
        except (KeyError, TypeError, ValueError):
            raise ValueError(f"{file} is no lock that says whose it is") from None

    @property
    def is_dead(self) -> bool:
        """Tell whether its process has ended, which only its own machine can know."""
        return self.host == socket.gethostname() and not _lives(self.process)

    def __str__(self) -> str:
        """Say whose lock it is."""
        return f"process {self.process} of {self.user} on {self.host}, since {self.since}Z"

    def as_json(self) -> dict[str, Any]:
        """Give the parts under their own names."""
        return {
            "user": self.user,
            "host": self.host,
            "process": self.process,
            "since": self.since,
            "dead": self.is_dead,
        }


@dataclass(frozen=True)
class Folder:
    """A backend that is a folder of this machine."""

    path: Path

    @classmethod
    def at(cls, url: str, root: Path) -> Self | None:
        """Give the folder of a backend's URL; None when the backend is elsewhere.

        A path that is not absolute counts from where Pulumi runs, which is the project.
        """
        if not url.startswith(f"{_FILE}://"):
            return None
        parts = urlsplit(url)
        return cls(root / Path(unquote(parts.netloc + parts.path)).expanduser() / ".pulumi")

    def locks(self, project: str, stack: str) -> tuple[Lock, ...]:
        """Give the locks on a stack; raise ValueError when one cannot be read."""
        folder = self.path / "locks" / "organization" / project / stack
        return tuple(Lock.read(file) for file in sorted(folder.glob("*.json")))

    def torn(self, project: str, stack: str) -> tuple[Path, ...]:
        """Give the attributes files that a killed process left half-written.

        Pulumi cannot read a state beside such a file, and does without it where there is
        none: it says no more than what kind of file the state is.
        """
        stacks, locks = self.path / "stacks" / project, self.path / "locks" / "organization"
        found = (*stacks.glob(f"{stack}.json*.attrs"), *(locks / project / stack).glob("*.attrs"))
        return tuple(file for file in sorted(found) if not _is_json(file))


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_text())
    except ValueError:
        return False
    return True


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
