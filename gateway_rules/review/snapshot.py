"""One line a rule and an entry, so that an ordinary `git diff` is already a review.

The lines have fixed columns and no numbers that move: a rule more is a line more,
and no other line changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway_rules.packets import Match, format_ports
from gateway_rules.planning import Plan

COMMAND: Final = "gateway-rules render"


def snapshot_file(root: Path, stack: str) -> Path:
    """Name the file that holds a stack's snapshot."""
    return root / "stacks" / "rules" / f"{stack}.txt"


def snapshot(plan: Plan) -> str:
    """Give a plan as text: the groups' rules, the ACL's entries, and what the budgets hold."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    issue = _one_line(f"{plan.catalogue.title}, issue {plan.catalogue.issue}")
    yield f"# {plan.site.stack}, {plan.site.region}: {issue}. Written by `{COMMAND}`."
    for group in plan.groups:
        yield ""
        yield f"# Security group {group.name}"
        for rule in group.rules:
            yield _line(
                "rule", rule, "; ".join(_origin(service, plan) for service in rule.services)
            )
    yield ""
    yield "# Network ACL"
    for entry in plan.acl.entries:
        carries = "+".join(entry.purposes)
        yield _line("entry", entry, f"{carries}: {', '.join(entry.services)}")
    yield ""
    for (direction, family), budget in plan.acl.budgets.items():
        used = f"{budget.used} of {budget.budget} entries, excess {budget.excess}"
        yield f"# {direction} {family}: {used}"


def _line(kind: str, match: Match, why: str) -> str:
    ports = format_ports(match.protocol, match.from_port, match.to_port)
    protocol = "all" if match.protocol == "-1" else match.protocol
    what = f"{kind:5} {match.direction:7} {protocol:6} {ports:13} {match.peer!s:20}"
    return f"{what} {why}"


def _origin(service: str, plan: Plan) -> str:
    return _one_line(f"{service}: {plan.origin(service).place}")


def _one_line(said: str) -> str:
    """Keep text of a file, which may hold line breaks, from being a line of its own."""
    return " ".join(said.split())
