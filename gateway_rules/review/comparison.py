"""The two sides of a comparison: the project's files as they are, and as a revision has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from gateway_rules.errors import Fault, Faults
from gateway_rules.inputs import (
    POLICY_FILE,
    Policy,
    misnamed,
    read_policy,
    read_retired,
    relative,
    stack_names,
    stack_path,
)
from gateway_rules.planning import Plan, StackPlans, Told, plan_stacks, unheard
from gateway_rules.review import git
from gateway_rules.review.limits import breaches
from gateway_rules.review.packet_diff import Side, StackDiff, compare, plan_of
from gateway_rules.review.place_limits import place_breaches
from gateway_rules.review.policy_change import moves, policy_at
from gateway_rules.review.program import NO_CHANGE, ProgramChange, program_changed
from gateway_rules.review.revision import read_revision
from gateway_rules.review.states import states
from gateway_rules.review.verdict import LimitResult, Verdict, judge


class StackSummary(NamedTuple):
    """A stack, its Region, and what keeps it pending, which is nothing for most."""

    stack: str
    region: str
    pending: tuple[Fault, ...]

    def __str__(self) -> str:
        """Give the stack in a line, and its cures in a line each."""
        cures = (f"pending: {fault.file}: {fault.message}; {fault.fix}" for fault in self.pending)
        return "\n".join((f"{self.stack} in {self.region}", *cures))

    def as_json(self) -> dict[str, Any]:
        """Give the stack as `stacks --json` promises it."""
        return {**self._asdict(), "pending": [fault.as_json() for fault in self.pending]}


class Comparison(NamedTuple):
    """A stack's two sides, and how they differ."""

    diff: StackDiff
    before: Side
    after: Side


class Compared(NamedTuple):
    """The commit compared with, the stacks of either side, sorted, and what else has changed."""

    base: str
    comparisons: tuple[Comparison, ...]
    program: ProgramChange


@dataclass(frozen=True)
class Review:
    """What a change does to every stack, and which limits it goes past."""

    base: str
    comparisons: tuple[Comparison, ...]
    verdict: Verdict
    old_names: tuple[Fault, ...] = ()
    """What of the policy goes by an old name."""
    since: str | None = None
    """The tag or the day that the base was named by."""
    program: ProgramChange = NO_CHANGE

    @property
    def diffs(self) -> tuple[StackDiff, ...]:
        """Give what happens to each stack, sorted by name."""
        return tuple(comparison.diff for comparison in self.comparisons)

    @property
    def against(self) -> str:
        """Name the commit, and say so where it holds none of the project's stacks."""
        known = any(comparison.before is not None for comparison in self.comparisons)
        name = f"{self.base[:9]} ({self.since})" if self.since else self.base[:9]
        return name if known else f"{name}, which holds no stacks in this folder"

    def faults(self, root: Path) -> Iterator[Fault]:
        """Give each breach the place where its stack's file changes, or the policy is."""
        for breach in self.verdict.breaches:
            file = relative(stack_path(root, breach.stack), root)
            if not (root / file).exists():
                file = POLICY_FILE
            line = git.first_change(root, self.base, file)
            what = f"{breach.stack}: {breach.value}, allowed: {breach.allowed}; {breach.cause}"
            yield Fault(file, line, 1, breach.limit, what, breach.way)

    def as_json(self) -> dict[str, Any]:
        """Give the review as `diff --json` promises it."""
        stacks = {diff.stack: diff.as_json() for diff in self.diffs}
        verdicts = {"policy": self.verdict.as_json(), "brakes": self.verdict.as_old_json()}
        program = {
            "program_changed": [*self.program.files],
            "base_code": self.program.base_code.as_json(),
        }
        return {"base": self.base, "since": self.since, **program, "stacks": stacks, **verdicts}


def review_change(
    root: Path,
    base: str | None,
    today: date,
    told: Told = unheard,
    *,
    since: str | None = None,
) -> Review:
    """Compare the project with a revision and judge the change by the policy that was there.

    With `since`, a tag or a day, all is judged that has changed since then. Raises what
    `comparisons` and `git.since` raise, and Faults when the policy's file is wrong.
    """
    commit, found, program = comparisons(root, git.since(root, since) if since else base, told)
    file = read_policy(root, [comparison.diff.stack for comparison in found])
    base_policy = policy_at(root, commit)
    retired = {each.stack for each in read_retired(root, stack_names(root))}
    findings = (
        finding
        for diff, before, after in found
        for finding in (
            *_findings(base_policy.policy, diff, plan_of(before), plan_of(after)),
            *map(LimitResult, place_breaches(diff, before, after, retired)),
        )
    )
    verdict = judge(base_policy.policy, file.policy, findings, today)
    moved = tuple(moves(base_policy, file))
    return Review(commit, found, replace(verdict, moves=moved), file.old_names, since, program)


def _findings(
    policy: Policy, diff: StackDiff, old: Plan | None, new: Plan | None
) -> Iterator[LimitResult]:
    """Judge the step, and the state that it leads to."""
    yield from map(LimitResult, breaches(policy.limits, diff, old, new))
    yield from states(policy, diff.stack, old, new)


def comparisons(
    root: Path, base: str | None, told: Told = unheard, *, own_code: bool = True
) -> Compared:
    """Compare every stack with how it was at `base`, by default where the branch began.

    The base is planned by its own code where that differs from this, unless that is not
    wanted. Raises Faults when a stack cannot be planned now, and what `git` raises for the
    revision.
    """
    commit = git.resolve(root, base) if base else git.base_revision(root)
    after = present(root, told).outcomes
    revision = read_revision(root, commit, after, told, own_code=own_code)
    before = revision.outcomes
    names = sorted(before.keys() | after.keys())
    found = tuple(
        Comparison(
            compare(name, before.get(name), after.get(name), revision.settings.get(name, ())),
            before.get(name),
            after.get(name),
        )
        for name in names
    )
    return Compared(commit, found, ProgramChange(program_changed(root, commit), revision.code))


def list_stacks(root: Path, told: Told = unheard) -> tuple[StackSummary, ...]:
    """List every stack, sorted; raise Faults when one can neither be planned nor is pending."""
    found = present(root, told)
    planned = (StackSummary(n, each.plan.site.region, ()) for n, each in found.planned.items())
    pending = (StackSummary(n, f.site.region, f.lacking) for n, f in found.pending.items())
    return tuple(sorted((*planned, *pending)))


def present(root: Path, told: Told = unheard) -> StackPlans:
    """Plan every stack; pending ones keep their faults, all other faults are raised at once."""
    if faults := [*misnamed(root)]:
        raise Faults(*faults)
    found = plan_stacks(root, told=told)
    found.require()
    return found
