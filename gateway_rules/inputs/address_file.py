"""The addresses that hosts have been seen at: the file of a stack's region."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from gateway_rules.errors import Refused
from gateway_rules.inputs.fields import CIDR, Day, Frozen, HostName, Prose, Text
from gateway_rules.inputs.validation import shown
from gateway_rules.packets import BITS, Prefix, objection, parse_address, parse_prefix

_ADDRESS: Final = r"^[0-9A-Fa-f:.]+(/(32|128))?$"


def _single(value: object, info: ValidationInfo) -> Prefix:
    """Read one address: a network would open more than a host can be."""
    prefix = value if isinstance(value, Prefix) else parse_address(value)
    if prefix.length != BITS[prefix.version]:
        raise Refused("address", f"{value} is a network", "write the host's addresses one by one")
    accepted: tuple[Prefix, ...] | None = info.context
    if accepted is not None and not any(range_.covers(prefix) for range_ in accepted):
        _refuse_impossible(prefix)
    return prefix


def _refuse_impossible(prefix: Prefix) -> None:
    if said := objection(prefix):
        fix = "take it out, for no public server has it"
        raise Refused("impossible-address", f"{prefix.address} is {said}", fix)


def _outside(value: object) -> Prefix:
    """Read a prefix that no public server can be in."""
    prefix = value if isinstance(value, Prefix) else parse_prefix(value)
    if not objection(prefix):
        what = f"{prefix} holds addresses that public servers have, which need no exception"
        raise Refused("not-public", what, "write a range such as 10.20.0.0/16")
    return prefix


def _said(reason: str) -> str:
    """Refuse a reason of blanks alone."""
    if reason.isspace():
        raise Refused("no-reason", "the reason says nothing", "say why, and where it was decided")
    return reason


def _seen(value: object) -> object:
    """Let an address that was typed by hand stand for itself."""
    if isinstance(value, str):
        return {"address": value}
    if isinstance(value, dict | Seen):
        return value
    raise Refused("address", f"{shown(value)} is no address", "write one such as 192.0.2.1")


class Seen(Frozen):
    """One address of a host, and when and by whom it was seen."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Allow the address alone as well."""
        return {"anyOf": [{"type": "string", "pattern": _ADDRESS}, handler(core)]}

    address: Annotated[
        Prefix,
        BeforeValidator(_single),
        WithJsonSchema({"type": "string", "pattern": _ADDRESS}),
    ]
    """A single address."""
    first_seen: Day | None = None
    """The day on which a resolver first gave it."""
    last_seen: Day | None = None
    """The day on which a resolver last gave it; a grace period later it may go."""
    resolvers: tuple[Text, ...] = ()
    """The resolvers that gave it last."""


class ResolvedHost(Frozen):
    """A host with the addresses that it has where the stack is."""

    name: HostName
    """The host's name, as the catalogue has it."""
    canonical: HostName | None = None
    """The name at the end of its chain of aliases."""
    addresses: tuple[Annotated[Seen, BeforeValidator(_seen)], ...]
    """Each address, as text or with the days on which it was seen."""

    @property
    def prefixes(self) -> tuple[Prefix, ...]:
        """Give the addresses alone."""
        return tuple(seen.address for seen in self.addresses)


class NotPublic(Frozen):
    """A range in which no public server is, and why a stack's hosts are there all the same."""

    prefix: Annotated[
        Prefix, BeforeValidator(_outside), WithJsonSchema({"type": "string", "pattern": CIDR})
    ]
    """The range; it may hold no public address."""
    reason: Annotated[Prose, AfterValidator(_said), Field(json_schema_extra={"pattern": r"\S"})]
    """Why, and where that was decided."""

    def holds(self, address: Prefix) -> bool:
        """Tell whether an address is accepted by this range."""
        return self.prefix.covers(address)


class AddressFile(Frozen):
    """The addresses that a region's hosts have there."""

    not_public: tuple[NotPublic, ...] = ()
    """Ranges that count although no public server is in them, such as those of a mirror."""
    hosts: tuple[ResolvedHost, ...]
    """Each host once, with all of its addresses."""

    @classmethod
    def of(cls, data: Any) -> Self:
        """Read what a file holds.

        Raises ValidationError, also for an address that no public server has, unless the
        file accepts it with a reason.
        """
        return cls.model_validate(data, context=_accepted(data))


def _accepted(data: Any) -> tuple[Prefix, ...]:
    """Give the ranges that a file accepts; what is malformed is told by the file's own reading."""
    try:
        return tuple(each.prefix for each in _Accepting.model_validate(data).not_public)
    except ValidationError:
        return ()


class _Accepting(Frozen, extra="ignore"):
    """The part of an address file by which the rest is read."""

    not_public: tuple[NotPublic, ...] = ()
