"""Rehearsals as users type them: the real engine, on a private AWS, from git's revisions."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from repository import ADMINISTRATORS, CATALOGUE, FRANKFURT, IRELAND, STACK, Repository, repository

from gateway_rehearsal.rehearse.rehearsing import NEW, PENDING, REMOVED, UNCHANGED
from gateway_rehearsal.toolchain import ensure

ROOT = Path(__file__).parents[2]
PARIS, VIRGINIA = "stacks/Pulumi.eu-west-3.yaml", "stacks/Pulumi.us-east-1.yaml"
OTHERS = "administrators: [10.42.1.0/24]"
# Sorted before the other one, so that every number behind it moves.
MORE = "administrators: [10.9.0.0/24, 10.42.0.0/24]"
QUOTAS = "  gateway-rules:quotas: "
EPHEMERAL = '  gateway-rules:ephemeral_ports: {gateway: "49152-65535", clients: "1024-65535"}\n'
# A host of a row that this small project keeps, and its only address there.
PRINTED, ANOTHER = "162.13.22.202", "162.13.22.203"
PROGRAM = ("Pulumi.yaml", "__main__.py")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Repository]:
    """Give a project with its program, and see that a rehearsal leaves nothing behind."""
    ensure(print)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    there = repository(tmp_path / "project")
    for part in PROGRAM:
        shutil.copy(ROOT / part, there.root / part)
    there.write(PARIS, STACK.format(region="eu-west-3"))
    there.commit()
    there.git("branch", "-f", "main")
    yield there
    assert list(temporary.iterdir()) == []


def environment(there: Repository) -> dict[str, str]:
    """Give a rehearsal a place for temporary files that a test can look into."""
    return {"TMPDIR": str(there.top.parent / "tmp")}


def rehearse(there: Repository, code: int, *options: str) -> dict[str, Any]:
    """Rehearse and give what is answered."""
    done = there.run("rehearse", *options, "--json", environment=environment(there))
    assert done.returncode == code, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def actions(stack: dict[str, Any]) -> list[str]:
    """Name the calls of a stack in their order, each run of alike ones once."""
    names = ["", *(call["action"] for call in stack["calls"])]
    return [name for before, name in pairwise(names) if name != before]


def notes(answer: dict[str, Any]) -> dict[str, str]:
    """Give why stacks were not rehearsed."""
    stacks = answer["stacks"].items()
    return {name: stack["note"] for name, stack in stacks if not stack["rehearsed"]}


SWAP = {
    "CreateNetworkAcl",
    "CreateNetworkAclEntry",
    "ReplaceNetworkAclAssociation",
    "DeleteNetworkAcl",
}


@pytest.mark.engine
def test_changes_of_all_kinds_are_clean(project: Repository) -> None:
    """A prefix, a service and the ACL alone change without a gap, new before old."""
    project.edit(IRELAND, ADMINISTRATORS, OTHERS)
    project.edit(FRANKFURT, "    service-availability-list: false\n", "")
    project.edit(PARIS, QUOTAS, f"{EPHEMERAL}{QUOTAS}")
    answer = rehearse(project, 0)
    prefix, service, ports = (
        answer["stacks"][f"eu-{n}"] for n in ("west-1", "central-1", "west-3")
    )
    assert all(stack["safe"] for stack in (prefix, service, ports))
    assert prefix["causes"] == ["role administrators: adds 10.42.1.0/24; drops 10.42.0.0/24"]
    assert set(actions(prefix)) == SWAP | {
        "AuthorizeSecurityGroupIngress",
        "RevokeSecurityGroupIngress",
    }
    assert set(actions(service)) == SWAP | {"AuthorizeSecurityGroupEgress"}
    assert set(actions(ports)) == SWAP
    for stack in (prefix, service, ports):
        assert all(call["whole"] and call["error"] is None for call in stack["calls"])
        assert stack["networks"] == ["10.42.8.0/26"]
    last = [call["action"] for call in prefix["calls"]]
    assert sorted(last[-3:]) == ["DeleteNetworkAcl", *["RevokeSecurityGroupIngress"] * 2]


@pytest.mark.engine
def test_subnets_under_other_tags_stay(project: Repository) -> None:
    """A file that finds the same subnets by other tags changes nothing, and its gateways stay."""
    project.edit(IRELAND, "{Tier: gateway}", "{Tier: mail, Owner: mail}")
    stack = rehearse(project, 0)["stacks"]["eu-west-1"]
    assert (stack["safe"], stack["calls"], stack["networks"]) == (True, [], ["10.42.8.0/26"])


@pytest.mark.engine
def test_catalogue_and_roles_change_together(project: Repository) -> None:
    """Groups and ACL change in one go; stacks that lack their addresses are rehearsed as well."""
    more = STACK.replace("    spam-signatures-cloud: false\n", "")
    project.write(VIRGINIA, more.format(region="us-east-1"))
    project.commit()
    project.git("branch", "-f", "main")
    project.edit(CATALOGUE, PRINTED, ANOTHER)
    project.edit(VIRGINIA, ADMINISTRATORS, OTHERS)
    done = project.run("rehearse", "--stack", "us-east-1", environment=environment(project))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert re.fullmatch(
        r"us-east-1: \d+ calls, and after none of them was anything cut or opened unasked", lines[1]
    )
    assert any("AuthorizeSecurityGroupEgress: + egress tcp" in line for line in lines)
    assert any("AuthorizeSecurityGroupIngress: + ingress tcp 22 from" in line for line in lines)
    assert project.git("status", "--porcelain").splitlines() == [
        f" M {CATALOGUE}",
        f" M {VIRGINIA}",
    ]


def own_package(there: Repository, old: str, new: str) -> None:
    """Give a project a package of its own in which something is written in another way."""
    package = there.root / "gateway_rules"
    left_out = shutil.ignore_patterns("__pycache__", "catalogue")
    shutil.copytree(ROOT / "gateway_rules", package, ignore=left_out, dirs_exist_ok=True)
    for name in ("regions.yaml",):
        shutil.copy(ROOT / "gateway_rules" / "catalogue" / name, package / "catalogue" / name)
    there.edit("gateway_rules/deploy/component.py", old, new)


IMMUTABLE = "replace_on_changes=[*DIRECTIONS]"


@pytest.mark.engine
def test_acl_that_is_edited_in_place_is_caught(project: Repository) -> None:
    """Without its immutability the engine edits the ACL, and the call that cuts is named."""
    own_package(project, IMMUTABLE, "replace_on_changes=[]")
    project.edit(IRELAND, ADMINISTRATORS, MORE)
    stack = rehearse(project, 1)["stacks"]["eu-west-1"]
    assert not stack["safe"]
    bad = [call for call in stack["calls"] if call["violations"]]
    assert {call["action"] for call in bad} == {"DeleteNetworkAclEntry"}
    cut = [violation for call in bad for violation in call["violations"]]
    assert {(each["kind"], each["layer"]) for each in cut} == {("cut", "network_acl")}
    services = {service for each in cut for service in each["services"]}
    assert "peer-communication" in services
    origins = {origin for each in cut for origin in each["origins"]}
    assert "section 3, HTTP/S, peers" in origins
    assert stack["calls"][-1]["whole"]


@pytest.mark.engine
def test_acl_that_goes_before_its_successor_comes_is_caught(project: Repository) -> None:
    """Deleted first, an ACL leaves its subnet to the VPC's own one, which passes everything."""
    own_package(project, IMMUTABLE, f"{IMMUTABLE}, delete_before_replace=True")
    project.edit(IRELAND, ADMINISTRATORS, OTHERS)
    stack = rehearse(project, 1)["stacks"]["eu-west-1"]
    bad = [call for call in stack["calls"] if call["violations"]]
    assert [call["action"] for call in bad] == ["ReplaceNetworkAclAssociation"]
    assert {each["kind"] for each in bad[0]["violations"]} == {"open"}
    assert stack["calls"][-1]["whole"]


