"""What one region's stack says, and the reader of its file."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from gateway_rules import protocols
from gateway_rules.catalogue import Addition, Host
from gateway_rules.errors import Refused
from gateway_rules.fields import Cidr, Frozen, Name, Number, PeerText, Switch, Text, Version
from gateway_rules.places import shown
from gateway_rules.protocols import PortPair

_MAX_PRODUCT: Final = 1000
"""Rules per group times groups per interface (VPC quotas page)."""


def _service_use(value: object) -> object:
    if value is False or isinstance(value, list):
        return value
    fix = "write false to leave the service out, or a list of prefixes to narrow it"
    raise Refused("service-use", f"{shown(value)} is neither false nor a list", fix)


def _tags_or_id(pattern: str, what: str) -> BeforeValidator:
    def read(value: object) -> object:
        texts = isinstance(value, dict) and all(isinstance(v, str) and v for v in value.values())
        ids = value if isinstance(value, list) else [value]
        named = all(isinstance(v, str) and re.fullmatch(pattern, v) for v in ids)
        if value and (texts or named):
            return value
        raise Refused("look-up", f"{shown(value)} finds no {what}", f"write tags, or {what} ids")

    return BeforeValidator(read)


def _port_range(value: object) -> PortPair:
    if isinstance(value, str) and "-" in value:
        return protocols.parse_ports(value)
    raise Refused("port-range", f"{shown(value)} is no range", 'write one such as "1024-65535"')


def _version(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        fix = f'write "{value!r}" in quotes; as a number, 3.10 would be 3.1'
        raise Refused("version", f"{value!r} is a number", fix)
    return value


_TAGS_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "string", "minLength": 1},
}
_VPC_ID: Final = r"^vpc-[0-9a-f]+$"
_SUBNET_ID: Final = r"^subnet-[0-9a-f]+$"

Vpc = Annotated[
    Text | dict[str, str],
    _tags_or_id(_VPC_ID, "VPC"),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": _VPC_ID}, _TAGS_SCHEMA]}),
]
Subnets = Annotated[
    tuple[str, ...] | dict[str, str],
    _tags_or_id(_SUBNET_ID, "subnet"),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "string", "pattern": _SUBNET_ID},
                },
                _TAGS_SCHEMA,
            ]
        }
    ),
]
PortRange = Annotated[
    PortPair,
    BeforeValidator(_port_range),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]{0,4}-[1-9][0-9]{0,4}$"}),
]
ServiceUse = Annotated[
    Literal[False] | tuple[Cidr, ...],
    BeforeValidator(_service_use),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": False},
                {"type": "array", "minItems": 1, "items": {"type": "string"}},
            ]
        }
    ),
]


class EphemeralPorts(Frozen):
    """The ports from which the two ends begin; the gateway's are Linux's own (ip(7))."""

    gateway: PortRange = (32768, 60999)
    clients: PortRange = (1024, 65535)


class Quotas(Frozen):
    """What AWS allows in this account and Region (VPC quotas page)."""

    rules_per_security_group: Annotated[Number, Field(ge=1, le=_MAX_PRODUCT)] = 60
    entries_per_network_acl: Annotated[Number, Field(ge=2, le=40)] = 20
    security_groups_per_interface: Annotated[Number, Field(ge=1, le=16)] = 5

    @model_validator(mode="after")
    def _product(self) -> Self:
        product = self.rules_per_security_group * self.security_groups_per_interface
        if product > _MAX_PRODUCT:
            fix = "lower one of the two; AWS refuses more than 1000"
            what = f"rules per group times groups per interface is {product}"
            raise Refused("quota", what, fix)
        return self


class Site(Frozen):
    """What one region says: who is where, what is left out, narrowed or added."""

    stack: Name
    region: Text
    networks: tuple[Cidr, ...] = ()
    roles: dict[str, tuple[PeerText, ...]]
    services: dict[str, ServiceUse] = Field(default={})
    gateway_version: Annotated[Version, BeforeValidator(_version)] | None = None
    ephemeral_ports: EphemeralPorts = EphemeralPorts()
    additions: tuple[Addition, ...] = ()
    quotas: Quotas = Quotas()
    protect: Switch = True
    addresses: tuple[Host, ...] = ()
    """The addresses that the hosts of regional services have here."""


class StackSite(Site):
    """A site as a stack file gives it, which also says where in AWS it is."""

    vpc: Vpc
    subnets: Subnets
