"""IPv4 and IPv6 prefixes as values, and the arithmetic of sets of them."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from operator import itemgetter
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
_SOCKETS: Final = {4: socket.AF_INET, 6: socket.AF_INET6}
_HOSTS: Final = {
    version: {str(length): (length, (1 << bits - length) - 1) for length in range(bits + 1)}
    for version, bits in BITS.items()
}
"""Each length as it is written: the number, and the bits behind it."""


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
        if self.version == 4:  # noqa: PLR2004 - IPv4, whose text has one form only.
            return socket.inet_ntoa(self.base.to_bytes(4))
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
    return (isinstance(text, str) and _quickly(text)) or _carefully(text)


def _quickly(text: str) -> Prefix | None:
    """Read a sound prefix of usual spelling in a fifth of the time, for lists are long."""
    address, _, length = text.partition("/")
    version = 6 if ":" in address else 4
    try:
        base = int.from_bytes(socket.inet_pton(_SOCKETS[version], address))
        number, host = _HOSTS[version][length]
    except (OSError, ValueError, KeyError):
        return None
    return None if base & host else Prefix(version, base, number)


def _carefully(text: object) -> Prefix:
    """Read any prefix, and say what is wrong with what is none."""
    network = _network(text)
    if network.ip != network.network:
        host = f"{network.ip}/{BITS[network.version]}"
        fix = f"write {network.cidr} for the network, {host} for the host"
        raise Refused("host-bits", f"{text} has bits behind its prefix length", fix)
    return _prefix(network)


def _prefix(network: netaddr.IPNetwork) -> Prefix:
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
            return _prefix(netaddr.IPNetwork(text))
    except netaddr.AddrFormatError:
        pass
    return parse_prefix(text)


def merge(prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
    """Give the fewest prefixes that hold the same addresses, sorted."""
    merged: list[Prefix] = []
    for run in _runs(prefixes):
        merged.extend(run if len(run) == 1 else _merged(run))
    return tuple(merged)


def _runs(prefixes: Iterable[Prefix]) -> Iterator[list[Prefix]]:
    """Part prefixes where addresses lie between them that none of them holds."""
    run: list[Prefix] = []
    family, after = 0, 0
    # Numbers sort in half the time that prefixes take.
    for prefix in sorted(sorted(prefixes, key=itemgetter(1)), key=itemgetter(0)):
        version, base, length = prefix
        end = base + (1 << BITS[version] - length)
        if version == family and base <= after:
            run.append(prefix)
            after = max(after, end)
        else:
            if run:
                yield run
            run, family, after = [prefix], version, end
    if run:
        yield run


def _merged(run: list[Prefix]) -> tuple[Prefix, ...]:
    last = max(prefix.interval[1] for prefix in run)
    return from_interval(run[0].version, (run[0].base, last))


def supernet(one: Prefix, other: Prefix) -> Prefix:
    """Give the longest prefix that covers both, which must be of one family."""
    bits = BITS[one.version]
    length = min(one.length, other.length, bits - (one.base ^ other.base).bit_length())
    return Prefix(one.version, one.base >> (bits - length) << (bits - length), length)


def blocks(interval: Interval) -> Iterator[Interval]:
    """Cut an interval into the fewest blocks: sizes are powers of two, starts multiples of them."""
    low, high = interval
    while low <= high:
        size = 1 << (high - low + 1).bit_length() - 1
        if low & size - 1:
            size = low & -low
        yield low, low + size - 1
        low += size


def from_interval(version: int, interval: Interval) -> tuple[Prefix, ...]:
    """Give the fewest prefixes that hold just the addresses from first to last."""
    return tuple(
        Prefix(version, low, BITS[version] - (high - low).bit_length())
        for low, high in blocks(interval)
    )
