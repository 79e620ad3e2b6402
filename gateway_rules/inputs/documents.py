"""Read YAML and remember where everything stands.

The places are kept beside the data, never in it. Nothing is guessed: duplicate
keys, numbers that are not written as plain decimals (`010`, `0x10`) and tags
stay out of the data and become faults.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, StringMark, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from gateway_rules.errors import Fault, Faults, Steps


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
_DIGITS: Final = 40
"""A number of more digits is a slip; 128 bits, the most that is counted here, have 39."""
_ALIASED: Final = 100_000
"""Values that aliases may stand for; they multiply where one holds others."""
_TAG: Final = "tag:yaml.org,2002:"
_MERGE: Final = f"{_TAG}merge"
_NULLS: Final = ("", "~", "null")
_SWITCHES: Final = {"true": True, "false": False}
"""YAML 1.1, which a file may ask for, has others, and two readers take them differently."""
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
        if found := self.values.get(path) or self.keys.get(path):
            return found
        if path and isinstance(path[-1], int):
            return self.value(path[:-1])
        parents = (path[:length] for length in range(len(path) - 1, 0, -1))
        known = (self.keys.get(parent) or self.values.get(parent) for parent in parents)
        return next(filter(None, known), None) or self.values.get((), START)


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
    builder = _Builder(file, len(text) + _ALIASED)
    try:
        data = builder.build(node, ()) if node else None
    except RecursionError:
        raise _too_deep(file) from None
    if builder.faults:
        raise Faults(*builder.faults)
    return Document(file, data, builder.keys, builder.values)


def _compose(text: str, file: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    fix = "mend the YAML"
    try:
        with warnings.catch_warnings():
            # An anchor may be used anew, and the last one before an alias counts.
            warnings.simplefilter("ignore", ReusedAnchorWarning)
            node: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(mark) if mark else START
        raise Faults(Fault(file, *place, "yaml", _said(error), fix)) from None
    except ReaderError as error:
        said = f"the character {chr(error.character)!r} is not allowed"
        raise Faults(Fault(file, *_index_place(text, error.position), "yaml", said, fix)) from None
    except YAMLError as error:
        raise Faults(Fault(file, *START, "yaml", str(error).splitlines()[0], fix)) from None
    except RecursionError:
        raise _too_deep(file) from None
    return node


def _too_deep(file: str) -> Faults:
    return Faults(Fault(file, *START, "yaml", "the values are nested too deeply", "mend the YAML"))


def _said(error: MarkedYAMLError) -> str:
    """Put what the parser was at before what it met; it may have begun many lines above."""
    begun, met = error.context_mark, error.problem_mark
    apart = begun and met and begun.line != met.line
    since = f"from line {begun.line + 1} on" if apart else None
    return " ".join(filter(None, [error.context, since, error.problem]))


def _place(mark: StringMark) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _index_place(text: str, index: int) -> Place:
    return Place(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


class _Builder:
    """Turns nodes into plain data and notes the places on the way."""

    def __init__(self, file: str, most: int) -> None:
        self.file = file
        self._left = most
        self.faults: list[Fault] = []
        self.keys: dict[Steps, Place] = {}
        self.values: dict[Steps, Place] = {}
        self._open: list[Node] = []

    def build(self, node: Node, path: Steps) -> Any:
        # An empty value has no place of its own: the parser marks whatever comes next.
        if node.start_mark.index != node.end_mark.index:
            self.values[path] = _place(node.start_mark)
        if node in self._open:
            self._fault(node, "yaml", "an alias holds itself", "write the value out")
            return None
        self._count(node)
        self._open.append(node)
        value = self._value(node, path)
        self._open.pop()
        return value

    def _count(self, node: Node) -> None:
        """Stop at more values than there are letters, which only aliases within aliases make."""
        self._left -= 1
        if self._left < 0:
            said = f"aliases stand for more than {_ALIASED:,} values"
            self._fault(node, "yaml", said, "write the values out")
            raise Faults(*self.faults)

    def _value(self, node: Node, path: Steps) -> Any:
        kind = str(node.tag).removeprefix(_TAG)
        if isinstance(node, MappingNode) and kind == "map":
            return {key: self.build(value, (*path, key)) for key, value in self._items(node, path)}
        if isinstance(node, SequenceNode) and kind == "seq":
            self._colons(node)
            return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
        return self._scalar(node, kind, str(node.value))

    def _items(self, node: MappingNode, path: Steps) -> Iterator[tuple[str, Node]]:
        for key_node, value in node.value:
            key = str(key_node.value)
            if not isinstance(key_node, ScalarNode):
                self._fault(key_node, "yaml", "a key is not a word", "write a plain key")
            elif key_node.tag == _MERGE:
                self._fault(key_node, "yaml", "keys are not merged here", "write the keys out")
            elif (*path, key) in self.keys:
                line = self.keys[*path, key].line
                said = f"{key} stands here a second time, first on line {line}"
                self._fault(key_node, "duplicate-key", said, "keep one of them")
            else:
                self.keys[*path, key] = _place(key_node.start_mark)
                yield key, value

    def _colons(self, node: SequenceNode) -> None:
        """Refuse what this reader takes between brackets, and Pulumi's does not."""
        plain = [each for each in node.value if isinstance(each, ScalarNode) and not each.style]
        for each in plain if node.flow_style else ():
            if str(each.value).startswith(":"):
                said = f"{each.value} begins with a colon, which Pulumi cannot read in a list"
                self._fault(each, "yaml", said, f'write "{each.value}", in quotes')

    def _scalar(self, node: Node, kind: str, text: str) -> Any:
        match kind:
            case "null" if text.lower() in _NULLS:
                return None
            case "bool" if text.lower() in _SWITCHES:
                return _SWITCHES[text.lower()]
            case "int" if _DECIMAL.fullmatch(text):
                return self._number(node, text)
            case "float" if _FLOAT.fullmatch(text):
                return Decimal(text)
            case "str" | "int" | "float" | "bool" | "null" | "timestamp" if isinstance(
                node, ScalarNode
            ):
                return text
        self._fault(node, "yaml", f"the tag {node.tag} is not known", "write the value without it")
        return None

    def _number(self, node: Node, text: str) -> int | None:
        if len(text) <= _DIGITS:
            return int(text)
        self._fault(node, "range", f"a number of {len(text)} digits is too large", "write fewer")
        return None

    def _fault(self, node: Node, rule: str, message: str, fix: str) -> None:
        self.faults.append(Fault(self.file, *_place(node.start_mark), rule, message, fix))
