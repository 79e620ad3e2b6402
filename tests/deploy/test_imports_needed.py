"""What is between a state and AWS, judged thing by thing, on an AWS in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cloud import Deployed, aws, deploy, move, new_acl, tagged
from sites import FEW, NOBODY, shipped, site

from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rules.audit.live import STACK_TAG, Live, read_live
from gateway_rules.deploy import resource_names
from gateway_rules.deploy.repair.imports_needed import (
    ByHand,
    Repairs,
    StateImport,
    import_file,
    repairs,
)
from gateway_rules.deploy.repair.state import UNREAD, PendingOperation, StackState, StateResource
from gateway_rules.planning.planner import Plan, plan

GATEWAY = f"urn:pulumi:test::gateway-rules::{resource_names.GATEWAY}::test"


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan a stack that little has to be made for."""
    roles = NOBODY | {"administrators": ["10.1.0.0/24"], "peers": ["self"]}
    return plan(shipped(), site(**FEW | {"roles": roles}))


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Give one AWS to all tests."""
    with aws(limits=AccountQuotas(entries_per_network_acl=40)) as client:
        yield client


@pytest.fixture
def deployed(planned: Plan, client: Any) -> Deployed:
    """Deploy the stack into a VPC of its own."""
    return deploy(planned, client)


def _live(deployed: Deployed) -> Live:
    return read_live(deployed.plan.site, deployed.stack.location, deployed.client)


def _judge(deployed: Deployed, state: StackState) -> Repairs:
    return repairs(deployed.plan, _live(deployed), state)


def _whole(deployed: Deployed) -> StackState:
    """Give the state that has everything."""
    found = _judge(deployed, UNREAD)
    known = (StateResource(one.name, one.type, one.id, leaving=False) for one in found.imports)
    return StackState(tuple(known), (), GATEWAY, "7.51.1")


def _without(state: StackState, *names: str) -> StackState:
    return replace(state, resources=tuple(r for r in state.resources if r.name not in names))


def test_nothing_is_repaired_where_state_and_aws_agree(deployed: Deployed) -> None:
    """A stack that was deployed to its end is left alone."""
    found = _judge(deployed, _whole(deployed))
    assert (found, found.refreshes) == (Repairs(), False)


def test_empty_state_gets_back_everything_under_the_programs_names(deployed: Deployed) -> None:
    """Every group, rule and ACL of the plan is wanted, and nothing else is there."""
    found = _judge(deployed, UNREAD)
    assert {one.name for one in found.imports} == resource_names.planned(
        "test", deployed.plan.groups
    )
    assert all(one.wanted for one in found.imports)
    assert found.by_hand == ()


SSH = "test-group-ingress-tcp-22-10.1.0.0/24"


def test_wanted_rule_that_the_state_lacks_is_imported(deployed: Deployed) -> None:
    """A rule that the files ask for gets the name that its content has."""
    whole = _whole(deployed)
    found = _judge(deployed, _without(whole, SSH))
    rule = resource_names.RULES["ingress"]
    assert found.imports == (StateImport(rule, SSH, whole.names[SSH], wanted=True),)


def _authorize(deployed: Deployed, port: int, **source: Any) -> str:
    """Add a rule that the plan has not; give its id."""
    sources = source or {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    (rule,) = deployed.client.authorize_security_group_ingress(
        GroupId=deployed.group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **sources}],
    )["SecurityGroupRules"]
    id_: str = rule["SecurityGroupRuleId"]
    return id_


def test_rule_that_nobody_knows_is_left_to_a_person(deployed: Deployed) -> None:
    """A rule in neither files nor state is shown with the command that removes it."""
    id_ = _authorize(deployed, 8080)
    command = (
        "aws ec2 revoke-security-group-ingress --region eu-west-1 "
        f"--group-id {deployed.group} --security-group-rule-ids {id_}"
    )
    what = f"the rule ingress tcp 8080 10.0.0.0/8 of {deployed.group}"
    found = _judge(deployed, _whole(deployed))
    assert found == Repairs(by_hand=(ByHand(id_, what, command),))


def test_rule_for_another_group_is_left_to_a_person(deployed: Deployed) -> None:
    """A rule that only looks like the group's own is not taken for it."""
    other = deployed.client.create_security_group(
        GroupName="other", Description="other", VpcId=deployed.place.vpc
    )["GroupId"]
    id_ = _authorize(deployed, 443, UserIdGroupPairs=[{"GroupId": other}])
    (rule,) = _judge(deployed, _whole(deployed)).by_hand
    assert (rule.id, rule.what) == (id_, f"the rule ingress tcp 443 {other} of {deployed.group}")


