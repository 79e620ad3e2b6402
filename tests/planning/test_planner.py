"""The plan of a stack: its counts, its bytes, its problems."""

import json
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import EVERYBODY, FEW, NOBODY, ROOT, STACKS, catalogues, read_site, shipped, site
from strategies import reordered, sites

from gateway_rules.errors import Impossible, Problem
from gateway_rules.inputs.catalogue import Catalogue
from gateway_rules.planning import plan_json
from gateway_rules.planning.network_acl import Budget
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.stack_plan import load_plan


def as_bytes(planned: Plan) -> bytes:
    """Write a plan as `show --json` does, without what the catalogue's file says by itself."""
    data = plan_json.plan_as_json(planned)
    return json.dumps({key: data[key] for key in data if key not in ("errata", "caveats")}).encode()


def problems_of(**fields: Any) -> tuple[Problem, ...]:
    """Give what a site is complained of."""
    with pytest.raises(Impossible) as error:
        plan(shipped(), site(**fields))
    return error.value.problems


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_the_order_of_the_files_changes_no_byte(data: st.DataObject) -> None:
    """Keys, lists, services and regions in another order plan the same."""
    catalogue, config = data.draw(catalogues()), data.draw(sites())
    config.pop("gateway-rules:services", None)
    again = data.draw(reordered(config))
    assert isinstance(again, dict)
    fields = {name: getattr(catalogue, name) for name in Catalogue.model_fields}
    fields["services"] = tuple(data.draw(st.permutations(catalogue.services)))
    fields["regions"] = dict(reversed(catalogue.regions.items()))
    turned = Catalogue.model_construct(**fields)
    assert as_bytes(plan(turned, read_site(again))) == as_bytes(plan(catalogue, read_site(config)))


def test_equal_files_give_equal_plans() -> None:
    """A plan is a value."""
    assert plan(shipped(), site(**FEW)) == plan(shipped(), site(**FEW))


# --- The stacks of this repository ---------------------------------------------------------------


@pytest.mark.parametrize("stack", STACKS)
def test_the_documents_site_fits_the_quotas_that_aws_gives(stack: str) -> None:
    """59 rules of 60 in one group, and an ACL that is exact where it lets in."""
    planned = load_plan(ROOT, stack).plan
    (group,) = planned.groups
    ways = Counter(rule.direction for rule in group.rules)
    assert (group.name, ways) == (f"gateway-rules-{stack}", {"egress": 50, "ingress": 9})
    assert len(planned.flows) == 61
    budgets = planned.acl.budgets
    assert budgets["ingress", "ipv4"] == Budget(19, 12, 0, 0)
    out = budgets["egress", "ipv4"]
    assert (out.used, out.lower_bound) == (19, out.excess)
    assert {budgets[way, "ipv6"] for way in ("egress", "ingress")} == {Budget(19, 0, 0, 0)}
    assert planned.not_used == ()


def test_planning_is_fast(record_property: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The time of one plan is shown, and is the same plan each time."""
    planned = load_plan(ROOT, STACKS[0]).plan
    began = time.perf_counter()
    again = plan(planned.catalogue, planned.site)
    seconds = time.perf_counter() - began
    record_property("seconds", seconds)
    with capsys.disabled():
        sys.stdout.write(f" planned in {seconds * 1000:.0f} ms ")
    assert again == planned


# --- Problems ----------------------------------------------------------------------------------


def _scattered(count: int) -> list[str]:
    """Give prefixes of which no two merge."""
    return [f"10.{n // 256}.{n % 256}.1/32" for n in range(count)]


def test_more_rules_than_the_quota_are_complained_of() -> None:
    """Direction, family, count, quota and whom most rules are for, with three ways out."""
    everything_off = dict.fromkeys(shipped().by_id, False)
    del everything_off["ssh"]
    found = problems_of(roles=NOBODY | {"administrators": _scattered(61)}, services=everything_off)
    assert found == (
        Problem(
            ("quotas", "rules_per_security_group"),
            "group-quota",
            "ingress ipv4 needs 61 rules and the quota is 60; most of them are for ssh (61)",
            "part them by section (security_groups), ask AWS to raise the quota and write it "
            "here, merge prefixes, or leave services out",
        ),
    )


def test_just_as_many_rules_as_the_quota_are_planned() -> None:
    """60 rules fit 60, each family by itself."""
    v6 = [f"2001:db8::{number * 2:x}/128" for number in range(60)]
    services = {name: False for name in shipped().by_id if name != "ssh"}
    planned = plan(
        shipped(),
        site(roles=NOBODY | {"administrators": [*_scattered(60), *v6]}, services=services),
    )
    assert len(planned.groups[0].rules) == 120


def test_a_group_rule_counts_in_both_families() -> None:
    """The gateways themselves take a place from IPv4 and from IPv6."""
    services = {name: False for name in shipped().by_id if name != "greylisting"}
    found = problems_of(roles=NOBODY | {"peers": ["self", *_scattered(60)]}, services=services)
    assert [problem.message for problem in found] == [
        f"{way} ipv4 needs 61 rules and the quota is 60; most of them are for greylisting (61)"
        for way in ("egress", "ingress")
    ]


def test_all_that_does_not_fit_is_complained_of_at_once() -> None:
    """Groups and ACL, both directions."""
    found = problems_of(
        roles=EVERYBODY,
        quotas={"rules_per_security_group": 5, "entries_per_network_acl": 2},
    )
    assert [(c.path[1], c.message.partition(" needs")[0]) for c in found] == [
        ("rules_per_security_group", "egress ipv4"),
        ("rules_per_security_group", "ingress ipv4"),
        ("entries_per_network_acl", "egress ipv4"),
        ("entries_per_network_acl", "ingress ipv4"),
    ]


def test_the_three_services_with_most_rules_are_named() -> None:
    """The largest first, and by name where they have as many."""
    ports = {"much": [1, 3, 5, 7], "less-b": [9, 11], "less-a": [13, 15], "least": [17]}
    said = {"direction": "egress", "protocol": "tcp", "peers": ["192.0.2.0/24"]}
    (found,) = problems_of(
        services=dict.fromkeys(shipped().by_id, False),
        quotas={"rules_per_security_group": 8},
        additions=[{"name": name, "ports": some, **said} for name, some in ports.items()],
    )
    assert found.message == (
        "egress ipv4 needs 9 rules and the quota is 8; "
        "most of them are for much (4), less-a (2), less-b (2)"
    )


def test_a_site_that_contradicts_the_catalogue_is_not_planned() -> None:
    """What stands in no file is complained of as well."""
    (found,) = problems_of(region="eu-nowhere-1")
    assert (found.path, found.rule) == (("region",), "unknown-region")


# --- Purity --------------------------------------------------------------------------------------

BLOCKED = ("pulumi", "pulumi_aws", "boto3", "botocore", "moto", "grpc")
SCRIPT = f"""
import sys
for name in {BLOCKED!r}:
    sys.modules[name] = None
from pathlib import Path
from gateway_rules import Plan, Site, plan
from gateway_rules.audit import verify
from gateway_rules.planning import load_plan, plan_as_json
print(len(load_plan(Path({str(ROOT)!r}), {STACKS[0]!r}).plan.flows))
"""


def test_planning_needs_neither_pulumi_nor_boto3() -> None:
    """Reading, planning and reporting work where none of them can be imported."""
    done = subprocess.run(  # noqa: S603 - the test's own script.
        [sys.executable, "-W", "error", "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("61\n", "")
