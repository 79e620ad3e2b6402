"""Whether a new label is a new name of a row that is printed no longer.

It is when all that stands beside the label is just as the catalogue has it under the old
name, and no other label and no other row could be meant. When only a part is the same,
it may be: that is for people to decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway_rules.authoring.issue.cells import EXTERNAL
from gateway_rules.authoring.issue.known import Known
from gateway_rules.authoring.issue.match import has_end, has_ports, has_protocol, match
from gateway_rules.authoring.issue.said import Said
from gateway_rules.inputs import Service


def renamed(
    new: Mapping[str, Sequence[Said]], gone: Mapping[str, Sequence[Service]], known: Known
) -> dict[str, str]:
    """Give the old name of each new label that is certainly a new name."""
    same = [
        (label, row)
        for label, said in new.items()
        for row, services in gone.items()
        if _is_same(said, services, known)
    ]
    labels, rows = [label for label, _ in same], [row for _, row in same]
    return {lab: row for lab, row in same if labels.count(lab) == rows.count(row) == 1}


def _is_same(said: Sequence[Said], services: Sequence[Service], known: Known) -> bool:
    matched = match(services, said, known)
    is_whole = not matched.services and not matched.said
    return is_whole and all(_is_equal(*pair, known) for pair in matched.pairs)


def _is_equal(service: Service, said: Said, known: Known) -> bool:
    same = (test(service, said, known) for test in (has_protocol, has_ports, has_end))
    hosts = [(host.name, host.addresses) for host in said.hosts]
    has_hosts = [(host.name, host.addresses) for host in service.hosts] == hosts
    return all(same) and (known.section != EXTERNAL or has_hosts)


def resembled(
    said: Sequence[Said], gone: Mapping[str, Sequence[Service]], known: Known
) -> tuple[str, ...]:
    """Name the rows that are printed no longer and share an other end with a new label."""
    return tuple(
        row
        for row, services in gone.items()
        if any(has_end(service, one, known) for service in services for one in said)
    )
