"""Which rows each label of a section owns.

`merged` says by which rules, to which this module adds what a block must have (a
protocol and a port) and what the catalogue knows: a row that it knows under one of the
two labels beside it, and not or less well under the other, belongs to that one. A host
whose addresses changed is known in part; that says nothing beside a new label, which may
use the same host. A new label may be a new name of any row that is printed no longer, and
so is supported by what is known of those. A row that moved to the label next to its own
and is otherwise the same is not seen to have moved, unless rule 2 of `merged` shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway_rules.authoring.issue import merged
from gateway_rules.authoring.issue.cells import ADDRESS, EXTERNAL, LABEL, PORT, PROTOCOL, Cell, Row
from gateway_rules.authoring.issue.known import EXACT, Known
from gateway_rules.authoring.issue.unplaced import HOSTS, PORTS, Unplaced, quoted
from gateway_rules.inputs import Service

DECIDE: Final = "see the lines of the table in the PDF and write it into the catalogue"


@dataclass(frozen=True)
class Label:
    """A printed label and what the catalogue has under it."""

    cell: Cell
    row: str
    """The row of the catalogue, or the text of a new label."""
    services: tuple[Service, ...]
    """The services of that row; none for a new one."""


@dataclass(frozen=True)
class LabelBlock:
    """The rows of one label."""

    label: Label
    rows: tuple[Row, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Give all that is printed in it, the label first."""
        others = (cell for row in self.rows for cell in row if cell != self.label.cell)
        return (self.label.cell, *(cell for cell in others if cell.text))


@dataclass(frozen=True)
class _Column:
    """The labels of a section among its rows."""

    known: Known
    rows: tuple[Row, ...]
    marks: tuple[int, ...]
    labels: tuple[Label, ...]
    gone: tuple[Service, ...]
    """The services whose row is not printed."""

    def support(self, label: int, row: int) -> int:
        """Tell how well the catalogue knows a row under a label."""
        services = self.labels[label].services or self.gone
        said = self.rows[self.marks[label]][PROTOCOL].text.casefold()
        same = [service for service in services if service.protocol == said]
        best = max((self.known.support(s, self.rows[row]) for s in same or services), default=0)
        near = (self.labels[one] for one in merged.neighbours(self.marks, row))
        return best if best == EXACT or all(one.services for one in near) else 0

    def is_lost(self, label: int, row: int) -> bool:
        """Tell whether a row at a known label is known only under labels that are not printed."""
        services = self.labels[label].services
        known = any(self.known.support(service, self.rows[row]) for service in services)
        return bool(services) and not known and bool(self.lost_from(row))

    def lost_from(self, row: int) -> tuple[str, ...]:
        """Give the rows of the catalogue that are printed no longer and had this host."""
        if self.known.section != EXTERNAL or row in self.marks:
            return ()
        others = (s for s in self.known.services if s not in self.gone)
        if any(self.known.support(service, self.rows[row]) for service in others):
            return ()
        found = (s.row for s in self.gone if self.known.support(s, self.rows[row]))
        return tuple(dict.fromkeys(found))


def blocks(rows: Sequence[Row], known: Known) -> Iterator[LabelBlock | Unplaced]:
    """Give the rows of each label, and the rows that may belong to several or to none."""
    marks = tuple(index for index, row in enumerate(rows) if row[LABEL].text)
    if not marks:
        yield from (_homeless(known, row) for row in rows)
        return
    column = _column(tuple(rows), marks, known)
    cells = merged.cells(marks, len(rows), _rules(column))
    yield from _unowned(column, cells)
    for index, label in enumerate(column.labels):
        owned = [row for row in cells.owned(index) if not column.is_lost(index, row)]
        block = LabelBlock(label, tuple(column.rows[row] for row in owned))
        yield _broken(known, block) if index in cells.broken else block


def _column(rows: tuple[Row, ...], marks: tuple[int, ...], known: Known) -> _Column:
    texts = [rows[mark][LABEL].text for mark in marks]
    names = known.identify(texts)
    gone = tuple(s for s in known.services if s.row not in names.values())
    labels = (_label(rows[mark][LABEL], names, known) for mark in marks)
    return _Column(known, rows, marks, tuple(labels), gone)


def _label(cell: Cell, names: Mapping[str, str], known: Known) -> Label:
    row = names.get(cell.text)
    return Label(cell, row or cell.text, known.of_row(row) if row else ())


def _rules(column: _Column) -> merged.Price:
    heights = [height(row) for row in column.rows]
    numbers = range(len(column.rows))
    supported = [merged.best_supported(column.marks, row, column.support) for row in numbers]

    def price(label: int, start: int, end: int) -> int:
        rows = column.rows[start:end]
        has_both = all(any(row[part].text for row in rows) for part in (PROTOCOL, PORT))
        at = (label, start, end)
        return merged.price(at, column.marks, heights, supported) if has_both else merged.BREACH

    return price


def height(row: Row) -> int:
    """Give how many lines a row takes, if each address takes one."""
    return max(1, len(row[ADDRESS].words)) if len(row) > ADDRESS else 1


def _unowned(column: _Column, cells: merged.Cells) -> Iterator[Unplaced]:
    for index, owners in enumerate(cells.owners):
        names = tuple(dict.fromkeys(column.labels[label].row for label in sorted(owners)))
        if len(owners) > 1:
            yield ambiguous(column.known.section, column.rows[index], names)
        elif column.is_lost(min(owners), index):
            yield _lost(column.known.section, column.rows[index], names, column.lost_from(index))


def ambiguous(section: str, row: Row, names: tuple[str, ...]) -> Unplaced:
    """Give the finding that a row may belong to several labels or cells."""
    cells = printed(row)
    what = f"{quoted(cells)} may belong to {' or '.join(names)}"
    holds = (HOSTS,) if section == EXTERNAL else (PORTS,)
    return Unplaced(cells, "ambiguous-row", what, DECIDE, section, names, holds)


def printed(row: Row) -> tuple[Cell, ...]:
    """Give the cells of a row that are not blank."""
    return tuple(cell for cell in row if cell.text)


def _lost(section: str, row: Row, names: tuple[str, ...], lost: tuple[str, ...]) -> Unplaced:
    cells = printed(row)
    what = f"{quoted(cells)} stands at {names[0]} and is known of {lost[0]}, which is not printed"
    return Unplaced(cells, "lost-label", what, DECIDE, section, (*names, *lost))


def _homeless(known: Known, row: Row) -> Unplaced:
    cells = printed(row)
    what = f"{quoted(cells)} stands in a table without a label"
    return Unplaced(cells, "no-label", what, DECIDE, known.section, known.rows)


def _broken(known: Known, block: LabelBlock) -> Unplaced:
    what = (
        f"{quoted(block.cells)} cannot be read: no cell around the label has a protocol and a "
        "port, the label not below its middle, and the rows that the catalogue knows"
    )
    return Unplaced(block.cells, "broken-cell", what, DECIDE, known.section, (block.label.row,))
