"""The documentation tells the truth: its commands run, print what it says, and are there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from reader import DOCS, ROOT, Step, blocks, do, steps
from ruamel.yaml import YAML

from gateway_rules.cli.app import app
from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.inputs.schemas import schemas
from tools.site_links import plain

MADE = DOCS / "reference"
PAGES = sorted(page for page in DOCS.rglob("*.md") if MADE not in page.parents)
TEXTS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
TUTORIAL = DOCS / "tutorial.md"
TYPED = [page for page in PAGES if steps(page.read_text())]
# What is in this folder and in no clone.
LEFT_OUT = (".git", ".venv*", ".local", ".*_cache", ".hypothesis", "__pycache__", "site")
WHO = {
    f"GIT_{who}_{what}": text
    for who in ("AUTHOR", "COMMITTER")
    for what, text in (("NAME", "Tester"), ("EMAIL", "tester@example.com"))
}
# Nobody's settings change what git does in a test.
GIT = {**WHO, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
# The environment is there already: making another one is the matter of other tests.
STAMP = """
from pathlib import Path
from tools.environment import _digest
Path(".venv").mkdir()
Path(".venv/.made-from").write_text(_digest(Path()))
"""
IS_SET_UP = Step(shlex.join([sys.executable, "-c", STAMP]))
SET_UP = Step("make setup")
PROGRAM: Any = typer.main.get_command(app)
KEYS = schemas(read_catalogue())["stack"]["properties"]["config"]["properties"]
CALL = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?gateway-rules (.+)$", re.MULTILINE)


def named(page: Path) -> str:
    """Name a page by its place."""
    return page.relative_to(ROOT).as_posix()


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run(  # noqa: S603 - the test's own commands
        ["git", "-c", "init.defaultBranch=main", *arguments],  # noqa: S607 - git stands in different places.
        cwd=folder,
        env=os.environ | GIT,
        check=True,
    )


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a repository with the files as they are in this working tree."""
    folder = tmp_path_factory.mktemp("origin") / "gateway-rules"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
        git(folder, *command)
    return folder


def environment(origin: Path) -> dict[str, str]:
    """Give the environment of a reader, whose own settings change nothing."""
    kept = {k: text for k, text in os.environ.items() if not k.startswith(("AWS_", "PULUMI_"))}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return kept | GIT | {"PATH": path, "REPOSITORY": str(origin), "PYTHON": sys.executable}


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=[pytest.mark.engine] * (page == TUTORIAL)) for page in TYPED],
    ids=named,
)
def test_doing_what_a_page_says_prints_what_it_says(
    page: Path, origin: Path, tmp_path: Path
) -> None:
    """Somebody who types all commands of a page in their order sees what stands below each."""
    folder = tmp_path
    if page != TUTORIAL:
        folder = tmp_path / "clone"
        git(tmp_path, "clone", "-q", str(origin), str(folder))
    told = steps(page.read_text())
    todo = [each for step in told for each in ([IS_SET_UP, step] if step == SET_UP else [step])]
    printed = zip(todo, do(todo, folder, environment(origin)), strict=True)
    assert [(step.typed, text) for step, text in printed if not step.agrees(text)] == []


def lines(text: str) -> Iterator[str]:
    """Give the command lines in the blocks of a page; of pipes and lists the first of each."""
    for block in blocks(text):
        for found in CALL.finditer(block.text):
            if block.language != "console" or found[0].startswith("$ "):
                yield re.split(r" [|>&#;]", found[1])[0].strip()


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """Give the command that some words call, and those that are left to it."""
    command = PROGRAM
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    return command, words


@pytest.mark.parametrize("page", TEXTS, ids=named)
def test_every_command_line_can_be_typed(page: Path) -> None:
    """What stands in a block is a command that there is, with what it takes."""
    for line in lines(page.read_text()):
        command, words = command_of(shlex.split(line))
        command.make_context("gateway-rules", words)


@pytest.mark.parametrize("page", TEXTS, ids=named)
def test_every_command_that_is_mentioned_is_there(page: Path) -> None:
    """What a sentence names is a command with just the options that it has."""
    for mention in re.findall(r"`gateway-rules ([a-z][^`]*)`", page.read_text()):
        command, words = command_of([word for word in mention.split() if word != "…"])
        own = words[: words.index("--")] if "--" in words else words
        there = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in own if word.startswith("-")} <= there, mention


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_is_there(page: Path) -> None:
    """Each `make` target that a page names stands in the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|\$ |^)make ([a-z]+)\b", page.read_text(), re.MULTILINE)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_key_is_there(page: Path) -> None:
    """Each key of a stack's file that a page names is one that may be written there."""
    keys = set(re.findall(r"\bgateway-rules:([a-z_]+)", page.read_text())) - {"stack", "index"}
    assert {f"gateway-rules:{key}" for key in keys} <= set(KEYS)


def placed(navigation: Any) -> Iterator[str]:
    """Give the pages of the navigation."""
    if isinstance(navigation, str):
        yield navigation
    else:
        below = navigation.values() if isinstance(navigation, dict) else navigation
        yield from (page for each in below for page in placed(each))


def test_every_page_has_its_place() -> None:
    """What is written can be reached from the navigation, once."""
    configuration = YAML(typ="safe", pure=True).load((ROOT / "mkdocs.yml").read_text())
    written = [page for page in placed(configuration["nav"]) if not page.startswith(MADE.name)]
    assert sorted(written) == sorted(page.relative_to(DOCS).as_posix() for page in PAGES)


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ("[`stacks`](../stacks/Pulumi.eu-west-1.yaml)", "`stacks`"),
        ("[no file](../stacks/nowhere.yaml)", "[no file](../stacks/nowhere.yaml)"),
        ("[a page](../docs/faults.md)", "[a page](../docs/faults.md)"),
        ("[a page](faults.md)", "[a page](faults.md)"),
    ],
)
def test_links_that_leave_the_documentation_are_plain_text_in_the_site(
    link: str, text: str
) -> None:
    """A link that nobody could follow goes, and one that is broken stays to fail the build."""
    assert plain(f"See {link}.", DOCS / "verify.md", DOCS) == f"See {text}."
