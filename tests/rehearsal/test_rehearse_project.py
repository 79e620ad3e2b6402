import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import gateway_rules
from gateway_rehearsal.locks import exclusive
from gateway_rehearsal.processes import mark
from gateway_rehearsal.rehearse.project import lay_program, lay_side, private_project

PACKAGE = Path(gateway_rules.__file__).parent


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give private projects a place of their own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    return tmp_path / "tmp"


def never() -> None:
    """Fail where a lock should be free."""
    raise AssertionError


def sleeper(local: Path) -> "subprocess.Popen[bytes]":
    """Start a process of a local run that ends by itself only much later."""
    command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
    process = subprocess.Popen(  # noqa: S603 - our own lines
        command, env={**os.environ, **mark(local)}, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def interrupted(started: "list[subprocess.Popen[bytes]]") -> None:
    """Be interrupted within a private project that has a process."""
    with private_project() as layout:
        started.append(sleeper(layout.local))
        raise KeyboardInterrupt


def has_ended(process: "subprocess.Popen[bytes]") -> bool:
    """Say whether a process was killed, and let go of it."""
    with process:
        return process.wait(timeout=5) < 0


def test_nothing_is_left_of_a_private_project(temporary: Path) -> None:
    """Its folder and its processes are gone at its end, even when that is an error."""
    started: list[subprocess.Popen[bytes]] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted(started)
    assert has_ended(*started)
    assert list(temporary.iterdir()) == []


def test_what_a_killed_rehearsal_left_is_swept(temporary: Path) -> None:
    """A folder that nobody holds goes with its processes; one that is held stays."""
    left, held = (temporary / f"gateway-rules-rehearsal-{name}" for name in ("left", "held"))
    for folder in (left, held):
        (folder / ".local").mkdir(parents=True)
    process = sleeper(left / ".local")
    with exclusive(held, never), private_project():
        assert not left.exists()
        assert held.exists()
    assert has_ended(process)


def test_sides_take_turns_over_one_program(tmp_path: Path) -> None:
    """A side brings its stacks and its catalogue; the code is the present one for both."""
    root, base, folder = tmp_path / "root", tmp_path / "base", tmp_path / "private"
    for side in (root, base):
        (side / "stacks" / "addresses").mkdir(parents=True)
        (side / "stacks" / f"Pulumi.{side.name}.yaml").write_text("config: {}\n")
    (base / "gateway_rules" / "catalogue").mkdir(parents=True)
    (base / "gateway_rules" / "catalogue" / "seg-v3.yaml").write_text("old\n")
    (root / "__main__.py").write_text("print()\n")
    folder.mkdir()
    lay_program(root, folder)
    catalogue = folder / "gateway_rules" / "catalogue"
    shipped = (PACKAGE / "catalogue" / "seg-v3.yaml").read_text()
    for side, text in ((base, "old\n"), (root, shipped), (base, "old\n")):
        lay_side(root, side, folder)
        assert (catalogue / "seg-v3.yaml").read_text() == text
        assert (catalogue / "regions.yaml").exists()
        stacks = [path.name for path in (folder / "stacks").glob("Pulumi.*.yaml")]
        assert stacks == [f"Pulumi.{side.name}.yaml"]
    assert (folder / "__main__.py").read_text() == "print()\n"
    assert (folder / "gateway_rules" / "errors.py").samefile(PACKAGE / "errors.py")
    assert (PACKAGE / "catalogue" / "seg-v3.yaml").read_text() == shipped


def test_own_package_of_a_project_is_the_one_that_runs(tmp_path: Path) -> None:
    """A project that brings the package is deployed by that, not by the installed one."""
    root, folder = tmp_path / "root", tmp_path / "private"
    (root / "gateway_rules" / "catalogue").mkdir(parents=True)
    (root / "gateway_rules" / "__init__.py").write_text("# mine\n")
    (root / "stacks").mkdir()
    folder.mkdir()
    lay_program(root, folder)
    lay_side(root, root, folder)
    assert (folder / "gateway_rules" / "__init__.py").read_text() == "# mine\n"
    assert not (folder / "gateway_rules" / "errors.py").exists()
