"""The two files of a stack: what its user writes, and the addresses of its region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from gateway_rules.errors import Fault, Faults, Pending, Problem, Steps
from gateway_rules.inputs.address_file import AddressFile, ResolvedHost
from gateway_rules.inputs.catalogue import Catalogue
from gateway_rules.inputs.contradictions import NO_NETWORKS, find_contradictions
from gateway_rules.inputs.documents import Document, read_yaml
from gateway_rules.inputs.partial import salvage
from gateway_rules.inputs.site import NARROWED, Site, StackSite
from gateway_rules.inputs.validation import UNWRITTEN, faults_of

NAMESPACE: Final = "gateway-rules:"
REGION_KEY: Final = "aws:region"


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
    files = _read_files(root, stack)
    hosts, faults = _hosts(files.addresses)
    site, found = _site(files, stack, hosts, faults, catalogue)
    if found:
        raise (Pending if {fault.rule for fault in found} == {"pending"} else Faults)(*found)
    return site


def read_without_addresses(root: Path, stack: str, catalogue: Catalogue) -> StackSite:
    """Read what a stack's user writes, for a look-up of the addresses that it may lack.

    Raises Faults with everything that is wrong with it.
    """
    files = _Files(read_yaml(stack_path(root, stack), root))
    site, found = _site(files, stack, (), [], catalogue)
    if others := [fault for fault in found if fault.rule != "pending"]:
        raise Faults(*others)
    return site


def read_addresses(path: Path, root: Path) -> AddressFile:
    """Read a file of addresses; give an empty one where there is none. Raise Faults."""
    found, faults = _address_file(read_yaml(path, root) if path.exists() else None)
    if faults:
        raise Faults(*faults)
    return found


def _site(
    files: _Files,
    stack: str,
    hosts: tuple[ResolvedHost, ...],
    faults: list[Fault],
    catalogue: Catalogue,
) -> tuple[StackSite, list[Fault]]:
    """Give a well-formed site with what contradicts it; raise Faults when the form is wrong."""
    data = {**_ours(files.stack), "stack": stack, "hosts": hosts}
    faults = [*faults, *_bare(files.stack)]
    try:
        site = StackSite.model_validate(data)
    except ValidationError as error:
        faults = [*faults, *faults_of(error, files.stack, StackSite, _where)]
    if faults:
        raise Faults(*faults, *map(files.place, _more_complaints(data, catalogue)))
    return site, [files.place(complaint) for complaint in find_contradictions(site, catalogue)]


def blame(root: Path, stack: str, *found: Problem) -> Faults:
    """Give complaints that came up after reading their places in the stack's file."""
    return Faults(*map(_read_files(root, stack).place, found))


def raw_config(root: Path, stack: str) -> dict[str, Any]:
    """Give what stands under `config:`, unread."""
    config: dict[str, Any] = read_yaml(stack_path(root, stack), root).data["config"]
    return config


def _more_complaints(data: dict[str, Any], catalogue: Catalogue) -> Iterator[Problem]:
    """Find what is wrong with the sound parts of a broken file."""
    neutral = {"region": next(iter(catalogue.regions)), "roles": {}}
    ours = {key: value for key, value in data.items() if key in Site.model_fields}
    salvaged = salvage(Site, ours, neutral)
    if not salvaged:
        return
    for complaint in find_contradictions(salvaged.model, catalogue):
        path = salvaged.origin(complaint.path)
        # Whether a host is asked for depends on the region.
        cause = "region" if complaint.path[0] == "hosts" else complaint.path[0]
        guessed = cause not in ours or (cause,) in salvaged.lost
        blamed = complaint.rule == NO_NETWORKS and any(
            steps[0] == "networks" for steps in salvaged.lost
        )
        if path and not guessed and not blamed and complaint.rule != "pending":
            yield complaint._replace(path=path)


def stack_path(root: Path, stack: str) -> Path:
    """Name the file that a user writes for a stack."""
    return root / "stacks" / f"Pulumi.{stack}.yaml"


def address_path(root: Path, stack: str) -> Path:
    """Name the file that holds the addresses of a stack's region."""
    return root / "stacks" / "addresses" / f"{stack}.yaml"


@dataclass(frozen=True)
class _Files:
    """What a stack is read from; most stacks need no addresses of their own."""

    stack: Document
    addresses: Document | None = None

    def place(self, complaint: Problem) -> Fault:
        """Find what a complaint is about, in whichever file it stands."""
        if self.addresses and complaint.path[0] == "hosts":
            return self.addresses.fault(*complaint)
        named = complaint.rule in ("unknown-role", "unknown-service")
        make = self.stack.key_fault if named else self.stack.fault
        return make(_where(complaint.path), *complaint[1:])


def _read_files(root: Path, stack: str) -> _Files:
    """Read both files; raise Faults with what is wrong with the form of either."""
    path = address_path(root, stack)
    found = _read(stack_path(root, stack), root)
    addresses = _read(path, root) if path.exists() else None
    if isinstance(found, Faults) or isinstance(addresses, Faults):
        wrong = (each for each in (found, addresses) if isinstance(each, Faults))
        raise Faults(*(fault for each in wrong for fault in each.faults))
    return _Files(found, addresses)


def _read(path: Path, root: Path) -> Document | Faults:
    """Give the document, or what is wrong with its form, so that another may be read as well."""
    try:
        return read_yaml(path, root)
    except Faults as faults:
        return faults


def _hosts(document: Document | None) -> tuple[tuple[ResolvedHost, ...], list[Fault]]:
    """Give the hosts of an address file, or what is wrong with them."""
    found, faults = _address_file(document)
    return found.hosts, faults


def _address_file(document: Document | None) -> tuple[AddressFile, list[Fault]]:
    if not document:
        return AddressFile(hosts=()), []
    try:
        return AddressFile.of(document.data), []
    except ValidationError as error:
        return AddressFile(hosts=()), faults_of(error, document, AddressFile)


def _ours(document: Document) -> dict[str, Any]:
    """Give what stands under `config:` as fields; keys of other namespaces are not ours."""
    config = document.data.get("config") if isinstance(document.data, dict) else None
    if not isinstance(config, dict):
        fix = "write `config:` with the keys of the stack below it"
        raise Faults(document.fault(("config",), "missing-key", "the stack has no config", fix))
    fields = {key: name for name, key in KEYS.items()}
    return {
        fields.get(key) or key: value
        for key, value in config.items()
        if key in fields or key.startswith(NAMESPACE)
    }


def _bare(document: Document) -> Iterator[Fault]:
    """Refuse keys without a namespace: Pulumi puts the project's before them."""
    for key in document.data["config"]:
        if ":" not in key:
            ours = f"{NAMESPACE}{key}"
            what = f"{key} has no namespace, and Pulumi takes it for {ours}"
            fix = f"write {ours}, or the namespace that it belongs to"
            yield document.key_fault(("config", key), "unknown-key", what, fix)


def _where(loc: Steps) -> Steps:
    """Find a field in the stack file."""
    loc = tuple(step for step in loc if step != NARROWED)
    return ("config", *([KEYS.get(str(loc[0]), loc[0]), *loc[1:]] if loc else []))
