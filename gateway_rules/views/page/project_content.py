"""Where a page's content comes from: the project's files, git, and AWS where that is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from gateway_rules.audit import Verification
from gateway_rules.errors import NoAnswer, Pending
from gateway_rules.inputs import (
    Catalogue,
    StackFile,
    catalogue_of,
    replace_file,
    require_stack,
    stack_names,
)
from gateway_rules.planning import StackPlan, StackPlans, plan_stacks
from gateway_rules.review import READ, Review, git_error, review_change
from gateway_rules.views.page import kept
from gateway_rules.views.page.content import Content, Planned, Waiting


class _Revision(NamedTuple):
    """A revision by its nearest tag or its commit, whether files differ from it, and its day.

    The day is that of UTC, as the days of address files are.
    """

    name: str
    is_changed: bool
    day: date

    def __str__(self) -> str:
        """Name the revision, and say what is not in it."""
        return f"{self.name}, with changes that are not committed" if self.is_changed else self.name


def page_content(
    root: Path,
    stacks: tuple[str, ...],
    base: str | None,
    *,
    live: bool,
    keep: Path | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Content:
    """Gather what a page tells of the stacks, by default of all.

    Curves are kept in the folder `keep`, if there is one, from one page to the next.
    `told` is given a few words before whatever takes long.
    Raises Faults with all that is wrong with any of them, Pending when all that were named
    are pending, and what `review` and `verify` raise where they are asked for.
    """
    today = datetime.now(UTC).date()
    compared = review_change(root, base, today) if base else None
    catalogue = catalogue_of(root)
    outcomes = _outcomes(root, stacks, compared, catalogue)
    found = _revision(root)
    return Content(
        catalogue,
        tuple(
            _planned(each, keep, told, live=live)
            if isinstance(each, StackPlan)
            else Waiting(name, each.site.region, each.lacking)
            for name, each in outcomes.items()
        ),
        str(found) if found else "",
        _day(found, today, live=live),
        compared,
    )


def write_page(root: Path, path: Path, text: str) -> None:
    """Write a page as a whole or not at all; raise NoAnswer when it cannot be written."""
    replace_file(path.absolute(), text, root)


def _revision(root: Path) -> _Revision | None:
    """Give the revision of the files that a plan is made of; None where git has none."""
    try:
        name = git_error(root, "describe", "--always", "--tags")
        time = git_error(root, "show", "--no-patch", "--format=%ct", "HEAD")
        changed = git_error(root, "status", "--porcelain", "--", *READ)
    except NoAnswer:  # A page can do without git.
        return None
    if not name or not time:
        return None
    return _Revision(name, bool(changed), datetime.fromtimestamp(int(time), UTC).date())


def _day(found: _Revision | None, today: date, *, live: bool) -> date | None:
    """Give the day that the page is about: the revision's where all of it is the revision's.

    Where AWS was asked, or files differ from the revision, it is today.
    """
    if live or (found and found.is_changed):
        return today
    return found.day if found else None


def _outcomes(
    root: Path, stacks: tuple[str, ...], compared: Review | None, catalogue: Catalogue
) -> Mapping[str, StackPlan | StackFile]:
    """Plan the stacks, or take the plans that the comparison made; raise what is wrong."""
    for stack in stacks:
        require_stack(root, stack)
    names = tuple(dict.fromkeys(stacks)) or stack_names(root)
    if compared:
        after = {each.diff.stack: each.after for each in compared.comparisons}
        found = StackPlans({name: side for name in names if (side := after[name])})
    else:
        found = plan_stacks(root, names, catalogue=catalogue)
    found.require()
    if stacks and not found.planned:
        raise Pending(*found.lacking)
    both: dict[str, StackPlan | StackFile] = {**found.planned, **found.pending}
    return {name: both[name] for name in names}


def _planned(
    found: StackPlan, keep: Path | None, told: Callable[[str], None], *, live: bool
) -> Planned:
    """Add to a plan what it costs and, where that is asked, what AWS has."""
    stack = found.plan.site.stack
    told(f"{stack}: what each budget costs")
    curves = kept.curves(found.plan, keep)
    if live:
        told(f"{stack}: what AWS has")
    return Planned(found, curves, _verified(found) if live else None)


def _verified(found: StackPlan) -> Verification:
    from gateway_rules.audit import verify_account  # noqa: PLC0415 - boto3 is slow to import and not always there.

    return verify_account(found)
