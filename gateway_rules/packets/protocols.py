"""The closed sets of directions and protocols, and what a pair of ports means in each.

As in AWS, the two numbers of a rule are the ports of TCP and UDP, the type and
code of ICMP (-1 is any), and 0 and 65535 for all protocols.
"""

from __future__ import annotations

import re
import typing
from typing import Final, Literal, TypeAlias, get_args

from gateway_rules.errors import Refused

Direction: TypeAlias = Literal["egress", "ingress"]
Protocol: TypeAlias = Literal["tcp", "udp", "icmp", "icmpv6", "-1"]
PortPair: TypeAlias = tuple[int, int]

WAY: Final = {"egress": "to", "ingress": "from"}
"""What stands before the other end."""
DIRECTIONS: Final[tuple[Direction, ...]] = get_args(Direction)
PROTOCOLS: Final[tuple[Protocol, ...]] = get_args(Protocol)
ICMP: Final = ("icmp", "icmpv6")
ALL_PORTS: Final = (0, 65535)
MAX_PORT: Final = 65535
MAX_ICMP: Final = 255

# IANA numbers, which the network ACL calls of EC2 ask for.
NUMBERS: Final = {"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58", "-1": "-1"}
NAMES: Final = {number: name for name, number in NUMBERS.items()}

# Only these ICMP messages are questions (RFC 792, RFC 4443); all others are told and not answered.
_ICMP_ANSWERS: Final = {
    "icmp": {8: 0, 13: 14, 15: 16, 17: 18},
    "icmpv6": {128: 129},
}
_PORTS = re.compile(r"(0|[1-9][0-9]{0,8})(?:-(0|[1-9][0-9]{0,8}))?")


class WithPorts(typing.Protocol):
    """A protocol and its pair of ports, as rules, entries, flows and questions have them."""

    @property
    def protocol(self) -> str:
        """A name of `PROTOCOLS`, or the number of another protocol."""

    @property
    def from_port(self) -> int:
        """The first port, or the ICMP type."""

    @property
    def to_port(self) -> int:
        """The last port, or the ICMP code."""


def opposite(direction: Direction) -> Direction:
    """Give the direction in which the replies travel."""
    return "ingress" if direction == "egress" else "egress"


def parse_ports(text: object) -> PortPair:
    """Read `25`, "25" or "20-22"; raise Refused when it is no port from 1 to 65535."""
    found = _PORTS.fullmatch(str(text))
    if not found or isinstance(text, bool):
        said = str(text).lower() if isinstance(text, bool) else repr(text)
        raise Refused("port", f"{said} is no port", "write a port or a range such as 25 or 20-22")
    first, last = int(found[1]), int(found[2] or found[1])
    if first == 0:
        raise Refused("port", "port 0 is reserved", "write a port from 1 to 65535")
    if max(first, last) > MAX_PORT:
        high = max(first, last)
        raise Refused("port", f"port {high} is above 65535", "write a port from 1 to 65535")
    if first > last:
        raise Refused("port-range", f"the range {text} is reversed", f"write {last}-{first}")
    return first, last


def span(protocol: str, from_port: int, to_port: int) -> PortPair:
    """Give the inclusive stretch of one 16-bit axis that the pair covers.

    An ICMP message stands at type x 256 + code, so that one arithmetic serves
    ports and messages alike.
    """
    if protocol not in ICMP:
        return from_port, to_port
    if from_port < 0:
        return ALL_PORTS
    if to_port < 0:
        return from_port * 256, from_port * 256 + MAX_ICMP
    return from_port * 256 + to_port, from_port * 256 + to_port


def port_span(match: WithPorts) -> PortPair:
    """Give the stretch that the ports of a match cover."""
    return span(match.protocol, match.from_port, match.to_port)


def icmp_answers(protocol: str, icmp_type: int) -> tuple[PortPair, ...]:
    """Give type and code of what answers an ICMP message; nothing for most."""
    answers = _ICMP_ANSWERS[protocol]
    asked = answers if icmp_type < 0 else answers.keys() & {icmp_type}
    return tuple((answers[question], 0) for question in sorted(asked))
