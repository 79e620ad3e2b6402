"""What the local AWS was asked to change, and what it held after each such call."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol, TextIO

from gateway_rehearsal.aws.backend import Acl, Backend, Group, MotoInterface, Request
from gateway_rehearsal.aws.entries import AclEntry
from gateway_rehearsal.aws.groups import all_groups
from gateway_rehearsal.aws.rules import GroupRule

_READING: Final = ("Describe", "Get", "Search")
_CODE: Final = re.compile(r"<Code>([^<]+)</Code>")
_FAILED: Final = 400


class AnsweredRequest(Protocol):
    """A request that has been answered."""

    ec2_backend: Backend
    params: Request
    querystring: Mapping[str, list[str]]


class Journal:
    """One line of JSON for each call that may change something, failed ones too.

    A line holds the number of the call, its action, region and parameters, the code of its error
    or null, and under `changed` the groups, ACLs and interfaces that are not what they were in the
    line before: as they are now, or null for those that are gone. It is written out before the
    answer goes, so a caller that goes on can rely on it.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._count = 0
        self._held: dict[str, dict[str, Any]] = {}

    def note(self, call: AnsweredRequest, status: int, body: str) -> None:
        """Write the line of a call, unless it only reads."""
        action = call.querystring.get("Action", [""])[0]
        if action.startswith(_READING):
            return
        self._count += 1
        region = call.ec2_backend.region_name
        line = {
            "number": self._count,
            "action": action,
            "region": region,
            "parameters": call.params,
            "error": _error(status, body),
            "changed": self._changed(region, _held(call.ec2_backend)),
        }
        self._file.write(f"{json.dumps(line, default=str)}\n")
        self._file.flush()

    def _changed(self, region: str, now: Mapping[str, Any]) -> dict[str, Any]:
        """Give what a region holds that it did not hold before, and null for what is gone."""
        before = self._held.get(region, {})
        self._held[region] = dict(now)
        gone: dict[str, Any] = dict.fromkeys(before.keys() - now.keys())
        return gone | {key: value for key, value in now.items() if before.get(key) != value}


def _error(status: int, body: str) -> str | None:
    """Give the code of an error answer."""
    if status < _FAILED:
        return None
    found = _CODE.search(body)
    return found[1] if found else str(status)


def _held(backend: Backend) -> dict[str, Any]:
    """Give everything that lets packets through in a region, by id."""
    return {
        **{group.id: _group(group) for group in all_groups(backend)},
        **{acl.id: _acl(acl) for acl in backend.network_acls.values()},
        **{interface.id: _interface(interface) for interface in backend.enis.values()},
    }


def _group(group: Group) -> dict[str, Any]:
    rules = [
        *_rules(group.egress_rules, "egress"),
        *_rules(group.ingress_rules, "ingress"),
    ]
    return {"name": group.name, "rules": rules}


def _rules(rules: Iterable[GroupRule], direction: str) -> list[dict[str, Any]]:
    return [
        {
            "direction": direction,
            "protocol": rule.permission.protocol,
            "ports": _ports(rule.permission.from_port, rule.permission.to_port),
            "peer": rule.permission.peer,
        }
        for rule in rules
    ]


def _ports(first: int | None, last: int | None) -> list[int] | None:
    """Give ports, or type and code; None for protocols that have none."""
    return None if first is None or last is None else [first, last]


def _acl(acl: Acl) -> dict[str, Any]:
    return {
        "entries": [_entry(entry) for entry in acl.entries],
        "subnets": sorted(acl.associations.values()),
    }


def _entry(entry: AclEntry) -> dict[str, Any]:
    ports = entry.ports or entry.icmp
    return {
        "direction": "egress" if entry.egress else "ingress",
        "number": entry.number,
        "action": entry.action,
        "protocol": entry.protocol,
        "ports": list(ports) if ports else None,
        "peer": entry.cidr,
    }


def _interface(interface: MotoInterface) -> dict[str, Any]:
    subnet = interface.subnet
    ipv6 = (block["ipv6CidrBlock"] for block in subnet.ipv6_cidr_block_association_set)
    return {
        "subnet": subnet.id,
        "network": subnet.cidr_block or next(ipv6),
        "groups": sorted(group.id for group in interface.group_set),
    }
