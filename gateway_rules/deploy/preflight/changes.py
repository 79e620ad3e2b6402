"""What an update will change in AWS: rules that stay, come and go, and the network ACL."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from gateway_rules.audit import Interface, Live, LiveAcl, LiveRule, is_planned
from gateway_rules.planning import Entry, Plan, Rule, entry_content, rule_content


@dataclass(frozen=True)
class GroupChange:
    """What becomes of one planned group; `id` is None where AWS has none of its name yet.

    A rule is the same as long as what it passes is: that is how resources are named.
    """

    name: str
    id: str | None
    stay: tuple[Rule, ...]
    come: tuple[Rule, ...]
    go: tuple[LiveRule, ...]
    reworded: tuple[Rule, ...]
    """Those of `stay` whose description changes, which is done in place."""
    foreign: tuple[LiveRule, ...] = ()
    """Those that nobody planned: Pulumi knows nothing of them, so they stay and take room."""


@dataclass(frozen=True)
class GoneGroup:
    """A group of the stack that the plan does not hold any more."""

    name: str
    id: str
    rules: tuple[LiveRule, ...]
    bearers: tuple[Interface, ...]
    """The interfaces that carry it still."""


@dataclass(frozen=True)
class AclReplacement:
    """What becomes of the network ACL: it never changes, a new one takes its place."""

    entries: tuple[Entry, ...]
    """Those of the ACL that is made, none where the present one stays."""
    move: frozenset[str]
    """The subnets that are put under the stack's ACL."""
    go: tuple[LiveAcl, ...]
    """The stack's ACLs that lose their subnets and are deleted."""


def group_changes(plan: Plan, live: Live) -> Iterator[GroupChange]:
    """Give what becomes of each planned group."""
    ids = {live.names[id_]: id_ for id_ in live.groups}
    for group in plan.groups:
        id_ = ids.get(group.name)
        there = {rule_content(rule): rule for rule in live.groups.get(id_ or "", ())}
        wanted = {rule_content(rule): rule for rule in group.rules}
        stay = tuple(rule for key, rule in wanted.items() if key in there)
        rest = [rule for key, rule in there.items() if key not in wanted]
        yield GroupChange(
            group.name,
            id_,
            stay,
            tuple(rule for key, rule in wanted.items() if key not in there),
            tuple(filter(is_planned, rest)),
            tuple(
                rule for rule in stay if there[rule_content(rule)].description != rule.description
            ),
            tuple(itertools.filterfalse(is_planned, rest)),
        )


def gone_groups(plan: Plan, live: Live) -> Iterator[GoneGroup]:
    """Give each group that the stack has in AWS and that is not planned."""
    planned = {group.name for group in plan.groups}
    for id_, rules in sorted(live.groups.items()):
        if live.names[id_] not in planned:
            bearers = tuple(one for one in live.carriers if id_ in one.groups)
            yield GoneGroup(live.names[id_], id_, rules, bearers)


def acl_change(plan: Plan, live: Live) -> AclReplacement:
    """Give what becomes of the ACL."""
    wanted = {entry_content(entry) for entry in plan.acl.entries}
    own = [acl for acl in live.guards if acl.own] or [acl for acl in live.acls if acl.own]
    same = next(
        (acl for acl in own if {entry_content(each) for each in acl.entries} == wanted), None
    )
    subnets = frozenset(live.subnets)
    if same:
        return AclReplacement((), subnets - same.subnets, tuple(acl for acl in own if acl != same))
    return AclReplacement(plan.acl.entries, subnets, tuple(own))
