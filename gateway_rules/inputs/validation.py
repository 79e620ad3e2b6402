"""From what pydantic says of a file to faults, in this project's words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from gateway_rules.errors import Fault, Refused, Steps
from gateway_rules.inputs.documents import Document
from gateway_rules.packets import cut

UNWRITTEN: Final = frozenset({"stack", "hosts"})
"""Fields of a site that its stack file does not hold: its own name, and another file's."""

_SHOWN: Final = 60
"""Characters of a value that a message quotes."""
_KEY: Final = "[key]"
"""The step that pydantic puts behind a key of a mapping when the key itself is refused."""
_OWN_NAMES: Final = ("id", "region", "name")
WORDS: Final = {
    "missing": ("missing-key", "{name} is missing", "add it{example}"),
    "extra_forbidden": (
        "unknown-key",
        "{name} is not known",
        "take it out, or write one of: {known}",
    ),
    "string_type": (
        "type",
        "{name} is {value}, not text",
        "write text, quoted if it looks like a number",
    ),
    "int_type": ("type", "{name} is {value}, not a whole number", "write a whole number"),
    "int_from_float": ("type", "{name} is {value}, not a whole number", "write a whole number"),
    "bool_type": ("type", "{name} is {value}, not true or false", "write true or false"),
    "dict_type": ("type", "{name} is {value}, not a mapping", "write keys and values"),
    "model_type": ("type", "{name} is {value}, not a mapping", "write keys and values"),
    "list_type": ("type", "{name} is {value}, not a list", "write a list, such as {list}"),
    "tuple_type": ("type", "{name} is {value}, not a list", "write a list, such as {list}"),
    "literal_error": ("choice", "{name} is {value}", "write {expected}"),
    "greater_than_equal": ("range", "{name} is {value}", "write a number of at least {ge}"),
    "less_than_equal": ("range", "{name} is {value}", "write a number of at most {le}"),
    "string_too_long": ("form", "{name} is too long", "write at most {max_length} characters"),
    "string_too_short": ("empty", "{name} is empty", "write something"),
    "too_short": ("empty", "{name} is empty", "write at least {min_length}"),
}
OTHERWISE: Final = ("value", "{name}: {message}", "write another value")


def same(loc: Steps) -> Steps:
    """Find a value where pydantic says that it is."""
    return loc


def faults_of(
    error: ValidationError,
    document: Document,
    model: type[BaseModel],
    where: Callable[[Steps], Steps] = same,
) -> list[Fault]:
    """Turn pydantic's errors into faults with their places; `where` maps a location to its path."""
    details = (dict(detail) for detail in error.errors())
    return [_fault_of(d, document, model, where) for d in details if not _follows(d)]


def _follows(detail: dict[str, Any]) -> bool:
    """Tell whether a list is too short only because its items were refused."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _fault_of(
    detail: dict[str, Any],
    document: Document,
    model: type[BaseModel],
    where: Callable[[Steps], Steps],
) -> Fault:
    steps: Steps = detail["loc"]
    is_key = steps[-1:] == (_KEY,)
    path = where(steps[:-1] if is_key else steps)
    name = _named(path, document.data)
    context = detail.get("ctx", {})
    at_key = is_key or detail["type"] == "extra_forbidden"
    make = document.key_fault if at_key else document.fault
    if isinstance(refused := context.get("error"), Refused):
        return make(path, refused.rule, f"{name}: {refused.message}", refused.fix)
    known = (str(where((*detail["loc"][:-1], key))[-1]) for key in _known(model, detail["loc"]))
    value = shown(detail["input"])
    parts = {
        "name": name,
        "value": value,
        "list": f"[{value}]" if isinstance(detail["input"], str | int | float) else "[]",
        "known": ", ".join(known),
        "example": _example(model, detail["loc"], str(path[-1]) if path else ""),
        "message": detail["msg"],
    }
    words = WORDS.get(detail["type"], OTHERWISE)
    rule, message, fix = (word.format(**{**context, **parts}) for word in words)
    return make(path, rule, message, fix)


def _named(path: Steps, data: Any) -> str:
    """Name a value by its keys; an item of a list goes by its own name, for its place is given."""
    parts: list[str] = []
    for index, step in enumerate(path):
        # A text that stands for a mapping has no keys to be named.
        alone = isinstance(data, str)
        data = _child(data, step)
        if isinstance(step, int):
            own = (key for key in _OWN_NAMES if isinstance(_child(data, key), str))
            key = next(own, None)
            parts = [data[key]] if key and path[index + 1 :] != (key,) else parts
        elif step != "config" and not alone:
            parts.append(step)
    return ".".join(parts) or "the file"


def _child(value: Any, step: str | int) -> Any:
    """Give what a key or an index leads to, None where it leads nowhere."""
    if isinstance(value, dict):
        return value.get(step)
    inside = isinstance(value, list) and isinstance(step, int) and step < len(value)
    return value[step] if inside else None


def _example(model: type[BaseModel], loc: Steps, key: str) -> str:
    """Give a line to write for a missing key, from the example of its field."""
    field = getattr(_model_at(model, loc), "model_fields", {}).get(loc[-1]) if loc else None
    examples = getattr(field, "examples", None)
    return f", such as {key}: {json.dumps(examples[0])}" if examples else ""


def shown(value: object) -> str:
    """Show a value in a message as YAML would have it, cut where it is long."""
    match value:
        case None:
            text = "empty"
        case bool():
            text = str(value).lower()
        case dict():
            text = "a mapping"
        case list() | tuple():
            text = "a list" if value else "an empty list"
        case _:
            text = repr(value)
    return cut(text, _SHOWN)


def _known(model: type[BaseModel], loc: Steps) -> list[str]:
    """Give the keys that stand beside an unknown one."""
    fields = getattr(_model_at(model, loc), "model_fields", {})
    hidden = UNWRITTEN if fields.keys() >= UNWRITTEN else frozenset()
    return [name for name in fields if name not in hidden]


def _model_at(model: type[BaseModel], loc: Steps) -> Any:
    """Give the model that holds the last step of a location."""
    current: Any = model
    for step in loc[:-1]:
        if not isinstance(step, int):
            field = getattr(current, "model_fields", {}).get(step)
            current = _inner(field.annotation) if field else None
    return current


def _inner(annotation: Any) -> Any:
    """Give the model inside `tuple[Model, ...]`, `Model | None` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    arguments = getattr(annotation, "__args__", ())
    return next((inner for a in arguments if (inner := _inner(a))), None)
