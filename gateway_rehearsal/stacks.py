"""Which stacks of a project can be rehearsed, and why others cannot."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gateway_rehearsal.stage import Stage, presumed
from gateway_rules.errors import Fault, Faults, NoAnswer, OverQuota, Pending
from gateway_rules.inputs import (
    Catalogue,
    Site,
    StackSite,
    catalogue_of,
    read_without_addresses,
    stack_names,
)
from gateway_rules.planning import Plan, load_plan


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

    ready: tuple[Ready, ...] = ()
    lacking: tuple[StackSite, ...] = ()
    """Those that have to be planned once the local name server can be asked."""
    pending: tuple[Fault, ...] = ()

    @property
    def sites(self) -> tuple[Site, ...]:
        """Give the sites of all that may be deployed."""
        return (*(stack.plan.site for stack in self.ready), *self.lacking)

    def __add__(self, other: "Stacks") -> "Stacks":
        """Join two, sorted by name."""
        return Stacks(
            tuple(sorted(self.ready + other.ready, key=lambda stack: stack.name)),
            self.lacking + other.lacking,
            self.pending + other.pending,
        )


def read(root: Path) -> Stacks:
    """Plan all stacks of a project; those that lack just their addresses are only read.

    Raises Faults with everything that is wrong with any of them, OverQuota when that is all.
    """
    return _each(root, stack_names(root), look_up=True)


def plan(root: Path, sites: Iterable[Site]) -> Stacks:
    """Plan those that had lacked something; what they lack now keeps them from being deployed.

    Raises what `read` does.
    """
    return _each(root, [site.stack for site in sites], look_up=False)


def _each(root: Path, stacks: Iterable[str], *, look_up: bool) -> Stacks:
    """Read stack after stack, and raise the faults of all of them together."""
    catalogue, found, errors = catalogue_of(root), Stacks(), list[Faults]()
    for stack in stacks:
        try:
            found += _one(root, stack, catalogue, look_up=look_up)
        except NoAnswer as lack:
            found += Stacks(pending=lack.faults)
        except Faults as error:
            errors.append(error)
    if errors:
        raise _together(errors)
    return found


def _one(root: Path, stack: str, catalogue: Catalogue, *, look_up: bool) -> Stacks:
    """Plan a stack, or read one that lacks its addresses."""
    try:
        planned = load_plan(root, stack, catalogue)
    except Pending as lack:
        if not look_up:
            return Stacks(pending=lack.faults)
        site = read_without_addresses(root, stack, catalogue)
        presumed(site)
        return Stacks(lacking=(site,))
    return Stacks((Ready(planned, presumed(planned.site)),))


def _together(errors: list[Faults]) -> Faults:
    """Join the faults of all stacks; quotas that are too small are a finding, the rest is not."""
    kind = OverQuota if all(isinstance(error, OverQuota) for error in errors) else Faults
    return kind(*(fault for error in errors for fault in error.faults))
