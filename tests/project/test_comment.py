"""The comment of a pull request as the command writes it: with its report, and when it fails."""

from pathlib import Path

import pytest
from repository import ADMINISTRATORS, IRELAND, Repository, repository

MARK = "<!-- gateway-rules diff -->"
FAILED = "### This change could not be compared"
MANY = [f"51.{n // 128}.{n % 128 * 2}.1/32" for n in range(450)]
QUOTAS = (
    "entries_per_network_acl: 40, rules_per_security_group: 1000, security_groups_per_interface: 1"
)


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Give a repository with a branch just begun."""
    return repository(tmp_path)


def test_a_comment_that_is_cut_names_the_report_that_is_not(there: Repository) -> None:
    """Every address stands in the report, however many there are."""
    there.edit(IRELAND, ADMINISTRATORS, f"administrators: [{', '.join(MANY)}]")
    there.edit(IRELAND, "entries_per_network_acl: 40", QUOTAS)
    report = there.root / "everything.md"
    done = there.run("diff", "main", "--markdown", "--full", str(report))
    assert (done.returncode, done.stderr) == (0, "")
    full = report.read_text()
    assert [end for end in MANY if end not in full] == []
    assert full.startswith(f"{MARK}\n")
    is_cut = "This comment is shortened: everything is in the report everything.md." in done.stdout
    assert is_cut == (done.stdout != full)


@pytest.mark.parametrize(
    ("edit", "told", "code"),
    [
        (("config:", "config: ["), "[yaml]", 2),
        ((ADMINISTRATORS, "administrators: []\n    administrators: []"), "[duplicate-key]", 2),
        (("entries_per_network_acl: 40", "rules_per_security_group: 1"), "[group-quota]", 1),
    ],
    ids=["broken YAML", "a key twice", "over quota"],
)
def test_a_change_that_cannot_be_planned_is_commented_as_such(
    there: Repository, edit: tuple[str, str], told: str, code: int
) -> None:
    """The comment has the mark of the one that it takes the place of, and names the commit."""
    there.edit(IRELAND, *edit)
    commit = there.commit()
    done = there.run("diff", "main", "--markdown")
    lines = done.stdout.splitlines()
    assert (done.returncode, lines[:2]) == (code, [MARK, FAILED])
    assert f"What {commit[:9]} opens and closes is not known" in done.stdout
    assert told in done.stderr
    shown = told.replace("[", r"\[").replace("]", r"\]")
    assert shown in done.stdout


def test_a_catalogue_that_cannot_be_read_is_commented_as_such(there: Repository) -> None:
    """Its fault stands on a line of the comment, without being markup."""
    there.edit("gateway_rules/catalogue/seg-v3.yaml", "row: SSH", 'row: "<b>@team\\u202e"')
    done = there.run("diff", "main", "--markdown")
    assert (done.returncode, done.stdout.splitlines()[1]) == (2, FAILED)
    assert r"\[hidden-character\]" in done.stdout
    assert "@team" not in done.stdout
    assert "\u202e" not in done.stdout + done.stderr


def test_without_markdown_a_failure_is_a_line_alone(there: Repository) -> None:
    """Standard output has no comment that nobody asked for."""
    there.edit(IRELAND, "config:", "config: [")
    assert there.run("diff", "main").stdout == ""


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--json", "--markdown"), "--json and --markdown each take all of standard output"),
        (("--full", "x"), "--full goes with a comment"),
    ],
)
def test_options_that_cannot_go_together_are_misuse(
    there: Repository, options: tuple[str, ...], what: str
) -> None:
    """Neither is dropped in silence; nothing is compared."""
    done = there.run("diff", "main", *options)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: <command>:1:1: [usage] {what}; ")


def test_a_stack_file_with_another_end_stops_a_review(there: Repository) -> None:
    """A stack that Pulumi may take and this program would not read is no silent gap."""
    there.write("stacks/Pulumi.us-east-1.yml", "config: {}\n")
    for command in (("diff", "main"), ("check",), ("stacks",)):
        done = there.run(*command)
        assert done.returncode == 2
        assert "stacks/Pulumi.us-east-1.yml:1:1: [misnamed]" in done.stderr
