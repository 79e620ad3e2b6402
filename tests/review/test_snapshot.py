"""A plan as lines: readable, stable, and complete."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import EVERYBODY, ROOT, STACKS, shipped, site
from strategies import prefixes_within

from gateway_rules.inputs.catalogue import Catalogue
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.stack_plan import load_plan
from gateway_rules.review.snapshot import snapshot, snapshot_file

LINE = re.compile(r"(rule|entry) +(egress|ingress) +(\S+) +(.+?) +(self|\S+/\d+) +(\S.*)")
NOTHING = {service.id: False for service in shipped().services if not service.role}
"""Leaves out all that the document has outside of the organisation."""
ROOMY = {"rules_per_security_group": 200, "entries_per_network_acl": 40}


def of(**fields: Any) -> Plan:
    """Plan a site with the shipped catalogue and room for its rules."""
    return plan(shipped(), site(quotas=ROOMY, **fields))


def lines_of(kind: str, planned: Plan) -> list[str]:
    """Give the snapshot's lines of rules, or of entries."""
    return [line for line in snapshot(planned).splitlines() if line.startswith(f"{kind} ")]


@pytest.mark.parametrize("stack", STACKS)
def test_every_rule_and_entry_is_one_line(stack: str) -> None:
    """Direction, protocol, ports and other end can be read back, in the plan's order."""
    planned = load_plan(ROOT, stack).plan
    rules = [rule for group in planned.groups for rule in group.rules]
    for kind, some in (("rule", rules), ("entry", planned.acl.entries)):
        found = [LINE.fullmatch(line) for line in lines_of(kind, planned)]
        read = [match.group(2, 3, 5) if match else () for match in found]
        assert read == [(each.direction, each.protocol, str(each.peer)) for each in some]


def test_a_line_ends_with_row_or_addition() -> None:
    """Whoever asks why a port is open finds the place in the document."""
    ports = {"direction": "ingress", "protocol": "tcp", "ports": 22, "peers": ["10.1.0.0/24"]}
    planned = of(roles=EVERYBODY, additions=[{"name": "backdoor", **ports}])
    [line] = [
        line for line in lines_of("rule", planned) if " 10.1.0.0/24 " in line and " 22 " in line
    ]
    assert line == (
        "rule  ingress tcp    22            10.1.0.0/24          "
        "backdoor: addition; ssh: section 3, SSH"
    )


def test_columns_stand_below_one_another() -> None:
    """Lines of IPv4 begin their reason in the same column, so that the eye finds it."""
    planned = of(roles=EVERYBODY)
    both = [*lines_of("rule", planned), *lines_of("entry", planned)]
    starts = {match.start(6) for line in both if (match := LINE.fullmatch(line))}
    assert starts == {len("rule  ingress tcp    22            10.1.0.0/24          ")}


def test_the_head_names_stack_region_document_and_command() -> None:
    """Nobody edits the file by hand who has read its first line."""
    document = "Clearswift SECURE Email Gateway V3, issue 3.14"
    assert snapshot(of()).splitlines()[:3] == [
        f"# test, eu-west-1: {document}. Written by `gateway-rules render`.",
        "",
        "# Security group gateway-rules-test",
    ]


def test_the_budgets_stand_at_the_end() -> None:
    """Both directions and both families, with what they cost in excess."""
    planned = of(services=NOTHING)
    assert snapshot(planned).splitlines()[-4:] == [
        "# egress ipv4: 0 of 39 entries, excess 0",
        "# egress ipv6: 0 of 39 entries, excess 0",
        "# ingress ipv4: 0 of 39 entries, excess 0",
        "# ingress ipv6: 0 of 39 entries, excess 0",
    ]


def test_no_line_ends_in_blanks() -> None:
    """Editors and `git diff --check` leave the file alone."""
    text = snapshot(of(roles=EVERYBODY))
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@settings(max_examples=15)
@given(prefixes_within("192.168.0.0/16", 32))
def test_a_prefix_more_is_a_line_more_and_changes_no_other(prefix: str) -> None:
    """`git diff` then shows the rules that are new, and nothing else."""
    administrators = [*EVERYBODY["administrators"], prefix]
    before, after = (
        lines_of("rule", of(roles=roles, services=NOTHING))
        for roles in (EVERYBODY, {**EVERYBODY, "administrators": administrators})
    )
    added = [line for line in after if line not in before]
    assert [line for line in after if line in before] == before
    assert [match.group(3, 4, 5) for line in added if (match := LINE.fullmatch(line))] == [
        ("tcp", "22", prefix),
        ("tcp", "443", prefix),
    ]


@given(st.text())
def test_a_label_stays_on_its_line(label: str) -> None:
    """A line break in a row's label or in the title cannot make a line of its own."""
    first = shipped().services[0]
    kept = {name: getattr(shipped(), name) for name in Catalogue.model_fields}
    named = first.model_copy(update={"row": label})
    fields = {**kept, "title": label, "services": (named,)}
    planned = plan(Catalogue.model_construct(**fields), site(services={}))
    plain = plan(Catalogue.model_construct(**{**fields, "services": (first,)}), site())
    assert len(snapshot(planned).splitlines()) == len(snapshot(plain).splitlines())


def test_a_snapshot_has_its_place_beside_the_stacks() -> None:
    """One file a stack, by its name."""
    assert snapshot_file(ROOT, "eu-west-1") == ROOT / "stacks" / "rules" / "eu-west-1.txt"
