"""Whether a change cut what had to stay, or opened what nobody asked for, call by call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from gateway_rehearsal.rehearse.demand import Demand, Layer, at, between, exactly
from gateway_rehearsal.rehearse.record import HeldEntry, HeldInterface, HeldRule, Moment
from gateway_rules import packets
from gateway_rules.packets import Packets, Piece
from gateway_rules.planning import Plan
from gateway_rules.review import Change

Kind: TypeAlias = Literal["cut", "open"]
State: TypeAlias = frozenset[HeldRule] | tuple[HeldEntry, ...]
"""What decides at a place: the rules of an interface, or the entries of its subnet's ACL."""


@dataclass(frozen=True)
class Violation:
    """Packets that one layer cuts although they are asked for, or passes although they are not."""

    kind: Kind
    layer: Layer
    networks: tuple[str, ...]
    """The subnets in which it is so."""
    change: Change
    """The packets and who asks for them."""


@dataclass(frozen=True)
class Effect:
    """How many packets a call opened and closed in one layer, in the subnets that it touched."""

    layer: Layer
    networks: tuple[str, ...]
    opened: int
    closed: int


@dataclass(frozen=True)
class JudgedCall:
    """One call, what it changed, and what is wrong since then that was not wrong before it."""

    moment: Moment
    effects: tuple[Effect, ...]
    violations: tuple[Violation, ...]
    is_whole: bool
    """Whether nothing is wrong after the call, be it since this call or since an earlier one."""


@dataclass(frozen=True)
class RehearsalVerdict:
    """What the calls of a change did, one after the other."""

    start: Moment
    networks: tuple[str, ...]
    """The subnets whose gateways were judged, sorted."""
    steps: tuple[JudgedCall, ...]
    at_start: tuple[Violation, ...]
    """Where the first state is not what the plan before asks for."""
    at_end: tuple[Violation, ...]
    """Where the last state is not what the plan after asks for; not judged if it failed."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Everything that is wrong at some moment."""
        on_the_way = (violation for step in self.steps for violation in step.violations)
        return (*self.at_start, *on_the_way, *self.at_end)


def judge(
    before: Plan, after: Plan, moments: Sequence[Moment], *, is_finished: bool = True
) -> RehearsalVerdict:
    """Judge the moments of a change; the first is the one before the first call.

    Each interface that carries the groups of the plan before in the first moment must pass, by its
    groups and by the ACL of its subnet, whatever both plans ask for, requests and whole replies,
    and nothing that neither of them passes. At the end, unless the change failed, it must pass
    just what the plan after does. Raises ValueError when there is no such interface, and so nothing
    to judge.
    """
    names = {group.name for group in before.groups}
    demands = exactly(before), between(before, after), exactly(after)
    known = _known(moments, demands)
    passing = cache(lambda state: _passing(state, known))
    first, way, last = (_Scale(demand, known, passing) for demand in demands)
    start, *calls = (
        _Scene(moment, _places(moment, _judged(moments[0], names))) for moment in moments
    )
    if not start.places:
        raise ValueError("no interface carries a group of the plan before")
    return RehearsalVerdict(
        start.moment,
        tuple(sorted({place.network for place in start.places})),
        tuple(_steps(start, calls, way, after)),
        tuple(_violations(first.weigh(start), first, before)),
        tuple(_violations(last.weigh([start, *calls][-1]), last, after)) if is_finished else (),
    )


class _Place(NamedTuple):
    """Where packets are let through or not."""

    layer: Layer
    interface: str
    network: str


class _Wrong(NamedTuple):
    """In which way a place does not do as it should."""

    kind: Kind
    place: _Place


Found: TypeAlias = dict[_Wrong, Packets]


class _Scene(NamedTuple):
    """A moment, and what decides at each place then."""

    moment: Moment
    places: dict[_Place, State]


class _Scale:
    """Weighs states against a demand, each state once."""

    def __init__(
        self, demand: Demand, known: frozenset[str], passing: Callable[[State], Packets]
    ) -> None:
        self.demand = demand
        self.passing = passing
        self._known = known
        self._least = {layer: bounds.least(known) for layer, bounds in demand.items()}
        self._most = {layer: bounds.most(known) for layer, bounds in demand.items()}
        self._wrong = cache(self._weigh)

    def weigh(self, scene: _Scene) -> Found:
        """Give what is wrong at each place."""
        return {
            _Wrong(kind, place): found
            for place, state in scene.places.items()
            for kind, found in self._wrong(place.layer, state)
            if found
        }

    def _weigh(self, layer: Layer, state: State) -> tuple[tuple[Kind, Packets], ...]:
        there = self.passing(state)
        lost = packets.without(self._least[layer], there)
        return (
            ("cut", self._with_among(lost, layer, state)),
            ("open", packets.without(there, self._most[layer])),
        )

    def _with_among(self, lost: Packets, layer: Layer, state: State) -> Packets:
        """Add what gateways may not send one another any more, neither by `self` nor by prefix."""
        bounds = self.demand[layer]
        if not bounds.among or isinstance(state, tuple):
            return lost
        there = self.passing(frozenset(r for rule in state for r in at(rule, bounds.networks)))
        cut = packets.without(packets.passed(bounds.among, self._known), there)
        return packets.passed((*packets.pieces(lost), *packets.pieces(cut)), self._known)


