"""What a change opens and closes: two plans of a stack, compared packet by packet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, Literal, Protocol, TypeAlias

from gateway_rules import packets
from gateway_rules.errors import Fault, Faults
from gateway_rules.inputs import StackFile
from gateway_rules.packets import SELF, Interval, Match, Packets, Piece, Prefix, counted, few
from gateway_rules.planning import (
    Plan,
    Rule,
    StackOutcome,
    StackPlan,
    match_as_json,
)
from gateway_rules.review.causes import MANY, edits_between
from gateway_rules.review.leaving import is_moved, leaving_networks
from gateway_rules.review.settings import SettingChange

Side: TypeAlias = StackOutcome | None
"""A stack at one revision: what came of its files, or that it has none there."""
_STAYS: Final = (
    "nothing is closed: what is deployed stays until it is destroyed, "
    "and nobody watches it any more"
)
Status: TypeAlias = Literal["changed", "unchanged", "added", "removed", "pending", "unreadable"]


class Asked(Match, Protocol):
    """A flow, a rule or an entry, which knows who asks for it."""

    @property
    def services(self) -> tuple[str, ...]:
        """The ids of those who ask."""


@dataclass(frozen=True)
class Change:
    """Packets that are opened or closed together, and who asks or asked for them."""

    piece: Piece
    services: tuple[str, ...]
    origins: tuple[str, ...]
    """Where each of the services comes from."""

    @property
    def addresses(self) -> int:
        """How many remote addresses the change concerns; `self` is told by its networks."""
        if self.piece.peer == SELF:
            return 0
        first, last = self.piece.peer.interval
        return last - first + 1

    def as_json(self) -> dict[str, Any]:
        """Give the change as `diff --json` promises it."""
        return match_as_json(self.piece) | {"services": list(self.services)}


Changes: TypeAlias = tuple[Change, ...]
Notes: TypeAlias = Iterator[str]


@dataclass(frozen=True)
class AclChange:
    """What a change does to the network ACL, whose cover may move for one new address."""

    opened: Changes = ()
    closed: Changes = ()
    excess_before: int = 0
    excess_after: int = 0


@dataclass(frozen=True)
class StackDiff:
    """What a change does to one stack."""

    stack: str
    status: Status
    opened: Changes = ()
    closed: Changes = ()
    opened_addresses: int = 0
    closed_addresses: int = 0
    acl: AclChange = field(default_factory=AclChange)
    causes: tuple[str, ...] = ()
    """What was edited: rows, roles, additions, errata."""
    notes: tuple[str, ...] = ()
    """What else a reviewer should know, such as what moved without changing a packet."""
    settings: tuple[SettingChange, ...] = ()
    """Every key of the stack's files that is written otherwise."""
    waits: str = ""
    """What a pending stack waits for, in one line."""
    leaving: tuple[Prefix, ...] = ()
    """Networks that the stack's ACL guards no longer, or perhaps no longer."""

    @property
    def services(self) -> tuple[str, ...]:
        """Whom the opened and closed packets belong to, sorted."""
        return tuple(sorted({s for each in (*self.opened, *self.closed) for s in each.services}))

    def as_json(self) -> dict[str, Any]:
        """Give the stack's part of `diff --json`."""
        acl = self.acl
        return {
            "status": self.status,
            "opened": [change.as_json() for change in self.opened],
            "closed": [change.as_json() for change in self.closed],
            "opened_addresses": self.opened_addresses,
            "closed_addresses": self.closed_addresses,
            "services": list(self.services),
            "causes": list(self.causes),
            "notes": [*filter(None, [self.waits]), *self.notes],
            "settings": [each._asdict() for each in self.settings],
            "leaving_networks": [*map(str, self.leaving)],
            "network_acl": {
                "opened": [change.as_json() for change in acl.opened],
                "closed": [change.as_json() for change in acl.closed],
                "excess_before": acl.excess_before,
                "excess_after": acl.excess_after,
            },
        }


def compare(
    stack: str, before: Side, after: Side, settings: tuple[SettingChange, ...] = ()
) -> StackDiff:
    """Compare a stack at two revisions; a side without a plan passes nothing, and is noted.

    One whose file is gone closes nothing: what is deployed stays as it is.
    """
    if after is None:
        return StackDiff(stack, "removed", notes=(_STAYS,))
    old, new = plan_of(before), plan_of(after)
    opened, closed = _groups_change(old, new)
    acl = _acl_change(old, new)
    both = (old, new) if old and new else None
    leaving = leaving_networks(before, after)
    # What is told entry by entry is not told again.
    written = (str(each) for each in settings if not (new and each.is_told))
    return StackDiff(
        stack,
        _status(before, after, touched=bool(opened or closed or acl.opened or acl.closed)),
        opened,
        closed,
        _addresses(opened, new),
        _addresses(closed, old),
        acl,
        (*(edits_between(*both) if both else ()), *written),
        (
            *_left_alone(leaving, is_moved=is_moved(before, after)),
            *(_moved(*both, opened, closed, acl) if both else _notes(before, after)),
        ),
        settings,
        _waits(before, after),
        leaving,
    )


