"""Covers of lists in which something is on the edge, each with a truth of its own."""

import pytest
from counting import count

from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.planning.cover.entries import Allow
from gateway_rules.planning.cover.fitting import fit

HOST, NEXT, FAR = "10.0.0.0/32", "10.0.0.1/32", "192.0.2.7/32"
FIRST, LAST = "0.0.0.0/32", "255.255.255.255/32"


def tcp(prefix: str, first: int, last: int | None = None) -> Allow:
    """Give an entry of TCP, to one port unless there is a last one."""
    return Allow("tcp", first, first if last is None else last, parse_prefix(prefix))


def udp(prefix: str, port: int) -> Allow:
    """Give an entry of UDP."""
    return Allow("udp", port, port, parse_prefix(prefix))


@pytest.mark.parametrize(
    ("required", "entries", "excess"),
    [
        pytest.param(
            [tcp(HOST, 80), tcp("10.0.0.0/24", 81), tcp(HOST, 82)],
            [tcp("10.0.0.0/24", 81), tcp(HOST, 80, 82)],
            0,
            id="an entry reaches across ports that a wider one opens",
        ),
        pytest.param(
            [tcp(HOST, 80), tcp(NEXT, 81)],
            [tcp("10.0.0.0/31", 80, 81)],
            2,
            id="nothing lies between two ports",
        ),
        pytest.param(
            [tcp("0.0.0.0/0", 1024, 65535), tcp(HOST, 8080), tcp(FAR, 3268, 3269), tcp(HOST, 443)],
            [tcp("0.0.0.0/0", 1024, 65535), tcp(HOST, 443)],
            0,
            id="a range to anywhere holds others",
        ),
        pytest.param(
            [tcp("0.0.0.0/0", 1024, 65535), tcp(HOST, 1023), tcp(HOST, 443)],
            [tcp("0.0.0.0/0", 1024, 65535), tcp(HOST, 443, 1023)],
            579,
            id="two ports beside a range to anywhere",
        ),
        pytest.param(
            [tcp(FIRST, 25), tcp(LAST, 25)],
            [tcp("0.0.0.0/0", 25)],
            2**32 - 2,
            id="the first address and the last",
        ),
        pytest.param(
            [tcp(LAST, 25), tcp("255.255.255.254/32", 25), tcp(FIRST, 25)],
            [tcp(FIRST, 25), tcp("255.255.255.254/31", 25)],
            0,
            id="the last two addresses",
        ),
        pytest.param(
            [tcp(HOST, 0), tcp(HOST, 65535), udp(HOST, 53)],
            [tcp(HOST, 0, 65535), udp(HOST, 53)],
            2**16 - 2,
            id="the first port and the last",
        ),
        pytest.param(
            [tcp("::/128", 0), tcp("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", 65535)],
            [tcp("::/0", 0, 65535)],
            2**144 - 2,
            id="all of IPv6",
        ),
    ],
)
def test_the_best_cover(required: list[Allow], entries: list[Allow], excess: int) -> None:
    """With as many entries as the best list has, that list is found, and proven."""
    cover = fit(required, len(entries))
    assert [*cover.entries] == sorted(entries)
    assert (cover.excess, cover.lower_bound) == (excess, excess)


THREE = [tcp(HOST, 80), tcp("10.0.0.2/32", 80), tcp("10.0.0.12/32", 80)]


@pytest.mark.parametrize(
    ("budget", "used", "excess"), [(2, 2, 2), (3, 3, 0), (4, 3, 0)], ids=["below", "equal", "above"]
)
def test_budgets_around_the_exact_list(budget: int, used: int, excess: int) -> None:
    """One entry short of the exact list the nearest two join; an entry to spare is not used."""
    cover = fit(THREE, budget)
    assert (len(cover.entries), cover.excess, cover.lower_bound) == (used, excess, excess)


