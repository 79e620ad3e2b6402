"""The preview, preflight and verify judge the same subnets alike, each by its own look-ups."""

from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

import pytest
from lives import SUBNETS, acl, as_planned, compared, everything, interface, own_acl
from looked_up import CIDRS, DEFAULT, OTHER, Aws, Guard
from mocked import run
from sites import NOBODY, placed, shipped, site

from gateway_rules.audit.live import Live
from gateway_rules.audit.live_quotas import LiveQuotas
from gateway_rules.deploy.preflight.checks import run_preflight
from gateway_rules.deploy.program import located
from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.planning.planner import plan

SERVICES = {name: False for name in shipped().by_id if name not in {"ssh", "dns"}}
ROLES = NOBODY | {"administrators": ["10.42.0.0/24"]}
PLAN = plan(shipped(), site(roles=ROLES, services=SERVICES, networks=[*CIDRS.values()]))
OWN = Guard()


class Neighbour(NamedTuple):
    """An interface in the first subnet."""

    id: str
    own: bool
    """Whether it carries the stack's group."""


NEIGHBOURS = (None, Neighbour("eni-1", own=False), Neighbour("eni-1", own=True))
IDLE = Neighbour("eni-idle", own=False)
STATES = [*product((OWN, DEFAULT, OTHER), (*NEIGHBOURS, IDLE), (False, True))]


def looked_up(guard: Guard, neighbour: Neighbour | None) -> Aws:
    """Give the state as the program's look-ups find it."""
    group = "sg-own" if neighbour and neighbour.own else "sg-other"
    interfaces = {neighbour.id: (SUBNETS[0], group)} if neighbour else {}
    return Aws(guards={SUBNETS[0]: guard}, interfaces=interfaces)


def described(guard: Guard, neighbour: Neighbour | None) -> Live:
    """Give the same state as the Describe calls of verify and preflight find it."""
    live = as_planned(PLAN)
    if guard != OWN:
        mine = replace(own_acl(PLAN), subnets=frozenset(SUBNETS[1:]))
        other = acl(guard.id, *everything(guard.id), subnets=SUBNETS[:1], default=guard.default)
        live = replace(live, acls=(mine, other))
    if neighbour:
        group = next(iter(live.groups)) if neighbour.own else "sg-other"
        there = interface(neighbour.id, group, in_use=neighbour != IDLE)
        live = replace(live, interfaces=(there,), others={"sg-other": ()})
        live = replace(live, names={**live.names, "sg-other": "other"})
    return live


@pytest.mark.parametrize(("guard", "neighbour", "take_over"), STATES)
def test_whoever_judges_a_take_over_judges_alike(
    guard: Guard, neighbour: Neighbour | None, *, take_over: bool
) -> None:
    """The preview refuses what preflight calls an obstacle, and verify asks for the file's word."""
    where: dict[str, Any] = {"take_over": take_over}
    stack = placed(PLAN, **where)
    live = described(guard, neighbour)
    previewed = run(lambda: _ignore(located(stack)), looked_up(guard, neighbour).answers)
    checked = run_preflight(stack, live, LiveQuotas(from_defaults=False)).obstacles
    fixes = [one.fix for one in compared(PLAN, live, **where).foreign if one.resource == guard.id]
    is_anothers = guard == OTHER or (guard == DEFAULT and neighbour == NEIGHBOURS[1])
    is_refused = is_anothers and not take_over
    assert ["[take-over]" in line for line in previewed.errors] == [True] * is_refused
    kind = "other-acl" if guard == OTHER else "other-interfaces"
    assert [each.kind for each in checked] == [kind] * is_refused
    assert ["take_over: true" in fix for fix in fixes] == [is_refused] * (guard != OWN)


@pytest.mark.parametrize(
    ("there", "named", "kind"),
    [
        (CIDRS, None, None),
        (CIDRS, [*CIDRS], None),
        ({"subnet-a": CIDRS["subnet-a"]}, None, "networks"),
        ({**CIDRS, "subnet-c": "10.42.8.128/26"}, None, "networks"),
        (CIDRS, [*CIDRS, "subnet-f0"], "subnets"),
    ],
)
def test_whoever_compares_the_subnets_finds_the_same(
    there: dict[str, str], named: list[str] | None, kind: str | None
) -> None:
    """The preview and preflight refuse the same subnets, for the same reason."""
    stack = placed(PLAN, **({"subnets": named} if named else {}))
    subnets = {id_: (parse_prefix(cidr),) for id_, cidr in there.items()}
    mine = replace(own_acl(PLAN), subnets=frozenset(there))
    live = replace(as_planned(PLAN), subnets=subnets, acls=(mine,))
    previewed = run(lambda: _ignore(located(stack)), Aws(subnets=there).answers)
    checked = run_preflight(stack, live, LiveQuotas(from_defaults=False)).obstacles
    assert [each.kind for each in checked] == [kind] * bool(kind)
    rule = {"networks": "[networks]", "subnets": "[look-up]"}.get(kind or "")
    assert [str(rule) in line for line in previewed.errors] == [True] * bool(kind)


def _ignore(_: object) -> None:
    """Take what a program gives; Pulumi would wait for it."""
