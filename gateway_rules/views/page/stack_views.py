"""A page's content as values for the templates, each worked out before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway_rules.audit import Verification, alike, packet_line
from gateway_rules.inputs import Catalogue, Caveat, EphemeralPorts, sought
from gateway_rules.packets import DIRECTIONS, amount
from gateway_rules.planning import Plan, StackPlan, entry_contributions
from gateway_rules.views.page import addresses, curves, openness, picture, tables
from gateway_rules.views.page.addresses import SeenView
from gateway_rules.views.page.content import Content, Planned, Waiting
from gateway_rules.views.page.curves import CurveView
from gateway_rules.views.page.openness import Measure, Reach
from gateway_rules.views.page.picture import Picture
from gateway_rules.views.page.tables import AdditionView, EntriesView, RowView, RulesView


@dataclass(frozen=True)
class FindingView:
    """What is wrong with one thing, by which packets it shows, and what mends it."""

    kind: str
    resource: str
    why: str
    packets: tuple[str, ...]
    fix: str


@dataclass(frozen=True)
class VerificationView:
    """What was counted, and each difference."""

    counts: tuple[tuple[str, int, int], ...]
    differences: tuple[FindingView, ...]
    notes: tuple[str, ...]
    is_clean: bool


@dataclass(frozen=True)
class StackView:
    """All that the page tells of a stack that can be planned."""

    name: str
    region: str
    facts: tuple[tuple[str, str], ...]
    measures: tuple[Measure, ...]
    reaches: tuple[Reach, ...]
    picture: Picture
    rows: tuple[RowView, ...]
    additions: tuple[AdditionView, ...]
    settings: tuple[str, ...]
    rules: tuple[RulesView, ...]
    entries: tuple[EntriesView, ...]
    curves: tuple[CurveView, ...]
    notes: tuple[str, ...]
    seen: tuple[SeenView, ...]
    found: VerificationView | None


@dataclass(frozen=True)
class CaveatView:
    """A caveat, with its lines to paste and the stacks whose files have them."""

    caveat: Caveat
    lines: tuple[str, ...]
    taken: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """A stack in a line."""

    name: str
    region: str
    rules: str
    entries: str
    excess: str
    state: str


def stack(planned: Planned, content: Content) -> StackView:
    """Work out what is to be told of a stack."""
    plan = planned.plan
    contributions, carriers = entry_contributions(plan), tables.carriers(plan)
    return StackView(
        planned.name,
        plan.catalogue.regions[plan.site.region].name,
        tuple(_facts(planned.stack)),
        openness.measures(plan, contributions),
        openness.reaches(plan),
        picture.picture(plan),
        tables.rows(plan, carriers),
        tables.additions(plan, carriers),
        tuple(_settings(plan)),
        tables.rules(plan),
        tables.entries(plan, contributions),
        curves.curves(planned.name, planned.curves),
        curves.more(planned.name, planned.curves),
        addresses.seen(plan, content.today),
        _verified(planned.verification) if planned.verification else None,
    )


def caveats(content: Content) -> tuple[CaveatView, ...]:
    """Give the document's caveats, and whose files have taken their additions over."""
    return tuple(_caveat(caveat, content) for caveat in content.catalogue.caveats)


def summary(content: Content) -> tuple[Summary, ...]:
    """Tell each stack in a line."""
    return tuple(_summary(each, content.catalogue) for each in content.stacks)


def _summary(each: Planned | Waiting, catalogue: Catalogue) -> Summary:
    region = catalogue.regions[each.region].name
    if isinstance(each, Waiting):
        return Summary(each.name, region, "", "", "", "pending")
    budgets = each.plan.acl.budgets
    count = sum(len(group.rules) for group in each.plan.groups)
    entries = [entry.direction for entry in each.plan.acl.entries]
    used = (f"{way} {entries.count(way)}" for way in DIRECTIONS)
    excess = amount(sum(budget.excess for budget in budgets.values()))
    state = _state(each)
    return Summary(each.name, region, str(count), ", ".join(used), excess, state)


def _state(each: Planned) -> str:
    if each.verification is None:
        return "planned"
    return "verified" if each.verification.is_clean else "differs from AWS"


def _facts(stack: StackPlan) -> Iterator[tuple[str, str]]:
    """Say where the stack is."""
    site = stack.plan.site
    yield "Region", site.region
    yield "VPC", sought(stack.location.vpc)
    yield "Subnets", sought(stack.location.subnets)
    yield "Networks", ", ".join(map(str, site.networks)) or "not given"
    if site.gateway_version:
        yield "Gateway version", site.gateway_version


def _settings(plan: Plan) -> Iterator[str]:
    """Say what else the operator decided: services left out or narrowed, ports, protection."""
    site = plan.site
    for name, use in sorted(site.services.items()):
        yield f"{name}: " + (f"narrowed to {', '.join(map(str, use))}" if use else "left out")
    if site.ephemeral_ports != EphemeralPorts():
        gateway, clients = site.ephemeral_ports.gateway, site.ephemeral_ports.clients
        yield f"replies come to {gateway[0]}-{gateway[1]} here and {clients[0]}-{clients[1]} there"
    if not site.protect:
        yield "the groups are not protected: the stack is to be retired"


def _verified(verification: Verification) -> VerificationView:
    """Tell what a verification found."""
    counts = tuple((name, *pair) for name, pair in verification.counts.items())
    differences = tuple(
        FindingView(kind, some[0].resource, some[0].why, tuple(map(packet_line, some)), some[0].fix)
        for kind, findings in verification.findings.items()
        for some in alike(findings)
    )
    return VerificationView(counts, differences, verification.notes, verification.is_clean)


def _caveat(caveat: Caveat, content: Content) -> CaveatView:
    lines = tuple(tables.addition_line(each) for each in caveat.additions)
    taken = (each.name for each in content.stacks if _has(each, caveat))
    return CaveatView(caveat, lines, tuple(taken))


def _has(each: Planned | Waiting, caveat: Caveat) -> bool:
    """Tell whether a stack's file adds all that a caveat would have added, by whatever names."""
    if isinstance(each, Waiting) or not caveat.additions:
        return False
    there = [addition.model_copy(update={"name": ""}) for addition in each.plan.site.additions]
    return all(one.model_copy(update={"name": ""}) in there for one in caveat.additions)
