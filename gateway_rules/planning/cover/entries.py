"""Entries of an allow list as values, and the list that passes just what is asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from gateway_rules import packets
from gateway_rules.packets import ICMP, PortPair, Prefix, Protocol, merge, span

_Ports: TypeAlias = tuple[Protocol, int, int]
_Groups: TypeAlias = Mapping[_Ports, Sequence[Prefix]]


class Allow(NamedTuple):
    """One entry of an allow list; ports are type and code for ICMP."""

    protocol: Protocol
    from_port: int
    to_port: int
    prefix: Prefix

    @property
    def is_joinable(self) -> bool:
        """Tell whether the entry may be widened: not ICMP, whose codes mean different things."""
        return self.protocol in ("tcp", "udp")


@dataclass(frozen=True)
class Cover:
    """An allow list that misses nothing, with the packets that it passes beyond what was asked.

    No allow list of as many entries passes fewer than `lower_bound` beyond; where the
    two numbers are equal, this list is proven to be the best.
    """

    entries: tuple[Allow, ...]
    excess: int
    lower_bound: int


class DoesNotFit(ValueError):
    """No allow list of so few entries passes everything; `needed` is the fewest that can."""

    def __init__(self, needed: int) -> None:
        self.needed = needed
        super().__init__(f"at least {needed} entries are needed")


class BudgetBound(NamedTuple):
    """What is known of one number of entries."""

    used: int
    """Entries of the best cover found, at most the number."""
    excess: int
    """Of the best cover found."""
    lower_bound: int
    """No cover has less excess."""

    @property
    def is_open(self) -> bool:
        """Tell whether a better cover may be left to find."""
        return self.lower_bound < self.excess

    def with_cover(self, used: int, excess: int) -> BudgetBound:
        """Take a cover, if it is better."""
        return self._replace(used=used, excess=excess) if excess < self.excess else self

    def with_bound(self, bound: int) -> BudgetBound:
        """Take it that no cover found from now on has less excess than the bound."""
        return self._replace(lower_bound=max(self.lower_bound, min(bound, self.excess)))


def exact(required: Iterable[Allow]) -> tuple[Allow, ...]:
    """Give few entries that pass just what is required, sorted."""
    groups = _merged(_by_ports(required))
    while _count(joined := _joined(groups)) < _count(groups):
        groups = _merged(joined)
    return tuple(
        Allow(*ports, prefix)
        for ports, prefixes in sorted(groups.items())
        for prefix in _not_within(prefixes, [groups[wide] for wide in _wider(ports, groups)])
    )


def _by_ports(entries: Iterable[Allow]) -> _Groups:
    groups: dict[_Ports, list[Prefix]] = {}
    for protocol, first, last, prefix in entries:
        groups.setdefault((protocol, first, last), []).append(prefix)
    return groups


def _count(groups: _Groups) -> int:
    return sum(map(len, groups.values()))


def _merged(groups: _Groups) -> _Groups:
    return {ports: merge(prefixes) for ports, prefixes in groups.items()}


def _joined(groups: _Groups) -> _Groups:
    """Join the ports of equal prefixes where they touch; messages are no ports."""
    protocols = Counter(protocol for protocol, _, _ in groups)
    lone = {ports: prefixes for ports, prefixes in groups.items() if protocols[ports[0]] == 1}
    pairs: dict[tuple[Protocol, Prefix], list[PortPair]] = {}
    for (protocol, first, last), prefixes in groups.items():
        for prefix in prefixes if protocols[protocol] > 1 else ():
            pairs.setdefault((protocol, prefix), []).append((first, last))
    joined = (
        Allow(protocol, *ports, prefix)
        for (protocol, prefix), some in pairs.items()
        for ports in (packets.join(some) if len(some) > 1 and protocol not in ICMP else some)
    )
    return {**lone, **_by_ports(joined)}


def _wider(ports: _Ports, groups: Iterable[_Ports]) -> list[_Ports]:
    """Give those that hold all ports of one, or all its messages."""
    first, last = span(*ports)
    return [
        wide
        for wide in groups
        if wide != ports
        and (wide[0] == "-1" or (wide[0] == ports[0] and _holds(span(*wide), first, last)))
    ]


def _holds(wide: PortPair, first: int, last: int) -> bool:
    return wide[0] <= first and last <= wide[1]


def _not_within(prefixes: Sequence[Prefix], others: Sequence[Sequence[Prefix]]) -> Iterator[Prefix]:
    """Leave out the prefixes that lie within one of the others, which are sorted and apart.

    A prefix around another sorts before it, with none of its own list in between.
    """
    for prefix in prefixes:
        before = (other[bisect_right(other, prefix) - 1] for other in others)
        if not any(wide.covers(prefix) for wide in before):
            yield prefix