def _known(moments: Iterable[Moment], demands: Iterable[Demand]) -> frozenset[str]:
    """Name every protocol that plays a part at some moment."""
    bounds = [each for demand in demands for each in demand.values()]
    held = {each for moment in moments for each in moment.matches}
    return packets.universe(held, *(b.required for b in bounds), *(b.permitted for b in bounds))


def _passing(state: State, known: frozenset[str]) -> Packets:
    if isinstance(state, tuple):
        return packets.first_match(state, known)
    return packets.passed(state, known)


def _judged(start: Moment, names: Iterable[str]) -> dict[str, HeldInterface]:
    """Give the interfaces that carry groups of these names."""
    ours = {id_ for id_, group in start.groups.items() if group.name in names}
    return {id_: each for id_, each in start.interfaces.items() if ours & {*each.groups}}


def _places(moment: Moment, judged: Iterable[str]) -> dict[_Place, State]:
    """Give what decides at each place; an interface that is gone has none."""
    found: dict[_Place, State] = {}
    for id_ in judged:
        if each := moment.interfaces.get(id_):
            found[_Place("security_group", id_, each.network)] = _rules(moment, each)
            found[_Place("network_acl", id_, each.network)] = _entries(moment, each.subnet)
    return found


def _rules(moment: Moment, interface: HeldInterface) -> frozenset[HeldRule]:
    """Add up the rules of an interface; one for another group lets no gateway of ours in."""
    rules = (rule for id_ in interface.groups for rule in moment.groups[id_].rules)
    return frozenset(r for r in rules if "/" in r.source or r.source in interface.groups)


def _entries(moment: Moment, subnet: str) -> tuple[HeldEntry, ...]:
    """Give the entries of the one ACL that guards a subnet."""
    return next(acl.entries for acl in moment.acls.values() if subnet in acl.subnets)


def _steps(
    start: _Scene, calls: Iterable[_Scene], scale: _Scale, after: Plan
) -> Iterator[JudgedCall]:
    """Tell what each call changed, and what is wrong since then."""
    earlier, wrong = start, scale.weigh(start)
    for scene in calls:
        now = scale.weigh(scene)
        fresh = {key: packets.without(found, wrong.get(key, {})) for key, found in now.items()}
        effects = tuple(_effects(earlier.places, scene.places, scale.passing))
        yield JudgedCall(scene.moment, effects, tuple(_violations(fresh, scale, after)), not now)
        earlier, wrong = scene, now


def _effects(
    before: Mapping[_Place, State],
    now: Mapping[_Place, State],
    passing: Callable[[State], Packets],
) -> Iterator[Effect]:
    """Count what was opened and closed, for all subnets at once to which the same was done."""
    alike: dict[tuple[Layer, int, int], set[str]] = {}
    for place in before.keys() & now.keys():
        if before[place] != now[place]:
            old, new = passing(before[place]), passing(now[place])
            opened = packets.count(packets.without(new, old))
            closed = packets.count(packets.without(old, new))
            alike.setdefault((place.layer, opened, closed), set()).add(place.network)
    for (layer, opened, closed), networks in sorted(alike.items()):
        if opened or closed:
            yield Effect(layer, tuple(sorted(networks)), opened, closed)


def _violations(found: Found, scale: _Scale, plan: Plan) -> Iterator[Violation]:
    """Write out what is wrong, once for all subnets in which the same is."""
    alike: dict[tuple[Kind, Layer, Piece], set[str]] = {}
    for (kind, place), some in found.items():
        for piece in packets.pieces(some):
            alike.setdefault((kind, place.layer, piece), set()).add(place.network)
    for (kind, layer, piece), networks in alike.items():
        change = _change(kind, layer, piece, scale, plan)
        yield Violation(kind, layer, tuple(sorted(networks)), change)


def _change(kind: Kind, layer: Layer, piece: Piece, scale: _Scale, plan: Plan) -> Change:
    """Name those who ask for packets that are cut; nobody asks for what is open."""
    bounds = scale.demand[layer]
    required = (*bounds.required, *bounds.among) if kind == "cut" else ()
    asking = (match.services for match in required if packets.meet(match, piece))
    services = tuple(sorted({service for some in asking for service in some}))
    return Change(
        piece, services, tuple(plan.origin(service).place_and_role for service in services)
    )