@pytest.mark.engine
def test_rules_that_move_to_a_new_group_at_once_are_caught(project: Repository) -> None:
    """Parted by section without attaching the new groups first, the gateways lose section 3."""
    project.edit(IRELAND, QUOTAS, f"  gateway-rules:security_groups: by_section\n{QUOTAS}")
    stack = rehearse(project, 1)["stacks"]["eu-west-1"]
    bad = [call for call in stack["calls"] if call["violations"]]
    assert {call["action"] for call in bad} == {
        "RevokeSecurityGroupEgress",
        "RevokeSecurityGroupIngress",
    }
    origins = {o for call in bad for each in call["violations"] for o in each["origins"]}
    assert {origin.partition(",")[0] for origin in origins} == {"section 3"}
    # Whoever attaches the groups in the end makes it whole.
    assert (stack["calls"][-1]["action"], stack["calls"][-1]["whole"], stack["after"]) == (
        "ModifyNetworkInterfaceAttribute",
        True,
        [],
    )


@pytest.mark.engine
def test_change_that_aws_refuses_is_told_up_to_there(project: Repository) -> None:
    """Old and new rules together have to fit; when they do not, the call and the log are named."""
    project.edit(IRELAND, "_network_acl: 40", "_network_acl: 40, rules_per_security_group: 14")
    project.commit()
    project.git("branch", "-f", "main")
    project.edit(IRELAND, "10.42.17.0/28", "10.42.17.16/28")
    answer = rehearse(project, 3)
    stack, errors = answer["stacks"]["eu-west-1"], answer["errors"]
    refused = [call for call in stack["calls"] if call["error"]]
    assert {(call["action"], call["error"]) for call in refused} == {
        ("AuthorizeSecurityGroupEgress", "RulesPerSecurityGroupLimitExceeded")
    }
    assert {(error["rule"], error["fix"]) for error in errors} == {
        ("deploy", "read .local/log/rehearse-eu-west-1.log")
    }
    assert (
        "RulesPerSecurityGroupLimitExceeded"
        in (project.root / ".local/log/rehearse-eu-west-1.log").read_text()
    )


