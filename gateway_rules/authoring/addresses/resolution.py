"""Look up the hosts of a stack, and give its file of addresses for review."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from gateway_rules.authoring.addresses.history import (
    AddressChange,
    Changes,
    changes,
    merged,
    seen_by_host,
)
from gateway_rules.authoring.addresses.queries import DnsQuery, Reply, Resolver, questions
from gateway_rules.authoring.addresses.trust import judge
from gateway_rules.errors import NoAnswer
from gateway_rules.inputs import (
    AddressFile,
    Catalogue,
    NotPublic,
    ResolvedHost,
    Site,
    catalogue_of,
    demanded_hosts,
    named_hosts,
    read_addresses,
    read_text,
    read_without_addresses,
    relative,
    replace_file,
    require_stack,
    written,
)
from gateway_rules.packets import Prefix

ROUNDS: Final = 3
"""How often each question is put by default: some servers give part of their addresses."""
GRACE: Final = 14
"""For how many days an address stays by default that is not given any more."""

Ask: TypeAlias = Callable[[Sequence[DnsQuery], str], Sequence[Reply]]
"""Put the questions of a round; the text says which it is, for progress."""


@dataclass(frozen=True)
class LookupTerms:
    """How a look-up is made."""

    resolvers: tuple[Resolver, ...]
    """Who is asked."""
    today: date
    """The day of the look-up."""
    rounds: int = ROUNDS
    """How often each question is put."""
    grace: int = GRACE
    """For how many days an address stays that is not given any more."""
    every_host: bool = False
    """Whether hosts are looked up whose printed addresses hold."""
    not_public: tuple[NotPublic, ...] = ()
    """Ranges to accept although no public server is in them, as those of the file are.

    The file gets those of them that its addresses need.
    """


@dataclass(frozen=True)
class Resolution:
    """A stack's file of addresses as it is to be, and how that differs from what it is."""

    root: Path
    stack: str
    path: Path
    before: str | None
    """The file's text, None where it is not there."""
    after: AddressFile
    """What the file is to hold."""
    looked_up: tuple[str, ...]
    """The hosts that were asked for; none where nothing has to be."""
    grace: int
    """For how many days an address stays that is not given any more."""
    changes: Changes
    unused: tuple[str, ...] = ()
    """Hosts that the stack plans with their printed addresses, until it says otherwise."""

    @property
    def file(self) -> str:
        """Name the file as a reader of the project does."""
        return relative(self.path, self.root)

    @property
    def hosts(self) -> tuple[ResolvedHost, ...]:
        """Give the hosts that the file is to hold."""
        return self.after.hosts

    @property
    def text(self) -> str:
        """Give the file's text."""
        return written(self.stack, self.after)

    @property
    def is_stale(self) -> bool:
        """Tell whether writing would change a byte."""
        return bool(self.looked_up) and self.text != self.before

    def lines(self, *, written: bool) -> Iterator[str]:
        """Say what differs, a line for each address and name, and what became of the file."""
        if not self.looked_up:
            yield f"{self.stack} needs no look-up: the addresses that are printed hold there"
            yield "to look every host up all the same, say --all"
            return
        yield from self._differences()
        count = sum(len(host.addresses) for host in self.hosts)
        size = f"{len(self.hosts)} hosts, {count} addresses"
        yield f"{self._state(written=written)}: {self.file}, {size}"
        if self.unused:
            cure = "gateway-rules:addresses: {use: resolved}"
            yield f"unused: {len(self.unused)} hosts, until the stack says {cure}"

    def _state(self, *, written: bool) -> str:
        if written:
            return "wrote" if self.is_stale else "unchanged"
        return "differs" if self.changes else "up to date"

    def _differences(self) -> Iterator[str]:
        found = self.changes
        for word, some in (("new", found.new), ("gone", found.gone)):
            yield from (f"{word}: {_change(each)}" for each in some)
        for host, old, new in found.renamed:
            yield f"alias: {host} is {new}, before {old or 'not known'}"
        yield from (f"kept: {_change(each)}{self._until(each)}" for each in found.kept)

    def _until(self, kept: AddressChange) -> str:
        if not kept.last_seen:
            return ", until it is taken out by hand"
        return f", stays until {kept.last_seen + timedelta(days=self.grace)}"

    def as_json(self) -> dict[str, Any]:
        """Give what the file holds and what differs."""
        found = self.changes
        return {
            "stack": self.stack,
            "file": self.file,
            "looked_up": [*self.looked_up],
            "unused": [*self.unused],
            "new": [*map(_as_json, found.new)],
            "gone": [*map(_as_json, found.gone)],
            "kept": [*map(_as_json, found.kept)],
            "renamed": [
                {"host": host, "before": old, "now": new} for host, old, new in found.renamed
            ],
            "hosts": [_host_as_json(host) for host in self.hosts],
        }


