"""The field types that both YAML files share, with what their JSON Schema says of them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from gateway_rules import prefixes, protocols
from gateway_rules.errors import Refused
from gateway_rules.prefixes import SELF, Peer, Prefix
from gateway_rules.protocols import PortPair

_CIDR: Final = r"^[0-9A-Fa-f:.]+/[0-9]{1,3}$"
_PORTS_TEXT: Final = r"^[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?$"
_PORT: Final = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": protocols.MAX_PORT},
        {"type": "string", "pattern": _PORTS_TEXT},
    ]
}
_NAME: Final = r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*"


class Frozen(BaseModel):
    """A value that refuses unknown keys and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _listed(value: object) -> object:
    """Let a single port stand for the list of it."""
    return value if isinstance(value, list | tuple) else [value]


def _peer(value: object) -> Peer | str:
    """Read a prefix, `self`, or a word that may be a role; the site knows the roles."""
    if isinstance(value, str) and value.isidentifier():
        return SELF if value == SELF else value
    return prefixes.parse_prefix(value)


def _unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    twice = next((value for i, value in enumerate(values) if value in values[:i]), None)
    if twice is not None:
        raise Refused("duplicate", f"{twice} stands in the list twice", "keep one of them")
    return values


Text = Annotated[str, Field(strict=True, min_length=1)]
Name = Annotated[
    str,
    Field(strict=True, max_length=64, pattern=f"^{_NAME}$"),
]
Number = Annotated[int, Field(strict=True)]
Switch = Annotated[bool, Field(strict=True)]
Version = Annotated[str, Field(strict=True, pattern=r"^[0-9]+(\.[0-9]+)*$")]
"""A version such as "3.8": text, because as a number 3.10 would be 3.1."""
Ports = Annotated[
    tuple[Annotated[PortPair, BeforeValidator(protocols.parse_ports)], ...],
    BeforeValidator(_listed),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [*_PORT["anyOf"], {"type": "array", "minItems": 1, "items": _PORT}]}),
]
"""One port, one range, or a list of these."""
Cidr = Annotated[
    Prefix,
    BeforeValidator(prefixes.parse_prefix),
    WithJsonSchema({"type": "string", "pattern": _CIDR}),
]
Address = Annotated[
    Prefix,
    BeforeValidator(prefixes.parse_address),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$"}),
]
"""A single address, as a vendor prints it, or a CIDR."""
PeerText = Annotated[
    Peer | str,
    BeforeValidator(_peer),
    WithJsonSchema({"type": "string", "pattern": rf"{_CIDR}|^[a-z][a-z_]*$"}),
]
"""A CIDR, `self`, or the name of a role."""
