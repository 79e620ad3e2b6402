"""What changed since a revision, told as `diff` tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway_rules.errors import Faults
from gateway_rules.inputs import StackFile
from gateway_rules.review import Comparison, Review, Row, merged_rows
from gateway_rules.views.diff_text import acl_line, blocks, headline
from gateway_rules.views.page.content import Planned, Waiting


@dataclass(frozen=True)
class ChangeView:
    """Stacks to which the same happened, and what that is."""

    names: str
    headline: str
    causes: tuple[str, ...]
    notes: tuple[str, ...]
    opened: tuple[Row, ...]
    closed: tuple[Row, ...]
    acl: str


@dataclass(frozen=True)
class Changed:
    """The revision compared with, what happened, and which limits it goes past."""

    against: str
    changes: tuple[ChangeView, ...]
    breaches: tuple[str, ...]
    warnings: tuple[str, ...]
    """What else policy says: what moves in it, what is let through, off, or stands."""


def changed(review: Review, stacks: Sequence[Planned | Waiting]) -> Changed:
    """Tell what happened to the stacks that the page is about, and to those that are gone."""
    told = {each.name for each in stacks}
    found = (each.diff for each in review.comparisons if not _waits(each))
    diffs = [diff for diff in found if diff.stack in told or diff.status == "removed"]
    concerned = {diff.stack for diff in diffs}
    return Changed(
        review.against,
        tuple(
            ChangeView(
                block.names,
                headline(block.diff),
                block.diff.causes,
                block.diff.notes,
                tuple(merged_rows(block.diff.opened)),
                tuple(merged_rows(block.diff.closed)),
                acl_line(block.diff.acl),
            )
            for block in blocks(diffs)
        ),
        tuple(str(breach) for breach in review.verdict.breaches if breach.stack in concerned),
        (
            *(f"policy moves: {said}" for said in review.verdict.moves),
            *(f"{word}: {said}" for word, said in review.verdict.lines),
        ),
    )


def _waits(compared: Comparison) -> bool:
    """Tell whether a stack is pending as it was; its own section says what it lacks."""
    unplanned = isinstance(compared.before, StackFile | Faults)
    return compared.diff.status == "pending" and unplanned
