"""The shell steps of the workflows that need no engine, with as much of GitHub as they use."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from engine import copy_project
from workflows import GITHUB, ROOT, Done, Runner, step_of

from gateway_rehearsal.build import VERSION
from gateway_rehearsal.toolchain import FILES

STACK = "eu-west-1"
BIN = Path(sys.executable).parent
BOT = "github-actions[bot]"

GH = f"""
import json, os, pathlib, sys

store = pathlib.Path(os.environ["GH_STORE"])
items = json.loads(store.read_text())
arguments = sys.argv[1:]
assert arguments.pop(0) == "api" and os.environ["GH_TOKEN"], sys.argv
if arguments[0] == "--paginate":
    # A page is an array of its own, and here as small as can be.
    kept = [item for item in items if item.get("state") != "closed"]
    path = arguments[1].partition("?")[0]
    print("".join(json.dumps([item]) for item in kept if item["list"] == path) or "[]")
    sys.exit()
_, method, path, _, source = arguments
assert source == "-", sys.argv
told = json.load(sys.stdin)
if method == "POST":
    key = "id" if path.endswith("comments") else "number"
    user = {{"login": "{BOT}"}}
    items.append({{key: len(items) + 1, "list": path, "user": user, **told}})
else:
    [item] = (i for i in items if path.endswith(f"/{{i.get('id', i.get('number'))}}"))
    item.update(told)
store.write_text(json.dumps(items))
print(json.dumps(items[-1]))
"""
"""As much of `gh api` as the scripts use, over a file of comments and issues."""

COMMENTS = "repos/acme/mail/issues/7/comments"
ISSUES = "repos/acme/mail/issues"


def write(file: Path, text: str) -> None:
    """Write an executable."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)


def git(root: Path, *arguments: str) -> str:
    """Run git in a repository that knows an author and nothing of the user's settings."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1"}
    named = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(  # noqa: S603 our own command
        ["git", *named, *arguments],  # noqa: S607 git stands in different places.
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a copy of the project with its workflows."""
    root = tmp_path / "project"
    copy_project(root)
    shutil.copytree(GITHUB, root / ".github")
    return root


@pytest.fixture
def runner(project: Path, tmp_path: Path) -> Runner:
    """Give a runner with the project checked out, `gateway-rules` on PATH, and a small `gh`."""
    (tmp_path / "gh.py").write_text(GH)
    python, script = sys.executable, tmp_path / "gh.py"
    write(tmp_path / "bin" / "gh", f"#!/bin/sh\nexec '{python}' '{script}' \"$@\"\n")
    (tmp_path / "items.json").write_text("[]")
    environment = {
        "PATH": f"{BIN}:{tmp_path / 'bin'}:{os.environ['PATH']}",
        "GH_STORE": str(tmp_path / "items.json"),
    }
    return Runner(project, tmp_path / "runner", environment)


def items(runner: Runner) -> list[dict[str, Any]]:
    """Give what GitHub holds."""
    found: list[dict[str, Any]] = json.loads(Path(runner.environment["GH_STORE"]).read_text())
    return found


needs_jq = pytest.mark.skipif(
    not shutil.which("jq"), reason="there is no jq, which every runner of GitHub has"
)


# --- The matrix ----------------------------------------------------------------------------


@pytest.fixture
def three(project: Path) -> Path:
    """Add a stack that is pending."""
    text = (project / "stacks" / f"Pulumi.{STACK}.yaml").read_text()
    far = text.replace("aws:region: eu-west-1", "aws:region: us-east-1")
    (project / "stacks" / "Pulumi.us-east-1.yaml").write_text(far)
    return project


def names(done: Done, output: str) -> list[tuple[str, str]]:
    """Give the stacks of a matrix with their Regions."""
    return [(stack["stack"], stack["region"]) for stack in json.loads(done.outputs[output])]


@needs_jq
def test_the_matrix_leaves_pending_stacks_out_and_names_them(runner: Runner, three: Path) -> None:
    """Those that can be deployed go into the matrix, the others with their cure to the reader."""
    done = runner.run(step_of("pull-request/stacks", "List"))
    assert (done.code, done.err) == (0, "")
    assert names(done, "all") == [("eu-central-1", "eu-central-1"), (STACK, STACK)]
    assert done.summary.startswith("- `us-east-1` is pending: the addresses of bulkmail1")
    assert done.summary.endswith("resolve us-east-1 with a resolver in that region\n")


@needs_jq
@pytest.mark.parametrize(
    ("named", "canary", "rest"),
    [("", "eu-central-1", STACK), (STACK, STACK, "eu-central-1")],
    ids=["the first", "the one that a variable names"],
)
def test_the_canary_is_apart_from_the_rest(
    runner: Runner, named: str, canary: str, rest: str
) -> None:
    """One stack goes first, and no stack twice."""
    done = runner.run(step_of("deploy/stacks", "List"), CANARY=named)
    assert names(done, "canary") == [(canary, canary)]
    assert names(done, "rest") == [(rest, rest)]


