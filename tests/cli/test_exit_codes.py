"""What the exit code says, whichever command is asked."""

from pathlib import Path

import pytest
from repository import IRELAND, Repository, repository

COMMANDS = (
    ("show", "eu-west-1"),
    ("check",),
    ("stacks",),
    ("render",),
    ("render", "--check"),
    ("diff",),
    ("report", "-o", "page.html"),
    ("budget", "eu-west-1"),
    ("explain", "eu-west-1", "egress", "tcp", "192.0.2.1", "443"),
)
"""Every command that plans, without an account."""
QUOTAS = "entries_per_network_acl: 40"


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Give a repository with a branch that has just begun."""
    return repository(tmp_path)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("edits", "code"),
    [
        ([(QUOTAS, "rules_per_security_group: 3")], 1),
        ([(QUOTAS, "rules_per_security_group: three")], 2),
    ],
    ids=["over quota", "malformed"],
)
def test_a_quota_that_cannot_hold_a_plan_is_a_finding(
    there: Repository, command: tuple[str, ...], edits: list[tuple[str, str]], code: int
) -> None:
    """What is well formed and does not fit is 1, and what cannot be read is 2."""
    for old, new in edits:
        there.edit(IRELAND, old, new)
    done = there.run(*command)
    assert done.returncode == code, done.stdout + done.stderr
    assert f"{IRELAND}:" in done.stdout + done.stderr


@pytest.mark.parametrize("command", [("stacks",), ("diff",), ("check",)], ids=" ".join)
def test_a_file_that_cannot_be_read_counts_more(
    there: Repository, command: tuple[str, ...]
) -> None:
    """With a stack over its quota and another one malformed, the files come first."""
    there.edit(IRELAND, QUOTAS, "rules_per_security_group: 3")
    there.edit("stacks/Pulumi.eu-central-1.yaml", QUOTAS, "rules_per_security_group: three")
    assert there.run(*command).returncode == 2
