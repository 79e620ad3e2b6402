"""The two files of a stack: what its user writes, and the addresses of its region."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from gateway_rules.catalogue import Catalogue, Host
from gateway_rules.complaints import NO_NETWORKS, complaints
from gateway_rules.errors import Complaint, Fault, Faults, Pending, Steps
from gateway_rules.fields import Frozen
from gateway_rules.places import Document, faults_of, read_yaml
from gateway_rules.salvage import salvage
from gateway_rules.site import Site, StackSite

NAMESPACE: Final = "gateway-rules:"
REGION_KEY: Final = "aws:region"


class AddressFile(Frozen):
    """The addresses that a region's hosts have there."""

    hosts: tuple[Host, ...]


NOT_IN_FILE: Final = frozenset({"stack", "addresses"})
KEYS: Final = {
    name: REGION_KEY if name == "region" else f"{NAMESPACE}{name}"
    for name in StackSite.model_fields
    if name not in NOT_IN_FILE
}
"""The key under `config:` for each field."""


Placer: TypeAlias = Callable[[Complaint], Fault]
"""Finds the place of a complaint in the files that a site was read from."""


def read_stack(root: Path, stack: str, catalogue: Catalogue) -> tuple[StackSite, Placer]:
    """Read a stack's files; the second value finds the places of later complaints.

    Raises Faults with everything that is wrong with them, and Pending when nothing
    is wrong but that the addresses of the stack's region are not there.
    """
    document = read_yaml(stack_file(root, stack), root)
    data = {**_ours(document), "stack": stack, "addresses": _read_addresses(root, stack)}

    def place(complaint: Complaint) -> Fault:
        return document.fault(_where(complaint.path), *complaint[1:])

    try:
        site = StackSite.model_validate(data)
    except ValidationError as error:
        faults = faults_of(error, document, StackSite, _where)
        raise Faults(*faults, *map(place, _more_complaints(data, catalogue))) from None
    if found := [place(complaint) for complaint in complaints(site, catalogue)]:
        raise (Pending if {fault.rule for fault in found} == {"pending"} else Faults)(*found)
    return site, place


def _more_complaints(data: dict[str, Any], catalogue: Catalogue) -> Iterator[Complaint]:
    """Find what is wrong with the sound parts of a broken file."""
    neutral = {"region": next(iter(catalogue.regions)), "roles": {}}
    ours = {key: value for key, value in data.items() if key in Site.model_fields}
    salvaged = salvage(Site, ours, neutral)
    for complaint in complaints(salvaged.model, catalogue) if salvaged else ():
        path = salvaged.original(complaint.path)
        guessed = complaint.path[0] not in ours
        blamed = complaint.rule == NO_NETWORKS and ("networks",) in salvaged.lost
        if path and not guessed and not blamed and complaint.rule != "pending":
            yield complaint._replace(path=path)


def stack_file(root: Path, stack: str) -> Path:
    """Name the file that a user writes for a stack."""
    return root / "stacks" / f"Pulumi.{stack}.yaml"


def address_file(root: Path, stack: str) -> Path:
    """Name the file that holds the addresses of a stack's region."""
    return root / "stacks" / "addresses" / f"{stack}.yaml"


def _read_addresses(root: Path, stack: str) -> tuple[Host, ...]:
    path = address_file(root, stack)
    if not path.exists():
        return ()
    document = read_yaml(path, root)
    try:
        return AddressFile.model_validate(document.data).hosts
    except ValidationError as error:
        raise Faults(*faults_of(error, document, AddressFile)) from None


def _ours(document: Document) -> dict[str, Any]:
    """Give what stands under `config:` as fields; keys of other namespaces are not ours."""
    config = document.data.get("config") if isinstance(document.data, dict) else None
    if not isinstance(config, dict):
        fix = "begin the file with `config:` and the keys of the stack below it"
        raise Faults(document.fault(("config",), "missing-key", "config is missing", fix))
    fields = {key: name for name, key in KEYS.items()}
    return {
        fields.get(key, key): value
        for key, value in config.items()
        if key in fields or key.startswith(NAMESPACE)
    }


def _where(loc: Steps) -> Steps:
    """Find a field in the stack file."""
    return ("config", *([KEYS.get(str(loc[0]), loc[0]), *loc[1:]] if loc else []))
