"""Limits past which a change needs a second look, and the exceptions that somebody reviewed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema

from gateway_rules.errors import Fault, Faults, Refused
from gateway_rules.inputs.documents import Document, read_yaml
from gateway_rules.inputs.fields import Day, Frozen, Number, Text
from gateway_rules.inputs.validation import faults_of, shown

POLICY_FILE: Final = "brakes.yaml"
Brake = Literal[
    "opened-addresses",
    "opened-share",
    "administrative-port",
    "internet",
    "removed-service",
    "changed-rules",
]


def _share(value: object) -> object:
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if number and 0 <= value <= 1:  # type: ignore[operator] # It is a number.
        return value
    raise Refused("share", f"{shown(value)} is no share", "write a number from 0 to 1")


Share = Annotated[
    float,
    BeforeValidator(_share),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]


class AdministrativePrefix(Frozen):
    """The shortest prefix that may reach an administrative port, a family."""

    ipv4: Annotated[Number, Field(ge=0, le=32)] = 20
    """The length in IPv4."""
    ipv6: Annotated[Number, Field(ge=0, le=128)] = 48
    """The length in IPv6."""


class Limits(Frozen):
    """How far a change to one stack may go without a second look."""

    opened_addresses: Annotated[Number, Field(ge=0)] = 65536
    """How many distinct remote addresses a change may open."""
    opened_share: Share = 0.25
    """How many packets it may open, of those that the groups pass already."""
    changed_rules_share: Share = 0.5
    """How many rules it may make or remove, of those that are there."""
    administrative_prefix: AdministrativePrefix = AdministrativePrefix()
    """The shortest prefix to which it may open SSH and the management UI."""


class Exemption(Frozen):
    """A brake that somebody lifted for a stack, why, and until when."""

    brake: Brake
    """The brake that is lifted, as its line names it."""
    stack: Text
    """The stack for which it is lifted."""
    reason: Text
    """Why the change is meant, and where that was decided."""
    until: Annotated[Day, Field(examples=["2026-12-31"])]
    """The last day on which it holds."""


class Policy(Frozen):
    """The limits and their exceptions."""

    limits: Limits = Limits()
    """What stops a change; each that is not given has its default."""
    exceptions: tuple[Exemption, ...] = ()
    """What was reviewed and may go past a limit for a while."""


@dataclass(frozen=True)
class Trip:
    """A limit that a change to a stack goes past, and what causes it."""

    stack: str
    brake: Brake
    value: str
    limit: str
    cause: str

    @property
    def said(self) -> str:
        """Say value, limit, cause and the way on."""
        way = f"take it back, or write an exception into {POLICY_FILE}"
        return f"{self.value}, allowed: {self.limit}; {self.cause}; {way}"

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.stack}: [{self.brake}] {self.said}"


@dataclass(frozen=True)
class Verdict:
    """What stops a change, what an exception lets through, and exceptions that have ended."""

    trips: tuple[Trip, ...] = ()
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the verdict as plain data."""
        return {"trips": [asdict(trip) for trip in self.trips], "warnings": [*self.warnings]}


def read_policy(root: Path, stacks: Collection[str]) -> Policy:
    """Read the project's brakes; defaults where there is no file.

    Raises Faults with everything that is wrong with it; an exception for a stack that
    is not one of `stacks` is, unless it lets that stack go.
    """
    if not (root / POLICY_FILE).exists():
        return Policy()
    document = read_yaml(root / POLICY_FILE, root)
    file = _validated(document)
    if faults := [*_unknown_stacks(file, document, stacks)]:
        raise Faults(*faults)
    return file


def _validated(document: Document) -> Policy:
    try:
        return Policy.model_validate({} if document.data is None else document.data)
    except ValidationError as error:
        raise Faults(*faults_of(error, document, Policy)) from None


def _unknown_stacks(file: Policy, document: Document, stacks: Collection[str]) -> Iterator[Fault]:
    for index, exception in enumerate(file.exceptions):
        if exception.stack not in stacks and exception.brake != "removed-service":
            what = f"there is no stack {exception.stack}"
            fix = f"take the exception out, or write one of: {', '.join(sorted(stacks))}"
            yield document.fault(("exceptions", index, "stack"), "unknown-stack", what, fix)


def judge(file: Policy, trips: Iterable[Trip], today: date) -> Verdict:
    """Let through what an exception covers until its last day; say what it covers and till when."""
    stopped: list[Trip] = []
    warnings: list[str] = []
    for trip in trips:
        found = [e for e in file.exceptions if (e.brake, e.stack) == (trip.brake, trip.stack)]
        lasting = max((e for e in found if today <= e.until), key=lambda e: e.until, default=None)
        start = f"{trip.stack}: [{trip.brake}]"
        if lasting:
            till = f"let through until {lasting.until} because: {lasting.reason}"
            warnings.append(f"{start} {trip.value}, {till}")
        else:
            stopped.append(trip)
            warnings += [f"{start} the exception ended on {e.until}: {e.reason}" for e in found]
    return Verdict(tuple(stopped), tuple(warnings))
