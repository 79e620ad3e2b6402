"""Whoever can change the rules otherwise than by a stack file needs the approval of an owner."""

import subprocess

import pytest
from owners import owners
from sites import ROOT

from gateway_rules.review.program import can_change_rules

OWNERS = ROOT / ".github" / "CODEOWNERS"
GUARDIANS = ("@example/network-security",)
# The examples of the page "About code owners", in its order.
PAGE = """
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/github
"""


def tracked() -> list[str]:
    """Name the files that git knows, and those that it would."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)  # noqa: S603 ours
    return [name for name in done.stdout.decode().split("\0") if (ROOT / name).is_file()]


def test_every_file_that_can_change_rules_is_guarded() -> None:
    """A new folder, tool or workflow is guarded before somebody remembers to name it."""
    text = OWNERS.read_text()
    files = [name for name in tracked() if can_change_rules(name)]
    assert {".github/CODEOWNERS", "__main__.py", "policy.yaml", "pyproject.toml"} <= {*files}
    assert [name for name in files if owners(text, name) != GUARDIANS] == []


def test_every_file_has_an_owner() -> None:
    """Stack files, documentation and tests have others, but nothing has nobody."""
    text = OWNERS.read_text()
    assert [name for name in tracked() if not owners(text, name)] == []
    assert owners(text, "stacks/Pulumi.eu-west-1.yaml") == ("@example/network-engineering",)


@pytest.mark.parametrize(
    "name",
    ["stacks/retired.yaml", "catalogues/new.yaml", "new.py", "CODEOWNERS", "docs/CODEOWNERS"],
)
def test_what_is_not_there_yet_is_guarded_too(name: str) -> None:
    """The first line catches what no other does, and the last no file that names owners."""
    assert owners(OWNERS.read_text(), name) == GUARDIANS


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("README", ("@global-owner1", "@global-owner2")),
        ("deep/in/a.js", ("@js-owner",)),
        ("main.go", ("docs@example.com",)),
        ("a/b.txt", ("@octo-org/octocats",)),
        ("build/logs/a/b", ("@octocat",)),
        ("docs/getting-started.md", ("docs@example.com",)),
        ("docs/build-app/troubleshooting.md", ("@global-owner1", "@global-owner2")),
        ("x/apps/main", ("@octocat",)),
        ("scripts/a/b", ("@doctocat", "@octocat")),
        ("x/scripts/a", ("@global-owner1", "@global-owner2")),
        ("deeply/nested/logs/x", ("@octocat",)),
        ("apps/github", ()),
        ("apps/github/x", ()),
    ],
)
def test_the_last_line_that_matches_counts(file: str, expected: tuple[str, ...]) -> None:
    """Lines are read as GitHub's own examples say; a line without owners frees a path."""
    assert owners(PAGE, file) == expected


@pytest.mark.parametrize("line", ["/a.py nobody", "!/a.py @other", "/[ab].py @other", "# /a.py @o"])
def test_a_line_that_github_cannot_read_is_skipped(line: str) -> None:
    """It frees nothing, and gives nothing away."""
    assert owners(f"* @first\n{line}\n", "a.py") == ("@first",)
