"""Measure against peers, print the tables and write them into docs/performance.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benches import commands, cover, fleets, merge, packets, stacks
from benches.measuring import Differ
from benches.page import Section, machine, updated

PAGE: Final = Path(__file__).parents[1] / "docs" / "performance.md"


class Part(NamedTuple):
    """What can be measured by itself."""

    title: str
    full: Callable[[], Section]
    quick: Callable[[], Section]


PARTS: Final = {
    "merge": Part(
        merge.TITLE, lambda: merge.section(merge.SIZES), lambda: merge.section(merge.QUICK)
    ),
    "cover": Part(
        cover.TITLE, lambda: cover.section(cover.FULL), lambda: cover.section(cover.QUICK)
    ),
    "packets": Part(
        packets.TITLE,
        lambda: packets.section(packets.SIZES),
        lambda: packets.section(packets.QUICK),
    ),
    "commands": Part(
        commands.TITLE,
        lambda: commands.section(commands.FULL),
        lambda: commands.section(commands.QUICK),
    ),
    "fleets": Part(
        fleets.TITLE, lambda: fleets.section(fleets.COUNTS), lambda: fleets.section(fleets.QUICK)
    ),
    "stacks": Part(
        stacks.TITLE, lambda: stacks.section(stacks.COUNTS), lambda: stacks.section(stacks.QUICK)
    ),
}


def main(arguments: Sequence[str]) -> int:
    """Measure what is asked for, print it and write it into the page; 1 where answers differ."""
    asked = _read(arguments)
    try:
        for name in asked.only:
            where = machine()
            section = (PARTS[name].quick if asked.quick else PARTS[name].full)()
            section.show()
            if asked.page:
                _write(asked.page, section.markdown(where))
    except Differ as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benches", description=__doc__)
    parser.add_argument("--only", type=_parts, default=[*PARTS], help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="short lists; writes no page unasked")
    parser.add_argument("--page", type=Path, help=f"what to write, docs/{PAGE.name} by default")
    asked = parser.parse_args(arguments)
    asked.page = asked.page or (None if asked.quick else PAGE)
    return asked


def _parts(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in PARTS]:
        what = f"there is no part {unknown[0]!r}; write some of {', '.join(PARTS)}, with commas"
        raise argparse.ArgumentTypeError(what)
    return names


def _write(page: Path, part: str) -> None:
    there = page.read_text() if page.exists() else ""
    page.write_text(updated(there, [part], [each.title for each in PARTS.values()]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
