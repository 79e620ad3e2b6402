"""A row that the catalogue does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gateway_rules.authoring.issue import parsing
from gateway_rules.authoring.issue.cells import EXTERNAL
from gateway_rules.authoring.issue.drafts import Draft
from gateway_rules.authoring.issue.known import Known
from gateway_rules.authoring.issue.renames import resembled
from gateway_rules.authoring.issue.said import Said
from gateway_rules.authoring.issue.unplaced import Unplaced, quoted
from gateway_rules.inputs import Service


def new_row(
    said: Sequence[Said], gone: Mapping[str, Sequence[Service]], known: Known
) -> Iterator[tuple[Said, Draft] | Unplaced]:
    """Give the services of a new row of section 2, and what of a new row people must decide."""
    rows = resembled(said, gone, known)
    for one in said:
        draft = _draft(one, known)
        if known.section != EXTERNAL:
            yield _undecided(one, rows, known)
        elif rows:
            yield _perhaps_renamed(one, rows, known)
        elif draft:
            yield one, draft
        else:
            yield _waiting(one, known)


def _draft(said: Said, known: Known) -> Draft | None:
    if not (said.protocol and said.ports and said.has_addresses):
        return None
    before = parsing.before_version(said.label.cell.text)
    row = said.label.row
    return Draft(None, "", known.section, row, said.protocol, said.ports, said.hosts, before)


def _undecided(said: Said, rows: tuple[str, ...], known: Known) -> Unplaced:
    perhaps = f", perhaps a new name of {' or '.join(rows)}" if rows else ""
    what = f"{quoted(said.printed.cells)} is new{perhaps}; the document gives it no direction"
    fix = "decide who begins and which role is at the other end, and write the service"
    cells = said.printed.cells
    return Unplaced(cells, "new-row", what, fix, known.section, (said.label.row, *rows))


def _perhaps_renamed(said: Said, rows: tuple[str, ...], known: Known) -> Unplaced:
    what = f"{quoted(said.printed.cells)} may be a new name of {' or '.join(rows)}, or new"
    fix = "write the label as the row of the service that it is, or write a new service"
    cells = said.printed.cells
    return Unplaced(cells, "renamed-row", what, fix, known.section, (said.label.row, *rows))


def _waiting(said: Said, known: Known) -> Unplaced:
    what = f"{quoted(said.printed.cells)} is new and lacks a protocol, a port or an address"
    fix = "settle what cannot be read in it, or write the service"
    return Unplaced(said.printed.cells, "new-row", what, fix, known.section, (said.label.row,))
