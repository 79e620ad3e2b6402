"""Many stacks made from one, to see how a fleet of them behaves."""

import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, cycle, groupby, islice, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import Final

from boto3.session import Session

from gateway_rehearsal.layout import Layout
from gateway_rules.inputs import (
    KEYS,
    Catalogue,
    StackFile,
    catalogue_of,
    read_without_addresses,
    require_stack,
    stack_path,
    write_whole,
)

TEMPLATE: Final = "eu-west-1"
PARTS: Final = ("Pulumi.yaml", "__main__.py")


def files(root: Path, count: int) -> tuple[StackFile, ...]:
    """Give as many stacks, in Regions of all geographies; raise Faults when the template is broken.

    Each has a VPC of its own, so that they meet neither one another nor the user's stacks.
    """
    require_stack(root, TEMPLATE)
    catalogue = catalogue_of(root)
    template = read_without_addresses(root, TEMPLATE, catalogue)
    return tuple(_copy(template, *each) for each in names(catalogue, count))


def _copy(template: StackFile, name: str, region: str) -> StackFile:
    """Give a stack of another name and Region, with a VPC of its own."""
    return replace(
        template,
        site=template.site.model_copy(update={"stack": name, "region": region}),
        location=template.location.model_copy(update={"vpc": {"Name": name}}),
    )


def names(catalogue: Catalogue, count: int) -> Iterator[tuple[str, str]]:
    """Give names of stacks and their Regions, one geography after another."""
    regions = tuple(_by_turns(catalogue))
    for number, region in enumerate(islice(cycle(regions), count)):
        turn = number // len(regions)
        yield f"fleet-{region}{f'-{turn + 1}' if turn else ''}", region


def _by_turns(catalogue: Catalogue) -> Iterator[str]:
    """Give the Regions that one account can have, a geography's first, another's first, and on."""
    ours = Session().get_available_regions("ec2")
    pairs = sorted((catalogue.regions[name].geography, name) for name in ours)
    geographies = [[name for _, name in group] for _, group in groupby(pairs, itemgetter(0))]
    return (name for name in chain(*zip_longest(*geographies)) if name)


def make(layout: Layout, wanted: Iterable[StackFile]) -> None:
    """Make a project of the sites beside the user's, from the same program; an older one goes.

    `layout` is the fleet's.
    """
    shutil.rmtree(layout.source, ignore_errors=True)
    (layout.source / "stacks").mkdir(parents=True)
    for part in PARTS:
        shutil.copy(layout.root / part, layout.source / part)
    if (package := layout.root / "gateway_rules").exists():
        (layout.source / "gateway_rules").symlink_to(package)
    for file in wanted:
        ours = {KEYS["region"]: file.site.region, KEYS["vpc"]: file.location.vpc}
        # JSON is YAML as well.
        text = json.dumps({"config": {**file.config, **ours}}, indent=2)
        write_whole(stack_path(layout.source, file.site.stack), f"{text}\n")
