"""Whether the section about regional addresses still says what the catalogue has of it.

It is prose, so only figures and names are read: the geography in which the printed
addresses hold must be named, the range of hosts must be those of the service, and the
paragraph that names the geography must be one that has been read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway_rules.authoring.issue.cells import Cell, Printed, Section
from gateway_rules.authoring.issue.drafts import Draft
from gateway_rules.authoring.issue.known import fingerprint
from gateway_rules.authoring.issue.old_rows import PROSE_FILE
from gateway_rules.authoring.issue.unplaced import Unplaced
from gateway_rules.inputs import Service

_RANGE: Final = re.compile(r"\b([A-Za-z-]+)([0-9]+) to ([A-Za-z-]+)([0-9]+)\b")


def regional_findings(
    printed: Printed,
    drafts: Sequence[Draft],
    prose: Mapping[str, Sequence[str]],
) -> Iterator[Unplaced]:
    """Give what the section of each regional service says otherwise than the catalogue."""
    for draft in drafts:
        regional = draft.was.regional if draft.was else None
        section = printed.sections.get(regional.section) if regional else None
        if draft.was and regional and section:
            yield from _statement(draft.was, regional.geography, section, prose)
            yield from _hosts(draft, section)


def _statement(
    service: Service, geography: str, section: Section, prose: Mapping[str, Sequence[str]]
) -> Iterator[Unplaced]:
    about = [one for one in section.paragraphs if re.search(rf"\b{geography}\b", one.text)]
    if not about:
        what = f"the section does not say that the addresses of {service.id} hold in {geography}"
        fix = "see where they hold, and mend the service's regional"
        yield Unplaced((section.title,), "regional", what, fix, service.section, (service.row,), ())
    for paragraph in about:
        mark = fingerprint(paragraph.text)
        if mark not in prose.get(service.id, ()):
            what = f"nobody has read yet what this says of {geography}, where {service.id} holds"
            fix = f"if it changes nothing, add {mark} under {service.id} in {PROSE_FILE}"
            rows = (service.row,)
            yield Unplaced((paragraph,), "unread", what, fix, service.section, rows, ())


def _hosts(draft: Draft, section: Section) -> Iterator[Unplaced]:
    there = {host.name.partition(".")[0].casefold() for host in draft.hosts}
    named = [(one, found) for one in section.paragraphs for found in _RANGE.finditer(one.text)]
    for paragraph, found in named:
        wanted = {f"{found[1]}{n}".casefold() for n in range(int(found[2]), int(found[4]) + 1)}
        if found[1] == found[3] and wanted != there:
            what = f"{found[0]} are not the hosts of {draft.row}"
            yield _mismatch(draft, paragraph, what)
    if not named:
        yield _mismatch(draft, section.title, f"the section names no range of hosts of {draft.row}")


def _mismatch(draft: Draft, cell: Cell, what: str) -> Unplaced:
    fix = "see which hosts have other addresses elsewhere, and mend the service"
    return Unplaced((cell,), "regional", what, fix, draft.section, (draft.row,), ())
