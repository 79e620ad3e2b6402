"""A plan as plain data, in the form that `show --json` promises."""

from __future__ import annotations

from typing import Any

from gateway_rules.catalogue import Addition, Caveat, Service
from gateway_rules.network_acl import Entry
from gateway_rules.packets import Match
from gateway_rules.plan import Plan
from gateway_rules.prefixes import FAMILIES
from gateway_rules.protocols import DIRECTIONS, PortPair
from gateway_rules.security_group import Rule
from gateway_rules.shares import Share, shares_of


def as_json(plan: Plan) -> dict[str, Any]:
    """Give a plan as one JSON document, the same whatever order its files were written in.

    Errata and caveats alone stand in the catalogue's order, which is the document's.
    """
    catalogue = plan.catalogue
    return {
        "stack": plan.site.stack,
        "region": plan.site.region,
        "catalogue": {"title": catalogue.title, "issue": catalogue.issue},
        "flows": [match(flow) | {"services": list(flow.services)} for flow in plan.flows],
        "security_groups": [
            {"name": group.name, "rules": [_rule(rule) for rule in group.rules]}
            for group in plan.groups
        ],
        "network_acl": _acl(plan),
        "not_used": [unused._asdict() for unused in plan.not_used],
        "errata": [erratum.model_dump() for erratum in catalogue.errata],
        "caveats": [caveat(each) for each in catalogue.caveats],
    }


def match(value: Match, peer: str = "peer") -> dict[str, Any]:
    """Give what rules, entries and flows have in common; `peer` names its key."""
    return {
        "direction": value.direction,
        "protocol": value.protocol,
        "from_port": value.from_port,
        "to_port": value.to_port,
        peer: str(value.peer),
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return match(rule) | {"description": rule.description, "services": list(rule.services)}


def _acl(plan: Plan) -> dict[str, Any]:
    acl = plan.acl
    budgets: dict[str, Any] = {
        direction: {name: vars(acl.budgets[direction, name]) for name in FAMILIES.values()}
        for direction in DIRECTIONS
    }
    each = zip(acl.entries, shares_of(plan), strict=True)
    return {"entries": [_entry(entry, share) for entry, share in each], **budgets}


def _entry(entry: Entry, share: Share) -> dict[str, Any]:
    return match(entry, "prefix") | {
        "number": entry.number,
        "action": entry.action,
        "for": list(entry.purposes),
        "services": list(entry.services),
        "required": share.required,
        "adds": share.adds,
    }


def service(value: Service) -> dict[str, Any]:
    """Give a service as the catalogue has it."""
    given = value.model_dump(exclude={"ports", "reply_ports", "hosts"}, exclude_defaults=True)
    hosts = [{"name": h.name, "addresses": [*map(str, h.addresses)]} for h in value.hosts]
    reply = {"reply_ports": ports(value.reply_ports)} if value.reply_ports else {}
    return given | {"ports": ports(value.ports), **reply, "hosts": hosts}


def ports(pairs: tuple[PortPair, ...]) -> list[int | str]:
    """Give ports as the files have them: a number, or text for a range."""
    return [first if first == last else f"{first}-{last}" for first, last in pairs]


def caveat(value: Caveat) -> dict[str, Any]:
    """Give a caveat with its additions as a stack file would have them."""
    additions = [written(addition) for addition in value.additions]
    return value.model_dump(exclude={"additions"}) | {"additions": additions}


def in_flow(value: object) -> str:
    """Write a value within a line of YAML, so that all readers read it back.

    The text -1 would be a number, and Pulumi's reader takes no colon first.
    """
    if isinstance(value, list):
        return f"[{', '.join(map(in_flow, value))}]"
    text = str(value)
    return f'"{text}"' if value == "-1" or text.startswith(":") else text


def written(addition: Addition) -> dict[str, Any]:
    """Give an addition as a stack file has it."""
    kept = addition.model_dump(exclude={"ports", "peers"}, exclude_none=True)
    found = ports(addition.ports or ())
    listed = {"ports": found[0] if len(found) == 1 else found} if found else {}
    return kept | listed | {"peers": [str(peer) for peer in addition.peers]}