@needs_jq
def test_a_canary_that_cannot_be_deployed_stops_all(runner: Runner, three: Path) -> None:
    """Without the canary that was asked for, nothing goes to any Region."""
    done = runner.run(step_of("deploy/stacks", "List"), CANARY="us-east-1")
    assert (done.code, done.outputs) == (2, {})
    assert done.err == (
        "error: CANARY_STACK is us-east-1, which is no stack that can be deployed; "
        "write one of: eu-central-1, eu-west-1\n"
    )


def test_a_project_that_cannot_be_read_gives_no_matrix(runner: Runner, project: Path) -> None:
    """The step fails with the fault, so that no job takes an empty matrix for all being well."""
    (project / "stacks" / f"Pulumi.{STACK}.yaml").write_text("config: []\n")
    done = runner.run(step_of("drift/stacks", "List"))
    assert (done.code, done.outputs) == (2, {})
    assert done.err == (
        f"error: stacks/Pulumi.{STACK}.yaml:1:9: [missing-key] the stack has no config; "
        "write `config:` with the keys of the stack below it\n"
    )


# --- The review ----------------------------------------------------------------------------


@pytest.fixture
def merged(project: Path) -> Path:
    """Make the merge of a branch that lets everybody reach SSH, as GitHub checks it out."""
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "before")
    git(project, "switch", "-q", "-c", "branch")
    file = project / "stacks" / f"Pulumi.{STACK}.yaml"
    text = file.read_text()
    assert "administrators: [10.42.0.0/24]" in text
    file.write_text(text.replace("administrators: [10.42.0.0/24]", "administrators: [0.0.0.0/0]"))
    git(project, "commit", "-q", "-a", "-m", "widen")
    git(project, "switch", "-q", "main")
    git(project, "commit", "-q", "--allow-empty", "-m", "meanwhile")
    git(project, "merge", "-q", "--no-ff", "-m", "merge", "branch")
    return project


def test_the_review_of_a_merge_says_what_the_branch_opens(runner: Runner, merged: Path) -> None:
    """The comparison is with what the branch is merged into, for a comment and for the summary."""
    done = runner.run(step_of("pull-request/review", "Compare"))
    assert (done.code, done.err) == (0, "")
    review = (merged / "review.md").read_text()
    assert review == done.summary
    assert review.startswith("<!-- gateway-rules diff -->\n")
    assert git(merged, "rev-parse", "HEAD^1")[:9] in review
    assert re.search(r"ingress tcp 22 from \| 0\.0\.0\.0/0", review)


def test_a_review_that_fails_is_commented_all_the_same(runner: Runner, merged: Path) -> None:
    """An older comment would read as this commit's; the step fails, and the new one says so."""
    (merged / "stacks" / f"Pulumi.{STACK}.yaml").write_text("config: [")
    done = runner.run(step_of("pull-request/review", "Compare"))
    review = (merged / "review.md").read_text()
    assert (done.code, review) == (2, done.summary)
    assert review.startswith("<!-- gateway-rules diff -->\n### This change could not be compared\n")
    merge, branch = (git(merged, "rev-parse", name)[:9] for name in ("HEAD", "HEAD^2"))
    assert f"What {branch}, merged as {merge}, opens and closes is not known" in review


def test_a_review_that_ends_without_a_word_is_commented_too(
    runner: Runner, merged: Path, tmp_path: Path
) -> None:
    """Where the program itself breaks, the script writes the comment and names the run."""
    write(tmp_path / "broken" / "gateway-rules", "#!/bin/sh\nexit 3\n")
    path = f"{tmp_path / 'broken'}:{runner.environment['PATH']}"
    done = runner.run(step_of("pull-request/review", "Compare"), PATH=path)
    review = (merged / "review.md").read_text()
    assert (done.code, review) == (3, done.summary)
    assert review.startswith("<!-- gateway-rules diff -->\n")
    assert "https://github.example/acme/mail/actions/runs/42" in review
    step = step_of("pull-request/review", "Comment")
    assert step["if"].startswith("!cancelled() && hashFiles('review.md') != ''")


def test_the_limits_stop_what_opens_ssh_to_everybody(runner: Runner, merged: Path) -> None:
    """The check of the limits fails with what stops the change, and passes one without it."""
    limit = step_of("pull-request/policy", "Policy")
    done = runner.run(limit)
    assert done.code == 1
    assert f"policy: {STACK}" in done.out
    git(merged, "commit", "-q", "--allow-empty", "-m", "nothing")
    assert runner.run(limit).code == 0


def comment(runner: Runner, body: str) -> Done:
    """Write a review and let it be commented."""
    (runner.workspace / "review.md").write_text(body)
    step = step_of("pull-request/review", "Comment")
    return runner.run(step, GH_TOKEN="t", PULL_REQUEST="7")  # noqa: S106 no token