def test_rule_whose_making_was_begun_is_imported_for_removal(deployed: Deployed) -> None:
    """A rule that was being made, and is not asked for any more, goes with the next update."""
    id_ = _authorize(deployed, 8080)
    name = "test-group-ingress-tcp-8080-10.0.0.0/8"
    begun = replace(_whole(deployed), pending=(PendingOperation("creating", name),))
    found = _judge(deployed, begun)
    assert found.imports == (StateImport(resource_names.RULES["ingress"], name, id_, wanted=False),)
    assert (found.by_hand, found.refreshes) == ((), True)


def _let_everything_out(deployed: Deployed) -> str:
    """Add the rule that AWS puts into a new group; give its id."""
    (rule,) = deployed.client.authorize_security_group_egress(
        GroupId=deployed.group,
        IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )["SecurityGroupRules"]
    id_: str = rule["SecurityGroupRuleId"]
    return id_


def test_rule_of_aws_in_a_group_that_was_cut_off_is_imported_for_removal(
    deployed: Deployed,
) -> None:
    """A group that the state lacks was never finished, so its first rule is nobody's wish."""
    id_ = _let_everything_out(deployed)
    found = _judge(deployed, UNREAD)
    (left,) = (one for one in found.imports if not one.wanted)
    assert (left.id, left.name) == (id_, "test-group-egress--1-all-0.0.0.0/0")


def test_same_rule_in_a_finished_group_is_left_to_a_person(deployed: Deployed) -> None:
    """In a group that the state has, somebody let everything out on purpose."""
    whole = _whole(deployed)
    id_ = _let_everything_out(deployed)
    found = _judge(deployed, whole)
    assert [one.id for one in found.by_hand] == [id_]
    assert found.imports == ()


def test_group_of_the_stack_that_it_never_had_is_left_to_a_person(deployed: Deployed) -> None:
    """A group with the stack's tag and another name is none that the program makes."""
    whole = _whole(deployed)
    tags = tagged("security-group", **{STACK_TAG: "test"})
    id_ = deployed.client.create_security_group(
        GroupName="mine", Description="mine", VpcId=deployed.place.vpc, TagSpecifications=tags
    )["GroupId"]
    command = f"aws ec2 delete-security-group --region eu-west-1 --group-id {id_}"
    found = _judge(deployed, whole)
    assert found == Repairs(by_hand=(ByHand(id_, "the group mine", command),))


def test_acl_one_too_many_is_imported_for_removal(deployed: Deployed) -> None:
    """A second ACL that holds no subnet needs nothing but a name of its own."""
    whole = _whole(deployed)
    tags = tagged("network-acl", **{STACK_TAG: "test"})
    made = deployed.client.create_network_acl(VpcId=deployed.place.vpc, TagSpecifications=tags)
    id_ = made["NetworkAcl"]["NetworkAclId"]
    found = _judge(deployed, whole)
    left = StateImport(resource_names.ACL, f"test-acl-left-{id_}", id_, wanted=False)
    assert found == Repairs(imports=(left,))


