"""From printed words to values, refusing what is misprinted.

Each reader takes one word, as it is printed or as an erratum takes it, and gives its
value or raises Refused. Nothing is mended: what may have been meant is only proposed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, Literal, TypeAlias

from gateway_rules.errors import Refused
from gateway_rules.packets import PortPair, Prefix, objection, parse_ports

Network: TypeAlias = IPv4Network | IPv6Network
Meant: TypeAlias = tuple[str, str]
"""What a misprint may have been meant to say, and why."""

MISPRINT: Final = "misprint"
SEE: Final = "see what is meant"
WIDEST: Final = 8
"""The shortest prefix length of a vendor's addresses: nobody was ever given more than a /8."""

_HOST: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NOTE: Final = re.compile(r"\s*\(([^()]*)\)$")
_BEFORE: Final = re.compile(r"pre (\d+(?:\.\d+)*)")
_ADDRESS: Final = re.compile(r"[0-9A-Fa-f:.]+(/(0|[1-9][0-9]{0,2}))?")
_PORT: Final = re.compile(r"[1-9][0-9]{0,8}(-[1-9][0-9]{0,8})?")
_LETTERS: Final = str.maketrans("OoIl", "0011")


def address(word: str) -> Prefix:
    """Read a single address or a CIDR of a server on the internet; raise Refused when it is none.

    >>> str(address("72.21.192.0/19"))
    '72.21.192.0/19'
    """
    try:
        network = ip_network(word if _ADDRESS.fullmatch(word) else "")
    except ValueError:
        raise Refused(MISPRINT, f"{word} is no address", SEE) from None
    if network.prefixlen < WIDEST or not _is_public(network):
        raise Refused(MISPRINT, f"{word} is not the address of a server on the internet", SEE)
    return Prefix(network.version, int(network.network_address), network.prefixlen)


def _is_public(network: Network) -> bool:
    ends = (
        Prefix(network.version, int(end), network.max_prefixlen)
        for end in (network[0], network[-1])
    )
    return not any(map(objection, ends))


def host(word: str) -> str:
    """Read a host name; raise Refused when it is none."""
    if _HOST.fullmatch(word):
        return word
    raise Refused(MISPRINT, f"{word} is no host name", SEE)


def ports(word: str) -> PortPair:
    """Read a port or a range; raise Refused when it is none from 1 to 65535."""
    if not _PORT.fullmatch(word):
        raise Refused(MISPRINT, f"{word} is no port", SEE)
    try:
        return parse_ports(word)
    except Refused as refused:
        raise Refused(MISPRINT, refused.message, SEE) from None


def protocol(word: str) -> Literal["tcp", "udp"]:
    """Read a protocol with ports; raise Refused when it is none."""
    match word.upper():
        case "TCP":
            return "tcp"
        case "UDP":
            return "udp"
    raise Refused(MISPRINT, f"{word} is neither TCP nor UDP", SEE)


def base(label: str) -> str:
    """Give a label without the note in brackets at its end.

    >>> base("Spam Signatures download (pre 3.1)")
    'Spam Signatures download'
    """
    return _NOTE.sub("", label)


def note(label: str) -> str:
    """Give the note in brackets at the end of a label, empty when there is none."""
    found = _NOTE.search(label)
    return found[1] if found else ""


def before_version(label: str) -> str | None:
    """Give the version of a note such as `pre 3.1`."""
    found = _BEFORE.fullmatch(note(label))
    return found[1] if found else None


def meant(word: str, read: Callable[[str], object]) -> Meant | None:
    """Say what one slip of the pen may have made of something readable; None when nothing is sure.

    >>> meant("54.231.0.0./17", address)
    ('54.231.0.0/17', 'there is a dot too many')
    """
    found = {taken: why for taken, why in _mended(word) if taken != word and _reads(read, taken)}
    return next(iter(found.items())) if len(found) == 1 else None


def _mended(word: str) -> list[Meant]:
    return [
        (re.sub(r"\.+(?=[./]|$)|^\.", "", word), "there is a dot too many"),
        (word.translate(_LETTERS), "a letter stands for a digit"),
        (_whole_network(word), "an address with a mask stands for its whole network"),
    ]


def _whole_network(word: str) -> str:
    try:
        return str(ip_network(word, strict=False))
    except ValueError:
        return word


def _reads(read: Callable[[str], object], word: str) -> bool:
    try:
        read(word)
    except Refused:
        return False
    return True


def is_prose(text: str) -> bool:
    """Tell whether a cell for addresses holds words, none of which is like an address."""
    return bool(text) and not re.search(r"\d", text)
