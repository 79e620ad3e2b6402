"""Errata and caveats under the next issue: still printed, printed otherwise, or settled.

An erratum says what is printed, so it goes when that is printed no longer. Four
kinds say it in words: the cover's two numbers, a number of equal rows, a port without a
protocol, and everything else, which is a word or a part of a label of its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from gateway_rules.authoring.issue.cells import PORT, PROTOCOL, Cell, Printed
from gateway_rules.authoring.issue.drafts import Draft
from gateway_rules.authoring.issue.said import Said
from gateway_rules.authoring.issue.unplaced import Unplaced
from gateway_rules.inputs import Caveat, Erratum

COVER: Final = "cover"
_COVER: Final = re.compile(r"Issue \S+, and Version \S+ on the copyright page")
_EQUAL: Final = re.compile(r"(\w+) (rows with the same host and addresses)")
_BARE: Final = re.compile(r"no protocol beside port (\d+)")
_CIDR: Final = re.compile(r"[0-9A-Fa-f:.]+/[0-9]+")
_NUMBERS: Final = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]


def reprinted(erratum: Erratum, said: Sequence[Said], printed: Printed) -> str | None:
    """Give what an erratum has to say is printed now; nothing when that is as it should be."""
    if _COVER.fullmatch(erratum.printed):
        return cover_misprint(printed)
    if equal := _EQUAL.fullmatch(erratum.printed):
        return _equal_rows(said, equal[2])
    if bare := _BARE.fullmatch(erratum.printed):
        is_there = any(
            _is_bare(cell, bare[1], printed) for one in said for cell in one.printed.ports
        )
        return erratum.printed if is_there else None
    words = {word.text for one in said for cell in one.printed.cells for word in cell.words}
    labels = [one.label.cell.text for one in said]
    is_there = erratum.printed in words or any(erratum.printed in label for label in labels)
    return erratum.printed if is_there else None


def cover_misprint(printed: Printed) -> str | None:
    """Say that cover and copyright page differ, if they do."""
    if printed.version is None or printed.version.text == printed.issue.text:
        return None
    return f"Issue {printed.issue.text}, and Version {printed.version.text} on the copyright page"


def _equal_rows(said: Sequence[Said], rest: str) -> str | None:
    hosts = [(host.name, host.addresses) for one in said for host in one.hosts]
    most = max(map(hosts.count, hosts), default=0)
    written = _NUMBERS[most] if most < len(_NUMBERS) else str(most)
    return f"{written} {rest}" if most > 1 else None


def _is_bare(cell: Cell, port: str, printed: Printed) -> bool:
    rows = (row for section in printed.sections.values() for row in section.rows)
    return cell.text == port and any(row[PORT] == cell and not row[PROTOCOL].text for row in rows)


def stale_caveats(
    caveats: Sequence[Caveat], drafts: Sequence[Draft], title: Cell
) -> Iterator[Unplaced]:
    """Give the caveats about addresses that their row has no longer."""
    for caveat in caveats:
        of_row = [
            d for d in drafts if d.was and (d.section, d.was.row) == (caveat.section, caveat.row)
        ]
        there = {str(a) for draft in of_row for host in draft.hosts for a in host.addresses}
        gone = [word for word in _CIDR.findall(caveat.what) if word not in there]
        if gone and there:
            what = f"the caveat {caveat.id} is about {gone[0]}, which {caveat.row} has no longer"
            fix = "take the caveat out, or mend it"
            yield Unplaced((title,), "stale-caveat", what, fix, caveat.section, holds=())
