"""The field types that both YAML files share, with what their JSON Schema says of them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Final, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
)

from gateway_rules.errors import Refused
from gateway_rules.inputs.validation import shown
from gateway_rules.packets import (
    ALL_PORTS,
    ICMP,
    MAX_PORT,
    SELF,
    Peer,
    PortPair,
    Prefix,
    Protocol,
    parse_address,
    parse_ports,
    parse_prefix,
)

CIDR: Final = r"^[0-9A-Fa-f:.]+/[0-9]{1,3}$"
TAG_KEY: Final = 128
TAG_VALUE: Final = 256
"""Characters of a tag's key and value, as AWS takes them (page "Tag your Amazon EC2 resources")."""
_PORTS_TEXT: Final = r"^[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?$"
_PORT: Final = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MAX_PORT},
        {"type": "string", "pattern": _PORTS_TEXT},
    ]
}
_HIDDEN_BMP: Final = (
    # Control characters but the line break that folding takes away, and the soft hyphen.
    r"\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad"
    # Marks, fillers and selectors without a shape of their own; signs that span others.
    r"\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    r"\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    # Zero width, bidirectional, line and paragraph separators, byte-order mark, annotations.
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff"
    # Halves of characters.
    r"\ud800-\udfff"
)
_HIDDEN: Final = re.compile(
    # Beyond the first plane: format controls, tags and selectors.
    rf"[{_HIDDEN_BMP}\U000110bd\U000110cd\U00013430-\U00013455\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
VISIBLE: Final = rf"^[^{_HIDDEN_BMP}]*$"
"""Free text as a schema may ask for it: editors do not look beyond the first plane."""
_NAME: Final = r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$"
_WORD: Final = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
HOST: Final = r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
_VERSION: Final = r"^[0-9]+(\.[0-9]+)*$"


class Frozen(BaseModel):
    """A value that refuses unknown keys and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _like(pattern: str, kind: str, fix: str) -> AfterValidator:
    """Refuse text of another form, in better words than the pattern's own."""

    def check(value: str) -> str:
        if re.fullmatch(pattern, value):
            return value
        raise Refused("form", f"{shown(value)} is no {kind}", fix)

    return AfterValidator(check)


def listed(value: object) -> object:
    """Let a single port stand for the list of it."""
    return value if isinstance(value, list | tuple) else [value]


def _peer(value: object) -> Peer | str:
    """Read a prefix, `self`, or a word that may be a role; the site knows the roles."""
    if isinstance(value, str) and re.fullmatch(_WORD, value):
        return SELF if value == SELF else value
    return parse_prefix(value)


def _day(value: object) -> date:
    """Read a day as ISO 8601 writes it in full; its short forms are hard to read."""
    if type(value) is date:
        return value
    with suppress(TypeError, ValueError):
        day = date.fromisoformat(value)  # type: ignore[arg-type] # TypeError says it is no text.
        if day.isoformat() == value:
            return day
    raise Refused("date", f"{shown(value)} is no day", "write one such as 2026-12-31")


def _unfolded(value: object) -> object:
    """Make one line of a text that YAML folds over several."""
    return " ".join(value.rstrip("\n").split("\n")) if isinstance(value, str) else value


def visible(value: str) -> str:
    """Refuse characters that steer a terminal, turn a line around, or are not seen at all."""
    if found := re.search(_HIDDEN, value):
        what = f"U+{ord(found[0]):04X} is a control character or cannot be seen"
        raise Refused("hidden-character", what, "take it out, or type the text anew")
    return value


_LINE: Final = BeforeValidator(_unfolded)
_SEEN: Final = AfterValidator(visible)
_PATTERN: Final[dict[str, JsonValue]] = {"pattern": VISIBLE}

# Free text: what somebody writes for others to read, in files, comments and terminals.
Text = Annotated[
    str, Field(strict=True, min_length=1, max_length=200, json_schema_extra=_PATTERN), _LINE, _SEEN
]
"""A label, which stands in a line with others."""
Prose = Annotated[
    str, Field(strict=True, min_length=1, max_length=1000, json_schema_extra=_PATTERN), _LINE, _SEEN
]
"""A reason, of a few sentences."""
TagKey = Annotated[
    str,
    Field(strict=True, min_length=1, max_length=TAG_KEY, json_schema_extra=_PATTERN),
    _LINE,
    _SEEN,
]
TagValue = Annotated[
    str,
    Field(strict=True, min_length=1, max_length=TAG_VALUE, json_schema_extra=_PATTERN),
    _LINE,
    _SEEN,
]
Name = Annotated[
    str,
    Field(strict=True, max_length=64, json_schema_extra={"pattern": _NAME}),
    _like(_NAME, "name", "write small letters and digits, joined by - or _, such as smtp-in"),
]
HostName = Annotated[
    str,
    Field(strict=True, max_length=253, json_schema_extra={"pattern": HOST}),
    _like(HOST, "host name", "write the whole name, such as time.clearswift.net"),
]
Number = Annotated[int, Field(strict=True)]
Switch = Annotated[bool, Field(strict=True)]
Version = Annotated[
    str,
    Field(strict=True, max_length=64, json_schema_extra={"pattern": _VERSION}),
    _like(_VERSION, "version", 'write numbers with points between them, such as "3.8"'),
]
"""A version such as "3.8": text, because as a number 3.10 would be 3.1."""
Ports = Annotated[
    tuple[Annotated[PortPair, BeforeValidator(parse_ports)], ...],
    BeforeValidator(listed),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [*_PORT["anyOf"], {"type": "array", "minItems": 1, "items": _PORT}]}),
]
"""One port, one range, or a list of these."""
Cidr = Annotated[
    Prefix,
    BeforeValidator(parse_prefix),
    WithJsonSchema({"type": "string", "pattern": CIDR}),
]
Address = Annotated[
    Prefix,
    BeforeValidator(parse_address),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$"}),
]
"""A single address, as a vendor prints it, or a CIDR."""
PeerText = Annotated[
    Peer | str,
    BeforeValidator(_peer),
    WithJsonSchema({"type": "string", "pattern": rf"{CIDR}|^[a-z][a-z_]*$"}),
]
"""A CIDR, `self`, or the name of a role."""
Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema(
        {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
    ),
]
"""A day such as 2026-12-31."""


Message: TypeAlias = tuple[int | None, int | None]
"""Type and code, where ICMP is spoken of."""


def require_fit(protocol: Protocol, ports: Ports | None, message: Message) -> None:
    """Raise Refused unless ports, type and code are those that the protocol has."""
    has_ports, has_message = ports is not None, [part is not None for part in message]
    if protocol not in ICMP and (any(has_message) or has_ports != (protocol != "-1")):
        if protocol == "-1":
            raise Refused("ports", "-1 has no ports, type or code", "take them out")
        what = f"{protocol} has ports, and no type or code"
        raise Refused("ports", what, "write its ports alone, such as ports: 25")
    if protocol in ICMP and (has_ports or not all(has_message)):
        fix = "write type and code, -1 for any, and no ports"
        raise Refused("icmp", f"{protocol} has a type and a code", fix)
    if message[0] == -1 and message[1] != -1:
        raise Refused("icmp", "any type has any code", "write code: -1")


def pairs(ports: Ports | None, message: Message) -> tuple[PortPair, ...]:
    """Give what stands where a rule has its two numbers; all there are where nothing is said."""
    first, second = message
    if first is not None and second is not None:
        return ((first, second),)
    return ports or (ALL_PORTS,)
