"""The file of a stack's addresses, as it is written for review."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from gateway_rules.inputs.address_file import AddressFile, ResolvedHost, Seen

_HEADER: Final = """\
# yaml-language-server: $schema=../../gateway_rules/schemas/addresses.schema.json
# The addresses that public hosts have where the stack {stack} is, and which resolver gave
# each of them when. Written by `gateway-rules resolve {stack}`; review what it changes.
"""
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*([.][A-Za-z0-9-]+)+|[0-9]+([.][0-9]+){3}")
"""What every reader of YAML takes for text, as it does no word such as null or true."""


def written(stack: str, file: AddressFile) -> str:
    """Give the text of the file: the same bytes for the same hosts, in the order given."""
    lines = [line for host in file.hosts for line in _host(host)]
    body = "hosts:\n" + "\n".join(lines) + "\n" if lines else "hosts: []\n"
    return _HEADER.format(stack=stack) + _not_public(file) + body


def _not_public(file: AddressFile) -> str:
    reasons = (json.dumps(each.reason, ensure_ascii=False) for each in file.not_public)
    lines = [
        f"  - {{prefix: {json.dumps(str(each.prefix))}, reason: {reason}}}\n"
        for each, reason in zip(file.not_public, reasons, strict=True)
    ]
    return "".join(["not_public:\n", *lines]) if lines else ""


def _host(host: ResolvedHost) -> Iterator[str]:
    yield f"  - name: {_quoted(host.name)}"
    if host.canonical:
        yield f"    canonical: {_quoted(host.canonical)}"
    yield "    addresses:" if host.addresses else "    addresses: []"
    for seen in host.addresses:
        yield from _seen(seen)


def _seen(seen: Seen) -> Iterator[str]:
    yield f"      - address: {_quoted(seen.address.address)}"
    if seen.first_seen:
        yield f"        first_seen: {seen.first_seen}"
    if seen.last_seen:
        yield f"        last_seen: {seen.last_seen}"
    if seen.resolvers:
        yield f"        resolvers: [{', '.join(map(_quoted, seen.resolvers))}]"


def _quoted(text: str) -> str:
    """Quote what some reader of YAML would take for a number or a mapping."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text)
