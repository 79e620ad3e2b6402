"""Everything that can be wrong with a project's files, found in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import chain, combinations
from pathlib import Path
from typing import Any, TypeVar

from gateway_rules.errors import Fault, Faults, usage
from gateway_rules.inputs import (
    POLICY_FILE,
    RETIRED_FILE,
    Catalogue,
    Location,
    PolicyFile,
    Retired,
    Site,
    StackFile,
    address_path,
    catalogue_of,
    looked_up,
    misnamed,
    read_policy,
    read_retired,
    relative,
    stack_names,
    stack_path,
)
from gateway_rules.planning import StackPlan, StackPlans, Told, plan_stacks, unheard
from gateway_rules.review.snapshot_files import compare_snapshots

T = TypeVar("T")


@dataclass(frozen=True)
class ProjectCheck:
    """What was checked and what is wrong: malformed, found wanting, pending, or soon to be so."""

    stacks: tuple[str, ...]
    malformed: tuple[Fault, ...]
    found: tuple[Fault, ...]
    """Well formed, but a quota cannot hold it, a snapshot is stale, an exception has ended."""
    pending: tuple[Fault, ...]
    warnings: tuple[Fault, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the check as plain data; the faults under `errors`."""
        parts = {
            "errors": (*self.malformed, *self.found),
            "pending": self.pending,
            "warnings": self.warnings,
        }
        faults = {name: [fault.as_json() for fault in some] for name, some in parts.items()}
        return {"stacks": [*self.stacks], **faults}


def check_project(
    root: Path, stacks: tuple[str, ...], today: date, told: Told = unheard
) -> ProjectCheck:
    """Validate catalogue, stacks, addresses, snapshots and policy; by default of all stacks.

    Raises Faults when a stack is named that is not there, and when the catalogue cannot
    be read, without which nothing else can be judged.
    """
    names = stack_names(root)
    for stack in stacks:
        if stack not in names:
            raise usage("unknown-stack", f"there is no stack {stack}", f"write: {', '.join(names)}")
    catalogue = catalogue_of(root)
    found = plan_stacks(root, stacks or names, catalogue=catalogue, told=told)
    policy = _tried(partial(read_policy, root, names))
    retired = _tried(partial(read_retired, root, names))
    unread = (each.faults for each in (policy, retired) if isinstance(each, Faults))
    return ProjectCheck(
        stacks or names,
        (*found.malformed, *chain.from_iterable(unread), *misnamed(root)),
        (
            *found.over_quota,
            *_collisions(found.planned, root),
            *_stale(root, found, whole=not stacks),
        ),
        found.lacking,
        (
            *_policy_warnings(policy, today),
            *_retired_warnings(retired),
            *_old_addresses(found.planned, catalogue, root, today),
            *_accepted_ranges(found.files, root),
        ),
    )


def _tried(read: Callable[[], T]) -> T | Faults:
    try:
        return read()
    except Faults as faults:
        return faults


def _collisions(plans: Mapping[str, StackPlan], root: Path) -> Iterator[Fault]:
    """Find stacks that would take each other's subnets: a subnet has one network ACL."""
    # Few stacks of a fleet share a VPC, and only those are compared with one another.
    vpcs: dict[str, list[str]] = {}
    for stack in sorted(plans):
        vpc = plans[stack].location.vpc
        tags = sorted(vpc.items()) if isinstance(vpc, dict) else vpc
        vpcs.setdefault(f"{plans[stack].plan.site.region} {tags}", []).append(stack)
    near = chain.from_iterable(combinations(stacks, 2) for stacks in vpcs.values())
    for one, other in near:
        if _share(plans[one].location, plans[other].location):
            name = relative(stack_path(root, other), root)
            what = f"the stack names the same subnets as {one}, and a subnet has one ACL"
            yield Fault(name, 1, 1, "collision", what, "give each stack its own subnets")


def _share(here: Location, there: Location) -> bool:
    """Tell whether two stacks of one VPC name some of the same subnets."""
    ids = isinstance(here.subnets, tuple) and isinstance(there.subnets, tuple)
    return bool({*here.subnets} & {*there.subnets}) if ids else here.subnets == there.subnets


def _stale(root: Path, plans: StackPlans, *, whole: bool) -> Iterable[Fault]:
    """Find snapshots that `render` would write; of all stacks, also those it would remove."""
    found = compare_snapshots(root, plans)
    return found.faults if whole else replace(found, left_over=()).faults


def _retired_warnings(retired: tuple[Retired, ...] | Faults) -> Iterator[Fault]:
    """Keep stacks in mind that nobody watches, though something of them may be left."""
    for each in () if isinstance(retired, Faults) else retired:
        what = f"{each.stack} has no file since {each.since}, and nothing watches it: {each.reason}"
        fix = "take the line out when it is destroyed"
        yield Fault(RETIRED_FILE, 1, 1, "retired", what, fix)


def _policy_warnings(file: PolicyFile | Faults, today: date) -> Iterator[Fault]:
    if isinstance(file, Faults):
        return
    yield from file.old_names
    for exemption in file.policy.exceptions:
        if exemption.until < today:
            what = f"the exception for {exemption.limit} of {exemption.stack} has ended"
            yield Fault(
                POLICY_FILE, 1, 1, "ended-exception", what, "take it out, or review it again"
            )


def _old_addresses(
    plans: Mapping[str, StackPlan], catalogue: Catalogue, root: Path, today: date
) -> Iterator[Fault]:
    """Warn of hosts that were last looked up longer ago than their site allows."""
    for stack, planned in plans.items():
        name, site = relative(address_path(root, stack), root), planned.plan.site
        limit = site.addresses.max_age_days
        for host, last in _last_seen(site, catalogue):
            if (today - last).days > limit:
                what = f"{host} was last looked up on {last}, more than {limit} days ago"
                fix = f"run gateway-rules resolve {stack}"
                yield Fault(name, 1, 1, "old-addresses", what, fix)


def _accepted_ranges(files: Mapping[str, StackFile], root: Path) -> Iterator[Fault]:
    """Warn of ranges that an address file accepts although no public server is in them."""
    for stack, file in files.items():
        addresses = [address for host in file.site.hosts for address in host.prefixes]
        for each in file.not_public:
            what = f"{each.prefix} counts although no public server is in it: {each.reason}"
            fix = "take it out when it is no longer needed"
            if not any(map(each.holds, addresses)):
                fix = "take it out, for no address of the file is in it"
            name = relative(address_path(root, stack), root)
            yield Fault(name, 1, 1, "accepted-range", what, fix)


def _last_seen(site: Site, catalogue: Catalogue) -> Iterator[tuple[str, date]]:
    """Give the hosts whose looked-up addresses count, with the last day of any of them."""
    used = looked_up(site, catalogue)
    for host in site.hosts:
        days = [seen.last_seen for seen in host.addresses if seen.last_seen]
        if host.name in used and days:
            yield host.name, max(days)
