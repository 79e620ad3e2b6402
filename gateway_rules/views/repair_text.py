"""What `gateway-rules repair` found, for people."""

from __future__ import annotations

from collections.abc import Iterator

from gateway_rules.deploy import RepairNeeds, StateImport
from gateway_rules.packets import counted


def repair_lines(found: RepairNeeds) -> Iterator[str]:
    """Say what is wrong, and what only a person can judge, a line or two for each."""
    for lock in found.locks:
        yield from ("the stack is locked by an update that has ended:", f"  {lock}")
    for file in found.torn:
        yield from ("a file is half-written, and keeps Pulumi from the state:", f"  {file}")
    yield from _unknown_ends(found)
    wanted, left = _parted(found)
    if wanted:
        yield f"{_resources(len(wanted))} in AWS, and not in the state:"
        yield from map(_import, wanted)
    if left:
        yield f"{_resources(len(left))} left over; imported, the next update removes them:"
        yield from map(_import, left)
    yield from _by_hand(found)


def _unknown_ends(found: RepairNeeds) -> Iterator[str]:
    if pending := found.repairs.pending:
        some = counted(len(pending), "operation", "operations")
        yield f"the state does not know how {some} ended:"
        yield from (f"  {one.operation} {one.name}" for one in pending)
    if gone := found.repairs.gone:
        yield f"{_resources(len(gone))} in the state, and not in AWS:"
        yield from (f"  {one.id}  {one.name}" for one in gone)
    for acl in found.repairs.strays:
        yield f"{acl}, an ACL too many, holds subnets of the stack"


def _parted(found: RepairNeeds) -> tuple[list[StateImport], list[StateImport]]:
    imports = found.repairs.imports
    return [one for one in imports if one.wanted], [one for one in imports if not one.wanted]


def _resources(number: int) -> str:
    return counted(number, "resource is", "resources are")


def _import(one: StateImport) -> str:
    return f"  {one.id}  {one.name}"


def _by_hand(found: RepairNeeds) -> Iterator[str]:
    if found.repairs.by_hand:
        yield "neither files nor state know these; keep them, or remove them yourself:"
    for one in found.repairs.by_hand:
        yield f"  {one.id}  {one.what}"
        yield f"    {one.command}"
