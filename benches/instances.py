"""Lists of required flows to measure with: made up at random, the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from gateway_rules.packets.prefixes import ANYWHERE, BITS, Prefix
from gateway_rules.packets.protocols import PortPair
from gateway_rules.planning.cover.entries import Allow

POPULAR: Final[Sequence[PortPair]] = (
    *((80, 80), (443, 443), (22, 22), (25, 25), (53, 53), (389, 389), (636, 636), (3268, 3269)),
    *((8080, 8080), (20, 21), (445, 445), (135, 139), (5060, 5070), (990, 990), (8443, 8443)),
)
"""Ports and ranges that mail gateways talk to; the first are asked for most."""
EVERYBODY: Final = (
    Allow("udp", 53, 53, ANYWHERE),
    Allow("udp", 123, 123, ANYWHERE),
    Allow("tcp", 25, 25, ANYWHERE),
    Allow("tcp", 1024, 65535, ANYWHERE),
)
"""Services whose other end may be anywhere: names, time, mail and what comes back to clients."""

_LENGTHS: Final = (32, 32, 32, 32, 24, 28, 19, 23, 17)
_CLUSTER: Final = 10
"""A cluster is so many bits of addresses wide."""


def realistic(
    seed: int,
    prefixes: int = 300,
    ports: int = 15,
    *,
    anywhere: bool = True,
    clusters: int | None = None,
) -> list[Allow]:
    """Give prefixes of mixed lengths, each on one of so many ports and ranges.

    The n-th port is asked for 1/n as often as the first (Zipf). The prefixes lie in so
    many clusters, or all over the world when that is None. With `anywhere` come the
    services of EVERYBODY. There are no more than 15 ports to choose from.
    """
    random = _seeded(seed)
    bases = _bases(random, prefixes, clusters)
    weights = [1 / place for place in range(1, ports + 1)]
    popular = random.choices(POPULAR[:ports], weights, k=prefixes)
    listed = [
        Allow("tcp", *pair, _around(base, random.choice(_LENGTHS)))
        for pair, base in zip(popular, bases, strict=True)
    ]
    return [*listed, *(EVERYBODY if anywhere else ())]


def one_service(seed: int, count: int) -> list[Allow]:
    """Give hosts and small networks all over the world, all on TCP 443."""
    random = _seeded(seed)
    bases = _bases(random, count, None)
    return [Allow("tcp", 443, 443, _around(base, random.choice(_LENGTHS))) for base in bases]


def _seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - nothing here is a secret.


def _bases(random: Random, count: int, clusters: int | None) -> list[int]:
    if clusters is None:
        return [random.getrandbits(BITS[4]) for _ in range(count)]
    starts = [random.getrandbits(BITS[4] - _CLUSTER) << _CLUSTER for _ in range(clusters)]
    return [random.choice(starts) + random.getrandbits(_CLUSTER) for _ in range(count)]


def _around(address: int, length: int) -> Prefix:
    shift = BITS[4] - length
    return Prefix(4, address >> shift << shift, length)