def _change(change: AddressChange) -> str:
    seen = f", last seen {change.last_seen}" if change.last_seen else ""
    return f"{change.host} {change.address.address}{seen}"


def _as_json(change: AddressChange) -> dict[str, str | None]:
    seen = str(change.last_seen) if change.last_seen else None
    return {"host": change.host, "address": change.address.address, "last_seen": seen}


def _host_as_json(host: ResolvedHost) -> dict[str, Any]:
    data: dict[str, Any] = host.model_dump(mode="json")
    plain = [
        given | {"address": seen.address.address}
        for given, seen in zip(data["addresses"], host.addresses, strict=True)
    ]
    return data | {"addresses": plain}


def reviewed_file(root: Path, stack: str) -> Path:
    """Name the file that is reviewed and kept with the project."""
    return root / "stacks" / "addresses" / f"{stack}.yaml"


def resolve(
    root: Path, stack: str, terms: LookupTerms, ask: Ask, path: Path | None = None
) -> Resolution:
    """Look up what a stack needs, and put it together with what its file holds.

    `path` is another file than the reviewed one. Nothing is written. Raises Faults when
    the stack or the file is malformed, and NoAnswer, with every reason at once, when the
    answers are missing or cannot be trusted.
    """
    require_stack(root, stack)
    catalogue, path = catalogue_of(root), path or reviewed_file(root, stack)
    site = read_without_addresses(root, stack, catalogue).site
    before = read_addresses(path, root)
    text = read_text(path, root) if path.exists() else None
    names = wanted(site, catalogue, every_host=terms.every_host)
    if not names:
        return Resolution(root, stack, path, text, before, names, terms.grace, Changes())
    accepted = [each.prefix for each in (*before.not_public, *terms.not_public)]
    seen = seen_by_host(_trusted(collect(names, terms, ask), accepted))
    after = merged(before.hosts, seen, named_hosts(site, catalogue), terms.today, terms.grace)
    found = changes(before.hosts, after, seen)
    unused = _unused(after, site, catalogue)
    file = AddressFile(not_public=_accepted(before, terms, after), hosts=after)
    return Resolution(root, stack, path, text, file, names, terms.grace, found, unused)


def _accepted(
    before: AddressFile, terms: LookupTerms, after: Sequence[ResolvedHost]
) -> tuple[NotPublic, ...]:
    """Keep what the file accepts, and add what else its addresses need."""
    found = [address for host in after for address in host.prefixes]
    needed = (each for each in terms.not_public if any(map(each.holds, found)))
    return tuple(dict.fromkeys((*before.not_public, *needed)))


def _unused(hosts: Sequence[ResolvedHost], site: Site, catalogue: Catalogue) -> tuple[str, ...]:
    used = demanded_hosts(site, catalogue)
    every = site.addresses.use == "resolved"
    return tuple(host.name for host in hosts if not every and host.name not in used)


def _trusted(replies: Sequence[Reply], accepted: Sequence[Prefix]) -> Sequence[Reply]:
    if faults := [*judge(replies, accepted)]:
        raise NoAnswer(*faults)
    return replies


def wanted(site: Site, catalogue: Catalogue, *, every_host: bool) -> tuple[str, ...]:
    """Name the hosts to look up."""
    return named_hosts(site, catalogue) if every_host else demanded_hosts(site, catalogue)


def collect(hosts: Sequence[str], terms: LookupTerms, ask: Ask) -> tuple[Reply, ...]:
    """Put every question in several rounds; a round with a failure is the last."""
    round_ = questions(hosts, terms.resolvers)
    replies: tuple[Reply, ...] = ()
    for number in range(1, terms.rounds + 1):
        replies += tuple(ask(round_, f"round {number} of {terms.rounds}"))
        if any(reply.failure for reply in replies):
            break
    return replies


def write_addresses(resolution: Resolution) -> None:
    """Write the file as a whole, where that changes it; raise NoAnswer when that fails."""
    if resolution.is_stale:
        replace_file(resolution.path, resolution.text, resolution.root)
