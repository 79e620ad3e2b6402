"""What users run: the real engine, the program of this project, and a local AWS."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import document
import pytest
import simulator
from engine import Rehearsal, Run, rehearsal

from gateway_rules.audit import live
from gateway_rules.audit.verification.verifier import verify
from gateway_rules.packets.protocols import DIRECTIONS, Direction
from gateway_rules.review.comparison import list_stacks

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
STACKS = [each.stack for each in list_stacks(ROOT) if not each.pending]
STACK = "eu-west-1"
RULE = "aws:vpc/securityGroup{}Rule:SecurityGroup{}Rule"
INGRESS, EGRESS = (RULE.format(way, way) for way in ("Ingress", "Egress"))
ACL = "aws:ec2/networkAcl:NetworkAcl"
GROUP = "aws:ec2/securityGroup:SecurityGroup"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Deploy every stack of the repository once; each test leaves them as it found them."""
    with rehearsal(tmp_path_factory.mktemp("project")) as project:
        for stack in STACKS:
            project.set_stage(stack)
            assert project.up(stack).code == 0
        yield project


def _client(project: Rehearsal, stack: str = STACK) -> Any:
    return project.client(project.plan(stack).site.region)


def _live(project: Rehearsal, stack: str = STACK) -> live.Live:
    planned = project.planned(stack)
    return live.read_live(planned.plan.site, planned.location, _client(project, stack))


def _is_clean(project: Rehearsal, stack: str = STACK) -> bool:
    return verify(project.planned(stack), _client(project, stack)).is_clean


def _ops(run: Run) -> list[tuple[str, str]]:
    return [(step.op, step.type) for step in run.steps]


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _roles(project: Rehearsal, stack: str) -> dict[str, list[str]]:
    return {role: [*map(str, peers)] for role, peers in project.plan(stack).site.roles.items()}


MAIL = {"ingress": {("tcp", 25, 25, "0.0.0.0/0"), ("icmp", 3, 4, "0.0.0.0/0")}}
MAIL["egress"] = {("tcp", 25, 25, "0.0.0.0/0")}


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("stack", STACKS)
def test_deployed_groups_pass_just_what_the_document_lists(
    deployed: Rehearsal, stack: str, direction: Direction
) -> None:
    """The groups that boto3 reads back pass the document's rows, the mail, and nothing else."""
    boxes = document.expected(_roles(deployed, stack), direction) | MAIL[direction]
    required = [simulator.Rule(direction, *box) for box in sorted(boxes)]
    rules = [rule for some in _live(deployed, stack).groups.values() for rule in some]
    assert simulator.compare(direction, required, rules, simulator.group_passes) == ([], 0)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("stack", STACKS)
def test_deployed_acl_passes_every_request_and_reply_of_the_document(
    deployed: Rehearsal, stack: str, direction: Direction
) -> None:
    """The ACL that boto3 reads back misses nothing, and exceeds by what the plan says."""
    plan = deployed.plan(stack)
    networks = [*map(str, plan.site.networks)]
    boxes = document.expected_acl(document.at_site(_roles(deployed, stack)), direction, networks)
    replies = {
        "egress": ("tcp", 1024, 65535, "0.0.0.0/0"),
        "ingress": ("tcp", 32768, 60999, "0.0.0.0/0"),
    }
    boxes |= MAIL[direction] | {replies[direction]}
    required = [simulator.Rule(direction, *box) for box in sorted(boxes)]
    (acl,) = _live(deployed, stack).guards
    missing, excess = simulator.compare(direction, required, acl.entries, simulator.acl_passes)
    assert (missing, excess) == ([], plan.acl.budgets[direction, "ipv4"].excess)


@pytest.mark.parametrize("stack", STACKS)
def test_second_up_proposes_nothing(deployed: Rehearsal, stack: str) -> None:
    """An unchanged stack is found unchanged, resource by resource."""
    run = deployed.preview(stack, "--expect-no-changes")
    assert (run.code, run.steps) == (0, ())


