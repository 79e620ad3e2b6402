"""What a verification found, and how it is told as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from gateway_rules import packets
from gateway_rules.packets import ICMP, WAY, Piece, few, format_ports, traffic
from gateway_rules.planning import match_as_json

Layer: TypeAlias = Literal["security_group", "network_acl"]
KINDS: Final = ("missing", "excess", "foreign", "quota")
_NAMED: Final = 5
"""Services told of one stretch of packets."""


@dataclass(frozen=True)
class PacketDifference:
    """Packets in which AWS and the plan differ, where they do, and what mends it."""

    layer: Layer
    piece: Piece
    services: tuple[str, ...]
    """Those that it hurts; nobody asks for what is excess."""
    resource: str
    why: str
    fix: str
    """A command where there is one, else words."""
    end: str = ""
    """What AWS calls the other end, where that is a group or a prefix list."""
    smallest: Piece | None = None
    """Where the smallest packet that shows it is, unless it is the piece's own."""

    @property
    def other_end(self) -> str:
        """The other end as AWS writes it."""
        return self.end or str(self.piece.peer)

    @property
    def sample(self) -> tuple[str, int]:
        """Address and port of the smallest packet that shows the difference."""
        address, port = (self.smallest or self.piece).sample
        return self.end or address, port

    def as_json(self) -> dict[str, Any]:
        """Give the finding as `verify --json` promises it."""
        address, port = self.sample
        return {
            "layer": self.layer,
            **_match(self.piece),
            "prefix": self.other_end,
            "sample": {"address": address, "port": port},
            "services": list(self.services),
            "resource": self.resource,
            "why": self.why,
            "fix": self.fix,
        }


def _match(piece: Piece) -> dict[str, Any]:
    shown = match_as_json(piece, "prefix")
    # Only a rule for all protocols passes those that nobody names.
    return shown | {"protocol": "-1"} if piece.protocol == packets.OTHER else shown


@dataclass(frozen=True)
class Verification:
    """What was compared, and every difference; nothing is wrong when there is none."""

    stack: str
    missing: tuple[PacketDifference, ...]
    excess: tuple[PacketDifference, ...]
    foreign: tuple[PacketDifference, ...]
    counts: Mapping[str, tuple[int, int]]
    """What was counted: as planned, and as read back from AWS."""
    quota: tuple[PacketDifference, ...] = ()
    notes: tuple[str, ...] = ()
    """What is worth knowing and is no difference."""

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found; counts may differ where no packet does."""
        return not (self.missing or self.excess or self.foreign or self.quota)

    @property
    def findings(self) -> dict[str, tuple[PacketDifference, ...]]:
        """Give what was found by its kind."""
        return {kind: getattr(self, kind) for kind in KINDS}

    def as_json(self) -> dict[str, Any]:
        """Give the verification as `verify --json` promises it."""
        found = {kind: [one.as_json() for one in some] for kind, some in self.findings.items()}
        return {"stack": self.stack, **found}


def alike(
    findings: Iterable[PacketDifference], *, fold: bool = True
) -> Iterator[Sequence[PacketDifference]]:
    """Put together what differs in its packets alone; each by itself where that is not wished."""
    groups: dict[object, list[PacketDifference]] = {}
    for number, one in enumerate(findings):
        key = (one.layer, one.resource, one.why, one.fix) if fold else number
        groups.setdefault(key, []).append(one)
    yield from groups.values()


def packet_line(finding: PacketDifference) -> str:
    """Tell the packets of a finding, whom they serve, and the smallest of them."""
    piece = finding.piece
    what = f"{piece.direction} {traffic(piece)} {WAY[piece.direction]} {finding.other_end}"
    services = few(finding.services, _NAMED, comma=False)
    return f"{what}{f' for {services}' if services else ''}, such as {smallest_packet(finding)}"


def smallest_packet(finding: PacketDifference) -> str:
    """Name the smallest packet of a finding in the words of its protocol."""
    piece = finding.smallest or finding.piece
    named = piece.protocol != finding.piece.protocol
    address, port = finding.sample
    address = f"{piece.protocol} {address}" if named else address
    if piece.protocol in ICMP:
        return f"{address} {format_ports(piece.protocol, port, max(piece.to_port, 0))}"
    if piece.protocol in ("tcp", "udp"):
        return f"{address} port {port}"
    return address
