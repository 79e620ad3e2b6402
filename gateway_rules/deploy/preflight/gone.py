"""Groups that go: Pulumi refuses those that are protected, AWS those that are in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway_rules import packets
from gateway_rules.audit import (
    Interface,
    Live,
    ends,
    name_interfaces,
    plain,
    planned_groups,
    set_groups_command,
    up_command,
)
from gateway_rules.deploy.preflight.changes import GoneGroup
from gateway_rules.deploy.preflight.obstacles import Obstacle
from gateway_rules.planning import Plan


def held_back(plan: Plan, live: Live, gone: Sequence[GoneGroup]) -> Iterator[Obstacle]:
    """Give what keeps groups that are not planned any more from being deleted."""
    for group in gone:
        if plan.site.protect:
            what = f"{group.name} is to go, and Pulumi deletes no group that its state protects"
            fix = "deploy gateway-rules:protect: false while the group is still planned, then this"
            yield Obstacle("protected-group", what, (fix,))
        if group.bearers:
            bearers = name_interfaces(group.bearers)
            what = f"{group.name} is to go, and {bearers} carries it: AWS refuses"
            ways = (_taken_off(plan, live, one, gone) for one in group.bearers)
            yield Obstacle("group-in-use", what, tuple(dict.fromkeys(ways)))


def _taken_off(plan: Plan, live: Live, interface: Interface, gone: Sequence[GoneGroup]) -> str:
    """Give the command that takes the groups off, once nothing required passes by them alone.

    All of them go at once, or the command for one would bring another one back.
    """
    kept = ({*interface.groups} | planned_groups(plan, live)) - {group.id for group in gone}
    if not kept or _cuts(plan, live, kept, gone):
        one = plan.site.security_groups == "one"
        first = "deploy gateway-rules:security_groups: attach" if one else up_command(plan.site)
        return f"first {first}, as {interface.id} needs rules of it that no other group has yet"
    return set_groups_command(plan.site, interface, kept)


def _cuts(plan: Plan, live: Live, kept: set[str], gone: Sequence[GoneGroup]) -> bool:
    """Tell whether something required may pass by the groups that go, and by none that stays."""
    rules = [r for id_ in sorted(kept) for r in live.groups.get(id_, ()) if plain(r)]
    going = [each for group in gone for rule in group.rules for each in ends(rule)]
    known = packets.universe(rules, going, plan.flows)
    required, passing = packets.passed(plan.flows, known), packets.passed(rules, known)
    lost = packets.pieces(packets.without(required, passing))
    return any(packets.meet(piece, rule) for piece in lost for rule in going)
