"""A question about packets and its answer, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gateway_rules.packets import Direction, Match, Peer, traffic_within
from gateway_rules.planning import covers


@dataclass(frozen=True)
class Question:
    """A conversation that somebody asks about, seen from the gateway.

    The pair of ports is as in a rule: type and code of ICMP, all ports where a protocol
    has none. Each peer is an address, a prefix, or the gateways themselves.
    """

    direction: Direction
    protocol: str
    from_port: int
    to_port: int
    peers: tuple[Peer, ...]


@dataclass(frozen=True)
class Line:
    """A rule or an entry, and the group or ACL that holds it."""

    holder: str
    match: Match
    name: str = ""
    """What AWS or the ACL's order calls it."""
    action: Literal["allow", "deny"] = "allow"
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ruleset:
    """What decides: the rules of all groups, and of each ACL the entries in their order."""

    rules: tuple[Line, ...]
    acls: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class Decision:
    """A stretch of ports (of ICMP messages) at one address, and the line that decides it."""

    protocol: str
    first: int
    last: int
    line: Line | None

    @property
    def passes(self) -> bool:
        """Tell whether the stretch passes; where no line speaks, it does not."""
        return self.line is not None and self.line.action == "allow"

    @property
    def text(self) -> str:
        """Write the packets of the stretch as people do."""
        return traffic_within(self.protocol, self.first, self.last)


@dataclass(frozen=True)
class Answer:
    """What becomes of the conversation with one place of the remote end.

    Every other address up to the next place is treated alike. `back` is None when
    nothing comes back.
    """

    place: Peer
    group: tuple[Decision, ...]
    there: tuple[Decision, ...]
    back: tuple[Decision, ...] | None
    services: tuple[str, ...]
    unfiltered: str = ""
    """What is there that neither groups nor ACLs filter."""

    @property
    def allowed(self) -> bool:
        """Tell whether group, way there and the whole way back let it pass."""
        ways = (*self.group, *self.there, *(self.back or ()))
        return bool(self.unfiltered) or all(decision.passes for decision in ways)


@dataclass(frozen=True)
class Explanation:
    """The answers for all that was asked, place by place."""

    question: Question
    answers: tuple[Answer, ...]

    @property
    def allowed(self) -> bool:
        """Tell whether every packet asked for passes."""
        return all(answer.allowed for answer in self.answers)

    @property
    def telling(self) -> Answer:
        """Give the first answer that is a refusal, or the first."""
        return next((answer for answer in self.answers if not answer.allowed), self.answers[0])

    @property
    def refused(self) -> tuple[Peer, ...]:
        """Give those of the peers that were asked for with which some of it is refused."""
        lost = [answer.place for answer in self.answers if not answer.allowed]
        asked = self.question.peers
        return tuple(peer for peer in asked if any(covers(peer, place) for place in lost))

    @property
    def services(self) -> tuple[str, ...]:
        """Name those who ask for any of it, sorted."""
        return tuple(sorted({service for a in self.answers for service in a.services}))


def lines(decisions: Iterable[Decision]) -> tuple[Line, ...]:
    """Give the lines that decide, each once."""
    return tuple(dict.fromkeys(decision.line for decision in decisions if decision.line))
