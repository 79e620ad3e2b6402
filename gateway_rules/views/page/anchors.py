"""What the parts of a page are called, so that a ticket can point at one for good.

An anchor begins with the stack's name and a slash, which no stack's name holds.
A module of its own, as the tables and the look-up must call each part the same.
"""

from __future__ import annotations

from gateway_rules.inputs import Service
from gateway_rules.planning import Entry, Plan, Rule, SecurityGroup


def rule(stack: str, group: SecurityGroup, rule: Rule) -> str:
    """Name a rule as Pulumi does, which is by its content within the group."""
    return f"{stack}/{group.key}-{rule.name}"


def entry(stack: str, entry: Entry) -> str:
    """Name an entry by its direction and number."""
    return f"{stack}/acl-{entry.direction}-{entry.number}"


def row(stack: str, service: Service) -> str:
    """Name a row by its section and its id."""
    return f"{stack}/row-{service.section}-{service.id}"


def addition(stack: str, name: str) -> str:
    """Name an addition of the stack's file."""
    return f"{stack}/addition-{name}"


def asked(plan: Plan, name: str) -> str:
    """Name the row or the addition behind a service's name."""
    service = plan.catalogue.by_id.get(name)
    stack = plan.site.stack
    return row(stack, service) if service else addition(stack, name)
