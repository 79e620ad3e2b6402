"""Requirements that are alike but for where they lie have one form, and one curve."""

from itertools import combinations, permutations
from pathlib import Path

import pytest
from counting import count
from hypothesis import given
from hypothesis import strategies as st

from gateway_rules.packets.prefixes import BITS, Prefix, parse_prefix, supernet
from gateway_rules.planning.cover.entries import Allow
from gateway_rules.planning.cover.fitting import curve, fit
from gateway_rules.planning.cover.solver import least_excess_once, least_excesses
from gateway_rules.planning.cover.symmetry import Form, canonical_form
from gateway_rules.planning.flows import legs
from gateway_rules.planning.network_acl import asked
from gateway_rules.planning.stack_plan import load_plan

ROOT = Path(__file__).parents[2]
NOWHERE = Prefix(4, 0, 0)
PORTS = st.sampled_from(
    [
        Allow("tcp", 25, 25, NOWHERE),
        Allow("tcp", 20, 30, NOWHERE),
        Allow("udp", 53, 53, NOWHERE),
        Allow("icmp", 3, 4, NOWHERE),
    ]
)
DEEP = 5
"""Levels below which the prefixes of a random list part."""


@st.composite
def prefixes(draw: st.DrawFn, version: int) -> Prefix:
    """Give a prefix that differs from another in few bits, at the top, or at the bottom."""
    length = draw(st.integers(0, DEEP) | st.integers(BITS[version] - DEEP, BITS[version]))
    bits = draw(st.integers(0, (1 << min(length, DEEP)) - 1))
    return Prefix(version, bits << BITS[version] - length, length)


def lists(version: int) -> st.SearchStrategy[list[Allow]]:
    """Give short lists of requirements of a family."""
    one = st.builds(lambda ports, prefix: ports._replace(prefix=prefix), PORTS, prefixes(version))
    return st.lists(one, max_size=6)


def turned(prefix: Prefix, turns: dict[Prefix, bool]) -> Prefix:
    """Let the halves of the prefixes above one change places where they are to."""
    version, base, length = prefix
    bits = BITS[version]
    above = (Prefix(version, base >> bits - n << bits - n, n) for n in range(length))
    flips = sum(1 << bits - n.length - 1 for n in above if turns.get(n))
    return Prefix(version, base ^ flips, length)


@given(st.data(), st.sampled_from([4, 6]))
def test_mirror_images_have_one_form(data: st.DataObject, version: int) -> None:
    """Whichever halves change places, in whatever order it is given, the form is the same."""
    required = data.draw(lists(version))
    hulls = {supernet(one.prefix, other.prefix) for one, other in combinations(required, 2)}
    turns = {hull: data.draw(st.booleans()) for hull in sorted({*hulls, Prefix(version, 0, 0)})}
    image = [entry._replace(prefix=turned(entry.prefix, turns)) for entry in required]
    assert canonical_form(data.draw(st.permutations(image))) == canonical_form(required)


@given(st.sampled_from([4, 6]).flatmap(lists))
def test_the_form_stands_for_itself(required: list[Allow]) -> None:
    """It keeps every port and every length, and is a form of its own."""
    form = canonical_form(required)
    assert canonical_form(form) == form
    kept = [
        sorted((*each[:3], each.prefix.length) for each in some) for some in (form, {*required})
    ]
    assert kept[0] == kept[1]


@given(st.data())
def test_the_form_costs_what_the_list_costs(data: st.DataObject) -> None:
    """At every budget its least excess is that of the list itself."""
    required = data.draw(lists(4))
    for budget, least in curve(required).items():
        assert least.excess == least.lower_bound == fit(required, budget).excess


def test_what_lies_otherwise_to_each_other_has_another_form() -> None:
    """Two neighbours are not two that are apart, and ports are not told apart by place alone."""
    lists_ = [
        ["10.0.0.0/32", "10.0.0.1/32"],
        ["10.0.0.0/32", "10.0.0.2/32"],
        ["10.0.0.0/32", "10.0.0.0/31"],
    ]
    forms = [
        canonical_form(Allow("tcp", 25 + n, 25 + n, parse_prefix(p)) for n, p in enumerate(some))
        for some in lists_
    ]
    assert len({*forms}) == len(lists_)


def test_stacks_whose_networks_alone_differ_are_searched_for_once() -> None:
    """The curve of eu-central-1 is there once that of eu-west-1 is."""
    least_excesses.cache_clear()
    for stack in ("eu-west-1", "eu-central-1"):
        plan = load_plan(ROOT, stack).plan
        curve(asked(legs(plan.flows, plan.site.networks), "egress", 4))
    assert least_excesses.cache_info().misses == 1


@pytest.mark.parametrize("version", [4, 6])
def test_what_the_caller_does_with_a_curve_is_its_own_matter(version: int) -> None:
    """A curve that was emptied is there again for the next who asks."""
    required = [Allow("tcp", 25, 25, Prefix(version, 0, BITS[version]))]
    curve(required).clear()
    assert len(curve(required)) == 1


@given(st.data(), st.sampled_from([4, 6]))
def test_the_way_back_leads_to_the_list(data: st.DataObject, version: int) -> None:
    """What is required comes back as it was, and what holds it in the form holds it there."""
    required = data.draw(lists(version))
    form = Form.of(required)
    assert sorted(map(form.back, form.entries)) == sorted({*required})
    others = [data.draw(PORTS)._replace(prefix=data.draw(prefixes(version))) for _ in range(3)]
    everything = [*form.entries, *others] if required else []
    for one, other in permutations(everything, 2):
        here = form.back(one).prefix, form.back(other).prefix
        assert here[0].covers(here[1]) == one.prefix.covers(other.prefix)


@given(st.data())
def test_a_cover_misses_nothing_wherever_its_halves_lie(data: st.DataObject) -> None:
    """The cover of a list is that of its form, brought back, and passes all that it must."""
    required = data.draw(lists(4))
    for budget in curve(required):
        cover = fit(required, budget)
        assert count(required, cover.entries) == (0, cover.excess)


def test_stacks_whose_networks_alone_differ_are_fitted_once() -> None:
    """A fleet's stacks have few forms, and each is searched for once."""
    least_excess_once.cache_clear()
    for stack in ("eu-west-1", "eu-central-1"):
        load_plan(ROOT, stack)
    assert least_excess_once.cache_info().misses == 1
