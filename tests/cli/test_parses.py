"""No command parses a file twice, however often it needs what stands there."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from repository import Repository
from sites import ROOT
from typer.testing import CliRunner

from gateway_rules.cli.app import app
from gateway_rules.inputs import documents
from gateway_rules.inputs.documents import Document
from gateway_rules.inputs.project import stack_names

OVER = "gateway-rules:quotas: {rules_per_security_group: 1}"


@pytest.fixture
def there(tmp_path: Path) -> Repository:
    """Give a repository with the six stacks of this one, each of which was edited since."""
    found = Repository(tmp_path, tmp_path)
    for folder in ("stacks", "gateway_rules/catalogue"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for name in ("Pulumi.yaml", "policy.yaml"):
        shutil.copy(ROOT / name, tmp_path / name)
    found.git("init", "-q", "-b", "main")
    found.commit("the stacks")
    for stack in stack_names(tmp_path):
        found.edit(
            f"stacks/Pulumi.{stack}.yaml", "administrators: [", "administrators: [10.9.9.9/32, "
        )
    return found


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Counter[Path]:
    """Count how often each file is parsed."""
    counts: Counter[Path] = Counter()

    def read_yaml(path: Path, root: Path) -> Document:
        counts[path] += 1
        return documents.parse_yaml(documents.read_text(path, root), documents.relative(path, root))

    for module in ("catalogue", "policy_file", "stack_file"):
        monkeypatch.setattr(f"gateway_rules.inputs.{module}.read_yaml", read_yaml)
    return counts


@pytest.mark.parametrize(
    ("command", "sides"),
    [(["show", "eu-west-1"], 1), (["check"], 6), (["stacks"], 6), (["diff", "HEAD"], 12)],
    ids=lambda each: each[0] if isinstance(each, list) else None,
)
def test_each_file_is_parsed_once(
    command: list[str], sides: int, there: Repository, parsed: Counter[Path]
) -> None:
    """So it is with pending stacks too, and on each of the two sides of a comparison."""
    CliRunner().invoke(app, ["-C", str(there.root), *command])
    assert set(parsed.values()) == {1}
    assert sum(path.parent.name == "stacks" for path in parsed) == sides


def test_a_quota_is_told_at_its_line_without_another_look(
    there: Repository, parsed: Counter[Path]
) -> None:
    """What comes up in planning has its place in what was parsed already."""
    file = there.root / "stacks" / "Pulumi.eu-west-1.yaml"
    file.write_text(f"{file.read_text().rstrip()}\n  {OVER}\n")
    line = len(file.read_text().splitlines())
    result = CliRunner().invoke(app, ["-C", str(there.root), "show", "eu-west-1"])
    faults = getattr(result.exception, "faults", ())
    assert {(fault.line, fault.rule) for fault in faults} == {(line, "group-quota")}
    assert set(parsed.values()) == {1}
