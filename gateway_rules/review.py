"""What a change opens and closes: two plans of a stack, compared packet by packet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from gateway_rules import packets, report
from gateway_rules.causes import causes
from gateway_rules.errors import Faults
from gateway_rules.packets import Match, Packets, Piece
from gateway_rules.plan import Plan
from gateway_rules.prefixes import SELF, Interval

Side: TypeAlias = Plan | Faults | None
"""A stack at one revision: its plan, why there is none, or that it has no file there."""
Status: TypeAlias = Literal["changed", "unchanged", "added", "removed", "pending", "unreadable"]


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
        return report.match(self.piece) | {"services": list(self.services)}


@dataclass(frozen=True)
class AclChange:
    """What a change does to the network ACL, whose cover may move for one new address."""

    opened: tuple[Change, ...] = ()
    closed: tuple[Change, ...] = ()
    excess_before: int = 0
    excess_after: int = 0


@dataclass(frozen=True)
class StackDiff:
    """What a change does to one stack."""

    stack: str
    status: Status
    opened: tuple[Change, ...] = ()
    closed: tuple[Change, ...] = ()
    opened_addresses: int = 0
    closed_addresses: int = 0
    acl: AclChange = field(default_factory=AclChange)
    causes: tuple[str, ...] = ()
    """What was edited: rows, roles, additions, errata."""
    notes: tuple[str, ...] = ()
    """What else a reviewer should know, such as what moved without changing a packet."""

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
            "notes": list(self.notes),
            "network_acl": {
                "opened": [change.as_json() for change in acl.opened],
                "closed": [change.as_json() for change in acl.closed],
                "excess_before": acl.excess_before,
                "excess_after": acl.excess_after,
            },
        }


def compare(stack: str, before: Side, after: Side) -> StackDiff:
    """Compare a stack at two revisions; a side without a plan passes nothing, and is noted."""
    old, new = (side if isinstance(side, Plan) else None for side in (before, after))
    opened, closed = _changes(_rules(old), _rules(new), old, new)
    acl_opened, acl_closed = _changes(_entries(old), _entries(new), old, new)
    touched = bool(opened or closed or acl_opened or acl_closed)
    return StackDiff(
        stack,
        _status(before, after, touched=touched),
        opened,
        closed,
        _addresses(opened, new),
        _addresses(closed, old),
        AclChange(acl_opened, acl_closed, _excess(old), _excess(new)),
        tuple(causes(old, new)) if old and new else (),
        tuple(_notes(before, after)),
    )


def _status(before: Side, after: Side, *, touched: bool) -> Status:
    if isinstance(after, Faults):
        return "pending"
    if after is None:
        return "removed"
    if before is None:
        return "added"
    if isinstance(before, Faults):
        return "added" if _is_pending(before) else "unreadable"
    return "changed" if touched else "unchanged"


def _is_pending(faults: Faults) -> bool:
    return {fault.rule for fault in faults.faults} == {"pending"}


def _rules(plan: Plan | None) -> list[Match]:
    return [rule for group in plan.groups for rule in group.rules] if plan else []


def _entries(plan: Plan | None) -> list[Match]:
    return [*plan.acl.entries] if plan else []


def _excess(plan: Plan | None) -> int:
    return sum(budget.excess for budget in plan.acl.budgets.values()) if plan else 0


def _changes(
    old: list[Match], new: list[Match], before: Plan | None, after: Plan | None
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Give what is opened and what is closed; the plan's entries only allow, so they add up."""
    known = packets.universe(old, new)
    then, now = packets.passed(old, known), packets.passed(new, known)
    return (
        tuple(_named(packets.without(now, then), after)),
        tuple(_named(packets.without(then, now), before)),
    )


def _named(some: Packets, plan: Plan | None) -> Iterator[Change]:
    flows = plan.flows if plan else ()
    for piece in packets.pieces(some):
        asking = (flow.services for flow in flows if packets.meet(flow, piece))
        services = tuple(dict.fromkeys(s for services in asking for s in services))
        yield Change(piece, services, tuple(origin(s, plan) for s in services) if plan else ())


def _addresses(changes: Iterable[Change], plan: Plan | None) -> int:
    """Count distinct remote addresses; `self` stands for those of the stack's networks."""
    found: dict[int, list[Interval]] = {}
    for change in changes:
        peer = change.piece.peer
        for prefix in (plan.site.networks if plan else ()) if peer == SELF else (peer,):
            found.setdefault(prefix.version, []).append(prefix.interval)
    return sum(high - low + 1 for some in found.values() for low, high in packets.join(some))


# --- Why, and what else --------------------------------------------------------------------


def origin(service: str, plan: Plan) -> str:
    """Say where a service comes from: its row and its role, or the stack's addition."""
    row = plan.catalogue.by_id.get(service)
    if row is None:
        return "addition"
    where = f"section {row.section}, {row.row}"
    return f"{where}, {row.role}" if row.role else where


def _notes(before: Side, after: Side) -> Iterator[str]:
    for word, side in (("before", before), ("now", after)):
        if isinstance(side, Faults):
            what = "pending" if _is_pending(side) else "not readable by this version"
            yield f"{word} {what}: {side.faults[0].message}; {side.faults[0].fix}"
    if isinstance(before, Plan) and isinstance(after, Plan):
        yield from _moved(before, after)


def _moved(before: Plan, after: Plan) -> Iterator[str]:
    """Say in one line what is written in another way and passes the same packets."""
    old, new = ({rule.name: rule.description for rule in _all_rules(p)} for p in (before, after))
    described = sum(old[name] != new[name] for name in old.keys() & new.keys())
    if described:
        yield f"{described} rules keep their packets and get another description"
    same_packets = _passed(before) == _passed(after)
    if same_packets and old.keys() != new.keys():
        yield f"{len(old.keys() ^ new.keys())} rules are written in another form for equal packets"


def _all_rules(plan: Plan) -> Iterator[Any]:
    return (rule for group in plan.groups for rule in group.rules)


def _passed(plan: Plan) -> Packets:
    return packets.passed(_rules(plan), packets.universe())