def test_refresh_without_a_change_shows_nothing(deployed: Rehearsal) -> None:
    """What AWS gives back is what the state has, so that drift stands out."""
    run = deployed.refresh(STACK, "--expect-no-changes")
    assert (run.code, set(run.changes)) == (0, {"same"})


def test_refresh_drops_a_rule_deleted_by_hand_and_up_brings_it_back(deployed: Rehearsal) -> None:
    """A rule that somebody deleted is missed, found missing, and made again."""
    rules = [rule for some in _live(deployed).groups.values() for rule in some]
    ssh = next(rule for rule in rules if (rule.direction, rule.from_port) == ("ingress", 22))
    _client(deployed).revoke_security_group_ingress(
        GroupId=ssh.group, SecurityGroupRuleIds=[ssh.id]
    )
    (missing,) = verify(deployed.planned(STACK), _client(deployed)).missing
    assert missing.services == ("ssh",)
    assert deployed.refresh(STACK).changes["delete"] == 1
    assert _ops(deployed.up(STACK)) == [("create", INGRESS)]
    assert _is_clean(deployed)


def test_refresh_shows_a_rule_widened_by_hand_and_up_narrows_it(deployed: Rehearsal) -> None:
    """A rule that somebody widened is excess, shows as drift, and is set back."""
    rules = [rule for some in _live(deployed).groups.values() for rule in some]
    ssh = next(rule for rule in rules if (rule.direction, rule.from_port) == ("ingress", 22))
    wide = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "10.42.0.0/16"}
    _client(deployed).modify_security_group_rules(
        GroupId=ssh.group,
        SecurityGroupRules=[{"SecurityGroupRuleId": ssh.id, "SecurityGroupRule": wide}],
    )
    assert verify(deployed.planned(STACK), _client(deployed)).excess
    assert deployed.refresh(STACK).changes["update"] == 1
    assert _ops(deployed.up(STACK)) == [("update", INGRESS)]
    assert _is_clean(deployed)


def test_refresh_shows_an_entry_deleted_by_hand_and_up_replaces_the_acl(
    deployed: Rehearsal,
) -> None:
    """An ACL that somebody edited is not edited back but replaced, the new one first."""
    (acl,) = _live(deployed).guards
    _client(deployed).delete_network_acl_entry(NetworkAclId=acl.id, RuleNumber=120, Egress=False)
    (missing,) = verify(deployed.planned(STACK), _client(deployed)).missing
    assert missing.services == ("smtp-in",)
    assert deployed.refresh(STACK).changes["update"] == 1
    assert _ops(deployed.up(STACK)) == [
        ("create-replacement", ACL),
        ("replace", ACL),
        ("delete-replaced", ACL),
    ]
    assert _is_clean(deployed)


def test_new_prefix_adds_one_rule_and_swaps_the_acl_new_before_old(deployed: Rehearsal) -> None:
    """A prefix more is one rule more; whatever is old goes after everything new is there."""
    path = deployed.root / "stacks" / f"Pulumi.{STACK}.yaml"
    before = path.read_text()
    _edit(path, "administrators: [10.42.0.0/24]", "administrators: [10.42.0.0/24, 10.9.0.0/24]")
    ops = _ops(deployed.up(STACK))
    assert sorted(ops) == [
        ("create", INGRESS),
        ("create", INGRESS),
        ("create-replacement", ACL),
        ("delete-replaced", ACL),
        ("replace", ACL),
    ]
    assert ops[-1] == ("delete-replaced", ACL)
    assert _is_clean(deployed)
    path.write_text(before)
    ops = _ops(deployed.up(STACK))
    removals = [op for op in ops if op[0].startswith("delete")]
    assert ops[-len(removals) :] == removals
    assert sorted(removals) == [("delete", INGRESS), ("delete", INGRESS), ("delete-replaced", ACL)]
    assert _is_clean(deployed)


