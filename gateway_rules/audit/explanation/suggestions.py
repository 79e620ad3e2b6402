"""What a refused conversation is near to, and what a stack file has to say to allow it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from gateway_rules.audit.explanation.values import Line, Question
from gateway_rules.inputs import (
    Addition,
    Caveat,
    Service,
    Site,
    addition_as_written,
    flow_scalar,
    ports_as_written,
)
from gateway_rules.packets import (
    ANYWHERE,
    ICMP,
    NUMBERS,
    WAY,
    Direction,
    Match,
    Peer,
    PortPair,
    Prefix,
    port_span,
    span,
    traffic,
)
from gateway_rules.planning import Flow, Plan, covers, required_flows, role_peers, why_not_used

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


class Suggestion(NamedTuple):
    """Why something is refused, the edits that would allow it, and what they open besides."""

    why: str
    edits: tuple[Edit, ...]
    besides: tuple[str, ...] = ()


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
    first, last = span(question.protocol, *pair)
    low, high = port_span(question)
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


class _Change(NamedTuple):
    """An edit, and the fields of the site as they are after it."""

    edit: Edit
    fields: Mapping[str, object]


class _Wish(NamedTuple):
    """What somebody would have allowed: of a question, the peers that are refused."""

    plan: Plan
    question: Question
    peers: tuple[Peer, ...]

    def cure(self, why: str, *changes: _Change) -> Suggestion:
        fields = {key: value for change in changes for key, value in change.fields.items()}
        changed = self.plan.site.model_copy(update=fields)
        besides = tuple(_told([*self._besides(changed)]))
        return Suggestion(why, tuple(change.edit for change in changes), besides)

    def _besides(self, changed: Site) -> Iterator[Flow]:
        """Give the flows that come with a site and were neither required nor asked for."""
        before = {*self.plan.flows}
        for flow in required_flows(self.plan.catalogue, changed):
            if flow not in before and not self._is_asked(flow):
                yield flow

    def _is_asked(self, flow: Flow) -> bool:
        asked = self.question
        alike = (flow.direction, flow.protocol) == (asked.direction, asked.protocol)
        (low, high), (first, last) = port_span(asked), port_span(flow)
        inside = low <= first and last <= high
        return alike and inside and any(covers(peer, flow.peer) for peer in self.peers)


def _told(flows: Iterable[Flow]) -> Iterator[str]:
    """Write flows as people do, those in one line that differ by the other end alone."""
    ends: dict[tuple[str, str], list[Peer]] = {}
    for flow in flows:
        what = f"{flow.direction} {traffic(flow)}"
        ends.setdefault((f"{what} {WAY[flow.direction]}", ", ".join(flow.services)), []).append(
            flow.peer
        )
    for (what, services), peers in ends.items():
        yield f"{what} {f'{len(peers)} prefixes' if peers[1:] else peers[0]} ({services})"


def suggestions(plan: Plan, question: Question, peers: tuple[Peer, ...]) -> tuple[Suggestion, ...]:
    """Say what would allow a conversation: rows, caveats' additions, or an addition of one's own.

    Each says what it opens besides; where all of them do, there is one that opens nothing more.
    """
    wish = _Wish(plan, question, peers)
    rows = (
        cure
        for service in plan.catalogue.services
        if _asks_for(service, question)
        for cure in _row_cures(wish, service)
    )
    caveats = (cure for caveat in plan.catalogue.caveats for cure in _caveat_cures(wish, caveat))
    found = (*rows, *caveats)
    if any(not cure.besides for cure in found):
        return found
    return (*found, _addition_cure(wish, "this alone" if found else "it"))


def _asks_for(service: Service, question: Question) -> bool:
    inside = any(_inside(question, pair) for pair in service.ports)
    alike = service.protocol == question.protocol and question.direction in service.directions
    return alike and inside


def _row_cures(wish: _Wish, service: Service) -> Iterator[Suggestion]:
    plan, peers = wish.plan, wish.peers
    named = f"{service.id} ({plan.origin(service.id).place})"
    out = _taken_out(plan, service)
    if out and _would_reach(plan, service, peers):
        yield wish.cure(f"{named} would, but {why_not_used(service, plan.site)}", *out)
    elif service.role:
        said = f"{named} is for {service.role}: {plan.catalogue.roles[service.role]}"
        there = role_peers(plan.site, service.role)
        yield wish.cure(said, _listed(plan, _ROLES, service.role, (*there, *peers)), *out)
    elif service.anywhere and (narrowed := plan.site.services.get(service.id)):
        more = _listed(plan, _SERVICES, service.id, (*narrowed, *peers))
        yield wish.cure(f"{named} is narrowed to other prefixes", more)


def _listed(plan: Plan, key: str, name: str, peers: Sequence[Peer]) -> _Change:
    """Write a list of the stack file, without what others of it cover."""
    each = tuple(dict.fromkeys(peers))
    kept = [one for one in each if not any(other != one and covers(other, one) for other in each)]
    line = f"{name}: {flow_scalar([*map(str, kept)])}"
    fields = {key: {**getattr(plan.site, key), name: tuple(kept)}}
    return _Change(Edit("write", key, line), fields)


def _would_reach(plan: Plan, service: Service, peers: tuple[Peer, ...]) -> bool:
    """Tell whether a service that is left out would allow the peers if it were not."""
    anyone = (ANYWHERE,) if service.anywhere else service.addresses
    own = role_peers(plan.site, service.role) if service.role else anyone
    return all(any(covers(one, peer) for one in own) for peer in peers)


def _taken_out(plan: Plan, service: Service) -> tuple[_Change, ...]:
    """Name the line of the stack file that keeps a service out, if one does."""
    site = plan.site
    if site.services.get(service.id) is False:
        rest = {name: value for name, value in site.services.items() if name != service.id}
        line = f"{service.id}: false"
        return (_Change(Edit("take out", _SERVICES, line), {_SERVICES: rest}),)
    reason, version = why_not_used(service, site), site.gateway_version
    if reason and version and version in reason:
        edit = Edit("take out", "gateway_version", f'"{version}"')
        return (_Change(edit, {"gateway_version": None}),)
    return ()


def _caveat_cures(wish: _Wish, caveat: Caveat) -> Iterator[Suggestion]:
    some = [_added(wish.plan, each) for each in caveat.additions if _would_pass(wish, each)]
    if some:
        about = f"section {caveat.section}" + (f", {caveat.row}" if caveat.row else "")
        yield wish.cure(f"the caveat {caveat.id} ({about}): {caveat.what}", *some)


def _would_pass(wish: _Wish, addition: Addition) -> bool:
    plan, question = wish.plan, wish.question
    alike = (addition.direction, addition.protocol) == (question.direction, question.protocol)
    inside = alike and any(_inside(question, pair) for pair in addition.port_pairs)
    named = (str(peer) for peer in addition.peers if peer in plan.catalogue.roles)
    own = [
        *(peer for role in named for peer in role_peers(plan.site, role)),
        *(peer for peer in addition.peers if isinstance(peer, Prefix)),
    ]
    return inside and all(any(covers(one, peer) for one in own) for peer in wish.peers)


def _added(plan: Plan, addition: Addition) -> _Change:
    """Write an addition under a name that nothing in the stack bears."""
    named = addition.model_copy(update={"name": _free(plan, addition.name)})
    edit = Edit("write", _ADDITIONS, _line(addition_as_written(named)))
    return _Change(edit, {_ADDITIONS: (*plan.site.additions, named)})


def _line(addition: dict[str, object]) -> str:
    """Write an addition in the flow style of YAML."""
    parts = (f"{key}: {flow_scalar(value)}" for key, value in addition.items())
    return f"- {{{', '.join(parts)}}}"


def _addition_cure(wish: _Wish, what: str) -> Suggestion:
    question = wish.question
    named = question.protocol in NUMBERS
    protocol = question.protocol if named else "-1"
    pair = question.from_port, question.to_port
    why = (
        f"an addition would allow {what}"
        if named
        else f"an addition cannot name protocol {question.protocol}: this one opens every protocol"
    )
    addition = {
        "name": _name(wish.plan, question.direction, protocol, pair),
        "direction": question.direction,
        "protocol": protocol,
        **_numbers(protocol, pair),
        "peers": [str(peer) for peer in wish.peers],
    }
    return Suggestion(why, (Edit("write", _ADDITIONS, _line(addition)),))


def _name(plan: Plan, direction: Direction, protocol: str, pair: PortPair) -> str:
    """Make up a name that says what an addition opens."""
    numbers = () if protocol == "-1" else dict.fromkeys(number for number in pair if number >= 0)
    word = "all" if protocol == "-1" else protocol
    way = {"egress": "out", "ingress": "in"}[direction]
    return _free(plan, "-".join(map(str, (word, *numbers, way))))


def _free(plan: Plan, name: str) -> str:
    """Give a name that nothing in the stack bears, a number behind it where it has to be."""
    taken = {addition.name for addition in plan.site.additions} | plan.catalogue.by_id.keys()
    names = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 2)))
    return next(each for each in names if each not in taken)


def _numbers(protocol: str, pair: PortPair) -> dict[str, object]:
    if protocol == "-1":
        return {}
    if protocol in ICMP:
        return {"type": pair[0], "code": pair[1]}
    return {"ports": ports_as_written((pair,))[0]}
