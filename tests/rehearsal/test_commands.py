"""The commands that the rehearsal adds: there without its packages, and saying what to install."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

from gateway_rehearsal.commands import PACKAGES

ROOT = Path(__file__).parents[2]
STARTERS = (("local", "up"), ("local", "pulumi", "--", "preview"), ("local", "repair", "a"),
            ("rehearse",))  # fmt: skip


def without(packages: tuple[str, ...], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command line where some packages are not installed."""
    program = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({packages!r}))\n"
        f"sys.argv = ['gateway-rules', '-C', {str(ROOT)!r}, *{arguments!r}]\n"
        "from gateway_rules.cli import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this file's own program.


@pytest.mark.parametrize("arguments", STARTERS, ids=" ".join)
def test_a_command_says_which_extra_it_needs(arguments: tuple[str, ...]) -> None:
    """Where nothing of it is installed, each command is a line with what to type."""
    done = without(PACKAGES, *arguments)
    line = "boto3, which is not installed; pip install 'gateway-rules[local]'"
    said = f"error: <command>:1:1: [not-installed] {arguments[0]} needs {line}\n"
    assert (done.returncode, done.stdout, done.stderr) == (3, "", said)


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_of_the_extra_is_missed(package: str) -> None:
    """One that lacks is enough to stop before anything is begun."""
    done = without((package,), "local", "up")
    assert (done.returncode, done.stdout) == (3, "")
    assert f"needs {package}, which is not installed; pip install" in done.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("local", "--help"), ("rehearse", "--help"),
                                       ("local", "status", "--json")])  # fmt: skip
def test_asking_needs_no_extra(arguments: tuple[str, ...]) -> None:
    """Help, and what runs, are told without the packages that a local AWS needs."""
    done = without(PACKAGES, *arguments)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_packages_are_those_of_the_extra() -> None:
    """What is looked for is what the extra installs, no more and no less."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = chain(*(extras["optional-dependencies"][name] for name in ("aws", "local")))
    names = {name for each in listed for name in re.findall(r"^[\w-]+", each)}
    brought = packages_distributions()
    distributions = {name.replace("_", "-") for each in PACKAGES for name in brought[each]}
    assert distributions == names - {"gateway-rules"}
