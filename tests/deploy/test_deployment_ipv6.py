"""Both families through the real engine: groups and ACL carry each in its own quota."""

from __future__ import annotations

from pathlib import Path

import pytest
import simulator
from engine import rehearsal

from gateway_rules.audit import live
from gateway_rules.audit.verification.verifier import verify
from gateway_rules.packets.protocols import DIRECTIONS
from gateway_rules.planning.flows import legs

pytestmark = pytest.mark.engine

STACK = "eu-west-1"
EDITS = {
    "[10.42.8.0/26, 10.42.8.64/26]": (
        "[10.42.8.0/26, 10.42.8.64/26, '2001:db8:42:1::/64', '2001:db8:42:2::/64']"
    ),
    "administrators: [10.42.0.0/24]": "administrators: [10.42.0.0/24, '2001:db8:9::/48']",
}
ADDITIONS = """\
    - {name: smtp-in-ipv6, direction: ingress, protocol: tcp, ports: 25, peers: ['::/0']}
    - {name: smtp-out-ipv6, direction: egress, protocol: tcp, ports: 25, peers: ['::/0']}
    - {name: too-big, direction: ingress, protocol: icmpv6, type: 2, code: 0, peers: ['::/0']}
"""


def test_a_stack_of_both_families_is_deployed_and_comes_back_unchanged(tmp_path: Path) -> None:
    """Roles, networks, `self` and additions of IPv6 pass, and not a packet more in the groups."""
    with rehearsal(tmp_path) as project:
        path = tmp_path / "stacks" / f"Pulumi.{STACK}.yaml"
        text = path.read_text()
        for old, new in EDITS.items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text.rstrip() + "\n" + ADDITIONS)
        project.set_stage(STACK)
        run = project.up(STACK)
        assert (run.code, run.errors) == (0, ())
        stack, client = project.planned(STACK), project.client("eu-west-1")
        plan = stack.plan
        assert verify(stack, client).is_clean
        found = live.read_live(plan.site, stack.location, client)
        rules = [rule for some in found.groups.values() for rule in some]
        entries = [entry for acl in found.guards for entry in acl.entries]
        ways = legs(plan.flows, plan.site.networks)
        for direction in DIRECTIONS:
            flows = [flow for flow in plan.flows if flow.direction == direction]
            assert simulator.compare(direction, flows, rules, simulator.group_passes) == ([], 0)
            asked = [way for way in ways if way.direction == direction]
            missing, _ = simulator.compare(direction, asked, entries, simulator.acl_passes)
            assert missing == []
            numbers = [entry.number for entry in entries if entry.direction == direction]
            assert len(numbers) == len(set(numbers))
        versions = {entry.prefix.version for entry in entries}
        assert versions == {4, 6}
        assert project.preview(STACK, "--expect-no-changes").code == 0
        assert project.refresh(STACK, "--expect-no-changes").code == 0
