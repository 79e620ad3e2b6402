"""A page as its reader has it: what can be pointed at, what points there, and what it says."""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from sites import ROOT
from written import ADDRESSES

_BEFORE = re.compile(r" ([,;:.])(?= |$)")
"""A blank that no reader sees, between an element and the sign behind it."""
_VOID = {"meta", "input", "br", "hr", "img", "link"}
_OPEN = {"option"}
"""Elements that need not be closed."""


@dataclass
class Element:
    """An element with what is in it."""

    name: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    def all(self, *names: str) -> list["Element"]:
        """Give all elements in it, of some names if any are given."""
        inside = [child for child in self.children if isinstance(child, Element)]
        found = [each for child in inside for each in (child, *child.all())]
        return [each for each in found if not names or each.name in names]

    def having(self, attribute: str) -> dict[str, "Element"]:
        """Give the elements in it that have an attribute, by its value."""
        return {e.attributes[attribute]: e for e in self.all() if attribute in e.attributes}

    @property
    def text(self) -> str:
        """Give its words, with a blank between those of two elements."""
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return _BEFORE.sub(r"\1", " ".join(" ".join(parts).split()))

    @property
    def cells(self) -> list[str]:
        """Give the words of a table row's cells."""
        return [cell.text for cell in self.all("td", "th")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.stack = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _OPEN and self.stack[-1].name == tag:
            self.stack.pop()
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].children.append(made)
        if tag not in _VOID:
            self.stack.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.stack[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self.stack[-1].name in _OPEN - {tag}:
            self.stack.pop()
        assert self.stack.pop().name == tag, f"{tag} is closed where another is open"

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(data)


def read(text: str) -> Element:
    """Read a page; what is not closed where it should be fails."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    (top,) = reader.stack
    return top


def links(page: Element) -> list[str]:
    """Give everything that elements of a page point at."""
    found = (e.attributes.get(n) for e in page.all() for n in ("href", "src", "xlink:href"))
    return [each for each in found if each is not None]


def project(folder: Path, *, looked_up: Iterable[str] = ()) -> Path:
    """Copy this repository's stacks; some of the pending ones get addresses."""
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    (folder / "stacks" / "addresses").mkdir(exist_ok=True)
    for stack in looked_up:
        (folder / "stacks" / "addresses" / f"{stack}.yaml").write_text(ADDRESSES)
    return folder
