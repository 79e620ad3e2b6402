"""Values as JSON, for a program of another version that may have other fields.

Beside the values stands which fields each class has and of what types. Whoever reads a
value has to know all of them by the same types, or refuses the whole: a plan of which a part
was dropped, or taken for something else, would be compared as if it were all there was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from typing import Any, Final, TypeAlias, cast, get_args, get_type_hints

from pydantic import BaseModel

from gateway_rules.errors import Faults
from gateway_rules.inputs import Decimal

Shape: TypeAlias = dict[str, str]
"""The fields of a class in their order, and the type of each."""

_MODULES: Final = re.compile(r"(?:\w+\.)+(?=\w)")


class Unreadable(Exception):
    """What another program wrote cannot be read here in full; the text says why."""


def classes_within(*roots: Any) -> dict[str, type]:
    """Find the classes of all values that a value of these types may hold, by name."""
    found: dict[str, type] = {}
    left = [*roots]
    while left:
        each = left.pop()
        left += get_args(each)
        if isinstance(each, type) and _has_fields(each) and each.__name__ not in found:
            found[each.__name__] = each
            left += get_type_hints(each).values()
    return found


def _has_fields(kind: type) -> bool:
    return is_dataclass(kind) or hasattr(kind, "_fields") or issubclass(kind, BaseModel | Faults)


def shape_of(kind: type) -> Shape:
    """Give the fields of a class, with their types but not the modules in which these are."""
    if issubclass(kind, Faults):
        return {"faults": "tuple[Fault, ...]"}
    hints = get_type_hints(kind)
    return {name: _MODULES.sub("", _named(hints[name])) for name in _names(kind)}


def _named(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint)


def _names(kind: type) -> Iterable[str]:
    if issubclass(kind, BaseModel):
        return kind.model_fields
    if issubclass(kind, tuple):
        names: tuple[str, ...] = kind._fields  # type: ignore[attr-defined] # A named tuple.
        return names
    return [field.name for field in fields(cast("Any", kind))]


class Writer:
    """Writes values; one that stands in several places is written in the first."""

    def __init__(self) -> None:
        self._written: dict[int, int] = {}

    def write(self, value: Any) -> Any:
        """Give a value as JSON; raise TypeError when it is of a kind that does not travel."""
        match value:
            case Decimal():
                return {"Decimal": value.text}
            case date():
                return {"date": value.isoformat()}
            case dict() | list():
                return self._collection(value)
            case None | str() | int() | float():
                return value
            case _ if type(value) is tuple:
                return {"tuple": self._collection([*value])}
        return self._instance(value)

    def _collection(self, value: dict[Any, Any] | list[Any]) -> Any:
        if isinstance(value, list):
            return [self.write(each) for each in value]
        return {"dict": [[self.write(key), self.write(each)] for key, each in value.items()]}

    def _instance(self, value: Any) -> Any:
        kind = type(value)
        if not _has_fields(kind):
            raise TypeError(f"{kind.__name__} does not travel")
        if id(value) in self._written:
            return {"same": self._written[id(value)]}
        if isinstance(value, Faults):
            return {kind.__name__: [self.write(value.faults)]}
        written = [self.write(getattr(value, name)) for name in _names(kind)]
        if isinstance(value, BaseModel):
            self._written[id(value)] = len(self._written)
        return {kind.__name__: written}


class Reader:
    """Reads values of classes that are known here, each of the shape that it had there."""

    def __init__(self, kinds: Mapping[str, type], shapes: Mapping[str, Shape]) -> None:
        self._kinds, self._shapes = kinds, shapes
        self._read: list[BaseModel] = []
        self._special: dict[str, Callable[[Any], Any]] = {
            "dict": lambda inner: {self.read(key): self.read(each) for key, each in inner},
            "tuple": lambda inner: tuple(map(self.read, inner)),
            "same": self._read.__getitem__,
            "Decimal": Decimal,
            "date": date.fromisoformat,
        }
        for name, shape in shapes.items():
            _require_known(name, shape, kinds.get(name))

    def read(self, written: Any) -> Any:
        """Give the value that was written; raise Unreadable."""
        if isinstance(written, list):
            return [self.read(each) for each in written]
        if not isinstance(written, dict):
            return written
        ((name, inner),) = written.items()
        if special := self._special.get(name):
            return special(inner)
        return self._instance(name, [self.read(each) for each in inner])

    def _instance(self, name: str, values: list[Any]) -> Any:
        if name not in self._shapes:
            raise Unreadable(f"its {name} has no shape")
        kind, given = self._kinds[name], dict(zip(self._shapes[name], values, strict=True))
        if issubclass(kind, Faults):
            return kind(*given["faults"])
        if issubclass(kind, BaseModel):
            model = kind.model_construct(**given)
            self._read.append(model)
            return model
        return kind(**given)


def _require_known(name: str, shape: Shape, kind: type | None) -> None:
    """Raise Unreadable unless a class here has all fields of one there, and asks for no others."""
    if kind is None:
        raise Unreadable(f"its {name} is not known here")
    here = shape_of(kind)
    for field, form in shape.items():
        if field not in here:
            raise Unreadable(f"its {name} has {field}, which is not known here")
        if here[field] != form:
            raise Unreadable(f"{field} of its {name} is {form}, and here {here[field]}")
    for field in here.keys() - shape.keys() - {*_optional(kind)}:
        raise Unreadable(f"its {name} has no {field}")


def _optional(kind: type) -> Iterator[str]:
    """Name the fields that have a default."""
    if issubclass(kind, BaseModel):
        yield from (name for name, field in kind.model_fields.items() if not field.is_required())
    elif issubclass(kind, tuple):
        yield from kind._field_defaults  # type: ignore[attr-defined] # A named tuple.
    elif is_dataclass(kind):
        for field in fields(kind):
            if field.default is not MISSING or field.default_factory is not MISSING:
                yield field.name
