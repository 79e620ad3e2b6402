"""IPv4 and IPv6 prefixes as values, and the arithmetic of sets of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, TypeAlias

import netaddr

from gateway_rules.errors import Refused

Interval: TypeAlias = tuple[int, int]
"""First and last address, both included."""

BITS: Final = {4: 32, 6: 128}
FAMILIES: Final = {4: "ipv4", 6: "ipv6"}
SELF: Final = "self"
Self: TypeAlias = Literal["self"]

_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+")
_PREFIX = re.compile(rf"{_ADDRESS.pattern}/[0-9]{{1,3}}")


class Prefix(NamedTuple):
    """One CIDR; sorts by family, address, length and prints as AWS writes it."""

    version: int
    base: int
    length: int

    def __str__(self) -> str:
        """Write the canonical text (RFC 5952 for IPv6)."""
        return f"{self.address}/{self.length}"

    @property
    def address(self) -> str:
        """Write the address alone, as one of a host is."""
        return str(netaddr.IPAddress(self.base, self.version))

    @property
    def interval(self) -> Interval:
        """First and last address as numbers."""
        return self.base, self.base + (1 << (BITS[self.version] - self.length)) - 1

    def covers(self, other: Prefix) -> bool:
        """Tell whether every address of `other` is one of this prefix."""
        shift = BITS[self.version] - self.length
        return (
            self.version == other.version
            and self.length <= other.length
            and self.base >> shift == other.base >> shift
        )


Peer: TypeAlias = Prefix | Self
"""Who is at the other end: a prefix, or the gateways of the stack themselves."""

ANYWHERE: Final = Prefix(4, 0, 0)


def parse_prefix(text: object) -> Prefix:
    """Read a CIDR; raise Refused when it is none.

    Nothing is guessed: an address without a length, or one with host bits, is refused.
    """
    network = _network(text)
    if network.ip != network.network:
        host = f"{network.ip}/{BITS[network.version]}"
        fix = f"write {network.cidr} for the network, {host} for the host"
        raise Refused("host-bits", f"{text} has bits behind its prefix length", fix)
    return Prefix(network.version, network.first, network.prefixlen)


def _network(text: object) -> netaddr.IPNetwork:
    try:
        if isinstance(text, str) and _PREFIX.fullmatch(text):
            return netaddr.IPNetwork(text)
        if isinstance(text, str) and _ADDRESS.fullmatch(text):
            fix = f"write {netaddr.IPNetwork(text)} for this one address"
            raise Refused("prefix", f"{text} has no prefix length", fix)
    except netaddr.AddrFormatError:
        pass
    raise Refused("prefix", f"{text!r} is no prefix", "write one such as 192.0.2.0/24")


def parse_address(text: object) -> Prefix:
    """Read a single address, as vendors print them, or a CIDR; raise Refused as above."""
    try:
        if isinstance(text, str) and _ADDRESS.fullmatch(text):
            return parse_prefix(str(netaddr.IPNetwork(text)))
    except netaddr.AddrFormatError:
        pass
    return parse_prefix(text)


def merge(prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
    """Give the fewest prefixes that hold the same addresses, sorted."""
    merged: list[Prefix] = []
    for prefix in sorted(set(prefixes)):
        if merged and merged[-1].covers(prefix):
            continue
        merged.append(prefix)
        while len(merged) > 1 and (parent := _parent_of(merged[-2], merged[-1])):
            merged[-2:] = [parent]
    return tuple(merged)


def _parent_of(low: Prefix, high: Prefix) -> Prefix | None:
    """Join two halves of one prefix; the two are not the same."""
    if low.version != high.version or low.length != high.length or not low.length:
        return None
    bit = 1 << (BITS[low.version] - low.length)
    return Prefix(low.version, low.base, low.length - 1) if high.base == low.base | bit else None


def supernet(one: Prefix, other: Prefix) -> Prefix:
    """Give the longest prefix that covers both, which must be of one family."""
    bits = BITS[one.version]
    length = min(one.length, other.length, bits - (one.base ^ other.base).bit_length())
    return Prefix(one.version, one.base >> (bits - length) << (bits - length), length)


def from_interval(version: int, interval: Interval) -> tuple[Prefix, ...]:
    """Give the fewest prefixes that hold just the addresses from first to last."""
    first, last = (netaddr.IPAddress(number, version) for number in interval)
    return tuple(
        Prefix(version, network.first, network.prefixlen)
        for network in netaddr.iprange_to_cidrs(first, last)
    )