def test_acl_one_too_many_that_holds_a_subnet_has_the_state_read_again(
    deployed: Deployed,
) -> None:
    """The state believes that the subnet is elsewhere, and would not take it back."""
    whole = _whole(deployed)
    id_ = new_acl(deployed.client, deployed.place, deployed.plan)
    move(deployed.client, deployed.place.subnets[1], deployed.acl)
    found = _judge(deployed, whole)
    left = StateImport(resource_names.ACL, f"test-acl-left-{id_}", id_, wanted=False)
    assert found == Repairs(imports=(left,), strays=(id_,))
    assert found.refreshes


def test_acl_that_guards_subnets_of_others_is_left_to_a_person(deployed: Deployed) -> None:
    """It bears the stack's tag, and its end would put the others under the default ACL."""
    whole = _whole(deployed)
    tags = tagged("network-acl", **{STACK_TAG: "test"})
    made = deployed.client.create_network_acl(VpcId=deployed.place.vpc, TagSpecifications=tags)
    id_ = made["NetworkAcl"]["NetworkAclId"]
    theirs = deployed.client.create_subnet(VpcId=deployed.place.vpc, CidrBlock="10.42.9.0/26")
    subnet = theirs["Subnet"]["SubnetId"]
    move(deployed.client, subnet, id_)
    what = f"an ACL with the stack's tag, which guards {subnet} as well"
    command = f"aws ec2 delete-network-acl --region eu-west-1 --network-acl-id {id_}"
    assert _judge(deployed, whole) == Repairs(by_hand=(ByHand(id_, what, command),))


def test_commands_for_a_person_are_aimed_at_the_aws_that_was_asked() -> None:
    """Where an endpoint is configured they name it, or they would go to AWS's own."""
    command = "aws ec2 delete-network-acl --region eu-west-1 --network-acl-id acl-1"
    found = Repairs(by_hand=(ByHand("acl-1", "an ACL", command),))
    assert found.aimed({}) == found
    (one,) = found.aimed({"ec2": "http://127.0.0.1:4566"}).by_hand
    assert one.command == command.replace("aws ", "aws --endpoint-url http://127.0.0.1:4566 ")


def test_of_two_unknown_acls_the_one_with_subnets_takes_the_place(deployed: Deployed) -> None:
    """The state gets the ACL that the traffic goes through, the other one is left over."""
    old = deployed.acl
    new = new_acl(deployed.client, deployed.place, deployed.plan)
    acls = [one for one in _judge(deployed, UNREAD).imports if one.type == resource_names.ACL]
    assert [(one.name, one.id) for one in acls] == [
        ("test-acl", new),
        (f"test-acl-left-{old}", old),
    ]


def test_what_aws_has_no_more_is_told_and_read_again(deployed: Deployed) -> None:
    """A rule of the state that AWS lacks is no import, but the state has to learn of it."""
    whole = _whole(deployed)
    gone = whole.names[SSH]
    deployed.client.revoke_security_group_ingress(
        GroupId=deployed.group, SecurityGroupRuleIds=[gone]
    )
    found = _judge(deployed, whole)
    known = StateResource(SSH, resource_names.RULES["ingress"], gone, leaving=False)
    assert (found, found.refreshes) == (Repairs(gone=(known,)), True)


def test_what_lost_its_tag_is_in_aws_all_the_same(deployed: Deployed) -> None:
    """Who takes the tags away deletes nothing: the next update puts them back."""
    whole, client = _whole(deployed), deployed.client
    client.create_network_interface(SubnetId=deployed.place.subnets[0], Groups=[deployed.group])
    client.delete_tags(Resources=[deployed.acl, deployed.group], Tags=[{"Key": STACK_TAG}])
    assert _judge(deployed, whole) == Repairs()


def test_acl_takes_the_place_of_one_that_is_gone(deployed: Deployed) -> None:
    """The state's own ACL was deleted by hand, so another one of the stack gets its name."""
    whole = _whole(deployed)
    new = new_acl(deployed.client, deployed.place, deployed.plan)
    deployed.client.delete_network_acl(NetworkAclId=deployed.acl)
    found = _judge(deployed, whole)
    assert [(one.name, one.id, one.wanted) for one in found.imports] == [("test-acl", new, True)]
    assert [one.id for one in found.gone] == [deployed.acl]


