"""Compare what AWS has with what the catalogue and the site ask for, packet by packet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from gateway_rules import packets
from gateway_rules.audit import live
from gateway_rules.audit.live import Live
from gateway_rules.audit.live_quotas import LiveQuotas
from gateway_rules.audit.verification import acls as verify_acls
from gateway_rules.audit.verification import fixes
from gateway_rules.audit.verification.findings import Verification
from gateway_rules.audit.verification.fixes import Endpoints
from gateway_rules.audit.verification.groups import Groups
from gateway_rules.audit.verification.interfaces import Interfaces
from gateway_rules.audit.verification.quotas import quotas
from gateway_rules.packets import DIRECTIONS, Match
from gateway_rules.planning import Plan, StackPlan

WAITING: Final = "No interface in the subnets is a gateway's yet, so nothing carries the groups."
DEFAULTS: Final = "Service Quotas did not tell every quota; AWS's defaults stand for the others."


def verify(stack: StackPlan, client: Any, endpoints: Endpoints | None = None) -> Verification:
    """Read what a stack has with an EC2 client and compare it with the plan.

    The account's quotas are not judged. The commands of the findings name the endpoints.
    Raises as `read_live` does.
    """
    found = live.read_live(stack.plan.site, stack.location, client)
    return aimed(compare(stack, found), endpoints or {})


def aimed(found: Verification, endpoints: Endpoints) -> Verification:
    """Aim the commands of a verification at the endpoints that were asked."""
    kinds: dict[str, Any] = {
        kind: tuple(replace(one, fix=fixes.aimed(one.fix, endpoints)) for one in some)
        for kind, some in found.findings.items()
    }
    return replace(found, **kinds)


def compare(stack: StackPlan, found: Live, allowed: LiveQuotas | None = None) -> Verification:
    """Compare what AWS has with the plan.

    Groups must pass just the packets of the flows, on every interface that carries one of
    them. An ACL must pass every request and reply, `self` included, and nothing that the
    plan's entries do not. Whatever else bears on the same packets is foreign.
    """
    plan = stack.plan
    groups = Groups.of(plan, found)
    interfaces = Interfaces(plan, found, packets.pieces(groups.comparison.lost))
    guards = verify_acls.guards(stack, found)
    return Verification(
        plan.site.stack,
        tuple(chain(groups.missing(), *(guard.missing() for guard in guards))),
        tuple(chain(groups.excess(), *(guard.excess() for guard in guards))),
        tuple(
            chain(
                groups.foreign(),
                interfaces.foreign(),
                *(guard.foreign() for guard in guards),
                verify_acls.spare(plan, found),
            )
        ),
        _counts(plan, found),
        tuple(quotas(plan, allowed)) if allowed else (),
        tuple(_notes(interfaces, allowed)),
    )


def _notes(interfaces: Interfaces, allowed: LiveQuotas | None) -> Iterator[str]:
    if interfaces.waiting and interfaces.live.groups:
        yield WAITING
    if allowed and allowed.from_defaults:
        yield DEFAULTS


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
