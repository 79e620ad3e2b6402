"""What each block says: who talks to whom, over which protocol and ports.

Within a block the cells of each column are read as the labels are; where all that is
printed in a column is the same, it holds for the whole block. In section 2 the rows with
one protocol and port are one conversation, and its host names own the addresses beside
and around them, supported by the addresses that the catalogue knows under each name. In
section 3 the rows with one protocol and one comment are one conversation with all ports
of these rows, supported by the comments that have been read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, TypeAlias

from gateway_rules.document import merged
from gateway_rules.document.blocks import DECIDE, Block, Label, ambiguous, blocks, height
from gateway_rules.document.findings import Finding, quoted
from gateway_rules.document.known import EXACT, Known
from gateway_rules.document.tables import (
    ADDRESS,
    COMMENT,
    EXTERNAL,
    HOST,
    PORT,
    PROTOCOL,
    Cell,
    Row,
)

_EXTERNAL: Final = (PROTOCOL, PORT, HOST)
_INTERNAL: Final = (PROTOCOL, PORT, COMMENT)
_SAYING_ONE_THING: Final = (PROTOCOL, PORT)
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


def conversations(rows: Sequence[Row], known: Known) -> Iterator[Conversation | Finding]:
    """Give what a section says, in printed order, and what of it could not be placed."""
    found: list[Conversation] = []
    for block in blocks(rows, known):
        for one in [block] if isinstance(block, Finding) else _read(block, known):
            if isinstance(one, Finding):
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


def _read(block: Block, known: Known) -> Iterator[Conversation | Finding]:
    for column, name in ((PROTOCOL, "protocol"), (PORT, "port")):
        if not any(row[column].text for row in block.rows):
            what = f"{quoted(block.cells)} has no {name} for certain"
            rows = (block.label.row,)
            yield Finding(block.cells, f"no-{name}", what, DECIDE, known.section, rows)
            return
    merged_columns = _EXTERNAL if known.section == EXTERNAL else _INTERNAL
    columns = [_holding(block, column, known) for column in merged_columns]
    lines: list[_Line] = []
    for row, *cells in zip(block.rows, *columns, strict=True):
        sure = tuple(cell for cell in cells if cell)
        if len(sure) == len(cells):
            lines.append((row, sure))
        else:
            yield ambiguous(known.section, row, (block.label.row,))
    say = _external if known.section == EXTERNAL else _internal
    yield from say(block.label, lines)


def _holding(block: Block, column: int, known: Known) -> list[Cell | None]:
    """Give for each row the cell of a column that holds for it, None where that is not certain."""
    rows = block.rows
    marks = [index for index, row in enumerate(rows) if row[column].text]
    printed = [rows[mark][column] for mark in marks]
    if not marks or (column in _SAYING_ONE_THING and len({cell.text for cell in printed}) == 1):
        return [*(printed[:1] or [rows[0][column]])] * len(rows)

    def support(mark: int, row: int) -> int:
        return _support(block, column, known, printed[mark], rows[row])

    heights = [height(row) for row in rows]
    supported = [merged.best_supported(marks, row, support) for row in range(len(rows))]

    def allowed(mark: int, start: int, end: int) -> bool:
        is_above = merged.begins_above_middle(heights[start:end], marks[mark] - start)
        return is_above and all(mark in known for known in supported[start:end] if known)

    cells = merged.cells(marks, len(rows), allowed)
    sure = [owners - cells.broken for owners in cells.owners]
    owners = zip(cells.owners, sure, strict=True)
    return [printed[min(one)] if len(one) == len(all_) == 1 else None for all_, one in owners]


def _support(block: Block, column: int, known: Known, cell: Cell, row: Row) -> int:
    """Tell whether a service of the label that has this cell is known to have the row as well."""
    full = (*row[:column], cell, *row[column + 1 :])
    services = (s for s in block.label.services if known.has(s, column, cell))
    best = max((known.support(service, full) for service in services), default=0)
    return best if best == EXACT else 0


def _external(label: Label, lines: Sequence[_Line]) -> Iterator[Conversation | Finding]:
    for _, group in groupby(lines, lambda line: [cell.text for cell in line[1][:2]]):
        same = list(group)
        protocol, port, _ = same[0][1]
        hosts = groupby(same, lambda line: line[1][2])
        yield Conversation(label, protocol, (port,), tuple(_host(*host) for host in hosts))


def _host(name: Cell, lines: Iterable[_Line]) -> PrintedHost:
    return PrintedHost(name, tuple(row[ADDRESS] for row, _ in lines if row[ADDRESS].text))


def _internal(label: Label, lines: Sequence[_Line]) -> Iterator[Conversation]:
    for _, group in groupby(lines, lambda line: (line[1][0], line[1][2])):
        cells = [line[1] for line in group]
        ports = tuple(dict.fromkeys(port for _, port, _ in cells))
        yield Conversation(label, cells[0][0], ports, comment=cells[0][2])
