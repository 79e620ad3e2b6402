"""The commands that `verify` names are run as they stand, and mend what it found."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore import xform_name
from cloud import move, tagged
from engine import Rehearsal, rehearsal

from gateway_rules.audit import live
from gateway_rules.audit.live import STACK_TAG, Live
from gateway_rules.audit.verification.findings import Verification
from gateway_rules.audit.verification.verifier import verify

pytestmark = pytest.mark.engine

STACK = "eu-west-1"
Break = Callable[[Any, Live], object]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """Deploy a stack, and give its group to the first interface; each test leaves it clean."""
    with rehearsal(tmp_path_factory.mktemp("project")) as project:
        project.set_stage(STACK)
        assert project.up(STACK).code == 0
        found, client = read(project), project.client(STACK)
        client.modify_network_interface_attribute(
            NetworkInterfaceId=found.interfaces[0].id, Groups=[*found.groups]
        )
        yield project


def read(project: Rehearsal) -> Live:
    """Read what the stack has."""
    stack = project.planned(STACK)
    return live.read_live(stack.plan.site, stack.location, project.client(STACK))


def verified(project: Rehearsal) -> Verification:
    """Verify the stack."""
    return verify(project.planned(STACK), project.client(STACK), project.engine.endpoints)


def perform(project: Rehearsal, command: str) -> None:
    """Run the commands that a finding names; those for AWS as its command line reads them."""
    for one in command.split(" && "):
        perform_one(project, one)


def perform_one(project: Rehearsal, command: str) -> None:
    """Run a command, which is aimed at the local AWS."""
    program, *words = shlex.split(command)
    if program == "pulumi":
        assert words == ["up", "--refresh", "-s", STACK]
        run = project.up(STACK, "--refresh")
        assert (run.code, run.errors) == (0, ())
        return
    assert (program, *words[:3]) == ("aws", "--endpoint-url", project.engine.endpoint, "ec2")
    assert words[4:6] == ["--region", STACK]
    call, arguments = words[3].replace("-", "_"), words[6:]
    client = project.client(STACK)
    getattr(client, call)(**options(client, call, arguments))


def options(client: Any, call: str, words: list[str]) -> dict[str, Any]:
    """Read the options of a call: each is a member of its input, and a list takes many words."""
    operation = client.meta.method_to_api_mapping[call]
    members = client.meta.service_model.operation_model(operation).input_shape.members
    names = {f"--{xform_name(name, '-')}": name for name in members}
    given: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            last = given.setdefault(names[word], [])
        else:
            last.append(word)
    return {n: v if members[n].type_name == "list" else v[0] for n, v in given.items()}


# --- What goes wrong -----------------------------------------------------------------------


def rule(found: Live, direction: str, port: int) -> live.LiveRule:
    """Give a rule of the stack's group."""
    return next(r for r in found.rules if (r.direction, r.from_port) == (direction, port))


def rule_deleted(client: Any, found: Live) -> None:
    """Somebody revokes SSH."""
    ssh = rule(found, "ingress", 22)
    client.revoke_security_group_ingress(GroupId=ssh.group, SecurityGroupRuleIds=[ssh.id])


def rule_widened(client: Any, found: Live) -> None:
    """Somebody lets more people in by the rule for SSH."""
    ssh = rule(found, "ingress", 22)
    wide = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "10.42.0.0/16"}
    changed = {"SecurityGroupRuleId": ssh.id, "SecurityGroupRule": wide}
    client.modify_security_group_rules(GroupId=ssh.group, SecurityGroupRules=[changed])


def rules_by_hand(client: Any, found: Live) -> None:
    """Somebody lets the world in to SSH and to a proxy, and one administrator once more."""
    (group,) = found.groups
    asked = [(22, "0.0.0.0/0"), (3128, "0.0.0.0/0"), (22, "10.42.0.9/32")]
    for port, cidr in asked:
        source = {"FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}
        client.authorize_security_group_ingress(
            GroupId=group, IpPermissions=[{"IpProtocol": "tcp", **source}]
        )


def entry_deleted(client: Any, found: Live) -> None:
    """Somebody deletes an entry of the ACL."""
    (guard,) = found.guards
    client.delete_network_acl_entry(NetworkAclId=guard.id, RuleNumber=120, Egress=False)


def entry_added(client: Any, found: Live) -> None:
    """Somebody denies one address what passes, before all else."""
    (guard,) = found.guards
    client.create_network_acl_entry(
        NetworkAclId=guard.id,
        Egress=False,
        RuleNumber=1,
        RuleAction="deny",
        Protocol="-1",
        CidrBlock="192.0.2.1/32",
    )


def subnet_moved(client: Any, found: Live) -> None:
    """Somebody gives a subnet back to the VPC's default ACL."""
    (default,) = (acl for acl in found.acls if acl.default)
    move(client, next(iter(found.subnets)), default.id)


def acl_left_over(client: Any, found: Live) -> None:
    """Leave an ACL, as an update does that is cut off."""
    tags = tagged("network-acl", **{STACK_TAG: STACK})
    client.create_network_acl(VpcId=found.vpc, TagSpecifications=tags)


def group_left_over(client: Any, found: Live) -> None:
    """Leave a group, as an old version of the stack may."""
    tags = tagged("security-group", **{STACK_TAG: STACK})
    client.create_security_group(
        GroupName="old", Description="old", VpcId=found.vpc, TagSpecifications=tags
    )


def other_group_attached(client: Any, found: Live) -> None:
    """Somebody puts a group of their own onto a gateway."""
    made = client.create_security_group(GroupName="mine", Description="mine", VpcId=found.vpc)
    (gateway,) = found.carriers
    client.modify_network_interface_attribute(
        NetworkInterfaceId=gateway.id, Groups=[*gateway.groups, made["GroupId"]]
    )


def group_detached(client: Any, found: Live) -> None:
    """Somebody takes the group off the gateway and gives it another one."""
    made = client.create_security_group(GroupName="only", Description="only", VpcId=found.vpc)
    everywhere = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    client.revoke_security_group_egress(GroupId=made["GroupId"], IpPermissions=[everywhere])
    (gateway,) = found.carriers
    client.modify_network_interface_attribute(
        NetworkInterfaceId=gateway.id, Groups=[made["GroupId"]]
    )


@pytest.mark.parametrize(
    ("broken", "programs"),
    [
        ((rule_deleted, entry_deleted, subnet_moved, acl_left_over), ["aws", "pulumi"]),
        ((rule_widened, entry_added), ["pulumi"]),
        ((rules_by_hand, group_left_over, other_group_attached), ["aws"]),
        ((group_detached,), ["aws"]),
    ],
    ids=lambda value: "+".join(getattr(one, "__name__", one) for one in value),
)
def test_the_commands_mend_what_was_found(
    deployed: Rehearsal, broken: tuple[Break, ...], programs: list[str]
) -> None:
    """Each command once, in the order in which they are told; then all is well."""
    assert verified(deployed).is_clean
    for act in broken:
        act(deployed.client(STACK), read(deployed))
    found = [one for some in verified(deployed).findings.values() for one in some]
    commands = list(dict.fromkeys(one.fix for one in found))
    assert sorted({command.split()[0] for command in commands}) == programs
    for command in commands:
        perform(deployed, command)
    assert verified(deployed).as_json() == {
        "stack": STACK,
        "missing": [],
        "excess": [],
        "foreign": [],
        "quota": [],
    }
