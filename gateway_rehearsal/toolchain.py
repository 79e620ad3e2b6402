"""The Pulumi that local runs use: the user's, a release, or one built here.

`python -m gateway_rehearsal.toolchain` makes sure of it and prints its folder.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from gateway_rehearsal.build import PROGRAMS, VERSION, Say, build, find_go
from gateway_rehearsal.installer import install, own_installer
from gateway_rehearsal.locks import exclusive
from gateway_rules.cli import cache_folder
from gateway_rules.errors import NoAnswer

FILES = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec")
HALF_MADE = ".making-"
ANSWER = 10
"""For how many seconds a Pulumi is waited for that is asked its version."""


@dataclass(frozen=True)
class Means:
    """What Pulumi is looked for and made with."""

    environment: Mapping[str, str]
    installer: Sequence[str]
    patience: float = 10

    @classmethod
    def own(cls) -> Self:
        """Give this process's environment and the official installer."""
        return cls(os.environ, own_installer())


def ensure(say: Say, means: Means | None = None) -> Path:
    """Give a folder with `pulumi` and its Python language host.

    The first of these that is there: a Pulumi on PATH of the version that is used here or a newer
    one of its major version, one kept from an earlier call, the release from Pulumi's installer,
    one built from source. The last two are kept in the user's cache, which several processes may
    want at once; a call that is cut off leaves nothing there in place.

    Raises NoAnswer when none can be had.
    """
    means = means or Means.own()
    found = _on_path(means.environment, say)
    return found or _kept_or_made(cache_folder(means.environment), say, means)


def _on_path(environment: Mapping[str, str], say: Say) -> Path | None:
    """Give the folder of the Pulumi that the user has, or say why it is not taken."""
    found = shutil.which("pulumi", path=environment.get("PATH", ""))
    if found is None:
        return None
    # PATH may name folders from where the user stands, and the engine runs somewhere else.
    folders = (Path(found).absolute().parent, Path(found).resolve().parent)
    folder = next((folder for folder in folders if _is_complete(folder)), None)
    unfit = _too_old(found, environment) if folder else "has no Python language host beside it"
    if unfit is None:
        return folder
    say(f"{found} {unfit}; looking further")
    return None


def _too_old(program: str, environment: Mapping[str, str]) -> str | None:
    """Say what keeps a Pulumi from being used; None when its version is one that was tried."""
    told = _version(program, environment)
    major, minor = _numbers(VERSION)
    if _numbers(told)[:1] == (major,) and _numbers(told) >= (major, minor):
        return None
    version = f"is Pulumi {told.removeprefix('v')}" if _numbers(told) else "tells no version"
    return f"{version}, and {major}.{minor} or a newer {major} is needed"


def _numbers(version: str) -> tuple[int, ...]:
    """Give the major and the minor version, nothing where the text is no version."""
    found = re.match(r"v?(\d+)\.(\d+)\.\d+", version)
    return (int(found[1]), int(found[2])) if found else ()


def _version(program: str, environment: Mapping[str, str]) -> str:
    """Ask a Pulumi for its version; nothing where it does not answer."""
    try:
        done = subprocess.run(  # noqa: S603 the user's own pulumi
            [program, "version"],
            env={**environment, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ANSWER,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _is_complete(folder: Path) -> bool:
    """Say whether everything that a Python program needs lies in the folder."""
    return all(os.access(folder / name, os.X_OK) for name in FILES)


def _kept_or_made(kept: Path, say: Say, means: Means) -> Path:
    """Take what an earlier call left in the cache, else make it, one process at a time."""
    release, built = kept / f"pulumi-{VERSION}-release", kept / f"pulumi-{VERSION}-{_sources()}"
    kept.mkdir(parents=True, exist_ok=True)
    with exclusive(kept, lambda: say("waiting for another process that is getting Pulumi")):
        for folder in (release / "bin", built):
            if _is_complete(folder):
                return folder
        _sweep(kept)
        reason = _download(release, say, means)
        if reason is None:
            return release / "bin"
        _build(built, say, means, reason)
        return built


def _sources() -> str:
    """Sum up the Go modules that a build is made from."""
    files = sorted(path for program in PROGRAMS for path in program.module.glob("go.*"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _sweep(kept: Path) -> None:
    """Remove what killed processes left half-made; nobody else is at it under the lock."""
    for folder in kept.glob(f"{HALF_MADE}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _download(release: Path, say: Say, means: Means) -> str | None:
    """Get Pulumi's release; give the reason when that cannot be."""
    say(f"asking for the release of Pulumi {VERSION}")
    with tempfile.TemporaryDirectory(prefix=HALF_MADE, dir=release.parent) as temporary:
        half_made = Path(temporary) / "release"
        half_made.mkdir()
        reason = install(half_made, means.installer, means.patience)
        if reason is None and not _is_complete(half_made / "bin"):
            return "its installer brought no Python language host"
        if reason is None:
            _put(half_made, release)
        return reason


def _build(built: Path, say: Say, means: Means, reason: str) -> None:
    """Build Pulumi beside its place and move it there whole."""
    with tempfile.TemporaryDirectory(prefix=HALF_MADE, dir=built.parent) as temporary:
        half_made = Path(temporary) / "built"
        half_made.mkdir()
        go = find_go(means.environment, half_made)
        say(
            f"building Pulumi {VERSION} from source, once, because {reason}; "
            f"about 3 minutes on 2 idle cores, 7 on busy ones"
        )
        build(go, half_made, Path(f"{built}.log"), say)
        _put(half_made, built)
    say(f"built Pulumi {VERSION} into {built}")


def _put(made: Path, place: Path) -> None:
    """Move a finished folder to its place, which an incomplete one may hold."""
    shutil.rmtree(place, ignore_errors=True)
    made.rename(place)


def _say(text: str) -> None:
    """Tell on standard error, which keeps standard output for the folder."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _main() -> int:
    """Make sure of a Pulumi and print its folder."""
    try:
        folder = ensure(_say)
    except NoAnswer as error:
        _say(str(error))
        return 3
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main())
