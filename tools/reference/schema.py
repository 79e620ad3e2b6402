"""The reference of a file, from the JSON Schema that editors read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from tools.reference.markdown import code, joined, table

Schema: TypeAlias = Mapping[str, Any]

_HEADS: Final = ("key", "value", "what it is")
_REFERENCE: Final = "#/$defs/"
_MANY: Final = 12
"""Of more choices than these only the first few are listed."""
_PATTERNS: Final = (
    ("/[0-9]{1,3}", "CIDR"),
    ("(32|128)", "address"),
    ("^vpc-", "id of a VPC"),
    ("^subnet-", "id of a subnet"),
    ("-[1-9][0-9]{0,4}$", "range of ports"),
    ("[0-9]{0,4}(-", "range of ports"),
    ("^[0-9]+(\\.", "version in quotes"),
    ("\\.[A-Za-z0-9-]+", "host name"),
)


def schema_page(schema: Schema, where: str) -> str:
    """Give the page of a file: its keys, then what stands below each of them."""
    schema = _called_by_key(schema)
    body = schema["properties"].get("config", schema)
    return joined(
        f"# {schema['title']}",
        where,
        "Keys in bold have to be there. A mistake is told with its place and its cure, "
        "see [faults](../faults.md).",
        _keys(body),
        *(_part(key, below) for key, below in _objects(body)),
        *(_definition(name, each) for name, each in schema.get("$defs", {}).items()),
    )


def _called_by_key(schema: Schema) -> Schema:
    """Call the parts of a file by the keys under which they stand, as its writer knows them."""
    names = dict(reversed([*_referring(schema)]))
    text = json.dumps(schema)
    for part, key in names.items():
        text = text.replace(f'"{_REFERENCE}{part}"', f'"{_REFERENCE}{key}"')
    called: dict[str, Any] = json.loads(text)
    return called | {"$defs": {names[part]: each for part, each in called["$defs"].items()}}


def _referring(schema: Any) -> Iterator[tuple[str, str]]:
    """Give each part with the keys that refer to it, those of the file itself first."""
    if not isinstance(schema, dict):
        return
    for key, each in schema.get("properties", {}).items():
        own = {word: below for word, below in each.items() if word != "properties"}
        yield from ((part, key) for part in re.findall(r"/\$defs/(\w+)", json.dumps(own)))
    for below in schema.values():
        yield from _referring(below)


def _keys(schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        (f"**{code(key)}**" if key in required else code(key), kind(each), _said(each))
        for key, each in schema["properties"].items()
    ]
    return table(_HEADS, rows)


def _objects(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Give the keys whose own keys are listed, such as the roles."""
    return ((key, each) for key, each in schema["properties"].items() if "properties" in each)


def _part(name: str, schema: Schema) -> str:
    return joined(f"## {name}", schema.get("description", ""), _keys(schema))


def _definition(name: str, schema: Schema) -> str:
    """Give the keys of what a file holds many of; that which may be plain text has them inside."""
    forms = [schema, *schema.get("anyOf", ())]
    found = next((form for form in forms if "properties" in form), None)
    return _part(name, found) if found else ""


def _said(schema: Schema) -> str:
    default = schema.get("default")
    said: str = schema.get("description", "")
    return said if default is None else f"{said} By default {code(_written(default))}."


def _written(value: Any) -> str:
    """Give a value as YAML has it."""
    return value if isinstance(value, str) else json.dumps(value)


def kind(schema: Schema) -> str:
    """Say in words what a value may be."""
    if "$ref" in schema:
        return f"[below](#{re.sub('[^a-z_-]', '', schema['$ref'].removeprefix(_REFERENCE))})"
    if "anyOf" in schema:
        given = [each for each in schema["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(map(kind, given)))
    if "const" in schema:
        return code(_written(schema["const"]))
    if "enum" in schema:
        return _choice(schema["enum"])
    return _typed(schema)


def _choice(values: list[str]) -> str:
    shown = values if len(values) <= _MANY else values[:3]
    return ", ".join(map(code, shown)) + (" …" if len(shown) < len(values) else "")


def _typed(schema: Schema) -> str:
    if schema.get("type") == "array":
        return f"list of: {kind(schema['items'])}"
    if schema.get("type") == "object":
        return "below" if "properties" in schema else _mapping(schema)
    return "`true` or `false`" if schema.get("type") == "boolean" else _scalar(schema)


def _mapping(schema: Schema) -> str:
    """Say what the values of a mapping are, whatever is asked of its keys."""
    (values,) = schema.get("patternProperties", {}).values() or [schema["additionalProperties"]]
    return f"mapping to: {kind(values)}"


def _scalar(schema: Schema) -> str:
    return _number(schema) if "minimum" in schema else _text(schema)


def _number(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    return f"number from {low}" + ("" if high is None else f" to {high}")


def _text(schema: Schema) -> str:
    if schema.get("format") == "date":
        return "day, as in `2026-12-31`"
    pattern = schema.get("pattern", "")
    free = (
        f"text of at most {schema['maxLength']:,} characters" if "maxLength" in schema else "text"
    )
    return next((word for part, word in _PATTERNS if part in pattern), free)
