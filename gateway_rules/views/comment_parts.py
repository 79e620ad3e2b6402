"""Parts of a comment that may have to be shortened, and how they share the room that there is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from gateway_rules.packets import and_more


@dataclass(frozen=True)
class Part:
    """A list with what stands before it, of which any number of items can be shown."""

    items: tuple[str, ...]
    """The lines of the list, each complete in itself."""
    head: tuple[str, ...] = ()
    """What stands before the items, and once more before those that are folded away."""
    start: str = "- "
    """How a line of the list begins; empty for a table, which a line of words would end."""
    opened: int = 12
    """How many items are not folded away."""
    summary: str = ""
    """What is said of those that are; where it is empty, how many they are."""

    def lines(self, shown: int) -> list[str]:
        """Give the part with so many of its items, and say how many are left out."""
        first, rest = self.items[: min(shown, self.opened)], self.items[self.opened : shown]
        found = [*self.head, *first] if first else []
        if rest:
            found += _folded(self.summary or f"{len(rest)} more", (*self.head, *rest))
        if left_out := len(self.items) - shown:
            is_list = self.start and not rest
            found += [*([] if is_list else [""]), f"{self.start}{and_more(left_out)}"]
        return found


def _folded(summary: str, lines: Iterable[str]) -> list[str]:
    """Fold lines away; without a blank line around them, GitHub does not read them as Markdown."""
    return ["", f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]


def length(lines: Iterable[str]) -> int:
    """Count the characters of lines with their ends."""
    return sum(len(line) + 1 for line in lines)


def need(parts: Iterable[Part]) -> int:
    """Count the characters that parts take when nothing is left out."""
    return sum(length(part.lines(len(part.items))) for part in parts)


def fit(parts: Sequence[Part], room: int) -> list[str]:
    """Give as much of each part as fits; where it is scarce, each gets an equal share."""
    rooms = shares([need([part]) for part in parts], room)
    fitted = (_fitted(part, each) for part, each in zip(parts, rooms, strict=True))
    return [*chain.from_iterable(fitted)]


def _fitted(part: Part, room: int) -> list[str]:
    whole = part.lines(len(part.items))
    if length(whole) <= room:
        return whole
    counts = range(len(part.items))
    shown = bisect_right(counts, room, key=lambda count: length(part.lines(count))) - 1
    return part.lines(shown) if shown >= 0 else []


def shares(needs: Sequence[int], room: int) -> list[int]:
    """Give each what it needs, or, where that is too much, an equal share of what is left.

    >>> shares([10, 500, 40], 1000), shares([10, 500, 400], 250)
    ([10, 500, 40], [10, 120, 120])
    """
    left = room
    for place, wanted in enumerate(sorted(needs)):
        equal = left // (len(needs) - place)
        if wanted > equal:
            return [min(each, equal) for each in needs]
        left -= wanted
    return [*needs]
