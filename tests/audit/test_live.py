"""What is read back from AWS, in the words of plans."""

from collections.abc import Iterator
from typing import Any

import pytest
from cloud import SUBNETS, Deployed, aws, deploy, surroundings, tagged
from sites import EVERYBODY, NETWORKS, location, shipped, site

from gateway_rules.audit import live
from gateway_rules.audit.live import STACK_TAG, NotFound
from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.packets.sets import Match
from gateway_rules.planning.planner import Plan, plan

IPV6 = {"name": "mail6", "direction": "ingress", "protocol": "tcp", "ports": 25}
MESSAGES = {"name": "pmtud", "direction": "ingress", "protocol": "icmp", "type": 3, "code": -1}
ALL = {"name": "tunnel", "direction": "egress", "protocol": "-1", "peers": ["192.0.2.9/32"]}
AT = site(
    roles=EVERYBODY,
    networks=NETWORKS,
    services={name: False for name in shipped().by_id if name not in ("ssh", "greylisting")},
    additions=[IPV6 | {"peers": ["::/0"]}, MESSAGES | {"peers": ["192.0.2.0/24"]}, ALL],
)
HERE = location()


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan a site with both families, messages, all protocols and the gateways themselves."""
    return plan(shipped(), AT)


@pytest.fixture(scope="module")
def deployed(planned: Plan) -> Iterator[Deployed]:
    """Build the plan; no test of this module changes it."""
    with aws() as client:
        yield deploy(planned, client)


def test_rules_are_read_as_they_were_planned(planned: Plan, deployed: Deployed) -> None:
    """Direction, protocol, ports and peer of each rule are the plan's."""
    found = live.read_live(AT, HERE, deployed.client).rules
    said = {(r.direction, r.protocol, r.from_port, r.to_port, r.peer) for r in found}
    (group,) = planned.groups
    assert said == {(r.direction, r.protocol, r.from_port, r.to_port, r.peer) for r in group.rules}
    assert len(found) == len(group.rules)
    assert {rule.group for rule in found} == {deployed.group}


def test_entries_are_read_as_they_were_planned(planned: Plan, deployed: Deployed) -> None:
    """Sorted as the plan's, with AWS's own deny left out."""
    acl, _ = live.read_live(AT, HERE, deployed.client).acls
    fields = ("direction", "number", "action", "protocol", "from_port", "to_port", "prefix")
    found, wanted = (
        [tuple(getattr(entry, name) for name in fields) for entry in entries]
        for entries in (acl.entries, planned.acl.entries)
    )
    assert found == wanted
    assert (acl.id, acl.subnets, acl.own) == (
        deployed.acl,
        frozenset(deployed.place.subnets),
        True,
    )


def test_vpc_and_subnets_are_found_by_tags(deployed: Deployed) -> None:
    """Ids and networks are those of the site's tags."""
    found = live.read_live(AT, HERE, deployed.client)
    cidrs = tuple(map(parse_prefix, SUBNETS))
    assert found.vpc == deployed.place.vpc
    assert found.subnets == {
        subnet: (cidr,) for subnet, cidr in zip(deployed.place.subnets, cidrs, strict=True)
    }


def test_vpc_and_subnets_are_found_by_ids(deployed: Deployed) -> None:
    """A stack file may name them outright, and then only those subnets count."""
    first = deployed.place.subnets[0]
    named = location(vpc=deployed.place.vpc, subnets=[first])
    found = live.read_live(AT, named, deployed.client)
    assert (found.vpc, [*found.subnets]) == (deployed.place.vpc, [first])
    assert len(found.rules) == len(live.read_live(AT, HERE, deployed.client).rules)


