"""What stands in an update's way.

A module of its own, as each check makes obstacles and `checks` gathers the checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Obstacle:
    """A reason why an update would fail or must be asked for, and the ways out, a line each."""

    kind: str
    what: str
    ways: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it as `preflight --json` promises it."""
        return {"kind": self.kind, "what": self.what, "ways": list(self.ways)}
