"""Commands that other packages bring along: found when they are called, one line when broken."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typed import Type, typist

from gateway_rules.cli.commands import GROUP

GREETING = """
import typer

app = typer.Typer(add_completion=False)

@app.command()
def greet(name: str) -> None:
    '''Greet somebody.'''
    print(f"good day, {name}")
"""
Install = Callable[..., None]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Give a function that runs a command line in this process."""
    return typist(monkeypatch, capsys)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Give a function that installs a package with entry points."""

    def installed(package: str, entries: str, code: str = GREETING) -> None:
        folder = tmp_path / package
        about = folder / f"{package}-1.dist-info"
        about.mkdir(parents=True)
        (folder / f"{package}.py").write_text(code)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n")
        (about / "entry_points.txt").write_text(f"[{GROUP}]\n{entries}\n")
        monkeypatch.syspath_prepend(folder)
        monkeypatch.delitem(sys.modules, package, raising=False)

    return installed


def test_a_package_adds_a_command(run: Type, install: Install) -> None:
    """The command goes by the name of its entry point, and has a place in the help."""
    install("polite", "welcome = polite:app")
    assert run("welcome", "Ada") == (0, "good day, Ada\n", [])
    assert "│ welcome    Greet somebody." in run("--help").out


def test_the_help_of_a_command_needs_no_more_than_its_name(run: Type, install: Install) -> None:
    """A mistyped command of a package is guessed as the program's own are."""
    install("polite", "welcome = polite:app")
    assert "Did you mean 'welcome'?" in run("welcom").err[0]


def test_no_package_takes_the_place_of_a_command(run: Type, install: Install) -> None:
    """What the program has of its own stays, whatever is installed."""
    install("rude", "fit = rude:app")
    assert "Fit anybody's list of flows" in run("fit", "--help").out


def test_a_command_that_two_packages_bring_is_a_fault(run: Type, install: Install) -> None:
    """Nobody can tell which of them is meant."""
    install("polite", "welcome = polite:app")
    install("kind", "welcome = kind:app")
    line = "kind and polite bring a command welcome each; uninstall one of them"
    assert run("welcome", "Ada") == (3, "", [f"error: <command>:1:1: [plug-in] {line}"])


@pytest.mark.parametrize(
    ("entry", "code", "said"),
    [
        ("broken:app", "import nothing_of_that_name\n", "ModuleNotFoundError: No module named"),
        ("broken:app", "def\n", "SyntaxError: invalid syntax"),
        ("broken:other", "", "AttributeError: module 'broken' has no attribute 'other'"),
        ("broken:app", "app = None\n", "AttributeError: 'NoneType' object"),
    ],
)
def test_a_package_that_cannot_be_loaded_is_a_fault(
    run: Type, install: Install, entry: str, code: str, said: str
) -> None:
    """It is one line with the package to mend, and all other commands work."""
    install("broken", f"welcome = {entry}", code)
    done = run("welcome", "--help")
    assert (done.code, len(done.err)) == (3, 1)
    start = f"error: <command>:1:1: [plug-in] the command welcome cannot be loaded from {entry}: "
    assert done.err[0].startswith(start + said)
    assert done.err[0].endswith("; mend or uninstall broken")
    assert run("--help").code == 0


def test_packages_are_looked_for_only_when_a_command_is_unknown() -> None:
    """A command of the program's own does not wait for what may be installed beside it."""
    program = (
        "import sys\n"
        "from gateway_rules.cli import commands\n"
        "def entry_points(**_): raise AssertionError\n"
        "commands.entry_points = entry_points\n"
        "sys.argv = ['gateway-rules', 'fit', '--help']\n"
        "from gateway_rules.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)  # noqa: S603 - this file's own program.
    assert (done.returncode, done.stderr) == (0, b"")
