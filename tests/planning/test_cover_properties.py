"""What holds of every best cover, whatever is required."""

from collections.abc import Iterator, Sequence

import pytest
from counting import count
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Box, boxes, ipv4_prefixes, ipv6_prefixes

from gateway_rules.packets.prefixes import BITS, Prefix, parse_prefix
from gateway_rules.planning.cover.entries import Allow, Cover
from gateway_rules.planning.cover.fitting import fit

FAMILIES = pytest.mark.parametrize("prefixes", [ipv4_prefixes(), ipv6_prefixes()], ids=["4", "6"])


def allow(box: Box) -> Allow:
    """Give a drawn box as an entry."""
    protocol, first, last, prefix = box
    assert protocol in ("tcp", "udp")
    return Allow("tcp" if protocol == "tcp" else "udp", first, last, parse_prefix(prefix))


def lists(prefixes: st.SearchStrategy[str]) -> st.SearchStrategy[list[Allow]]:
    """Draw what is required."""
    return st.lists(boxes(prefixes).map(allow), min_size=1, max_size=8)


def fewest(required: Sequence[Allow]) -> int:
    """Count the protocols, which cannot be joined."""
    return len({entry.protocol for entry in required})


def curve(required: Sequence[Allow], most: int) -> list[int]:
    """Give the least excess at each budget from the smallest possible on, proven."""
    covers = [fit(required, budget) for budget in range(fewest(required), most + 1)]
    assert all(cover.excess == cover.lower_bound for cover in covers)
    return [cover.excess for cover in covers]


def figures(cover: Cover) -> tuple[int, int]:
    """Give what is said of a cover."""
    return cover.excess, cover.lower_bound


@FAMILIES
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_a_greater_budget_never_adds_more(
    prefixes: st.SearchStrategy[str], data: st.DataObject
) -> None:
    """The curve falls from the smallest budget on; past the last fall nothing is added."""
    required = data.draw(lists(prefixes))
    found = curve(required, 6)
    assert found == sorted(found, reverse=True)
    assert fit(required, BITS[6] * len(required)).excess == 0


@FAMILIES
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_every_cover_is_whole_and_counted_right(
    prefixes: st.SearchStrategy[str], data: st.DataObject
) -> None:
    """A sweep over ports and addresses finds nothing missing, and just the excess that is said."""
    required = data.draw(lists(prefixes))
    budget = fewest(required) + data.draw(st.integers(0, 6))
    cover = fit(required, budget)
    assert count(required, cover.entries) == (0, cover.excess)
    assert len(cover.entries) <= budget


@FAMILIES
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_how_flows_are_written_is_no_matter(
    prefixes: st.SearchStrategy[str], data: st.DataObject
) -> None:
    """Halves, parts of ranges and repeats in place of the whole have the same cover."""
    required = data.draw(lists(prefixes))
    budget = fewest(required) + data.draw(st.integers(0, 4))
    parts = [part for entry in required for part in split(data, entry)]
    shuffled = data.draw(st.permutations([*parts, *required[:2]]))
    assert figures(fit(shuffled, budget)) == figures(fit(required, budget))


def split(data: st.DataObject, entry: Allow) -> Iterator[Allow]:
    """Cut an entry at a port, and what is left of it into halves, or leave it."""
    cut = data.draw(st.integers(entry.from_port, entry.to_port))
    if cut < entry.to_port:
        yield entry._replace(from_port=cut + 1)
    rest = entry._replace(to_port=cut)
    whole = entry.prefix
    length = whole.length + 1
    if length > BITS[whole.version] or data.draw(st.booleans()):
        yield rest
    else:
        for base in (whole.base, whole.base + (1 << (BITS[whole.version] - length))):
            yield rest._replace(prefix=Prefix(whole.version, base, length))


@FAMILIES
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_what_is_required_already_changes_nothing(
    prefixes: st.SearchStrategy[str], data: st.DataObject
) -> None:
    """A flow inside another has no influence."""
    required = data.draw(lists(prefixes))
    budget = fewest(required) + data.draw(st.integers(0, 4))
    inner = next(split(data, data.draw(st.sampled_from(required))))
    assert figures(fit([*required, inner], budget)) == figures(fit(required, budget))


@FAMILIES
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_what_a_cover_adds_is_free_afterwards(
    prefixes: st.SearchStrategy[str], data: st.DataObject
) -> None:
    """The entries of a cover, taken for what is required, fit the same budget with no excess."""
    required = data.draw(lists(prefixes))
    budget = fewest(required) + data.draw(st.integers(0, 4))
    assert figures(fit(fit(required, budget).entries, budget)) == (0, 0)


@settings(max_examples=10, deadline=None)
@given(lists(ipv4_prefixes()), lists(ipv4_prefixes()))
def test_protocols_share_nothing_but_the_budget(one: list[Allow], two: list[Allow]) -> None:
    """The least excess of two protocols is that of the best way to share the budget out."""
    tcp = [entry._replace(protocol="tcp") for entry in one]
    udp = [entry._replace(protocol="udp") for entry in two]
    budget = 4
    alone, other = curve(tcp, budget), curve(udp, budget)
    shared = min(alone[entries - 1] + other[budget - entries - 1] for entries in range(1, budget))
    assert figures(fit([*tcp, *udp], budget)) == (shared, shared)
