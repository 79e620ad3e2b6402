"""Limits on what a change does to a stack beside its packets: where it goes, and what guards it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from gateway_rules.inputs import RETIRED_FILE
from gateway_rules.packets import few
from gateway_rules.planning import StackOutcome
from gateway_rules.review.causes import MANY
from gateway_rules.review.leaving import is_moved, place_of
from gateway_rules.review.packet_diff import StackDiff
from gateway_rules.review.verdict import Breach

_NONE: Final = "none"
_PROVIDER: Final = "aws:"
"""The namespace of the keys by which Pulumi's provider finds account, Region and endpoint."""


def place_breaches(
    diff: StackDiff,
    before: StackOutcome | None,
    after: StackOutcome | None,
    retired: Collection[str],
) -> Iterator[Breach]:
    """Find each limit of this kind that a change to a stack goes past; they allow nothing."""
    if after is None and before is not None and diff.stack not in retired:
        what = "leaves what is deployed, and nobody watches it any more"
        why = "its file is gone, and no line there names it"
        yield Breach(diff.stack, "removed-stack", what, f"a line in {RETIRED_FILE}", why)
    yield from _target(diff, before, after)
    yield from _guards(diff, before, after)
    if diff.leaving:
        what = f"may take {few(diff.leaving, MANY)} from under the stack's ACL"
        why = "a subnet that leaves falls to its VPC's default ACL"
        yield Breach(diff.stack, "leaving-networks", what, _NONE, why)


def _target(
    diff: StackDiff, before: StackOutcome | None, after: StackOutcome | None
) -> Iterator[Breach]:
    """Find what leads a stack that is deployed to another account, endpoint, VPC or subnets."""
    if before is None or after is None:
        return
    found = [each.key for each in diff.settings if each.key.startswith(_PROVIDER)]
    if is_moved(before, after):
        found.append("vpc or subnets")
    if found:
        what = "is deployed to another place, or as somebody else"
        why = f"edited: {few(dict.fromkeys(found), MANY)}"
        yield Breach(diff.stack, "target", what, _NONE, why)


def _guards(
    diff: StackDiff, before: StackOutcome | None, after: StackOutcome | None
) -> Iterator[Breach]:
    """Find what takes away a guard: leave to take subnets over, and protection that ends."""
    then, now = place_of(before), place_of(after)
    if not now:
        return
    site, location = now
    if location.take_over and not (then and then[1].take_over):
        what = "may take subnets over that others guard or use"
        yield Breach(diff.stack, "take-over", what, _NONE, "take_over: true")
    if not site.protect and (then is None or then[0].protect):
        what = "protects its groups no longer: they may be deleted or replaced"
        yield Breach(diff.stack, "protection", what, _NONE, "protect: false")
