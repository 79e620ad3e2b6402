"""A row of the catalogue as the next issue prints it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from gateway_rules.authoring.issue import parsing
from gateway_rules.authoring.issue.cells import EXTERNAL
from gateway_rules.authoring.issue.drafts import Draft, unchanged
from gateway_rules.authoring.issue.known import Known, fingerprint
from gateway_rules.authoring.issue.match import Matched
from gateway_rules.authoring.issue.new_rows import new_row
from gateway_rules.authoring.issue.said import Said
from gateway_rules.authoring.issue.unplaced import HOSTS, Unplaced, quoted
from gateway_rules.inputs import Service

PROSE_FILE: Final = "gateway_rules/catalogue/prose.yaml"


def old_row(row: str, matched: Matched, known: Known) -> Iterator[tuple[Said, Draft] | Unplaced]:
    """Give the services of a row with what changed, and what of it nobody has read yet."""
    for service, said in matched.pairs:
        yield said, _changed(service, said, known)
    for said in dict.fromkeys(said for _, said in matched.pairs):
        services = [service for service, other in matched.pairs if other == said]
        yield from _unread(services, said, known)
        yield from _note(services[0], said, known)
        yield from _other_end(services[0], said, known)
    for said in matched.said:
        if matched.services:
            yield _unmatched(row, matched.services, said, known)
        else:
            yield from new_row([said], {}, known)


def _changed(service: Service, said: Said, known: Known) -> Draft:
    draft = unchanged(service)
    row, before = _label(service, said, known) or (service.row, service.before_version)
    has_hosts = known.section == EXTERNAL and said.has_addresses != service.anywhere
    has_ports = bool(said.ports) and set(said.ports) != set(service.ports)
    return replace(
        draft,
        row=row,
        protocol=said.protocol or service.protocol,
        ports=said.ports if has_ports else service.ports,
        hosts=said.hosts if has_hosts else draft.hosts,
        before_version=before,
    )


def _label(service: Service, said: Said, known: Known) -> tuple[str, str | None] | None:
    """Give row and version as the label has them; nothing when its note has yet to be read."""
    text, before = said.label.cell.text, service.before_version
    if known.take(service.row, text) == service.row:
        return service.row, before
    if known.has_read(service, parsing.note(text)):
        is_same = parsing.base(text) == parsing.base(service.row)
        return service.row if is_same else parsing.base(text), before
    version = parsing.before_version(text)
    if (version and before) or (not before and parsing.note(text) == parsing.note(service.row)):
        return text, version
    return None


def _note(service: Service, said: Said, known: Known) -> Iterator[Unplaced]:
    if not _label(service, said, known):
        cell, note = said.label.cell, parsing.note(said.label.cell.text)
        what = f'the note of {quoted((cell,))} is new for row "{service.row}"'
        fix = f"if it changes nothing, {_paste([service], note)}; else mend the service"
        yield Unplaced((cell,), "label-note", what, fix, known.section, (service.row,), ())


def _paste(services: Sequence[Service], text: str) -> str:
    ids = " and ".join(service.id for service in services)
    return f"add {fingerprint(text)} under {ids} in {PROSE_FILE}"


def _unread(services: Sequence[Service], said: Said, known: Known) -> Iterator[Unplaced]:
    unread = [s for s in services if not known.has_read(s, said.text)]
    if not unread or (known.section == EXTERNAL and not (unread[0].anywhere and said.text)):
        return
    cells = tuple(cell for cell in said.prose if cell.text) or (said.label.cell,)
    ids = ", ".join(service.id for service in unread)
    what = f"nobody has read yet what stands beside {ids}: {quoted(cells)}"
    fix = f"if it changes neither direction nor other end, {_paste(unread, said.text)}"
    rows = (unread[0].row,)
    yield Unplaced(cells, "unread", what, f"{fix}; else mend the service", known.section, rows, ())


def _other_end(service: Service, said: Said, known: Known) -> Iterator[Unplaced]:
    cells = tuple(cell for host in said.printed.hosts for cell in host.cells if cell.text)
    if service.anywhere and said.has_addresses:
        what = f"{quoted(cells)} names addresses, and {service.id} may talk to any"
        fix = "give the service hosts instead of anywhere, or leave it as it is"
        yield Unplaced(cells, "other-end", what, fix, known.section, (service.row,), (HOSTS,))
    if service.hosts and not service.anywhere and not cells:
        what = f"{quoted((said.label.cell,))} names no address any more"
        fix = "see who is at the other end; nothing is opened to everybody unasked"
        cells, rows = (said.label.cell,), (service.row,)
        yield Unplaced(cells, "other-end", what, fix, known.section, rows, (HOSTS,))


def _unmatched(row: str, services: Sequence[Service], said: Said, known: Known) -> Unplaced:
    ids = " or ".join(service.id for service in services)
    what = f"{quoted(said.printed.cells)} may be {ids}, or new"
    fix = "write it into the catalogue as that service or as a new one"
    return Unplaced(said.printed.cells, "ambiguous-service", what, fix, known.section, (row,))
