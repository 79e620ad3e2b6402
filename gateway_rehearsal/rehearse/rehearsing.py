"""`gateway-rules rehearse`: a change deployed on a private local AWS, judged call by call."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rich.console import Console

from gateway_rehearsal import rehearsal
from gateway_rehearsal.rehearse.deploy import Theatre, resources, theatre
from gateway_rehearsal.rehearse.judge import RehearsalVerdict
from gateway_rules.errors import Fault, Faults, unable, usage
from gateway_rules.inputs import Site, StackFile, catalogue_of
from gateway_rules.packets import Prefix
from gateway_rules.planning import StackPlan
from gateway_rules.review import Comparison, comparisons, edits_between, files_at, is_moved

UNCHANGED: Final = "its resources stay as they are"
NEW: Final = "it is new, so nothing runs that could be cut"
REMOVED: Final = "its file is gone, and what removes a stack is pulumi destroy"
PENDING: Final = "it lacks its addresses, so that it cannot be deployed and stays as it is"


@dataclass(frozen=True)
class RehearsalOutcome:
    """What came of one stack."""

    stack: str
    note: str = ""
    """Why there was nothing to rehearse."""
    causes: tuple[str, ...] = ()
    """What was edited."""
    verdict: RehearsalVerdict | None = None
    faults: tuple[Fault, ...] = ()
    """What kept the stack from being rehearsed, or its second deployment from its end."""
    leaving: tuple[Prefix, ...] = ()
    """Networks that the change takes from under the stack's ACL."""


@dataclass(frozen=True)
class Rehearsal:
    """What came of all stacks, and the commit that they were changed from."""

    base: str
    outcomes: tuple[RehearsalOutcome, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Give what could not be rehearsed."""
        return tuple(fault for outcome in self.outcomes for fault in outcome.faults)

    @property
    def is_clean(self) -> bool:
        """Say whether nothing was found; what could not be rehearsed is no finding."""
        verdicts = (outcome.verdict for outcome in self.outcomes)
        is_unsafe = any(verdict.violations for verdict in verdicts if verdict)
        return not (is_unsafe or any(outcome.leaving for outcome in self.outcomes))


def rehearse_change(
    root: Path, base: str | None, stacks: Iterable[str], console: Console
) -> Rehearsal:
    """Deploy stacks as a revision has them, then as they are now, and judge every call between.

    Without names all stacks are looked at; those whose resources stay as they are are not
    deployed. The way is told on the console. Raises Faults when the working tree cannot be
    planned or a name is no stack's, what `git` raises for the revision, and NoAnswer when there
    is no engine or no local AWS.
    """
    # What is compared is what would be deployed for real; here both sides are by this code.
    rehearsal.drop_aws_settings()
    commit, found, _ = comparisons(root, base, own_code=False)
    chosen = _chosen(found, tuple(stacks))
    with files_at(root, commit) as folder:
        settled = [outcome for each in chosen for outcome in _settled(each, folder, root)]
        done = {outcome.stack for outcome in settled}
        rest = [each for each in chosen if each.diff.stack not in done]
        performed = _performed(root, folder, rest, console) if rest else []
    # Where the file only looks its subnets up otherwise, the stage here gives them the new tags.
    leaving = {
        each.diff.stack: () if is_moved(each.before, each.after) else each.diff.leaving
        for each in chosen
    }
    outcomes = (replace(each, leaving=leaving[each.stack]) for each in (*settled, *performed))
    return Rehearsal(commit, tuple(sorted(outcomes, key=lambda each: each.stack)))


def _chosen(found: Iterable[Comparison], stacks: tuple[str, ...]) -> list[Comparison]:
    """Give the stacks that are named, or all of them."""
    by_name = {each.diff.stack: each for each in found}
    for stack in stacks:
        if stack not in by_name:
            fix = f"write one of: {', '.join(by_name)}" if by_name else "write a stack file first"
            raise usage("unknown-stack", f"there is no stack {stack}", fix)
    return [by_name[stack] for stack in dict.fromkeys(stacks or by_name)]


def _settled(each: Comparison, base: Path, root: Path) -> Iterable[RehearsalOutcome]:
    """Give what can be said of a stack without deploying it; nothing where that is needed."""
    stack, before = each.diff.stack, each.before
    if isinstance(before, Faults):
        yield RehearsalOutcome(stack, faults=_unplanned(stack, before))
    elif note := _note(each, base, root):
        yield RehearsalOutcome(stack, note)


def _note(each: Comparison, base: Path, root: Path) -> str:
    """Say why there is nothing to rehearse; empty when there is, or when only look-ups tell."""
    before, after = each.before, each.after
    if after is None:
        return REMOVED
    match before, after:
        case StackPlan(), StackPlan():
            same = resources(before) == resources(after)
        case StackPlan(), _:
            return PENDING
        case StackFile(), StackFile():
            same = _unresolved(before, base) == _unresolved(after, root)
        case _:
            return NEW
    return UNCHANGED if same else ""


def _unresolved(file: StackFile, folder: Path) -> tuple[object, ...]:
    """Give all that a pending stack's plan is made of, but for its addresses."""
    return catalogue_of(folder), file.site.model_copy(update={"hosts": ()}), file.location


def _performed(
    root: Path, base: Path, wanted: list[Comparison], console: Console
) -> list[RehearsalOutcome]:
    """Rehearse stack after stack."""
    sites = [site for each in wanted for site in _sites(each)]
    with theatre(root, base, sites, console) as there:
        return [_outcome(there, each.diff.stack) for each in wanted]


def _sites(each: Comparison) -> Iterable[Site]:
    """Give the site of each side; pending ones lack just their addresses."""
    for side in (each.before, each.after):
        if isinstance(side, StackPlan):
            yield side.plan.site
        elif isinstance(side, StackFile):
            yield side.site


def _outcome(there: Theatre, stack: str) -> RehearsalOutcome:
    """Rehearse a stack; what hinders it does not keep others from being rehearsed."""
    try:
        done = there.perform(stack)
    except Faults as faults:
        return RehearsalOutcome(stack, faults=faults.faults)
    edited = tuple(edits_between(done.before, done.after))
    note = "" if done.verdict else UNCHANGED
    return RehearsalOutcome(stack, note, edited, done.verdict, done.faults)


def _unplanned(stack: str, faults: Faults) -> tuple[Fault, ...]:
    """Say that the base has no plan, and why."""
    first = faults.faults[0]
    what = f"{stack} cannot be planned as it was: {first.file}:{first.line}: {first.message}"
    return unable("unplanned", what, "name a revision that this version can plan").faults
