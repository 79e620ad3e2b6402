"""The files of a project: where they are, and which stacks there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway_rules.errors import Fault, Faults, usage
from gateway_rules.inputs.catalogue import SHIPPED, Catalogue, read_catalogue

_PROGRAM: Final = "Pulumi.yaml"
_READ: Final = ".yaml"
_ALIKE: Final = (_READ, ".yml", ".json")
"""How a file may end that somebody means to be read."""
_MEANT: Final = (
    *("stacks/*", "stacks/addresses/*", "gateway_rules/catalogue/*", "catalogues/*"),
    *("policy.*", "brakes.*"),
)
"""The places of files that are read by the end of their names."""


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


def misnamed(root: Path) -> Iterator[Fault]:
    """Find files that are meant to be read, and are not because of how their names end."""
    for pattern in _MEANT:
        for file in sorted(root.glob(pattern)):
            if file.suffix != _READ and file.suffix.lower() in _ALIKE:
                name = file.relative_to(root).as_posix()
                what = f"the file is not read, for its name ends with {file.suffix}"
                fix = f"call it {file.with_suffix(_READ).name}"
                yield Fault(name, 1, 1, "misnamed", what, fix)


def require_stack(root: Path, stack: str) -> None:
    """Raise Faults when the stack has no file, or a file of the project is misnamed."""
    if faults := [*misnamed(root)]:
        raise Faults(*faults)
    names = stack_names(root)
    if stack not in names:
        fix = f"write one of: {', '.join(names)}" if names else "write a stack file first"
        raise usage("unknown-stack", f"there is no stack {stack}", fix)


def catalogue_of(root: Path) -> Catalogue:
    """Read the project's own catalogue, or where it has none the one of the package."""
    own = root / "gateway_rules" / "catalogue" / SHIPPED.name
    return read_catalogue(own, root) if own.exists() else read_catalogue()
