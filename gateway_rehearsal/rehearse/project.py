"""A private project to rehearse in: the files of one side at a time, the code of the present."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import gateway_rules
from gateway_rehearsal import processes
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.locks import exclusive

_PREFIX: Final = "gateway-rules-rehearsal-"
_PROGRAM: Final = ("Pulumi.yaml", "__main__.py")
_PACKAGE: Final = "gateway_rules"
_CATALOGUE: Final = "catalogue"


@contextmanager
def private_project() -> Iterator[Layout]:
    """Give a project of its own, and leave neither a file nor a process of it behind.

    What a killed rehearsal left is cleared away first; its lock ended with it.
    """
    _sweep()
    made = Path(tempfile.mkdtemp())
    with exclusive(made, _refuse):
        # From here on another's sweep finds the folder, and finds it locked.
        layout = Layout(made.rename(made.with_name(f"{_PREFIX}{made.name}")))
        try:
            layout.local.mkdir()
            yield layout
        finally:
            _remove(layout)


def lay_program(root: Path, folder: Path) -> None:
    """Put the program and the package that it runs with into a private project.

    The package's files are links: only its catalogue differs between the sides.
    """
    for name in _PROGRAM:
        if (root / name).exists():
            shutil.copy(root / name, folder / name)
    package = folder / _PACKAGE
    package.mkdir()
    for path in _package_of(root).iterdir():
        if path.name != _CATALOGUE:
            (package / path.name).symlink_to(path)


def lay_side(root: Path, side: Path, folder: Path) -> None:
    """Put the stacks and the catalogue of a side into a private project, in place of another's.

    What a side's catalogue lacks is the package's.
    """
    catalogue = folder / _PACKAGE / _CATALOGUE
    _replace(_package_of(root) / _CATALOGUE, catalogue)
    if (own := side / _PACKAGE / _CATALOGUE).exists():
        shutil.copytree(own, catalogue, dirs_exist_ok=True)
    _replace(side / "stacks", folder / "stacks")


def _package_of(root: Path) -> Path:
    """Give the package that a project's program imports: its own where it has one."""
    own = root / _PACKAGE
    return own if (own / "__init__.py").exists() else Path(gateway_rules.__file__).parent


def _replace(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def _remove(layout: Layout) -> None:
    processes.end(layout.local)
    shutil.rmtree(layout.root)


class _InUse(Exception):
    """Another rehearsal holds a folder."""


def _refuse() -> None:
    raise _InUse


def _sweep() -> None:
    """Remove the folders that nobody holds; those of other users cannot even be opened."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(_InUse, OSError), exclusive(folder, _refuse):
            _remove(Layout(folder))
