"""What the catalogue knows of one section of the document.

This is all the evidence that is used to read merged cells, and it speaks only of what it
knows: a row with a new host name or a new port finds no support in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, TypeVar

from gateway_rules.authoring.issue import cells, parsing
from gateway_rules.authoring.issue.cells import (
    ADDRESS,
    EXTERNAL,
    HOST,
    INTERNAL,
    PORT,
    PROTOCOL,
    Cell,
    Row,
)
from gateway_rules.errors import Refused
from gateway_rules.inputs import Catalogue, Service
from gateway_rules.packets import PortPair, Prefix

T = TypeVar("T")
EXACT: Final = 2
"""The support for a row that is known just as it is printed."""


@dataclass(frozen=True)
class Known:
    """The services and errata of a section, and which prose of it has been read."""

    section: str
    services: tuple[Service, ...]
    taken: Mapping[tuple[str, str], str] = field(repr=False)
    """What is taken, by row and by what is printed."""
    prose: Mapping[str, Sequence[str]] = field(repr=False)
    """The fingerprints of prose by the ids of the services whose reading rests on it."""

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The labels of the rows, each once, in the catalogue's order."""
        return tuple(dict.fromkeys(service.row for service in self.services))

    def of_row(self, row: str) -> tuple[Service, ...]:
        """Give the services of a row."""
        return tuple(service for service in self.services if service.row == row)

    def identify(self, labels: Iterable[str]) -> dict[str, str]:
        """Give the rows that printed labels stand for; a new label is not there.

        A label is a row by its whole text or by an erratum, or else by its text without the
        note in brackets at its end, when no other label and no other row could be meant.
        """
        taken = {printed: row for (row, printed), taken in self.taken.items() if taken == row}
        found = {
            label: taken.get(label, label) for label in labels if label in {*taken, *self.rows}
        }
        others = [label for label in dict.fromkeys(labels) if label not in found]
        free = [row for row in self.rows if row not in found.values()]
        for label in others:
            same = [row for row in free if parsing.base(row) == parsing.base(label)]
            rivals = [other for other in others if parsing.base(other) == parsing.base(label)]
            if len(same) == len(rivals) == 1:
                found[label] = same[0]
        return found

    def take(self, row: str, word: str) -> str:
        """Give what an erratum takes a printed word for, else the word itself."""
        return self.taken.get((row, word), word)

    def addresses(self, row: str, cell: Cell) -> frozenset[Prefix]:
        """Give the addresses in a cell that can be read, for comparison."""
        words = (self.take(row, word.text) for word in cell.words)
        return frozenset(filter(None, (_readable(parsing.address, word) for word in words)))

    def ports(self, row: str, cell: Cell) -> frozenset[PortPair]:
        """Give the ports in a cell that can be read, for comparison."""
        words = (self.take(row, word.text) for word in cell.words)
        return frozenset(filter(None, (_readable(parsing.ports, word) for word in words)))

    def has(self, service: Service, column: int, cell: Cell) -> bool:
        """Tell whether a service is known to have what a cell of a merged column says."""
        match column:
            case cells.PROTOCOL:
                return cell.text.casefold() == service.protocol
            case cells.PORT:
                return self.ports(service.row, cell) <= set(service.ports)
            case cells.COMMENT if self.section == INTERNAL:
                return self.has_read(service, cell.text)
        return True

    def support(self, service: Service, row: Row) -> int:
        """Tell how well a service is known to have a printed row: EXACT, in part, or 0."""
        if self.section == EXTERNAL:
            return self._host_support(service, row)
        protocol = row[PROTOCOL].text.casefold()
        ports = self.ports(service.row, row[PORT])
        known = ports and ports <= set(service.ports) and protocol in {"", service.protocol}
        return EXACT if known else 0

    def _host_support(self, service: Service, row: Row) -> int:
        name, found = row[HOST].text.casefold(), self.addresses(service.row, row[ADDRESS])
        if not name:
            return 1 if found and found <= set(service.addresses) else 0
        entries = [host for host in service.hosts if host.name.casefold() == name]
        exact = any(found and found <= set(host.addresses) for host in entries)
        return EXACT if exact else int(bool(entries))

    def has_read(self, service: Service, text: str) -> bool:
        """Tell whether this is the prose on which the reading of a service rests."""
        return fingerprint(text) in self.prose.get(service.id, ())


def fingerprint(text: str) -> str:
    """Give a short mark by which a text is known again, without keeping the text."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def known(section: str, catalogue: Catalogue, prose: Mapping[str, Sequence[str]]) -> Known:
    """Give what the catalogue knows of a section."""
    errata = (erratum for erratum in catalogue.errata if erratum.section == section)
    taken = {(erratum.row, erratum.printed): erratum.taken for erratum in errata}
    services = (service for service in catalogue.services if service.section == section)
    return Known(section, tuple(services), taken, prose)


def _readable(read: Callable[[str], T], word: str) -> T | None:
    try:
        return read(word)
    except Refused:
        return None
