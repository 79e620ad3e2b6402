"""Sets of addresses as arrays, so that lists of a hundred thousand prefixes take milliseconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from gateway_rules.packets import BITS, Prefix

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"

_POWER: Final = np.frompyfunc(lambda number: 1 << (number.bit_length() - 1), 1, 1)
"""The largest power of two that is no larger."""


def is_small(version: int) -> bool:
    """Tell whether addresses, and all that is counted of them, fit a machine word."""
    return BITS[version] <= 32  # noqa: PLR2004 - IPv4.


def whole(version: int) -> Any:
    """Give the type that holds addresses and their counts; IPv6 takes Python's own integers."""
    return np.int64 if is_small(version) else object


@dataclass(frozen=True)
class Addresses:
    """Stretches of addresses, sorted and apart."""

    version: int
    starts: Array
    ends: Array
    """One past the last of each stretch."""

    @classmethod
    def of(cls, version: int, prefixes: Iterable[Prefix]) -> Addresses:
        """Give the addresses of any of the prefixes."""
        prefixes = list(prefixes)
        starts = np.array([prefix.base for prefix in prefixes], whole(version))
        hosts = [1 << (BITS[version] - prefix.length) for prefix in prefixes]
        return cls(version, starts, starts + np.array(hosts, whole(version))).joined()

    def joined(self) -> Addresses:
        """Join what overlaps or touches."""
        if not len(self.starts):
            return self
        order = np.argsort(self.starts, kind="stable")
        starts, ends = self.starts[order], np.maximum.accumulate(self.ends[order])
        apart = np.flatnonzero(starts[1:] > ends[:-1])
        firsts, lasts = np.append(0, apart + 1), np.append(apart, len(starts) - 1)
        return Addresses(self.version, starts[firsts], ends[lasts])

    def union(self, *others: Addresses) -> Addresses:
        """Give what is in any."""
        some = (self, *others)
        starts = np.concatenate([each.starts for each in some])
        return Addresses(self.version, starts, np.concatenate([e.ends for e in some])).joined()

    def without(self, other: Addresses) -> Addresses:
        """Give what is not in the other."""
        if not len(self.starts) or not len(other.starts):
            return self
        edges = [self.starts, self.ends, other.starts, other.ends]
        cuts = np.unique(np.concatenate(edges))
        kept = self._hold(cuts[:-1]) & ~other._hold(cuts[:-1])
        return Addresses(self.version, cuts[:-1][kept], cuts[1:][kept]).joined()

    def _hold(self, points: Array) -> Array:
        """Tell for each point whether it is in."""
        begun = np.searchsorted(self.starts, points, "right")
        return begun > np.searchsorted(self.ends, points, "right")

    def equals(self, other: Addresses) -> bool:
        """Tell whether both hold the same."""
        same = np.array_equal(self.starts, other.starts)
        return same and np.array_equal(self.ends, other.ends)

    def blocks(self) -> tuple[Array, Array]:
        """Give the fewest prefixes that hold just these, as their bases and sizes, unsorted."""
        bases, sizes = [self.starts[:0]], [self.starts[:0]]
        starts, ends = self.starts, self.ends
        while len(starts):
            aligned = np.where(starts == 0, 1 << BITS[self.version], starts & -starts)
            size = np.minimum(aligned, _POWER(ends - starts)).astype(starts.dtype)
            bases.append(starts)
            sizes.append(size)
            left = starts + size < ends
            starts, ends = (starts + size)[left], ends[left]
        return np.concatenate(bases), np.concatenate(sizes)
