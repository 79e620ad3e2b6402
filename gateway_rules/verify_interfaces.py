"""Who carries the stack's groups, what else adds up there, and whom the ACL cuts off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from gateway_rules import packets
from gateway_rules import verify_mending as mending
from gateway_rules.figures import quantity
from gateway_rules.live import Interface, Live, LiveAcl, LiveRule
from gateway_rules.packets import Piece
from gateway_rules.plan import Plan, SecurityGroup
from gateway_rules.prefixes import Prefix
from gateway_rules.protocols import ALL_PORTS, DIRECTIONS
from gateway_rules.verify_findings import Finding
from gateway_rules.verify_groups import GROUPS, plain
from gateway_rules.verify_layers import piece_of, smallest

_DEFAULT: Final = "default"
"""The name of the group that AWS gives to a VPC, and that no other group may have."""
_SHOWN: Final = 3


@dataclass(frozen=True)
class Interfaces:
    """The interfaces of a stack's gateways, and those beside them."""

    plan: Plan
    live: Live

    def foreign(self) -> Iterator[Finding]:
        """Give what others do on the gateways' interfaces, and what the ACL does to others."""
        yield from self._unattached()
        yield from self._elsewhere()
        yield from self._others()
        yield from self._cut_off()

    @property
    def waiting(self) -> bool:
        """Tell whether there is nobody yet who could carry the groups."""
        return not self.live.carriers and not any(map(self._is_somebody, self.live.interfaces))

    def _is_somebody(self, interface: Interface) -> bool:
        """Tell whether an interface is in use, or was given groups by somebody.

        One that is attached to nothing and has the VPC's own group alone carries no packets,
        and nobody said what it is for.
        """
        chosen = any(self.live.names[group] != _DEFAULT for group in interface.groups)
        return interface.in_use or chosen

    def _unattached(self) -> Iterator[Finding]:
        """Give the groups that no interface carries though there are interfaces that could.

        A stack that is being retired has to be taken off its interfaces first.
        """
        if self.waiting or not self.plan.site.protect:
            return
        carried = {group for one in self.live.carriers for group in one.groups}
        names = {self.live.names[group]: group for group in self.live.groups}
        for group in self.plan.groups:
            id_ = names.get(group.name)
            if id_ and id_ not in carried and group.rules:
                yield self._no_carrier(group, id_)

    def _no_carrier(self, group: SecurityGroup, id_: str) -> Finding:
        services = tuple(sorted({name for rule in group.rules for name in rule.services}))
        why = f"no interface carries {group.name}, so nothing passes by it"
        first = next(filter(self._is_somebody, (*self.live.carriers, *self.live.interfaces)))
        fix = mending.set_groups(self.plan.site, first, self._with_ours(first))
        return Finding(GROUPS, piece_of(group.rules[0]), services, id_, why, fix)

    def _with_ours(self, interface: Interface) -> set[str]:
        """Give an interface's groups and the stack's, less the VPC's own, which opens too much."""
        kept = {group for group in interface.groups if self.live.names[group] != _DEFAULT}
        return kept | self.live.groups.keys()

    def _elsewhere(self) -> Iterator[Finding]:
        """Give the interfaces that carry a group where the stack has no ACL."""
        for one in self.live.carriers:
            if one.subnet not in self.live.subnets:
                rule = next(rule for group in self.plan.groups for rule in group.rules)
                why = f"it carries the stack's group in {one.subnet}, which the stack's file does "
                fix = f"move it, or name {one.subnet} in the stack's file"
                yield Finding(GROUPS, piece_of(rule), rule.services, one.id, f"{why}not name", fix)

    # --- Other groups on the gateways' interfaces ----------------------------------------------

    def _others(self) -> Iterator[Finding]:
        """Give each rule of another group that opens something on an interface of ours."""
        for group, rules in self.live.others.items():
            bearers = [one for one in self.live.carriers if group in one.groups]
            for rule in rules if bearers else ():
                yield from self._opened(group, rule, bearers)

    def _opened(self, group: str, rule: LiveRule, bearers: list[Interface]) -> Iterator[Finding]:
        whose = f"a rule of {group} ({self.live.names[group]}) adds up on {listed(bearers)}"
        fix = mending.set_groups(self.plan.site, bearers[0], {*bearers[0].groups} - {group})
        if not plain(rule) or rule.source == group:
            why = f"{whose} and passes whoever is in {rule.source}"
            yield Finding(GROUPS, piece_of(rule), (), rule.id, why, fix, rule.source)
            return
        known = packets.universe([rule], self.plan.flows)
        permitted = packets.passed(self.plan.flows, known)
        beyond = packets.without(packets.passed([rule], known), permitted)
        if beyond:
            why = f"{whose} and opens {quantity(packets.count(beyond))} packets beyond the plan"
            first = smallest(beyond)
            yield Finding(GROUPS, piece_of(rule), (), rule.id, why, fix, smallest=first)

    # --- Others in the gateways' subnets -------------------------------------------------------

    def _cut_off(self) -> Iterator[Finding]:
        """Give those without our groups from whom the stack's ACL takes what their own let pass.

        Where nobody carries the groups, whoever is there is taken for a gateway to be.
        """
        alike: dict[tuple[str, tuple[str, ...]], list[Interface]] = {}
        for acl in self.live.guards if self.live.carriers else ():
            for one in self._strangers(acl):
                alike.setdefault((acl.id, one.groups), []).append(one)
        acls = {acl.id: acl for acl in self.live.acls}
        for (acl_id, _), some in sorted(alike.items()):
            yield from self._cut(acls[acl_id], some)

    def _strangers(self, acl: LiveAcl) -> Iterator[Interface]:
        carriers = {one.id for one in self.live.carriers}
        for one in self.live.interfaces:
            within = acl.own and one.subnet in acl.subnets & self.live.subnets.keys()
            if within and one.id not in carriers and self._is_somebody(one):
                yield one

    def _cut(self, acl: LiveAcl, some: list[Interface]) -> Iterator[Finding]:
        rules = self._rules(some)
        known = packets.universe(rules, acl.entries)
        cut = packets.without(packets.passed(rules, known), packets.first_match(acl.entries, known))
        if piece := smallest(cut):
            why = f"{acl.id} takes from {listed(some)} what the groups there let pass"
            fix = f"move it to another subnet; where it is a gateway: {self._join(some[0])}"
            ids = ", ".join(one.id for one in some)
            yield Finding("network_acl", piece, (), ids, why, fix)

    def _join(self, interface: Interface) -> str:
        return mending.set_groups(self.plan.site, interface, self._with_ours(interface))

    def _rules(self, some: list[Interface]) -> list[Piece]:
        """Give what the groups of alike interfaces pass; without any groups all is passed."""
        families = {net.version for one in some for net in self.live.subnets[one.subnet]}
        if not some[0].groups:
            everywhere = (Prefix(version, 0, 0) for version in sorted(families))
            both = [(way, peer) for peer in everywhere for way in DIRECTIONS]
            return [Piece(way, "-1", *ALL_PORTS, peer) for way, peer in both]
        rules = (rule for group in some[0].groups for rule in self.live.others[group])
        return [
            piece_of(rule)
            for rule in rules
            if isinstance(rule.peer, Prefix) and rule.peer.version in families
        ]


def listed(interfaces: Iterable[Interface]) -> str:
    """Name the first few interfaces, and say how many more there are."""
    ids = [one.id for one in interfaces]
    more = len(ids) - _SHOWN
    return ", ".join(ids[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
