"""What the next issue of the document changes in the catalogue."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway_rules.authoring.issue import parsing
from gateway_rules.authoring.issue.cells import HEADINGS, Printed
from gateway_rules.authoring.issue.drafts import Draft, unchanged
from gateway_rules.authoring.issue.errata import COVER, cover_misprint, reprinted, stale_caveats
from gateway_rules.authoring.issue.known import known
from gateway_rules.authoring.issue.regional import regional_findings
from gateway_rules.authoring.issue.said import Said
from gateway_rules.authoring.issue.section import Drafts, draft_section, held_rows, strays
from gateway_rules.authoring.issue.unplaced import Unplaced, quoted
from gateway_rules.authoring.issue.yaml_text import flow
from gateway_rules.inputs import Catalogue
from gateway_rules.packets import format_ports

Prose = Mapping[str, Sequence[str]]
"""The fingerprints of the prose that has been read, by the ids of services."""
Changes = Mapping[int, Mapping[str, str]]
"""What changes in the items of a list that stay, by their place in it."""

_ANY_VERSION: Final = re.compile(r"\.\*$")
_DATE: Final = re.compile(r"[A-Z][a-z]+ [0-9]{4}")
_LONGEST_ID: Final = 64


@dataclass(frozen=True)
class Proposal:
    """The catalogue under the next issue, and what of the issue is not in it."""

    cover: Mapping[str, str]
    """Title, issue and date."""
    sections: Mapping[str, str]
    """The titles of the catalogue's sections."""
    services: tuple[Draft, ...]
    """All services, in the order of the issue."""
    errata: Changes
    caveats: Changes
    findings: tuple[Unplaced, ...]


def propose(printed: Printed, catalogue: Catalogue, prose: Prose) -> Proposal:
    """Hold an issue against the catalogue; `prose` is what has been read of its words."""
    parts = {
        number: draft_section(printed.sections[number], known(number, catalogue, prose))
        for number in HEADINGS
    }
    services = _services(catalogue, parts)
    said = {
        (number, row): ones for number, part in parts.items() for row, ones in part.said.items()
    }
    held = {(number, row) for number, part in parts.items() for row in held_rows(part.findings)}
    rows = {(d.was.section, d.was.row): d.row for d in services if d.was}
    return Proposal(
        cover=_cover(printed, catalogue),
        sections=_titles(printed, catalogue),
        services=services,
        errata=_errata(printed, catalogue, said, held, rows),
        caveats={
            index: {"row": rows[caveat.section, caveat.row]} if caveat.row else {}
            for index, caveat in enumerate(catalogue.caveats)
            if not caveat.row or (caveat.section, caveat.row) in rows
        },
        findings=(
            *(finding for part in parts.values() for finding in part.findings),
            *_front_findings(printed, catalogue),
            *_section_findings(printed, catalogue),
            *regional_findings(printed, services, prose),
            *stale_caveats(catalogue.caveats, services, printed.title),
        ),
    )


def _services(catalogue: Catalogue, parts: Mapping[str, Drafts]) -> tuple[Draft, ...]:
    """Give the services section by section, and each new one an id of its own."""
    others = [unchanged(service) for service in catalogue.services if service.section not in parts]
    numbers = dict.fromkeys([*(service.section for service in catalogue.services), *parts])
    drafts = [
        draft
        for number in numbers
        for draft in (parts[number].drafts if number in parts else others)
        if draft.section == number
    ]
    taken = set(catalogue.by_id)
    named = []
    for draft in drafts:
        name = draft.id or _new_id(draft, taken)
        taken.add(name)
        named.append(replace(draft, id=name))
    return tuple(named)


def _new_id(draft: Draft, taken: Collection[str]) -> str:
    """Make an id of a label, and of protocol and port where the label alone is not enough.

    >>> _new_id(Draft(None, "", "2", "RSS Feed (pre 3.1)", "tcp", ((80, 80),), ()), {"rss-feed"})
    'rss-feed-tcp-80'
    """
    words = re.findall(r"[a-z0-9]+", parsing.base(draft.row).casefold())
    name = "-".join(words if words and words[0][0].isalpha() else ["row", *words])
    longer = f"-{draft.protocol}-{format_ports(draft.protocol, *draft.ports[0])}"
    endings = ("", longer, *(f"{longer}-{number}" for number in range(2, len(taken) + 3)))
    names = (name[: _LONGEST_ID - len(ending)].rstrip("-") + ending for ending in endings)
    return next(name for name in names if name not in taken)


def _cover(printed: Printed, catalogue: Catalogue) -> dict[str, str]:
    has_date = _DATE.fullmatch(printed.date.text)
    return {
        "title": _ANY_VERSION.sub("", printed.title.text),
        "issue": printed.issue.text,
        "date": printed.date.text if has_date else catalogue.date,
    }


def _titles(printed: Printed, catalogue: Catalogue) -> dict[str, str]:
    there = printed.sections
    return {
        number: there[number].title.text if number in there else title
        for number, title in catalogue.sections.items()
    }


def _errata(
    printed: Printed,
    catalogue: Catalogue,
    said: Mapping[tuple[str, str], Sequence[Said]],
    held: Collection[tuple[str, str]],
    rows: Mapping[tuple[str, str], str],
) -> dict[int, dict[str, str]]:
    stay: dict[int, dict[str, str]] = {}
    for index, erratum in enumerate(catalogue.errata):
        place = (erratum.section, erratum.row)
        now = reprinted(erratum, said.get(place, ()), printed)
        if erratum.section == COVER and now:
            stay[index] = {"printed": now, "taken": printed.issue.text}
        elif erratum.section not in HEADINGS and erratum.section != COVER:
            stay[index] = {}
        elif place in rows and (now or place in held):
            stay[index] = {"printed": now or erratum.printed, "row": rows[place]}
    return stay


def _front_findings(printed: Printed, catalogue: Catalogue) -> Iterator[Unplaced]:
    if not _DATE.fullmatch(printed.date.text):
        what = f"{quoted((printed.date,))} below the issue number is no month with a year"
        fix = "see the cover, and write the date into the catalogue"
        yield Unplaced((printed.date,), "cover", what, fix, COVER, holds=())
    has_erratum = any(erratum.section == COVER for erratum in catalogue.errata)
    if printed.version and not has_erratum and (misprint := cover_misprint(printed)):
        parts = {"section": COVER, "row": "Issue", "printed": misprint}
        parts |= {"taken": printed.issue.text, "why": "WHY"}
        fix = f"see what is meant, and write under errata: - {flow(parts)}"
        yield Unplaced((printed.version,), "cover", f"the cover and this differ: {misprint}", fix)


def _section_findings(printed: Printed, catalogue: Catalogue) -> Iterator[Unplaced]:
    first = min(map(int, catalogue.sections), default=0)
    for number, section in printed.sections.items():
        if number not in catalogue.sections and int(number) > first:
            what = f"section {number}, {section.title.text}, is new"
            fix = "see what it asks for, and write its title under sections"
            yield Unplaced((section.title,), "section", what, fix, number)
        if number not in HEADINGS:
            yield from strays(number, section, ())
    for number, title in catalogue.sections.items():
        if number not in printed.sections:
            what = f"section {number}, {title}, is not there any more"
            fix = "take what rests on it out of the catalogue"
            yield Unplaced((printed.title,), "section", what, fix, number)
