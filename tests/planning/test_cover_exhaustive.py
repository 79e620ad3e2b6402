"""The least excess, held against every list of entries that there is in tiny universes."""

from dataclasses import dataclass
from functools import cache
from itertools import accumulate, product
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway_rules.packets.prefixes import BITS, Prefix
from gateway_rules.planning.cover.entries import Allow
from gateway_rules.planning.cover.fitting import curve, fit

UNIVERSES = [(2, 4), (3, 2), (1, 7), (4, 1), (2, 3)]
"""Bits of address and number of ports."""

Box = tuple[int, int, int, int]
"""Length and index of a prefix, first and last port."""


@dataclass(frozen=True)
class Universe:
    """Every set of packets as a number, with the fewest boxes that make it up."""

    bits: int
    ports: int
    fewest: Any

    def packets(self, box: Box) -> int:
        """Give the packets of a box, a bit each."""
        length, index, first, last = box
        addresses = range(index << self.bits - length, index + 1 << self.bits - length)
        return sum(1 << a * self.ports + p for a in addresses for p in range(first, last + 1))

    def least(self, wanted: int, budget: int, widths: tuple[int, ...]) -> int:
        """Give the least excess of all lists of at most `budget` boxes."""
        sets = np.arange(len(self.fewest))
        good = (sets & wanted == wanted) & (self.fewest <= budget)
        return int(self._sizes(sets[good] ^ wanted, widths).min())

    def _sizes(self, sets: Any, widths: tuple[int, ...]) -> Any:
        packets = self.ports << self.bits
        return sum((sets >> bit & 1) * widths[bit % self.ports] for bit in range(packets))


@cache
def universe(bits: int, ports: int) -> Universe:
    """Build up all sets of packets, a box at a time, until none is new."""
    found = Universe(bits, ports, np.full(1 << (ports << bits), 99))
    found.fewest[0] = 0
    boxes = [found.packets(box) for box in every_box(bits, ports)]
    newest = np.zeros(1, dtype=int)
    while len(newest):
        reached = np.unique(np.concatenate([newest | box for box in boxes]))
        rounds = found.fewest[newest[0]] + 1
        newest = reached[found.fewest[reached] > rounds]
        found.fewest[newest] = rounds
    return found


def every_box(bits: int, ports: int) -> list[Box]:
    """Give every prefix with every stretch of ports."""
    prefixes = [(length, index) for length in range(bits + 1) for index in range(1 << length)]
    spans = [(first, last) for first in range(ports) for last in range(first, ports)]
    return [(*prefix, *span) for prefix, span in product(prefixes, spans)]


@dataclass(frozen=True)
class Place:
    """Where a universe lies in the world of addresses and ports."""

    base: int
    version: int
    shift: int
    """How many bits of an address come after those of the universe."""
    widths: tuple[int, ...] = (1,) * 7
    """How many ports there are to one of the universe."""

    def allow(self, bits: int, box: Box) -> Allow:
        """Give a box as an entry."""
        length, index, first, last = box
        edges = [*accumulate(self.widths, initial=80)]
        base = self.base + (index << bits - length << self.shift)
        prefix = Prefix(self.version, base, BITS[self.version] - self.shift - bits + length)
        return Allow("tcp", edges[first], edges[last + 1] - 1, prefix)


HOSTS: Final = Place(10 << 24, 4, 0)
STRETCHED: Final = (3, 1, 20, 1, 700, 2, 9000)
PLACES = [
    pytest.param(lambda _: HOSTS, id="hosts"),
    pytest.param(lambda _: Place(10 << 24, 4, 0, STRETCHED), id="ranges"),
    pytest.param(lambda bits: Place(0, 4, 32 - bits, STRETCHED), id="the world"),
    pytest.param(lambda _: Place(0x20010DB8 << 96, 6, 0), id="hosts, IPv6"),
    pytest.param(lambda bits: Place(0, 6, 128 - bits, STRETCHED), id="the world, IPv6"),
]


def judge(world: Universe, place: Place, boxes: list[Box]) -> None:
    """Hold the covers within every budget, and all budgets at once, against the truth."""
    wanted = 0
    for box in boxes:
        wanted |= world.packets(box)
    required = [place.allow(world.bits, box) for box in boxes]
    budgets = range(1, int(world.fewest[wanted]) + 1)
    found = [(cover.excess, cover.lower_bound) for cover in (fit(required, b) for b in budgets)]
    truth = [world.least(wanted, budget, place.widths) << place.shift for budget in budgets]
    assert found == [(least, least) for least in truth]
    curved = [(least.excess, least.lower_bound) for least in curve(required).values()]
    assert curved == found


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("bits", "ports"), UNIVERSES)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_list_at_all_has_less_excess(bits: int, ports: int, place: Any, data: Any) -> None:
    """Whatever is required, whatever the budget, the cover is the best there is, and proven."""
    boxes = st.lists(st.sampled_from(every_box(bits, ports)), min_size=1, max_size=7)
    judge(universe(bits, ports), place(bits), data.draw(boxes))


def test_an_entry_may_serve_a_piece_of_a_wider_one() -> None:
    """The best entries stand neither at a required prefix nor at one where two of them part.

    One port for everybody, one below it for the first of four addresses, one above it for
    the third: two entries, each of which serves half of the first port.
    """
    boxes = [(0, 0, 1, 1), (2, 0, 0, 0), (2, 2, 2, 2)]
    judge(universe(2, 3), HOSTS, boxes)
    cover = fit([HOSTS.allow(2, box) for box in boxes], 2)
    assert cover.entries == tuple(HOSTS.allow(2, box) for box in [(1, 0, 0, 1), (1, 1, 1, 2)])
    assert (cover.excess, cover.lower_bound) == (2, 2)
