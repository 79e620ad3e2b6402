"""A preflight as text for people: the verdict, what is in the way, and what will be done."""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway_rules.deploy import BUCKET, REFILL, Obstacle, Preflight
from gateway_rules.packets import counted


def print_preflight(found: Preflight, console: Console) -> None:
    """Print the verdict first, then each obstacle with its ways out, then counts and calls."""
    count = len(found.obstacles)
    if found.is_clear:
        console.print(Text.assemble(("Clear", "bold green"), f": {found.stack} can be deployed"))
    else:
        things = "one thing stands" if count == 1 else f"{count} things stand"
        console.print(Text.assemble(("Not clear", "bold red"), f": {things} in the way"))
    for obstacle in found.obstacles:
        _print_obstacle(obstacle, console)
    if found.rooms:
        console.print(_table(found))
    for line in _lines(found):
        console.print(Text(line))


def _print_obstacle(obstacle: Obstacle, console: Console) -> None:
    console.print(Text.assemble("\n", (obstacle.kind, "red"), f"  {obstacle.what}"))
    for way in obstacle.ways:
        # A command that is to be copied is broken nowhere.
        console.print(Text(f"  {way}"), soft_wrap=True)


def _table(found: Preflight) -> Table:
    table = Table(title=Text("\nRules", "bold"), title_justify="left", box=SIMPLE_HEAD)
    for column in ("Group", "", "Before", "Between", "After", "Quota"):
        table.add_column(column, justify="right" if column in _COUNTS else "left")
    for room in found.rooms:
        counts = map(str, (room.before, room.between, room.after, room.quota))
        is_full = room.between > room.quota
        where = f"{room.direction} {room.family}"
        table.add_row(room.group, where, *counts, style="red" if is_full else "")
    return table


_COUNTS = ("Before", "Between", "After", "Quota")


def _lines(found: Preflight) -> Iterator[str]:
    acl = found.acl
    moved = counted(len(acl.move), "subnet", "subnets")
    if acl.entries:
        yield f"Network ACL: a new one with {len(acl.entries)} entries takes {moved}."
    elif acl.move:
        yield f"Network ACL: stays, and takes {moved}."
    else:
        yield "Network ACL: stays as it is."
    if found.quotas.from_defaults:
        yield "Quotas: AWS did not tell all of them, and its defaults stand in their place."
    if found.prefix_lists:
        named = ", ".join(found.prefix_lists)
        yield f"Prefix lists count as one rule here, in AWS as many as they may hold: {named}."
    yield from _calls(found)


def _calls(found: Preflight) -> Iterator[str]:
    calls, seconds = found.calls.by_name, found.calls.seconds
    if not calls:
        yield "Calls: none, there is nothing to change."
        return
    yield f"Calls that change something: {sum(calls.values())}"
    yield from (f"{count:6}  {name}" for name, count in calls.items())
    taken = f"{BUCKET} of a name at once and {REFILL} a second after that"
    yield f"AWS takes {taken}: {f'about {seconds:.0f} s' if seconds else 'nothing'} to wait."
    if found.may_need_repair:
        yield f"If an update was cut off before: gateway-rules repair {found.stack} comes first."