def test_many_rules_come_in_pages_and_are_all_read(planned: Plan) -> None:
    """Every call goes on until EC2 has no more to tell."""

    def in_fives(params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name.startswith("Describe"):
            params["MaxResults"] = 5

    with aws() as client:
        built = deploy(planned, client)
        client.meta.events.register("provide-client-params.ec2", in_fives)
        answer = client.describe_security_group_rules()
        found = live.read_live(AT, HERE, client)
    assert (len(answer["SecurityGroupRules"]), "NextToken" in answer) == (5, True)
    assert len(found.rules) == len(planned.groups[0].rules) > 5
    assert [acl.id for acl in found.guards] == [built.acl]


def test_only_what_bears_the_stacks_tag_is_its_own(planned: Plan) -> None:
    """Groups and ACLs of another stack, or in another VPC, are not read."""
    with aws() as client:
        built = deploy(planned, client)
        other_vpc = client.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
        for vpc, stack in ((built.place.vpc, "other"), (other_vpc, "test")):
            for kind, call, extra in (
                (
                    "security-group",
                    client.create_security_group,
                    {"GroupName": f"{stack}-group", "Description": "other"},
                ),
                ("network-acl", client.create_network_acl, {}),
            ):
                call(VpcId=vpc, TagSpecifications=tagged(kind, **{STACK_TAG: stack}), **extra)
        found = live.read_live(AT, HERE, client)
    assert [*found.groups] == [built.group]
    assert [acl.id for acl in found.acls if acl.own] == [built.acl]


def test_another_acl_on_a_subnet_is_read_as_anothers(planned: Plan) -> None:
    """Whoever made it, it decides what passes there."""
    with aws() as client:
        place = surroundings(client, *SUBNETS)
        found = live.read_live(AT, HERE, client)
    (default,) = found.acls
    assert (default.own, default.default) == (False, True)
    assert (default.subnets, found.guards) == (frozenset(place.subnets), (default,))
    assert [(e.direction, e.number, e.protocol, str(e.prefix)) for e in default.entries] == [
        ("egress", 100, "-1", "0.0.0.0/0"),
        ("ingress", 100, "-1", "0.0.0.0/0"),
    ]
    assert found.groups == {}


def test_the_last_entry_that_a_user_may_write_is_read(planned: Plan) -> None:
    """AWS keeps the numbers from 32767 on for itself."""
    with aws() as client:
        built = deploy(planned, client)
        client.create_network_acl_entry(
            NetworkAclId=built.acl,
            Egress=False,
            RuleNumber=32766,
            RuleAction="deny",
            Protocol="-1",
            CidrBlock="0.0.0.0/0",
        )
        acl = live.read_live(AT, HERE, client).acls[0]
    assert acl.own
    assert max(entry.number for entry in acl.entries) == 32766


def test_a_numbered_protocol_has_all_ports(planned: Plan) -> None:
    """What is neither TCP, UDP nor ICMP matches as a whole, in rules and entries."""
    with aws() as client:
        built = deploy(planned, client)
        tunnel = {"IpProtocol": "50", "IpRanges": [{"CidrIp": "192.0.2.1/32"}]}
        client.authorize_security_group_ingress(GroupId=built.group, IpPermissions=[tunnel])
        client.create_network_acl_entry(
            NetworkAclId=built.acl,
            Egress=False,
            RuleNumber=7,
            RuleAction="allow",
            Protocol="50",
            CidrBlock="192.0.2.1/32",
        )
        found = live.read_live(AT, HERE, client)
    matches: list[Match] = [*found.rules, *found.acls[0].entries]
    tunnels = [match for match in matches if match.protocol == "50"]
    assert [(m.from_port, m.to_port, str(m.peer)) for m in tunnels] == [
        (0, 65535, "192.0.2.1/32")
    ] * 2


def test_a_message_of_the_other_family_is_every_message(planned: Plan) -> None:
    """AWS ignores type and code of ICMPv6 where the CIDR is IPv4, and holds to them elsewhere."""
    message = {"Protocol": "58", "IcmpTypeCode": {"Type": 2, "Code": 0}}
    blocks = {7: {"CidrBlock": "192.0.2.0/24"}, 8: {"Ipv6CidrBlock": "2001:db8::/32"}}
    with aws() as client:
        built = deploy(planned, client)
        for number, block in blocks.items():
            client.create_network_acl_entry(
                NetworkAclId=built.acl,
                Egress=False,
                RuleNumber=number,
                RuleAction="allow",
                **message,
                **block,
            )
        found = live.read_live(AT, HERE, client).acls[0].entries
    pairs = [(each.from_port, each.to_port) for each in found if each.protocol == "icmpv6"]
    assert pairs == [(-1, -1), (2, 0)]


def test_interfaces_are_read_with_the_groups_that_they_carry(planned: Plan) -> None:
    """Those in the stack's subnets, and those elsewhere with its group; no others."""
    with aws() as client:
        built = deploy(planned, client)
        vpc, (first, second) = built.place.vpc, built.place.subnets
        elsewhere = client.create_subnet(VpcId=vpc, CidrBlock="10.42.9.0/26")["Subnet"]["SubnetId"]
        other = client.create_security_group(GroupName="bastion", Description="b", VpcId=vpc)
        made = [
            client.create_network_interface(SubnetId=subnet, Groups=groups, Description="mine")
            for subnet, groups in (
                (first, [built.group, other["GroupId"]]),
                (second, []),
                (elsewhere, [built.group]),
                (elsewhere, [other["GroupId"]]),
            )
        ]
        found = live.read_live(AT, HERE, client)
    ids = [one["NetworkInterface"]["NetworkInterfaceId"] for one in made]
    here, idle, there, _ = ids
    assert {one.id: (one.subnet, len(one.groups)) for one in found.interfaces} == {
        here: (first, 2),
        idle: (second, 1),
        there: (elsewhere, 1),
    }
    assert {one.id for one in found.carriers} == {here, there}
    assert {(one.description, one.requester, one.in_use) for one in found.interfaces} == {
        ("mine", "", False)
    }
    (default,) = {*found.others} - {other["GroupId"]}
    assert {group: found.names[group] for group in (built.group, other["GroupId"], default)} == {
        built.group: planned.groups[0].name,
        other["GroupId"]: "bastion",
        default: "default",
    }
    (rule,) = found.others[other["GroupId"]]
    assert (rule.group, rule.direction, rule.protocol, rule.source) == (
        other["GroupId"],
        "egress",
        "-1",
        "0.0.0.0/0",
    )


def test_descriptions_are_read(planned: Plan) -> None:
    """They tell what was planned from what was added by hand."""
    with aws() as client:
        built = deploy(planned, client)
        said = {"CidrIp": "192.0.2.0/24", "Description": "temporary"}
        client.authorize_security_group_ingress(
            GroupId=built.group,
            IpPermissions=[{"IpProtocol": "tcp", "FromPort": 9, "ToPort": 9, "IpRanges": [said]}],
        )
        found = {
            rule.from_port: rule.description for rule in live.read_live(AT, HERE, client).rules
        }
    assert found[9] == "temporary"


def test_many_groups_are_asked_for_in_parts() -> None:
    """A filter takes two hundred values; the groups of every interface may be more."""
    asked: list[int] = []

    class Ec2:
        """An EC2 whose groups have one rule each."""

        def get_paginator(self, _: str) -> "Ec2":
            return self

        def paginate(self, Filters: list[dict[str, Any]]) -> list[dict[str, Any]]:  # noqa: N803
            (values,) = (one["Values"] for one in Filters)
            asked.append(len(values))
            return [{"SecurityGroupRules": [answer(group) for group in values]}]

    def answer(group: str) -> dict[str, Any]:
        said = {"SecurityGroupRuleId": f"sgr-{group}", "GroupId": group, "IsEgress": False}
        return said | {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "CidrIpv4": "192.0.2.0/24"}

    found = live.rules_of([f"sg-{n}" for n in range(450)], Ec2())
    assert (asked, len(found), {len(rules) for rules in found.values()}) == (
        [200, 200, 50],
        450,
        {1},
    )


def test_a_subnet_has_networks_of_both_families(planned: Plan) -> None:
    """One that is for IPv6 alone has no other, and one that is being taken away is none."""
    answer = {
        "SubnetId": "subnet-1",
        "Ipv6CidrBlockAssociationSet": [
            {"Ipv6CidrBlock": "2001:db8::/64", "Ipv6CidrBlockState": {"State": "associated"}},
            {"Ipv6CidrBlock": "2001:db8:1::/64", "Ipv6CidrBlockState": {"State": "disassociated"}},
        ],
    }
    networks = [parse_prefix("2001:db8::/64")]
    assert [*live.networks(answer)] == networks
    both = answer | {"CidrBlock": "10.42.8.0/26"}
    networks = [parse_prefix("10.42.8.0/26"), *networks]
    assert [*live.networks(both)] == networks


def test_look_ups_that_find_nothing_or_too_much_are_told() -> None:
    """There must be one VPC and at least one subnet."""
    with aws() as client:
        vpc = surroundings(client, *SUBNETS).vpc
        told = [_refused(client, **{field: there}) for field, there in MISSED.items()]
        vpcs = sorted([vpc, surroundings(client, *SUBNETS).vpc])
        told.append(_refused(client))
    assert told == [
        "vpc-0 finds no VPC in eu-west-1",
        f"Tier=other finds no subnet of {vpc} in eu-west-1",
        f"Name=mail-gateway finds 2 VPCs in eu-west-1: {', '.join(vpcs)}",
    ]


MISSED: dict[str, Any] = {"vpc": "vpc-0", "subnets": {"Tier": "other"}}


def _refused(client: Any, **fields: Any) -> str:
    with pytest.raises(NotFound) as error:
        live.read_live(AT, location(**fields), client)
    return str(error.value)
