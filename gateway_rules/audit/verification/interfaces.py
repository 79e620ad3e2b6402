"""Who carries the stack's groups, what else adds up there, and whom the ACL cuts off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from gateway_rules import packets
from gateway_rules.audit.live import Interface, Live, LiveAcl, LiveRule, plain
from gateway_rules.audit.verification import fixes
from gateway_rules.audit.verification.findings import PacketDifference
from gateway_rules.audit.verification.groups import GROUPS, ends, planned_groups
from gateway_rules.audit.verification.layers import ANYTHING, piece_of, smallest
from gateway_rules.packets import ALL_PORTS, DIRECTIONS, Packets, Piece, Prefix, few, quantity
from gateway_rules.planning import Plan, SecurityGroup

_DEFAULT: Final = "default"
"""The name of the group that AWS gives to a VPC, and that no other group may have."""
_SHOWN: Final = 3


@dataclass(frozen=True)
class Interfaces:
    """The interfaces of a stack's gateways, and those beside them."""

    plan: Plan
    live: Live
    lost: tuple[Piece, ...]
    """What is required and passes by none of the stack's groups."""

    def foreign(self) -> Iterator[PacketDifference]:
        """Give what others do on the gateways' interfaces, and what the ACL does to others."""
        yield from self._unattached()
        yield from self._elsewhere()
        yield from self._others()
        yield from self._cut_off()

    @property
    def waiting(self) -> bool:
        """Tell whether there is nobody yet who could carry the groups."""
        return not self.live.carriers and not self._to_be

    @property
    def _to_be(self) -> list[Interface]:
        """The interfaces that could be gateways; what a service of AWS made is none."""
        some = (one for one in self.live.interfaces if not one.requester)
        return [one for one in some if self._is_somebody(one)]

    def _is_somebody(self, interface: Interface) -> bool:
        """Tell whether an interface is in use, or was given groups by somebody.

        One that is attached to nothing and has the VPC's own group alone carries no packets,
        and nobody said what it is for.
        """
        chosen = any(self.live.names[group] != _DEFAULT for group in interface.groups)
        return interface.in_use or chosen

    def _unattached(self) -> Iterator[PacketDifference]:
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

    def _no_carrier(self, group: SecurityGroup, id_: str) -> PacketDifference:
        services = tuple(sorted({name for rule in group.rules for name in rule.services}))
        why = f"no interface carries {group.name}, so nothing passes by it"
        first = (*self.live.carriers, *self._to_be)[0]
        fix = self._set(first, self._with_ours(first))
        return PacketDifference(GROUPS, piece_of(group.rules[0]), services, id_, why, fix)

    def _with_ours(self, interface: Interface) -> set[str]:
        """Give an interface's groups and the stack's, less the VPC's own, which opens too much."""
        kept = {group for group in interface.groups if self.live.names[group] != _DEFAULT}
        return kept | planned_groups(self.plan, self.live)

    def _elsewhere(self) -> Iterator[PacketDifference]:
        """Give the interfaces that carry a group where the stack has no ACL."""
        for one in self.live.carriers:
            if one.subnet not in self.live.subnets:
                rule = next((rule for group in self.plan.groups for rule in group.rules), None)
                piece, services = (piece_of(rule), rule.services) if rule else (ANYTHING, ())
                where = f"{one.subnet}, which the stack's file does not name"
                why = f"it carries the stack's group in {where}"
                fix = f"move it, or name {one.subnet} in the stack's file"
                yield PacketDifference(GROUPS, piece, services, one.id, why, fix)

    # --- Other groups on the gateways' interfaces ----------------------------------------------

    def _others(self) -> Iterator[PacketDifference]:
        """Give each rule of another group that opens something on an interface of ours."""
        opened = [*self._opened()]
        groups = {rule.group for rule, _ in opened}
        for rule, beyond in opened:
            bearers = [one for one in self.live.carriers if rule.group in one.groups]
            end = "" if beyond else rule.source
            first = smallest(beyond)
            why = f"{self._adds_up(rule, bearers)} {_reach(rule, beyond)}"
            fix = self._taking_off(groups, bearers)
            yield PacketDifference(GROUPS, piece_of(rule), (), rule.id, why, fix, end, first)

    def _taking_off(self, groups: set[str], bearers: list[Interface]) -> str:
        """Give the command that takes groups of others off, once nothing required leans on them.

        All of them go at once, or the command for one would bring another one back.
        """
        rules = [rule for group in sorted(groups) for rule in self.live.others[group]]
        leaning = [one for one in bearers if _meet(self._lost_at(one), rules)]
        if _meet(self.lost, rules):
            return fixes.up_command(self.plan.site)
        if leaning:
            return self._attaching(leaning)
        return fixes.joined_commands(self._set(one, {*one.groups} - groups) for one in bearers)

    def _attaching(self, leaning: list[Interface]) -> str:
        """Give what puts the planned groups onto interfaces that lean on groups of others."""
        planned = planned_groups(self.plan, self.live)
        bare = [one for one in leaning if not planned <= {*one.groups}]
        if not bare:
            return fixes.up_command(self.plan.site)
        return fixes.joined_commands(self._set(one, {*one.groups} | planned) for one in bare)

    def _lost_at(self, interface: Interface) -> tuple[Piece, ...]:
        """Give what is required and passes by none of the stack's groups on an interface."""
        carried = [*({*interface.groups} & self.live.groups.keys())]
        rules = [r for group in carried for r in self.live.groups[group] if plain(r)]
        known = packets.universe(rules, self.plan.flows)
        passing = packets.passed(rules, known)
        return packets.pieces(packets.without(packets.passed(self.plan.flows, known), passing))

    def _opened(self) -> Iterator[tuple[LiveRule, Packets]]:
        """Give the rules that add to ours, with what they open; none where nobody can say."""
        carried = {group for one in self.live.carriers for group in one.groups}
        rules = [
            rule
            for group in sorted(carried - self.live.groups.keys())
            for rule in self.live.others[group]
        ]
        known = packets.universe(rules, self.plan.flows)
        permitted = packets.passed(self.plan.flows, known) if rules else {}
        for rule in rules:
            told = "/" in rule.source
            beyond = packets.without(packets.passed([rule] if told else [], known), permitted)
            if beyond or not told:
                yield rule, beyond

    def _adds_up(self, rule: LiveRule, bearers: list[Interface]) -> str:
        named = f"{rule.group} ({self.live.names[rule.group]})"
        return f"a rule of {named} adds up on {name_interfaces(bearers)} and"

    def _set(self, interface: Interface, groups: set[str]) -> str:
        return fixes.set_groups_command(self.plan.site, interface, groups)

    # --- Others in the gateways' subnets -------------------------------------------------------

    def _cut_off(self) -> Iterator[PacketDifference]:
        """Give those without our groups from whom the stack's ACL takes what their own let pass.

        Where nobody carries the groups, whoever could be a gateway is taken for one to be.
        """
        alike: dict[tuple[str, tuple[str, ...], str], list[Interface]] = {}
        for acl in self.live.guards:
            for one in self._strangers(acl):
                alike.setdefault((acl.id, one.groups, one.requester), []).append(one)
        acls = {acl.id: acl for acl in self.live.acls}
        for (acl_id, _, _), some in sorted(alike.items()):
            yield from self._cut(acls[acl_id], some)

    def _strangers(self, acl: LiveAcl) -> Iterator[Interface]:
        gateways = {one.id for one in self.live.carriers or self._to_be}
        for one in self.live.interfaces:
            within = acl.own and one.subnet in acl.subnets & self.live.subnets.keys()
            if within and one.id not in gateways and self._is_somebody(one):
                yield one

    def _cut(self, acl: LiveAcl, some: list[Interface]) -> Iterator[PacketDifference]:
        rules = self._rules(some)
        known = packets.universe(rules, acl.entries)
        cut = packets.without(packets.passed(rules, known), packets.first_match(acl.entries, known))
        if piece := smallest(cut):
            why = f"{acl.id} takes from {name_interfaces(some)} what the groups there let pass"
            ids = ", ".join(one.id for one in some)
            yield PacketDifference("network_acl", piece, (), ids, why, self._away(some[0]))

    def _away(self, interface: Interface) -> str:
        move = "move it to another subnet"
        if interface.requester:
            return move
        join = self._set(interface, self._with_ours(interface))
        if not planned_groups(self.plan, self.live):
            join = fixes.up_command(self.plan.site)
        return f"{move}; where it is a gateway: {join}"

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


def _meet(lost: Iterable[Piece], rules: Iterable[LiveRule]) -> bool:
    """Tell whether rules may pass something of what is lost."""
    passing = [each for rule in rules for each in ends(rule)]
    return any(packets.meet(piece, each) for piece in lost for each in passing)


def _reach(rule: LiveRule, beyond: Packets) -> str:
    if not beyond:
        return f"passes whoever is in {rule.source}"
    return f"opens {quantity(packets.count(beyond))} packets beyond the plan"


def name_interfaces(interfaces: Iterable[Interface]) -> str:
    """Name the first few interfaces, and say how many more there are."""
    return few((one.id for one in interfaces), _SHOWN, comma=False)