def test_of_equal_covers_one_is_given_always() -> None:
    """Two pairs of neighbours might be joined as well; the order of the flows does not choose."""
    pairs = [tcp(f"10.0.{network}.{host}/32", 80) for network in (0, 1) for host in (0, 3)]
    covers = {fit(order, 3).entries for order in (pairs, pairs[::-1], pairs[2:] + pairs[:2])}
    assert len(covers) == 1
    assert [fit(pairs, 3).excess, fit(pairs, 3).lower_bound] == [2, 2]


def test_a_piece_of_an_address_space_of_its_own_for_each_half() -> None:
    """A port of everybody is best covered in halves, each with a neighbour of the port."""
    required = [tcp("10.0.0.0/24", 81), tcp("10.0.0.0/26", 80), tcp("10.0.0.128/26", 82)]
    cover = fit(required, 2)
    assert [*cover.entries] == [tcp("10.0.0.0/25", 80, 81), tcp("10.0.0.128/25", 81, 82)]
    assert (cover.excess, cover.lower_bound) == (128, 128)


@pytest.mark.parametrize("budget", [1, 5, 30, 69])
@pytest.mark.parametrize("prefix", ["10.0.0.0/24", "2001:db8::/32"])
def test_more_ports_than_a_word_has_bits(prefix: str, budget: int) -> None:
    """Seventy ports of one prefix are cut where the gaps are widest."""
    ports = [number * number for number in range(1, 71)]
    required = [tcp(prefix, port) for port in ports]
    gaps = sorted(2 * number for number in range(1, 70))
    size = 1 << (96 if ":" in prefix else 8)
    least = sum(gaps[: 70 - budget]) * size
    cover = fit(required, budget)
    assert (cover.excess, cover.lower_bound) == (least, least)


def many(ports: int) -> list[Allow]:
    """Give prefixes inside one another, each on ports of its own that lie among the others'."""
    return [
        tcp(f"10.0.{number % 5}.{number * 37 % 256}/32", 100 + number * 29 % 97 * 2)
        for number in range(ports)
    ] + [tcp(f"10.0.0.0/{16 + number}", 101 + 40 * number) for number in range(5)]


LEAST = 370_676
"""The least excess of `many(12)` with six entries."""


@pytest.mark.parametrize("steps", [0, 1, 10, 100, 1_000, 10_000])
def test_a_search_that_is_cut_short_gives_a_whole_cover(steps: int) -> None:
    """However few the steps, nothing is missing, and the truth lies between the two figures."""
    required = many(12)
    cover = fit(required, 6, steps)
    assert count(required, cover.entries) == (0, cover.excess)
    assert len(cover.entries) <= 6
    assert cover.lower_bound <= LEAST <= cover.excess


def test_a_search_that_is_long_enough_finds_the_truth() -> None:
    """With all its steps the search proves the figure that shorter ones stay on either side of."""
    cover = fit(many(12), 6)
    assert (cover.excess, cover.lower_bound) == (LEAST, LEAST)


def test_a_search_that_is_cut_short_tells_the_gap() -> None:
    """Without a step nothing is proven."""
    cover = fit(many(12), 6, 0)
    assert cover.lower_bound == 0 < cover.excess


@pytest.mark.parametrize("ports", [17, 25, 70])
@pytest.mark.parametrize("budget", [3, 8])
def test_more_cells_than_all_sets_are_looked_at_of(ports: int, budget: int) -> None:
    """Past sixteen cells the bound may fall short, but no cover is found that has less excess."""
    required = many(ports)
    covers = [fit(required, budget, steps) for steps in (2_000, 20_000)]
    for cover in covers:
        assert count(required, cover.entries) == (0, cover.excess)
        assert len(cover.entries) <= budget
    assert max(cover.lower_bound for cover in covers) <= min(cover.excess for cover in covers)


def test_seventeen_cells_are_proven() -> None:
    """Where few of seventeen cells matter at a time, the bound reaches the best cover."""
    cover = fit(many(17), 3)
    assert (cover.excess, cover.lower_bound) == (2_445_295, 2_445_295)
