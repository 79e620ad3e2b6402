"""The environment in `.venv`, made once for each state of the files that describe it.

`python environment.py` runs in the project's root before anything is installed, so it needs the
standard library alone and imports nothing of this package.
"""

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCES = ("pyproject.toml", "requirements.txt", "requirements-dev.txt")


def make(root: Path) -> None:
    """Bring `root/.venv` up to date with its sources; when nothing changed, do nothing.

    Two calls at once wait for each other, and one that is cut off is done again by the next.
    Raises SystemExit with a cure when this Python cannot make environments, and
    subprocess.CalledProcessError when pip fails.
    """
    folder = root / ".venv"
    folder.mkdir(exist_ok=True)
    with _alone(folder):
        stamp = folder / ".made-from"
        wanted = _digest(root)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        stamp.unlink(missing_ok=True)
        _create(folder)
        _install(root)
        stamp.write_text(wanted)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Lock the folder itself; the lock ends with this process, however it ends."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("waiting for another setup of .venv to end")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _digest(root: Path) -> str:
    """Sum up what the environment is made from: its place, this Python and the sources."""
    parts = [str(root.resolve()), sys.base_prefix, sys.version]
    parts += [(root / name).read_text() for name in SOURCES]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _create(folder: Path) -> None:
    """Make an empty environment, unless the one that is there works with this Python."""
    if _works(folder / "bin" / "python"):
        return
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            f"error: Python {version} lacks its venv module; "
            f"install it (on Debian and Ubuntu: apt-get install python{version}-venv)"
        )
    _say("making .venv")
    _run(sys.executable, "-m", "venv", "--clear", str(folder))


def _works(python: Path) -> bool:
    """Say whether this interpreter is of our version and has a pip."""
    probe = f"import pip, sys; sys.exit(sys.version != {sys.version!r})"
    if not python.exists():
        return False
    done = subprocess.run([python, "-c", probe], capture_output=True, check=False)  # noqa: S603 no text of a user in it
    return done.returncode == 0


def _install(root: Path) -> None:
    """Install the pinned packages, then the project itself, editable."""
    _say("installing the packages of requirements-dev.txt into .venv, about a minute")
    pip = [str(root / ".venv" / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    _run(*pip, "--requirement", str(root / "requirements-dev.txt"))
    _run(*pip, "--no-deps", "--editable", str(root))


def _run(*command: str) -> None:
    """Run a command whose output the user sees."""
    subprocess.run(command, check=True)  # noqa: S603 no text of a user in it


def _say(text: str) -> None:
    """Tell on standard error, so that standard output stays the commands' own."""
    sys.stderr.write(f"setup: {text}\n")
    sys.stderr.flush()


def _main() -> int:
    """Make the environment of the folder that make runs in; a failed command is said in a line."""
    try:
        make(Path.cwd())
    except subprocess.CalledProcessError as error:
        _say(f"this command failed: {' '.join(error.cmd)}")
        return 3
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(_main())
