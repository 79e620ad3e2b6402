"""The tables of a stack, as values for the templates: rows, additions, rules and entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gateway_rules.inputs import (
    Addition,
    Host,
    Service,
    addition_as_written,
    flow_style,
    is_elsewhere,
    looked_up,
)
from gateway_rules.packets import DIRECTIONS, Direction, Prefix, amount, bare
from gateway_rules.planning import (
    Contribution,
    Entry,
    Plan,
    Rule,
    SecurityGroup,
    role_peers,
    rules_used,
)
from gateway_rules.views.catalogue_text import needs, notes
from gateway_rules.views.page import anchors
from gateway_rules.views.plan_tables import carries, packets


class End(NamedTuple):
    """Who is at the other end, and with which addresses."""

    who: str
    addresses: str = ""


class Link(NamedTuple):
    """A word that leads to another part of the page."""

    anchor: str
    text: str


@dataclass(frozen=True)
class Carriers:
    """The rules and the entries that carry a row or an addition, or why none does."""

    rules: tuple[Link, ...]
    entries: tuple[tuple[Direction, tuple[Link, ...]], ...]
    why_not: str


@dataclass(frozen=True)
class RowView:
    """A row of the document, or one audience of it."""

    anchor: str
    section: str
    row: str
    service: str
    needs: str
    reason: str
    ends: tuple[End, ...]
    notes: tuple[str, ...]
    carriers: Carriers


@dataclass(frozen=True)
class AdditionView:
    """A flow that the stack's file adds to the document."""

    anchor: str
    name: str
    line: str
    carriers: Carriers


@dataclass(frozen=True)
class RuleView:
    """A rule of a group."""

    anchor: str
    packets: str
    peer: str
    services: tuple[Link, ...]


@dataclass(frozen=True)
class RulesView:
    """A group's rules of a direction, and how many of its quota they use in each family."""

    group: str
    direction: Direction
    rules: tuple[RuleView, ...]
    used: tuple[tuple[str, int], ...]
    quota: int


@dataclass(frozen=True)
class EntryView:
    """An entry of the ACL, with what it passes."""

    anchor: str
    number: int
    packets: str
    prefix: str
    carries: str
    required: str
    adds: str
    part: float
    """What it adds, as a part of the most that an entry of its direction adds."""
    services: tuple[Link, ...]


@dataclass(frozen=True)
class EntriesView:
    """The ACL's entries of a direction."""

    direction: Direction
    entries: tuple[EntryView, ...]


def rows(plan: Plan, carried: Mapping[str, Carriers]) -> tuple[RowView, ...]:
    """Give every row of the document, in its order."""
    return tuple(_row(plan, service, carried[service.id]) for service in plan.catalogue.services)


def additions(plan: Plan, carried: Mapping[str, Carriers]) -> tuple[AdditionView, ...]:
    """Give what the stack's file adds, in its order."""
    stack = plan.site.stack
    return tuple(
        AdditionView(
            anchors.addition(stack, each.name), each.name, addition_line(each), carried[each.name]
        )
        for each in plan.site.additions
    )


def addition_line(addition: Addition) -> str:
    """Write an addition as a stack's file has it."""
    return f"- {flow_style(addition_as_written(addition))}"


def rules(plan: Plan) -> tuple[RulesView, ...]:
    """Give the rules of each group and direction, those without a rule left out."""
    found = (_rules(plan, group, way) for group in plan.groups for way in DIRECTIONS)
    return tuple(view for view in found if view.rules)


def entries(plan: Plan, contributions: Sequence[Contribution]) -> tuple[EntriesView, ...]:
    """Give the ACL's entries of each direction, with what each passes."""
    each = [*zip(plan.acl.entries, contributions, strict=True)]
    most = max((contribution.adds for _, contribution in each), default=0)
    views = [
        (entry.direction, _entry(plan, entry, contribution, most)) for entry, contribution in each
    ]
    return tuple(
        EntriesView(way, tuple(view for direction, view in views if direction == way))
        for way in DIRECTIONS
    )


def _entry(plan: Plan, entry: Entry, contribution: Contribution, most: int) -> EntryView:
    return EntryView(
        anchors.entry(plan.site.stack, entry),
        entry.number,
        packets(entry),
        str(entry.prefix),
        carries(entry),
        amount(contribution.required),
        amount(contribution.adds),
        contribution.adds / most if most else 0.0,
        links(plan, entry.services),
    )


