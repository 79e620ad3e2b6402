"""What has to pass, what may and what does, compared for one set of groups or one ACL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

from gateway_rules import packets
from gateway_rules.packets import ALL_PORTS, SELF, Index, Match, Packets, Piece
from gateway_rules.planning import Flow, Leg

ANYTHING: Final = Piece("ingress", "-1", *ALL_PORTS, SELF)
M = TypeVar("M", bound=Match)
"""What shows a finding where no packet does, as a plan may ask for none."""
Passes = Callable[[Iterable[Any], frozenset[str]], Packets]


@dataclass(frozen=True)
class LayerComparison:
    """Required, permitted and found matches of one kind of filter; the sets of packets are kept."""

    required: Sequence[Flow] | Sequence[Leg]
    permitted: Sequence[Match]
    found: Sequence[Match]
    passes: Passes
    """How what was found lets packets through: all of it together, or the first that matches."""

    @cached_property
    def known(self) -> frozenset[str]:
        """The protocols to tell apart."""
        return packets.universe(self.required, self.permitted, self.found)

    @cached_property
    def passing(self) -> Packets:
        """What passes."""
        return self.passes(self.found, self.known)

    @cached_property
    def allowed(self) -> Packets:
        """What may pass."""
        return packets.passed(self.permitted, self.known)

    @cached_property
    def lost(self) -> Packets:
        """What is required and does not pass."""
        alike = self.permitted is self.required
        wanted = self.allowed if alike else packets.passed(self.required, self.known)
        return packets.without(wanted, self.passing)

    @cached_property
    def gained(self) -> Packets:
        """What passes and may not."""
        return packets.without(self.passing, self.allowed)

    def asking(self, part: Packets) -> Iterator[tuple[Piece, tuple[str, ...]]]:
        """Part a set of packets into pieces, each with the services that ask for some of it."""
        for piece in packets.pieces(part):
            found = self._required.meeting(piece)
            yield piece, tuple(sorted({name for flow in found for name in flow.services}))

    def index(self, matches: Iterable[M]) -> Index[M]:
        """Give matches that can be looked up by the packets that they share with others."""
        return Index(matches, self.known)

    @cached_property
    def _required(self) -> Index[Flow | Leg]:
        return self.index(self.required)


def piece_of(match: Match) -> Piece:
    """Give the packets of a match as a finding names them."""
    ports = match.from_port, match.to_port
    return Piece(match.direction, match.protocol, *ports, match.peer)


def smallest(part: Packets) -> Piece | None:
    """Give the first piece of a set of packets; none of an empty one."""
    return next(iter(packets.pieces(part)), None)
