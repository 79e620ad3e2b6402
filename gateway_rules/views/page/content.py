"""What a page is made of: the stacks, what was asked about them, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway_rules.audit import Verification
from gateway_rules.errors import Fault
from gateway_rules.inputs import Catalogue
from gateway_rules.planning import Curve, Plan, StackPlan
from gateway_rules.review import Review


@dataclass(frozen=True)
class Planned:
    """A stack that can be planned, with its budget curves and what AWS was found to have."""

    stack: StackPlan
    curves: tuple[Curve, ...]
    verification: Verification | None = None

    @property
    def plan(self) -> Plan:
        """Give the stack's plan."""
        return self.stack.plan

    @property
    def name(self) -> str:
        """Name the stack."""
        return self.plan.site.stack

    @property
    def region(self) -> str:
        """Name the stack's Region."""
        return self.plan.site.region


@dataclass(frozen=True)
class Waiting:
    """A stack that is pending, and what it lacks."""

    name: str
    region: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Content:
    """Everything that a page tells; equal content makes equal pages."""

    catalogue: Catalogue
    stacks: Sequence[Planned | Waiting]
    revision: str = ""
    """What git calls the files, and whether they differ from it; empty outside a repository."""
    today: date | None = None
    """The day that the page is about, if anything in it has one."""
    review: Review | None = None
    """What changed since another revision, if that was asked."""
