"""What the stack's groups pass, rule by rule and all together on an interface."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from gateway_rules import packets
from gateway_rules.audit.live import STACK_TAG, Interface, Live, LiveRule, plain
from gateway_rules.audit.verification import fixes
from gateway_rules.audit.verification.findings import PacketDifference
from gateway_rules.audit.verification.layers import ANYTHING, LayerComparison, piece_of
from gateway_rules.packets import ANYWHERE, SELF, Index, Piece, Prefix, traffic
from gateway_rules.planning import Plan, Rule, SecurityGroup, rule_content

GROUPS: Final = "security_group"
ANYWHERE_IPV6: Final = Prefix(6, 0, 0)


def ends(rule: LiveRule) -> tuple[LiveRule, ...]:
    """Give a rule by each end that it may have: that of another group or a list is anybody's."""
    if plain(rule):
        return (rule,)
    return tuple(replace(rule, peer=peer) for peer in (SELF, ANYWHERE, ANYWHERE_IPV6))


def planned_groups(plan: Plan, live: Live) -> frozenset[str]:
    """Give the ids of the stack's groups that the plan has."""
    names = {group.name for group in plan.groups}
    return frozenset(id_ for id_ in live.groups if live.names[id_] in names)


@dataclass(frozen=True)
class Groups:
    """The groups of a stack as planned and as found."""

    plan: Plan
    live: Live
    comparison: LayerComparison
    """What all of them pass together, as on an interface that carries every one."""

    @classmethod
    def of(cls, plan: Plan, live: Live) -> Groups:
        """Compare the rules of all groups with the flows; they add up on an interface."""
        return cls(plan, live, _compare(plan, live.rules))

    @property
    def names(self) -> dict[str, str]:
        """The ids of the stack's groups by what they are called."""
        return {self.live.names[group]: group for group in self.live.groups}

    @property
    def planned(self) -> frozenset[str]:
        """The ids of the groups that the plan has; others may bear the stack's tag as well."""
        return planned_groups(self.plan, self.live)

    @property
    def ids(self) -> str:
        """The groups' ids, or how they were looked for."""
        return ", ".join(self.live.groups) or f"no group tagged {STACK_TAG}={self.plan.site.stack}"

    # --- What is required and does not pass ----------------------------------------------------

    def missing(self) -> Iterator[PacketDifference]:
        """Give what no group passes or some interface lacks, and what is not there to pass it."""
        why = "it is required, and no rule passes it"
        for piece, services in self.comparison.asking(self.comparison.lost):
            yield PacketDifference(
                GROUPS, piece, services, self.ids, why, fixes.up_command(self.plan.site)
            )
        yield from self._lacking_groups()
        yield from self._lacking_rules()
        for carried in sorted({self._carried(one) for one in self.live.carriers}):
            if len(carried) < len(self.live.groups):
                yield from self._lacking(carried)

    def _lacking_groups(self) -> Iterator[PacketDifference]:
        """Give planned groups that are not there though others pass their packets."""
        for group in self.plan.groups:
            if group.name not in self.names and group.rules and self._is_passed(group):
                why = "the group is not there, though others pass its packets"
                yield self._of_group(group, f"no group named {group.name}", why)

    def _lacking_rules(self) -> Iterator[PacketDifference]:
        """Give planned rules that are not there though other planned ones pass their packets.

        The next update could take away what they lean on. Where a rule that is not planned
        passes their packets, that one is told.
        """
        unplanned = self.comparison.index(self._unplanned)
        for group in self.plan.groups:
            id_ = self.names.get(group.name, "")
            found = self.live.groups.get(id_)
            there = {*map(rule_content, group.rules if found is None else filter(plain, found))}
            for rule in group.rules:
                gone = rule_content(rule) not in there and not next(unplanned.meeting(rule), None)
                if gone and not next(self._lost.meeting(rule), None):
                    why = "the rule is not there, though others pass its packets"
                    fix = fixes.up_command(self.plan.site)
                    yield PacketDifference(GROUPS, piece_of(rule), rule.services, id_, why, fix)

    def _is_passed(self, group: SecurityGroup) -> bool:
        return not any(True for rule in group.rules for _ in self._lost.meeting(rule))

    @cached_property
    def _lost(self) -> Index[Piece]:
        return self.comparison.index(packets.pieces(self.comparison.lost))

    def _of_group(self, group: SecurityGroup, resource: str, why: str) -> PacketDifference:
        services = tuple(sorted({name for rule in group.rules for name in rule.services}))
        fix = fixes.up_command(self.plan.site)
        return PacketDifference(GROUPS, piece_of(group.rules[0]), services, resource, why, fix)

    def _carried(self, interface: Interface) -> tuple[str, ...]:
        return tuple(sorted({*interface.groups} & self.live.groups.keys()))

    def _lacking(self, carried: tuple[str, ...]) -> Iterator[PacketDifference]:
        """Give what does not pass on interfaces that carry some of the groups, and does on all."""
        rules = [rule for group in carried for rule in self.live.groups[group]]
        some = _compare(self.plan, rules)
        whom = ", ".join(one.id for one in self._bearing(carried))
        why = f"it is required, and {whom} lacks the group that passes it"
        fix = self._attaching(carried)
        for piece, services in some.asking(packets.without(some.lost, self.comparison.lost)):
            yield PacketDifference(GROUPS, piece, services, ", ".join(carried), why, fix)

    def _bearing(self, carried: tuple[str, ...]) -> list[Interface]:
        return [one for one in self.live.carriers if self._carried(one) == carried]

    def _attaching(self, carried: tuple[str, ...]) -> str:
        """Give what puts the planned groups onto the interfaces that carry just these."""
        if self.planned <= {*carried}:
            return fixes.up_command(self.plan.site)
        given = ((one, {*one.groups, *self.planned}) for one in self._bearing(carried))
        return fixes.joined_commands(
            fixes.set_groups_command(self.plan.site, *pair) for pair in given
        )

    # --- What passes and may not ---------------------------------------------------------------

    def excess(self) -> Iterator[PacketDifference]:
        """Give what passes and nobody asks for, with the rule to take away."""
        rules = self.comparison.index(self._unplanned)
        for piece in packets.pieces(self.comparison.gained):
            rule = next(rules.meeting(piece))
            why = f"nobody asks for it; {rule.id} passes {traffic(rule)} of {rule.source}"
            yield PacketDifference(GROUPS, piece, (), self.ids, why, self._removing(rule))

    def _removing(self, culprit: LiveRule) -> str:
        """Give the command that takes a rule away, or first what lets it cut nothing required."""
        everywhere = tuple(self.live.groups)
        if self._leans(everywhere, culprit):
            return fixes.up_command(self.plan.site)
        for carried in sorted({self._carried(one) for one in self.live.carriers}):
            if culprit.group in carried and self._leans(carried, culprit):
                return self._attaching(carried)
        return fixes.remove_rule_command(self.plan.site, culprit)

    def _leans(self, carried: tuple[str, ...], culprit: LiveRule) -> bool:
        """Tell whether what is required may need a rule where an interface carries these groups."""
        leaning = self._leaning[frozenset(carried)]
        return any(next(leaning.meeting(each), None) for each in ends(culprit))

    @cached_property
    def _leaning(self) -> dict[frozenset[str], Index[Piece]]:
        """What is required and passes by no rule of the plan, so some other rule carries it.

        For all groups together, and for those of each interface.
        """
        carried = {frozenset(self._carried(one)) for one in self.live.carriers}
        return {some: self._unsound(some) for some in {frozenset(self.live.groups), *carried}}

    def _unsound(self, carried: frozenset[str]) -> Index[Piece]:
        unplanned = {rule.id for rule in self._unplanned}
        found = (rule for group in sorted(carried) for rule in self.live.groups[group])
        sound = [rule for rule in found if plain(rule) and rule.id not in unplanned]
        passing = packets.passed(sound, self.comparison.known)
        rest = packets.without(self.comparison.allowed, passing)
        return self.comparison.index(packets.pieces(rest))

    @cached_property
    def _unplanned(self) -> tuple[LiveRule, ...]:
        """Give the rules that their group's plan does not have."""
        planned = {group.name: {*map(rule_content, group.rules)} for group in self.plan.groups}
        return tuple(
            rule
            for group, rules in self.live.groups.items()
            for rule in rules
            if plain(rule) and rule_content(rule) not in planned.get(self.live.names[group], ())
        )

    # --- What is not ours ----------------------------------------------------------------------

    def foreign(self) -> Iterator[PacketDifference]:
        """Give rules and groups that the plan does not have, whatever they pass."""
        yield from self._for_others()
        yield from self._strays()
        yield from self._redundant()

    def _for_others(self) -> Iterator[PacketDifference]:
        for rule in self.live.rules:
            if not plain(rule):
                why = f"the rule passes whoever is in {rule.source}"
                fix = self._removing(rule)
                yield PacketDifference(GROUPS, piece_of(rule), (), rule.id, why, fix, rule.source)

    def _strays(self) -> Iterator[PacketDifference]:
        planned = {group.name for group in self.plan.groups}
        for name, group in sorted(self.names.items()):
            if name not in planned:
                why = f"{name} bears the stack's tag, and the plan has no such group"
                rules = map(piece_of, self.live.groups[group])
                fix = fixes.delete_group_command(self.plan.site, group)
                piece = next(rules, ANYTHING)
                yield PacketDifference(GROUPS, piece, (), group, why, fix)

    def _redundant(self) -> Iterator[PacketDifference]:
        """Give rules that the plan lacks, unless what they pass or fail to is told already."""
        known = {group.name for group in self.plan.groups}
        for rule in self._unplanned:
            if self.live.names[rule.group] in known and not self._is_told(rule):
                why = "the plan has no such rule, though it passes no more packets"
                yield PacketDifference(
                    GROUPS, piece_of(rule), (), rule.id, why, self._removing(rule)
                )

    def _is_told(self, rule: LiveRule) -> bool:
        """Tell whether a rule meets excess, or a planned rule of whose packets some are missing."""
        if next(self._gained.meeting(rule), None):
            return True
        return any(next(self._lost.meeting(one), None) for one in self._planned.meeting(rule))

    @cached_property
    def _planned(self) -> Index[Rule]:
        return self.comparison.index(rule for group in self.plan.groups for rule in group.rules)

    @cached_property
    def _gained(self) -> Index[Piece]:
        return self.comparison.index(packets.pieces(self.comparison.gained))


def _compare(plan: Plan, rules: Iterable[LiveRule]) -> LayerComparison:
    found = tuple(rule for rule in rules if plain(rule))
    return LayerComparison(plan.flows, plan.flows, found, packets.passed)
