"""The rules that a group holds while an update is under way, against the account's quota."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from gateway_rules import packets
from gateway_rules.audit import (
    LiveQuotas,
    LiveRule,
    piece_of,
    raise_quota_command,
)
from gateway_rules.deploy.preflight.changes import GroupChange
from gateway_rules.deploy.preflight.obstacles import Obstacle
from gateway_rules.inputs import MAX_PRODUCT, Site
from gateway_rules.packets import DIRECTIONS, FAMILIES, SELF, Direction, Piece, traffic
from gateway_rules.planning import Rule, against_quota


@dataclass(frozen=True)
class Room:
    """What one group holds in a direction and family before, during and after an update.

    New rules are made before old ones go, so that nothing is cut.
    """

    group: str
    direction: Direction
    family: str
    stay: tuple[Rule, ...]
    come: tuple[Rule, ...]
    go: tuple[LiveRule, ...]
    foreign: tuple[LiveRule, ...]
    quota: int
    wanted: tuple[Rule, ...]
    """The rules that all groups are to hold: what passes by one of them stays required."""

    @property
    def before(self) -> int:
        """Count the rules that are there."""
        return len(self.stay) + len(self.go) + len(self.foreign)

    @property
    def between(self) -> int:
        """Count the rules once the new ones are made."""
        return self.before + len(self.come)

    @property
    def after(self) -> int:
        """Count the rules once the old ones are gone."""
        return len(self.stay) + len(self.come) + len(self.foreign)

    def as_json(self) -> dict[str, Any]:
        """Give the counts as `preflight --json` promises them."""
        return {
            "group": self.group,
            "direction": self.direction,
            "family": self.family,
            "before": self.before,
            "between": self.between,
            "after": self.after,
            "quota": self.quota,
        }


def rooms(changes: Iterable[GroupChange], quotas: LiveQuotas) -> Iterator[Room]:
    """Give what each group holds; where there is neither a rule nor a change, nothing."""
    changes = tuple(changes)
    wanted = tuple(rule for change in changes for rule in (*change.stay, *change.come))
    for change, direction, name in product(changes, DIRECTIONS, FAMILIES.values()):
        stay, come = (against_quota(some, direction, name) for some in (change.stay, change.come))
        go, foreign = (against_quota(some, direction, name) for some in (change.go, change.foreign))
        limit = quotas.rules_per_security_group
        room = Room(change.name, direction, name, stay, come, go, foreign, limit, wanted)
        if room.between:
            yield room


def crowded(site: Site, room: Room, quotas: LiveQuotas) -> Iterator[Obstacle]:
    """Say that the rules do not fit, or old and new ones not together, and each way out."""
    if room.after > room.quota:
        what = f"needs {room.after} rules, and this account may have {room.quota}"
        apart = ", or part the rules by section (security_groups)"
        one = site.security_groups == "one"
        smaller = f"or merge prefixes, or leave services out{apart if one else ''}"
        ways = (*_raised(site, room, quotas), *_foreign(site, room), smaller)
        yield Obstacle("rules", f"{_place(room)} {what}", ways)
    elif room.between > room.quota:
        what = (
            f"{_place(room)} holds {room.between} rules once the new ones are made and before the "
            f"old ones go, and this account may have {room.quota}"
        )
        ways = (*_raised(site, room, quotas), *_foreign(site, room), *_split(site, room))
        yield Obstacle("rules-between", what, ways)


def _place(room: Room) -> str:
    return f"{room.group}: {room.direction} {room.family}"


def _raised(site: Site, room: Room, quotas: LiveQuotas) -> Iterator[str]:
    if room.between > MAX_PRODUCT:
        yield f"AWS lets no group hold more than {MAX_PRODUCT:,} rules"
        return
    most = MAX_PRODUCT // room.between
    if most < quotas.security_groups_per_interface:
        yield (
            f"AWS holds rules times groups per interface to {MAX_PRODUCT:,}: with {room.between} "
            f"rules an interface may have {most} groups, so ask for that first"
        )
    yield f"raise the quota: {raise_quota_command(site, 'rules_per_security_group', room.between)}"


def _foreign(site: Site, room: Room) -> Iterator[str]:
    if room.foreign:
        named = ", ".join(rule.id for rule in room.foreign)
        listed = f"gateway-rules verify {site.stack} says how"
        yield f"or take out what was made by hand, which Pulumi never does ({listed}): {named}"


def _split(site: Site, room: Room) -> Iterator[str]:
    """Part the change into two pull requests; a rule may go first if nothing of it is kept."""
    first = [rule for rule in room.go if not any(_meet(site, rule, one) for one in room.wanted)]
    peak = room.between - len(first)
    if first and peak <= room.quota:
        yield "or make two pull requests; the first takes out only these, and nothing is cut:"
        yield from map(_named, first)
        yield f"the second brings the rest, with {peak} rules at most"
    else:
        kept = len(room.go) - len(first)
        yield (
            f"two pull requests do not help: of the {len(room.go)} rules that go, {kept} pass what "
            f"stays required, so they must stay until those in their place are made: {peak} rules"
        )


def _meet(site: Site, one: LiveRule, other: Rule) -> bool:
    """Tell whether two rules may share a packet: the gateways themselves are in their networks."""
    return any(packets.meet(*pair) for pair in product(_placed(site, one), _placed(site, other)))


def _placed(site: Site, rule: Rule | LiveRule) -> tuple[Piece, ...]:
    piece, networks = piece_of(rule), site.networks if rule.peer == SELF else ()
    return (piece, *(replace(piece, peer=network) for network in networks))


def _named(rule: Rule | LiveRule) -> str:
    why = f" ({rule.description})" if rule.description else ""
    return f"  {rule.direction} {traffic(rule)} {rule.peer}{why}"