@pytest.mark.engine
def test_interrupted_rehearsal_leaves_nothing(project: Repository) -> None:
    """Told to end, a rehearsal ends its engine and its AWS, and removes its folder."""
    project.edit(IRELAND, ADMINISTRATORS, OTHERS)
    command = [sys.executable, "-m", "gateway_rules", "-C", str(project.root), "rehearse"]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, env=os.environ | environment(project), stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert any("deploying" in line for line in process.stderr)
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
    assert process.returncode == 130


def test_what_needs_no_engine_is_answered_without_one(project: Repository) -> None:
    """What stays, is new, is gone or cannot be planned is said in a line, with nothing deployed."""
    project.git("rm", "-q", PARIS)
    project.write("stacks/Pulumi.eu-north-1.yaml", STACK.format(region="eu-north-1"))
    answer = rehearse(project, 0)
    assert notes(answer) == {
        "eu-central-1": UNCHANGED,
        "eu-north-1": NEW,
        "eu-west-1": UNCHANGED,
        "eu-west-3": REMOVED,
    }
    assert answer["base"] == project.git("rev-parse", "main").strip()


def test_pending_stacks_that_stay_are_told_from_those_that_turn(project: Repository) -> None:
    """A stack that lacks its addresses on both sides stays; one that loses them is left alone."""
    more = STACK.replace("    spam-signatures-cloud: false\n", "")
    project.write(VIRGINIA, more.format(region="us-east-1"))
    project.write("stacks/Pulumi.us-east-2.yaml", STACK.format(region="us-east-2"))
    project.commit()
    project.git("branch", "-f", "main")
    project.write("stacks/Pulumi.us-east-2.yaml", more.format(region="us-east-2"))
    answer = rehearse(project, 0, "--stack", "us-east-1", "--stack", "us-east-2")
    assert notes(answer) == {"us-east-1": UNCHANGED, "us-east-2": PENDING}


def test_base_that_cannot_be_planned_is_no_answer(project: Repository) -> None:
    """What was broken then cannot be deployed; the line says where it was broken."""
    project.edit(IRELAND, ADMINISTRATORS, "administrators: [10.42.0.1/24]")
    project.commit()
    project.git("branch", "-f", "main")
    project.edit(IRELAND, "administrators: [10.42.0.1/24]", ADMINISTRATORS)
    done = project.run("rehearse", "--stack", "eu-west-1", environment=environment(project))
    assert (done.returncode, done.stderr) == (
        3,
        (
            "error: <command>:1:1: [unplanned] eu-west-1 cannot be planned as it was: "
            f"{IRELAND}:7: gateway-rules:roles.administrators: 10.42.0.1/24 has bits behind its "
            "prefix length; name a revision that this version can plan\n"
        ),
    )
    assert done.stdout.splitlines()[1:] == ["eu-west-1: could not be rehearsed"]


def test_unknown_stack_is_a_fault(project: Repository) -> None:
    """A name that no stack has is misspelt, and nothing is deployed."""
    done = project.run("rehearse", "--stack", "eu-west-9")
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        (
            "error: <command>:1:1: [unknown-stack] there is no stack eu-west-9; "
            "write one of: eu-central-1, eu-west-1, eu-west-3\n"
        ),
    )
