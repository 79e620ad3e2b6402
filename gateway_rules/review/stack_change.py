"""A stack on both sides of a change, as the limits on its state look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TypeAlias

from gateway_rules import packets
from gateway_rules.inputs import Catalogue, LimitName, Policy
from gateway_rules.packets import Packets, PortPair
from gateway_rules.planning import Plan
from gateway_rules.review import reach
from gateway_rules.review.packet_diff import Asked, rules
from gateway_rules.review.verdict import Breach, LimitResult

_Ports: TypeAlias = Iterable[tuple[str, PortPair]]


@dataclass(frozen=True)
class Layer:
    """What the groups or the ACL pass, and what of it the change opens."""

    passed: Packets
    opened: Packets
    asked: Sequence[Asked]
    """Who asks for it after the change."""
    verb: str
    """How it is put into words that it lets somebody in."""


@dataclass(frozen=True)
class StackChange:
    """A stack before and after a change, and the policy that counts for it."""

    stack: str
    policy: Policy
    old: Plan | None
    new: Plan

    @cached_property
    def groups(self) -> Layer:
        """What the groups pass."""
        old, new = rules(self.old), rules(self.new)
        known = packets.universe(old, new)
        now = packets.passed(new, known)
        then = now if old == new else packets.passed(old, known)
        return Layer(now, packets.without(now, then), self.new.flows, "lets")

    @cached_property
    def whole_acl(self) -> Packets:
        """What the ACL passes; a plan's entries only allow, so they add up as rules do."""
        return packets.passed(self.new.acl.entries)

    @cached_property
    def acl(self) -> Layer:
        """What the ACL passes and no group does."""
        then = _unasked(self.old) if self.old else {}
        now = _unasked(self.new)
        opened = packets.without(now, then)
        return Layer(now, opened, self.new.acl.entries, "has the ACL alone let")

    @property
    def _catalogues(self) -> Iterator[Catalogue]:
        """Both sides': a change that rewrites a catalogue makes no port less powerful."""
        yield from (plan.catalogue for plan in (self.old, self.new) if plan)

    @cached_property
    def administrative(self) -> reach.Watched:
        """Ports of what administers the gateways."""
        return reach.watched(chain.from_iterable(map(reach.administrative_ports, self._catalogues)))

    @cached_property
    def high_risk(self) -> reach.Watched:
        """These, and the policy's high-risk ports."""
        return self._with(reach.listed_ports(self.policy.high_risk_ports))

    @cached_property
    def inner(self) -> reach.Watched:
        """These, and what is meant for a role: all that the internet has no business with."""
        return self._with(
            chain(
                reach.listed_ports(self.policy.high_risk_ports),
                chain.from_iterable(map(reach.inner_ports, self._catalogues)),
            )
        )

    @cached_property
    def other(self) -> reach.Watched:
        """All further ports that are not meant for everybody, as far as the base knew."""
        before = (self.old or self.new).catalogue
        meant = chain(reach.listed_ports(self.policy.internet_ports), reach.open_ports(before))
        known = chain(_pairs(self.inner), meant)
        rest = reach.watched(known)
        return {
            name: packets.less((packets.ALL_PORTS,), rest.get(name, ())) for name in ("tcp", "udp")
        }

    def _with(self, ports: _Ports) -> reach.Watched:
        return reach.watched(chain(ports, _pairs(self.administrative)))

    def finding(
        self, limit: LimitName, value: str, allowed: str, cause: str, *, is_worse: bool
    ) -> LimitResult:
        """Say that this stack goes past a limit."""
        return LimitResult(Breach(self.stack, limit, value, allowed, cause), is_worse)


def _pairs(ports: reach.Watched) -> _Ports:
    return ((name, pair) for name, pairs in ports.items() for pair in pairs)


def _unasked(plan: Plan) -> Packets:
    """Give what passes the ACL alone; its entries only allow, so they add up as rules do."""
    entries, known = plan.acl.entries, packets.universe(plan.acl.entries, rules(plan))
    return packets.without(packets.passed(entries, known), packets.passed(rules(plan), known))
