"""What the Pulumi program does before it hands a plan to resources: read, compare, look up."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pulumi
import pulumi_aws as aws

from gateway_rules.deploy.take_over import taken_over
from gateway_rules.errors import Faults, Problem
from gateway_rules.inputs import KEYS, Location, StackFile, sought
from gateway_rules.packets import Prefix, parse_prefix
from gateway_rules.planning import StackPlan, Subnets, load_plan, subnet_mismatch


def planned(root: Path, stack: str) -> StackPlan:
    """Read and plan the stack.

    Raises pulumi.RunError, after one line for each fault, when the files are wrong or
    say something else than Pulumi was told.
    """
    try:
        found = load_plan(root, stack)
        _require(found.file, _disagreements(found.file.config))
    except Faults as faults:
        _stop(stack, faults)
    return found


def located(stack: StackPlan) -> tuple[str, list[str]]:
    """Find the stack's VPC and subnets in AWS; raise pulumi.RunError as above."""
    site, location = stack.plan.site, stack.location
    try:
        vpcs = aws.ec2.get_vpcs(**_by(location.vpc, "vpc-id")).ids
        _require(stack.file, _vpc(location, vpcs))
        subnets = _subnets(location, vpcs[0])
        _require(stack.file, _networks(stack, subnets))
        _require(stack.file, taken_over(stack, vpcs[0], [*subnets]))
    except Faults as faults:
        _stop(site.stack, faults)
    return vpcs[0], [*subnets]


def _require(file: StackFile, problems: Iterator[Problem]) -> None:
    if found := tuple(map(file.fault, problems)):
        raise Faults(*found)


def _stop(stack: str, faults: Faults) -> NoReturn:
    for fault in faults.faults:
        pulumi.log.error(str(fault))
    raise pulumi.RunError(f"stack {stack} cannot be deployed; nothing was changed") from None


def _disagreements(config: Mapping[str, Any]) -> Iterator[Problem]:
    """Find keys whose value Pulumi has from elsewhere, as with --config-file."""
    for field, key in KEYS.items():
        namespace, _, name = key.partition(":")
        told = pulumi.Config(namespace).get(name)
        if not _same(config.get(key), told):
            what = f"{key} is {told!r} for Pulumi and not what stands here"
            fix = "run pulumi without --config-file, or put the value into this file"
            yield Problem((field,), "config", what, fix)


def _same(written: Any, told: str | None) -> bool:
    """Compare a value of the file with Pulumi's text of it, which is JSON for all but text."""
    if written is None or told is None:
        return written is told
    return told == written if isinstance(written, str) else _read(told) == written


def _read(told: str) -> Any:
    """Read JSON; what is none is a plain text."""
    try:
        return json.loads(told)
    except json.JSONDecodeError:
        return told


def _by(wanted: str | tuple[str, ...] | Mapping[str, str], key: str) -> dict[str, Any]:
    """Give the arguments of a look-up by tags or by ids."""
    if isinstance(wanted, Mapping):
        return {"tags": dict(wanted)}
    values = [wanted] if isinstance(wanted, str) else [*wanted]
    return {"filters": [{"name": key, "values": values}]}


def _vpc(location: Location, found: list[str]) -> Iterator[Problem]:
    if len(found) != 1:
        some = f"{len(found)} VPCs: {', '.join(sorted(found))}" if found else "no VPC"
        fix = "write tags that find exactly one, or its id"
        yield Problem(("vpc",), "look-up", f"{sought(location.vpc)} finds {some}", fix)


def _subnets(location: Location, vpc: str) -> dict[str, tuple[Prefix, ...]]:
    """Give the CIDRs of each subnet, by id; a subnet may have one of each family."""
    by = _by(location.subnets, "subnet-id")
    filters = [{"name": "vpc-id", "values": [vpc]}, *by.pop("filters", [])]
    found = aws.ec2.get_subnets(filters=filters, **by).ids
    looked = {id_: aws.ec2.get_subnet(id=id_) for id_ in sorted(found)}
    return {
        id_: tuple(map(parse_prefix, filter(None, (subnet.cidr_block, subnet.ipv6_cidr_block))))
        for id_, subnet in looked.items()
    }


def _networks(stack: StackPlan, subnets: Subnets) -> Iterator[Problem]:
    location = stack.location
    if not subnets:
        fix = "write tags that find at least one, or ids"
        what = f"{sought(location.subnets)} finds no subnet"
        yield Problem(("subnets",), "look-up", what, fix)
        return
    found = subnet_mismatch(stack.plan.site, location, subnets)
    if found and found.missing:
        what = f"{', '.join(found.missing)} is no subnet of the VPC"
        yield Problem(("subnets",), "look-up", what, "write the ids of the VPC's subnets")
    elif found:
        shown = ", ".join(map(str, found.there))
        what = f"the subnets are {shown}, not what stands here"
        yield Problem(("networks",), "networks", what, f"write [{shown}]")
