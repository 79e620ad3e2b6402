"""`gateway-rules new-stack` writes a file to fill in, and nothing invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from written import told

from gateway_rules.authoring.stack_template import create_stack, next_steps, text
from gateway_rules.errors import Faults, NoAnswer
from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.inputs.documents import parse_yaml
from gateway_rules.planning.stack_plan import load_plan

CATALOGUE = read_catalogue()


@pytest.mark.parametrize("region", sorted(CATALOGUE.regions))
def test_every_role_is_there_to_be_filled_in(region: str) -> None:
    """No role is guessed to be empty: what is not filled in is a fault."""
    roles = parse_yaml(text(region, CATALOGUE), "new").data["config"]["gateway-rules:roles"]
    assert roles == dict.fromkeys(CATALOGUE.roles)


def test_what_is_empty_is_refused_by_its_place(tmp_path: Path) -> None:
    """The networks and each of the nine roles want an answer, and nothing else does."""
    create_stack(tmp_path, "eu-west-2", "eu-west-2", CATALOGUE)
    with pytest.raises(Faults) as refused:
        load_plan(tmp_path, "eu-west-2")
    faults = refused.value.faults
    assert [fault.rule for fault in faults] == ["type"] * (1 + len(CATALOGUE.roles))


def test_a_file_that_is_filled_in_plans(tmp_path: Path) -> None:
    """The file needs nothing but its answers; mail and path-MTU discovery are among them."""
    path, _ = create_stack(tmp_path, "eu-west-2", "london", CATALOGUE)
    filled = [
        f"{line.partition(':')[0]}: []"
        if line.strip(" ").removesuffix(":") in CATALOGUE.roles
        else line.replace("networks:", "networks: [10.1.0.0/24]")
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join(filled))
    plan = load_plan(tmp_path, "london").plan
    assert [addition.name for addition in plan.site.additions] == ["smtp-in", "smtp-out", "pmtud"]


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    """The second call changes nothing."""
    path, _ = create_stack(tmp_path, "eu-west-2", "eu-west-2", CATALOGUE)
    path.write_text("mine")
    with pytest.raises(Faults, match=r"\[file-exists\] the file is there already; edit it"):
        create_stack(tmp_path, "eu-west-2", "eu-west-2", CATALOGUE)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("name", ["../else", "a/b", "Bad Name", "", "x" * 65, "a\n"])
def test_a_name_that_no_stack_can_have_is_refused(name: str, tmp_path: Path) -> None:
    """Nothing is written for it, in the project or beside it."""
    with pytest.raises(Faults, match=r"\[form\] '.* is no name of a stack; write at most 64"):
        create_stack(tmp_path, "eu-west-2", name, CATALOGUE)
    assert [*tmp_path.iterdir()] == []


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A project may be on a disk that takes nothing."""
    (tmp_path / "stacks").write_text("")
    with pytest.raises(NoAnswer) as caught:
        create_stack(tmp_path, "eu-west-2", "eu-west-2", CATALOGUE)
    assert told(caught.value) == [
        (
            "error: stacks/Pulumi.eu-west-2.yaml:1:1: [no-write] cannot be written: File exists; "
            "make room, or give yourself the right to write there"
        )
    ]


def test_a_region_that_aws_has_not_is_refused(tmp_path: Path) -> None:
    """Nothing is written for it."""
    with pytest.raises(Faults, match=r"\[unknown-region\] AWS has no region eu-west-9; write one"):
        create_stack(tmp_path, "eu-west-9", "eu-west-9", CATALOGUE)
    assert not (tmp_path / "stacks").exists()


@pytest.mark.parametrize("region", sorted(CATALOGUE.regions))
def test_only_outside_emea_hosts_are_to_be_looked_up(region: str) -> None:
    """The next steps know the part of the world in which a Region lies."""
    steps = [*next_steps(region, region, CATALOGUE)]
    asked = any(step.startswith("gateway-rules resolve ") for step in steps)
    assert asked == (CATALOGUE.regions[region].geography != "EMEA")
