"""What is proven of each choice at a root holds for every cover that makes it."""

from typing import Any

import pytest
from counting import count
from hypothesis import given
from hypothesis import strategies as st

from benches.instances import realistic
from gateway_rules.packets.prefixes import BITS, Prefix
from gateway_rules.planning.cover.bounds import Bounds, StepBudget
from gateway_rules.planning.cover.entries import Allow
from gateway_rules.planning.cover.fitting import fit
from gateway_rules.planning.cover.root_choices import RootChoices
from gateway_rules.planning.cover.trie import Trie
from gateway_rules.planning.cover.trie_search import TrieSearch

PORTS = ((20, 21), (25, 25), (80, 80), (82, 89), (80, 443), (1024, 65535))
ROOM = 4
HIGHEST = {version: 1 << bits + 16 for version, bits in BITS.items()}


@st.composite
def lists(draw: st.DrawFn) -> list[Allow]:
    """Give a short list of TCP in one family, hosts and networks in a small world, or anywhere."""
    version = draw(st.sampled_from([4, 6]))
    bits = BITS[version]
    lengths = st.integers(bits - 6, bits) | st.just(0)
    found = []
    for length in draw(st.lists(lengths, min_size=2, max_size=8)):
        host = draw(st.integers(0, 63))
        prefix = Prefix(version, host >> bits - length << bits - length, length)
        found.append(Allow("tcp", *draw(st.sampled_from(PORTS)), prefix))
    return found


def bounds_of(price: int, fixings: Any = None) -> Bounds:
    """Give the bounds at a price, under fixings if there are any."""
    return Bounds(price, 0, StepBudget(10**9), fixings or {})


@given(lists(), st.sets(st.integers(0, 24), min_size=1, max_size=5))
def test_no_cover_that_makes_a_choice_costs_less_than_is_proven_of_it(
    required: list[Allow], exponents: set[int]
) -> None:
    """At its price the best cover under each fixing costs what is proven, or more."""
    trie = Trie(required, [])
    choices = RootChoices(trie.root, ROOM, HIGHEST[trie.version])
    for exponent in exponents:
        choices.learn(bounds_of(1 << exponent), 0)
    free = sum(not trie.root.inherited >> cell & 1 for cell in range(len(trie.cells)))
    seen = set()
    for _ in range(1 << free):
        fixing, bound, price = choices.take()
        seen.add(fixing)
        search = TrieSearch(trie.root, bounds_of(price, {trie.root: fixing}))
        assert search.best().cost(price) - price * ROOM >= bound
    assert len(seen) == 1 << free
    assert choices.bound > HIGHEST[trie.version]


def test_prices_are_sought_above_and_below_until_they_are_close() -> None:
    """The best price for the lowest choice lies between two that prove less, close to both."""
    trie = Trie(realistic(0, 60, 6, anywhere=False, clusters=8), [])
    choices = RootChoices(trie.root, 7, HIGHEST[4])
    price: int | None = 1 << 20
    proven = []
    while price:
        choices.learn(bounds_of(price), 0)
        proven.append(choices.bound)
        price = choices.next()
    assert proven == sorted(proven)
    assert proven[-1] > 2 * proven[0]


def test_the_other_protocols_are_counted_in() -> None:
    """What they cost at a price is part of what is proven at it."""
    trie = Trie(realistic(0, 60, 6, anywhere=False, clusters=8), [])
    alone, beside = (RootChoices(trie.root, 7, HIGHEST[4]) for _ in range(2))
    alone.learn(bounds_of(1000), 0)
    beside.learn(bounds_of(1000), 12345)
    assert beside.bound == alone.bound + 12345


@pytest.mark.parametrize(
    ("clusters", "budget", "excess"), [(20, 19, 79_902_778_991), (22, 19, 76_238_674_814)]
)
def test_clusters_just_above_the_budget_are_proven(clusters: int, budget: int, excess: int) -> None:
    """One opening saves many entries there, so that no single price proves much."""
    required = realistic(0, 300, 15, anywhere=False, clusters=clusters)
    cover = fit(required, budget)
    assert (len(cover.entries), cover.excess, cover.lower_bound) == (budget, excess, excess)
    assert count(required, cover.entries) == (0, excess)
