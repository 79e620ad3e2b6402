"""The stacks of a project, read and planned: one, or all while what is wrong is collected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from gateway_rules.errors import Fault, Faults, Impossible, OverQuota, Pending
from gateway_rules.inputs import (
    Catalogue,
    Location,
    StackFile,
    catalogue_of,
    read_stack,
    require_stack,
)
from gateway_rules.planning.planner import Plan, plan_checked


@dataclass(frozen=True)
class StackPlan:
    """A stack's plan, where in AWS it goes, and the file that says so."""

    plan: Plan
    location: Location
    file: StackFile = field(repr=False, compare=False)


StackOutcome: TypeAlias = StackPlan | StackFile | Faults
"""A stack that is planned, one that is only read because it is pending, or what is wrong."""


@dataclass(frozen=True)
class StackPlans:
    """What came of several stacks, by name, with what is wrong with them by its kind."""

    outcomes: Mapping[str, StackOutcome]

    @property
    def planned(self) -> dict[str, StackPlan]:
        """Give the stacks that have a plan."""
        return {name: each for name, each in self.outcomes.items() if isinstance(each, StackPlan)}

    @property
    def pending(self) -> dict[str, StackFile]:
        """Give the stacks that lack nothing but the addresses of their Region."""
        return {name: each for name, each in self.outcomes.items() if isinstance(each, StackFile)}

    @property
    def files(self) -> dict[str, StackFile]:
        """Give the files of the stacks with which nothing is wrong, planned or pending."""
        planned = {name: each.file for name, each in self.planned.items()}
        return {**planned, **self.pending}

    @property
    def lacking(self) -> tuple[Fault, ...]:
        """Give what the pending stacks lack."""
        return tuple(fault for file in self.pending.values() for fault in file.lacking)

    @property
    def over_quota(self) -> tuple[Fault, ...]:
        """Give what AWS's quotas cannot hold."""
        return tuple(
            fault for each in self._refused if isinstance(each, OverQuota) for fault in each.faults
        )

    @property
    def malformed(self) -> tuple[Fault, ...]:
        """Give what is wrong with files that cannot be read, or that contradict something."""
        return tuple(
            fault
            for each in self._refused
            if not isinstance(each, OverQuota)
            for fault in each.faults
        )

    @property
    def _refused(self) -> tuple[Faults, ...]:
        return tuple(each for each in self.outcomes.values() if isinstance(each, Faults))

    def require(self) -> None:
        """Raise Faults with everything that is wrong with any stack; a pending one is in order.

        They are OverQuota where nothing is wrong but that AWS's quotas cannot hold it.
        """
        if self.malformed:
            raise Faults(*self.malformed, *self.over_quota)
        if self.over_quota:
            raise OverQuota(*self.over_quota)


def load_plan(root: Path, stack: str, catalogue: Catalogue | None = None) -> StackPlan:
    """Read a stack and plan it.

    Raises Faults with everything that is wrong, Pending when only the addresses of
    the Region lack, OverQuota when AWS's quotas cannot hold what must pass.
    """
    catalogue = catalogue or catalogue_of(root)
    require_stack(root, stack)
    file = read_stack(root, stack, catalogue)
    if file.lacking:
        raise Pending(*file.lacking)
    return _planned(catalogue, file)


def outcome_of(
    root: Path, stack: str, catalogue: Catalogue, known: StackOutcome | None
) -> StackOutcome:
    """Read a stack and plan it, unless what is `known` of it is a plan for the same files."""
    try:
        file = read_stack(root, stack, catalogue)
        if file.lacking:
            return file
        if isinstance(known, StackPlan):
            same = known.plan
            if (same.catalogue, same.site) == (catalogue, file.site):
                return StackPlan(same, file.location, file)
        return _planned(catalogue, file)
    except Faults as faults:
        return faults


def _planned(catalogue: Catalogue, file: StackFile) -> StackPlan:
    """Plan what was read; raise OverQuota, with the places in the file, where it does not fit."""
    try:
        made = plan_checked(catalogue, file.site)
    except Impossible as error:
        raise OverQuota(*map(file.fault, error.problems)) from None
    return StackPlan(made, file.location, file)
