"""What git calls the project's files, and the day of that revision."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from gateway_rules.errors import NoAnswer
from gateway_rules.git import READ, said


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
    try:
        name = said(root, "describe", "--always", "--tags")
        day = said(root, "show", "--no-patch", "--format=%cs", "HEAD")
        changed = said(root, "status", "--porcelain", "--", *READ)
    except NoAnswer:  # A page can do without git.
        return None
    return Revision(name, bool(changed), date.fromisoformat(day)) if name and day else None
