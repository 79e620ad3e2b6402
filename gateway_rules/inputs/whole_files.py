"""Files that are written as a whole or not at all, whatever comes in between."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from gateway_rules.errors import Fault, NoAnswer
from gateway_rules.inputs.documents import relative


def write_whole(path: Path, text: str, *, is_program: bool = False) -> None:
    """Write beside a file, and put that in its place when it is whole, with the same rights.

    Nobody reads half of it, and nothing is left beside it. Folders above are made. Raises
    OSError when it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write(draft, text)
        if is_program:
            draft.chmod(0o755)
        elif path.is_file():
            draft.chmod(stat.S_IMODE(path.stat().st_mode))
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink()


def replace_file(path: Path, text: str, root: Path) -> None:
    """Write a user's file as a whole or not at all; raise NoAnswer when it cannot be written.

    A link stays one, and what is no file, such as a pipe or a device, takes the text in.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            _write(path, text)
        else:
            write_whole(path.resolve() if path.exists() else path, text)
    except OSError as error:
        what = f"cannot be written: {error.strerror}"
        rights = "make room, or give yourself the right to write there"
        fix = "name a file in it" if path.is_dir() else rights
        raise NoAnswer(Fault(relative(path, root), 1, 1, "no-write", what, fix)) from None


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
