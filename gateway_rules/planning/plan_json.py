"""A plan as plain data, in the form that `show --json` promises."""

from __future__ import annotations

from typing import Any

from gateway_rules.inputs import Catalogue, Caveat, Service, addition_as_written, ports_as_written
from gateway_rules.packets import DIRECTIONS, FAMILIES, Match
from gateway_rules.planning.contributions import Contribution, entry_contributions
from gateway_rules.planning.network_acl import Entry
from gateway_rules.planning.planner import Plan
from gateway_rules.planning.security_group import Rule


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """Give a plan as one JSON document, the same whatever order its files were written in.

    Errata and caveats alone stand in the catalogue's order, which is the document's.
    """
    catalogue = plan.catalogue
    return {
        "stack": plan.site.stack,
        "region": plan.site.region,
        "catalogue": {"title": catalogue.title, "issue": catalogue.issue},
        "flows": [match_as_json(flow) | {"services": list(flow.services)} for flow in plan.flows],
        "security_groups": [
            {"name": group.name, "rules": [_rule(rule) for rule in group.rules]}
            for group in plan.groups
        ],
        "network_acl": _acl(plan),
        "not_used": [unused._asdict() for unused in plan.not_used],
        "errata": [erratum.model_dump() for erratum in catalogue.errata],
        "caveats": [caveat_as_json(each) for each in catalogue.caveats],
    }


def match_as_json(value: Match, peer: str = "peer") -> dict[str, Any]:
    """Give what rules, entries and flows have in common; `peer` names its key."""
    return {
        "direction": value.direction,
        "protocol": value.protocol,
        "from_port": value.from_port,
        "to_port": value.to_port,
        peer: str(value.peer),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return match_as_json(rule) | {"description": rule.description, "services": list(rule.services)}


def _acl(plan: Plan) -> dict[str, Any]:
    acl = plan.acl
    budgets: dict[str, Any] = {
        direction: {name: vars(acl.budgets[direction, name]) for name in FAMILIES.values()}
        for direction in DIRECTIONS
    }
    each = zip(acl.entries, entry_contributions(plan), strict=True)
    return {"entries": [_entry(entry, contribution) for entry, contribution in each], **budgets}


def _entry(entry: Entry, contribution: Contribution) -> dict[str, Any]:
    return match_as_json(entry, "prefix") | {
        "number": entry.number,
        "action": entry.action,
        "for": list(entry.purposes),
        "services": list(entry.services),
        "required": contribution.required,
        "adds": contribution.adds,
    }


def service_as_json(value: Service) -> dict[str, Any]:
    """Give a service as the catalogue has it."""
    given = value.model_dump(exclude={"ports", "reply_ports", "hosts"}, exclude_defaults=True)
    hosts = [{"name": h.name, "addresses": [*map(str, h.addresses)]} for h in value.hosts]
    reply = {"reply_ports": ports_as_written(value.reply_ports)} if value.reply_ports else {}
    return given | {"ports": ports_as_written(value.ports), **reply, "hosts": hosts}


def caveat_as_json(value: Caveat) -> dict[str, Any]:
    """Give a caveat with its additions as a stack file would have them."""
    additions = [addition_as_written(addition) for addition in value.additions]
    return value.model_dump(exclude={"additions"}) | {"additions": additions}


def catalogue_as_json(catalogue: Catalogue) -> dict[str, Any]:
    """Give the catalogue as its file has it."""
    data: dict[str, Any] = catalogue.model_dump(
        mode="json", exclude={"regions", "services", "caveats"}
    )
    return data | {
        "services": [*map(service_as_json, catalogue.services)],
        "caveats": [*map(caveat_as_json, catalogue.caveats)],
    }
