"""Anybody's list of flows, as JSON or YAML, to be fitted into a budget of entries."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from gateway_rules.errors import COMMAND_LINE, Fault, Faults, Problem
from gateway_rules.inputs import (
    Document,
    Frozen,
    Number,
    faults_of,
    listed,
    pairs,
    parse_yaml,
    read_text,
    require_fit,
)
from gateway_rules.packets import (
    ALL_PORTS,
    NAMES,
    PortPair,
    Prefix,
    Protocol,
    parse_ports,
    parse_prefix,
)
from gateway_rules.planning.cover.entries import Allow

STANDARD_INPUT: Final = "<stdin>"
_VERSIONS: Final = {"icmp": 4, "icmpv6": 6}


def read_flows(path: Path, budget: int) -> tuple[Allow, ...]:
    """Read the flows of a file, of standard input where it is called `-`.

    Raises Faults with everything that is wrong with them and with the budget.
    """
    found = [] if budget > 0 else [_no_budget(budget)]
    try:
        flows = parse_flows(*_text(path))
    except Faults as faults:
        found += faults.faults
    if found:
        raise Faults(*found)
    return flows


def _no_budget(budget: int) -> Fault:
    what = f"a budget of {budget} holds no entry"
    fix = "give at least 1, such as the 19 of a network ACL"
    return Fault(COMMAND_LINE, 1, 1, "budget", what, fix)


def _text(path: Path) -> tuple[str, str]:
    """Give what a file holds, and its name."""
    if str(path) != "-":
        return read_text(path, Path()), str(path)
    try:
        return sys.stdin.buffer.read().decode(), STANDARD_INPUT
    except UnicodeDecodeError:
        fix = "send UTF-8"
        raise Faults(Fault(STANDARD_INPUT, 1, 1, "encoding", "this is not UTF-8", fix)) from None


def parse_flows(text: str, file: str) -> tuple[Allow, ...]:
    """Read flows from JSON or YAML; raise Faults with everything that is wrong with them."""
    flows = _quickly(text)
    if flows is None:
        flows = _with_places(parse_yaml(_spaced(text), file))
    return tuple(allow for flow in flows for allow in flow.allows())


def _quickly(text: str) -> tuple[_Flow, ...] | None:
    """Read sound JSON, which takes no time even for a long list; give None for all else."""
    with suppress(ValueError, RecursionError):
        flows = _File.model_validate(json.loads(text, object_pairs_hook=_unique)).flows
        return None if any(_strangers(dict(enumerate(flows)))) else flows
    return None


def _unique(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) < len(items):
        raise ValueError
    return found


def _spaced(text: str) -> str:
    """Let a YAML parser read JSON that has tabs between its values; columns stay what they are."""
    return text.replace("\t", " ") if text.lstrip().startswith("{") else text


def _with_places(document: Document) -> tuple[_Flow, ...]:
    """Give the flows of a document; raise Faults with all that is wrong, at its place."""
    found = [document.fault(*problem) for problem in _strangers(_sound(document.data))]
    try:
        flows = _File.model_validate(document.data).flows
    except ValidationError as error:
        found += faults_of(error, document, _File)
    if found:
        raise Faults(*found)
    return flows


def _sound(data: Any) -> dict[int, _Flow]:
    """Give those flows that can be read, each under its place in the list."""
    items = data.get("flows") if isinstance(data, dict) else None
    flows: dict[int, _Flow] = {}
    for index, item in enumerate(items if isinstance(items, list) else ()):
        with suppress(ValidationError):
            flows[index] = _Flow.model_validate(item)
    return flows


def _strangers(flows: Mapping[int, _Flow]) -> Iterator[Problem]:
    """Complain of the first flow of another family, and of ICMP that is not its prefix's own."""
    versions = [flow.prefix.version for flow in flows.values()]
    others = (index for index, flow in flows.items() if flow.prefix.version != versions[0])
    if (other := next(others, None)) is not None:
        what = f"{flows[other].prefix} stands among flows of IPv{versions[0]}"
        fix = "give each family a file of its own, for AWS counts their entries apart"
        yield Problem(("flows", other, "prefix"), "family", what, fix)
    for index, flow in flows.items():
        if _VERSIONS.get(flow.protocol, flow.prefix.version) != flow.prefix.version:
            what = f"{flow.prefix} and {flow.protocol} are of different families"
            fix = "write icmp for IPv4 and icmpv6 for IPv6"
            yield Problem(("flows", index, "protocol"), "family", what, fix)


def _protocol(value: object) -> object:
    """Take a protocol by its IANA number as well."""
    is_number = isinstance(value, int | str) and not isinstance(value, bool)
    return NAMES.get(str(value), value) if is_number else value


def _ports(value: object) -> PortPair:
    """Read ports as stack files have them, or from 0 on, as AWS writes all of them."""
    first, dash, last = str(value).partition("-")
    if first != "0" or "-" in last:
        return parse_ports(value)
    return 0, parse_ports(last)[1] if dash and last != "0" else 0


class _Flow(Frozen):
    """What must pass: a protocol, its ports or its type and code, and the other end."""

    protocol: Annotated[Protocol, BeforeValidator(_protocol)]
    ports: (
        Annotated[
            tuple[Annotated[PortPair, BeforeValidator(_ports)], ...],
            BeforeValidator(listed),
            Field(min_length=1),
        ]
        | None
    ) = None
    type: Annotated[Number, Field(ge=-1, le=255)] | None = None
    code: Annotated[Number, Field(ge=-1, le=255)] | None = None
    prefix: Annotated[Prefix, BeforeValidator(parse_prefix)]

    @model_validator(mode="after")
    def _ports_fit_protocol(self) -> Self:
        every = self.protocol == "-1" and self.ports == (ALL_PORTS,)
        require_fit(self.protocol, None if every else self.ports, (self.type, self.code))
        return self

    def allows(self) -> Iterable[Allow]:
        """Give what a cover has to hold."""
        for pair in pairs(self.ports, (self.type, self.code)):
            yield Allow(self.protocol, *pair, self.prefix)


class _File(Frozen):
    """The file: a list of flows under one key."""

    flows: Annotated[
        tuple[_Flow, ...],
        Field(
            min_length=1,
            examples=[[{"protocol": "tcp", "ports": "20-22", "prefix": "192.0.2.0/24"}]],
        ),
    ]
