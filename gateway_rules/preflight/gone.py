"""Groups that go: Pulumi refuses those that are protected, AWS those that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from gateway_rules.preflight.changes import GoneGroup
from gateway_rules.preflight.values import Obstacle
from gateway_rules.site import Site
from gateway_rules.verify import mending
from gateway_rules.verify.interfaces import listed


def held_back(site: Site, group: GoneGroup) -> Iterator[Obstacle]:
    """Give what keeps a group that is not planned any more from being deleted."""
    if site.protect:
        what = f"{group.name} is to go, and Pulumi deletes no group that its state protects"
        fix = "deploy gateway-rules:protect: false while the group is still planned, then this"
        yield Obstacle("protected-group", what, (fix,))
    if group.bearers:
        what = f"{group.name} is to go, and {listed(group.bearers)} carries it: AWS refuses"
        kept = (mending.set_groups(site, one, {*one.groups} - {group.id}) for one in group.bearers)
        yield Obstacle("group-in-use", what, tuple(kept))