def test_other_vpc_is_refused_at_preview(deployed: Rehearsal) -> None:
    """A group that moved to another VPC would lose its interfaces, so protection stops it."""
    path = deployed.root / "stacks" / f"Pulumi.{STACK}.yaml"
    before = path.read_text()
    _edit(path, "{Name: mail-gateway}", "{Name: other}")
    _edit(path, "{Tier: gateway}", "{Tier: other}")
    deployed.set_stage(STACK)
    run = deployed.preview(STACK)
    path.write_text(before)
    assert run.code != 0
    assert any("remove the `protect` flag" in error for error in run.errors)
    assert deployed.preview(STACK, "--expect-no-changes").code == 0


def test_rule_that_the_state_lost_is_imported_by_its_id(deployed: Rehearsal) -> None:
    """A live rule comes back into the state by its id, and then nothing is left to do."""
    name = f"{STACK}-group-ingress-tcp-22-10.42.0.0/24"
    lost = next(r for r in deployed.state(STACK) if r["urn"].endswith(f"::{name}"))
    done = deployed.engine.run("state", "delete", lost["urn"], "-s", STACK, "--yes")
    assert done.returncode == 0, done.stderr
    parent = lost["parent"]
    options = ("--yes", "--protect=false", "--generate-code=false", "--skip-preview")
    done = deployed.engine.run(
        "import", INGRESS, name, lost["id"], "-s", STACK, "--parent", f"gateway={parent}", *options
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert deployed.preview(STACK, "--expect-no-changes").code == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "administrators: [10.42.0.0/24]",
            "administrators: [10.42.0.1/24]",
            (
                "10:22: [host-bits] gateway-rules:roles.administrators: 10.42.0.1/24 has bits "
                "behind its prefix length; "
                "write 10.42.0.0/24 for the network, 10.42.0.1/32 for the host"
            ),
        ),
        pytest.param(
            "{Name: mail-gateway}",
            "{Name: nobody}",
            "6:22: [look-up] Name=nobody finds no VPC; write tags that find exactly one, or its id",
            marks=pytest.mark.nightly,
        ),
        pytest.param(
            "{Tier: gateway}",
            "{Tier: nobody}",
            (
                "7:26: [look-up] Tier=nobody finds no subnet; "
                "write tags that find at least one, or ids"
            ),
            marks=pytest.mark.nightly,
        ),
        (
            "[10.42.8.0/26, 10.42.8.64/26]",
            "[10.42.8.0/25]",
            (
                "8:27: [networks] the subnets are 10.42.8.0/26, 10.42.8.64/26, "
                "not what stands here; write [10.42.8.0/26, 10.42.8.64/26]"
            ),
        ),
    ],
)
def test_up_refuses_a_wrong_file_before_any_resource(
    deployed: Rehearsal, old: str, new: str, said: str
) -> None:
    """The faults of `show` and those that only AWS can tell stop `pulumi up`, a line each."""
    path = deployed.root / "stacks" / f"Pulumi.{STACK}.yaml"
    before = path.read_text()
    _edit(path, old, new)
    run = deployed.up(STACK)
    path.write_text(before)
    assert run.code != 0
    assert run.steps == ()
    assert any(error.endswith(f"error: stacks/Pulumi.{STACK}.yaml:{said}") for error in run.errors)
    assert not any("Traceback" in error for error in run.errors)


def test_up_refuses_a_tag_that_finds_two_vpcs(deployed: Rehearsal) -> None:
    """Which of two VPCs is meant is never guessed."""
    ec2 = _client(deployed)
    twin = ec2.create_vpc(CidrBlock="10.200.0.0/24")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[twin], Tags=[{"Key": "Name", "Value": "mail-gateway"}])
    run = deployed.up(STACK)
    ec2.delete_vpc(VpcId=twin)
    assert (run.code != 0, run.steps) == (True, ())
    assert any("[look-up] Name=mail-gateway finds 2 VPCs: " in error for error in run.errors)


