"""What git calls the project's files, and the day of that revision."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from gateway_rules.errors import NoAnswer
from gateway_rules.review import READ, git_error


class Revision(NamedTuple):
    """A revision by its nearest tag or its commit, whether files differ from it, and its day.

    The day is that of UTC, as the days of address files are.
    """

    name: str
    is_changed: bool
    day: date

    def __str__(self) -> str:
        """Name the revision, and say what is not in it."""
        return f"{self.name}, with changes that are not committed" if self.is_changed else self.name


def revision(root: Path) -> Revision | None:
    """Give the revision of the files that a plan is made of; None where git has none."""
    try:
        name = git_error(root, "describe", "--always", "--tags")
        time = git_error(root, "show", "--no-patch", "--format=%ct", "HEAD")
        changed = git_error(root, "status", "--porcelain", "--", *READ)
    except NoAnswer:  # A page can do without git.
        return None
    if not name or not time:
        return None
    return Revision(name, bool(changed), datetime.fromtimestamp(int(time), UTC).date())
