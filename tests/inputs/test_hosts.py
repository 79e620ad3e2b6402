"""Which addresses count, and that everything that is shown says which."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console
from sites import NOBODY, placed, shipped, site
from written import HOSTS

from gateway_rules.inputs.hosts import demanded_hosts, is_looked_up, looked_up, named_hosts
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.review.packet_diff import compare
from gateway_rules.review.snapshot import snapshot
from gateway_rules.views.plan_tables import print_plan

CATALOGUE = shipped()
SIGNATURES = "spam-signatures-cloud"
SEEN: list[dict[str, Any]] = [
    {"name": host, "addresses": [f"198.51.100.{number}"]} for number, host in enumerate(HOSTS, 1)
]
FEED = {"name": "www.clearswift.com", "addresses": ["203.0.113.9"]}
RESOLVED = {"use": "resolved"}


def planned(region: str = "eu-west-1", **fields: Any) -> Plan:
    """Plan a site that nobody inside talks to."""
    return plan(CATALOGUE, site(region=region, roles=NOBODY, **fields))


def test_elsewhere_the_regional_hosts_are_demanded_and_count() -> None:
    """Other hosts of the file wait until the site asks for them."""
    virginia = site(region="us-east-1", hosts=[*SEEN, FEED])
    assert demanded_hosts(virginia, CATALOGUE) == HOSTS
    assert tuple(looked_up(virginia, CATALOGUE)) == HOSTS


def test_a_site_that_asks_takes_every_host_of_its_file() -> None:
    """In EMEA as well."""
    asking = site(hosts=[*SEEN, FEED], addresses=RESOLVED)
    assert tuple(looked_up(asking, CATALOGUE)) == (*HOSTS, "www.clearswift.com")


def test_named_hosts_are_those_whose_addresses_are_opened() -> None:
    """The time server is one of a pool, so nothing is opened for its name."""
    named = named_hosts(site(), CATALOGUE)
    assert "time.clearswift.net" not in named
    assert {*HOSTS, "www.clearswift.com"} < {*named}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, False),
        ({"hosts": SEEN}, False),
        ({"hosts": SEEN, "addresses": RESOLVED}, True),
        ({"hosts": SEEN, "region": "us-east-1"}, True),
    ],
)
def test_every_view_says_where_addresses_come_from(
    fields: dict[str, Any], *, expected: bool
) -> None:
    """Table, rule, snapshot and comparison mark what was looked up, and nothing else."""
    found = planned(**fields)
    service = CATALOGUE.by_id[SIGNATURES]
    assert is_looked_up(service, found.site, CATALOGUE) == expected
    console = Console(record=True, width=1000)
    print_plan(found, console)
    opened = compare("test", None, placed(found)).opened
    views = {
        "table": console.export_text(),
        "snapshot": snapshot(found),
        "rules": " ".join(rule.description for group in found.groups for rule in group.rules),
        "comparison": " ".join(origin for change in opened for origin in change.origins),
    }
    assert {name: "resolved" in view for name, view in views.items()} == dict.fromkeys(
        views, expected
    )