@needs_jq
def test_a_comment_is_written_once_and_then_over_itself(runner: Runner) -> None:
    """However often a branch is pushed, its pull request has one comment, with the last review."""
    long = "<!-- mark -->\n" + 'a "line" of $text with `signs` and é\n' * 1600
    assert len(long) > 55_000
    for body in (f"<!-- mark -->\n{'x' * 60_000}\n", long):
        done = comment(runner, body)
        assert (done.code, done.out, done.err) == (0, "", "")
        [only] = items(runner)
        assert (only["list"], only["id"], only["body"]) == (COMMENTS, 1, body)


@needs_jq
def test_a_comment_of_somebody_else_is_left_alone(runner: Runner) -> None:
    """Neither a person who writes the first line nor another comment of a workflow is meant."""
    others = [
        {"id": 1, "list": COMMENTS, "user": {"login": "eve"}, "body": "<!-- mark -->\nshe"},
        {"id": 2, "list": COMMENTS, "user": {"login": BOT}, "body": "see <!-- mark -->"},
        {"id": 3, "list": COMMENTS, "user": {"login": BOT}, "body": None},
    ]
    Path(runner.environment["GH_STORE"]).write_text(json.dumps(others))
    assert comment(runner, "<!-- mark -->\nfirst\n").code == 0
    assert comment(runner, "<!-- mark -->\nsecond\n").code == 0
    assert items(runner)[:3] == others
    assert [item["body"] for item in items(runner)[3:]] == ["<!-- mark -->\nsecond\n"]


@needs_jq
def test_a_github_that_does_not_answer_fails_the_step(runner: Runner, tmp_path: Path) -> None:
    """A review that nobody gets to see is no success, and no second comment is written for it."""
    write(tmp_path / "bin" / "gh", "#!/bin/sh\necho 'HTTP 502' >&2\nexit 1\n")
    done = comment(runner, "<!-- mark -->\n")
    assert (done.code, done.err) == (1, "HTTP 502\n")


# --- The issue about drift -----------------------------------------------------------------


def tell(runner: Runner, state: str, body: str) -> list[tuple[Any, ...]]:
    """Tell of a comparison, and give the issues that there are then."""
    (runner.workspace / "drift.md").write_text(f"<!-- drift -->\n{body}\n")
    step = step_of("drift/drift", "Tell")
    done = runner.run(step, GH_TOKEN="t", STATE=state, STACK=STACK)  # noqa: S106 no token
    assert (done.code, done.out, done.err) == (0, "", "")
    return [(item["number"], item.get("state", "open"), item["body"]) for item in items(runner)]


@needs_jq
def test_an_issue_follows_the_drift_until_it_is_gone(runner: Runner) -> None:
    """One issue is opened, says the latest, and is closed; the next drift opens another."""
    assert tell(runner, "closed", "well") == []
    assert tell(runner, "open", "one") == [(1, "open", "<!-- drift -->\none\n")]
    assert tell(runner, "open", "two") == [(1, "open", "<!-- drift -->\ntwo\n")]
    closed = (1, "closed", "<!-- drift -->\nwell\n")
    assert tell(runner, "closed", "well") == [closed]
    assert tell(runner, "closed", "well") == [closed]
    assert tell(runner, "open", "again") == [closed, (2, "open", "<!-- drift -->\nagain\n")]
    assert items(runner)[0]["title"] == f"AWS has drifted from {STACK}"
    assert items(runner)[0]["list"] == ISSUES


# --- The account ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "backend", "said"),
    [
        ("", "s3://b", "ROLE: a variable that names the role is not set, see docs/workflows.md"),
        ("r", "", "PULUMI_BACKEND_URL: this variable is not set, see docs/workflows.md"),
    ],
)
def test_an_account_that_is_not_set_up_is_said(
    runner: Runner, role: str, backend: str, said: str
) -> None:
    """Somebody who has not read how to set it up is told where that stands."""
    done = runner.run(
        step_of("account", "Ask for what is not set up"), ROLE=role, PULUMI_BACKEND_URL=backend
    )
    assert done.code != 0
    assert done.err.endswith(f"{said}\n")


@pytest.mark.skipif(
    Path("/usr/bin/pulumi").exists(), reason="a distribution's Pulumi is taken before any other"
)
def test_the_pulumi_of_the_runner_is_not_taken(runner: Runner, tmp_path: Path) -> None:
    """Whatever a runner brings along, the version that the project is tried with is used."""
    kept = tmp_path / "cache" / f"pulumi-{VERSION}-release" / "bin"
    for name in FILES:
        write(tmp_path / "bin" / name, "#!/bin/sh\n")
        write(kept / name, "#!/bin/sh\n")
    (runner.workspace / ".venv").symlink_to(sys.prefix)
    done = runner.run(
        step_of("account", "Install Pulumi"), GATEWAY_RULES_CACHE=str(tmp_path / "cache")
    )
    assert (done.code, done.path) == (0, f"{kept}\n")


def test_the_version_of_pulumi_is_that_of_the_program() -> None:
    """The engine that workflows install is of the same release as the SDK that they run."""
    assert f"pulumi=={VERSION}\n" in (ROOT / "requirements.txt").read_text()
