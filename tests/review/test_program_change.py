"""Which files decide what rules there are, and which of them a change touches."""

import shutil
from pathlib import Path

import pytest
from repository import ADMINISTRATORS, IRELAND, Repository, repository

from gateway_rules.review.program import can_change_rules, program_changed


@pytest.mark.parametrize(
    "name",
    [
        "gateway_rules/planning/flows.py",
        "gateway_rules/catalogue/seg-v3.yaml",
        "gateway_rules/notes.md",
        "catalogues/mine.yaml",
        "requirements.txt",
        "requirements-dev.txt",
        "pyproject.toml",
        "Pulumi.yaml",
        "__main__.py",
        "Makefile",
        "policy.yaml",
        "stacks/retired.yaml",
        "stacks/Pulumi.eu-west-1.yml",
        "stacks/new/Pulumi.eu-west-1.yaml",
        "stacks/rules/x.py",
        "tools/environment.py",
        ".github/workflows/deploy.yml",
        ".github/CODEOWNERS",
        "docs/CODEOWNERS",
        ".ci/run",
        "sitecustomize.py",
        "something-new",
    ],
)
def test_what_is_not_known_to_be_harmless_can_change_rules(name: str) -> None:
    """Code, requirements, workflows, policy, catalogues, and whatever nobody thought of."""
    assert can_change_rules(name)


@pytest.mark.parametrize(
    "name",
    [
        "stacks/Pulumi.eu-west-1.yaml",
        "stacks/addresses/eu-west-1.yaml",
        "stacks/rules/eu-west-1.txt",
        "docs/guide.md",
        "README.md",
        "tests/conftest.py",
        "LICENSE",
    ],
)
def test_what_the_comparison_shows_and_what_nothing_reads_cannot(name: str) -> None:
    """Stack files are what is compared; documentation and tests are not deployed."""
    assert not can_change_rules(name)


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Give a repository whose project is a folder of it."""
    found = repository(tmp_path, "infra/mail")
    found.write("Makefile", "up:\n")
    found.write("../../.github/workflows/deploy.yml", "on: push\n")
    found.write("../../other/main.py", "print()\n")
    found.commit()
    return found


def test_nothing_has_changed_in_a_clean_tree(there: Repository) -> None:
    """What is at the commit is not named."""
    assert program_changed(there.root, "HEAD") == ()


def test_changed_new_moved_and_deleted_files_are_named(there: Repository) -> None:
    """Committed, staged or neither, by both names where one was moved."""
    base = there.commit()
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.1.0/24]")
    there.write("requirements.txt", "boto3\n")
    there.commit()
    there.write("new\nline.py", "")
    there.write("staged.py", "")
    there.git("add", "staged.py")
    shutil.move(there.root / "Makefile", there.root / "makefile.mk")
    changed = ["Makefile", "makefile.mk", "new\nline.py", "requirements.txt", "staged.py"]
    assert [*program_changed(there.root, base)] == changed


def test_workflows_and_owners_above_the_project_count(there: Repository) -> None:
    """What else stands in the repository is another project's."""
    there.write("../../.github/workflows/deploy.yml", "on: pull_request\n")
    there.write("../../docs/CODEOWNERS", "* @nobody\n")
    there.write("../../other/main.py", "print(1)\n")
    there.write("../docs/tests.py", "print(1)\n")
    changed = ["../../.github/workflows/deploy.yml", "../../docs/CODEOWNERS"]
    assert [*program_changed(there.root, "HEAD")] == changed
