"""The copy of a project that the engine runs in, which alone holds what a rehearsal adds.

A stack that lacks the addresses of its Region gets them from the local name server, which may
not reach the files that are reviewed. The engine writes to the stack files that it is given, and
puts booleans into quotes there, so it gets copies of its own, apart from what the program reads.
"""

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from gateway_rehearsal.layout import Layout
from gateway_rules.inputs import stack_names, write_whole

PROJECT: Final = """\
# Made by `gateway-rules local`: the engine runs in this copy of the project. It writes to the stack
# files in `engine`; the program reads those in `stacks`.
name: gateway-rules
runtime: python
stackConfigDir: engine
"""
_ENGINE: Final = "engine"
_PROGRAM: Final = "__main__.py"
_OWN: Final = ("Pulumi.yaml", _PROGRAM, "stacks", _ENGINE)
"""What a copy has of its own; all else of a project is linked."""


def lay(layout: Layout, stacks: Iterable[str]) -> None:
    """Bring the copy up to date: the program, the stacks' files, and the addresses of their hosts.

    Addresses that were reviewed count before those of the local name server.
    """
    folder = layout.project
    (folder / "stacks" / "addresses").mkdir(parents=True, exist_ok=True)
    (folder / _ENGINE).mkdir(exist_ok=True)
    write_whole(folder / "Pulumi.yaml", PROJECT)
    link_program(layout.source, folder)
    for gone in {*stack_names(folder)} - {*stack_names(layout.source)}:
        (folder / "stacks" / f"Pulumi.{gone}.yaml").unlink(missing_ok=True)
    for stack in stacks:
        for part in ("stacks", _ENGINE):
            shutil.copyfile(layout.stack_file(stack), folder / part / f"Pulumi.{stack}.yaml")
        _lay_addresses(layout, Path("stacks", "addresses", f"{stack}.yaml"))


def link_program(source: Path, folder: Path) -> None:
    """Give a folder a project's program, and links to all that it may need beside itself."""
    # The program finds its project from where it lies, so it is no link.
    if (source / _PROGRAM).exists():
        shutil.copyfile(source / _PROGRAM, folder / _PROGRAM)
    wanted = {path.name: path.resolve() for path in source.iterdir() if _is_linked(path)}
    for path in folder.iterdir():
        if path.is_symlink() and path.readlink() != wanted.get(path.name):
            path.unlink(missing_ok=True)
    for name, target in wanted.items():
        # Another run may have laid it in the meantime.
        with suppress(FileExistsError):
            (folder / name).symlink_to(target)


def _is_linked(path: Path) -> bool:
    return path.name not in _OWN and not path.name.startswith(".") and path.name != "__pycache__"


def _lay_addresses(layout: Layout, file: Path) -> None:
    """Copy a stack's address file, the reviewed one or the rehearsal's; remove one that is gone."""
    found = [path for path in (layout.source / file, layout.addresses / file.name) if path.exists()]
    if found:
        shutil.copyfile(found[0], layout.project / file)
    else:
        (layout.project / file).unlink(missing_ok=True)
