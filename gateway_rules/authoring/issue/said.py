"""What a conversation says, as values, and which of its words cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from gateway_rules.authoring.issue import parsing
from gateway_rules.authoring.issue.blocks import Label
from gateway_rules.authoring.issue.cells import Cell
from gateway_rules.authoring.issue.conversations import Conversation, PrintedHost
from gateway_rules.authoring.issue.known import Known
from gateway_rules.authoring.issue.unplaced import HOSTS, PORTS, Unplaced, quoted
from gateway_rules.authoring.issue.yaml_text import flow
from gateway_rules.errors import Refused
from gateway_rules.packets import PortPair, Prefix

T = TypeVar("T")
UNSURE: Final = ("WHAT IS MEANT", "WHY")


@dataclass(frozen=True)
class SaidHost:
    """A host name with its addresses, as the catalogue has them."""

    name: str
    addresses: tuple[Prefix, ...]
    is_whole: bool = True
    """Whether all its words could be read."""


@dataclass(frozen=True)
class Said:
    """A conversation as values."""

    printed: Conversation
    protocol: Literal["tcp", "udp"] | None
    """Nothing when it cannot be read."""
    ports: tuple[PortPair, ...]
    hosts: tuple[SaidHost, ...]
    prose: tuple[Cell, ...]
    """The cells that hold words for people."""
    findings: tuple[Unplaced, ...]

    @property
    def label(self) -> Label:
        """Give the label under which it stands."""
        return self.printed.label

    @property
    def text(self) -> str:
        """Give the words for people."""
        return " ".join(cell.text for cell in self.prose)

    @property
    def has_addresses(self) -> bool:
        """Tell whether there is any address to let through."""
        return any(host.addresses for host in self.hosts)


@dataclass(frozen=True)
class _Words:
    """Reads the words of one row, and collects those that it cannot read."""

    known: Known
    row: str
    findings: list[Unplaced]

    def read(
        self, cell: Cell, reader: Callable[[str], T], holds: str, *others: Cell
    ) -> Iterator[T]:
        """Give the value of a word, or nothing when it cannot be read."""
        word = self.known.take(self.row, cell.text)
        try:
            yield reader(word)
        except Refused as refused:
            fix = f"see what is meant, and write under errata: - {self._erratum(cell, reader)}"
            at = (self.known.section, (self.row,), (holds,))
            cells = (cell, *others)
            self.findings.append(Unplaced(cells, refused.rule, refused.message, fix, *at))

    def _erratum(self, cell: Cell, reader: Callable[[str], T]) -> str:
        taken, why = parsing.meant(cell.text, reader) or UNSURE
        parts = {"row": self.row, "printed": cell.text, "taken": taken, "why": why}
        return flow({"section": self.known.section} | parts)

    def find(self, rule: str, message: str, fix: str, cells: tuple[Cell, ...]) -> None:
        """Note what has no place."""
        at = (self.known.section, (self.row,), (HOSTS,))
        self.findings.append(Unplaced(cells, rule, message, fix, *at))


def say(conversation: Conversation, known: Known) -> Said:
    """Read the words of a conversation."""
    words = _Words(known, conversation.label.row, [])
    protocol = next(words.read(conversation.protocol, parsing.protocol, PORTS), None)
    port_words = (word for cell in conversation.ports for word in cell.words)
    ports = [port for word in port_words for port in words.read(word, parsing.ports, PORTS)]
    is_anywhere = any(service.anywhere for service in conversation.label.services)
    hosts = [e for h in conversation.hosts for e in _entry(h, words, is_anywhere=is_anywhere)]
    address_cells = (cell for host in conversation.hosts for cell in host.addresses)
    comment = [conversation.comment] if conversation.comment else []
    prose = (*comment, *(cell for cell in address_cells if parsing.is_prose(cell.text)))
    found = tuple(words.findings)
    return Said(conversation, protocol, tuple(dict.fromkeys(ports)), tuple(hosts), prose, found)


def _entry(host: PrintedHost, words: _Words, *, is_anywhere: bool) -> Iterator[SaidHost]:
    cells = [cell for cell in host.addresses if not parsing.is_prose(cell.text)]
    if not host.name.text and cells:
        what = f"no host name stands beside {quoted(tuple(cells))}"
        words.find("no-host", what, "see whose addresses they are", tuple(cells))
    if not host.name.text:
        return
    for name in words.read(host.name, parsing.host, HOSTS, *host.addresses):
        printed = [word for cell in cells for word in cell.words]
        found = [a for word in printed for a in words.read(word, parsing.address, HOSTS, host.name)]
        if not is_anywhere and (not printed or len(cells) < len(host.addresses)):
            what = f"{quoted(host.cells)} does not say which addresses the host has"
            words.find(
                "no-address", what, "look them up and write them into the catalogue", host.cells
            )
        yield SaidHost(name, tuple(found), is_whole=len(found) == len(printed) > 0 or is_anywhere)
