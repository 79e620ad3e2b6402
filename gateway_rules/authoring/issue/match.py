"""Which service of the catalogue a printed conversation is.

A label names a row, and a row may have several services: audiences of one conversation,
which share its protocol and ports, or conversations of their own. So within a row
they are told apart by what both have: protocol, ports and who is at the other end, all three
or else any two, if nothing else has as much. A row that has one service and one
conversation needs no telling, whatever changed. All else is not matched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from gateway_rules.authoring.issue.cells import EXTERNAL
from gateway_rules.authoring.issue.known import Known
from gateway_rules.authoring.issue.said import Said
from gateway_rules.inputs import Service

Test: TypeAlias = Callable[[Service, Said, Known], bool]


@dataclass(frozen=True)
class Matched:
    """The pairs of one row, and what is left on either side."""

    pairs: tuple[tuple[Service, Said], ...]
    services: tuple[Service, ...]
    said: tuple[Said, ...]


def has_protocol(service: Service, said: Said, _: Known) -> bool:
    """Tell whether the protocol is the service's."""
    return service.protocol == said.protocol


def has_ports(service: Service, said: Said, _: Known) -> bool:
    """Tell whether the ports are the service's."""
    return sorted(service.ports) == sorted(said.ports)


def has_end(service: Service, said: Said, known: Known) -> bool:
    """Tell whether who is at the other end is known of the service, at least in part."""
    if known.section != EXTERNAL:
        return known.has_read(service, said.text)
    if not service.hosts:
        return not said.hosts
    names = {host.name.casefold() for host in said.hosts}
    return not names.isdisjoint(host.name.casefold() for host in service.hosts)


_TESTS: Final[tuple[Test, ...]] = (has_protocol, has_ports, has_end)


def match(services: Sequence[Service], said: Sequence[Said], known: Known) -> Matched:
    """Pair the services of a row with its conversations."""
    if len(services) == len(said) == 1:
        return Matched(((services[0], said[0]),), (), ())
    pairs: list[tuple[Service, Said]] = []
    left, unsaid = list(said), list(services)
    for least in (3, 2):
        found = list(_sure(unsaid, left, known, least))
        pairs.extend(found)
        unsaid = [service for service in unsaid if service not in [one for one, _ in found]]
        left = [one for one in left if one not in [other for _, other in found]]
    return Matched(tuple(pairs), tuple(unsaid), tuple(left))


def _sure(
    services: Sequence[Service], said: Sequence[Said], known: Known, least: int
) -> Iterator[tuple[Service, Said]]:
    """Give the pairs that have so much in common, and neither side of which has another one."""
    fits = [
        (service, one)
        for service in services
        for one in said
        if sum(test(service, one, known) for test in _TESTS) >= least
    ]
    for service, one in fits:
        rivals = [other for other, same in fits if same == one]
        audiences = {(rival.protocol, rival.ports) for rival in rivals}
        if len(audiences) == 1 and [s for s, _ in fits].count(service) == 1:
            yield service, one
