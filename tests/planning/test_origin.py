"""Where a service comes from, in as many words as there is room for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import shipped, site

from gateway_rules.planning.origin import DESCRIBED, origin_of, origins
from gateway_rules.planning.planner import plan

AT = site()


@pytest.mark.parametrize(
    ("service", "brief", "place", "place_and_role", "full"),
    [
        ("ssh", "section 3", "section 3, SSH", "section 3, SSH, administrators", "section 3, SSH"),
        ("dns", "section 2", *["section 2, DNS"] * 3),
        ("smtp-in", *["addition"] * 3, f"an addition of stacks/Pulumi.{AT.stack}.yaml"),
    ],
)
def test_an_origin_is_a_row_or_an_addition(
    service: str, brief: str, place: str, place_and_role: str, full: str
) -> None:
    """A service is found by its row, and an addition is the operator's own."""
    found = plan(shipped(), AT).origin(service)
    assert (found.brief, found.place, found.place_and_role) == (brief, place, place_and_role)
    assert found.full == full


def test_an_origin_says_that_addresses_were_looked_up() -> None:
    """Whoever compares with the document is told why its addresses are not there."""
    feed = {"name": "www.clearswift.com", "addresses": [{"address": "203.0.113.9"}]}
    at = site(hosts=[feed], addresses={"use": "resolved"})
    found = origin_of("rss-feed", shipped(), at)
    assert found.brief.endswith(", resolved")
    assert found.place == found.full
    assert found.place.endswith(", resolved")
    assert DESCRIBED.fullmatch(f"({found.brief})")


@given(st.sampled_from(sorted(shipped().by_id)))
def test_every_origin_is_known_again_in_a_description(service: str) -> None:
    """What a rule's description says is known as planned, and begins with the row's section."""
    found = origin_of(service, shipped(), AT)
    assert DESCRIBED.fullmatch(f"({found.brief})")
    assert origins(shipped(), AT)[service] == found.brief
    assert re.match(rf"section {shipped().by_id[service].section}\b", found.brief)
