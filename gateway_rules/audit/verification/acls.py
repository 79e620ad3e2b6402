"""What the ACLs pass that the stack's subnets are under, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from typing import Final

from gateway_rules import packets
from gateway_rules.audit.live import Live, LiveAcl
from gateway_rules.audit.verification import fixes
from gateway_rules.audit.verification.findings import PacketDifference
from gateway_rules.audit.verification.layers import ANYTHING, LayerComparison, piece_of, smallest
from gateway_rules.inputs import Site
from gateway_rules.packets import Piece
from gateway_rules.planning import (
    Leg,
    Plan,
    StackPlan,
    entry_content,
    held_by_others,
    legs,
    networks_of,
)

_ACL: Final = "network_acl"


@dataclass(frozen=True)
class Guard:
    """One ACL over subnets of the stack, compared with what has to pass."""

    plan: Plan
    acl: LiveAcl
    subnets: tuple[str, ...]
    """Those of the stack."""
    comparison: LayerComparison
    fix: str
    """What puts the subnets under the plan's entries again."""

    def missing(self) -> Iterator[PacketDifference]:
        """Give what a flow or its replies need and the ACL does not pass."""
        why = "it is required, and the ACL does not pass it"
        for piece, services in self.comparison.asking(self.comparison.lost):
            yield PacketDifference(_ACL, piece, services, self.acl.id, why, self.fix)

    def excess(self) -> Iterator[PacketDifference]:
        """Give what the ACL passes and the plan's entries do not."""
        why = "the ACL passes it, and the plan's entries do not"
        for piece in packets.pieces(self.comparison.gained):
            yield PacketDifference(_ACL, piece, (), self.acl.id, why, self.fix)

    def foreign(self) -> Iterator[PacketDifference]:
        """Give the ACL itself where it is not the stack's, else entries that the plan lacks."""
        if self.acl.own:
            yield from self._unplanned()
        else:
            yield self._not_ours()

    def _not_ours(self) -> PacketDifference:
        """Show the ACL by the first packet in which it differs, or by the first required one."""
        asked = self.comparison.asking(self.comparison.lost)
        lost, services = next(asked, (None, ()))
        piece = lost or smallest(self.comparison.gained) or _first(self.comparison)
        kind = "the VPC's default ACL" if self.acl.default else "an ACL without the stack's tag"
        why = f"{', '.join(self.subnets)} is under it, {kind}"
        return PacketDifference(_ACL, piece, services, self.acl.id, why, self.fix)

    def _unplanned(self) -> Iterator[PacketDifference]:
        """Give entries that the plan lacks, unless what they do is told already."""
        planned = {*map(entry_content, self.plan.acl.entries)}
        unplanned = [entry for entry in self.acl.entries if entry_content(entry) not in planned]
        told = self.comparison.index((*self._differences(), *self._wounded()) if unplanned else ())
        for entry in unplanned:
            if not next(told.meeting(entry), None):
                why = f"the plan has no entry {entry.number} such as this, which changes no packet"
                yield PacketDifference(_ACL, piece_of(entry), (), self.acl.id, why, self.fix)

    def _differences(self) -> tuple[Piece, ...]:
        both = (self.comparison.lost, self.comparison.gained)
        return tuple(piece for part in both for piece in packets.pieces(part))

    def _wounded(self) -> Iterator[Piece]:
        """Give the planned entries of whose packets some do not pass."""
        lost = self.comparison.index(packets.pieces(self.comparison.lost))
        for entry in self.plan.acl.entries:
            if next(lost.meeting(entry), None):
                yield piece_of(entry)


def guards(stack: StackPlan, live: Live) -> tuple[Guard, ...]:
    """Compare each ACL over the stack's subnets: each has to pass everything."""
    plan = stack.plan
    ways = legs(plan.flows, networks_of(plan.site, live.subnets))
    return tuple(_guard(stack, live, acl, ways) for acl in live.guards)


def _guard(stack: StackPlan, live: Live, acl: LiveAcl, ways: tuple[Leg, ...]) -> Guard:
    plan = stack.plan
    ours = tuple(sorted(acl.subnets & live.subnets.keys()))
    found = LayerComparison(ways, plan.acl.entries, acl.entries, packets.first_match)
    return Guard(plan, acl, ours, found, _regaining(stack, live, acl, ours))


def _regaining(stack: StackPlan, live: Live, acl: LiveAcl, subnets: tuple[str, ...]) -> str:
    """Say what takes subnets back, which a deployment refuses to do where it may hurt others."""
    holds = (
        held_by_others(stack.location, acl.guard, partial(live.strangers, subnet))
        for subnet in subnets
    )
    site = stack.plan.site
    return fixes.take_over_command(site) if any(holds) else fixes.up_command(site)


def spare(plan: Plan, live: Live) -> Iterator[PacketDifference]:
    """Give the stack's ACLs but the one that guards most of its subnets."""
    ours = live.subnets.keys()
    own = sorted((a for a in live.acls if a.own), key=lambda a: (-len(a.subnets & ours), a.id))
    for acl in own[1:]:
        few = ", ".join(sorted(acl.subnets)) or "no subnet"
        why = f"it bears the stack's tag beside another one, and guards {few}"
        first = next(map(piece_of, legs(plan.flows, plan.site.networks)), ANYTHING)
        yield PacketDifference(_ACL, first, (), acl.id, why, _parting(plan.site, acl, ours))


def _parting(site: Site, acl: LiveAcl, ours: AbstractSet[str]) -> str:
    """Say what rids a stack of an ACL: Pulumi takes back the stack's subnets, and no others."""
    if acl.subnets & ours:
        return fixes.up_command(site)
    others = ", ".join(sorted(acl.subnets))
    delete = fixes.delete_acl_command(site, acl.id)
    return f"give {others} another ACL; then: {delete}" if others else delete


def _first(comparison: LayerComparison) -> Piece:
    return next(map(piece_of, comparison.required), ANYTHING)
