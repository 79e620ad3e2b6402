"""What a local AWS held after each call that may have changed something, from its journal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from gateway_rules.packets import (
    ALL_PORTS,
    NAMES,
    SELF,
    Direction,
    Peer,
    PortPair,
    Prefix,
    parse_prefix,
)

_GROUP: Final = "sg-"


@dataclass(frozen=True)
class HeldRule:
    """A rule of a group. Its peer is `self` where it names a group, and `source` says which."""

    direction: Direction
    protocol: str
    from_port: int
    to_port: int
    peer: Peer
    source: str


@dataclass(frozen=True)
class HeldEntry:
    """An entry of a network ACL."""

    direction: Direction
    number: int
    action: Literal["allow", "deny"]
    protocol: str
    from_port: int
    to_port: int
    peer: Prefix


@dataclass(frozen=True)
class HeldGroup:
    """A security group."""

    name: str
    rules: tuple[HeldRule, ...]


@dataclass(frozen=True)
class HeldAcl:
    """A network ACL with its entries, less the default deny, and the subnets that it guards."""

    entries: tuple[HeldEntry, ...]
    subnets: frozenset[str]


@dataclass(frozen=True)
class HeldInterface:
    """An interface: the id and the network of its subnet, and its groups."""

    subnet: str
    network: str
    groups: tuple[str, ...]


Held: TypeAlias = HeldGroup | HeldAcl | HeldInterface


@dataclass(frozen=True)
class Moment:
    """A call, and what the AWS held by id when it was answered."""

    number: int
    action: str
    region: str
    parameters: Mapping[str, Any]
    error: str | None
    """The code of its error; a failed call is a moment too."""
    held: Mapping[str, Held]

    @property
    def groups(self) -> dict[str, HeldGroup]:
        """The security groups."""
        return {id_: each for id_, each in self.held.items() if isinstance(each, HeldGroup)}

    @property
    def acls(self) -> dict[str, HeldAcl]:
        """The network ACLs."""
        return {id_: each for id_, each in self.held.items() if isinstance(each, HeldAcl)}

    @property
    def interfaces(self) -> dict[str, HeldInterface]:
        """The network interfaces."""
        return {id_: each for id_, each in self.held.items() if isinstance(each, HeldInterface)}

    @property
    def matches(self) -> Iterator[HeldRule | HeldEntry]:
        """Every rule and every entry."""
        for group in self.groups.values():
            yield from group.rules
        for acl in self.acls.values():
            yield from acl.entries


def read_journal(journal: Iterable[str]) -> Iterator[Moment]:
    """Give what was held after each call of a journal.

    Raises Refused for a rule that names a prefix list, whose addresses no journal tells.
    """
    held: dict[str, Held] = {}
    for line in journal:
        note = json.loads(line)
        changed = note.pop("changed")
        held = {id_: each for id_, each in held.items() if id_ not in changed}
        held |= {id_: _read(each) for id_, each in changed.items() if each is not None}
        yield Moment(**note, held=held)


def _read(each: Mapping[str, Any]) -> Held:
    if "rules" in each:
        return HeldGroup(each["name"], tuple(map(_rule, each["rules"])))
    if "entries" in each:
        return HeldAcl(tuple(map(_entry, each["entries"])), frozenset(each["subnets"]))
    return HeldInterface(each["subnet"], each["network"], tuple(each["groups"]))


def _rule(rule: Mapping[str, Any]) -> HeldRule:
    source = rule["peer"]
    peer: Peer = SELF if source.startswith(_GROUP) else parse_prefix(source)
    return HeldRule(rule["direction"], rule["protocol"], *_pair(rule["ports"]), peer, source)


def _entry(entry: Mapping[str, Any]) -> HeldEntry:
    return HeldEntry(
        entry["direction"],
        entry["number"],
        entry["action"],
        NAMES.get(entry["protocol"], entry["protocol"]),
        *_pair(entry["ports"]),
        parse_prefix(entry["peer"]),
    )


def _pair(ports: list[int] | None) -> PortPair:
    """Give the ports; a protocol without any is passed whole."""
    return (ports[0], ports[1]) if ports else ALL_PORTS
