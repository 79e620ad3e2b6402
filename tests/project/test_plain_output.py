"""What others choose, such as names of files and of AWS, never steers a terminal or a comment."""

import sys
import unicodedata
from pathlib import Path

import pytest
from repository import FRANKFURT, IRELAND, STACK, Repository, repository
from rich.console import Console
from rich.table import Table

from gateway_rules.cli.terminal import emit, present
from gateway_rules.views import drawn

EVIL = "a\x1b[2J\x1b]0;x\x07b\rc\u202ed\u200be\x9bf"


def steering(said: str) -> list[str]:
    """Give the characters that do more than being seen."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return [char for char in said if char != "\n" and unicodedata.category(char) in kinds]


def test_lines_keep_their_breaks_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """A blank stands for each character that would move the cursor or turn the line."""
    emit(f"one\n  {EVIL}")
    said = capsys.readouterr().out
    assert (steering(said), said.count("\n")) == ([], 2)
    assert said.startswith("one\n  a [2J ]0;x b c d e f")


@pytest.mark.parametrize("is_terminal", [False, True])
def test_tables_have_no_sequences_but_their_own(*, is_terminal: bool) -> None:
    """Colours are the program's; a cell's text brings none along."""

    def draw(console: Console) -> None:
        table = Table("name")
        table.add_row(EVIL)
        console.print(table)
        console.print(EVIL, style="bold", markup=False)

    said = drawn(draw, is_terminal=is_terminal)
    assert ("\x1b[1m" in said) == is_terminal
    for sequence in ("\x1b[1m", "\x1b[0m", "\x1b[1;"):
        said = said.replace(sequence, "")
    assert [char for char in steering(said) if char != "\x1b"] == []
    assert "\x1b[2J" not in said
    assert "\x1b]" not in said


def test_what_is_presented_is_written_as_it_is_drawn(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The colours of a terminal are not taken away again on the way out."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    present(lambda console: console.print("x", style="bold"))
    assert "\x1b[" in capsys.readouterr().out


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Give a repository in which the files of a stack have evil names."""
    return with_evil_names(tmp_path_factory.mktemp("hostile"))


def with_evil_names(folder: Path) -> Repository:
    """Make a repository with a stack whose name is evil."""
    found = repository(folder)
    evil = EVIL.replace("/", "")
    found.write(f"stacks/Pulumi.{evil}.yaml", STACK.format(region="eu-west-1"))
    found.write(f"stacks/Pulumi.{evil}.yml", "")
    found.write(f"stacks/rules/{evil}.txt", "")
    return found


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("check", "--json"),
        ("check", "--sarif", "-"),
        ("stacks",),
        ("render", "--check"),
        ("show", EVIL.replace("\0", "")),
        ("diff", "main"),
        ("diff", "main", "--markdown"),
        ("diff", EVIL),
        ("diff", "--since", EVIL, "--markdown"),
        ("explain", "eu-west-1", "ingress", "tcp", EVIL, "22"),
        ("fit", EVIL, "--budget", "3"),
    ],
    ids=" ".join,
)
def test_no_command_writes_names_raw(hostile: Repository, command: tuple[str, ...]) -> None:
    """Neither standard output nor the faults hold a character that nobody sees."""
    done = hostile.run(*command)
    assert done.returncode in {1, 2, 3}
    assert "Traceback" not in done.stderr
    assert done.stdout + done.stderr != ""
    assert steering(done.stdout + done.stderr) == []


def test_a_comment_that_fails_for_such_a_name_is_whole(hostile: Repository) -> None:
    """Each fault is one line of the list."""
    said = hostile.run("diff", "main", "--markdown").stdout
    faults = [line for line in said.splitlines() if line.startswith("- ")]
    assert len(faults) >= 1
    assert [line for line in said.splitlines()[5:] if not line.startswith("- ")] == []


def test_a_stack_of_the_past_may_be_called_anything(tmp_path: Path) -> None:
    """Its name is shown, and is text."""
    hostile = with_evil_names(tmp_path)
    hostile.commit()
    hostile.git("clean", "-qfd")
    hostile.git("rm", "-q", "--", "stacks/Pulumi.a*", "stacks/rules/a*")
    assert (hostile.root / IRELAND).exists()
    assert (hostile.root / FRANKFURT).exists()
    for options in ((), ("--markdown",)):
        done = hostile.run("diff", "HEAD", *options)
        assert (done.returncode, steering(done.stdout + done.stderr)) == (0, [])
        assert "could not be" in done.stdout or "removed" in done.stdout
