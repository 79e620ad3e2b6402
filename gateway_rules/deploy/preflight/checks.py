"""What an update would meet in AWS, told before its first call."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from gateway_rules.audit import Endpoints, Live, LiveQuotas, aimed
from gateway_rules.deploy.preflight.calls import Calls, calls
from gateway_rules.deploy.preflight.changes import (
    AclReplacement,
    GroupChange,
    acl_change,
    gone_groups,
    group_changes,
)
from gateway_rules.deploy.preflight.gone import held_back
from gateway_rules.deploy.preflight.obstacles import Obstacle
from gateway_rules.deploy.preflight.rules import Room, crowded, rooms
from gateway_rules.deploy.preflight.space import cramped
from gateway_rules.deploy.preflight.subnets import astray, taken_over
from gateway_rules.planning import StackPlan


@dataclass(frozen=True)
class Preflight:
    """What an update would change, and what stands in its way."""

    stack: str
    obstacles: tuple[Obstacle, ...]
    rooms: tuple[Room, ...]
    groups: tuple[GroupChange, ...]
    acl: AclReplacement
    calls: Calls
    quotas: LiveQuotas

    def aimed(self, endpoints: Endpoints) -> Preflight:
        """Aim the commands in the ways out at the endpoints that were asked."""
        obstacles = (
            replace(one, ways=tuple(aimed(way, endpoints) for way in one.ways))
            for one in self.obstacles
        )
        return replace(self, obstacles=tuple(obstacles))

    @property
    def is_clear(self) -> bool:
        """Tell whether nothing stands in the way."""
        return not self.obstacles

    @property
    def may_need_repair(self) -> bool:
        """Tell whether AWS has something that the state of a cut-off update may lack."""
        return any(group.id for group in self.groups)

    @property
    def prefix_lists(self) -> tuple[str, ...]:
        """Name those in rules made by hand, for how many rules they count as is not known."""
        sources = {rule.source for group in self.groups for rule in group.foreign}
        return tuple(sorted(source for source in sources if source.startswith("pl-")))

    def as_json(self) -> dict[str, Any]:
        """Give what `preflight --json` promises."""
        return {
            "stack": self.stack,
            "obstacles": [obstacle.as_json() for obstacle in self.obstacles],
            "rules": [room.as_json() for room in self.rooms],
            "network_acl": {"replaced": bool(self.acl.entries), "moved": sorted(self.acl.move)},
            "calls": self.calls.by_name,
            "throttled_seconds": self.calls.seconds,
            "quotas": asdict(self.quotas),
        }


def run_preflight(stack: StackPlan, live: Live, quotas: LiveQuotas) -> Preflight:
    """Compare a plan with what AWS has and allows.

    Rules that AWS has in the stack's groups are taken for those of its state.
    """
    plan = stack.plan
    groups, acl = tuple(group_changes(plan, live)), acl_change(plan, live)
    held, gone = tuple(rooms(groups, quotas)), tuple(gone_groups(plan, live))
    obstacles = (
        *(obstacle for room in held for obstacle in crowded(plan.site, room, quotas)),
        *cramped(plan, live, quotas, acl),
        *held_back(plan, live, gone),
        *astray(stack, live),
        *taken_over(stack, live),
    )
    made = calls(groups, acl, gone)
    return Preflight(plan.site.stack, obstacles, held, groups, acl, made, quotas)
