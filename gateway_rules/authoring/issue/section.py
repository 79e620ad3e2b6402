"""One section of the next issue against the catalogue.

A label that the catalogue has is that row, whatever else of it changed. A new label of
section 2 is a new service, if no row that went looks like it; one of section 3 is for people
to decide, as the section prints no direction and names nobody's role. A service whose row
is printed no longer goes, unless a cell that could not be placed may be its.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway_rules.authoring.issue import parsing
from gateway_rules.authoring.issue.blocks import DECIDE, printed
from gateway_rules.authoring.issue.cells import HEADINGS, Cell, Section
from gateway_rules.authoring.issue.conversations import Conversation, conversations
from gateway_rules.authoring.issue.drafts import Draft, holding, unchanged, weave
from gateway_rules.authoring.issue.known import Known
from gateway_rules.authoring.issue.match import match
from gateway_rules.authoring.issue.new_rows import new_row
from gateway_rules.authoring.issue.old_rows import old_row
from gateway_rules.authoring.issue.renames import renamed
from gateway_rules.authoring.issue.said import Said, say
from gateway_rules.authoring.issue.unplaced import Unplaced, quoted
from gateway_rules.errors import Refused
from gateway_rules.inputs import Service

_ROW: Final = re.compile(r"\b(TCP|UDP) \d")
_SHOWN: Final = 60


@dataclass(frozen=True)
class Drafts:
    """The services of a section in the order of the next issue, and what could not be placed."""

    drafts: tuple[Draft, ...]
    findings: tuple[Unplaced, ...]
    said: Mapping[str, Sequence[Said]]
    """What stands at each row of the catalogue."""


@dataclass(frozen=True)
class _Labels:
    """The rows of the catalogue that are printed, the labels that are new, the rows that went."""

    printed: Mapping[str, Sequence[Said]]
    new: Mapping[str, Sequence[Said]]
    gone: Mapping[str, Sequence[Service]]


def draft_section(section: Section, known: Known) -> Drafts:
    """Give the services of a section as its rows have them; new ones have no id yet."""
    read = [*conversations(section.rows, known), *strays(known.section, section, known.rows)]
    read += _hidden(section, known)
    said = [say(one, known) for one in read if isinstance(one, Conversation)]
    findings = [one for one in read if isinstance(one, Unplaced)]
    findings += [finding for one in said for finding in one.findings]
    labels = _labels(said, held_rows(findings), known)
    placed: list[tuple[int, Draft]] = []
    for one in _place(labels, known):
        if isinstance(one, Unplaced):
            findings.append(one)
        else:
            placed.append((said.index(one[0]), one[1]))
    placed.sort(key=lambda place: (place[0], _number(place[1], known)))
    drafts = _with_held([draft for _, draft in placed], findings, known)
    return Drafts(drafts, tuple(findings), labels.printed)


def held_rows(findings: Sequence[Unplaced]) -> frozenset[str]:
    """Name the rows that lose nothing as long as these findings stand."""
    return frozenset(row for finding in findings if finding.holds for row in finding.rows)


def strays(number: str, section: Section, candidates: tuple[str, ...]) -> Iterator[Unplaced]:
    """Give the rows of a section that stand under no heading that is known, or do not fit."""
    for row in section.strays:
        cells = printed(row)
        what = f"{quoted(cells)} does not stand in a table of the form that section {number} has"
        yield Unplaced(cells, "stray-row", what, DECIDE, number, candidates)


def _hidden(section: Section, known: Known) -> Iterator[Unplaced]:
    """Give the prose that may hold rows or a label of the section's table, lost as prose is."""
    for paragraph in section.paragraphs:
        start = textwrap.shorten(paragraph.text, _SHOWN, placeholder=" …")
        cells = (replace(paragraph, text=start),)
        if _reads_as_table(paragraph, " ".join(HEADINGS[known.section])):
            what = f"{quoted(cells)} reads as a table whose cells no tab parts"
            fix = "put a tab between its cells and import it again"
        elif paragraph in section.between:
            what = f"{quoted(cells)} stands between rows and may be a label"
            fix = (
                "take out the blank lines around it if it is one, else all of it, and import again"
            )
        else:
            continue
        yield Unplaced(cells, "stray-row", what, fix, known.section, known.rows)


def _reads_as_table(paragraph: Cell, heading: str) -> bool:
    is_row = heading in paragraph.text or _ROW.search(paragraph.text)
    return bool(is_row) or any(_is_address(word.text) for word in paragraph.words)


def _is_address(word: str) -> bool:
    try:
        parsing.address(word)
    except Refused:
        return False
    return True


def _labels(said: Sequence[Said], held: frozenset[str], known: Known) -> _Labels:
    by_label: dict[str, list[Said]] = {}
    for one in said:
        by_label.setdefault(one.label.row, []).append(one)
    free = [row for row in known.rows if row not in by_label and row not in held]
    gone = {row: known.of_row(row) for row in free}
    new = {label: ones for label, ones in by_label.items() if label not in known.rows}
    names = renamed(new, gone, known)
    return _Labels(
        {
            names.get(lab, lab): ones
            for lab, ones in by_label.items()
            if lab in {*known.rows, *names}
        },
        {label: ones for label, ones in new.items() if label not in names},
        {row: services for row, services in gone.items() if row not in names.values()},
    )


def _place(labels: _Labels, known: Known) -> Iterator[tuple[Said, Draft] | Unplaced]:
    for row, said in labels.printed.items():
        yield from old_row(row, match(known.of_row(row), said, known), known)
    for said in labels.new.values():
        yield from new_row(said, labels.gone, known)


def _number(draft: Draft, known: Known) -> int:
    return known.services.index(draft.was) if draft.was else len(known.services)


def _with_held(
    drafts: Sequence[Draft], findings: Sequence[Unplaced], known: Known
) -> tuple[Draft, ...]:
    """Put back what a finding may belong to."""
    held, there = held_rows(findings), {draft.was: draft for draft in drafts if draft.was}
    stay = [s for s in known.services if s in there or s.row in held]
    kept = {s: unchanged(s) for s in stay if s not in there}
    woven = weave(drafts, [there.get(service) or kept[service] for service in stay])
    return tuple(holding(draft, findings) for draft in woven)
