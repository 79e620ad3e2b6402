"""Compare what AWS has with what the catalogue and the site ask for, packet by packet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway_rules import live, packets, report
from gateway_rules.flows import Flow, Leg, legs
from gateway_rules.live import Live, LiveRule
from gateway_rules.packets import Match, Packets, Piece
from gateway_rules.plan import Plan
from gateway_rules.prefixes import SELF
from gateway_rules.protocols import DIRECTIONS
from gateway_rules.site import StackSite


@dataclass(frozen=True)
class Finding:
    """A part of the packets in which AWS and the plan differ."""

    layer: str
    """`security_group` or `network_acl`."""
    piece: Piece
    services: tuple[str, ...]
    resource: str

    def as_json(self) -> dict[str, Any]:
        """Give the finding as `verify --json` promises it."""
        shown = report.match(self.piece, "prefix")
        if self.piece.protocol == packets.OTHER:
            # Only a rule for all protocols passes those that nobody names.
            shown["protocol"] = "-1"
        address, port = self.piece.sample
        return {
            "layer": self.layer,
            **shown,
            "sample": {"address": address, "port": port},
            "services": list(self.services),
            "resource": self.resource,
        }


@dataclass(frozen=True)
class Foreign:
    """A rule for another group or a prefix list, whose addresses are not its own to tell."""

    rule: LiveRule

    def __str__(self) -> str:
        """Say who passes because of which rule."""
        rule = self.rule
        return f"{rule.id} of {rule.group} passes {rule.direction} for {rule.source}"

    def as_json(self) -> dict[str, Any]:
        """Give the rule as `verify --json` promises it; its other end stands as the prefix."""
        rule = self.rule
        return {
            "layer": "security_group",
            **report.match(rule, "prefix"),
            "prefix": rule.source,
            "sample": {"address": rule.source, "port": max(rule.from_port, 0)},
            "services": [],
            "resource": rule.id,
        }


@dataclass(frozen=True)
class Verification:
    """What was compared, and every difference; nothing is wrong when there is none."""

    stack: str
    missing: tuple[Finding, ...]
    excess: tuple[Finding, ...]
    foreign: tuple[Foreign, ...]
    counts: dict[str, tuple[int, int]]
    """What was counted: as planned, and as read back from AWS."""

    @property
    def is_clean(self) -> bool:
        """Tell whether AWS passes just what the plan does."""
        equal = all(planned == found for planned, found in self.counts.values())
        return equal and not (self.missing or self.excess or self.foreign)

    def as_json(self) -> dict[str, Any]:
        """Give the verification as `verify --json` promises it."""
        return {
            "stack": self.stack,
            "missing": [finding.as_json() for finding in self.missing],
            "excess": [finding.as_json() for finding in self.excess],
            "foreign": [foreign.as_json() for foreign in self.foreign],
            "quota": [],
        }


def verify(plan: Plan, client: Any) -> Verification:
    """Read a stack's groups and ACL with the client and compare them with the plan.

    A group must pass just the packets of the flows. An ACL must pass every request
    and reply, `self` included, and nothing that the plan's entries do not.
    """
    if not isinstance(plan.site, StackSite):
        raise TypeError("only a plan that was read from a stack file says where in AWS it is")
    found = live.read(plan.site, client)
    layers = [_group_layer(plan, found), *_acl_layers(plan, found)]
    return Verification(
        plan.site.stack,
        tuple(finding for layer in layers for finding in layer.missing()),
        tuple(finding for layer in layers for finding in layer.excess()),
        tuple(Foreign(rule) for rule in found.rules if not _plain(rule)),
        _counts(plan, found),
    )


@dataclass(frozen=True)
class _Layer:
    """One group or ACL: what it has to pass, what it may pass, and what it passes."""

    name: str
    resource: str
    required: tuple[Flow, ...] | tuple[Leg, ...]
    permitted: tuple[Match, ...]
    found: tuple[Match, ...]
    passes: Callable[[Iterable[Any], frozenset[str]], Packets]

    def missing(self) -> Iterator[Finding]:
        """Give what is required and does not pass, with the services that ask for it."""
        known = self._known()
        lost = packets.without(packets.passed(self.required, known), self.passes(self.found, known))
        for piece in packets.pieces(lost):
            asking = (flow.services for flow in self.required if packets.meet(flow, piece))
            services = sorted({service for some in asking for service in some})
            yield Finding(self.name, piece, tuple(services), self.resource)

    def excess(self) -> Iterator[Finding]:
        """Give what passes and may not; no service asks for any of it."""
        known = self._known()
        permitted = packets.passed(self.permitted, known)
        for piece in packets.pieces(packets.without(self.passes(self.found, known), permitted)):
            yield Finding(self.name, piece, (), self.resource)

    def _known(self) -> frozenset[str]:
        return packets.universe(self.required, self.permitted, self.found)


def _group_layer(plan: Plan, found: Live) -> _Layer:
    """All groups of a stack lie on the same interfaces, so their rules add up."""
    rules = tuple(rule for rule in found.rules if _plain(rule))
    ids = ", ".join(found.groups) or f"no group tagged {live.STACK_TAG}={plan.site.stack}"
    return _Layer("security_group", ids, plan.flows, plan.flows, rules, packets.passed)


def _acl_layers(plan: Plan, found: Live) -> Iterator[_Layer]:
    """Each subnet has one ACL; whosever it is, it has to pass everything."""
    ways = legs(plan.flows, plan.site.networks)
    for acl in found.acls:
        if acl.subnets & found.subnets.keys():
            entries = plan.acl.entries, acl.entries
            yield _Layer("network_acl", acl.id, ways, *entries, packets.first_match)


def _plain(rule: LiveRule) -> bool:
    return "/" in rule.source or (rule.peer == SELF and rule.source == rule.group)


def _counts(plan: Plan, found: Live) -> dict[str, tuple[int, int]]:
    planned = [rule for group in plan.groups for rule in group.rules]
    own = [acl for acl in found.acls if acl.own]
    guarded = found.subnets.keys() & {subnet for acl in own for subnet in acl.subnets}
    entries = [entry for acl in own for entry in acl.entries]
    return {
        "groups": (len(plan.groups), len(found.groups)),
        "ACLs": (1, len(own)),
        "subnets": (len(found.subnets), len(guarded)),
        **_by_direction("rules", planned, found.rules),
        **_by_direction("entries", plan.acl.entries, entries),
    }


def _by_direction(
    name: str, planned: Iterable[Match], found: Iterable[Match]
) -> dict[str, tuple[int, int]]:
    counted = [Counter(match.direction for match in matches) for matches in (planned, found)]
    return {
        f"{direction} {name}": (counted[0][direction], counted[1][direction])
        for direction in DIRECTIONS
    }
