"""The two files of a stack: what its user writes, and the addresses of its region."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from gateway_rules.catalogue import Catalogue, Host
from gateway_rules.complaints import NO_NETWORKS, complaints
from gateway_rules.errors import Complaint, Fault, Faults, Pending, Steps
from gateway_rules.fields import Frozen
from gateway_rules.places import UNWRITTEN, Document, faults_of, read_yaml
from gateway_rules.salvage import salvage
from gateway_rules.site import Site, StackSite

NAMESPACE: Final = "gateway-rules:"
REGION_KEY: Final = "aws:region"


class AddressFile(Frozen):
    """The addresses that a region's hosts have there."""

    hosts: tuple[Host, ...]


KEYS: Final = {
    name: REGION_KEY if name == "region" else f"{NAMESPACE}{name}"
    for name in StackSite.model_fields
    if name not in UNWRITTEN
}
"""The key under `config:` for each field."""


def read_stack(root: Path, stack: str, catalogue: Catalogue) -> StackSite:
    """Read a stack's files.

    Raises Faults with everything that is wrong with them, and Pending when nothing
    is wrong but that the addresses of the stack's region are not there.
    """
    document = read_yaml(stack_file(root, stack), root)
    data = {**_ours(document), "stack": stack, "addresses": _read_addresses(root, stack)}
    try:
        site = StackSite.model_validate(data)
    except ValidationError as error:
        faults = faults_of(error, document, StackSite, _where)
        more = (_place(document, complaint) for complaint in _more_complaints(data, catalogue))
        raise Faults(*faults, *more) from None
    if found := [_place(document, complaint) for complaint in complaints(site, catalogue)]:
        raise (Pending if {fault.rule for fault in found} == {"pending"} else Faults)(*found)
    return site


def blame(root: Path, stack: str, *found: Complaint) -> Faults:
    """Give complaints that came up after reading their places in the stack's file."""
    document = read_yaml(stack_file(root, stack), root)
    return Faults(*(_place(document, complaint) for complaint in found))


def raw_config(root: Path, stack: str) -> dict[str, Any]:
    """Give what stands under `config:`, unread."""
    config: dict[str, Any] = read_yaml(stack_file(root, stack), root).data["config"]
    return config


def _place(document: Document, complaint: Complaint) -> Fault:
    named = complaint.rule in ("unknown-role", "unknown-service")
    make = document.key_fault if named else document.fault
    return make(_where(complaint.path), *complaint[1:])


def _more_complaints(data: dict[str, Any], catalogue: Catalogue) -> Iterator[Complaint]:
    """Find what is wrong with the sound parts of a broken file."""
    neutral = {"region": next(iter(catalogue.regions)), "roles": {}}
    ours = {key: value for key, value in data.items() if key in Site.model_fields}
    salvaged = salvage(Site, ours, neutral)
    if not salvaged:
        return
    for complaint in complaints(salvaged.model, catalogue):
        path = salvaged.origin(complaint.path)
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
        fields.get(key) or key: value
        for key, value in config.items()
        if key in fields or key.startswith(NAMESPACE)
    }


def _where(loc: Steps) -> Steps:
    """Find a field in the stack file."""
    return ("config", *([KEYS.get(str(loc[0]), loc[0]), *loc[1:]] if loc else []))
