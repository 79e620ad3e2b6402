"""What else than stack files decides which rules there are, and which of it a change touches."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from gateway_rules.review import git
from gateway_rules.review.base_code import SAME_CODE, BaseCode


class ProgramChange(NamedTuple):
    """What a change may do to the rules besides what its stack files ask for."""

    files: tuple[str, ...] = ()
    """Files that can change rules and are not what they were, sorted."""
    base_code: BaseCode = SAME_CODE


NO_CHANGE: Final = ProgramChange()


_HARMLESS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # What these change is what the comparison shows.
        r"stacks/Pulumi\.[^/]+\.yaml",
        r"stacks/addresses/(\.gitkeep|[^/]+\.yaml)",
        r"stacks/rules/[^/]+\.txt",
        # Nothing that is deployed reads these.
        r"(docs|tests|benches)/.+",
        r"[^/]+\.md",
        r"LICENSE|mkdocs\.yml|requirements-docs\.txt|\.gitignore",
    )
)
_OWNERS: Final = "CODEOWNERS"
_GITHUB: Final = ".github"


def can_change_rules(name: str) -> bool:
    """Tell of a file, by its name in the project, whether it decides which rules there are.

    Every file does but for those that are known not to: stack files and what is written
    from them, documentation, tests.
    """
    is_known = any(pattern.fullmatch(name) for pattern in _HARMLESS)
    return not is_known or PurePosixPath(name).name == _OWNERS


def program_changed(root: Path, commit: str) -> tuple[str, ...]:
    """Name the files that can change rules and are not what they were at a commit, sorted.

    Where the project is a folder of a repository, the workflows and owners above it count.
    """
    return tuple(sorted(_of_project(git.changed_files(root, commit), root.resolve())))


def _of_project(files: Iterable[Path], root: Path) -> Iterator[str]:
    for file in files:
        name = Path(os.path.relpath(file, root)).as_posix()
        above = [part for part in name.split("/") if part != ".."]
        if name.startswith("../"):
            if above[0] == _GITHUB or above[-1] == _OWNERS:
                yield name
        elif can_change_rules(name):
            yield name
