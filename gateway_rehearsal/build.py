"""Pulumi built from Go modules, where no release of it can be downloaded."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gateway_rules.errors import unable

Say = Callable[[str], None]

VERSION = "3.259.0"
MODULES = Path(__file__).parent / "go"
OLDEST_GO = (1, 25, 11)
SDK = "github.com/pulumi/pulumi/sdk/v3"


@dataclass(frozen=True)
class Program:
    """A command that is built from its package under the versions of a module of ours."""

    module: Path
    package: str
    flags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Give the name of the file that the build makes."""
        return Path(self.package).name


PROGRAMS = (
    Program(
        MODULES / "pulumi",
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        ("-ldflags", f"-X {SDK}/go/common/version.Version=v{VERSION}"),
    ),
    # Newer language hosts are modules that no proxy has; this is the last one inside the SDK's.
    Program(MODULES / "language-python", f"{SDK}/python/cmd/pulumi-language-python"),
)


@dataclass(frozen=True)
class Go:
    """A go command with the settings that it runs under."""

    command: str
    environment: Mapping[str, str]

    def ask(self, *arguments: str) -> str:
        """Give a short answer of the go command, empty when it has none."""
        done = subprocess.run(  # noqa: S603 no text of a user in it
            [self.command, *arguments],
            # Asked inside the module: there Go may take the newer toolchain that the module names.
            cwd=PROGRAMS[0].module,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
        return done.stdout.strip()

    def start_build(self, program: Program, folder: Path, log: BinaryIO) -> subprocess.Popen[bytes]:
        """Start to build one program into the folder."""
        command = [self.command, "build", "-buildvcs=false", "-tags", "osusergo,grpcnotrace"]
        return subprocess.Popen(  # noqa: S603 no text of a user in it
            [*command, *program.flags, "-o", str(folder / program.name), program.package],
            cwd=program.module,
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def build(go: Go, folder: Path, log: Path, say: Say) -> None:
    """Build Pulumi and its Python language host into `folder`, which has to exist.

    Raises NoAnswer when a build fails; `log` then says why.
    """
    with log.open("wb") as output:
        for program in PROGRAMS:
            _build_program(go, program, folder, output, say)
    # The build has brought the SDK's source, where this script stands, into the module cache.
    sdk = Path(go.ask("list", "-m", "-f", "{{.Dir}}", SDK))
    script = shutil.copy(sdk / "python/cmd/pulumi-language-python-exec", folder)
    Path(script).chmod(0o755)


def find_go(environment: Mapping[str, str], temporary: Path) -> Go:
    """Give a Go on PATH that is new enough; it keeps its own files in `temporary`.

    Raises NoAnswer with a cure when there is none.
    """
    least = ".".join(map(str, OLDEST_GO))
    cure = f"install Go {least} or newer, or put a Pulumi release on PATH"
    command = shutil.which("go", path=environment.get("PATH"))
    if command is None:
        raise unable("go-missing", "Pulumi has to be built and there is no Go on PATH", cure)
    go = Go(command, _settings(environment, temporary))
    told = go.ask("env", "GOVERSION")
    found = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", told)
    if found is None or tuple(int(part or 0) for part in found.groups()) < OLDEST_GO:
        name = told.removeprefix("go") or "on PATH"
        raise unable("go-too-old", f"Pulumi has to be built and Go {name} is too old", cure)
    return go


def _settings(environment: Mapping[str, str], temporary: Path) -> dict[str, str]:
    """Give Go our settings: the user's may vendor, cross-compile or join a workspace."""
    ours = {
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly",
        "GOWORK": "off",
        "GO111MODULE": "on",
        # What Go leaves when it is killed is removed with the folder.
        "GOTMPDIR": str(temporary),
    }
    foreign = {"GOOS", "GOARCH", "GOEXPERIMENT"}
    return {name: text for name, text in environment.items() if name not in foreign} | ours


def _build_program(go: Go, program: Program, folder: Path, log: BinaryIO, say: Say) -> None:
    """Build one program to its end; a call that is cut off ends the build too."""
    process = go.start_build(program, folder, log)
    try:
        code = _wait(process, say)
    finally:
        process.terminate()
        process.wait()
    if code != 0:
        raise unable(
            "pulumi-build",
            f"building {program.name} failed",
            f"read {log.name}, or put a Pulumi release on PATH",
        )


def _wait(process: subprocess.Popen[bytes], say: Say, interval: float = 30) -> int:
    """Wait for a build and say every half minute that it goes on."""
    started = time.monotonic()
    while True:
        try:
            return process.wait(timeout=interval)
        except subprocess.TimeoutExpired:
            minutes, seconds = divmod(round(time.monotonic() - started), 60)
            say(f"still building, {minutes}:{seconds:02} so far")