def test_acl_that_waits_for_its_end_stands_in_no_way(deployed: Deployed) -> None:
    """An old ACL that the state is about to delete leaves its name to the new one."""
    whole = _whole(deployed)
    acl = next(one for one in whole.resources if one.id == deployed.acl)
    others = tuple(one for one in whole.resources if one is not acl)
    leaving = replace(whole, resources=(*others, replace(acl, leaving=True)))
    new = new_acl(deployed.client, deployed.place, deployed.plan)
    (found,) = _judge(deployed, leaving).imports
    assert (found.name, found.id, found.wanted) == ("test-acl", new, True)


EXPORT = {
    "version": 3,
    "deployment": {
        "resources": [
            {"urn": "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s", "type": "pulumi:pulumi:Stack"},
            {
                "urn": "urn:pulumi:s::p::pulumi:providers:aws::default_7_51_1",
                "type": "pulumi:providers:aws",
                "id": "1",
                "inputs": {"version": "7.51.1"},
            },
            {"urn": GATEWAY, "type": resource_names.GATEWAY},
            {
                "urn": f"{GATEWAY}::test-group-egress-tcp-80-::/0".replace("::test::", "::"),
                "type": resource_names.RULES["egress"],
                "id": "sgr-1",
            },
            {
                "urn": f"{GATEWAY[:-4]}test-acl",
                "type": resource_names.ACL,
                "id": "acl-1",
                "delete": True,
            },
        ],
        "pending_operations": [
            {"resource": {"urn": f"{GATEWAY[:-4]}test-acl"}, "type": "creating"},
            {"resource": {"urn": f"{GATEWAY[:-4]}test-group"}, "type": "deleting"},
        ],
    },
}


def test_export_is_read() -> None:
    """Of all that `pulumi stack export` prints, just what counts is kept."""
    state = StackState.parse(json.dumps(EXPORT))
    assert state == StackState(
        (
            StateResource(
                "test-group-egress-tcp-80-::/0",
                resource_names.RULES["egress"],
                "sgr-1",
                leaving=False,
            ),
            StateResource("test-acl", resource_names.ACL, "acl-1", leaving=True),
        ),
        (PendingOperation("creating", "test-acl"), PendingOperation("deleting", "test-group")),
        GATEWAY,
        "7.51.1",
    )
    assert state.begun == {"test-acl"}
    assert state.names == {"test-group-egress-tcp-80-::/0": "sgr-1"}


@pytest.mark.parametrize("deployment", [{}, {"resources": None}, None])
def test_export_of_a_stack_with_nothing_in_it(deployment: object) -> None:
    """A stack that was only made has a state without anything."""
    assert StackState.parse(json.dumps({"version": 3, "deployment": deployment})) == UNREAD


ONE = StateImport(resource_names.ACL, "test-acl", "acl-1", wanted=True)


def test_import_goes_below_the_gateway_that_is_there() -> None:
    """What is imported becomes a part of the component, made by the state's own plugin."""
    state = StackState(gateway=GATEWAY, plugin="7.50.0")
    assert import_file(state, "test", [ONE], "7.51.1") == {
        "nameTable": {"gateway": GATEWAY},
        "resources": [
            {
                "type": resource_names.ACL,
                "name": "test-acl",
                "id": "acl-1",
                "parent": "gateway",
                "version": "7.50.0",
            }
        ],
    }


def test_import_brings_the_gateway_along_where_there_is_none() -> None:
    """An empty state gets the component first, and everything else as its part."""
    assert import_file(UNREAD, "test", [ONE], "7.51.1") == {
        "nameTable": {},
        "resources": [
            {"type": resource_names.GATEWAY, "name": "test", "component": True},
            {
                "type": resource_names.ACL,
                "name": "test-acl",
                "id": "acl-1",
                "parent": "test",
                "version": "7.51.1",
            },
        ],
    }
