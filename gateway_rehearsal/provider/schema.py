"""What the stand-in knows about the properties of a resource type."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from .faults import Failure
from .values import UNKNOWN, Properties, Value

# A validator is given the property's path and a value that is known and of the right kind.
Validator = Callable[[str, Value], Iterator[Failure]]


class ValueKind(Enum):
    """The kinds of property values, in the words of the message when a value is of another."""

    TEXT = "a text"
    INTEGER = "an integer"
    BOOLEAN = "true or false"
    TEXTS = "a list of texts"
    TEXT_MAP = "a map of texts"
    OBJECTS = "a list of objects"


def equal(old: Value, new: Value) -> bool:
    """Say whether two values are the same."""
    return old == new


@dataclass(frozen=True)
class Property:
    """One input property.

    `computed`: left out of the program, it keeps what AWS has, which is no difference.
    `replaces`: a change of it needs another resource.
    `zero_is_absent`: absent, 0, false and the empty text are one and the same.
    `same`: says whether two values of it are no difference.
    `key`: makes a list a set, whose elements are the same when their keys are.
    """

    kind: ValueKind
    required: bool = False
    default: Value = None
    autonamed: bool = False
    computed: bool = False
    replaces: bool = False
    zero_is_absent: bool = True
    same: Callable[[Value, Value], bool] = equal
    key: Callable[[Value], Hashable] | None = None
    validators: tuple[Validator, ...] = ()
    fields: Mapping[str, "Property"] = field(default_factory=dict)

    def is_same(self, old: Value, new: Value) -> bool:
        """Say whether the two values are no difference."""
        if self.key and isinstance(old, list) and isinstance(new, list):
            return set(map(self.key, old)) == set(map(self.key, new))
        return self.same(old, new)

    def respelled(self, written: Value, live: Value) -> Value:
        """Return what AWS has, in the words in which it is written wherever that is the same."""
        if self.is_same(live, written):
            return written
        if not self.key or not isinstance(written, list) or not isinstance(live, list):
            return live
        found, known = set(map(self.key, live)), set(map(self.key, written))
        kept = [item for item in written if self.key(item) in found]
        return kept + [item for item in live if self.key(item) not in known]


def object_failures(
    path: str, values: Properties, declared: Mapping[str, Property]
) -> Iterator[Failure]:
    """Yield what is wrong with an object's properties; `path` is the object's own, or nothing."""
    prefix = f"{path}." if path else ""
    for name in values.keys() - declared.keys():
        yield Failure(f"{prefix}{name}", "the stand-in for aws does not know this property")
    for name, item in declared.items():
        if name in values:
            yield from value_failures(f"{prefix}{name}", values[name], item)
        elif item.required:
            yield Failure(f"{prefix}{name}", "missing required property")


def value_failures(path: str, value: Value, declared: Property) -> Iterator[Failure]:
    """Yield what is wrong with a value; one that is unknown may turn out right."""
    if value is UNKNOWN:
        return
    if not _is_of_kind(value, declared.kind):
        yield Failure(path, f"must be {declared.kind.value}")
        return
    for validator in declared.validators:
        yield from validator(path, value)
    if declared.kind is ValueKind.OBJECTS and isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield from object_failures(f"{path}[{index}]", item, declared.fields)


def _is_of_kind(value: Value, kind: ValueKind) -> bool:
    match kind:
        case ValueKind.TEXT:
            return isinstance(value, str)
        case ValueKind.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case ValueKind.BOOLEAN:
            return isinstance(value, bool)
        case ValueKind.TEXTS:
            return isinstance(value, list) and all(_is_text(item) for item in value)
        case ValueKind.TEXT_MAP:
            return isinstance(value, dict) and all(_is_text(item) for item in value.values())
        case ValueKind.OBJECTS:
            return isinstance(value, list) and all(
                item is UNKNOWN or isinstance(item, dict) for item in value
            )


def _is_text(value: Value) -> bool:
    return value is UNKNOWN or isinstance(value, str)
