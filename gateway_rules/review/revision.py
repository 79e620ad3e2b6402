"""The stacks of an earlier revision, planned by the code of that revision where that differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from gateway_rules.errors import Faults
from gateway_rules.inputs import address_path, catalogue_of, stack_names, stack_path
from gateway_rules.planning import StackOutcome, StackPlan, Told, Unreadable, plan_stacks, unheard
from gateway_rules.review import git
from gateway_rules.review.base_code import (
    SAME_CODE,
    BaseCode,
    has_code,
    is_running,
    other_release,
    planned_by_own,
)
from gateway_rules.review.settings import SettingChange, read_settings, settings_between


@dataclass(frozen=True)
class PastStacks:
    """What came of the stacks at a commit, and by which code."""

    outcomes: Mapping[str, StackOutcome]
    code: BaseCode
    settings: Mapping[str, tuple[SettingChange, ...]] = field(default_factory=dict)
    """By stack, the keys of its files that are written otherwise now."""


def read_revision(
    root: Path,
    commit: str,
    now: Mapping[str, StackOutcome],
    told: Told = unheard,
    *,
    own_code: bool = True,
) -> PastStacks:
    """Plan the stacks of a project as they were at a commit, as well as that can be done.

    Its own code does that where it differs from this, unless that is not wanted. `now` holds
    the stacks as they are, which most of them were already. Raises what `git` raises.
    """
    with git.files_at(root, commit, (*git.READ, *git.CODE)) as folder:
        settings = dict(_settings(folder, root))
        if own_code and has_code(folder) and not is_running(folder):
            return replace(_by_own_code(folder, told), settings=settings)
        other = "" if has_code(folder) else other_release(folder, root)
        code = BaseCode("present", other) if other else SAME_CODE
        return PastStacks(_by_this_code(folder, root, now, told), code, settings)


def _settings(folder: Path, root: Path) -> Iterator[tuple[str, tuple[SettingChange, ...]]]:
    """Compare the files of each stack that there is now and was in a folder."""
    for name in {*stack_names(root)} & {*stack_names(folder)}:
        if _bytes(folder, name) != _bytes(root, name):
            yield name, settings_between(read_settings(folder, name), read_settings(root, name))


def _by_own_code(folder: Path, told: Told) -> PastStacks:
    try:
        return PastStacks(planned_by_own(folder).outcomes, BaseCode("own"))
    except Unreadable as error:
        # What the stacks are now was planned from other files, and is no help here.
        outcomes = _by_this_code(folder, folder, {}, told)
        return PastStacks(outcomes, BaseCode("present", str(error)))


def _by_this_code(
    folder: Path, root: Path, now: Mapping[str, StackOutcome], told: Told
) -> Mapping[str, StackOutcome]:
    """Plan the stacks in a folder, but for those whose files are just those of the project."""
    names = stack_names(folder)
    plans = (each.plan for each in now.values() if isinstance(each, StackPlan))
    try:
        catalogue = catalogue_of(folder)
        is_same = any(plan.catalogue == catalogue for plan in islice(plans, 1))
        same = _same(folder, root, names, now) if is_same else {}
        left = [name for name in names if name not in same]
        found = plan_stacks(folder, left, catalogue=catalogue, known=now, told=told)
        return {name: same.get(name) or found.outcomes[name] for name in names}
    except Faults as faults:
        return dict.fromkeys(names, faults)


def _same(
    folder: Path, root: Path, names: tuple[str, ...], now: Mapping[str, StackOutcome]
) -> dict[str, StackOutcome]:
    """Give what came of the stacks whose files are the same on both sides, byte by byte."""
    return {
        name: now[name]
        for name in names
        if name in now and _bytes(folder, name) == _bytes(root, name)
    }


def _bytes(root: Path, stack: str) -> tuple[bytes | None, ...]:
    paths = stack_path(root, stack), address_path(root, stack)
    return tuple(path.read_bytes() if path.is_file() else None for path in paths)
