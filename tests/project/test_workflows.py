"""What holds for every workflow, read from their YAML, and what others' checks say of them."""

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
from workflows import ACTIONS, GITHUB, ROOT, SCRIPTS, WORKFLOWS, jobs, load, step_of, steps

from gateway_rehearsal.build import Program, find_go
from gateway_rehearsal.locks import exclusive
from gateway_rules.cli import cache_folder
from gateway_rules.cli.app import app
from gateway_rules.errors import NoAnswer

LINTER = Program(ROOT / "tools" / "actionlint", "github.com/rhysd/actionlint/cmd/actionlint")

READ = {"contents": "read"}
ACCOUNT = READ | {"id-token": "write"}
PERMISSIONS = {
    ("pull-request", "lint"): READ,
    ("pull-request", "test"): READ,
    ("pull-request", "snapshots"): READ,
    ("pull-request", "review"): READ | {"pull-requests": "write"},
    ("pull-request", "policy"): READ,
    ("pull-request", "stacks"): READ,
    ("pull-request", "preview"): ACCOUNT,
    ("pull-request", "required"): {},
    ("deploy", "stacks"): READ,
    ("deploy", "canary"): ACCOUNT,
    ("deploy", "rest"): ACCOUNT,
    ("deploy-stack", "up"): ACCOUNT,
    ("drift", "stacks"): READ,
    ("nightly", "test"): READ,
    ("drift", "drift"): ACCOUNT | {"issues": "write"},
}
TRIGGERS = {
    "pull-request": {"pull_request"},
    "deploy": {"push", "workflow_dispatch"},
    "deploy-stack": {"workflow_call"},
    "drift": {"schedule", "workflow_dispatch"},
    "nightly": {"schedule", "workflow_dispatch"},
}


# --- Others' checks ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "files"),
    [("vendor.github-workflows", WORKFLOWS), ("vendor.github-actions", ACTIONS)],
)
def test_every_file_obeys_its_schema(schema: str, files: tuple[Path, ...]) -> None:
    """check-jsonschema's own copies of the schemas accept workflows and actions."""
    done = _run(
        Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", schema, *files
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def actionlint() -> Path:
    """Build actionlint from its module once a version of it, beside Pulumi in the user's cache."""
    version = re.search(r"rhysd/actionlint (v\S+)", (LINTER.module / "go.mod").read_text())
    assert version
    kept = cache_folder(os.environ)
    kept.mkdir(parents=True, exist_ok=True)
    with exclusive(kept, lambda: None):
        built = kept / f"actionlint-{version[1]}" / LINTER.name
        return built if built.exists() else _build(built)


def _build(place: Path) -> Path:
    half_made = place.parent.with_suffix(".new")
    half_made.mkdir(exist_ok=True)
    try:
        go = find_go(os.environ, half_made)
    except NoAnswer as error:
        if found := shutil.which(LINTER.name):
            return Path(found)
        pytest.skip(f"there is no actionlint on PATH, and none can be built: {error}")
    log = half_made / "log"
    with log.open("wb") as output:
        code = go.start_build(LINTER, half_made, output).wait()
    assert code == 0, log.read_text()
    half_made.rename(place.parent)
    return place


def test_actionlint_finds_nothing(actionlint: Path) -> None:
    """Expressions, contexts, needs, inputs and outputs fit together."""
    # Linters of shell and Python that happen to be on PATH would judge by their own versions.
    done = _run(actionlint, "-no-color", "-shellcheck=", "-pyflakes=", *WORKFLOWS)
    assert (done.returncode, done.stdout) == (0, "")


def test_actionlint_would_find_something(actionlint: Path, tmp_path: Path) -> None:
    """It does read what it is given: an output that no job has is found."""
    file = tmp_path / "wrong.yml"
    text = (GITHUB / "workflows" / "deploy.yml").read_text()
    file.write_text(text.replace("needs.stacks.outputs.rest", "needs.stacks.outputs.others", 1))
    done = _run(actionlint, "-no-color", "-shellcheck=", "-pyflakes=", "-oneline", file)
    assert done.returncode == 1
    assert 'property "others" is not defined' in done.stdout


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 our own commands
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )


# --- What may run, when, and with which rights ---------------------------------------------


