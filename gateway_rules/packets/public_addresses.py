"""Which addresses a server on the public internet can have.

The tables follow IANA's registries of special-purpose addresses for IPv4 and IPv6
(RFC 6890) and the registry of IPv6 address space; the RFC that set a range aside stands
beside it. Ranges that those call globally reachable stand here as well where what is
behind them is a relay, a sink or a translation, and never the server of a vendor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from gateway_rules.packets.intervals import Stretches, join, less
from gateway_rules.packets.prefixes import FAMILIES, Peer, Prefix, parse_prefix

_Peer = TypeVar("_Peer", bound=Peer | str)
_IPV4: Final = {
    "0.0.0.0/8": "the unspecified address or one of this network (RFC 1122)",
    "10.0.0.0/8": "a private address (RFC 1918)",
    "100.64.0.0/10": "an address shared behind a carrier's NAT (RFC 6598)",
    "127.0.0.0/8": "a loopback address (RFC 1122)",
    "169.254.0.0/16": "a link-local address (RFC 3927)",
    "172.16.0.0/12": "a private address (RFC 1918)",
    "192.0.0.0/24": "an address for protocols of the IETF (RFC 6890)",
    "192.0.2.0/24": "an address for documentation (RFC 5737)",
    "192.31.196.0/24": "an address of the AS112 sink (RFC 7535)",
    "192.52.193.0/24": "an address of multicast relays (RFC 7450)",
    "192.88.99.0/24": "an address of 6to4 relays (RFC 7526)",
    "192.168.0.0/16": "a private address (RFC 1918)",
    "192.175.48.0/24": "an address of the AS112 sink (RFC 7534)",
    "198.18.0.0/15": "an address for benchmarks (RFC 2544)",
    "198.51.100.0/24": "an address for documentation (RFC 5737)",
    "203.0.113.0/24": "an address for documentation (RFC 5737)",
    "224.0.0.0/4": "a multicast address (RFC 5771)",
    "240.0.0.0/4": "a reserved address (RFC 1112)",
    "255.255.255.255/32": "the broadcast address (RFC 919)",
}
_IPV6: Final = {
    "::/128": "the unspecified address (RFC 4291)",
    "::1/128": "the loopback address (RFC 4291)",
    "::/96": "an IPv4-compatible address (RFC 4291)",
    "::ffff:0:0/96": "an IPv4-mapped address (RFC 4291)",
    "64:ff9b::/96": "an IPv4 address that the resolver translated, as DNS64 does (RFC 6052)",
    "64:ff9b:1::/48": "an IPv4 address translated for local use (RFC 8215)",
    "100::/64": "an address whose packets are discarded (RFC 6666)",
    "2001::/32": "a Teredo address (RFC 4380)",
    "2001:2::/48": "an address for benchmarks (RFC 5180)",
    "2001:10::/28": "an identifier that is not routed (RFC 4843)",
    "2001:20::/28": "an identifier that is not routed (RFC 7343)",
    "2001::/23": "an address for protocols of the IETF (RFC 2928)",
    "2001:db8::/32": "an address for documentation (RFC 3849)",
    "2002::/16": "a 6to4 address (RFC 3056)",
    "2620:4f:8000::/48": "an address of the AS112 sink (RFC 7534)",
    "3ffe::/16": "an address of the former 6bone (RFC 3701)",
    "3fff::/20": "an address for documentation (RFC 9637)",
    "5f00::/16": "a segment identifier (RFC 9602)",
    "fc00::/7": "a private address (RFC 4193)",
    "fe80::/10": "a link-local address (RFC 4291)",
    "fec0::/10": "a site-local address (RFC 3879)",
    "ff00::/8": "a multicast address (RFC 4291)",
    "::/3": "an address that is not assigned (RFC 4291)",
    "4000::/2": "an address that is not assigned (RFC 4291)",
    "8000::/1": "an address that is not assigned (RFC 4291)",
}


def _longest_first(table: Mapping[str, str]) -> tuple[tuple[Prefix, str], ...]:
    parsed = ((parse_prefix(text), what) for text, what in table.items())
    return tuple(sorted(parsed, key=lambda pair: -pair[0].length))


_SPECIAL: Final = _longest_first(_IPV4 | _IPV6)


def objection(address: Prefix) -> str | None:
    """Say what an address, or a whole range, is that no public server has; None for others."""
    return next((what for range_, what in _SPECIAL if range_.covers(address)), None)


def openness(peer: Peer | str) -> tuple[int, int, str]:
    """Give the key that sorts names first, then what may be public, then what is wide."""
    if isinstance(peer, str):
        return 0, 0, peer
    first, last = peer.interval
    return 1 if objection(peer) is None else 2, first - last, f"{peer.version} {first:040}"


def widest_first(peers: Iterable[_Peer]) -> list[_Peer]:
    """Sort by openness, so that where a few are named, they are those a reader has to see.

    >>> print(*widest_first(map(parse_prefix, ("10.0.0.0/8", "10.9.0.0/16", "52.0.0.1/32"))))
    52.0.0.1/32 10.0.0.0/8 10.9.0.0/16
    """
    return sorted(peers, key=openness)


_SET_ASIDE: Final = {
    name: join(range_.interval for range_, _ in _SPECIAL if range_.version == version)
    for version, name in FAMILIES.items()
}


def public_part(family: str, addresses: Stretches) -> Stretches:
    """Give the addresses of a family that a server on the public internet can have."""
    return less(addresses, _SET_ASIDE[family])
