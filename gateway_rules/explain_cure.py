"""What a refused conversation is near to, and what a stack file has to say to allow it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

from gateway_rules import protocols, report
from gateway_rules.catalogue import Addition, Caveat, Service
from gateway_rules.explain_values import Line, Question, span
from gateway_rules.flows import role_peers, why_not_used
from gateway_rules.packets import Match
from gateway_rules.plan import Plan
from gateway_rules.prefixes import Peer, Prefix
from gateway_rules.protocols import ICMP, NUMBERS, Direction, PortPair
from gateway_rules.security_group import covers

_CLOSEST: Final = 2
"""How many rules for the same other end are worth reading."""
_ROLES, _SERVICES, _ADDITIONS = "roles", "services", "additions"


class Near(NamedTuple):
    """A rule that allows something like what was asked for, and what is alike."""

    alike: str
    line: Line


class Edit(NamedTuple):
    """A line of the stack file under one of its keys, to be written or taken out."""

    what: Literal["write", "take out"]
    key: str
    line: str


class Cure(NamedTuple):
    """Why something is refused, and the edits that would allow it."""

    why: str
    edits: tuple[Edit, ...]


def nearest(rules: Sequence[Line], question: Question, place: Peer) -> tuple[Near, ...]:
    """Give what is allowed for the same end, for the same port, and the other way round."""
    mine = [line for line in rules if line.match.direction == question.direction]
    there = [line for line in mine if covers(line.match.peer, place)]
    ports = [line for line in mine if _same_ports(line.match, question)]
    alike = [line for line in rules if line not in mine and _same_ports(line.match, question)]
    turned = [line for line in alike if covers(line.match.peer, place)]
    there.sort(key=lambda line: _port_distance(line.match, question))
    ports.sort(key=lambda line: _distance(line.match.peer, place))
    kinds = {
        "the same other end": there[:_CLOSEST],
        "the same port": ports[:1],
        "the other direction": turned[:1],
    }
    return tuple(Near(kind, line) for kind, found in kinds.items() for line in found)


def _same_ports(match: Match, question: Question) -> bool:
    return match.protocol == question.protocol and _inside(
        question, (match.from_port, match.to_port)
    )


def _inside(question: Question, pair: PortPair) -> bool:
    """Tell whether the ports that were asked for are some of a pair's."""
    first, last = protocols.span(question.protocol, *pair)
    low, high = span(question)
    return first <= low and high <= last


def _port_distance(match: Match, question: Question) -> tuple[bool, int]:
    gap = max(match.from_port - question.to_port, question.from_port - match.to_port, 0)
    return match.protocol != question.protocol, gap


def _distance(peer: Peer, place: Peer) -> tuple[bool, int]:
    """Count the bits behind which two ends differ; other families are farthest."""
    if not isinstance(peer, Prefix) or not isinstance(place, Prefix):
        return True, 0
    return peer.version != place.version, (peer.base ^ place.base).bit_length()


# --- What to write ------------------------------------------------------------------------


def cures(plan: Plan, question: Question, peers: tuple[Peer, ...]) -> tuple[Cure, ...]:
    """Say what would allow a conversation: a row, a caveat's addition, else one of its own."""
    rows = (
        cure
        for service in plan.catalogue.services
        if _asks_for(service, question)
        for cure in _row_cures(plan, service, peers)
    )
    listed = (each for each in plan.catalogue.caveats if _has_line(plan, each, question, peers))
    return (*rows, *map(_caveat_cure, listed)) or (_addition_cure(plan, question, peers),)


def _asks_for(service: Service, question: Question) -> bool:
    inside = any(_inside(question, pair) for pair in service.ports)
    alike = service.protocol == question.protocol and question.direction in service.directions
    return alike and inside


def _row_cures(plan: Plan, service: Service, peers: tuple[Peer, ...]) -> Iterator[Cure]:
    named = f"{service.id} (section {service.section}, {service.row})"
    reason = why_not_used(service, plan.site)
    out = _taken_out(plan, service)
    if out and _would_reach(plan, service, peers):
        yield Cure(f"{named} would, but {reason}", out)
    elif service.role:
        said = f"{named} is for {service.role}: {plan.catalogue.roles[service.role]}"
        line = _listed(service.role, role_peers(plan.site, service.role), peers)
        yield Cure(said, (Edit("write", _ROLES, line), *out))
    elif service.anywhere and (narrowed := plan.site.services.get(service.id)):
        line = _listed(service.id, narrowed, peers)
        yield Cure(f"{named} is narrowed to other prefixes", (Edit("write", _SERVICES, line),))


