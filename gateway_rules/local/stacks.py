"""Which stacks of a project can be rehearsed, and why others cannot."""

from dataclasses import dataclass
from pathlib import Path

from gateway_rules.errors import Fault, Faults, NoAnswer, OverQuota, Pending
from gateway_rules.local.stage import Stage, presumed
from gateway_rules.plan import Plan
from gateway_rules.project import load_plan, stack_names


@dataclass(frozen=True)
class Ready:
    """A stack's plan, and what its file presumes in AWS."""

    plan: Plan
    stage: Stage

    @property
    def name(self) -> str:
        """Give the stack's name."""
        return self.plan.site.stack


@dataclass(frozen=True)
class Stacks:
    """The stacks of a project, and what keeps the rest from being deployed."""

    ready: tuple[Ready, ...]
    pending: tuple[Fault, ...]


def read(root: Path) -> Stacks:
    """Plan all stacks of a project.

    Raises Faults with everything that is wrong with any of them, OverQuota when that is all.
    """
    ready: list[Ready] = []
    pending: list[Fault] = []
    errors: list[Faults] = []
    for stack in stack_names(root):
        try:
            plan = load_plan(root, stack)
            ready.append(Ready(plan, presumed(plan.site)))
        except (Pending, NoAnswer) as lack:
            pending += lack.faults
        except Faults as error:
            errors.append(error)
    if errors:
        raise _together(errors)
    return Stacks(tuple(ready), tuple(pending))


def _together(errors: list[Faults]) -> Faults:
    """Join the faults of all stacks; quotas that are too small are a finding, the rest is not."""
    kind = OverQuota if all(isinstance(error, OverQuota) for error in errors) else Faults
    return kind(*(fault for error in errors for fault in error.faults))
