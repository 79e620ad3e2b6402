"""Limits past which a change needs a second look, and the exceptions that somebody reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema

from gateway_rules import packets
from gateway_rules.errors import Faults, Refused
from gateway_rules.fields import Frozen, Number, Text
from gateway_rules.packets import Piece
from gateway_rules.places import Document, read_yaml
from gateway_rules.plan import Plan
from gateway_rules.prefixes import FAMILIES, SELF, Prefix
from gateway_rules.protocols import format_ports
from gateway_rules.review import Change, Side, StackDiff
from gateway_rules.security_group import Rule
from gateway_rules.wording import faults_of

FILE: Final = "brakes.yaml"
ADMINISTRATIVE: Final = ("ssh", "management-ui")
"""The services through which a gateway is administered (section 3)."""

Brake = Literal[
    "opened-addresses",
    "opened-share",
    "administrative-port",
    "internet",
    "removed-service",
    "changed-rules",
]


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Refused("date", f"{value!r} is no day", "write one such as 2026-12-31") from None


Share = Annotated[float, Field(ge=0, le=1)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class AdministrativePrefix(Frozen):
    """The shortest prefix that may reach an administrative port, a family."""

    ipv4: Annotated[Number, Field(ge=0, le=32)] = 20
    ipv6: Annotated[Number, Field(ge=0, le=128)] = 48


class Limits(Frozen):
    """How far a change to one stack may go without a second look."""

    opened_addresses: Annotated[Number, Field(ge=0)] = 65536
    opened_share: Share = 0.25
    changed_rules_share: Share = 0.5
    administrative_prefix: AdministrativePrefix = AdministrativePrefix()


class Exemption(Frozen):
    """A brake that somebody lifted for a stack, why, and until when."""

    brake: Brake
    stack: Text
    reason: Text
    until: Day


class BrakesFile(Frozen):
    """The limits and their exceptions."""

    limits: Limits = Limits()
    exceptions: tuple[Exemption, ...] = ()


@dataclass(frozen=True)
class Trip:
    """A limit that a change goes past: its value, the limit, what causes it, the way on."""

    stack: str
    brake: Brake
    value: str
    limit: str
    cause: str

    def __str__(self) -> str:
        """Say it in one line."""
        way = f"take it back, or write an exception into {FILE}"
        what = f"{self.value}, the limit is {self.limit}, {self.cause}"
        return f"{self.stack}: [{self.brake}] {what}; {way}"


@dataclass(frozen=True)
class Verdict:
    """What stops a change, what an exception lets through, and exceptions that have ended."""

    trips: tuple[Trip, ...] = ()
    warnings: tuple[str, ...] = ()


def read_brakes(root: Path) -> BrakesFile:
    """Read the project's brakes; defaults where there is no file; raise Faults."""
    if not (root / FILE).exists():
        return BrakesFile()
    document = read_yaml(root / FILE, root)
    return _validated(document)


def _validated(document: Document) -> BrakesFile:
    try:
        return BrakesFile.model_validate(document.data or {})
    except ValidationError as error:
        raise Faults(*faults_of(error, document, BrakesFile)) from None


def judge(brakes: BrakesFile, trips: Iterable[Trip], today: date) -> Verdict:
    """Let through what an exception covers until its last day; say what it covers and till when."""
    stopped: list[Trip] = []
    warnings: list[str] = []
    for trip in trips:
        found = [e for e in brakes.exceptions if (e.brake, e.stack) == (trip.brake, trip.stack)]
        valid = next((e for e in found if today <= e.until), None)
        if valid:
            warnings.append(
                f"{trip.stack}: [{trip.brake}] {trip.value}: let through until {valid.until} "
                f"because: {valid.reason}"
            )
        else:
            stopped.append(trip)
            warnings += [f"{trip.stack}: [{e.brake}] exception ended on {e.until}" for e in found]
    return Verdict(tuple(stopped), tuple(warnings))


