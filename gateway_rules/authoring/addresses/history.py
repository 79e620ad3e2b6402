"""What was seen before and what is seen now, put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from gateway_rules.authoring.addresses.queries import Reply, Resolver
from gateway_rules.inputs import ResolvedHost, Seen
from gateway_rules.packets import Prefix


@dataclass(frozen=True)
class Sighting:
    """What the resolvers of one look-up say of a host."""

    canonical: frozenset[str]
    """The ends of its chains of aliases."""
    addresses: Mapping[Prefix, frozenset[Resolver]]
    """Each address with those who gave it."""


def seen_by_host(replies: Sequence[Reply]) -> Mapping[str, Sighting]:
    """Put the replies of all rounds together, host by host."""
    ends: dict[str, set[str]] = defaultdict(set)
    given: dict[str, dict[Prefix, set[Resolver]]] = defaultdict(lambda: defaultdict(set))
    for reply in replies:
        resolver, host, _ = reply.question
        # An end without addresses is where one family's chain happens to stop.
        if reply.addresses:
            ends[host].add(reply.canonical)
        for address in reply.addresses:
            given[host][address].add(resolver)
    return {
        host: Sighting(
            frozenset(ends[host]), {address: frozenset(by) for address, by in found.items()}
        )
        for host, found in given.items()
    }


def merged(
    before: Iterable[ResolvedHost],
    seen: Mapping[str, Sighting],
    known: Collection[str],
    today: date,
    grace: int,
) -> tuple[ResolvedHost, ...]:
    """Give the hosts as they are to be written, sorted.

    An address that is not seen now stays until more than `grace` days have passed since
    it was seen last; one that a person wrote without a day stays until that person takes
    it out. A host that was not looked up stays as it is; one that is not `known` goes.
    """
    old = _by_name(before)
    names = sorted({*seen, *(name for name in old if name in known)}, key=lambda n: (n.lower(), n))
    return tuple(
        _host(old.get(name, ResolvedHost(name=name, addresses=())), seen[name], today, grace)
        if name in seen
        else old[name]
        for name in names
    )


def _by_name(hosts: Iterable[ResolvedHost]) -> Mapping[str, ResolvedHost]:
    """Give the hosts under their names, the addresses of one that stands twice together."""
    found: dict[str, ResolvedHost] = {}
    for host in hosts:
        first = found.get(host.name)
        both = (*first.addresses, *host.addresses) if first else host.addresses
        found[host.name] = host.model_copy(update={"addresses": both})
    return found


def _host(old: ResolvedHost, seen: Sighting, today: date, grace: int) -> ResolvedHost:
    known = {each.address: each for each in old.addresses}
    now = (_seen(known.get(a, Seen(address=a)), by, today) for a, by in seen.addresses.items())
    kept = (
        each
        for address, each in known.items()
        if address not in seen.addresses and stays(each, today, grace)
    )
    addresses = sorted(chain(now, kept), key=lambda each: each.address)
    canonical = old.canonical if old.canonical in seen.canonical else min(seen.canonical)
    return ResolvedHost(name=old.name, canonical=canonical, addresses=tuple(addresses))


def _seen(old: Seen, by: Iterable[Resolver], today: date) -> Seen:
    first = min(old.first_seen or today, today)
    names = tuple(map(str, sorted(by)))
    return Seen(address=old.address, first_seen=first, last_seen=today, resolvers=names)


def stays(seen: Seen, today: date, grace: int) -> bool:
    """Tell whether an address that is not seen today stays all the same."""
    return seen.last_seen is None or (today - seen.last_seen).days <= grace


@dataclass(frozen=True, order=True)
class AddressChange:
    """One host's address that a look-up adds, drops or keeps."""

    host: str
    address: Prefix
    last_seen: date | None


@dataclass(frozen=True)
class Changes:
    """How a look-up changes a file; days and resolvers alone are no change."""

    new: tuple[AddressChange, ...] = ()
    """Addresses that were not there."""
    gone: tuple[AddressChange, ...] = ()
    """Addresses that have not been seen for longer than the grace period."""
    kept: tuple[AddressChange, ...] = ()
    """Addresses that are not seen now and stay."""
    renamed: tuple[tuple[str, str | None, str | None], ...] = ()
    """Hosts whose chain of aliases ends elsewhere, with the name before and now."""

    def __bool__(self) -> bool:
        """Tell whether the file holds other addresses or names than before."""
        return bool(self.new or self.gone or self.renamed)


def changes(
    before: Iterable[ResolvedHost], after: Iterable[ResolvedHost], seen: Mapping[str, Sighting]
) -> Changes:
    """Compare two states of a file."""
    old, new = tuple(before), tuple(after)
    had, has = dict(_addresses(old)), dict(_addresses(new))
    unseen = {
        key: each
        for key, each in has.items()
        if key[0] in seen and key[1] not in seen[key[0]].addresses
    }
    names = {host.name: host.canonical for host in old}
    return Changes(
        _changes({key: each for key, each in has.items() if key not in had}),
        _changes({key: each for key, each in had.items() if key not in has}),
        _changes(unseen),
        tuple(
            (host.name, names[host.name], host.canonical)
            for host in new
            if host.name in names and names[host.name] != host.canonical
        ),
    )


def _addresses(hosts: Iterable[ResolvedHost]) -> Iterator[tuple[tuple[str, Prefix], Seen]]:
    for host in hosts:
        for each in host.addresses:
            yield (host.name, each.address), each


def _changes(found: Mapping[tuple[str, Prefix], Seen]) -> tuple[AddressChange, ...]:
    made = (AddressChange(host, address, each.last_seen) for (host, address), each in found.items())
    return tuple(sorted(made, key=lambda change: (change.host, change.address)))
