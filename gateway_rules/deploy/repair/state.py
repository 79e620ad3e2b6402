"""What Pulumi knows of a stack, read from what `pulumi stack export` prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from gateway_rules.deploy import resource_names

_OURS: Final = frozenset({resource_names.GROUP, resource_names.ACL, *resource_names.RULES.values()})
_PROVIDER: Final = "pulumi:providers:aws"


@dataclass(frozen=True)
class StateResource:
    """A resource of AWS in the state."""

    name: str
    type: str
    id: str
    leaving: bool
    """Whether another one has taken its place, and it is only to be deleted."""


@dataclass(frozen=True)
class PendingOperation:
    """An operation that was begun, and whose end the state does not have."""

    operation: str
    name: str


@dataclass(frozen=True)
class StackState:
    """The groups, rules and ACLs that the state has, and what was under way."""

    resources: tuple[StateResource, ...] = ()
    pending: tuple[PendingOperation, ...] = ()
    gateway: str | None = None
    """The URN of the component that everything is part of; None where there is none yet."""
    plugin: str | None = None
    """The version of the AWS plugin that the state's resources were made with."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an export; raise ValueError when it is none."""
        deployment = json.loads(text)["deployment"] or {}
        resources = deployment.get("resources") or []
        return cls(
            tuple(_known(one) for one in resources if one["type"] in _OURS),
            tuple(map(_pending, deployment.get("pending_operations") or [])),
            next((one["urn"] for one in resources if one["type"] == resource_names.GATEWAY), None),
            _plugin(resources),
        )

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all resources of AWS."""
        return frozenset(one.id for one in self.resources)

    @property
    def names(self) -> Mapping[str, str]:
        """The id that stands under each name; what is only to be deleted stands in no way."""
        return {one.name: one.id for one in self.resources if not one.leaving}

    @property
    def begun(self) -> frozenset[str]:
        """The names of the resources whose making was begun."""
        return frozenset(one.name for one in self.pending if one.operation == "creating")


UNREAD: Final = StackState()


def _known(resource: Mapping[str, Any]) -> StateResource:
    return StateResource(
        name_of(resource["urn"]),
        resource["type"],
        resource["id"],
        bool(resource.get("delete")),
    )


def _pending(operation: Mapping[str, Any]) -> PendingOperation:
    return PendingOperation(operation["type"], name_of(operation["resource"]["urn"]))


def _plugin(resources: list[Mapping[str, Any]]) -> str | None:
    found = (one["inputs"].get("version") for one in resources if one["type"] == _PROVIDER)
    return next(found, None)


def name_of(urn: str) -> str:
    """Give a resource's name, which may itself hold the signs that part a URN, as IPv6 does.

    >>> name_of("urn:pulumi:s::p::t$u::s-group-egress-tcp-80-::/0")
    's-group-egress-tcp-80-::/0'
    """
    return urn.split("::", 3)[3]
