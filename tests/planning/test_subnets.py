"""Whether AWS's subnets are those of a stack's file, and whether its ACL may have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import FEW, site

from gateway_rules.inputs.site import Location, Site
from gateway_rules.packets.prefixes import Prefix, parse_prefix
from gateway_rules.planning.subnets import (
    Guard,
    Hold,
    SubnetMismatch,
    held_by_others,
    networks_of,
    subnet_mismatch,
)

TAGS = {"Tier": "gateway"}
A, B, SIX = map(parse_prefix, ("10.42.8.0/26", "10.42.8.64/26", "2001:db8::/64"))


def at(subnets: object = TAGS, *, take_over: bool = False) -> Location:
    """Give a location whose subnets are named so."""
    data = {"vpc": "vpc-0a", "subnets": subnets, "take_over": take_over}
    return Location.model_validate(data)


def of(*networks: Prefix) -> Site:
    """Give a site with some networks."""
    return site(**FEW | {"networks": [*map(str, networks)]})


def unasked() -> list[str]:
    """Stand for a look-up that must not be made."""
    raise AssertionError


@pytest.mark.parametrize(
    ("guard", "strangers", "hold"),
    [
        ("own", ["eni-1"], None),
        ("default", [], None),
        ("default", ["eni-1"], "other-interfaces"),
        ("other", [], "other-acl"),
        ("other", ["eni-1"], "other-acl"),
    ],
)
def test_a_subnet_is_taken_over_from_nobody(
    guard: Guard, strangers: list[str], hold: Hold | None
) -> None:
    """Another's ACL, and interfaces without a group of the stack, keep it until the file agrees."""
    assert held_by_others(at(), guard, lambda: strangers) == hold
    assert held_by_others(at(take_over=True), guard, lambda: strangers) is None


@pytest.mark.parametrize(
    ("guard", "take_over"), [("own", False), ("other", False), ("default", True)]
)
def test_interfaces_are_looked_up_where_they_decide(guard: Guard, *, take_over: bool) -> None:
    """Under its own ACL, under another's, or with the file's leave, they do not matter."""
    held_by_others(at(take_over=take_over), guard, unasked)


@pytest.mark.parametrize(
    ("networks", "subnets", "named", "mismatch"),
    [
        ((A, B), {"subnet-1": [A], "subnet-2": [B]}, TAGS, None),
        ((B, A), {"subnet-1": [A], "subnet-2": [B]}, TAGS, None),
        ((), {"subnet-1": [A]}, TAGS, None),
        ((A,), {"subnet-1": [A, SIX]}, TAGS, None),
        ((A, SIX), {"subnet-1": [A, SIX]}, TAGS, None),
        ((A, SIX), {"subnet-1": [A]}, TAGS, SubnetMismatch((), (A,))),
        ((A,), {"subnet-1": [A], "subnet-2": [B]}, TAGS, SubnetMismatch((), (A, B))),
        ((A, B), {"subnet-1": [A]}, TAGS, SubnetMismatch((), (A,))),
        ((A,), {"subnet-1": [A]}, ["subnet-1"], None),
        ((A,), {"subnet-1": [A]}, ["subnet-1", "subnet-2"], SubnetMismatch(("subnet-2",), (A,))),
    ],
)
def test_subnets_are_those_that_the_file_names(
    networks: tuple[Prefix, ...],
    subnets: dict[str, list[Prefix]],
    named: object,
    mismatch: SubnetMismatch | None,
) -> None:
    """A subnet too few or too many, or an id of none, is told; IPv6 only where the file has it."""
    assert subnet_mismatch(of(*networks), at(named), subnets) == mismatch


@given(st.dictionaries(st.sampled_from("abcd"), st.sets(st.sampled_from([A, B, SIX])), max_size=4))
def test_what_the_subnets_have_agrees_with_itself(subnets: dict[str, set[Prefix]]) -> None:
    """A file that says what AWS has is right, whichever subnet has which CIDR."""
    there = networks_of(of(A, SIX), subnets)
    if there:
        assert subnet_mismatch(of(*there), at(), subnets) is None