def _left_alone(leaving: tuple[Prefix, ...], *, is_moved: bool) -> Notes:
    """Say what becomes of subnets that the stack's ACL guards no longer."""
    fall = "falls to the default ACL of its VPC, which usually allows everything"
    if leaving and is_moved:
        yield f"its subnets are looked up otherwise: one of {few(leaving, MANY)} that leaves {fall}"
    elif leaving:
        yield f"the stack's ACL leaves {few(leaving, MANY)}: a subnet there {fall}"


def plan_of(side: Side) -> Plan | None:
    """Give the plan of a side that has one."""
    return side.plan if isinstance(side, StackPlan) else None


def _status(before: Side, after: Side, *, touched: bool) -> Status:
    if isinstance(after, StackFile | Faults):
        return "pending"
    if before is None or isinstance(before, StackFile):
        return "added"
    if isinstance(before, Faults):
        return "unreadable"
    return "changed" if touched else "unchanged"


def rules(plan: Plan | None) -> list[Rule]:
    """Give the rules of all groups."""
    return [rule for group in plan.groups for rule in group.rules] if plan else []


def _groups_change(old: Plan | None, new: Plan | None) -> tuple[Changes, Changes]:
    opened, closed = _differences(rules(old), rules(new))
    return (
        tuple(_named(opened, new.flows, new)) if new else (),
        tuple(_named(closed, old.flows, old)) if old else (),
    )


def _acl_change(old: Plan | None, new: Plan | None) -> AclChange:
    """Compare the ACLs; a plan's entries only allow, so their packets add up as a group's do."""
    then, now = (plan.acl.entries if plan else () for plan in (old, new))
    opened, closed = _differences(then, now)
    return AclChange(
        tuple(_named(opened, now, new)) if new else (),
        tuple(_named(closed, then, old)) if old else (),
        _excess(old),
        _excess(new),
    )


def _excess(plan: Plan | None) -> int:
    return sum(budget.excess for budget in plan.acl.budgets.values()) if plan else 0


def _differences(old: Iterable[Match], new: Iterable[Match]) -> tuple[Packets, Packets]:
    """Give the packets that only the new ones pass, and those that only the old ones do."""
    old, new = tuple(old), tuple(new)
    if old == new:
        return {}, {}
    known = packets.universe(old, new)
    then, now = packets.passed(old, known), packets.passed(new, known)
    return packets.without(now, then), packets.without(then, now)


def _named(some: Packets, asked: Sequence[Asked], plan: Plan) -> Iterator[Change]:
    for piece in packets.pieces(some):
        asking = (match.services for match in asked if packets.meet(match, piece))
        services = tuple(sorted(set(chain.from_iterable(asking))))
        yield Change(
            piece, services, tuple(plan.origin(service).place_and_role for service in services)
        )


def _addresses(changes: Iterable[Change], plan: Plan | None) -> int:
    """Count distinct remote addresses; `self` stands for those of the stack's networks."""
    found: dict[int, list[Interval]] = {}
    for change in changes:
        peer = change.piece.peer
        for prefix in (plan.site.networks if plan else ()) if peer == SELF else (peer,):
            found.setdefault(prefix.version, []).append(prefix.interval)
    return sum(high - low + 1 for some in found.values() for low, high in packets.join(some))


# --- Why, and what else --------------------------------------------------------------------


def _notes(before: Side, after: Side) -> Notes:
    """Say why a side has no plan, and what that means for what runs."""
    if isinstance(before, StackFile) and not isinstance(after, StackFile):
        yield f"pending before: {before.lacking[0].message}"
    elif isinstance(before, Faults):
        yield f"this version cannot plan what was there: {_said(before.faults)}"
    if isinstance(after, Faults):
        yield f"{_said(after.faults)}; {after.faults[0].fix}"
        yield "what is deployed stays as it is until the stack can be planned"


def _waits(before: Side, after: Side) -> str:
    """Say in one line what a pending stack waits for, and what runs until then."""
    if not isinstance(after, StackFile):
        return ""
    fault = after.lacking[0]
    stays = "; what is deployed stays until then" if isinstance(before, StackPlan) else ""
    return f"{fault.message}; {fault.fix}{stays}"


def _said(faults: tuple[Fault, ...]) -> str:
    """Give the first fault, and how many more there are."""
    return few((f"{each.file}:{each.line}: {each.message}" for each in faults), 1)


def _moved(before: Plan, after: Plan, opened: Changes, closed: Changes, acl: AclChange) -> Notes:
    """Say in one line what is written in another way and passes the same packets."""
    old, new = ({rule.name: rule for rule in rules(plan)} for plan in (before, after))
    kept = old.keys() & new.keys()
    described = sum(old[name].description != new[name].description for name in kept)
    parts = [
        *_counted(_idle((new[n] for n in new.keys() - kept), opened), "is new", "are new"),
        *_counted(_idle((old[n] for n in old.keys() - kept), closed), "goes", "go"),
        *_counted(described, "is described anew", "are described anew"),
    ]
    if before.acl.entries != after.acl.entries and not (acl.opened or acl.closed):
        parts.append("the ACL is written in other entries")
    if parts:
        yield f"without changing a packet: {', '.join(parts)}"


def _idle(some: Iterable[Rule], changes: Changes) -> int:
    """Count the rules that come or go, and open or close nothing."""
    return sum(not any(packets.meet(rule, each.piece) for each in changes) for rule in some)


def _counted(count: int, one: str, many: str) -> list[str]:
    return [counted(count, f"rule {one}", f"rules {many}")] if count else []
