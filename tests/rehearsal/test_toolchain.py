"""Where the Pulumi of local runs comes from, tried with a stand-in for Go and for the installer."""

import re
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gateway_rehearsal import processes
from gateway_rehearsal.build import MODULES, OLDEST_GO, VERSION
from gateway_rehearsal.locks import exclusive
from gateway_rehearsal.toolchain import FILES, Means, ensure
from gateway_rules.cli import cache_folder
from gateway_rules.errors import NoAnswer

ROOT = Path(__file__).parent.parent.parent

GO = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$1" in
env) echo "$GO_VERSION" ;;
list) echo "$SDK" ;;
build)
  test -z "$BROKEN" || { echo "no space left"; exit 1; }
  echo "GOFLAGS=$GOFLAGS GOOS=$GOOS CGO_ENABLED=$CGO_ENABLED" >> "$CALLS"
  while test "$1" != -o; do shift; done
  echo built > "$2" && chmod +x "$2" ;;
esac
"""
BRINGS_RELEASE = """
mkdir "$0/bin" && cd "$0/bin" && touch pulumi pulumi-language-python pulumi-language-python-exec
chmod +x *
"""


@pytest.fixture
def means(tmp_path: Path) -> Means:
    """Give an empty cache, a Go that builds at once, and an installer that is refused."""
    script(tmp_path / "bin" / "go", GO)
    sdk = tmp_path / "sdk"
    script(sdk / "python" / "cmd" / "pulumi-language-python-exec", "exec", mode=0o444)
    environment = {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "GATEWAY_RULES_CACHE": str(tmp_path / "cache"),
        "CALLS": str(tmp_path / "calls"),
        "GO_VERSION": "go1.26.8",
        "SDK": str(sdk),
    }
    return Means(environment, ["sh", "-c", "exit 6"], patience=0.3)


def script(path: Path, text: str, mode: int = 0o755) -> None:
    """Write an executable."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def pulumi(folder: Path, answer: str) -> None:
    """Put a Pulumi with its language host into a folder, which says its version when asked."""
    for name in FILES:
        script(folder / name, "#!/bin/sh\n")
    script(folder / "pulumi", f'#!/bin/sh\ntest "$*" = version || exit 2\n{answer}\n')


def with_environment(means: Means, **changes: str) -> Means:
    """Change some variables."""
    return replace(means, environment={**means.environment, **changes})


def left_in(means: Means) -> list[str]:
    """Name what lies in the cache."""
    return sorted(path.name for path in Path(means.environment["GATEWAY_RULES_CACHE"]).iterdir())


def test_takes_the_users_pulumi(means: Means, tmp_path: Path) -> None:
    """A Pulumi on PATH with its language host beside it is taken, and nobody is asked."""
    said: list[str] = []
    pulumi(tmp_path / "bin", f"echo v{VERSION}")

    assert ensure(said.append, means) == tmp_path / "bin"
    assert said == []


def test_finds_the_host_beside_a_linked_pulumi(means: Means, tmp_path: Path) -> None:
    """A package manager links only `pulumi` into PATH; its language host is where that leads."""
    pulumi(tmp_path / "cellar", f"echo v{VERSION}")
    (tmp_path / "bin" / "pulumi").symlink_to(tmp_path / "cellar" / "pulumi")

    assert ensure(print, means) == tmp_path / "cellar"


def test_finds_a_pulumi_from_where_the_user_stands(
    means: Means, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PATH may name a folder relative to the user's, and the engine runs in another one."""
    pulumi(tmp_path / "mine", f"echo v{VERSION}")
    monkeypatch.chdir(tmp_path)

    assert ensure(print, with_environment(means, PATH="mine:/usr/bin")) == tmp_path / "mine"


def test_builds_beside_a_pulumi_without_host(means: Means, tmp_path: Path) -> None:
    """A Pulumi on PATH that cannot run Python programs does not help, and that is said."""
    said: list[str] = []
    script(tmp_path / "bin" / "pulumi", "")

    assert ensure(said.append, means).parent == tmp_path / "cache"
    assert said[:2] == [
        f"{tmp_path}/bin/pulumi has no Python language host beside it; looking further",
        "asking for the release of Pulumi 3.259.0",
    ]


@pytest.mark.parametrize("version", ["v3.259.1", "3.300.0", "v3.260.0-alpha.1+dirty", "v3.1000.0"])
def test_takes_a_newer_pulumi(means: Means, tmp_path: Path, version: str) -> None:
    """What came after the version that was tried, and has its major version, will do."""
    said: list[str] = []
    pulumi(tmp_path / "bin", f"echo {version}")

    assert ensure(said.append, means) == tmp_path / "bin"
    assert said == []


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ("echo v3.258.9", "is Pulumi 3.258.9"),
        ("echo v3.99.0", "is Pulumi 3.99.0"),
        ("echo v4.0.0", "is Pulumi 4.0.0"),
        ("echo 2.300.1", "is Pulumi 2.300.1"),
        ("echo pulumi", "tells no version"),
        ("exit 1", "tells no version"),
    ],
)
def test_leaves_a_pulumi_that_was_not_tried(
    means: Means, tmp_path: Path, answer: str, what: str
) -> None:
    """An older one, or one of another major version, is named with what is needed."""
    said: list[str] = []
    pulumi(tmp_path / "bin", answer)

    assert ensure(said.append, means).parent == tmp_path / "cache"
    needed = "and 3.259 or a newer 3 is needed"
    assert said[:2] == [
        f"{tmp_path}/bin/pulumi {what}, {needed}; looking further",
        "asking for the release of Pulumi 3.259.0",
    ]


