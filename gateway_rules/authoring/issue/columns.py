"""Which cell of a merged column holds for each row of a block.

`merged` says by which rules, as for the labels. Where all that is printed of the protocol or
of the port is the same, it holds for the whole block. What the catalogue knows counts
only where it is exact: a row belongs to a cell when one service of the label has both, in
section 2 one host with all the addresses of the row. A row between two cells that say the
same may have either, and is given the one above.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway_rules.authoring.issue import merged
from gateway_rules.authoring.issue.blocks import LabelBlock, height
from gateway_rules.authoring.issue.cells import PORT, PROTOCOL, Cell, Row
from gateway_rules.authoring.issue.known import EXACT, Known

_SAYING_ONE_THING: Final = (PROTOCOL, PORT)


def holders(block: LabelBlock, column: int, known: Known) -> list[tuple[Cell, ...]]:
    """Give for each row the cells of a column that may hold for it; none where rules are broken.

    A column without any text holds one blank cell for all rows.
    """
    rows = block.rows
    marks = [index for index, row in enumerate(rows) if row[column].text]
    printed = [rows[mark][column] for mark in marks]
    if not marks or (column in _SAYING_ONE_THING and len({cell.text for cell in printed}) == 1):
        return [(rows[marks[0] if marks else 0][column],)] * len(rows)

    def support(mark: int, row: int) -> int:
        return _support(block, column, known, printed[mark], rows[row])

    heights = [height(row) for row in rows]
    supported = [merged.best_supported(marks, row, support) for row in range(len(rows))]

    def price(mark: int, start: int, end: int) -> int:
        return merged.price((mark, start, end), marks, heights, supported)

    cells = merged.cells(marks, len(rows), price)
    return [
        () if owners <= cells.broken else _told_apart([printed[owner] for owner in sorted(owners)])
        for owners in cells.owners
    ]


def _told_apart(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Give the first of cells that say the same, else all."""
    return tuple(cells) if len({cell.text for cell in cells}) > 1 else (cells[0],)


def _support(block: LabelBlock, column: int, known: Known, cell: Cell, row: Row) -> int:
    """Tell whether a service of the label is known to have the cell and the row."""
    both = (*row[:column], cell, *row[column + 1 :])
    services = [service for service in block.label.services if known.has(service, column, cell)]
    return EXACT if any(known.support(one, both) == EXACT for one in services) else 0
