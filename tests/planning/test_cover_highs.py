"""The least excess on lists of a middling size, held against integer programmes that HiGHS solves.

A programme knows nothing of tries or prices. Its candidates are all prefixes that do not
lie within one of which every address needs the same, halves that nobody asks for included,
with all ranges of ports from one that is needed to another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any

import highspy
import pytest
from counting import count

from gateway_rules.packets.prefixes import Prefix
from gateway_rules.packets.protocols import PortPair, Protocol
from gateway_rules.planning.cover.entries import Allow
from gateway_rules.planning.cover.fitting import fit

WORLD = Prefix(4, 0x0A000000, 22)
LENGTHS = (22, 24, 26, 27, 28, 29, 30, 31, 32)
PORTS = ((20, 21), (21, 21), (25, 25), (80, 80), (82, 89), (80, 443), (443, 443), (1024, 1100))
LISTS = range(2, 14)
SOLVER: Any = highspy.Highs
"""The constructor has no types."""


@dataclass
class Programme:
    """What one protocol requires, written down for a solver."""

    solver: Any
    required: Sequence[Allow]
    entries: list[tuple[Any, Allow]] = field(default_factory=list)
    """A variable for each candidate: 1 where the list has it."""
    paid: list[Any] = field(default_factory=list)
    """The packets that are passed and not required."""

    def __post_init__(self) -> None:
        """Cut the ports wherever what is required changes."""
        edges = sorted({e for entry in self.required for e in (entry.from_port, entry.to_port + 1)})
        self.ports = [(low, high - 1) for low, high in pairwise(edges)]

    def state(self, prefix: Prefix, above: Sequence[Any]) -> None:
        """Let entries stand at a prefix and, unless all of it needs the same, further down."""
        around = [entry for entry in self.required if entry.prefix.covers(prefix)]
        is_same = not any(prefix.covers(e.prefix) and e.prefix != prefix for e in self.required)
        if is_same and not around:
            self._pay(prefix, self.ports, above)
            return
        opened = self._opened(prefix, above)
        if is_same:
            self._require(prefix, around, opened)
        else:
            for half in halves(prefix):
                self.state(half, opened)

    def _opened(self, prefix: Prefix, above: Sequence[Any]) -> list[Any]:
        """Give a variable for each stretch of ports: 1 where it is open for the whole prefix."""
        spans = {
            span: self.solver.addBinary() for span in self._spans() if self._holds(prefix, span)
        }
        protocol = self.required[0].protocol
        self.entries += [(var, Allow(protocol, *span, prefix)) for span, var in spans.items()]
        opened = [self.solver.addVariable(0, 1) for _ in self.ports]
        for variable, before, (low, high) in zip(opened, above, self.ports, strict=True):
            over = [var for (first, last), var in spans.items() if first <= low and high <= last]
            self.solver.addConstr(variable >= before)
            self.solver.addConstr(variable >= self.solver.qsum(over))
            self.solver.addConstr(variable <= before + self.solver.qsum(over))
        return opened

    def _spans(self) -> Iterator[PortPair]:
        needed = [
            (low, high)
            for low, high in self.ports
            if any(entry.from_port <= low <= entry.to_port for entry in self.required)
        ]
        for first, (low, _) in enumerate(needed):
            yield from ((low, high) for _, high in needed[first:])

    def _holds(self, prefix: Prefix, span: PortPair) -> bool:
        """Tell whether anything that meets a prefix is required on either end of a span."""
        meeting = [e for e in self.required if e.prefix.covers(prefix) or prefix.covers(e.prefix)]
        return all(any(e.from_port <= end <= e.to_port for e in meeting) for end in span)

    def _require(self, prefix: Prefix, around: Sequence[Allow], opened: Sequence[Any]) -> None:
        """Demand what is required of every address of a prefix; pay for the rest."""
        for variable, (low, high) in zip(opened, self.ports, strict=True):
            if any(entry.from_port <= low <= entry.to_port for entry in around):
                self.solver.addConstr(variable >= 1)
            else:
                self._pay(prefix, [(low, high)], [variable])

    def _pay(self, prefix: Prefix, ports: Sequence[PortPair], opened: Sequence[Any]) -> None:
        size = 1 << (32 - prefix.length)
        for (low, high), variable in zip(ports, opened, strict=True):
            self.paid.append(size * (high - low + 1) * variable)


def halves(prefix: Prefix) -> tuple[Prefix, Prefix]:
    """Give the two prefixes next below."""
    length = prefix.length + 1
    half = 1 << (32 - length)
    return Prefix(4, prefix.base, length), Prefix(4, prefix.base + half, length)


def solved(required: Sequence[Allow], budget: int) -> list[Allow]:
    """Give a list of the least excess, as HiGHS has it."""
    solver = SOLVER()
    solver.silent()
    for name, value in (("threads", 1), ("mip_rel_gap", 0), ("mip_abs_gap", 0.5)):
        solver.setOptionValue(name, value)
    programmes = [
        Programme(solver, [entry for entry in required if entry.protocol == protocol])
        for protocol in sorted({entry.protocol for entry in required})
    ]
    for programme in programmes:
        programme.state(WORLD, [0 for _ in programme.ports])
    entries = [entry for programme in programmes for entry in programme.entries]
    solver.addConstr(solver.qsum([variable for variable, _ in entries]) <= budget)
    solver.minimize(solver.qsum([term for programme in programmes for term in programme.paid]))
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return [entry for variable, entry in entries if solver.val(variable) > 0.5]


def some_list(random: Random) -> list[Allow]:
    """Make up prefixes in a small world, some of them asked for on several ports."""
    bases = [WORLD.base + random.getrandbits(10) for _ in range(random.randint(5, 12))]
    return [
        allow(random, random.choice(bases), random.choice(LENGTHS))
        for _ in range(random.randint(8, 24))
    ]


def allow(random: Random, address: int, length: int) -> Allow:
    """Give an entry around an address, now and then of UDP."""
    base = address >> (32 - length) << (32 - length)
    protocol: Protocol = random.choice(("tcp", "tcp", "tcp", "udp"))
    return Allow(protocol, *random.choice(PORTS), Prefix(4, base, length))


@pytest.mark.parametrize("seed", LISTS)
def test_no_integer_programme_finds_less(seed: int) -> None:
    """The cover has the excess of the solver's list, neither misses anything, and it is proven."""
    random = Random(seed)  # noqa: S311 - nothing here is a secret.
    required = some_list(random)
    budget = random.randint(2, 8)
    cover, peer = fit(required, budget), solved(required, budget)
    assert len(cover.entries) <= budget
    assert count(required, cover.entries) == (0, cover.excess)
    assert len(peer) <= budget
    assert count(required, peer) == (0, cover.excess)
    assert cover.lower_bound == cover.excess