def test_up_refuses_what_pulumi_was_told_by_another_file(
    deployed: Rehearsal, tmp_path: Path
) -> None:
    """With --config-file the lines of the stack's file would not be what is deployed."""
    other = tmp_path / "other.yaml"
    other.write_text((deployed.root / "stacks" / f"Pulumi.{STACK}.yaml").read_text())
    _edit(other, "administrators: [10.42.0.0/24]", "administrators: [10.0.0.0/8]")
    run = deployed.up(STACK, "--config-file", str(other))
    assert (run.code != 0, run.steps) == (True, ())
    assert any("[config] gateway-rules:roles is " in error for error in run.errors)


def test_changed_catalogue_changes_just_its_resources(tmp_path: Path) -> None:
    """A new address of a row is one rule made, one removed after it, and the ACL swapped."""
    with rehearsal(tmp_path) as project:
        package = project.take_package()
        project.set_stage(STACK)
        assert project.up(STACK).code == 0
        _edit(package / "catalogue" / "seg-v3.yaml", "162.13.22.202", "162.13.22.203")
        ops = _ops(project.up(STACK))
        rules = [op for op in ops if op[1] == EGRESS]
        assert rules == [("create", EGRESS), ("delete", EGRESS)]
        assert {op[1] for op in ops} <= {EGRESS, ACL}


def test_retired_stack_leaves_nothing_behind(tmp_path: Path) -> None:
    """Without protection a stack can go, and its subnets fall back to the VPC's own ACL."""
    with rehearsal(tmp_path) as project:
        project.set_stage(STACK)
        assert project.up(STACK).code == 0
        assert project.call("destroy", STACK, "--preview-only").code != 0
        path = tmp_path / "stacks" / f"Pulumi.{STACK}.yaml"
        path.write_text(path.read_text() + "  gateway-rules:protect: false\n")
        assert _ops(project.up(STACK)) == []
        run = project.destroy(STACK)
        assert (run.code, run.errors) == (0, ())
        ec2 = _client(project)
        names = [group["GroupName"] for group in ec2.describe_security_groups()["SecurityGroups"]]
        assert set(names) == {"default"}
        assert all(acl["IsDefault"] for acl in ec2.describe_network_acls()["NetworkAcls"])


PROGRAM = """
import pulumi, pulumi_aws as aws
from gateway_rules import Gateway, Site

vpc = aws.ec2.Vpc("vpc", cidr_block="10.1.0.0/16")
subnet = aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.1.0.0/24")
roles = dict.fromkeys(
    ["pmm_users", "ftp_servers", "directory_servers", "key_servers", "snmp_managers",
     "lexical_servers", "syslog_servers"], [])
site = Site.model_validate({
    "stack": "embedded", "region": "eu-west-1", "networks": ["10.1.0.0/24"],
    "roles": {**roles, "administrators": ["10.9.0.0/24"], "peers": ["self"]},
    "protect": False,
})
gateway = Gateway("mail", site=site, vpc_id=vpc.id, subnet_ids=[subnet.id])
pulumi.export("groups", gateway.group_ids)
"""


def test_component_is_previewed_in_a_program_that_also_makes_the_vpc(tmp_path: Path) -> None:
    """With a VPC that is not there yet, the preview already shows every rule, and up makes them."""
    with rehearsal(tmp_path) as project:
        (tmp_path / "__main__.py").write_text(PROGRAM)
        shutil.copy(
            tmp_path / "stacks" / f"Pulumi.{STACK}.yaml", tmp_path / "stacks" / "Pulumi.mine.yaml"
        )
        run = project.preview("mine")
        assert (run.code, run.errors) == (0, ())
        kinds = [step.type for step in run.steps if step.op == "create"]
        assert kinds.count(EGRESS) == 34
        assert kinds.count(INGRESS) == 4
        assert kinds.count(ACL) == kinds.count(GROUP) == 1
        assert project.up("mine").code == 0
        assert project.preview("mine", "--expect-no-changes").code == 0
