"""Where a page's content comes from: the project's files, git, and AWS where that is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from gateway_rules.audit import Verification
from gateway_rules.errors import Faults, Pending
from gateway_rules.inputs import (
    REGION_KEY,
    Catalogue,
    catalogue_of,
    raw_config,
    replace_file,
    require_stack,
    stack_names,
)
from gateway_rules.planning import Plan, load_plan
from gateway_rules.review import Review, Side, review_change
from gateway_rules.views.page import kept
from gateway_rules.views.page.content import Content, Planned, Waiting
from gateway_rules.views.page.revision import Revision, revision


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
    sides = _sides(root, stacks, compared, catalogue)
    found = revision(root)
    return Content(
        catalogue,
        tuple(
            _planned(side, keep, told, live=live)
            if isinstance(side, Plan)
            else _waiting(root, name, side)
            for name, side in sides.items()
        ),
        str(found) if found else "",
        _day(found, today, live=live),
        compared,
    )


def write_page(root: Path, path: Path, text: str) -> None:
    """Write a page as a whole or not at all; raise NoAnswer when it cannot be written."""
    replace_file(path.absolute(), text, root)


def _day(found: Revision | None, today: date, *, live: bool) -> date | None:
    """Give the day that the page is about: the revision's where all of it is the revision's.

    Where AWS was asked, or files differ from the revision, it is today.
    """
    if live or (found and found.is_changed):
        return today
    return found.day if found else None


def _sides(
    root: Path, stacks: tuple[str, ...], compared: Review | None, catalogue: Catalogue
) -> Mapping[str, Side]:
    """Plan the stacks, or take the plans that the comparison made; raise what is wrong."""
    for stack in stacks:
        require_stack(root, stack)
    names = tuple(dict.fromkeys(stacks)) or stack_names(root)
    if compared:
        after = {each.diff.stack: each.after for each in compared.comparisons}
        sides = {name: after[name] for name in names}
    else:
        sides = {name: _side(root, name, catalogue) for name in names}
    wrong = [*_wrong(sides)]
    if wrong:
        raise Faults(*(fault for faults in wrong for fault in faults.faults))
    waiting = [side for side in sides.values() if isinstance(side, Pending)]
    if stacks and len(waiting) == len(sides):
        raise Pending(*(fault for faults in waiting for fault in faults.faults))
    return sides


def _side(root: Path, name: str, catalogue: Catalogue) -> Side:
    try:
        return load_plan(root, name, catalogue)
    except Faults as faults:
        return faults


def _wrong(sides: Mapping[str, Side]) -> Iterator[Faults]:
    for side in sides.values():
        if isinstance(side, Faults) and not isinstance(side, Pending):
            yield side


def _planned(plan: Plan, keep: Path | None, told: Callable[[str], None], *, live: bool) -> Planned:
    """Add to a plan what it costs and, where that is asked, what AWS has."""
    told(f"{plan.site.stack}: what each budget costs")
    curves = kept.curves(plan, keep)
    if live:
        told(f"{plan.site.stack}: what AWS has")
    return Planned(plan, curves, _verified(plan) if live else None)


def _waiting(root: Path, name: str, side: Side) -> Waiting:
    """Tell what a stack lacks; a pending one's own file is in order, so its Region is in it."""
    region = raw_config(root, name)[REGION_KEY]
    return Waiting(name, region, side.faults if isinstance(side, Faults) else ())


def _verified(plan: Plan) -> Verification:
    from gateway_rules.audit import verify_account  # noqa: PLC0415 - boto3 is slow to import and not always there.

    return verify_account(plan)
