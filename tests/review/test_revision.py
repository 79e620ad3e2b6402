"""An earlier revision is planned by its own code, and where that cannot be, it is said."""

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from importlib import metadata
from pathlib import Path

import pytest
from repository import ADMINISTRATORS, FRANKFURT, IRELAND, Repository, repository
from sites import ROOT

from gateway_rules.review import base_code
from gateway_rules.review.base_code import SAME_CODE, BaseCode, other_release, required
from gateway_rules.review.comparison import Review, review_change
from gateway_rules.views import review_as_markdown, review_as_text

PLANNER = "gateway_rules/planning/planner.py"
EXCHANGE = "gateway_rules/planning/exchange.py"
ALL, BUT_ONE = "flows = required_flows(catalogue, site)", "required_flows(catalogue, site)[1:]"
TOO_OLD = "it is older than the way in which that is asked for its plans"
PRESENT = "The stacks before the change were planned by the code here, not by that of their own"


def with_code(there: Repository) -> Repository:
    """Put the package into a project, as this project holds it."""
    target = there.root / "gateway_rules"
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(ROOT / "gateway_rules", target, ignore=ignored, dirs_exist_ok=True)
    return there


@pytest.fixture(params=[".", "infra/mail"])
def there(tmp_path: Path, request: pytest.FixtureRequest) -> Repository:
    """Give a repository that holds the code, in its top folder or in one below."""
    found = with_code(repository(tmp_path / "repository", request.param))
    found.commit("the code")
    return found


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder in which everything temporary is made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def reviewed(there: Repository, base: str = "HEAD") -> Review:
    """Compare the working tree with a revision."""
    return review_change(there.root, base, date(2026, 6, 30))


def opened(review: Review) -> list[int]:
    """Count what is opened in each stack."""
    return [len(diff.opened) for diff in review.diffs]


def said(review: Review) -> tuple[str, str]:
    """Give the comparison as text and as a comment."""
    shown = review.diffs, review.verdict, review.against
    text = review_as_text(*shown, None, review.program)
    return text, review_as_markdown(*shown, program=review.program)


# --- By its own code -------------------------------------------------------------------------


def test_a_base_is_planned_by_its_own_code(there: Repository, temporary: Path) -> None:
    """What only the code opens is seen: the base's code plans a flow less from the same files."""
    there.edit(PLANNER, ALL, f"flows = {BUT_ONE}")
    there.commit("code that plans a flow less")
    review = reviewed(there)
    assert review.program.base_code == BaseCode("own")
    assert opened(review) == [1, 1]
    for each in said(review):
        assert "were planned by the code of their own revision, which differs" in each
    assert [*temporary.iterdir()] == []
    assert there.git("worktree", "list").count("\n") == 1


