"""A service as the next issue has it, and what stays in it until all of it is placed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeVar

from gateway_rules.authoring.issue.said import SaidHost
from gateway_rules.authoring.issue.unplaced import HOSTS, PORTS, Unplaced
from gateway_rules.inputs import Service
from gateway_rules.packets import PortPair

H = TypeVar("H", bound=Hashable)
CLIENT: Final = "every row of the section is a client of a public server"
"""Why a new row of section 2 is egress."""


@dataclass(frozen=True)
class Draft:
    """A service as the next issue has it; what is not here stays as it was."""

    was: Service | None
    id: str
    section: str
    row: str
    protocol: Literal["tcp", "udp"]
    ports: tuple[PortPair, ...]
    hosts: tuple[SaidHost, ...]
    before_version: str | None = None


def unchanged(service: Service) -> Draft:
    """Give a service as it is."""
    return Draft(
        service,
        service.id,
        service.section,
        service.row,
        service.protocol,
        service.ports,
        entries(service),
        service.before_version,
    )


def entries(service: Service) -> tuple[SaidHost, ...]:
    """Give the hosts of a service."""
    return tuple(SaidHost(host.name, host.addresses) for host in service.hosts)


def holding(draft: Draft, findings: Sequence[Unplaced]) -> Draft:
    """Give a draft from which nothing is taken out that a finding may still belong to."""
    if draft.was is None:
        return replace(draft, hosts=tuple(host for host in draft.hosts if host.addresses))
    rows = {draft.row, draft.was.row}
    about = [f for f in findings if f.section == draft.section and not rows.isdisjoint(f.rows)]
    holds = {part for finding in about for part in finding.holds}
    hosts = _held_hosts(draft.hosts, entries(draft.was)) if HOSTS in holds else draft.hosts
    ports = weave(draft.ports, draft.was.ports) if PORTS in holds else draft.ports
    return replace(draft, hosts=hosts, ports=ports)


def _held_hosts(hosts: Sequence[SaidHost], old: Sequence[SaidHost]) -> tuple[SaidHost, ...]:
    """Put back each address that is printed nowhere beside its host any more."""
    names = {host.name for host in old if host not in hosts} - {host.name for host in hosts}
    held = list(weave(hosts, tuple(host for host in old if host in hosts or host.name in names)))
    for host in old:
        said = {a for one in held if one.name == host.name for a in one.addresses}
        lacking = tuple(address for address in host.addresses if address not in said)
        same = [index for index, one in enumerate(held) if one.name == host.name]
        torn = [index for index in same if not held[index].is_whole]
        for index in (torn or same)[:1] if lacking else ():
            there = {*held[index].addresses, *lacking}
            old_order = [address for address in host.addresses if address in there]
            addresses = weave(held[index].addresses, old_order)
            held[index] = replace(held[index], addresses=addresses)
    return tuple(host for host in held if host.addresses or host.is_whole)


def weave(new: Sequence[H], old: Sequence[H]) -> tuple[H, ...]:
    """Give the new values and, each behind the one that it followed, the old ones.

    >>> weave("xca", "abc")
    ('x', 'c', 'a', 'b')
    """
    woven = list(new)
    for index, value in enumerate(old):
        if value not in woven:
            before = [woven.index(one) for one in old[:index] if one in woven]
            woven.insert(before[-1] + 1 if before else 0, value)
    return tuple(woven)
