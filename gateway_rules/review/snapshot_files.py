"""Keep the snapshots of `stacks/rules/` as the stacks' files plan them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway_rules.errors import Fault, unable
from gateway_rules.inputs import relative, write_whole
from gateway_rules.planning import StackPlans, Told, unheard
from gateway_rules.review.comparison import present
from gateway_rules.review.snapshot import COMMAND, snapshot, snapshot_file


@dataclass(frozen=True)
class Snapshots:
    """The snapshots that are wanted, those that are stale or left over, and pending stacks."""

    root: Path
    wanted: Mapping[Path, str]
    stale: tuple[Path, ...]
    """Files that are not there or differ."""
    left_over: tuple[Path, ...]
    """Files of stacks that are gone or pending."""
    pending: tuple[Fault, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Give a fault for each file that `render` would write or remove."""
        what = {
            path: "is not what the stack's files plan" if path.exists() else "is missing"
            for path in self.stale
        }
        what |= dict.fromkeys(self.left_over, "belongs to no stack that can be planned")
        return tuple(
            Fault(relative(path, self.root), 1, 1, "stale-snapshot", said, f"run {COMMAND}")
            for path, said in sorted(what.items())
        )


def snapshots(root: Path, told: Told = unheard) -> Snapshots:
    """Compare the project's snapshots with its plans; raise Faults when a stack has none."""
    return compare_snapshots(root, present(root, told))


def compare_snapshots(root: Path, found: StackPlans) -> Snapshots:
    """Compare the project's snapshots with the plans of its stacks."""
    wanted = {snapshot_file(root, n): snapshot(each.plan) for n, each in found.planned.items()}
    there = (root / "stacks" / "rules").glob("*.txt")
    return Snapshots(
        root,
        wanted,
        tuple(path for path, text in wanted.items() if _text(path) != text),
        tuple(sorted(path for path in there if path not in wanted)),
        found.lacking,
    )


def write_snapshots(found: Snapshots) -> None:
    """Write what is stale and remove what is left over; each file changes at once or not at all.

    Raises NoAnswer when the folder cannot be written.
    """
    try:
        for path in found.stale:
            write_whole(path, found.wanted[path])
        for path in found.left_over:
            path.unlink()
    except OSError as error:
        what = f"stacks/rules cannot be written: {error.strerror}"
        fix = "make room, or get the right to write there"
        raise unable("output", what, fix) from None


def _text(path: Path) -> str:
    """Give what a snapshot holds: nothing, where it cannot be read."""
    with suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace")
    return ""
