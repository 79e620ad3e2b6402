"""Sites that are well formed and cannot be, as an embedding program hands them over."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import Plain, sites
from written import HOSTS

from gateway_rules.errors import Problem, Steps
from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.inputs.contradictions import find_contradictions
from gateway_rules.inputs.hosts import demanded_hosts
from gateway_rules.inputs.site import Site

CATALOGUE = read_catalogue()
ROLES: dict[str, list[str]] = {role: [] for role in CATALOGUE.roles}
SMTP = {
    "name": "smtp-in",
    "direction": "ingress",
    "protocol": "tcp",
    "ports": 25,
    "peers": ["0.0.0.0/0"],
}


def site(**parts: Any) -> Site:
    """Make a small site with other parts than its own."""
    return Site.model_validate({"stack": "a", "region": "eu-west-1", "roles": ROLES, **parts})


def complained(**parts: Any) -> list[Problem]:
    """Give the problems about such a site."""
    return list(find_contradictions(site(**parts), CATALOGUE))


def test_a_site_of_empty_roles_is_sound() -> None:
    """A site may have nobody; it then needs only what the gateway itself asks for."""
    assert complained() == []


@given(sites())
def test_a_site_of_the_document_is_sound(drawn: Plain) -> None:
    """What the rules ask for is enough: no such site is complained about."""
    names = {key: key.removeprefix("gateway-rules:").replace("aws:", "") for key in drawn}
    parts = {names[key]: value for key, value in drawn.items() if names[key] in Site.model_fields}
    assert complained(**parts) == []


@pytest.mark.parametrize(
    ("parts", "path", "rule"),
    [
        ({"region": "eu-west-9"}, ("region",), "unknown-region"),
        ({"roles": {}}, ("roles", "administrators"), "missing-role"),
        ({"roles": {**ROLES, "x": []}}, ("roles", "x"), "unknown-role"),
        ({"roles": {**ROLES, "peers": ["x"]}}, ("roles", "peers", 0), "prefix"),
        (
            {"roles": {**ROLES, "peers": ["self"]}},
            ("roles", "peers", 0),
            "self-without-networks",
        ),
        ({"services": {"x": False}}, ("services", "x"), "unknown-service"),
        ({"services": {"dns": []}}, ("services", "dns"), "service-use"),
        ({"services": {"ssh": ["10.0.0.0/8"]}}, ("services", "ssh"), "service-use"),
        ({"additions": [SMTP, SMTP]}, ("additions", 1, "name"), "duplicate-addition"),
        ({"additions": [SMTP, {**SMTP, "name": "b"}]}, ("additions", 1), "duplicate-addition"),
        (
            {"additions": [{**SMTP, "peers": ["10.0.0.0/8", "x"]}]},
            ("additions", 0, "peers", 1),
            "unknown-role",
        ),
        (
            {"additions": [{**SMTP, "peers": ["self"]}]},
            ("additions", 0, "peers", 0),
            "self-without-networks",
        ),
        ({"region": "us-east-1"}, ("region",), "pending"),
        (
            {"hosts": [{"name": "time.clearswift.net", "addresses": ["192.0.2.1"]}]},
            ("hosts", 0, "name"),
            "unused-host",
        ),
    ],
)
def test_a_complaint_points_at_the_part(parts: dict[str, Any], path: Steps, rule: str) -> None:
    """The first problem leads to the part of the site that it is about."""
    first = complained(**parts)[0]
    assert (first.path, first.rule) == (path, rule)


def test_an_addition_may_name_a_role() -> None:
    """A role stands for its prefixes, each of which has to fit the protocol."""
    ping = {"name": "ping", "direction": "ingress", "protocol": "icmp", "type": 8, "code": 0}
    additions = [{**ping, "peers": ["administrators"]}]
    for prefixes, rules in ((["10.0.0.0/8"], []), (["10.0.0.0/8", "::/0"], ["family"])):
        roles = {**ROLES, "administrators": prefixes}
        assert [c.rule for c in complained(roles=roles, additions=additions)] == rules


def test_hosts_are_looked_up_where_their_addresses_do_not_hold() -> None:
    """EMEA has the printed addresses; elsewhere all five hosts need their own."""
    found = {
        region: demanded_hosts(site(region=region), CATALOGUE)
        for region in ("eu-west-1", "af-south-1", "us-east-1", "ap-northeast-1", "nowhere-1")
    }
    assert found == {
        "eu-west-1": (),
        "af-south-1": (),
        "us-east-1": HOSTS,
        "ap-northeast-1": HOSTS,
        "nowhere-1": (),
    }


def test_nothing_is_looked_up_for_a_service_that_is_left_out() -> None:
    """Without the service, its hosts need no addresses."""
    left_out = site(region="us-east-1", services={"spam-signatures-cloud": False})
    assert demanded_hosts(left_out, CATALOGUE) == ()


def test_a_site_that_asks_for_looked_up_addresses_needs_those_of_the_regional_hosts() -> None:
    """In EMEA too: what was asked for and is not there is not replaced by what is printed."""
    asking = site(region="eu-west-1", addresses={"use": "resolved"})
    assert demanded_hosts(asking, CATALOGUE) == HOSTS


@given(st.sampled_from(sorted(CATALOGUE.regions)))
def test_a_region_lacks_just_the_addresses_that_do_not_hold_there(region: str) -> None:
    """Every region of AWS is sound in EMEA, and pending anywhere else."""
    rules = [problem.rule for problem in complained(region=region)]
    emea = CATALOGUE.regions[region].geography == "EMEA"
    assert rules == ([] if emea else ["pending"])
