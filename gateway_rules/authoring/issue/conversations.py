"""What each block says: who talks to whom, over which protocol and ports.

In section 2 the rows with one protocol and port are one conversation, and the addresses
belong to the host names that hold for their rows. In section 3 the rows with one protocol
and one comment are one conversation with all ports of these rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, TypeAlias

from gateway_rules.authoring.issue.blocks import DECIDE, Label, LabelBlock, blocks, printed
from gateway_rules.authoring.issue.cells import (
    ADDRESS,
    COMMENT,
    EXTERNAL,
    HOST,
    PORT,
    PROTOCOL,
    Cell,
    Row,
)
from gateway_rules.authoring.issue.columns import holders
from gateway_rules.authoring.issue.known import Known
from gateway_rules.authoring.issue.unplaced import HOSTS, PORTS, Unplaced, quoted

_EXTERNAL: Final = (PROTOCOL, PORT, HOST)
_INTERNAL: Final = (PROTOCOL, PORT, COMMENT)
_Line: TypeAlias = tuple[Row, tuple[Cell, ...]]
"""A row, and the cells of the merged columns that hold for it."""


@dataclass(frozen=True)
class PrintedHost:
    """A host name with the cells that hold its addresses."""

    name: Cell
    addresses: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Give the name, then the addresses."""
        return (self.name, *self.addresses)


@dataclass(frozen=True)
class Conversation:
    """What is printed of one service, or of several audiences of it."""

    label: Label
    protocol: Cell
    ports: tuple[Cell, ...]
    hosts: tuple[PrintedHost, ...] = ()
    comment: Cell | None = None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Give everything that is printed of it, the label first."""
        hosts = (cell for host in self.hosts for cell in host.cells)
        comment = (self.comment,) if self.comment else ()
        cells = (self.label.cell, self.protocol, *self.ports, *hosts, *comment)
        return tuple(cell for cell in cells if cell.text)


def conversations(rows: Sequence[Row], known: Known) -> Iterator[Conversation | Unplaced]:
    """Give what a section says, in printed order, and what of it could not be placed."""
    found: list[Conversation] = []
    for block in blocks(rows, known):
        for one in [block] if isinstance(block, Unplaced) else _read(block, known):
            if isinstance(one, Unplaced):
                yield one
            else:
                found.append(one)
    yield from _joined(found)


def _joined(found: Sequence[Conversation]) -> list[Conversation]:
    """Join the parts of a conversation whose label is printed again on the next page."""
    joined: dict[object, Conversation] = {}
    for index, one in enumerate(found):
        ports = tuple(cell.text for cell in one.ports)
        key = index if one.comment else (one.label.row, one.protocol.text, ports)
        first = joined.get(key)
        joined[key] = replace(first, hosts=(*first.hosts, *one.hosts)) if first else one
    return list(joined.values())


def _read(block: LabelBlock, known: Known) -> Iterator[Conversation | Unplaced]:
    for column, name in ((PROTOCOL, "protocol"), (PORT, "port")):
        if not any(row[column].text for row in block.rows):
            what = f"{quoted(block.cells)} has no {name} for certain"
            rows = (block.label.row,)
            yield Unplaced(block.cells, "broken-cell", what, DECIDE, known.section, rows)
            return
    merged_columns = _EXTERNAL if known.section == EXTERNAL else _INTERNAL
    columns = [holders(block, column, known) for column in merged_columns]
    lines: list[_Line] = []
    for row, *held in zip(block.rows, *columns, strict=True):
        if all(len(cells) == 1 for cells in held):
            lines.append((row, tuple(cells[0] for cells in held)))
        else:
            yield _unsure(block, row, held, known)
    say = _external if known.section == EXTERNAL else _internal
    yield from say(block.label, lines)


def _unsure(block: LabelBlock, row: Row, held: Sequence[Sequence[Cell]], known: Known) -> Unplaced:
    several = next(cells for cells in held if len(cells) != 1)
    names = [f"{cell.text} on line {cell.line}" for cell in several] or ["no cell of its column"]
    cells, label = printed(row), block.label.row
    what = f"{quoted(cells)} of {label} may belong to {' or '.join(names)}"
    holds = (HOSTS,) if known.section == EXTERNAL else (PORTS,)
    return Unplaced(cells, "ambiguous-row", what, DECIDE, known.section, (label,), holds)


def _external(label: Label, lines: Sequence[_Line]) -> Iterator[Conversation | Unplaced]:
    for _, group in groupby(lines, lambda line: [cell.text for cell in line[1][:2]]):
        same = list(group)
        protocol, port, _ = same[0][1]
        hosts = groupby(same, lambda line: line[1][2])
        yield Conversation(label, protocol, (port,), tuple(_host(*host) for host in hosts))


def _host(name: Cell, lines: Iterable[_Line]) -> PrintedHost:
    return PrintedHost(name, tuple(row[ADDRESS] for row, _ in lines if row[ADDRESS].text))


def _internal(label: Label, lines: Sequence[_Line]) -> Iterator[Conversation]:
    for _, group in groupby(lines, lambda line: (line[1][0].text, line[1][2].text)):
        cells = [line[1] for line in group]
        ports = tuple(dict.fromkeys(port for _, port, _ in cells))
        yield Conversation(label, cells[0][0], ports, comment=cells[0][2])