def test_leaves_a_pulumi_that_does_not_answer(
    means: Means, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that hangs is not waited for."""
    said: list[str] = []
    pulumi(tmp_path / "bin", "exec sleep 60")
    monkeypatch.setattr("gateway_rehearsal.toolchain.ANSWER", 0.1)

    assert ensure(said.append, means).parent == tmp_path / "cache"
    assert said[0] == (
        f"{tmp_path}/bin/pulumi tells no version, and 3.259 or a newer 3 is needed; looking further"
    )


def test_builds_what_cannot_be_downloaded(means: Means) -> None:
    """A refused installer leads to a build at once; it says what it does, why and for how long."""
    said: list[str] = []

    folder = ensure(said.append, means)

    assert said == [
        "asking for the release of Pulumi 3.259.0",
        (
            "building Pulumi 3.259.0 from source, once, because its installer could not be "
            "reached; about 3 minutes on 2 idle cores, 7 on busy ones"
        ),
        f"built Pulumi 3.259.0 into {folder}",
    ]
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert all(path.stat().st_mode & stat.S_IXUSR for path in folder.iterdir())
    assert left_in(means) == [folder.name, f"{folder.name}.log"]


def test_takes_what_was_kept(means: Means) -> None:
    """A second call takes the first one's Pulumi and says nothing."""
    said: list[str] = []
    folder = ensure(print, means)

    assert ensure(said.append, means) == folder
    assert said == []


def test_builds_by_its_own_settings(means: Means) -> None:
    """What the user has set for Go's other builds does not change this one."""
    ensure(print, with_environment(means, GOFLAGS="-mod=vendor", GOOS="plan9", CGO_ENABLED="1"))

    calls = Path(means.environment["CALLS"]).read_text().splitlines()
    assert [call for call in calls if call.startswith("GOFLAGS")] == 2 * [
        "GOFLAGS=-mod=readonly GOOS= CGO_ENABLED=0"
    ]
    stamp = f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{VERSION}"
    assert re.findall(r"-X \S+", "\n".join(calls)) == [stamp]


@pytest.mark.parametrize("version", ["go1.25.10", "go1.24", "devel", ""])
def test_refuses_an_old_go(means: Means, version: str) -> None:
    """A Go that is too old, or does not say how old, is named with the cure."""
    name = version.removeprefix("go") or "on PATH"

    with pytest.raises(NoAnswer) as caught:
        ensure(print, with_environment(means, GO_VERSION=version))

    assert str(caught.value) == (
        f"error: <command>:1:1: [go-too-old] Pulumi has to be built and Go {name} is too old; "
        "install Go 1.25.11 or newer, or put a Pulumi release on PATH"
    )
    assert left_in(means) == []


def test_takes_the_oldest_go(means: Means) -> None:
    """The least version that is asked for will do."""
    ensure(print, with_environment(means, GO_VERSION=f"go{'.'.join(map(str, OLDEST_GO))}"))


def test_says_that_go_is_missing(means: Means, tmp_path: Path) -> None:
    """Without Go there is no way, and the cure is said."""
    with pytest.raises(NoAnswer) as caught:
        ensure(print, with_environment(means, PATH=str(tmp_path)))

    assert str(caught.value) == (
        "error: <command>:1:1: [go-missing] Pulumi has to be built and there is no Go on PATH; "
        "install Go 1.25.11 or newer, or put a Pulumi release on PATH"
    )


def test_names_the_log_of_a_failed_build(means: Means) -> None:
    """A build that fails leaves its log, which the error names, and nothing else."""
    with pytest.raises(NoAnswer) as caught:
        ensure(print, with_environment(means, BROKEN="yes"))

    (log,) = Path(means.environment["GATEWAY_RULES_CACHE"]).iterdir()
    assert str(caught.value) == (
        "error: <command>:1:1: [pulumi-build] building pulumi failed; "
        f"read {log}, or put a Pulumi release on PATH"
    )
    assert log.read_text() == "no space left\n"


def test_takes_the_release(means: Means) -> None:
    """A release that the installer brings is kept whole, and nothing is built."""
    installer = ["sh", "-c", f"cd / && set -e; {BRINGS_RELEASE}"]

    folder = ensure(print, replace(means, installer=installer))

    assert folder.parent.name == f"pulumi-{VERSION}-release"
    assert left_in(means) == [folder.parent.name]
    assert ensure(print, means) == folder


def test_builds_when_the_release_lacks_the_host(means: Means) -> None:
    """A release without a Python language host is thrown away."""
    said: list[str] = []
    installer = ["sh", "-c", 'mkdir "$0/bin" && touch "$0/bin/pulumi"']

    folder = ensure(said.append, replace(means, installer=installer))

    assert "because its installer brought no Python language host" in said[1]
    assert left_in(means) == [folder.name, f"{folder.name}.log"]


def test_cuts_off_a_silent_installer(means: Means, tmp_path: Path) -> None:
    """An installer that does not answer is ended with all that it started, and leaves nothing."""
    said: list[str] = []
    mark = processes.mark(tmp_path)
    hangs = (
        f'export {processes.VARIABLE}={mark[processes.VARIABLE]}; sleep 60 & echo > "$0/a"; wait'
    )

    folder = ensure(said.append, replace(means, installer=["sh", "-c", hangs]))

    assert "because its installer did not answer within 0.3 seconds" in said[1]
    assert left_in(means) == [folder.name, f"{folder.name}.log"]
    assert processes.marked(tmp_path) == ()


def test_waits_for_a_slow_download(means: Means) -> None:
    """A download that goes on is not cut off, however long it takes."""
    slow = 'for i in 1 2 3 4 5; do sleep 0.15; echo more >> "$0/part"; done'
    installer = ["sh", "-c", f"{slow}; cd / && {BRINGS_RELEASE}"]

    folder = ensure(print, replace(means, installer=installer))

    assert folder.parent.name == f"pulumi-{VERSION}-release"


def test_the_second_of_two_waits(means: Means) -> None:
    """Who wants Pulumi while another process is at it waits, says so, and takes the result."""
    said: list[str] = []
    folder = ensure(print, means)
    waiting = threading.Event()

    def say(text: str) -> None:
        said.append(text)
        waiting.set()

    with exclusive(folder.parent, lambda: None):
        thread = threading.Thread(target=ensure, args=(say, means))
        thread.start()
        assert waiting.wait(5)
    thread.join(5)

    assert said == ["waiting for another process that is getting Pulumi"]


def test_sweeps_up_after_a_killed_build(means: Means, tmp_path: Path) -> None:
    """What a killed process left half-made is gone after the next call."""
    (tmp_path / "cache" / ".making-abc" / "built").mkdir(parents=True)

    folder = ensure(print, means)

    assert left_in(means) == [folder.name, f"{folder.name}.log"]


def test_the_release_ends_with_its_parent(tmp_path: Path) -> None:
    """An installer whose caller was killed ends, with its whole group."""
    watched = (
        "import os, threading, time\n"
        "from gateway_rehearsal.release import end_with_parent\n"
        "threading.Thread(target=end_with_parent, args=(os.getppid(),)).start()\n"
        f"open({str(tmp_path / 'up')!r}, 'w').close()\n"
        "time.sleep(60)\n"
    )
    mark = processes.mark(tmp_path)[processes.VARIABLE]
    parent = (
        "import os, subprocess, sys, time\n"
        f"os.environ[{processes.VARIABLE!r}] = {mark!r}\n"
        f"subprocess.Popen([sys.executable, '-c', {watched!r}], process_group=0)\n"
        f"while not os.path.exists({str(tmp_path / 'up')!r}): time.sleep(0.02)\n"
    )
    subprocess.run([sys.executable, "-c", parent], check=True)  # noqa: S603 our own lines

    deadline = time.monotonic() + 10
    while processes.marked(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes.marked(tmp_path) == ()


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"GATEWAY_RULES_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, Path("/a")),
        ({"GATEWAY_RULES_CACHE": "", "XDG_CACHE_HOME": "/b"}, Path("/b/gateway-rules")),
        ({}, Path.home() / ".cache" / "gateway-rules"),
    ],
)
def test_cache_is_the_users(environment: dict[str, str], folder: Path) -> None:
    """The cache is the folder that the user names, else where caches are kept."""
    assert cache_folder(environment) == folder


def test_all_pins_agree() -> None:
    """The Pulumi that is built is the one that Python programs are pinned to."""
    go_mod = (MODULES / "pulumi" / "go.mod").read_text()
    least = ".".join(map(str, OLDEST_GO))

    assert f"pulumi=={VERSION}" in (ROOT / "requirements.txt").read_text().splitlines()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{VERSION} " in go_mod
    assert f"github.com/pulumi/pulumi/sdk/v3 v{VERSION} " in go_mod
    for module in ("pulumi", "language-python"):
        assert f"\ngo {least}\n" in (MODULES / module / "go.mod").read_text()
