"""Merging prefixes into the fewest, beside netaddr, Python's ipaddress and the C program iprange.

iprange is a package of Debian of the same name; it reads and writes text, so all are
measured from text to text as well.
"""

from __future__ import annotations

import ipaddress
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import netaddr
import numpy as np

from benches.instances import one_service
from benches.measuring import FLOOR, OURS, Measured, agree, interleaved, say, table
from benches.page import Figures, Section
from gateway_rules.packets.prefixes import BITS, Prefix, merge, parse_prefix
from gateway_rules.planning.cover.address_sets import Addresses

TITLE: Final = "Merging prefixes"
SIZES: Final = (100, 1_000, 10_000, 100_000)
QUICK: Final = (10, 100)

Calls: TypeAlias = Mapping[str, Callable[[], Iterable[Any]]]
"""What to call of each who merges, by name; prefixes of any kind that can be written."""

_SEED: Final = 1
_ARRAYS: Final = "numpy path"
_PROGRAM: Final = "iprange"
_VALUES: Final = (OURS, _ARRAYS, "netaddr", "ipaddress", FLOOR)
_TEXTS: Final = (OURS, "netaddr", "ipaddress", _PROGRAM)
_READING: Final = (
    f"From values to values, each of its own kind. The {_ARRAYS} is what the cover does with long "
    f"lists. The {FLOOR} of the same addresses is the floor for whoever answers in order."
)
_TEXT_READING: Final = (
    f"The same lists from text to text, reading and writing included; {_PROGRAM} is a process "
    "that is started each time."
)
_MISSING: Final = f" {_PROGRAM} is not installed here (`apt-get install {_PROGRAM}`)."


def section(sizes: Sequence[int]) -> Section:
    """Measure lists of these sizes; raise Differ where two do not merge alike."""
    lists = [[allow.prefix for allow in one_service(_SEED, size)] for size in sizes]
    return Section(TITLE, (_values(lists), _texts(lists)))


def _values(lists: Sequence[Sequence[Prefix]]) -> Figures:
    rows = table([_measure_values(some) for some in lists], _VALUES)
    fewest = (*(f"{len(merge(some)):,}" for some in lists), "")
    return Figures(
        "Merging values, ms",
        ("Prefixes", "Merged", *_VALUES),
        tuple((first, few, *rest) for (first, *rest), few in zip(rows, fewest, strict=True)),
        _READING,
    )


def _measure_values(prefixes: Sequence[Prefix]) -> Measured:
    say(f"merging {len(prefixes):,} values")
    calls, bases = values(prefixes), np.array([prefix.base for prefix in prefixes])
    agree({name: written(call()) for name, call in calls.items()} | {_ARRAYS: _blocks(prefixes)})
    floor = {_ARRAYS: lambda: _stretches(prefixes).blocks(), FLOOR: lambda: np.sort(bases)}
    return Measured(len(prefixes), interleaved({**calls, **floor}))


def values(prefixes: Sequence[Prefix]) -> Calls:
    """Ask for the fewest prefixes, each of the kind that its asker has."""
    lines = [*map(str, prefixes)]
    networks, others = [*map(netaddr.IPNetwork, lines)], [*map(ipaddress.IPv4Network, lines)]
    return {
        OURS: lambda: merge(prefixes),
        "netaddr": lambda: netaddr.cidr_merge(networks),
        "ipaddress": lambda: [*ipaddress.collapse_addresses(others)],
    }


def _stretches(prefixes: Sequence[Prefix]) -> Addresses:
    return Addresses.of(prefixes[0].version, prefixes)


def _blocks(prefixes: Sequence[Prefix]) -> list[str]:
    """Write what the arrays hold."""
    version = prefixes[0].version
    return written(
        Prefix(version, base, BITS[version] + 1 - size.bit_length())
        for base, size in zip(*(a.tolist() for a in _stretches(prefixes).blocks()), strict=True)
    )


def written(prefixes: Iterable[Any]) -> list[str]:
    """Write prefixes of any kind, so that they can be compared."""
    return sorted(map(str, prefixes))


def _texts(lists: Sequence[Sequence[Prefix]]) -> Figures:
    measures = [_measure_texts([*map(str, some)]) for some in lists]
    missing = "" if shutil.which(_PROGRAM) else _MISSING
    columns, rows = ("Prefixes", *_TEXTS), table(measures, _TEXTS)
    return Figures("Merging text, ms", columns, rows, _TEXT_READING + missing)


def _measure_texts(lines: Sequence[str]) -> Measured:
    say(f"merging {len(lines):,} lines of text")
    calls = texts(lines)
    agree({name: sorted(call()) for name, call in calls.items()})
    return Measured(len(lines), interleaved(calls))


def texts(lines: Sequence[str]) -> Calls:
    """Ask for the fewest prefixes as text; the program only where there is one."""
    found: Calls = {
        OURS: lambda: [*map(str, merge(map(parse_prefix, lines)))],
        "netaddr": lambda: [*map(str, netaddr.cidr_merge(lines))],
        "ipaddress": lambda: [
            *map(str, ipaddress.collapse_addresses(map(ipaddress.IPv4Network, lines)))
        ],
    }
    program = shutil.which(_PROGRAM)
    return {**found, _PROGRAM: lambda: _run(program, lines)} if program else found


def _run(program: str, lines: Sequence[str]) -> list[str]:
    """Let the program merge; it writes single addresses without a length."""
    text = "\n".join(lines)
    ended = subprocess.run([program], input=text, text=True, capture_output=True, check=True)  # noqa: S603 - its path was looked up.
    return [line if "/" in line else f"{line}/32" for line in ended.stdout.splitlines()]
