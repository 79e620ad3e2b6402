"""Property values: between the structs of the provider protocol and plain Python."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeAlias

from google.protobuf import struct_pb2


class Unknown(Enum):
    """The value of a property that only an update will know."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

Value: TypeAlias = "bool | int | float | str | Unknown | list[Value] | dict[str, Value] | None"
Properties: TypeAlias = dict[str, Value]

# The names that the engine gives to unknown values, one for each kind of value that is awaited.
_UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWN_TEXTS: Final = frozenset(
    {
        _UNKNOWN_TEXT,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a type's name, not a password.


def from_struct(struct: struct_pb2.Struct) -> Properties:
    """Return the struct's fields as Python values.

    Whole numbers become integers, unknown values UNKNOWN; nulls are left out, because an absent
    property is the same. Secrets are opened: the engine, told that this plugin takes none, marks
    what comes back by itself.
    """
    fields = {name: _from_value(value) for name, value in struct.fields.items()}
    return {name: value for name, value in fields.items() if value is not None}


def _from_value(value: struct_pb2.Value) -> Value:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _from_object(value.struct_value)
    if kind == "list_value":
        return [_from_value(element) for element in value.list_value.values]
    if kind == "number_value":
        return _from_number(value.number_value)
    if kind == "bool_value":
        return bool(value.bool_value)
    if kind == "string_value":
        return _from_text(value.string_value)
    return None


def _from_object(struct: struct_pb2.Struct) -> Value:
    fields = from_struct(struct)
    return fields.get("value") if fields.get(_SIGNATURE) == _SECRET else fields


def _from_number(number: float) -> Value:
    return int(number) if number.is_integer() else number


def _from_text(text: str) -> Value:
    return UNKNOWN if text in _UNKNOWN_TEXTS else text


def to_struct(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    """Return the properties as a struct of the protocol; absent values are left out."""
    fields = {name: _to_value(item) for name, item in properties.items() if item is not None}
    return struct_pb2.Struct(fields=fields)


def _to_value(value: Value) -> struct_pb2.Value:
    match value:
        case None:
            return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        case bool():
            return struct_pb2.Value(bool_value=value)
        case int() | float():
            return struct_pb2.Value(number_value=value)
        case dict():
            return struct_pb2.Value(struct_value=to_struct(value))
        case list():
            elements = [_to_value(element) for element in value]
            return struct_pb2.Value(list_value=struct_pb2.ListValue(values=elements))
    return struct_pb2.Value(string_value=_UNKNOWN_TEXT if value is UNKNOWN else str(value))


def is_known(value: Value) -> bool:
    """Say whether nothing in the value is unknown."""
    if isinstance(value, list):
        return all(is_known(element) for element in value)
    if isinstance(value, dict):
        return all(is_known(element) for element in value.values())
    return value is not UNKNOWN


def text(properties: Mapping[str, Value], name: str) -> str:
    """Return a property that is a text, or nothing when it is absent or of another kind."""
    value = properties.get(name)
    return value if isinstance(value, str) else ""


def integer(properties: Mapping[str, Value], name: str) -> int | None:
    """Return a property that is an integer, or None when it is absent or of another kind."""
    value = properties.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def texts(properties: Mapping[str, Value], name: str) -> list[str]:
    """Return the texts of a list property; an absent one is empty."""
    value = properties.get(name)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def objects(properties: Mapping[str, Value], name: str) -> list[Properties]:
    """Return the objects of a list property; an absent one is empty."""
    value = properties.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_map(properties: Mapping[str, Value], name: str) -> dict[str, str]:
    """Return a property that maps texts to texts, such as tags; an absent one is empty."""
    value = properties.get(name)
    items = value.items() if isinstance(value, dict) else ()
    return {key: item for key, item in items if isinstance(item, str)}