@pytest.mark.parametrize(
    "file", [*WORKFLOWS, *ACTIONS], ids=lambda file: str(file.relative_to(GITHUB))
)
def test_every_foreign_action_is_pinned_to_a_commit(file: Path) -> None:
    """A tag can be moved; a commit cannot. The comment says which version it is."""
    used = re.findall(r"uses: +(.+)", file.read_text())
    loose = [
        action
        for action in used
        if not re.fullmatch(r"\./\S+|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)
    ]
    assert loose == []


def test_one_version_of_each_action_is_used() -> None:
    """Every place that uses an action has it from the same commit, so updates miss none."""
    used = {step["uses"] for _, step in steps() if "@" in step.get("uses", "")}
    assert sorted(action.split("@")[0] for action in used) == [
        "actions/checkout",
        "actions/setup-python",
        "actions/upload-artifact",
        "aws-actions/configure-aws-credentials",
    ]


def _action(step: dict[str, Any]) -> str:
    return str(step.get("uses", "")).split("@")[0]


def test_every_trigger_is_harmless() -> None:
    """No event that runs with a write token for a fork's pull request starts anything."""
    assert {file.stem: _triggers(file) for file in WORKFLOWS} == TRIGGERS


def _triggers(file: Path) -> set[str]:
    return set(load(file)["on"])


def test_every_right_is_given_to_a_job_and_no_other() -> None:
    """A workflow gives nothing, so that each job has only what stands in this table."""
    assert [file.stem for file in WORKFLOWS if load(file)["permissions"] != {}] == []
    assert {(file, name): job["permissions"] for file, name, job in jobs()} == PERMISSIONS


def test_a_checkout_keeps_no_token() -> None:
    """What runs after a checkout finds no token in the clone."""
    kept = [
        place
        for place, step in steps()
        if _action(step) == "actions/checkout" and step["with"]["persist-credentials"] is not False
    ]
    assert kept == []


def test_every_job_ends() -> None:
    """Each job that a machine runs has a limit of at most an hour, the life of its AWS session."""
    limits = {
        (file, name): job.get("timeout-minutes") for file, name, job in jobs() if "runs-on" in job
    }
    assert [place for place, limit in limits.items() if not (limit and limit <= 60)] == []
    assert PERMISSIONS.keys() - limits.keys() == {("deploy", "canary"), ("deploy", "rest")}


def test_keys_are_nowhere() -> None:
    """A role alone reaches AWS, and the one secret goes to what runs Pulumi and no further."""
    texts = [file.read_text() for file in (*WORKFLOWS, *ACTIONS, *SCRIPTS)]
    secrets = {name for text in texts for name in re.findall(r"secrets\.(\w+)", text)}
    assert secrets == {"PULUMI_CONFIG_PASSPHRASE"}
    assert [text for text in texts if re.search("AWS_(SECRET_)?ACCESS_KEY", text)] == []
    holders = [step["name"] for _, step in steps() if "secrets." in str(step)]
    assert sorted(holders) == ["Compare", "Deploy", "Preview"]


def test_a_token_goes_to_the_two_steps_that_write() -> None:
    """No other step has the workflow's token in its environment."""
    holders = [step["name"] for _, step in steps() if "github.token" in str(step)]
    assert sorted(holders) == ["Comment", "Tell"]


def test_no_expression_stands_in_a_script() -> None:
    """What others may have chosen, such as a branch's name, reaches a shell as a variable only."""
    assert [place for place, step in steps() if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize(("place", "name"), [("review", "Comment"), ("preview", None)])
def test_a_fork_gets_neither_a_comment_nor_an_account(place: str, name: str | None) -> None:
    """What writes or reads an account is for branches of the repository itself."""
    guarded = (
        step_of(f"pull-request/{place}", name)
        if name
        else load(GITHUB / "workflows" / "pull-request.yml")["jobs"][place]
    )
    conditions = guarded["if"].split(" && ")
    assert "github.event.pull_request.head.repo.full_name == github.repository" in conditions
    assert "github.event.pull_request.user.login != 'dependabot[bot]'" in conditions


# --- The order of a deployment -------------------------------------------------------------


def test_nothing_that_changes_aws_is_cancelled() -> None:
    """A newer commit, another Region's failure and a drift check leave a deployment alone."""
    stack = load(GITHUB / "workflows" / "deploy-stack.yml")["jobs"]["up"]
    deploy = load(GITHUB / "workflows" / "deploy.yml")
    drift = load(GITHUB / "workflows" / "drift.yml")
    assert deploy["concurrency"] == {"group": "deploy", "cancel-in-progress": False}
    assert drift["concurrency"] == {"group": "drift", "cancel-in-progress": False}
    assert stack["concurrency"] == {
        "group": "stack-${{ inputs.stack }}",
        "cancel-in-progress": False,
    }
    strategies = [deploy["jobs"][name]["strategy"] for name in ("canary", "rest")]
    assert [strategy["fail-fast"] for strategy in strategies] == [False, False]


def test_one_region_goes_first_and_each_waits_for_approval() -> None:
    """The rest needs the canary, and both go through an environment of their own."""
    deploy = load(GITHUB / "workflows" / "deploy.yml")["jobs"]
    stack = load(GITHUB / "workflows" / "deploy-stack.yml")["jobs"]["up"]
    assert deploy["rest"]["needs"] == ["stacks", "canary"]
    # `always()` or `!cancelled()` in it would let the rest go on after a canary that failed.
    assert deploy["rest"]["if"] == "needs.stacks.outputs.rest != '[]'"
    assert deploy["rest"]["strategy"]["max-parallel"] == 2
    environments = [deploy[name]["with"]["environment"] for name in ("canary", "rest")]
    assert environments == ["canary", "production"]
    assert stack["environment"] == "${{ inputs.environment }}"


def test_only_the_main_branch_is_deployed() -> None:
    """A run that is started by hand on another branch does nothing."""
    deploy = load(GITHUB / "workflows" / "deploy.yml")
    assert deploy["on"]["push"]["branches"] == ["main"]
    assert deploy["jobs"]["stacks"]["if"] == "github.ref == 'refs/heads/main'"


def test_every_check_of_a_pull_request_counts() -> None:
    """The check that branch protection asks for waits for all others, whatever became of them."""
    checks = load(GITHUB / "workflows" / "pull-request.yml")["jobs"]
    assert {*checks["required"]["needs"], "required"} == checks.keys()
    assert checks["required"]["if"] == "always()"


# --- What the shell says -------------------------------------------------------------------


def _commands(program: str) -> Iterator[list[str]]:
    """Give each call of a program in steps and scripts, without the program."""
    texts = [step.get("run", "") for _, step in steps()]
    texts += [file.read_text() for file in SCRIPTS]
    for text in texts:
        code = re.sub(r"^ *#.*$", "", text, flags=re.MULTILINE)
        for call in re.findall(rf"(?:^|[ (]){program} ([^|;&)>\n]+)", code, re.MULTILINE):
            yield shlex.split(call)


def test_every_command_of_the_project_is_there_with_its_options() -> None:
    """The command line knows each `gateway-rules` call, its options and how many words follow."""
    calls = list(_commands("gateway-rules"))
    assert len(calls) >= 5
    root = typer.main.get_command(app)
    assert isinstance(root, typer.core.TyperGroup)
    for name, *words in calls:
        command = root.get_command(typer.Context(root), name)
        assert command is not None, name
        command.make_context(name, list(words))


def test_every_make_target_is_there() -> None:
    """The Makefile has each target that a step makes."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    made = [target for call in _commands("make") for target in call]
    assert sorted(made) == ["lint", "setup", "test", "test-all"]
    assert set(made) <= set(targets)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_every_script_is_used_and_strict(script: Path) -> None:
    """A step runs it, or a script sources it, and it ends at its first failure."""
    text = script.read_text()
    if os.access(script, os.X_OK):
        users = [step.get("run", "") for _, step in steps()]
        named = f".github/scripts/{script.name}"
        assert re.match(r"#!/usr/bin/env bash\n(#.*\n)+set -euo pipefail\n", text)
    else:
        users = [other.read_text() for other in SCRIPTS]
        named = f'source "${{BASH_SOURCE[0]%/*}}/{script.name}"'
    assert any(named in user for user in users)
    done = _run("bash", "-n", script)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_path_that_a_step_names_is_there() -> None:
    """Scripts, local actions and called workflows are where the workflows look for them."""
    texts = [file.read_text() for file in (*WORKFLOWS, *ACTIONS)]
    named = {path for text in texts for path in re.findall(r"(?:\./)?(\.github/[\w./-]+)", text)}
    assert len(named) > 5
    assert [path for path in named if not (ROOT / path).exists()] == []


# --- What a user sets up -------------------------------------------------------------------


def test_the_guide_names_what_the_workflows_ask_for() -> None:
    """Variables, secrets, environments and workflows are those of the guide, and no others."""
    guide = (ROOT / "docs" / "workflows.md").read_text()
    text = "\n".join(file.read_text() for file in WORKFLOWS)
    variables = set(re.findall(r"^\| `([A-Z_]+)` \|", guide, re.MULTILINE))
    assert variables == set(re.findall(r"vars\.(\w+)", text))
    assert set(re.findall(r"secret `(\w+)`", guide)) == set(re.findall(r"secrets\.(\w+)", text))
    environments = set(re.findall(r"repo:acme/mail:environment:(\w+)", guide))
    assert environments == set(re.findall(r"environment: (\w+)$", text, re.MULTILINE))
    described = set(re.findall(r"^\| `([\w-]+)\.yml`", guide, re.MULTILINE))
    assert described == {file.stem for file in WORKFLOWS} - {"deploy-stack"}
