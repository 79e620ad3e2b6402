"""What was edited, in the words of the files."""

from typing import Any

import pytest
from sites import shipped, site

from gateway_rules.inputs.catalogue import Catalogue
from gateway_rules.inputs.site import Site
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.review.causes import edits_between

ROLES = site().roles
ADDITION = {"name": "extra", "direction": "egress", "protocol": "tcp", "ports": 25}
WEB = {**ADDITION, "peers": ["192.0.2.0/24"]}


def of(**fields: Any) -> Plan:
    """Plan a site with the shipped catalogue."""
    return plan(shipped(), site(**fields))


def hosts(first: str) -> dict[str, Any]:
    """Give a site in Virginia whose first host has the address given."""
    names = [f"bulkmail{number}.clearswift.net" for number in range(1, 6)]
    addresses = [first, *(f"192.0.2.{number}" for number in range(2, 6))]
    pairs = zip(names, addresses, strict=True)
    return {
        "region": "us-east-1",
        "hosts": [{"name": name, "addresses": [address]} for name, address in pairs],
    }


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            {"roles": {**ROLES, "administrators": ("10.0.0.0/24", "10.0.1.0/24")}},
            {"roles": {**ROLES, "administrators": ("10.0.1.0/24", "10.0.2.0/24")}},
            ["role administrators: adds 10.0.2.0/24; drops 10.0.0.0/24"],
        ),
        (
            {},
            {"roles": {**ROLES, "peers": ("self", *(f"10.0.{n}.0/24" for n in range(5)))}},
            ["role peers: adds self, 10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24, and 2 more"],
        ),
        ({}, {"additions": [WEB]}, ["addition extra is new"]),
        ({"additions": [WEB]}, {}, ["addition extra is gone"]),
        (
            {"additions": [WEB]},
            {"additions": [{**WEB, "ports": "25-26", "direction": "ingress"}]},
            ["addition extra: direction, ports changed"],
        ),
        (
            {"services": {"dns": ["10.0.0.2/32"]}},
            {"services": {"ntp": False}},
            [
                "service dns: was narrowed to 10.0.0.2/32, is used as documented",
                "service ntp: was used as documented, is left out",
            ],
        ),
        (
            {"networks": ["10.42.8.0/26"]},
            {"networks": ["10.42.8.0/25"]},
            ["networks: adds 10.42.8.0/25; drops 10.42.8.0/26"],
        ),
        (
            hosts("192.0.2.1"),
            hosts("192.0.2.9"),
            ["host bulkmail1.clearswift.net: adds 192.0.2.9/32; drops 192.0.2.1/32"],
        ),
    ],
    ids=[
        "role",
        "long list",
        "addition new",
        "addition gone",
        "addition changed",
        "services",
        "networks",
        "hosts",
    ],
)
def test_an_edit_of_a_site_is_named(
    before: dict[str, Any], after: dict[str, Any], said: list[str]
) -> None:
    """Each edit is one line, with what came and what went."""
    assert list(edits_between(of(**before), of(**after))) == said


def test_what_opens_and_closes_nothing_is_no_cause() -> None:
    """Another order of a list, and protection are not told."""
    roles = {**ROLES, "administrators": ("10.0.0.0/24", "10.2.0.0/24")}
    turned = {**ROLES, "administrators": ("10.2.0.0/24", "10.0.0.0/24")}
    other = of(roles=turned, protect=False)
    assert list(edits_between(of(roles=roles), other)) == []


def edited(**fields: Any) -> Catalogue:
    """Give the shipped catalogue with other fields."""
    kept = {name: getattr(shipped(), name) for name in Catalogue.model_fields}
    return Catalogue.model_construct(**{**kept, **fields})


def told(catalogue: Catalogue) -> list[str]:
    """Give the causes of a change from the shipped catalogue."""
    at: Site = site()
    return list(edits_between(plan(shipped(), at), plan(catalogue, at)))


def test_a_new_issue_is_named() -> None:
    """A reviewer sees that the vendor's document was replaced."""
    assert told(edited(issue="3.15")) == ["the document's issue: was 3.14, is 3.15"]


def test_a_region_that_moves_is_named() -> None:
    """Another part of the world has other hosts, so that is an edit like any other."""
    ours = shipped().regions["eu-west-1"]
    moved = {**shipped().regions, "eu-west-1": ours.model_copy(update={"geography": "US"})}
    hosts = [
        {"name": f"bulkmail{number}.clearswift.net", "addresses": [f"8.8.8.{number}"]}
        for number in range(1, 6)
    ]
    at = site(hosts=hosts)
    found = list(edits_between(plan(shipped(), at), plan(edited(regions=moved), at)))
    assert found == ["Region eu-west-1: was in EMEA, is in US"]


def test_rows_are_named_as_the_document_has_them() -> None:
    """A row that came, went, moved to other addresses or changed otherwise."""
    first, second, *rest = shipped().services
    host = first.hosts[0].model_copy(update={"addresses": second.addresses[:1]})
    moved = first.model_copy(update={"hosts": (host,)})
    assert told(edited(services=(moved, second, *rest))) == [
        "section 2, row Appliance online help: adds 54.231.0.0/17; drops 79.125.18.99/32"
    ]
    renamed = first.model_copy(update={"hosts": (first.hosts[0].model_copy(update={"name": "x"}),)})
    assert told(edited(services=(renamed, second, *rest))) == [
        "section 2, row Appliance online help: hosts changed"
    ]
    other = first.model_copy(update={"ports": ((443, 443),), "protocol": "udp"})
    assert told(edited(services=(other, *rest))) == [
        "section 2, row Appliance online help: protocol, ports changed",
        "section 2, row Product updates: is gone",
    ]
    added = first.model_copy(update={"id": "more-help", "row": "More help"})
    assert told(edited(services=(first, second, *rest, added))) == [
        "section 2, row More help: is new"
    ]


def test_errata_are_named_with_what_is_printed_and_taken() -> None:
    """An erratum that came or went may explain an address."""
    first, *rest = shipped().errata
    where = "section cover, row Issue: 'Issue 3.14, and Version 1.1 on the copyright page'"
    changed = first.model_copy(update={"taken": "1.1"})
    assert told(edited(errata=(changed, *rest))) == [
        f"erratum new: {where} is taken as '1.1'",
        f"erratum gone: {where} is taken as '3.14'",
    ]