def links(plan: Plan, services: Iterable[str]) -> tuple[Link, ...]:
    """Lead from the names of services and additions to their rows."""
    return tuple(Link(anchors.asked(plan, name), name) for name in services)


# --- Rows ----------------------------------------------------------------------------------


def _row(plan: Plan, service: Service, carried: Carriers) -> RowView:
    return RowView(
        anchors.row(plan.site.stack, service),
        service.section,
        service.row,
        service.id,
        needs(service),
        service.reason,
        tuple(_ends(plan, service)),
        notes(service),
        carried,
    )


def _ends(plan: Plan, service: Service) -> Iterator[End]:
    """Say who is at the other end here, by role, host or address."""
    site = plan.site
    if service.role:
        peers = ", ".join(map(str, role_peers(site, service.role)))
        yield End(service.role.replace("_", " "), peers or "nobody")
    elif narrowed := site.services.get(service.id):
        yield End("narrowed to", ", ".join(map(str, narrowed)))
    elif service.anywhere:
        yield End("any address")
    else:
        yield from _hosts(plan, service)


def _hosts(plan: Plan, service: Service) -> Iterator[End]:
    seen = looked_up(plan.site, plan.catalogue)
    elsewhere = is_elsewhere(service, plan.site, plan.catalogue)
    printed: dict[str, list[Prefix]] = defaultdict(list)
    for host in service.hosts:
        printed[host.name] += _addresses(host, elsewhere=elsewhere)
    for name, addresses in printed.items():
        found = seen[name] if name in seen else dict.fromkeys(addresses)
        yield End(name, ", ".join(map(bare, found)))


def _addresses(host: Host, *, elsewhere: bool) -> tuple[Prefix, ...]:
    return () if elsewhere else host.addresses


def carriers(plan: Plan) -> Mapping[str, Carriers]:
    """Give the carriers of every service and addition."""
    rules, some = _rules_of(plan), _entries_of(plan)
    reasons = {unused.service: unused.reason for unused in plan.not_used}
    names = (*plan.catalogue.by_id, *(addition.name for addition in plan.site.additions))
    return {
        name: Carriers(
            tuple(rules[name]),
            tuple((way, tuple(some[name, way])) for way in DIRECTIONS if some[name, way]),
            reasons.get(name, ""),
        )
        for name in names
    }


def _rules_of(plan: Plan) -> Mapping[str, list[Link]]:
    """Give the rules of each service; the direction of one is told where it has both."""
    found: dict[str, list[Link]] = defaultdict(list)
    mutual = {each.id for each in plan.catalogue.services if each.direction == "both"}
    for group in plan.groups:
        for rule in group.rules:
            anchor = anchors.rule(plan.site.stack, group, rule)
            for name in rule.services:
                way = f"{rule.direction} " if name in mutual else ""
                found[name].append(Link(anchor, f"{way}{packets(rule)} {rule.peer}"))
    return found


def _entries_of(plan: Plan) -> Mapping[tuple[str, Direction], list[Link]]:
    """Give the entries of each service and direction."""
    found: dict[tuple[str, Direction], list[Link]] = defaultdict(list)
    for entry in plan.acl.entries:
        link = Link(anchors.entry(plan.site.stack, entry), str(entry.number))
        for name in entry.services:
            found[name, entry.direction].append(link)
    return found


# --- Rules ---------------------------------------------------------------------------------


def _rules(plan: Plan, group: SecurityGroup, direction: Direction) -> RulesView:
    some = [rule for rule in group.rules if rule.direction == direction]
    counts = tuple((name, count) for name, count in rules_used(some, direction).items() if count)
    views = tuple(_rule(plan, group, rule) for rule in some)
    return RulesView(
        group.name, direction, views, counts, plan.site.quotas.rules_per_security_group
    )


def _rule(plan: Plan, group: SecurityGroup, rule: Rule) -> RuleView:
    return RuleView(
        anchors.rule(plan.site.stack, group, rule),
        packets(rule),
        str(rule.peer),
        links(plan, rule.services),
    )
