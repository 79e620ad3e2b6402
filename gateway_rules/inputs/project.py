"""The files of a project: where they are, and what they plan."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gateway_rules.errors import Impossible, OverQuota, usage
from gateway_rules.inputs.catalogue import SHIPPED, Catalogue, read_catalogue
from gateway_rules.inputs.stack_file import blame, read_stack
from gateway_rules.planning import Plan, plan

_PROGRAM: Final = "Pulumi.yaml"


def find_root(start: Path) -> Path:
    """Give the nearest folder upward that holds Pulumi.yaml and stacks; raise Faults."""
    if not start.is_dir():
        raise usage("no-folder", f"{start} is no folder", "name a folder of the project with -C")
    for folder in (start, *start.parents):
        if (folder / _PROGRAM).is_file() and (folder / "stacks").is_dir():
            return folder
    fix = "go to the project's folder, or name it with -C"
    raise usage("no-project", f"no {_PROGRAM} with a folder stacks in {start} or above it", fix)


def stack_names(root: Path) -> tuple[str, ...]:
    """Name the stacks that have a file, sorted."""
    files = (root / "stacks").glob("Pulumi.*.yaml")
    return tuple(sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files))


def require_stack(root: Path, stack: str) -> None:
    """Raise Faults when the stack has no file."""
    names = stack_names(root)
    if stack not in names:
        fix = f"write one of: {', '.join(names)}" if names else "write a stack file first"
        raise usage("unknown-stack", f"there is no stack {stack}", fix)


def catalogue_of(root: Path) -> Catalogue:
    """Read the project's own catalogue, or where it has none the one of the package."""
    own = root / "gateway_rules" / "catalogue" / SHIPPED.name
    return read_catalogue(own, root) if own.exists() else read_catalogue()


def load_plan(
    root: Path, stack: str, catalogue: Catalogue | None = None, *, reviewed: bool = False
) -> Plan:
    """Read a stack and plan it; `reviewed` leaves out what a rehearsal has looked up.

    Raises Faults with everything that is wrong, Pending when only the addresses of
    the region lack, OverQuota when AWS's quotas cannot hold what must pass.
    """
    catalogue = catalogue or catalogue_of(root)
    require_stack(root, stack)
    site = read_stack(root, stack, catalogue, reviewed=reviewed)
    try:
        return plan(catalogue, site)
    except Impossible as error:
        raise OverQuota(*blame(root, stack, *error.complaints).faults) from None
