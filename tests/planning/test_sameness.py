"""When a live rule or entry is a planned one: by what it passes, and by nothing beside that."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import FEW, shipped, site

from gateway_rules.audit.live import LiveEntry, LiveRule
from gateway_rules.packets.prefixes import SELF, parse_prefix
from gateway_rules.planning.planner import plan
from gateway_rules.planning.sameness import (
    EntryContent,
    RuleContent,
    entry_content,
    rule_content,
)
from gateway_rules.planning.security_group import Rule

PLAN = plan(shipped(), site(**FEW | {"roles": FEW["roles"] | {"peers": ["self"]}}))
RULES = PLAN.groups[0].rules


def live(rule: Rule, **changes: object) -> LiveRule:
    """Give a rule as AWS has it, but for some changes."""
    source = "sg-own" if rule.peer == SELF else str(rule.peer)
    ports = rule.from_port, rule.to_port
    made = LiveRule("sgr-1", "sg-own", rule.direction, rule.protocol, *ports, rule.peer, source, "")
    return replace(made, **changes)  # type: ignore[arg-type]


@given(st.sampled_from(RULES), st.sampled_from(RULES), st.text())
def test_a_live_rule_is_the_planned_one_of_the_same_content(
    one: Rule, other: Rule, description: str
) -> None:
    """Neither its id nor its description make it another, and any part of its content does."""
    there = live(one, id="sgr-2", description=description)
    assert (rule_content(there) == rule_content(other)) == (one == other)
    assert rule_content(there).name == one.name


@pytest.mark.parametrize("source", ["sg-other", "pl-1"])
def test_a_rule_for_another_group_or_a_list_is_none_that_is_planned(source: str) -> None:
    """What it lets through nobody planned, though it counts as the group's own until looked at."""
    [own] = [rule for rule in RULES if rule.peer == SELF][:1]
    assert rule_content(live(own, source=source)).other_end == source
    assert rule_content(live(own, source=source)) not in {*map(rule_content, RULES)}


def test_an_entry_is_the_same_by_number_action_and_packets() -> None:
    """An entry that stands elsewhere in the order is another one, whatever it passes."""
    for entry in PLAN.acl.entries:
        ports = entry.from_port, entry.to_port
        there = LiveEntry(
            "acl-1", entry.direction, entry.number, "allow", entry.protocol, *ports, entry.prefix
        )
        assert entry_content(there) == entry_content(entry)
        for other in (
            replace(there, number=entry.number + 1),
            replace(there, action="deny"),
            replace(there, prefix=parse_prefix("203.0.113.0/24")),
        ):
            assert entry_content(other) != entry_content(entry)


CHANGED: dict[str, object] = {
    "direction": "egress",
    "number": 7,
    "action": "deny",
    "protocol": "udp",
    "from_port": 1,
    "to_port": 65000,
    "prefix": parse_prefix("203.0.113.0/24"),
}
HERE = parse_prefix("10.0.0.0/8")
RULE = LiveRule("sgr-1", "sg-own", "ingress", "tcp", 22, 22, HERE, str(HERE))
ENTRY = LiveEntry("acl-1", "ingress", 100, "allow", "tcp", 22, 22, HERE)


@pytest.mark.parametrize("field", RuleContent._fields)
def test_each_part_of_a_rule_makes_it_another(field: str) -> None:
    """None of them is left out of the comparison, least of all which way the packets go."""
    there = {"peer": SELF, "source": "sg-own"} if field == "other_end" else {field: CHANGED[field]}
    other = replace(RULE, **there)
    assert rule_content(other) != rule_content(RULE)


@pytest.mark.parametrize("field", EntryContent._fields)
def test_each_part_of_an_entry_makes_it_another(field: str) -> None:
    """None of them is left out of the comparison."""
    other = replace(ENTRY, **{field: CHANGED[field]})  # type: ignore[arg-type]
    assert entry_content(other) != entry_content(ENTRY)
