"""What decides about packets, as lines to look up: from a plan, or from what AWS has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway_rules.audit.explanation.values import Line, Ruleset
from gateway_rules.audit.live import Live, LiveAcl, LiveRule, plain
from gateway_rules.packets import DIRECTIONS
from gateway_rules.planning import Plan


def plan_rulesets(plan: Plan) -> Ruleset:
    """Give the rules and the entries that a plan asks for."""
    rules = (
        Line(group.name, rule, services=rule.services)
        for group in plan.groups
        for rule in group.rules
    )
    entries = (
        Line("", entry, str(entry.number), entry.action, entry.services)
        for entry in plan.acl.entries
    )
    return Ruleset(tuple(rules), (tuple(entries),))


def live_rulesets(live: Live) -> Ruleset:
    """Give the rules of the stack's groups in AWS, and the ACLs that guard its subnets.

    A rule for another group or a prefix list names no address and is left out.
    """
    return Ruleset(_rules(live.rules), tuple(tuple(_entries(acl)) for acl in live.guards))


def other_rulesets(live: Live) -> tuple[Line, ...]:
    """Give the rules of other groups on the gateways' interfaces, where all groups add up."""
    carried = {group for one in live.carriers for group in one.groups}
    return _rules(rule for id_ in live.others.keys() & carried for rule in live.others[id_])


def _rules(rules: Iterable[LiveRule]) -> tuple[Line, ...]:
    return tuple(Line(rule.group, rule, rule.id) for rule in rules if plain(rule))


def _entries(acl: LiveAcl) -> Iterator[Line]:
    for direction in DIRECTIONS:
        some = (entry for entry in acl.entries if entry.direction == direction)
        for entry in sorted(some, key=lambda entry: entry.number):
            yield Line(acl.id, entry, str(entry.number), entry.action)