def test_the_same_code_starts_no_process(
    there: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the code is the same on both sides, it has planned the base already."""
    monkeypatch.setattr(base_code, "planned_by_own", pytest.fail)
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.1.0/24]")
    review = reviewed(there)
    assert review.program.base_code == SAME_CODE
    assert [diff.status for diff in review.diffs] == ["unchanged", "changed"]
    assert all("were planned by" not in each for each in said(review))


def test_a_change_of_the_code_is_seen_by_the_command(there: Repository) -> None:
    """A pull request whose code leaves a flow out reads as closing it, and names the file."""
    there.edit(PLANNER, ALL, f"flows = {BUT_ONE}")
    own = {"PYTHONPATH": str(there.root), "PYTHONSAFEPATH": "1"}
    done = there.run("diff", "HEAD", "--json", environment=own)
    answer = json.loads(done.stdout)
    assert answer["program_changed"] == [PLANNER]
    assert answer["base_code"] == {"used": "own", "why": ""}
    closed = [len(stack["closed"]) for stack in answer["stacks"].values()]
    assert closed == [1, 1]
    assert "notes" in answer["stacks"]["eu-west-1"]


def test_a_stack_that_changes_with_the_code_is_compared(there: Repository) -> None:
    """Stacks that come, go and change are compared with what the other code made of them."""
    there.edit(PLANNER, ALL, f"flows = {BUT_ONE}")
    there.commit("code that plans a flow less")
    (there.root / FRANKFURT).unlink()
    there.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.1.0/24]")
    statuses = [diff.status for diff in reviewed(there).diffs]
    assert statuses == ["removed", "changed"]


# --- By the code here ------------------------------------------------------------------------


def told_why(there: Repository) -> str:
    """Commit the code as it is, compare with it, and give why it was not asked."""
    there.commit("code that cannot be asked")
    review = reviewed(there)
    used, why = review.program.base_code
    assert used == "present"
    assert opened(review) == [0, 0]
    for each in said(review):
        assert PRESENT in each
    return why


def test_code_that_is_too_old_to_be_asked_is_not_used(there: Repository) -> None:
    """A revision from before the exchange is planned by the code here, which says so."""
    (there.root / EXCHANGE).unlink()
    assert told_why(there) == TOO_OLD


def test_code_that_does_not_run_is_not_used(there: Repository) -> None:
    """The last that it said is the reason."""
    there.edit(PLANNER, ALL, "raise SystemError('not today')")
    assert told_why(there) == "its code stopped with SystemError: not today"


def test_code_is_never_mixed(there: Repository) -> None:
    """A module that a revision lacks is not taken from the code here."""
    (there.root / "gateway_rules" / "planning" / "flows.py").unlink()
    missing = "ModuleNotFoundError: No module named 'gateway_rules.planning.flows'"
    assert told_why(there) == f"its code stopped with {missing}"


def test_plans_of_another_form_are_not_used(there: Repository) -> None:
    """A rule with a field that is not known here is not compared without it."""
    rule = 'description: str = field(compare=False, default="")\n'
    more = f"{rule}    priority: int = 0\n"
    there.edit("gateway_rules/planning/security_group.py", rule, more)
    assert told_why(there) == "its Rule has priority, which is not known here"


def test_an_answer_that_is_cut_short_is_not_used(there: Repository) -> None:
    """Half a document is none."""
    there.edit(EXCHANGE, "sys.stdout, separators", "open('/dev/null', 'w'), separators")
    assert told_why(there).startswith("its plans cannot be read: ")


def test_an_interrupted_comparison_leaves_nothing(
    there: Repository, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while the other code runs takes its folder away."""

    def interrupted(*_: object, **__: object) -> None:
        [folder] = temporary.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        raise KeyboardInterrupt

    there.edit(PLANNER, ALL, f"flows = {BUT_ONE}")
    there.commit("code that plans a flow less")
    monkeypatch.setattr(subprocess, "run", _only(interrupted, sys.executable))
    with pytest.raises(KeyboardInterrupt):
        reviewed(there)
    assert [*temporary.iterdir()] == []
    assert there.git("worktree", "list").count("\n") == 1
    assert there.git("status", "--porcelain") == ""


def _only(instead: object, program: str) -> object:
    """Give a stand-in for `subprocess.run` that does something else for one program alone."""
    run = subprocess.run

    def chosen(command: list[str], **options: object) -> object:
        return (instead if command[0] == program else run)(command, **options)  # type: ignore[operator]

    return chosen


# --- Projects that ask for a release ---------------------------------------------------------


@pytest.mark.parametrize(
    ("then", "now", "answer"),
    [
        ("", "", ""),
        ("boto3==1.0\n", "gateway-rules==0.2\n", ""),
        ("gateway-rules==0.2\n", "gateway-rules==0.2\n", ""),
        ("gateway-rules[local]==0.2 \\\n  --hash=sha256:00\n", "gateway-rules==0.3\n", ""),
        ("gateway_rules == 0.1 # pinned\n", "", "it asks for gateway_rules == 0.1"),
        ("gateway-rules==0.1\n", "gateway-rules==0.1\n", "it asks for gateway-rules==0.1"),
        ("gateway-rules>=0.1\n", "gateway-rules>=0.1\n", ""),
        ("gateway-rules>=0.1\n", "gateway-rules>=0.2\n", "it asks for gateway-rules>=0.1"),
        ("gateway-rules-extra==9\n", "", ""),
    ],
)
def test_a_release_that_is_not_the_one_that_runs_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str, now: str, answer: str
) -> None:
    """The pin of the base counts; without a pin, whether it asks as the project does now."""
    monkeypatch.setattr(metadata, "version", lambda _: "0.2")
    for side, text in (("then", then), ("now", now)):
        (tmp_path / side).mkdir()
        (tmp_path / side / "requirements.txt").write_text(text)
    expected = f"{answer}, and 0.2 runs here" if answer else ""
    assert other_release(tmp_path / "then", tmp_path / "now") == expected


def test_a_release_may_be_asked_for_by_the_project_file(tmp_path: Path) -> None:
    """The dependencies of pyproject.toml count where the requirements name none."""
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\nname = "mail"\ndependencies = ["boto3", "gateway-rules==0.2"]\n')
    assert required(tmp_path) == "gateway-rules==0.2"
    path.write_text("[project\n")
    assert required(tmp_path) == ""


def test_another_release_is_told_of(tmp_path: Path) -> None:
    """A project without the code, whose base pins another release, says so at the top."""
    there = repository(tmp_path)
    there.write("requirements.txt", "gateway-rules==0.0.1\n")
    there.commit()
    review = reviewed(there)
    assert review.program.base_code.used == "present"
    for each in said(review):
        assert "it asks for gateway-rules==0.0.1, and " in each
