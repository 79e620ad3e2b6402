"""What AWS counts against each quota, of rules and entries that are planned or live.

Source: the VPC user guide, Amazon VPC quotas, which says of rules and of entries that each
direction counts by itself, and IPv4 and IPv6 apart.
A module of its own, as groups, ACLs, `verify` and `preflight` all count by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from gateway_rules.inputs import DEFAULT_DENY
from gateway_rules.packets import SELF, Direction, Peer, family


class _Match(Protocol):
    """A rule or an entry, as far as its place in a quota goes."""

    @property
    def direction(self) -> Direction: ...

    @property
    def peer(self) -> Peer: ...


_M = TypeVar("_M", bound=_Match)


def against_quota(matches: Iterable[_M], direction: Direction, of_family: str) -> tuple[_M, ...]:
    """Choose what counts in a direction and family: one that names a group counts in both."""
    kept = (match for match in matches if match.direction == direction)
    return tuple(match for match in kept if family(match.peer) in (of_family, SELF))


def entries_used(entries: Iterable[_M], direction: Direction, of_family: str) -> int:
    """Count the entries of an ACL in a direction and family, the default deny among them."""
    return len(against_quota(entries, direction, of_family)) + DEFAULT_DENY
