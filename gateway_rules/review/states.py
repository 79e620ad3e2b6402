"""How open a change leaves a stack: what is past a limit, whichever changes brought it there.

A state that was past its limit already stops a change only where that opens more of it,
so that a stack with a history can be worked on; it is named every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product
from typing import Final, TypeAlias

from gateway_rules import packets
from gateway_rules.inputs import Catalogue, LimitName, Policy
from gateway_rules.packets import (
    FAMILIES,
    WAY,
    Packets,
    Piece,
    PortPair,
    Prefix,
    few,
    quantity,
    spoken_traffic,
)
from gateway_rules.planning import Plan, legs
from gateway_rules.review import reach
from gateway_rules.review.causes import MANY
from gateway_rules.review.packet_diff import rules
from gateway_rules.review.verdict import Breach, LimitResult

_Ports: TypeAlias = Iterable[tuple[str, PortPair]]


@dataclass(frozen=True)
class _Layer:
    """What the groups or the ACL pass, and what of it the change opens."""

    passed: Packets
    opened: Packets


@dataclass(frozen=True)
class _Change:
    """A stack before and after a change, and the policy that counts for it."""

    stack: str
    policy: Policy
    old: Plan | None
    new: Plan

    @cached_property
    def groups(self) -> _Layer:
        return _layer(rules(self.old), rules(self.new))

    @cached_property
    def acl(self) -> _Layer:
        """Give what the ACL passes and no group does."""
        then = _unasked(self.old) if self.old else {}
        now = _unasked(self.new)
        return _Layer(now, packets.without(now, then))

    @property
    def catalogues(self) -> Iterator[Catalogue]:
        """A change that rewrites a catalogue makes no port less powerful."""
        yield from (plan.catalogue for plan in (self.old, self.new) if plan)

    @cached_property
    def administrative(self) -> reach.Watched:
        return reach.watched(chain.from_iterable(map(reach.administrative_ports, self.catalogues)))

    @cached_property
    def high_risk(self) -> reach.Watched:
        return self._with(reach.high_risk_ports(self.policy.high_risk_ports))

    @cached_property
    def inner(self) -> reach.Watched:
        """All that the internet has no business with."""
        return self._with(
            chain(
                reach.high_risk_ports(self.policy.high_risk_ports),
                chain.from_iterable(map(reach.inner_ports, self.catalogues)),
            )
        )

    def _with(self, ports: _Ports) -> reach.Watched:
        more = ((name, pair) for name, pairs in self.administrative.items() for pair in pairs)
        return reach.watched(chain(ports, more))

    def finding(
        self, limit: LimitName, value: str, allowed: str, cause: str, *, is_worse: bool
    ) -> LimitResult:
        return LimitResult(Breach(self.stack, limit, value, allowed, cause), is_worse)


def _layer(old: Iterable[packets.Match], new: Iterable[packets.Match]) -> _Layer:
    old, new = tuple(old), tuple(new)
    known = packets.universe(old, new)
    now = packets.passed(new, known)
    return _Layer(now, packets.without(now, packets.passed(old, known)))


def _unasked(plan: Plan) -> Packets:
    """Give what passes the ACL alone; its entries only allow, so they add up as rules do."""
    entries, known = plan.acl.entries, packets.universe(plan.acl.entries, rules(plan))
    return packets.without(packets.passed(entries, known), packets.passed(rules(plan), known))


def states(policy: Policy, stack: str, old: Plan | None, new: Plan | None) -> Iterator[LimitResult]:
    """Find every limit that a stack is past after a change, and tell whether that made it worse."""
    if new:
        change = _Change(stack, policy, old, new)
        for look in _LOOKS:
            yield from look(change)


# --- Who reaches what ------------------------------------------------------------------------


def _administrative_services(change: _Change) -> Iterator[LimitResult]:
    """Find a catalogue that calls nothing administrative, or less than it did."""
    then, now = (
        reach.watched(reach.administrative_ports(plan.catalogue)) if plan else {}
        for plan in (change.old, change.new)
    )
    lost = {name: packets.less(pairs, now.get(name, ())) for name, pairs in then.items()}
    if any(lost.values()):
        value = f"calls {spoken_traffic(_some(lost))} administrative no more"
        called = few(change.old.catalogue.administrative if change.old else (), MANY)
        why = f"the catalogue called {called} administrative"
        yield change.finding("administrative-services", value, "none", why, is_worse=True)
    elif not now:
        value, why = "calls no service administrative", "nobody watches who reaches them"
        yield change.finding(
            "administrative-services", value, "one or more", why, is_worse=change.old is None
        )


def _some(ports: reach.Watched) -> Iterator[tuple[str, tuple[PortPair, ...]]]:
    return ((name, pairs) for name, pairs in ports.items() if pairs)


def _administrative_sources(change: _Change) -> Iterator[LimitResult]:
    limit = change.policy.limits.administrative_sources
    yield from _reaching(
        change, "administrative-sources", change.groups, change.administrative, limit
    )


def _public_sources(change: _Change) -> Iterator[LimitResult]:
    limit = change.policy.limits.public_sources
    yield from _reaching(
        change, "public-sources", change.groups, change.inner, limit, is_public=True
    )


def _acl_sources(change: _Change) -> Iterator[LimitResult]:
    limit = change.policy.limits.acl_sources
    yield from _reaching(change, "acl-sources", change.acl, change.high_risk, limit, is_public=True)


def _reaching(
    change: _Change,
    name: LimitName,
    layer: _Layer,
    ports: reach.Watched,
    limit: int,
    *,
    is_public: bool = False,
) -> Iterator[LimitResult]:
    """Find more sources than a limit allows; it is worse where one reaches a port anew."""
    kept = reach.public if is_public else dict
    found = kept(reach.sources(layer.passed, ports))
    if (number := reach.counted_sources(found)) > limit:
        opened = kept(reach.sources(layer.opened, ports))
        named = opened or found
        what = spoken_traffic(reach.reached(layer.passed, ports, named))
        who = "of the internet " if is_public else ""
        value = f"lets {quantity(number)} addresses {who}reach {what}"
        blocks = reach.prefixes(reach.sources(layer.passed, ports), among=named)
        cause = f"{'opened' if opened else 'open'} to {few(blocks, MANY)}"
        why = f"{cause} {_for(blocks, ports, change.new)}"
        yield change.finding(name, value, f"{limit:,}", why, is_worse=bool(opened))


def _for(blocks: Iterable[Prefix], ports: reach.Watched, plan: Plan) -> str:
    """Name who asks for the ports for some prefixes."""
    pieces = [
        Piece("ingress", name, *pair, block)
        for block in blocks
        for name, pairs in ports.items()
        for pair in pairs
    ]
    return _asking(pieces, plan)


def _asking(pieces: Iterable[Piece], plan: Plan) -> str:
    index = packets.Index(plan.flows, packets.universe(plan.flows))
    met = (flow.services for piece in pieces for flow in index.meeting(piece))
    return f"for {few(sorted({*chain.from_iterable(met)}), MANY) or 'nobody'}"


# --- By how many ports -----------------------------------------------------------------------


def _ports_per_peer(change: _Change) -> Iterator[LimitResult]:
    """Find the peer with the most ports; first for whom some are opened, then on the internet."""
    limits, layer = change.policy.limits, change.groups
    figures = ((limits.ports_per_public_peer, True), (limits.ports_per_peer, False))
    for among, (limit, is_public) in product((layer.opened, layer.passed), figures):
        most = reach.most_ports(layer.passed, among, is_public=is_public)
        if most and most.ports > limit:
            yield _peer(change, most, limit, is_public=is_public, is_worse=among is layer.opened)
            return


def _peer(
    change: _Change, most: reach.Peers, limit: int, *, is_public: bool, is_worse: bool
) -> LimitResult:
    who = "an address of the internet" if is_public else "one address"
    value = f"passes {most.ports:,} ports {WAY[most.direction]} {who}, such as {most.prefix}"
    everything = Piece(most.direction, "-1", *packets.ALL_PORTS, most.prefix)
    return change.finding(
        "ports-per-peer",
        value,
        f"{limit:,}",
        _asking([everything], change.new),
        is_worse=is_worse,
    )


# --- What is set -----------------------------------------------------------------------------


def _acl_excess(change: _Change) -> Iterator[LimitResult]:
    """Find a cover that passes far more than it is asked for, in one direction and family."""
    limit = change.policy.limits.acl_excess
    then = dict(_excess(change.old)) if change.old else {}
    for (direction, family), (excess, needed) in _excess(change.new):
        if excess > limit * needed:
            before = then.get((direction, family))
            is_worse = before is None or excess * before[1] > before[0] * needed
            value = f"{direction} {family} passes {quantity(excess)} packets that nobody needs"
            quota = change.new.site.quotas.entries_per_network_acl
            cause = f"{quota} entries are allowed for"
            allowed = f"{limit:g} times the {quantity(needed)} of its requests"
            yield change.finding("acl-excess", value, allowed, cause, is_worse=is_worse)
            return


def _excess(plan: Plan) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    """Give what each direction and family passes in excess, and what its requests need."""
    requests = [leg for leg in legs(plan.flows, plan.site.networks) if leg.purpose == "request"]
    needed: dict[tuple[str, str], int] = {}
    for key, strips in packets.passed(requests).items():
        way = key.direction, key.family
        needed[way] = needed.get(way, 0) + packets.count({key: strips})
    for way, budget in plan.acl.budgets.items():
        yield way, (budget.excess, needed.get(way, 0))


def _ephemeral_ports(change: _Change) -> Iterator[LimitResult]:
    limit = change.policy.limits.ephemeral_from
    then, now = (
        {name: first for name, (first, _) in plan.site.ephemeral_ports} if plan else {}
        for plan in (change.old, change.new)
    )
    low = {name: first for name, first in now.items() if first < limit}
    if low:
        value = f"lets replies to the {' and the '.join(low)} come to port {min(low.values())}"
        is_worse = any(first < then.get(name, limit) for name, first in low.items())
        why = "ephemeral_ports; the ACL lets the range in from everybody who may answer"
        yield change.finding("ephemeral-ports", value, f"{limit} or higher", why, is_worse=is_worse)


def _networks(change: _Change) -> Iterator[LimitResult]:
    limit = change.policy.limits.network_addresses
    now, then = _own(change.new), _own(change.old) if change.old else {}
    if (number := reach.counted_sources(now)) > limit:
        is_worse = any(packets.less(each, then.get(name, ())) for name, each in now.items())
        value = f"calls {quantity(number)} addresses the gateways' own networks"
        why = f"networks: {few(reach.prefixes(now), MANY)}"
        yield change.finding("networks", value, f"{limit:,}", why, is_worse=is_worse)


def _own(plan: Plan) -> reach.Sources:
    return {
        name: some
        for version, name in FAMILIES.items()
        if (some := packets.join(p.interval for p in plan.site.networks if p.version == version))
    }


_LOOKS: Final = (
    _administrative_services,
    _administrative_sources,
    _public_sources,
    _ports_per_peer,
    _acl_sources,
    _acl_excess,
    _ephemeral_ports,
    _networks,
)
