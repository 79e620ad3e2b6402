"""What a call changed in the AWS, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from gateway_rehearsal.rehearse.record import HeldEntry, HeldRule, Moment
from gateway_rules.packets import WAY, other_end, traffic

_T = TypeVar("_T")


@dataclass(frozen=True)
class Names:
    """How ACLs and groups are called: by what they were when the change began."""

    start: Moment

    def acl(self, acl: str) -> str:
        """Name an ACL: the one that guarded the gateways' subnets, a new one, or another one."""
        held = self.start.acls.get(acl)
        subnets = {each.subnet for each in self.start.interfaces.values()}
        if held is None:
            return "the new ACL"
        return "the old ACL" if held.subnets & subnets else "the VPC's own ACL"

    def where(self, moment: Moment, group: str) -> str:
        """Say which group it is, unless it is the only one on every gateway that carries it."""
        carried = [each.groups for each in moment.interfaces.values() if group in each.groups]
        is_only = carried and all(groups == (group,) for groups in carried)
        return "" if is_only else f" in {_name(moment, group)}"

    def network(self, subnet: str) -> str:
        """Name a subnet by its network, where a gateway of this change lies in it."""
        found = (each.network for each in self.start.interfaces.values() if each.subnet == subnet)
        return next(found, subnet)


def changes(before: Moment, now: Moment, names: Names) -> list[str]:
    """Say what a call changed; a call that only tags changes nothing."""
    return [
        *_groups(before, now, names),
        *_acls(before, now, names),
        *_moves(before, now, names),
        *_interfaces(before, now),
    ]


def rule(value: HeldRule | HeldEntry) -> str:
    """Write a rule or an entry as a person reads it."""
    return f"{value.direction} {traffic(value)} {WAY[value.direction]} {other_end(value.peer)}"


def _name(moment: Moment, group: str) -> str:
    held = moment.groups.get(group)
    return held.name if held else group


def _pairs(
    before: Mapping[str, _T], now: Mapping[str, _T]
) -> Iterator[tuple[str, _T | None, _T | None]]:
    """Give what is not the same any more: its id, what it was, and what it is."""
    for id_ in sorted(before.keys() | now.keys()):
        old, new = before.get(id_), now.get(id_)
        if old != new:
            yield id_, old, new


def _difference(old: tuple[_T, ...], new: tuple[_T, ...]) -> tuple[list[_T], list[_T]]:
    """Give what is gone and what has come."""
    return [each for each in old if each not in new], [each for each in new if each not in old]


def _groups(before: Moment, now: Moment, names: Names) -> Iterator[str]:
    for id_, old, new in _pairs(before.groups, now.groups):
        if old is None or new is None:
            yield f"{'makes' if new else 'deletes'} group {_name(now if new else before, id_)}"
        gone, come = _difference(old.rules if old else (), new.rules if new else ())
        where = names.where(now, id_)
        yield from (f"- {rule(each)}{where}" for each in gone if new)
        yield from (f"+ {rule(each)}{where}" for each in come if old)


def _acls(before: Moment, now: Moment, names: Names) -> Iterator[str]:
    for id_, old, new in _pairs(before.acls, now.acls):
        if old is None or new is None:
            yield f"{'makes' if new else 'deletes'} {names.acl(id_)}, {id_}"
        gone, come = _difference(old.entries if old else (), new.entries if new else ())
        yield from (f"- {_entry(each)} of {names.acl(id_)}" for each in gone if new)
        yield from (f"+ {_entry(each)} of {names.acl(id_)}" for each in come if old)


def _entry(entry: HeldEntry) -> str:
    return f"{entry.action} {entry.number} {rule(entry)}"


def _moves(before: Moment, now: Moment, names: Names) -> Iterator[str]:
    """Say which subnets went from one ACL to another."""
    was = {subnet: id_ for id_, acl in before.acls.items() for subnet in acl.subnets}
    for id_, acl in now.acls.items():
        for subnet in sorted(acl.subnets):
            if was.get(subnet) not in (None, id_):
                old = names.acl(was[subnet])
                yield f"{names.network(subnet)} goes from {old} to {names.acl(id_)}"


def _interfaces(before: Moment, now: Moment) -> Iterator[str]:
    for _, old, new in _pairs(before.interfaces, now.interfaces):
        if old and new and old.groups != new.groups:
            carried = ", ".join(_name(now, group) for group in new.groups)
            yield f"the gateway in {new.network} carries {carried}"