def _listed(key: str, there: Sequence[Peer], more: tuple[Peer, ...]) -> str:
    """Write a list of the stack file with some peers more, and without what these cover."""
    kept = [str(peer) for peer in there if not any(covers(one, peer) for one in more)]
    return f"{key}: [{', '.join((*kept, *map(str, more)))}]"


def _would_reach(plan: Plan, service: Service, peers: tuple[Peer, ...]) -> bool:
    """Tell whether a service that is left out would allow the peers if it were not."""
    own = role_peers(plan.site, service.role) if service.role else service.addresses
    return service.anywhere or all(any(covers(one, peer) for one in own) for peer in peers)


def _taken_out(plan: Plan, service: Service) -> tuple[Edit, ...]:
    """Name the line of the stack file that keeps a service out, if one does."""
    if plan.site.services.get(service.id) is False:
        return (Edit("take out", _SERVICES, f"{service.id}: false"),)
    reason, version = why_not_used(service, plan.site), plan.site.gateway_version
    if reason and version and version in reason:
        return (Edit("take out", "gateway_version", f'"{version}"'),)
    return ()


def _has_line(plan: Plan, caveat: Caveat, question: Question, peers: tuple[Peer, ...]) -> bool:
    return any(_would_pass(plan, addition, question, peers) for addition in caveat.additions)


def _would_pass(
    plan: Plan, addition: Addition, question: Question, peers: tuple[Peer, ...]
) -> bool:
    alike = (addition.direction, addition.protocol) == (question.direction, question.protocol)
    inside = alike and any(_inside(question, pair) for pair in addition.port_pairs)
    named = (str(peer) for peer in addition.peers if peer in plan.catalogue.roles)
    own = [
        *(peer for role in named for peer in role_peers(plan.site, role)),
        *(peer for peer in addition.peers if isinstance(peer, Prefix)),
    ]
    return inside and all(any(covers(one, peer) for one in own) for peer in peers)


def _caveat_cure(caveat: Caveat) -> Cure:
    about = f"section {caveat.section}" + (f", {caveat.row}" if caveat.row else "")
    lines = (_line(report.written(addition)) for addition in caveat.additions)
    edits = tuple(Edit("write", _ADDITIONS, line) for line in lines)
    return Cure(f"the caveat {caveat.id} ({about}): {caveat.what}", edits)


def _line(addition: dict[str, object]) -> str:
    """Write an addition in the flow style of YAML."""
    parts = (f"{key}: {_yaml(value)}" for key, value in addition.items())
    return f"- {{{', '.join(parts)}}}"


def _yaml(value: object) -> str:
    """Write a value so that YAML reads it back: -1 as a text would be a number."""
    if isinstance(value, list):
        return f"[{', '.join(map(_yaml, value))}]"
    return '"-1"' if value == "-1" else str(value)


def _addition_cure(plan: Plan, question: Question, peers: tuple[Peer, ...]) -> Cure:
    named = question.protocol in NUMBERS
    protocol = question.protocol if named else "-1"
    pair = question.from_port, question.to_port
    why = (
        "an addition would allow it"
        if named
        else f"an addition cannot name protocol {question.protocol}: this one opens every protocol"
    )
    addition = {
        "name": _name(plan, question.direction, protocol, pair),
        "direction": question.direction,
        "protocol": protocol,
        **_numbers(protocol, pair),
        "peers": [str(peer) for peer in peers],
    }
    return Cure(why, (Edit("write", _ADDITIONS, _line(addition)),))


def _name(plan: Plan, direction: Direction, protocol: str, pair: PortPair) -> str:
    """Make up a name that nothing in the stack bears."""
    numbers = () if protocol == "-1" else dict.fromkeys(number for number in pair if number >= 0)
    word = "all" if protocol == "-1" else protocol
    way = {"egress": "out", "ingress": "in"}[direction]
    base = "-".join(map(str, (word, *numbers, way)))
    taken = {addition.name for addition in plan.site.additions} | plan.catalogue.by_id.keys()
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 2)))
    return next(name for name in names if name not in taken)


def _numbers(protocol: str, pair: PortPair) -> dict[str, object]:
    if protocol == "-1":
        return {}
    if protocol in ICMP:
        return {"type": pair[0], "code": pair[1]}
    return {"ports": report.ports((pair,))[0]}
