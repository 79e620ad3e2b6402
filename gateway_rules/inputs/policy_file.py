"""Read the project's policy, by its old name too, and say what that name is now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from gateway_rules.errors import Fault, Faults
from gateway_rules.inputs.documents import Document, parse_yaml, read_yaml
from gateway_rules.inputs.policy import Policy
from gateway_rules.inputs.validation import faults_of

POLICY_FILE: Final = "policy.yaml"
OLD_POLICY_FILE: Final = "brakes.yaml"
"""What the file was called, and may be until 1.0."""
_OLD_KEY, _NEW_KEY = "brake", "limit"


@dataclass(frozen=True)
class PolicyFile:
    """A policy as it was read, and what of it goes by an old name."""

    policy: Policy
    old_names: tuple[Fault, ...] = ()
    is_there: bool = False


def read_policy(root: Path, stacks: Collection[str]) -> PolicyFile:
    """Read the project's policy; defaults where there is no file.

    Raises Faults with everything that is wrong with it; an exception for a stack that
    is not one of `stacks` is, unless it lets that stack go. So are two files, of which
    one goes by the old name.
    """
    there = [name for name in (POLICY_FILE, OLD_POLICY_FILE) if (root / name).exists()]
    if len(there) > 1:
        what = f"{POLICY_FILE} is there too, and holds the limits by now"
        fix = f"move what still counts there, and remove {OLD_POLICY_FILE}"
        raise Faults(Fault(OLD_POLICY_FILE, 1, 1, "two-policies", what, fix))
    if not there:
        return PolicyFile(Policy())
    written = read_yaml(root / there[0], root)
    document = _renamed(written)
    policy = _validated(document)
    if faults := [*_unknown_stacks(policy, document, stacks)]:
        raise Faults(*faults)
    return PolicyFile(policy, tuple(_old_names(written)), is_there=True)


def parse_policy(text: str, name: str) -> Policy:
    """Read a policy as it was, whatever stacks there were; raise Faults when it is malformed."""
    return _validated(_renamed(parse_yaml(text, name)))


def _old_names(document: Document) -> Iterator[Fault]:
    if document.file == OLD_POLICY_FILE:
        what = f"the file is called {POLICY_FILE} now"
        fix = f"git mv {OLD_POLICY_FILE} {POLICY_FILE}"
        yield Fault(OLD_POLICY_FILE, 1, 1, "old-name", what, fix)
    for index in _old_exceptions(document.data):
        path, what = ("exceptions", index, _OLD_KEY), f"{_OLD_KEY} is called {_NEW_KEY} now"
        yield document.key_fault(path, "old-name", what, f"write {_NEW_KEY}:")


def _old_exceptions(data: Any) -> Iterator[int]:
    """Give the places of the exceptions that name their limit by the old key alone."""
    exceptions = data.get("exceptions") if isinstance(data, dict) else None
    for index, each in enumerate(exceptions if isinstance(exceptions, list) else ()):
        if isinstance(each, dict) and _OLD_KEY in each and _NEW_KEY not in each:
            yield index


def _renamed(document: Document) -> Document:
    """Put the present key for the old one; what is wrong with its value keeps its place."""
    old = {*_old_exceptions(document.data)}
    if not old:
        return document
    exceptions = [
        {_NEW_KEY if key == _OLD_KEY else key: value for key, value in each.items()}
        if index in old
        else each
        for index, each in enumerate(document.data["exceptions"])
    ]
    places = (
        {
            (*path[:2], _NEW_KEY) if path[2:] == (_OLD_KEY,) else path: place
            for path, place in some.items()
        }
        for some in (document.keys, document.values)
    )
    return Document(document.file, {**document.data, "exceptions": exceptions}, *places)


def _validated(document: Document) -> Policy:
    try:
        return Policy.model_validate({} if document.data is None else document.data)
    except ValidationError as error:
        raise Faults(*faults_of(error, document, Policy)) from None


def _unknown_stacks(policy: Policy, document: Document, stacks: Collection[str]) -> Iterator[Fault]:
    for index, exception in enumerate(policy.exceptions):
        if exception.stack not in stacks and exception.limit != "removed-stack":
            what = f"there is no stack {exception.stack}"
            fix = f"take the exception out, or write one of: {', '.join(sorted(stacks))}"
            yield document.fault(("exceptions", index, "stack"), "unknown-stack", what, fix)
