"""The project's files as they were at another revision, read from git without a checkout."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gateway_rules.errors import NoAnswer, unable, usage

READ: Final = ("stacks", "gateway_rules/catalogue", "Pulumi.yaml")
"""All that a plan is made of."""
CODE: Final = ("gateway_rules", "requirements.txt", "pyproject.toml")
"""What makes a plan of it, or says which release does."""

_MAIN: Final = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def base_revision(root: Path) -> str:
    """Give the commit at which the present branch left the main branch.

    Raises NoAnswer where git cannot tell: no repository, no main branch, or a clone
    that is too shallow to hold that commit.
    """
    main = _main_branch(root)
    base = git_error(root, "merge-base", "HEAD", main)
    if not base:
        raise _no_base(root, f"HEAD and {main} have no commit in common")
    return base


def _main_branch(root: Path) -> str:
    mains = (name for name in _MAIN if git_error(root, "rev-parse", "--verify", "--quiet", name))
    if found := next(mains, None):
        return found
    raise _no_base(root, "there is no main branch")


def since(root: Path, tag_or_day: str) -> str:
    """Give the commit of a tag, or the main branch's last one before a day (UTC) begins.

    Raises Faults when the text is neither, and NoAnswer when this clone does not reach
    back as far.
    """
    if tagged := git_error(
        root, "rev-parse", "--verify", "--quiet", f"refs/tags/{tag_or_day}^{{commit}}"
    ):
        return tagged
    try:
        eve = date.fromisoformat(tag_or_day) - timedelta(days=1)
    except ValueError:
        git_error(root, "rev-parse", "HEAD", must=True)
        fix = "write a tag of this repository, or a day such as 2026-01-31"
        raise usage("since", f"{tag_or_day} is no tag and no day", fix) from None
    main = _main_branch(root)
    found = git_error(
        root, "rev-list", "-1", "--first-parent", f"--before={eve.isoformat()}T23:59:59Z", main
    )
    if not found:
        raise _no_base(root, f"{main} has no commit before {tag_or_day}")
    return found


def resolve(root: Path, revision: str) -> str:
    """Give the commit that a revision names; raise Faults when there is none."""
    commit = git_error(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    # Git takes `^main` for all that is not in main, and gives its commit behind the same sign.
    if commit and not commit.startswith("^"):
        return commit
    if _is_shallow(root):
        raise _no_base(root, f"this clone does not hold {revision}")
    git_error(root, "rev-parse", "HEAD", must=True)
    fix = "write a branch, a tag or a commit of this repository"
    raise usage("unknown-revision", f"{revision} is no revision", fix)


def present_commit(root: Path) -> str:
    """Name the commit that is checked out, and what it merges; empty where git does not know."""
    try:
        commit, merged = (
            git_error(root, "rev-parse", "--verify", "--quiet", name) for name in ("HEAD", "HEAD^2")
        )
    except NoAnswer:
        return ""
    return f"{merged[:9]}, merged as {commit[:9]}," if merged else commit[:9]


def folder_in_repository(root: Path) -> str:
    """Give the way from the repository's root to the project, `mail/`; empty where it is that."""
    try:
        return git_error(root, "rev-parse", "--show-prefix")
    except NoAnswer:
        return ""


def first_change(root: Path, commit: str, file: str) -> int:
    """Give the first line of a file that differs from a commit; 1 where git names none."""
    changes = git_error(root, "diff", "--unified=0", "--no-color", commit, "--", file)
    hunk = re.search(r"^@@ -\S+ \+(\d+)", changes, re.MULTILINE)
    return max(int(hunk[1]), 1) if hunk else 1


