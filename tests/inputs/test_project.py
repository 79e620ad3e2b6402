"""Finding a project and its stacks, and planning one of them."""

from pathlib import Path

import pytest
from written import STACK, project, told

from gateway_rules.errors import Faults, OverQuota, Pending
from gateway_rules.inputs.project import find_root, misnamed, stack_names
from gateway_rules.planning.stack_plan import load_plan


def test_the_nearest_project_upward_is_found(tmp_path: Path) -> None:
    """From any folder below, the project is the one around it and not one further up."""
    outer = project(tmp_path)
    inner = project(outer / "inner")
    below = inner / "docs" / "deep"
    below.mkdir(parents=True)
    assert [find_root(start) for start in (outer, inner, below)] == [outer, inner, inner]


def test_a_folder_with_half_a_project_is_passed_over(tmp_path: Path) -> None:
    """Pulumi.yaml without stacks is another program's."""
    (project(tmp_path) / "other").mkdir()
    (tmp_path / "other" / "Pulumi.yaml").write_text("name: other\n")
    assert find_root(tmp_path / "other") == tmp_path


def test_no_project_is_a_fault_of_the_command_line(tmp_path: Path) -> None:
    """Who stands elsewhere is told how to name a project."""
    with pytest.raises(Faults) as caught:
        find_root(tmp_path)
    assert told(caught.value) == [
        (
            f"error: <command>:1:1: [no-project] no Pulumi.yaml with a folder stacks in {tmp_path} "
            "or above it; go to the project's folder, or name it with -C"
        )
    ]


def test_a_folder_that_is_not_there_is_not_looked_above(tmp_path: Path) -> None:
    """A mistyped folder is not taken for the project around it."""
    root = project(tmp_path)
    with pytest.raises(Faults) as caught:
        find_root(root / "nope")
    assert told(caught.value) == [
        (
            f"error: <command>:1:1: [no-folder] {root}/nope is no folder; "
            "name a folder of the project with -C"
        )
    ]


def test_stacks_are_those_that_have_a_file(tmp_path: Path) -> None:
    """Every Pulumi.NAME.yaml under stacks is a stack, sorted by name."""
    root = project(tmp_path)
    for name in ("Pulumi.a.yaml", "Pulumi.c.yaml", "notes.yaml", "Pulumi.yaml"):
        (root / "stacks" / name).write_text("")
    assert stack_names(root) == ("a", "bad", "c")


def test_an_unknown_stack_is_told_with_those_that_are_there(tmp_path: Path) -> None:
    """The cure names the stacks."""
    root = project(tmp_path)
    (root / "stacks" / "Pulumi.other.yaml").write_text(STACK)
    with pytest.raises(Faults) as caught:
        load_plan(root, "eu-west-1")
    assert told(caught.value) == [
        (
            "error: <command>:1:1: [unknown-stack] there is no stack eu-west-1; "
            "write one of: bad, other"
        )
    ]


def test_a_project_without_stacks_says_so(tmp_path: Path) -> None:
    """Where there is none to name, the cure is to write one."""
    (tmp_path / "stacks").mkdir()
    with pytest.raises(Faults) as caught:
        load_plan(tmp_path, "a")
    assert told(caught.value) == [
        "error: <command>:1:1: [unknown-stack] there is no stack a; write a stack file first"
    ]


def test_a_plan_is_that_of_the_stack(tmp_path: Path) -> None:
    """The stack's file and the shipped catalogue make the plan."""
    plan = load_plan(project(tmp_path), "bad").plan
    assert (plan.site.stack, plan.site.region, plan.catalogue.issue) == ("bad", "eu-west-1", "3.14")


def test_a_group_over_its_quota_is_told_at_the_quota(tmp_path: Path) -> None:
    """What must pass and does not fit is the fault of what the file says, or does not say."""
    stack = STACK + "  gateway-rules:quotas: {rules_per_security_group: 40}\n"
    with pytest.raises(OverQuota) as caught:
        load_plan(project(tmp_path, stack), "bad")
    assert told(caught.value) == [
        (
            "error: stacks/Pulumi.bad.yaml:16:52: [group-quota] egress ipv4 needs 47 rules and the "
            "quota is 40; most of them are for product-updates (8), kaspersky-av-updates (6), "
            "sophos-av-updates (6); part them by section (security_groups), ask AWS to raise the "
            "quota and write it here, merge prefixes, or leave services out"
        )
    ]


def test_an_acl_over_its_quota_is_told_at_the_quota(tmp_path: Path) -> None:
    """Protocols that cannot share an entry need one each."""
    stack = STACK + "  gateway-rules:quotas: {entries_per_network_acl: 2}\n"
    with pytest.raises(OverQuota) as caught:
        load_plan(project(tmp_path, stack), "bad")
    assert told(caught.value) == [
        (
            "error: stacks/Pulumi.bad.yaml:16:51: [acl-quota] egress ipv4 needs 2 entries and the "
            "quota leaves 1; raise entries_per_network_acl, at most 40, or ask for fewer protocols"
        ).replace("egress", direction)
        for direction in ("egress", "ingress")
    ]


def test_a_pending_stack_is_told_apart(tmp_path: Path) -> None:
    """Commands over all stacks may pass over it; naming it alone is an error."""
    with pytest.raises(Pending):
        load_plan(project(tmp_path, STACK.replace("eu-west-1", "us-east-1")), "bad")


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("stacks/Pulumi.other.yml", "Pulumi.other.yaml"),
        ("stacks/Pulumi.other.YAML", "Pulumi.other.yaml"),
        ("stacks/Pulumi.other.json", "Pulumi.other.yaml"),
        ("stacks/addresses/bad.yml", "bad.yaml"),
        ("gateway_rules/catalogue/seg-v3.yml", "seg-v3.yaml"),
        ("policy.yml", "policy.yaml"),
    ],
)
def test_a_file_that_is_meant_to_be_read_is_not_passed_over(
    tmp_path: Path, name: str, right: str
) -> None:
    """A name with another end is a fault that says the right one, whichever stack is asked for."""
    root = project(tmp_path)
    assert [*misnamed(root)] == []
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(STACK)
    end = name.rpartition(".")[2]
    line = (
        f"error: {name}:1:1: [misnamed] the file is not read, for its name ends with .{end}; "
        f"call it {right}"
    )
    with pytest.raises(Faults) as caught:
        load_plan(root, "bad")
    assert told(caught.value) == [line]


def test_other_programs_files_may_end_as_they_like(tmp_path: Path) -> None:
    """Only the places whose files are read by their names are looked at."""
    root = project(tmp_path)
    for name in ("mkdocs.yml", "stacks/notes.txt", "package.json"):
        (root / name).write_text("")
    assert [*misnamed(root)] == []
