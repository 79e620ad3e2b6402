"""What `gateway-rules repair` found, for people."""

from __future__ import annotations

from collections.abc import Iterator

from gateway_rules.repair import Import
from gateway_rules.repair_run import Found
from gateway_rules.show import counted


def lines(found: Found) -> Iterator[str]:
    """Say what is wrong, and what only a person can judge, a line or two for each."""
    for lock in found.locks:
        yield f"the stack is locked by {lock}, which has ended"
    for file in found.torn:
        yield f"{file} was cut off while it was written, and Pulumi cannot read the state"
    yield from _unknown_ends(found)
    wanted, left = _parted(found)
    if wanted:
        yield f"{_things(wanted)} in AWS, and not in the state:"
        yield from map(_import, wanted)
    if left:
        yield f"{_things(left)} left over; the next update will remove what is imported:"
        yield from map(_import, left)
    yield from _by_hand(found)


def _unknown_ends(found: Found) -> Iterator[str]:
    if pending := found.repairs.pending:
        some = counted(len(pending), "operation", "operations")
        yield f"the state does not know how {some} ended:"
        yield from (f"  {one.operation} {one.name}" for one in pending)
    if gone := found.repairs.gone:
        yield f"{counted(len(gone), 'thing is', 'things are')} in the state, and not in AWS:"
        yield from (f"  {one.id}  {one.name}" for one in gone)
    for acl in found.repairs.strays:
        yield f"{acl}, an ACL too many, holds subnets of the stack"


def _parted(found: Found) -> tuple[list[Import], list[Import]]:
    imports = found.repairs.imports
    return [one for one in imports if one.wanted], [one for one in imports if not one.wanted]


def _things(some: list[Import]) -> str:
    return counted(len(some), "thing is", "things are")


def _import(one: Import) -> str:
    return f"  {one.id}  {one.name}"


def _by_hand(found: Found) -> Iterator[str]:
    if found.repairs.by_hand:
        yield "neither the stack's files nor its state know these; keep or remove them yourself:"
    for one in found.repairs.by_hand:
        yield f"  {one.id}  {one.what}"
        yield f"    {one.command}"