def trips(limits: Limits, diff: StackDiff, before: Side, after: Side) -> Iterator[Trip]:
    """Find every limit that a stack's change goes past."""
    old = before if isinstance(before, Plan) else None
    new = after if isinstance(after, Plan) else None
    if diff.opened_addresses > limits.opened_addresses:
        value = f"opens {diff.opened_addresses:,} addresses"
        yield Trip(
            diff.stack, "opened-addresses", value, f"{limits.opened_addresses:,}", _widest(diff)
        )
    if new:
        yield from _administrative(limits.administrative_prefix, diff, new)
        yield from _internet(diff, new)
    if old:
        yield from _removed(diff, old, new)
    if old and new:
        yield from _shares(limits, diff, old, new)


def _widest(diff: StackDiff) -> str:
    change = max(diff.opened, key=lambda change: change.addresses)
    return f"the widest is {_shown(change)}"


def _shown(change: Change) -> str:
    piece = change.piece
    ports = format_ports(piece.protocol, piece.from_port, piece.to_port)
    what = f"{piece.direction} {piece.protocol} {ports} {piece.peer}"
    return f"{what} for {', '.join(change.services)}"


def _rules(plan: Plan) -> list[Rule]:
    return [rule for group in plan.groups for rule in group.rules]


def _opening(diff: StackDiff, plan: Plan) -> list[Rule]:
    """Give the rules by which something is opened that was not open before."""
    return [r for r in _rules(plan) if any(packets.meet(r, c.piece) for c in diff.opened)]


def _administrative(limit: AdministrativePrefix, diff: StackDiff, new: Plan) -> Iterator[Trip]:
    for rule in _opening(diff, new):
        if not (isinstance(rule.peer, Prefix) and _administers(rule, new)):
            continue
        shortest: int = getattr(limit, FAMILIES[rule.peer.version])
        if rule.peer.length < shortest:
            value = f"opens {_ports(rule)} to {rule.peer}"
            yield Trip(diff.stack, "administrative-port", value, f"/{shortest}", _for(rule))


def _administers(rule: Rule, plan: Plan) -> bool:
    """Tell whether a rule passes packets to a port of an administrative service."""
    named = (plan.catalogue.by_id.get(name) for name in ADMINISTRATIVE)
    ports = (pair for service in named if service for pair in service.ports)
    return any(
        packets.meet(rule, Piece("ingress", "tcp", first, last, rule.peer)) for first, last in ports
    )


def _ports(rule: Rule) -> str:
    ports = format_ports(rule.protocol, rule.from_port, rule.to_port)
    return f"{rule.direction} {rule.protocol} {ports}"


def _for(rule: Rule) -> str:
    return f"for {', '.join(rule.services)}"


def _internet(diff: StackDiff, new: Plan) -> Iterator[Trip]:
    for rule in _opening(diff, new):
        if rule.peer != SELF and rule.peer.length == 0:
            value = f"opens {_ports(rule)} to the whole internet"
            yield Trip(diff.stack, "internet", value, "nothing", _for(rule))


def _removed(diff: StackDiff, old: Plan, new: Plan | None) -> Iterator[Trip]:
    """Find services that had flows and have none; a moved address removes none."""
    left = {service for flow in new.flows for service in flow.services} if new else set()
    had = {service for flow in old.flows for service in flow.services}
    for service in sorted(had - left):
        cause = "the stack goes" if new is None else "no flow is left for it"
        yield Trip(diff.stack, "removed-service", f"removes {service}", "none", cause)


def _shares(limits: Limits, diff: StackDiff, old: Plan, new: Plan) -> Iterator[Trip]:
    before = packets.count(packets.passed(_rules(old), packets.universe(_rules(old))))
    opened = packets.count(packets.passed([change.piece for change in diff.opened]))
    if before and opened > limits.opened_share * before:
        value, limit = f"opens {opened / before:.0%} more packets", f"{limits.opened_share:.0%}"
        yield Trip(diff.stack, "opened-share", value, limit, _widest(diff))
    names = [{rule.name for rule in _rules(plan)} for plan in (old, new)]
    changed = len(names[0] ^ names[1])
    if changed > limits.changed_rules_share * len(names[0]):
        value = f"makes or removes {changed} rules of {len(names[0])}"
        limit = f"{limits.changed_rules_share:.0%}"
        yield Trip(diff.stack, "changed-rules", value, limit, "see the diff")


def as_json(verdict: Verdict) -> dict[str, Any]:
    """Give a verdict as plain data."""
    return {"trips": [vars(trip) for trip in verdict.trips], "warnings": list(verdict.warnings)}
