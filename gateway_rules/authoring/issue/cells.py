"""From the text of the document to its printed cells, each with its line and column.

The text is what comes out of the PDF. A section begins with a line that holds its
number and title, alone between blank lines, the numbers counting up from 1. A table
begins with its heading, cells are parted by tabs, and blank cells at the end of a row may
be missing. A heading that comes again after the end of a page goes on with the same
table, so the rows of a section are one list, whatever the pages. Between blank lines,
prose may stand before a heading and after the last row; a line that touches a table is a
row of it, and one between rows may be a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Final, TypeAlias

from gateway_rules.errors import Fault, Faults

EXTERNAL: Final = "2"
INTERNAL: Final = "3"
HEADINGS: Final = {
    EXTERNAL: ("Description", "Protocol", "Port", "Hostname/URL", "Current IP Address"),
    INTERNAL: ("Description", "Protocol", "Port", "Comment"),
}
"""The sections that hold a table, and its heading."""
LABEL: Final = 0
PROTOCOL: Final = 1
PORT: Final = 2
HOST: Final = 3
COMMENT: Final = 3
ADDRESS: Final = 4

_SECTION: Final = re.compile(r"(\d+) +(\S[^\t]{0,60}[^\t.:,; ])")
_ISSUE: Final = re.compile(r"Issue (\d+(?:\.\d+)*)")
_VERSION: Final = re.compile(r"Version (\d+(?:\.\d+)*)\b.*")
_WORD: Final = re.compile(r"[^\s,;]+")
_ODD_BLANKS: Final = str.maketrans(dict.fromkeys("\f\r\N{NO-BREAK SPACE}\N{BYTE ORDER MARK}", " "))


@dataclass(frozen=True, order=True)
class Cell:
    """A piece of text where it is printed; line and column count from 1."""

    line: int
    column: int
    text: str

    @property
    def words(self) -> tuple[Cell, ...]:
        """Give the parts between blanks, commas and semicolons, each with its own place."""
        found = _WORD.finditer(self.text)
        return tuple(Cell(self.line, self.column + word.start(), word[0]) for word in found)


Row: TypeAlias = tuple[Cell, ...]
_Block: TypeAlias = Sequence[tuple[int, str]]
"""Lines without a blank one between them, each with its number."""


@dataclass(frozen=True)
class Section:
    """A numbered section."""

    title: Cell
    rows: tuple[Row, ...] = ()
    """The rows of its table, as wide as the heading."""
    strays: tuple[Row, ...] = ()
    """Rows that are under no heading that is known here, or do not fit under it."""
    paragraphs: tuple[Cell, ...] = ()
    """Its prose, a paragraph each."""
    between: tuple[Cell, ...] = ()
    """Those of its paragraphs that stand between rows under one heading."""


@dataclass(frozen=True)
class Printed:
    """The document as it is printed."""

    title: Cell
    issue: Cell
    date: Cell
    version: Cell | None
    """The version that the copyright page names."""
    sections: dict[str, Section]


def read_issue(text: str, file: str) -> Printed:
    """Read the text of the document; raise Faults when it is no such document."""
    lines = text.translate(_ODD_BLANKS).split("\n")
    starts = list(_section_starts(lines))
    ends = [*(start for start, _, _ in starts), len(lines)][1:]
    sections = {
        number: _section(number, title, lines, range(start + 1, end))
        for (start, number, title), end in zip(starts, ends, strict=True)
    }
    front = _front(lines[: starts[0][0] if starts else None])
    if missing := list(_missing(front, sections)):
        fix = "give the text of the vendor's ports-and-protocols document as its PDF has it"
        raise Faults(
            *(Fault(file, at.line, at.column, "no-document", what, fix) for at, what in missing)
        )
    return _printed(front, sections)


def _section_starts(lines: Sequence[str]) -> Iterator[tuple[int, str, Cell]]:
    expected = 1
    padded = ["", *lines, ""]
    for index, line in enumerate(lines):
        found = _SECTION.fullmatch(line.strip())
        alone = not padded[index].strip() and not padded[index + 2].strip()
        if found and alone and int(found[1]) == expected:
            expected += 1
            yield index, found[1], Cell(index + 1, line.index(found[2]) + 1, found[2])


def _front(lines: Sequence[str]) -> list[Cell]:
    """Give the lines before the first section: the cover, the copyright page, the contents."""
    return [_cell(number, 1, line) for number, line in enumerate(lines, 1) if line.strip()]


def _missing(front: Sequence[Cell], sections: dict[str, Section]) -> Iterator[tuple[Cell, str]]:
    top = Cell(1, 1, "")
    if not any(_ISSUE.fullmatch(cell.text) for cell in front[1:-1]):
        yield top, "no issue number with a date below it stands on its cover"
    for number, heading in HEADINGS.items():
        if number not in sections:
            yield top, f"it has no section {number}"
        elif not sections[number].rows:
            strays = sections[number].strays
            at = strays[0][LABEL] if strays else sections[number].title
            yield at, f"section {number} has no row under the heading {', '.join(heading)}"


def _printed(front: Sequence[Cell], sections: dict[str, Section]) -> Printed:
    at = next(index for index, cell in enumerate(front) if index and _ISSUE.fullmatch(cell.text))
    versions = (cell for cell in front if _VERSION.fullmatch(cell.text))
    version = next(versions, None)
    return Printed(
        title=front[0],
        issue=_number(front[at], _ISSUE),
        date=front[at + 1],
        version=_number(version, _VERSION) if version else None,
        sections=sections,
    )


def _number(cell: Cell, pattern: re.Pattern[str]) -> Cell:
    found = pattern.fullmatch(cell.text)
    offset, text = (found.start(1), found[1]) if found else (0, cell.text)
    return Cell(cell.line, cell.column + offset, text)


def _section(number: str, title: Cell, lines: Sequence[str], body: range) -> Section:
    filled = groupby(body, lambda index: bool(lines[index].strip()))
    blocks = [[(i + 1, lines[i]) for i in indexes] for is_filled, indexes in filled if is_filled]
    tables = [block for block in blocks if _is_table(block)]
    rows, strays = _under_headings(number, [_row(*line) for block in tables for line in block])
    prose = (_paragraph(block) for block in blocks if not _is_table(block))
    between = map(_paragraph, _between_rows(blocks))
    return Section(title, tuple(rows), tuple(strays), tuple(prose), tuple(between))


def _between_rows(blocks: Sequence[_Block]) -> Iterator[_Block]:
    """Give what stands between two parts of a table, the second of which has no heading."""
    runs = [(is_table, [*run]) for is_table, run in groupby(blocks, _is_table)]
    for index, (is_table, run) in enumerate(runs[1:-1], 1):
        if not is_table and not _begins_table(_row(*runs[index + 1][1][0][0])):
            yield from run


def _begins_table(row: Row) -> bool:
    return row[LABEL].text == HEADINGS[EXTERNAL][LABEL]


def _is_table(block: _Block) -> bool:
    return any("\t" in line for _, line in block)


def _paragraph(block: _Block) -> Cell:
    return Cell(block[0][0], 1, " ".join(" ".join(line for _, line in block).split()))


def _row(number: int, line: str) -> Row:
    texts = line.split("\t")
    starts = accumulate((len(text) + 1 for text in texts), initial=1)
    return tuple(_cell(number, start, text) for start, text in zip(starts, texts, strict=False))


def _cell(line: int, column: int, text: str) -> Cell:
    indent = len(text) - len(text.lstrip()) if text.strip() else 0
    return Cell(line, column + indent, text.strip())


def _under_headings(number: str, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Part the rows under the section's own heading from those that are under none, or too wide."""
    heading = HEADINGS.get(number, ())
    under: list[Row] = []
    strays: list[Row] = []
    is_known = False
    for row in rows:
        begins_table = _begins_table(row)
        is_heading = begins_table and tuple(cell.text for cell in row if cell.text) == heading
        is_known = is_heading or (is_known and not begins_table)
        if is_known and not is_heading and (fitting := _fit(row, len(heading))):
            under.append(fitting)
        elif not is_heading:
            strays.append(row)
    return under, strays


def _fit(row: Row, width: int) -> Row:
    """Fill a row up to the width of its table; nothing when it is wider."""
    end = row[-1].column + len(row[-1].text)
    filled = [*row, *(Cell(row[0].line, end, "") for _ in range(width - len(row)))]
    is_wider = any(cell.text for cell in filled[width:])
    return () if is_wider else tuple(filled[:width])
