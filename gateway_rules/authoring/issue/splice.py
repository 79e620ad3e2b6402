"""Edits of a YAML text that leave every other byte as it is.

A round trip through a YAML writer keeps comments but settles layout anew. Here the text
itself stays: the parser only says from where to where a value or an item of a list
stands, and just that is replaced, moved or taken out. An item takes the comments above
it along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode
from ruamel.yaml.tokens import AliasToken, AnchorToken

from gateway_rules.authoring.issue.yaml_text import in_quotes, scalar

_ALIAS: Final = re.compile(r"\s*:\s*(\*[^\s,\]}]+)")
_OWN_LINE: Final = re.compile(r"\s*(#.*)?")


class Splice(NamedTuple):
    """New text for what stands from start up to, not including, end."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Item:
    """An item of a list in block style: whole lines, and the comments above it."""

    node: Node
    lead: int
    """Where the comments and blank lines above it begin."""
    start: int
    end: int


def compose(text: str) -> Node:
    """Parse a YAML text."""
    node: Node = YAML(typ="safe", pure=True).compose(text)
    return node


def pair(node: Node, name: str) -> tuple[Node, Node]:
    """Give key and value of a mapping; StopIteration when the key is not there."""
    return next((key, value) for key, value in node.value if key.value == name)


def end_of(node: Node) -> int:
    """Say where the last thing in a node ends; comments after it are not its own."""
    if not isinstance(node, CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return end_of(last[1] if isinstance(node, MappingNode) else last)


def replaced(text: str, mapping: Node, name: str, written: str) -> Splice:
    """Write something else as the value of a key, which may be an alias now."""
    key, value = pair(mapping, name)
    alias = _ALIAS.match(text, key.end_mark.index)
    start, end = alias.span(1) if alias else (value.start_mark.index, end_of(value))
    return Splice(start, end, written)


def rewritten(text: str, mapping: Node, changes: Mapping[str, str]) -> Iterator[Splice]:
    """Write new texts as the values of keys where they differ, quoted where the old ones are."""
    for name, now in changes.items():
        node = pair(mapping, name)[1]
        if node.value != now:
            in_flow = isinstance(mapping, CollectionNode) and bool(mapping.flow_style)
            written = scalar(now, in_flow=in_flow)
            is_quoted = isinstance(node, ScalarNode) and node.style == '"'
            yield replaced(text, mapping, name, in_quotes(now) if is_quoted else written)


def spliced(text: str, start: int, end: int, splices: Iterable[Splice]) -> str:
    """Give a part of the text with the splices made in it; they lie apart from one another."""
    parts, at = [], start
    for splice in sorted(splices):
        parts += [text[at : splice.start], splice.text]
        at = splice.end
    return "".join([*parts, text[at:end]])


def items(text: str, sequence: Node) -> list[Item]:
    """Give the items of a list in block style."""
    found: list[Item] = []
    is_block = isinstance(sequence, CollectionNode) and not sequence.flow_style
    for node in sequence.value if is_block else ():
        start = text.rfind("\n", 0, node.start_mark.index) + 1
        lead = found[-1].end if found else _lead(text, start)
        found.append(Item(node, lead, start, text.find("\n", end_of(node)) + 1))
    return found


def _lead(text: str, start: int) -> int:
    """Say where the comments and blank lines above a line begin."""
    while start:
        above = text.rfind("\n", 0, start - 1) + 1
        if not _OWN_LINE.fullmatch(text[above : start - 1]):
            break
        start = above
    return start


def relisted(text: str, mapping: Node, name: str, written: Sequence[str]) -> list[Splice]:
    """Write other items into the list in block style under a key; none leave an empty list."""
    key, sequence = pair(mapping, name)
    old = items(text, sequence)
    if not old:
        return []
    if written:
        return [Splice(old[0].lead, old[-1].end, "".join(written))]
    return [Splice(key.end_mark.index, old[-1].end, ": []\n")]


def anchored(root: Node, value: str) -> str | None:
    """Name the anchor of a scalar with this value, if there is one."""
    anchors = _anchors(root).items()
    return next((name for name, node in anchors if node.value == value), None)


def with_anchors(root: Node, old: str, new: str) -> str:
    """Let each anchor of the old text stand where its value is first used in the new one."""
    anchors = _anchors(root) if new != old else {}
    splices: list[Splice] = []
    for name, node in anchors.items():
        written = old[node.start_mark.index : end_of(node)]
        splices.extend(_swapped(name, written, _uses(new, name)))
    return spliced(new, 0, len(new), splices)


def _uses(text: str, name: str) -> list[AliasToken | AnchorToken]:
    tokens = YAML(typ="safe", pure=True).scan(text)
    return [t for t in tokens if isinstance(t, AliasToken | AnchorToken) and t.value == name]


def _swapped(name: str, written: str, uses: Sequence[AliasToken | AnchorToken]) -> Iterator[Splice]:
    """Write the value at its first use, and an alias where it stood, if that comes later."""
    if not uses or isinstance(uses[0], AnchorToken):
        return
    yield Splice(uses[0].start_mark.index, uses[0].end_mark.index, written)
    for use in uses:
        if isinstance(use, AnchorToken):
            start = use.start_mark.index
            yield Splice(start, start + len(written), f"*{name}")


def _anchors(node: Node) -> dict[str, Node]:
    found = {node.anchor: node} if node.anchor else {}
    for child in [] if isinstance(node, ScalarNode) else node.value:
        for part in child if isinstance(child, tuple) else (child,):
            found |= {name: one for name, one in _anchors(part).items() if name not in found}
    return found