@contextmanager
def files_at(root: Path, commit: str, names: Iterable[str] = READ) -> Iterator[Path]:
    """Give a temporary folder that holds files of the project as a commit has them.

    Nobody but the user can read it, and git keeps no note of it.
    """
    with TemporaryDirectory(prefix="gateway-rules-") as folder:
        there = git_error(
            root, "ls-tree", "--name-only", commit, "--", *names, must=True
        ).splitlines()
        if there:
            _extract(_archive(root, commit, there), folder)
            _refuse_gaps(root, commit, there, Path(folder))
        yield Path(folder)


def text_at(root: Path, commit: str, name: str) -> str | None:
    """Give the text of a file of the project as a commit has it, None where it has none."""
    done = _run(root, "cat-file", "blob", f"{commit}:./{name}")
    return None if done.returncode else done.stdout.decode(errors="replace")


def _archive(root: Path, commit: str, names: list[str]) -> bytes:
    """Give the files as git packs them: those of the project alone, by their names in it."""
    done = _run(root, "archive", "--format=tar", commit, "--", *names)
    if done.returncode:
        raise _unable(done.stderr.decode(errors="replace"))
    return done.stdout


def _extract(packed: bytes, folder: str) -> None:
    """Unpack the files; raise NoAnswer where one of them would lie outside the folder."""
    try:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
    except tarfile.TarError as error:
        raise _unable(str(error)) from None


def _refuse_gaps(root: Path, commit: str, names: list[str], folder: Path) -> None:
    """Raise NoAnswer where git keeps a file out of archives: without it the past would differ."""
    listing = _run(root, "ls-tree", "-r", "-z", "--name-only", commit, "--", *names).stdout
    for name in filter(None, os.fsdecode(listing).split("\0")):
        if not os.path.lexists(folder / name):
            what = f"an attribute export-ignore of {commit[:9]} hides {name}"
            fix = "write the line * -export-ignore into .git/info/attributes"
            raise unable("git", what, fix)


def changed_files(root: Path, commit: str) -> tuple[Path, ...]:
    """Name the files of the whole repository that are not what they were at a commit.

    New ones that git does not know yet are among them, and both names of one that was moved.
    """
    top = Path(git_error(root, "rev-parse", "--show-toplevel", must=True))
    known = _names(top, "diff", "--name-only", "--no-renames", "--ignore-submodules=none", commit)
    new = _names(top, "ls-files", "--others", "--exclude-standard")
    return tuple(top / name for name in sorted({*known, *new}))


def _names(top: Path, command: str, *arguments: str) -> list[str]:
    done = _run(top, command, "-z", *arguments, "--")
    if done.returncode:
        raise _unable(done.stderr.decode(errors="replace"))
    return [name for name in os.fsdecode(done.stdout).split("\0") if name]


def git_error(root: Path, *arguments: str, must: bool = False) -> str:
    """Give what git says; nothing, or NoAnswer where it `must` answer, when it fails."""
    done = _run(root, *arguments)
    if done.returncode and must:
        raise _unable(done.stderr.decode(errors="replace"))
    return "" if done.returncode else done.stdout.decode(errors="replace").strip()


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    # Git's words are shown as they are, in the language of all the others.
    english = {**os.environ, "LC_ALL": "C"}
    command = ["git", *arguments]
    try:
        return subprocess.run(  # noqa: S603 - git's own arguments, no shell.
            command, cwd=root, capture_output=True, check=False, env=english
        )
    except FileNotFoundError:
        raise _unable("git is not installed") from None


def _is_shallow(root: Path) -> bool:
    return git_error(root, "rev-parse", "--is-shallow-repository") == "true"


def _no_base(root: Path, what: str) -> NoAnswer:
    shallow = "git fetch --unshallow, or fetch-depth: 0 in a workflow"
    fix = shallow if _is_shallow(root) else "name the revision to compare with"
    git_error(root, "rev-parse", "--git-dir", must=True)
    return unable("no-base", what, fix)


def _unable(words: str) -> NoAnswer:
    what = " ".join(words.split()).removeprefix("fatal: ") or "git failed"
    return unable("git", what, "run it in a clone of the project")
