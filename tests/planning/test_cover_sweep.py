"""The least excess of many ports on few addresses, held against a sweep from port to port.

With four addresses there are seven prefixes. Which of them are open is all that matters
from one port to the next, and every prefix that opens is an entry more.
"""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from counting import count

from gateway_rules.packets.prefixes import Prefix
from gateway_rules.planning.cover.entries import Allow
from gateway_rules.planning.cover.fitting import fit

NETWORK = 10 << 24
PREFIXES = [(0, 30), (0, 31), (2, 31), (0, 32), (1, 32), (2, 32), (3, 32)]
"""First address and length."""
HOLDS = [frozenset(range(base, base + (1 << (32 - length)))) for base, length in PREFIXES]
STATES = np.arange(1 << len(PREFIXES))
ENDLESS = 1 << 40


def least(needs: Sequence[frozenset[int]], most: int) -> list[int]:
    """Give the least excess with at most 0, 1, 2 … entries, of what each port is needed for."""
    opening = np.bitwise_count(STATES[None] & ~STATES[:, None])
    found = np.full((len(STATES), most + 1), ENDLESS)
    found[0] = 0
    for need in needs:
        after = np.full_like(found, ENDLESS)
        for entries in range(len(PREFIXES) + 1):
            shifted = np.full_like(found, ENDLESS)
            shifted[:, entries:] = found[:, : most + 1 - entries]
            usable = np.where((opening == entries)[:, :, None], shifted[:, None], ENDLESS)
            after = np.minimum(after, usable.min(axis=0))
        found = after + np.array([paid(int(state), need) for state in STATES])[:, None]
    least: list[int] = found.min(axis=0).tolist()
    return least


def paid(state: int, need: frozenset[int]) -> int:
    """Count the addresses that are open and not needed; all that are needed must be open."""
    opened: frozenset[int] = frozenset().union(
        *(held for place, held in enumerate(HOLDS) if state >> place & 1)
    )
    return len(opened - need) if need <= opened else ENDLESS


def required(needs: Sequence[frozenset[int]]) -> list[Allow]:
    """Give what is needed as entries."""
    return [
        Allow("tcp", port, port, Prefix(4, NETWORK + address, 32))
        for port, need in enumerate(needs, 100)
        for address in sorted(need)
    ]


def drawn(seed: int, ports: int) -> list[frozenset[int]]:
    """Need every port for some addresses, with a port that nobody needs here and there."""
    random = Random(seed)  # noqa: S311 - nothing here is a secret.
    return [
        frozenset(random.sample(range(4), random.choice((0, 1, 1, 2, 4)))) for _ in range(ports)
    ]


@pytest.mark.parametrize("ports", [17, 24, 70])
@pytest.mark.parametrize("seed", range(2))
def test_no_list_of_many_ports_has_less_excess(seed: int, ports: int) -> None:
    """The truth lies between the bound and the excess, however many ports there are."""
    needs = drawn(seed, ports)
    flows = required(needs)
    for budget, truth in enumerate(least(needs, 8)[1:], start=1):
        cover = fit(flows, budget, 4_000)
        assert count(flows, cover.entries) == (0, cover.excess)
        assert len(cover.entries) <= budget
        assert cover.lower_bound <= truth <= cover.excess


@pytest.mark.parametrize("seed", range(3))
def test_up_to_sixteen_ports_the_bound_is_the_truth(seed: int) -> None:
    """With fewer cells than all sets are looked at of, every cover is proven."""
    needs = drawn(seed, 16)
    covers = [fit(required(needs), budget) for budget in range(1, 9)]
    truth = least(needs, 8)[1:]
    assert [(cover.excess, cover.lower_bound) for cover in covers] == [
        (excess, excess) for excess in truth
    ]
