"""Compare what AWS has with what the catalogue and the site ask for, packet by packet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gateway_rules import live, packets, report
from gateway_rules.flows import legs
from gateway_rules.live import Live, LiveRule
from gateway_rules.packets import Match, Packets, Piece
from gateway_rules.plan import Plan
from gateway_rules.prefixes import SELF
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
        address, port = self.piece.sample
        return {
            "layer": self.layer,
            **report.match(self.piece, "prefix"),
            "sample": {"address": address, "port": port},
            "services": list(self.services),
            "resource": self.resource,
        }


@dataclass(frozen=True)
class Verification:
    """What was compared, and every difference; nothing is wrong when there is none."""

    stack: str
    missing: tuple[Finding, ...]
    excess: tuple[Finding, ...]
    foreign: tuple[str, ...]
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
            "foreign": list(self.foreign),
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
    layers = [*_group_layers(plan, found), *_acl_layers(plan, found)]
    return Verification(
        plan.site.stack,
        tuple(finding for layer in layers for finding in layer.missing()),
        tuple(finding for layer in layers for finding in layer.excess()),
        tuple(_foreign(found)),
        _counts(plan, found),
    )


@dataclass(frozen=True)
class _Layer:
    """One group or ACL: what it has to pass, what it may pass, and what it passes."""

    name: str
    resource: str
    required: tuple[Match, ...]
    permitted: tuple[Match, ...]
    found: tuple[Match, ...]
    passes: Callable[[Iterable[Any], frozenset[str]], Packets]
    asking: tuple[Any, ...]

    def missing(self) -> Iterator[Finding]:
        known = self._known()
        lost = packets.without(packets.passed(self.required, known), self.passes(self.found, known))
        return self._findings(lost)

    def excess(self) -> Iterator[Finding]:
        known = self._known()
        more = packets.without(
            self.passes(self.found, known), packets.passed(self.permitted, known)
        )
        return self._findings(more)

    def _known(self) -> frozenset[str]:
        return packets.universe(self.required, self.permitted, self.found)

    def _findings(self, differing: Packets) -> Iterator[Finding]:
        for piece in packets.pieces(differing):
            asking = (flow.services for flow in self.asking if packets.meet(flow, piece))
            services = tuple(dict.fromkeys(service for some in asking for service in some))
            yield Finding(self.name, piece, services, self.resource)


def _group_layers(plan: Plan, found: Live) -> Iterator[_Layer]:
    """All groups of a stack lie on the same interfaces, so their rules add up."""
    rules = tuple(rule for some in found.groups.values() for rule in some if _plain(rule))
    ids = ", ".join(found.groups) or f"no group tagged {live.STACK_TAG}={plan.site.stack}"
    yield _Layer("security_group", ids, plan.flows, plan.flows, rules, packets.passed, plan.flows)


def _acl_layers(plan: Plan, found: Live) -> Iterator[_Layer]:
    """Each subnet has one ACL; whichever guards it has to pass everything."""
    ways = legs(plan.flows, plan.site.networks)
    guards = [acl for acl in found.acls if acl.subnets & found.subnets.keys()]
    if found.subnets.keys() - {subnet for acl in guards for subnet in acl.subnets}:
        missing = f"no ACL tagged {live.STACK_TAG}={plan.site.stack} on a subnet"
        yield _Layer("network_acl", missing, ways, (), (), packets.first_match, ways)
    for acl in guards:
        permitted = plan.acl.entries
        yield _Layer("network_acl", acl.id, ways, permitted, acl.entries, packets.first_match, ways)


def _plain(rule: LiveRule) -> bool:
    return "/" in rule.source or (rule.peer == SELF and rule.source == rule.group)


def _foreign(found: Live) -> Iterator[str]:
    for rules in found.groups.values():
        for rule in rules:
            if not _plain(rule):
                yield f"{rule.id} of {rule.group} passes {rule.direction} for {rule.source}"


def _counts(plan: Plan, found: Live) -> dict[str, tuple[int, int]]:
    planned = [rule for group in plan.groups for rule in group.rules]
    rules = [rule for some in found.groups.values() for rule in some]
    entries = [entry for acl in found.acls for entry in acl.entries]
    pairs: list[tuple[str, Iterable[Match], Iterable[Match]]] = [
        ("rules", planned, rules),
        ("entries", plan.acl.entries, entries),
    ]
    counts = {
        f"{direction} {name}": (_count(wanted, direction), _count(there, direction))
        for name, wanted, there in pairs
        for direction in ("ingress", "egress")
    }
    return {"groups": (len(plan.groups), len(found.groups)), "ACLs": (1, len(found.acls)), **counts}


def _count(matches: Iterable[Match], direction: str) -> int:
    return sum(match.direction == direction for match in matches)
