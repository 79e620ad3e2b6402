"""The two files of a stack: what its user writes, and the addresses of its region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from gateway_rules.errors import Fault, Faults, Problem, Steps
from gateway_rules.inputs.address_file import AddressFile, NotPublic
from gateway_rules.inputs.catalogue import Catalogue
from gateway_rules.inputs.contradictions import NO_NETWORKS, find_contradictions
from gateway_rules.inputs.documents import Document, read_yaml
from gateway_rules.inputs.partial import validate_partly
from gateway_rules.inputs.site import NARROWED, Location, Site, StackFields
from gateway_rules.inputs.validation import UNWRITTEN, faults_of

NAMESPACE: Final = "gateway-rules:"
REGION_KEY: Final = "aws:region"
_PENDING: Final = "pending"


KEYS: Final = {
    name: REGION_KEY if name == "region" else f"{NAMESPACE}{name}"
    for name in StackFields.model_fields
    if name not in UNWRITTEN
}
"""The key under `config:` for each field."""


@dataclass(frozen=True)
class StackFile:
    """A stack as its files give it; it remembers where everything stands in them."""

    site: Site
    location: Location
    not_public: tuple[NotPublic, ...]
    """What its address file accepts although no public server is there."""
    lacking: tuple[Fault, ...]
    """What keeps it pending, though nothing is wrong: the addresses of its Region."""
    documents: StackDocuments = field(repr=False, compare=False)

    @property
    def config(self) -> Mapping[str, Any]:
        """Give what stands under `config:`, unread."""
        config: Mapping[str, Any] = self.documents.stack.data["config"]
        return config

    def fault(self, problem: Problem) -> Fault:
        """Give a problem its place, in whichever of the files it stands."""
        return self.documents.place(problem)


def read_stack(root: Path, stack: str, catalogue: Catalogue) -> StackFile:
    """Read a stack's files.

    Raises Faults with everything that is wrong with them, but for what a pending stack lacks
    where that is all.
    """
    return _read_stack(_read_documents(root, stack), stack, catalogue)


def read_without_addresses(root: Path, stack: str, catalogue: Catalogue) -> StackFile:
    """Read what a stack's user writes, for a look-up of the addresses that it may lack.

    Raises Faults with everything that is wrong with it.
    """
    documents = StackDocuments(read_yaml(stack_path(root, stack), root))
    return _read_stack(documents, stack, catalogue)


def read_addresses(path: Path, root: Path) -> AddressFile:
    """Read a file of addresses; give an empty one where there is none. Raise Faults."""
    found, faults = _address_file(read_yaml(path, root) if path.exists() else None)
    if faults:
        raise Faults(*faults)
    return found


def _read_stack(documents: StackDocuments, stack: str, catalogue: Catalogue) -> StackFile:
    addresses, faults = _address_file(documents.addresses)
    data = {**_ours(documents.stack), "stack": stack, "hosts": addresses.hosts}
    faults = [*faults, *_bare(documents.stack)]
    try:
        read = StackFields.model_validate(data)
    except ValidationError as error:
        faults = [*faults, *faults_of(error, documents.stack, StackFields, _where)]
    if faults:
        raise Faults(*faults, *map(documents.place, _more_problems(data, catalogue)))
    found = tuple(map(documents.place, find_contradictions(read.site, catalogue)))
    if any(fault.rule != _PENDING for fault in found):
        raise Faults(*found)
    return StackFile(read.site, read.location, addresses.not_public, found, documents)


def _more_problems(data: dict[str, Any], catalogue: Catalogue) -> Iterator[Problem]:
    """Find what is wrong with the sound parts of a broken file."""
    neutral = {"region": next(iter(catalogue.regions)), "roles": {}}
    ours = {key: value for key, value in data.items() if key in Site.model_fields}
    partial = validate_partly(Site, ours, neutral)
    if not partial:
        return
    for problem in find_contradictions(partial.model, catalogue):
        path = partial.origin(problem.path)
        # Whether a host is asked for depends on the region.
        cause = "region" if problem.path[0] == "hosts" else problem.path[0]
        guessed = cause not in ours or (cause,) in partial.lost
        blamed = problem.rule == NO_NETWORKS and any(
            steps[0] == "networks" for steps in partial.lost
        )
        if path and not guessed and not blamed and problem.rule != _PENDING:
            yield problem._replace(path=path)


def stack_path(root: Path, stack: str) -> Path:
    """Name the file that a user writes for a stack."""
    return root / "stacks" / f"Pulumi.{stack}.yaml"


def address_path(root: Path, stack: str) -> Path:
    """Name the file that holds the addresses of a stack's region."""
    return root / "stacks" / "addresses" / f"{stack}.yaml"


@dataclass(frozen=True)
class StackDocuments:
    """What a stack is read from; most stacks need no addresses of their own."""

    stack: Document
    addresses: Document | None = None

    def place(self, problem: Problem) -> Fault:
        """Find what a problem is about, in whichever file it stands."""
        if self.addresses and problem.path[0] == "hosts":
            return self.addresses.fault(*problem)
        named = problem.rule in ("unknown-role", "unknown-service")
        make = self.stack.key_fault if named else self.stack.fault
        return make(_where(problem.path), *problem[1:])


def _read_documents(root: Path, stack: str) -> StackDocuments:
    """Read both files; raise Faults with what is wrong with the form of either."""
    path = address_path(root, stack)
    found = _read(stack_path(root, stack), root)
    addresses = _read(path, root) if path.exists() else None
    if isinstance(found, Faults) or isinstance(addresses, Faults):
        wrong = (each for each in (found, addresses) if isinstance(each, Faults))
        raise Faults(*(fault for each in wrong for fault in each.faults))
    return StackDocuments(found, addresses)


def _read(path: Path, root: Path) -> Document | Faults:
    """Give the document, or what is wrong with its form, so that another may be read as well."""
    try:
        return read_yaml(path, root)
    except Faults as faults:
        return faults


def _address_file(document: Document | None) -> tuple[AddressFile, list[Fault]]:
    """Give what an address file holds, or what is wrong with it."""
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
