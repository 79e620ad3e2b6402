"""A stack file to fill in, for a Region that has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from gateway_rules.errors import Fault, Faults, usage
from gateway_rules.inputs import (
    NAMESPACE,
    REGION_KEY,
    Catalogue,
    Name,
    addition_as_written,
    flow_style,
    relative,
    replace_file,
    shown,
    stack_path,
)

_CAVEATS = ("mail-itself", "path-mtu-discovery")
"""The caveats whose additions nearly every gateway needs; the others are shown as remarks."""


def create_stack(
    root: Path, region: str, stack: str, catalogue: Catalogue
) -> tuple[Path, list[str]]:
    """Write a stack's file and give it, with the steps that come next.

    What only its owner knows stands there empty, which is a fault until it is filled in.
    Raises Faults when AWS has no such Region, when no stack can have the name, or when the
    file is there already, and NoAnswer when it cannot be written.
    """
    if region not in catalogue.regions:
        fix = f"write one of: {', '.join(sorted(catalogue.regions))}"
        raise usage("unknown-region", f"AWS has no region {region}", fix)
    _require_name(stack)
    path = stack_path(root, stack)
    if path.exists():
        name = relative(path, root)
        raise Faults(Fault(name, 1, 1, "file-exists", "the file is there already", "edit it"))
    replace_file(path, text(region, catalogue), root)
    return path, [*next_steps(stack, region, catalogue)]


def _require_name(stack: str) -> None:
    try:
        TypeAdapter(Name).validate_python(stack)
    except ValidationError:
        fix = "write at most 64 small letters and digits, joined by - or _, such as eu-west-2"
        raise usage("form", f"{shown(stack)} is no name of a stack", fix) from None


def text(region: str, catalogue: Catalogue) -> str:
    """Give the file: comments for a reader, and nothing invented."""
    return "\n".join(_lines(region, catalogue)) + "\n"


def _lines(region: str, catalogue: Catalogue) -> Iterator[str]:
    yield "# yaml-language-server: $schema=../gateway_rules/schemas/stack.schema.json"
    place = catalogue.regions[region]
    yield f"# The gateways of {place.name}. Fill in what is empty: `gateway-rules check` lists it."
    yield "config:"
    yield f"  {REGION_KEY}: {region}"
    yield f"  {NAMESPACE}vpc: {{Name: mail-gateway}}        # tags that find exactly one, or an id"
    yield f"  {NAMESPACE}subnets: {{Tier: gateway}}         # tags that find at least one, or ids"
    yield f"  {NAMESPACE}networks:                        # the CIDRs of those subnets, as a list"
    yield f"  {NAMESPACE}roles:                           # prefixes as a list; [] for nobody"
    for role, people in catalogue.roles.items():
        yield f"    # {people}{'; self means the gateways of this stack' * (role == 'peers')}"
        yield f"    {role}:"
    yield f"  {NAMESPACE}additions:                       # what the document does not list"
    for caveat in catalogue.caveats:
        for addition in caveat.additions:
            mark = "" if caveat.id in _CAVEATS else "# "
            yield f"    {mark}- {flow_style(addition_as_written(addition))}"


def next_steps(stack: str, region: str, catalogue: Catalogue) -> Iterator[str]:
    """Say what to do with the file."""
    yield f"fill in stacks/Pulumi.{stack}.yaml, until `gateway-rules check {stack}` is content"
    place = catalogue.regions[region].geography
    if any(s.regional and s.regional.geography != place for s in catalogue.services):
        what = f"with a resolver in {place}: the document's addresses of some hosts hold elsewhere"
        yield f"gateway-rules resolve {stack} --resolver IP, {what}"
    yield "gateway-rules render, and open a pull request"
    yield f"pulumi stack init {stack} and pulumi up -s {stack}, or let the workflows do it"
