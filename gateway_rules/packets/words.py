"""Numbers, protocols with their ports, and lists, in the words that people read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from gateway_rules.packets.intervals import join
from gateway_rules.packets.prefixes import BITS, SELF, Peer
from gateway_rules.packets.protocols import (
    ALL_PORTS,
    ICMP,
    MAX_ICMP,
    PROTOCOLS,
    PortPair,
    WithPorts,
)
from gateway_rules.packets.sets import OTHER, Match

_LONG: Final = 10**12
"""From here on, digits tell nobody anything."""
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

# --- Numbers -------------------------------------------------------------------------------


def quantity(number: int) -> str:
    """Write a number with commas, or, where it is too long to read, as a power of ten."""
    return f"{number:,}" if number < _LONG else f"{number:.2e}".replace("e+", "e")


def amount(number: int) -> str:
    """Write a number as `quantity` does, with the power of ten set as print sets it."""
    figure, _, power = quantity(number).partition("e")
    return f"{figure} × {power_of_ten(int(power))}" if power else figure  # noqa: RUF001 - times.


def power_of_ten(exponent: int) -> str:
    """Write a power of ten with its exponent raised."""
    return f"10{str(exponent).translate(_RAISED)}"


def counted(number: int, one: str, many: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


# --- Protocols and ports -------------------------------------------------------------------


def format_ports(protocol: str, from_port: int, to_port: int) -> str:
    """Write the pair as a person does: `80`, `20-22`, `type 3 code 4`, `all`."""
    if protocol == "-1":
        return "all"
    if protocol in ICMP:
        parts = [("type", from_port), ("code", to_port)]
        return " ".join(f"{name} {value}" for name, value in parts if value >= 0) or "all"
    return str(from_port) if from_port == to_port else f"{from_port}-{to_port}"


def list_ports(protocol: str, pairs: Iterable[PortPair]) -> str:
    """Write several pairs of one protocol: `80, 443, 8000-8010`."""
    return ", ".join(format_ports(protocol, *pair) for pair in pairs)


def traffic(
    match: WithPorts, *, everything: str = "all protocols", others: str = "all other protocols"
) -> str:
    """Write protocol and ports: `tcp 80`, `icmp type 8`, or what stands for every protocol."""
    return _traffic(
        match.protocol,
        format_ports(match.protocol, match.from_port, match.to_port),
        {"-1": everything, OTHER: others},
    )


def traffic_within(protocol: str, first: int, last: int) -> str:
    """Write a protocol and a stretch of its ports; messages of ICMP by type and code."""
    ports = (_messages if protocol in ICMP else _range)(first, last)
    return _traffic(protocol, ports, {"-1": "all protocols", OTHER: "any other protocol"})


def directed_traffic(match: Match) -> str:
    """Write direction, protocol and ports: `ingress tcp 22`, `egress -1 all`."""
    return f"{match.direction} {traffic(match, everything='-1 all')}"


def spoken_traffic(several: Iterable[tuple[str, Iterable[PortPair]]]) -> str:
    """Name each protocol once, with all of its ports; those that touch are a range."""
    found: dict[str, set[PortPair]] = {}
    for protocol, ports in several:
        found.setdefault(protocol, set()).update(ports)
    return "; ".join(_joined(protocol, pairs) for protocol, pairs in found.items())


def _joined(protocol: str, pairs: Iterable[PortPair]) -> str:
    joined = sorted(pairs) if protocol in ICMP else join(pairs)
    return _traffic(protocol, list_ports(protocol, joined), {"-1": "all protocols"})


def _traffic(protocol: str, ports: str, whole: dict[str, str]) -> str:
    """Write a protocol with its ports, unless it has none or stands for several."""
    if protocol in whole:
        return whole[protocol]
    return f"{protocol} {ports}" if protocol in PROTOCOLS else f"protocol {protocol}"


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _messages(first: int, last: int) -> str:
    if (first, last) == ALL_PORTS:
        return "all"
    ends = [divmod(end, MAX_ICMP + 1) for end in (first, last)]
    (kind, code), (last_kind, last_code) = ends
    if (code, last_code) == (0, MAX_ICMP):
        return f"type {kind}" if kind == last_kind else f"types {kind}-{last_kind}"
    if kind == last_kind and code != last_code:
        return f"type {kind} codes {code}-{last_code}"
    return " to ".join(dict.fromkeys(f"type {kind} code {code}" for kind, code in ends))


# --- The other end -------------------------------------------------------------------------


def other_end(peer: Peer) -> str:
    """Name who is at the other end."""
    return "the gateways themselves" if peer == SELF else str(peer)


def bare(peer: Peer) -> str:
    """Write a peer as a vendor does: a single address without the length of its prefix."""
    if peer != SELF and peer.length == BITS[peer.version]:
        return peer.address
    return str(peer)


# --- What is too long ----------------------------------------------------------------------


def and_more(number: int) -> str:
    """Say how many are not shown."""
    return f"and {number} more"


def shortened(items: Sequence[str], shown: int, note: str = "") -> list[str]:
    """Give the first few, and in place of the rest how many they are."""
    rest = len(items) - shown
    return [*items[:shown], f"{and_more(rest)}{note}"] if rest > 0 else [*items]


def few(items: Iterable[object], shown: int, *, comma: bool = True) -> str:
    """Name the first few, and how many more there are; without a comma within a sentence.

    >>> few("abc", 3), few("abcde", 3), few("abcde", 3, comma=False)
    ('a, b, c', 'a, b, c, and 2 more', 'a, b, c and 2 more')
    """
    texts = shortened([*map(str, items)], shown)
    first, rest = ", ".join(texts[:shown]), texts[shown:]
    return (", " if comma else " ").join(filter(None, [first, *rest]))


def fitting(items: Sequence[str], length: int) -> str:
    """Name as many as there is room for, and how many more there are."""
    tries = (few(items, shown) for shown in range(len(items), -1, -1))
    return next(text for text in tries if len(text) <= length)


def cut(text: str, length: int, end: str = "...") -> str:
    """Cut a text that is too long, and show that it was."""
    return text if len(text) <= length else text[: length - len(end)] + end
