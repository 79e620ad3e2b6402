"""Read YAML and remember where everything stands.

The places are kept beside the data, never in it. Nothing is guessed: duplicate
keys, numbers that are not written as plain decimals (`010`, `0x10`) and tags
stay out of the data and become faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from gateway_rules.errors import Fault, Faults, Refused, Steps


class Decimal(float):
    """A number with a point, which remembers how it was written: 3.10 is not 3.1."""

    def __new__(cls, text: str) -> Self:
        """Keep the text beside the number."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str

    def __repr__(self) -> str:
        """Show the number as it was written."""
        return self.text


class Place(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


START: Final = Place(1, 1)
_DECIMAL = re.compile(r"[-+]?(0|[1-9]\d*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9]\d*)\.\d+")


@dataclass(frozen=True)
class Document:
    """A YAML file as data, with the place of each key and value."""

    file: str
    data: Any
    keys: dict[Steps, Place] = field(repr=False)
    values: dict[Steps, Place] = field(repr=False)

    def fault(self, path: Steps, rule: str, message: str, fix: str) -> Fault:
        """Make a fault at the value of `path`, or at its nearest parent that is there."""
        return Fault(self.file, *self.value(path), rule, message, fix)

    def key_fault(self, path: Steps, rule: str, message: str, fix: str) -> Fault:
        """Make a fault at the last key of `path`, which is not an index; else at the value."""
        return Fault(self.file, *self.keys.get(path, self.value(path)), rule, message, fix)

    def value(self, path: Steps) -> Place:
        """Give the place of a value; a missing one points at its parent's key, else the start."""
        if path in self.values:
            return self.values[path]
        if path and isinstance(path[-1], int):
            return self.value(path[:-1])
        parents = (path[:length] for length in range(len(path) - 1, 0, -1))
        found = next(
            (self.keys.get(p) or self.values[p] for p in parents if p in self.values), None
        )
        return found or self.values.get((), START)


def read_text(path: Path, root: Path) -> str:
    """Read a file of the project; raise Faults when it is not there or is not UTF-8."""
    name = relative(path, root)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        fault = Fault(name, 1, 1, "encoding", "the file is not UTF-8", "save it as UTF-8")
    except OSError as error:
        reason = error.strerror or str(error)
        fault = Fault(
            name, 1, 1, "no-file", f"cannot be read: {reason}", "give a file that is there"
        )
    raise Faults(fault)


def relative(path: Path, root: Path) -> str:
    """Name a file as a reader of the project does."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def read_yaml(path: Path, root: Path) -> Document:
    """Read a YAML file; raise Faults with all duplicate keys, odd tags and syntax errors."""
    return parse_yaml(read_text(path, root), relative(path, root))


def parse_yaml(text: str, file: str) -> Document:
    """Read YAML text; raise Faults with all that is wrong with its form."""
    node = _compose(text, file)
    builder = _Builder(file)
    data = builder.build(node, ()) if node else None
    if builder.faults:
        raise Faults(*builder.faults)
    return Document(file, data, builder.keys, builder.values)


def _compose(text: str, file: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    fix = "mend the YAML"
    try:
        node: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(mark) if mark else START
        said = " ".join(filter(None, [error.context, error.problem]))
        raise Faults(Fault(file, *place, "yaml", said, fix)) from None
    except ReaderError as error:
        said = f"the character {chr(error.character)!r} is not allowed"
        raise Faults(Fault(file, *_index_place(text, error.position), "yaml", said, fix)) from None
    except YAMLError as error:
        raise Faults(Fault(file, *START, "yaml", str(error).splitlines()[0], fix)) from None
    return node


def _place(mark: StringMark) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _index_place(text: str, index: int) -> Place:
    return Place(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


class _Builder:
    """Turns nodes into plain data and notes the places on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.keys: dict[Steps, Place] = {}
        self.values: dict[Steps, Place] = {}
        self._open: list[Node] = []

    def build(self, node: Node, path: Steps) -> Any:
        self.values[path] = _place(node.start_mark)
        if node in self._open:
            self._fault(node, "yaml", "an alias holds itself", "write the value out")
            return None
        self._open.append(node)
        value = self._value(node, path)
        self._open.pop()
        return value

    def _value(self, node: Node, path: Steps) -> Any:
        if isinstance(node, MappingNode):
            return {key: self.build(value, (*path, key)) for key, value in self._items(node, path)}
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
        return self._scalar(node, str(node.value))

    def _items(self, node: MappingNode, path: Steps) -> Iterator[tuple[str, Node]]:
        for key_node, value in node.value:
            key = str(key_node.value)
            if not isinstance(key_node, ScalarNode):
                self._fault(key_node, "yaml", "a key is not a word", "write a plain key")
            elif (*path, key) in self.keys:
                line = self.keys[*path, key].line
                said = f"{key} stands here a second time, first on line {line}"
                self._fault(key_node, "duplicate-key", said, "keep one of them")
            else:
                self.keys[*path, key] = _place(key_node.start_mark)
                yield key, value

    def _scalar(self, node: Node, text: str) -> Any:
        match str(node.tag).rpartition(":")[2]:
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int" if _DECIMAL.fullmatch(text):
                return int(text)
            case "float" if _FLOAT.fullmatch(text):
                return Decimal(text)
            case "str" | "int" | "float" | "timestamp":
                return text
        self._fault(node, "yaml", f"the tag {node.tag} is not known", "write the value without it")
        return None

    def _fault(self, node: Node, rule: str, message: str, fix: str) -> None:
        self.faults.append(Fault(self.file, *_place(node.start_mark), rule, message, fix))


# --- From what pydantic says to faults -----------------------------------------------------

UNWRITTEN: Final = frozenset({"stack", "addresses"})
"""Fields of a site that its stack file does not hold: its own name, and another file's."""

_WORDS: Final = {
    "missing": ("missing-key", "{name} is missing", "add it"),
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
    "list_type": ("type", "{name} is {value}, not a list", "write a list, such as [{value}]"),
    "tuple_type": ("type", "{name} is {value}, not a list", "write a list, such as [{value}]"),
    "literal_error": ("choice", "{name} is {value}", "write {expected}"),
    "greater_than_equal": ("range", "{name} is {value}", "write a number of at least {ge}"),
    "less_than_equal": ("range", "{name} is {value}", "write a number of at most {le}"),
    "string_pattern_mismatch": ("pattern", "{name} is {value}", "write it as {pattern} has it"),
    "string_too_short": ("empty", "{name} is empty", "write something"),
    "too_short": ("empty", "{name} is empty", "write at least {min_length}"),
}


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
    return [_fault_of(dict(detail), document, model, where) for detail in error.errors()]


def _fault_of(
    detail: dict[str, Any],
    document: Document,
    model: type[BaseModel],
    where: Callable[[Steps], Steps],
) -> Fault:
    path = where(detail["loc"])
    name = ".".join(str(step) for step in path if step != "config") or "the file"
    context = detail.get("ctx", {})
    if isinstance(refused := context.get("error"), Refused):
        return document.fault(path, refused.rule, f"{name}: {refused.message}", refused.fix)
    words = _WORDS.get(detail["type"], ("value", "{name}: " + detail["msg"], "mend it"))
    known = (str(where((*detail["loc"][:-1], key))[-1]) for key in _known(model, detail["loc"]))
    parts = {"name": name, "value": shown(detail["input"]), "known": ", ".join(known)}
    rule, message, fix = (word.format(**{**context, **parts}) for word in words)
    make = document.key_fault if detail["type"] == "extra_forbidden" else document.fault
    return make(path, rule, message, fix)


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
            text = "a list"
        case _:
            text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004


def _known(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Give the keys that stand beside an unknown one."""
    current: Any = model
    for step in loc[:-1]:
        current = _step(current, step)
    fields = getattr(current, "model_fields", {})
    return [name for name in fields if len(loc) > 1 or name not in UNWRITTEN]


def _step(model: Any, step: str | int) -> Any:
    """Follow one key or index from a model to the model behind it."""
    if isinstance(step, int):
        return model
    found = [i for n, i in getattr(model, "model_fields", {}).items() if step == n]
    return _inner(found[0].annotation) if found else None


def _inner(annotation: Any) -> Any:
    """Give the model inside `tuple[Model, ...]`, `Model | None` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    arguments = getattr(annotation, "__args__", ())
    return next((inner for a in arguments if (inner := _inner(a))), None)
