"""Which stacks of a project can be rehearsed, and why others cannot."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gateway_rehearsal.stage import Stage, presumed
from gateway_rules.errors import Fault, Faults, NoAnswer, OverQuota
from gateway_rules.inputs import Site, StackFile
from gateway_rules.planning import Plan, StackPlan, plan_stacks


@dataclass(frozen=True)
class Ready:
    """A stack that is planned, and what its file presumes in AWS."""

    planned: StackPlan
    stage: Stage

    @property
    def plan(self) -> Plan:
        """Give the stack's plan."""
        return self.planned.plan

    @property
    def name(self) -> str:
        """Give the stack's name."""
        return self.plan.site.stack


@dataclass(frozen=True)
class Stacks:
    """The stacks of a project, and what keeps the rest from being deployed."""

    ready: tuple[Ready, ...] = ()
    lacking: tuple[StackFile, ...] = ()
    """Those that have to be planned once the local name server can be asked."""
    pending: tuple[Fault, ...] = ()

    @property
    def sites(self) -> tuple[Site, ...]:
        """Give the sites of all that may be deployed."""
        planned = (one.plan.site for one in self.ready)
        return (*planned, *(file.site for file in self.lacking))

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
    return _each(root, None, look_up=True)


def plan(root: Path, stacks: Iterable[str]) -> Stacks:
    """Plan those that had lacked something; what they lack now keeps them from being deployed.

    Raises what `read` does.
    """
    return _each(root, stacks, look_up=False)


def _each(root: Path, stacks: Iterable[str] | None, *, look_up: bool) -> Stacks:
    """Plan the stacks, and say what is wrong with any of them all at once."""
    found, done = plan_stacks(root, stacks), Stacks()
    if found.malformed:
        raise Faults(*found.malformed, *found.over_quota)
    if found.over_quota:
        raise OverQuota(*found.over_quota)
    for each in found.outcomes.values():
        if isinstance(each, Faults):
            continue
        try:
            done += _one(each, look_up=look_up)
        except NoAnswer as lack:
            done += Stacks(pending=lack.faults)
    return done


def _one(each: StackPlan | StackFile, *, look_up: bool) -> Stacks:
    """Give a stack that is planned or may be once its addresses were looked up."""
    if isinstance(each, StackPlan):
        return Stacks((Ready(each, presumed(each.plan.site, each.location)),))
    if not look_up:
        return Stacks(pending=each.lacking)
    presumed(each.site, each.location)
    return Stacks(lacking=(each,))
