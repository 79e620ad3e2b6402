"""What git calls the project's files, and the day of that revision."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from pathlib import Path
from typing import NamedTuple

from gateway_rules.git import READ


class Revision(NamedTuple):
    """A revision by its nearest tag or its commit, whether files differ from it, and its day."""

    name: str
    is_changed: bool
    day: date

    def __str__(self) -> str:
        """Name the revision, and say what is not in it."""
        return f"{self.name}, with changes that are not committed" if self.is_changed else self.name


def revision(root: Path) -> Revision | None:
    """Give the revision of the files that a plan is made of; None where git has none."""
    name = _git(root, "describe", "--always", "--tags")
    day = _git(root, "show", "--no-patch", "--format=%cs", "HEAD")
    if not (name and day):
        return None
    changed = _git(root, "status", "--porcelain", "--", *READ)
    return Revision(name, bool(changed), date.fromisoformat(day))


def _git(root: Path, *arguments: str) -> str:
    """Give what git says, nothing where it fails or is not there."""
    english = {**os.environ, "LC_ALL": "C"}
    command = ["git", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - git's own arguments, no shell.
            command, cwd=root, capture_output=True, check=False, env=english, text=True
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if not done.returncode else ""
