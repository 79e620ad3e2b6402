"""Limits past which a change needs a second look, and the exceptions that somebody reviewed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from gateway_rules.errors import Refused
from gateway_rules.inputs.fields import Day, Frozen, Number, Prose, Text
from gateway_rules.inputs.validation import shown

LimitName = Literal[
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
    """A limit that somebody lifted for a stack, why, and until when."""

    limit: LimitName
    """The limit that is lifted, as its line names it."""
    stack: Text
    """The stack for which it is lifted."""
    reason: Prose
    """Why the change is meant, and where that was decided."""
    until: Annotated[Day, Field(examples=["2026-12-31"])]
    """The last day on which it holds."""


class Policy(Frozen):
    """The limits and their exceptions."""

    limits: Limits = Limits()
    """What stops a change; each that is not given has its default."""
    exceptions: tuple[Exemption, ...] = ()
    """What was reviewed and may go past a limit for a while."""
