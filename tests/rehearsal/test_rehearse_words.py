from collections.abc import Iterator
from itertools import pairwise

import pytest
from rehearsed import Change, change

from gateway_rehearsal.rehearse.record import read_journal
from gateway_rehearsal.rehearse.words import Names, changes
from gateway_rules.errors import Refused


@pytest.fixture
def stack() -> Iterator[Change]:
    """Deploy a stack, to be changed in a test's own way."""
    with change() as found:
        yield found


def said(stack: Change) -> list[list[str]]:
    """Say of each call what it changed."""
    found = stack.journal()
    names = Names(found[0])
    return [changes(before, now, names) for before, now in pairwise(found)]


def test_groups_are_named_where_there_are_several(stack: Change) -> None:
    """A second group is made, filled, attached and deleted, by name; its rules say where."""
    ssh = next(rule for rule in stack.plan.groups[0].rules if rule.services == ("ssh",))
    vpc = stack.deployed.place.vpc
    made = stack.ec2.create_security_group(GroupName="more", Description="more", VpcId=vpc)
    more = made["GroupId"]
    stack.authorize(ssh, more)
    interface = next(iter(stack.journal()[0].interfaces))
    own = stack.deployed.group
    for groups in ([own, more], [own]):
        stack.ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=groups)
    stack.ec2.delete_security_group(GroupId=more)
    first, second, third, fourth, last = said(stack)
    network = stack.journal()[0].interfaces[interface].network
    both = ", ".join(name for _, name in sorted([(own, "gateway-rules-test"), (more, "more")]))
    assert [first, second] == [
        ["makes group more"],
        ["+ ingress tcp 22 from 10.1.0.0/24 in more"],
    ]
    assert third == [f"the gateway in {network} carries {both}"]
    assert fourth == [f"the gateway in {network} carries gateway-rules-test"]
    assert last == ["deletes group more"]


def test_groups_of_others_are_no_reason_to_name_the_one_of_the_gateways(stack: Change) -> None:
    """Another stack that was rehearsed before has groups of its own."""
    place = stack.deployed.place
    ssh = next(rule for rule in stack.plan.groups[0].rules if rule.services == ("ssh",))
    made = stack.ec2.create_security_group(GroupName="other", Description="x", VpcId=place.vpc)
    stack.ec2.create_network_interface(SubnetId=place.subnets[0], Groups=[made["GroupId"]])
    stack.revoke(ssh)
    assert said(stack)[-1] == ["- ingress tcp 22 from 10.1.0.0/24"]


def test_gateways_and_whole_protocols_are_said_in_words(stack: Change) -> None:
    """`self` and -1 are no words for a reader."""
    own = stack.deployed.group
    everything = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": own}]}
    stack.ec2.authorize_security_group_egress(GroupId=own, IpPermissions=[everything])
    stack.ec2.revoke_security_group_egress(GroupId=own, IpPermissions=[everything])
    assert said(stack) == [
        ["+ egress all protocols to the gateways themselves"],
        ["- egress all protocols to the gateways themselves"],
    ]


def test_subnets_move_between_acls_that_have_names(stack: Change) -> None:
    """ACLs are named by what they were when the change began, with the id where they come."""
    new = stack.ec2.create_network_acl(VpcId=stack.deployed.place.vpc)["NetworkAcl"]
    acl = new["NetworkAclId"]
    stack.move(acl)
    stack.move(stack.default_acl())
    stack.delete_acl()
    assert said(stack) == [
        [f"makes the new ACL, {acl}"],
        ["10.42.8.0/26 goes from the old ACL to the new ACL"],
        ["10.42.8.64/26 goes from the old ACL to the new ACL"],
        ["10.42.8.0/26 goes from the new ACL to the VPC's own ACL"],
        ["10.42.8.64/26 goes from the new ACL to the VPC's own ACL"],
        [f"deletes the old ACL, {stack.deployed.acl}"],
    ]


def test_tags_change_nothing(stack: Change) -> None:
    """What lets no packet through is not told."""
    tags = [{"Key": "a", "Value": "b"}]
    stack.ec2.create_tags(Resources=[stack.deployed.group], Tags=tags)
    assert said(stack) == [[]]


def test_prefix_list_is_refused(stack: Change) -> None:
    """Whom a prefix list lets through stands in no journal, so nothing is judged by it."""
    made = stack.ec2.create_managed_prefix_list(
        PrefixListName="list", MaxEntries=1, AddressFamily="IPv4"
    )
    listed = made["PrefixList"]["PrefixListId"]
    permission = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": listed}]}
    stack.ec2.authorize_security_group_egress(
        GroupId=stack.deployed.group, IpPermissions=[permission]
    )
    with pytest.raises(Refused, match=f"^'{listed}' is no prefix; "):
        list(read_journal(stack.file.getvalue().splitlines()))
