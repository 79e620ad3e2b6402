"""Network ACLs of the stand-in, with their entries and subnets."""

from itertools import groupby
from typing import Any

import pytest
from aws_fixtures import new_subnet
from provider_fixtures import (
    REGION,
    Engine,
    Refused,
    engine,
    properties_of,
    refusal,
    service,
    vpc_id,
)

from gateway_rehearsal.provider.values import UNKNOWN, Properties, Value

__all__ = ["engine", "service", "vpc_id"]

TYPE = "aws:ec2/networkAcl:NetworkAcl"


def entry(number: int, port: int = 80, /, **more: Value) -> Value:
    """Write an inline entry for one TCP port."""
    written: Properties = {
        "action": "allow",
        "cidrBlock": "10.0.0.0/8",
        "fromPort": port,
        "protocol": "6",
        "ruleNo": number,
        "toPort": port,
    }
    return written | more


@pytest.fixture
def acls(engine: Engine) -> Engine:
    """Speak of network ACLs."""
    return engine.of(TYPE)


@pytest.fixture
def subnets(engine: Engine, vpc_id: str) -> list[str]:
    """Make three subnets."""
    return [new_subnet(engine.ec2, vpc_id, f"10.42.{third}.0/24") for third in range(3)]


def live(engine: Engine, acl_id: str) -> dict[str, Any]:
    """Return what AWS says of an ACL."""
    (acl,) = engine.ec2.describe_network_acls(NetworkAclIds=[acl_id])["NetworkAcls"]
    return dict(acl)


def numbers(acl: dict[str, Any], *, egress: bool) -> list[int]:
    """Return the numbers of the ACL's own entries of one direction."""
    found = [one["RuleNumber"] for one in acl["Entries"] if one["Egress"] is egress]
    return sorted(number for number in found if number < 32767)


def acl_of(engine: Engine, subnet_id: str) -> str:
    """Return the id of the subnet's ACL."""
    filters = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    (acl,) = engine.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
    return str(acl["NetworkAclId"])


def default_of(engine: Engine, vpc_id: str) -> str:
    """Return the id of the VPC's default ACL."""
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "default", "Values": ["true"]}]
    (acl,) = engine.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
    return str(acl["NetworkAclId"])


def take(engine: Engine, subnet_id: str, acl_id: str) -> None:
    """Give a subnet another ACL by hand."""
    for association in live(engine, acl_of(engine, subnet_id))["Associations"]:
        if association["SubnetId"] == subnet_id:
            engine.ec2.replace_network_acl_association(
                AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl_id
            )


# What is checked before AWS is called.


def test_only_the_vpc_is_required_and_nothing_has_a_default(acls: Engine) -> None:
    """What is left out stays out, for it is not managed."""
    assert acls.failures({}) == [("vpcId", "missing required property")]
    assert acls.check({"vpcId": "vpc-1"}) == ({"vpcId": "vpc-1", "__defaults": []}, [])


@pytest.mark.parametrize("name", ["action", "fromPort", "protocol", "ruleNo", "toPort"])
def test_an_entry_without_a_required_field_is_a_failed_check(acls: Engine, name: str) -> None:
    """Ports are required of every protocol."""
    one = entry(100, **{name: None})
    failures = [(f"egress[0].{name}", "missing required property")]
    assert acls.failures({"vpcId": "vpc-1", "egress": [one]}) == failures


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ruleNo", 0, "expected to be in the range (1 - 32766), got 0"),
        ("ruleNo", 32767, "expected to be in the range (1 - 32766), got 32767"),
        ("action", "permit", 'expected to be one of ["allow" "deny"], got permit'),
        ("protocol", "TCP", "unsupported NACL protocol: TCP"),
        ("protocol", "icmpv6", "unsupported NACL protocol: icmpv6"),
        ("protocol", "57", "unsupported NACL protocol: 57"),
        ("protocol", "skip", "unsupported NACL protocol: skip"),
        ("fromPort", -1, "expected to be in the range (0 - 65535), got -1"),
        ("toPort", 65536, "expected to be in the range (0 - 65535), got 65536"),
        (
            "cidrBlock",
            "10.0.0.1/8",
            '"10.0.0.1/8" is not a valid IPv4 CIDR block; did you mean "10.0.0.0/8"?',
        ),
        (
            "ipv6CidrBlock",
            "2001:db8::1/64",
            '"2001:db8::1/64" is not a valid IPv6 CIDR block; did you mean "2001:db8::/64"?',
        ),
        ("colour", "red", "the stand-in for aws does not know this property"),
    ],
)
def test_an_entry_out_of_bounds_is_a_failed_check(
    acls: Engine, name: str, value: Value, reason: str
) -> None:
    """Numbers, actions, protocols by the table, ports, and networks without host bits."""
    one = entry(100, **{name: value})
    assert acls.failures({"vpcId": "vpc-1", "ingress": [one]}) == [(f"ingress[0].{name}", reason)]


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "DENY"},
        {"protocol": "all"},
        {"protocol": "ipv6-icmp"},
        {"protocol": "tcp"},
        {"protocol": "47"},
        {"protocol": "-1"},
        {"fromPort": 90},
        {"cidrBlock": None},
    ],
)
def test_what_only_aws_refuses_is_not_checked(acls: Engine, fields: Properties) -> None:
    """Actions in any case, protocols by name and number, ports against all else."""
    assert acls.failures({"vpcId": "vpc-1", "ingress": [entry(100, **fields)]}) == []


def test_an_unknown_field_of_an_entry_is_no_failed_check(acls: Engine) -> None:
    """It may turn out right."""
    one = entry(100, cidrBlock=UNKNOWN, protocol=UNKNOWN)
    assert acls.failures({"vpcId": UNKNOWN, "ingress": [one, UNKNOWN], "egress": UNKNOWN}) == []


# What a change means.


def test_another_vpc_is_another_acl_made_before_the_old_one_goes(acls: Engine) -> None:
    """There is no name to stand in the way."""
    answer = acls.compare({"vpcId": "vpc-1"}, {"vpcId": "vpc-2", "__defaults": []})
    assert (list(answer.replaces), answer.deleteBeforeReplace) == (["vpcId"], False)


def test_entries_subnets_and_tags_change_in_place(acls: Engine) -> None:
    """The program alone can ask for a replacement."""
    olds: Properties = {
        "vpcId": "vpc-1",
        "ingress": [entry(100)],
        "egress": [],
        "subnetIds": ["subnet-1"],
    }
    news: Properties = {
        "vpcId": "vpc-1",
        "ingress": [entry(100, 81)],
        "egress": [entry(100)],
        "subnetIds": ["subnet-2"],
        "tags": {"a": "b"},
    }
    assert acls.diff(olds, news) == {
        "egress": "ADD",
        "ingress": "UPDATE",
        "subnetIds": "UPDATE",
        "tags": "ADD",
    }


def test_what_the_program_leaves_out_keeps_what_aws_has(acls: Engine) -> None:
    """An explicit empty list does not."""
    olds: Properties = {
        "vpcId": "vpc-1",
        "ingress": [entry(100)],
        "egress": [entry(100)],
        "subnetIds": ["subnet-1"],
    }
    assert acls.diff(olds, {"vpcId": "vpc-1"}) == {}
    assert acls.diff(olds, {"vpcId": "vpc-1", "ingress": [], "subnetIds": []}) == {
        "ingress": "DELETE",
        "subnetIds": "DELETE",
    }


def test_lists_are_compared_as_sets(acls: Engine) -> None:
    """Their order is no difference."""
    olds: Properties = {
        "vpcId": "vpc-1",
        "ingress": [entry(100), entry(200)],
        "subnetIds": ["subnet-1", "subnet-2"],
    }
    news: Properties = {
        "vpcId": "vpc-1",
        "ingress": [entry(200), entry(100)],
        "subnetIds": ["subnet-2", "subnet-1"],
    }
    assert acls.diff(olds, news) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"protocol": "tcp"},
        {"action": "ALLOW"},
        {"icmpType": 0, "icmpCode": 0},
        {"ipv6CidrBlock": ""},
    ],
)
def test_another_spelling_of_an_entry_is_no_difference(acls: Engine, fields: Properties) -> None:
    """`6` is `tcp`, an action has no case, and zero is nothing."""
    olds: Properties = {"vpcId": "vpc-1", "ingress": [entry(100)]}
    news: Properties = {"vpcId": "vpc-1", "ingress": [entry(100, **fields)]}
    assert (acls.diff(olds, news), acls.diff(news, olds)) == ({}, {})


def test_an_unknown_subnet_is_a_change(acls: Engine) -> None:
    """At preview it may be another."""
    olds: Properties = {"vpcId": "vpc-1", "subnetIds": ["subnet-1"]}
    news: Properties = {"vpcId": "vpc-1", "subnetIds": [UNKNOWN]}
    assert acls.diff(olds, news) == {"subnetIds": "UPDATE"}


# Creating.


def test_entries_come_before_subnets_and_egress_before_ingress(
    acls: Engine, vpc_id: str, subnets: list[str]
) -> None:
    """Before a subnet has the ACL, the ACL lets through all that it is to let through."""
    acl_id, outputs = acls.create(
        {
            "vpcId": vpc_id,
            "ingress": [entry(200), entry(100)],
            "egress": [entry(100, 443)],
            "subnetIds": [subnets[1], subnets[0]],
            "tags": {"a": "b"},
        }
    )
    assert acls.calls.writes == [
        "CreateNetworkAcl",
        "CreateNetworkAclEntry",
        "CreateNetworkAclEntry",
        "CreateNetworkAclEntry",
        "ReplaceNetworkAclAssociation",
        "ReplaceNetworkAclAssociation",
    ]
    made = [request for name, request in acls.calls.made if name == "CreateNetworkAclEntry"]
    assert [(one["Egress"], one["RuleNumber"]) for one in made] == [
        (True, 100),
        (False, 100),
        (False, 200),
    ]
    assert outputs == {
        "arn": f"arn:aws:ec2:{REGION}:123456789012:network-acl/{acl_id}",
        "egress": [entry(100, 443)],
        "ingress": [entry(100), entry(200)],
        "ownerId": "123456789012",
        "region": REGION,
        "subnetIds": sorted(subnets[:2]),
        "tags": {"a": "b"},
        "tagsAll": {"a": "b"},
        "vpcId": vpc_id,
    }


def test_the_right_association_of_a_subnet_that_shares_an_acl_is_replaced(
    acls: Engine, vpc_id: str, subnets: list[str]
) -> None:
    """The other subnets of the old ACL keep it."""
    acl_id, _ = acls.create({"vpcId": vpc_id, "subnetIds": [subnets[1]]})
    default = default_of(acls, vpc_id)
    assert [acl_of(acls, subnet_id) for subnet_id in subnets] == [default, acl_id, default]


def test_every_entry_goes_with_ports_and_icmp_alone_with_type_and_code(
    acls: Engine, vpc_id: str
) -> None:
    """Protocols go as numbers."""
    ping = entry(1, 0, protocol="icmp", icmpType=8, icmpCode=-1)
    ping6 = entry(
        2, 0, protocol="ipv6-icmp", icmpType=2, icmpCode=0, cidrBlock=None, ipv6CidrBlock="::/0"
    )
    everything = entry(3, 0, protocol="all", icmpType=8)
    acls.create({"vpcId": vpc_id, "egress": [ping, ping6, everything]})
    made = [request for name, request in acls.calls.made if name == "CreateNetworkAclEntry"]
    assert [
        (one["Protocol"], one["PortRange"], one.get("IcmpTypeCode"), one.get("CidrBlock"))
        for one in made
    ] == [
        ("1", {"From": 0, "To": 0}, {"Type": 8, "Code": -1}, "10.0.0.0/8"),
        ("58", {"From": 0, "To": 0}, {"Type": 2, "Code": 0}, None),
        ("-1", {"From": 0, "To": 0}, None, "10.0.0.0/8"),
    ]
    assert made[1]["Ipv6CidrBlock"] == "::/0"


def test_a_preview_with_unknown_ids_calls_nothing(acls: Engine) -> None:
    """An ACL of a VPC that is not there yet can be previewed."""
    inputs: Properties = {
        "vpcId": UNKNOWN,
        "subnetIds": [UNKNOWN, "subnet-1"],
        "ingress": [entry(100)],
    }
    _, outputs = acls.create(inputs, preview=True)
    unknown: Properties = dict.fromkeys(("arn", "egress", "ownerId"), UNKNOWN)
    assert outputs == inputs | unknown | {"region": REGION, "tagsAll": {}}
    assert acls.calls.names == []


def test_the_same_number_twice_is_aws_s_error(acls: Engine, vpc_id: str) -> None:
    """There is no check before the call; the ACL is there, and keeps its id."""
    with pytest.raises(Refused) as caught:
        acls.create({"vpcId": vpc_id, "ingress": [entry(1), entry(1, 81)]})
    assert caught.value.text.startswith("creating it: NetworkAclEntryAlreadyExists: ")
    assert caught.value.detail is not None
    assert caught.value.detail.id.startswith("acl-")


def test_a_protocol_of_all_with_ports_fails_when_it_is_applied(acls: Engine, vpc_id: str) -> None:
    """No check says so, and no entry of its direction is made."""
    with pytest.raises(Refused) as caught:
        acls.create({"vpcId": vpc_id, "egress": [entry(1), entry(2, 9, protocol="all")]})
    assert caught.value.text == (
        'creating it: to_port (9) and from_port (9) must both be 0 to use the "all" "-1" protocol'
    )
    assert acls.calls.writes == ["CreateNetworkAcl"]


def test_a_subnet_that_is_not_there_is_an_error_of_the_creation(acls: Engine, vpc_id: str) -> None:
    """There is no association to replace."""
    with pytest.raises(Refused) as caught:
        acls.create({"vpcId": vpc_id, "subnetIds": ["subnet-1"]})
    assert caught.value.text == (
        "creating it: the subnet subnet-1 has no association with a network ACL"
    )


def test_an_association_that_someone_else_replaces_meanwhile_is_looked_up_again(
    acls: Engine, vpc_id: str, subnets: list[str]
) -> None:
    """Its id is dead then."""
    acls.calls.refuse("ReplaceNetworkAclAssociation", "InvalidAssociationID.NotFound")
    acl_id, _ = acls.create({"vpcId": vpc_id, "subnetIds": [*subnets[:1]]})
    assert acl_of(acls, subnets[0]) == acl_id


def test_a_new_acl_that_aws_does_not_see_yet_is_asked_for_again(acls: Engine, vpc_id: str) -> None:
    """What one call made the next may not find at once."""
    acls.calls.refuse("DescribeNetworkAcls", "InvalidNetworkAclID.NotFound")
    acl_id, _ = acls.create({"vpcId": vpc_id})
    assert acls.calls.names == ["CreateNetworkAcl", "DescribeNetworkAcls", "DescribeNetworkAcls"]
    assert acl_id.startswith("acl-")


# ACLs that are half made.


@pytest.mark.parametrize(
    ("refused", "half_made"),
    [
        (("CreateNetworkAclEntry", 0), ([], [])),
        (("CreateNetworkAclEntry", 1), ([100], [])),
        (("CreateNetworkAclEntry", 3), ([100, 200], [100])),
        (("ReplaceNetworkAclAssociation", 0), ([100, 200], [100, 200])),
        (("ReplaceNetworkAclAssociation", 1), ([100, 200], [100, 200])),
    ],
)
def test_a_half_made_acl_keeps_its_id_and_gets_its_entries_before_its_subnets(
    acls: Engine,
    vpc_id: str,
    subnets: list[str],
    refused: tuple[str, int],
    half_made: tuple[list[int], list[int]],
) -> None:
    """The engine keeps what is planned, sees no difference, and calls Update to finish it."""
    both: list[Value] = [entry(100), entry(200)]
    inputs: Properties = {
        "vpcId": vpc_id,
        "ingress": both,
        "egress": both,
        "subnetIds": [*subnets[:2]],
    }
    call, after = refused
    acls.calls.refuse(call, "RequestLimitExceeded", "slow down", after=after)
    with pytest.raises(Refused) as caught:
        acls.create(inputs)
    detail = caught.value.detail
    assert detail is not None
    assert list(detail.reasons) == ["creating it: RequestLimitExceeded: slow down"]
    half = live(acls, detail.id)
    assert (numbers(half, egress=True), numbers(half, egress=False)) == half_made
    olds = properties_of(detail)
    assert acls.diff(olds, inputs) == {}
    acls.calls.made.clear()
    outputs = acls.update(detail.id, olds, inputs)
    whole = live(acls, detail.id)
    assert (numbers(whole, egress=True), numbers(whole, egress=False)) == ([100, 200], [100, 200])
    assert outputs["subnetIds"] == sorted(subnets[:2])
    steps = ["CreateNetworkAclEntry", "ReplaceNetworkAclAssociation"]
    assert [name for name, _ in groupby(acls.calls.writes)] in (steps, steps[1:])


# Updating.


def test_an_update_brings_ingress_then_egress_then_subnets(
    acls: Engine, vpc_id: str, subnets: list[str]
) -> None:
    """Per direction what changed is deleted before it is created; subnets leave before others come.

    In between the entry is missing, which is why the gateway's ACL is never changed in place.
    """
    first: Properties = {
        "vpcId": vpc_id,
        "ingress": [entry(100), entry(200)],
        "egress": [entry(100)],
        "subnetIds": [*subnets[:2]],
    }
    acl_id, outputs = acls.create(first)
    acls.calls.made.clear()
    news = first | {
        "ingress": [entry(100, 81), entry(200)],
        "egress": [entry(200)],
        "subnetIds": [subnets[2], subnets[1]],
    }
    outputs = acls.update(acl_id, outputs, news)
    changes = [
        (name, request.get("Egress"), request.get("RuleNumber"), request.get("NetworkAclId"))
        for name, request in acls.calls.made
        if not name.startswith("Describe")
    ]
    default = default_of(acls, vpc_id)
    assert changes == [
        ("DeleteNetworkAclEntry", False, 100, acl_id),
        ("CreateNetworkAclEntry", False, 100, acl_id),
        ("DeleteNetworkAclEntry", True, 100, acl_id),
        ("CreateNetworkAclEntry", True, 200, acl_id),
        ("ReplaceNetworkAclAssociation", None, None, default),
        ("ReplaceNetworkAclAssociation", None, None, acl_id),
    ]
    assert [acl_of(acls, subnet_id) for subnet_id in subnets] == [default, acl_id, acl_id]
    assert outputs["ingress"] == news["ingress"]


def test_a_subnet_that_left_by_other_hands_is_not_taken_back(
    acls: Engine, vpc_id: str, subnets: list[str]
) -> None:
    """What the ACL has no more it does not give away."""
    first: Properties = {"vpcId": vpc_id, "subnetIds": [*subnets[:2]]}
    acl_id, outputs = acls.create(first)
    other, _ = acls.create({"vpcId": vpc_id})
    take(acls, subnets[0], other)
    acls.update(acl_id, outputs, first | {"subnetIds": [subnets[1]]})
    assert [acl_of(acls, subnet_id) for subnet_id in subnets[:2]] == [other, acl_id]


def test_a_missing_subnet_is_skipped_by_an_update(acls: Engine, vpc_id: str) -> None:
    """It is an error of the creation alone."""
    acl_id, outputs = acls.create({"vpcId": vpc_id})
    outputs = acls.update(acl_id, outputs, {"vpcId": vpc_id, "subnetIds": ["subnet-1"]})
    assert outputs["subnetIds"] == []


def test_an_entry_that_is_gone_already_is_deleted(acls: Engine, vpc_id: str) -> None:
    """Someone deleted it by hand."""
    acl_id, outputs = acls.create({"vpcId": vpc_id, "ingress": [entry(100)]})
    acls.ec2.delete_network_acl_entry(NetworkAclId=acl_id, RuleNumber=100, Egress=False)
    outputs = acls.update(acl_id, outputs, {"vpcId": vpc_id, "ingress": []})
    assert outputs["ingress"] == []


def test_an_entry_of_others_is_not_adopted(acls: Engine, vpc_id: str) -> None:
    """A number that someone else took stays an error."""
    acl_id, outputs = acls.create({"vpcId": vpc_id, "ingress": []})
    acls.ec2.create_network_acl_entry(
        NetworkAclId=acl_id,
        RuleNumber=100,
        Egress=False,
        Protocol="6",
        RuleAction="deny",
        CidrBlock="10.0.0.0/8",
        PortRange={"From": 80, "To": 80},
    )
    with refusal() as text:
        acls.update(acl_id, outputs, {"vpcId": vpc_id, "ingress": [entry(100)]})
    assert text().startswith("updating it: NetworkAclEntryAlreadyExists: ")


def test_what_is_not_managed_is_not_touched(acls: Engine, vpc_id: str, subnets: list[str]) -> None:
    """Lists that the program leaves out stay as they are."""
    acl_id, outputs = acls.create(
        {"vpcId": vpc_id, "ingress": [entry(1)], "egress": [entry(1)], "subnetIds": [*subnets[:1]]}
    )
    acls.calls.made.clear()
    after = acls.update(acl_id, outputs, {"vpcId": vpc_id})
    assert (acls.calls.writes, after) == ([], outputs)


def test_an_acl_that_is_gone_cannot_be_updated(acls: Engine, vpc_id: str) -> None:
    """A refresh drops it from the state first."""
    with refusal() as text:
        acls.update("acl-00000000000000000", {"vpcId": vpc_id}, {"vpcId": vpc_id})
    assert text().startswith("updating it: InvalidNetworkAclID.NotFound: ")


def test_tags_change_in_place(acls: Engine, vpc_id: str) -> None:
    """The ACL keeps its id."""
    acl_id, outputs = acls.create({"vpcId": vpc_id, "tags": {"a": "b"}})
    acls.calls.made.clear()
    outputs = acls.update(acl_id, outputs, {"vpcId": vpc_id, "tags": {"c": "d"}})
    assert (acls.calls.writes, outputs["tags"]) == (["DeleteTags", "CreateTags"], {"c": "d"})


# Reading.


def test_reading_an_unchanged_acl_changes_nothing(
    acls: Engine, vpc_id: str, subnets: list[str]
) -> None:
    """Outputs and inputs are as they were, spelling and order included."""
    given, _ = acls.check(
        {
            "vpcId": vpc_id,
            "ingress": [
                entry(200, protocol="tcp", action="DENY"),
                entry(100, 0, protocol="icmp", icmpType=3, icmpCode=4),
                entry(300, 0, protocol="-1"),
            ],
            "egress": [],
            "subnetIds": [subnets[1], subnets[0]],
        }
    )
    acl_id, outputs = acls.create(given)
    assert acls.read(acl_id, outputs, given) == (acl_id, outputs, given)
    assert acls.diff(outputs, given) == {}


def test_entries_and_subnets_of_others_show(acls: Engine, vpc_id: str, subnets: list[str]) -> None:
    """Refresh sees them after those that the program wrote; AWS's last entries it hides."""
    first: Properties = {
        "vpcId": vpc_id,
        "ingress": [entry(200, protocol="tcp"), entry(300)],
        "subnetIds": [subnets[0]],
    }
    given, _ = acls.check(first)
    acl_id, outputs = acls.create(first)
    acls.ec2.delete_network_acl_entry(NetworkAclId=acl_id, RuleNumber=300, Egress=False)
    acls.ec2.create_network_acl_entry(
        NetworkAclId=acl_id,
        RuleNumber=100,
        Egress=False,
        Protocol="-1",
        RuleAction="deny",
        Ipv6CidrBlock="::/0",
    )
    take(acls, subnets[2], acl_id)
    by_hand: Value = {
        "action": "deny",
        "fromPort": 0,
        "ipv6CidrBlock": "::/0",
        "protocol": "-1",
        "ruleNo": 100,
        "toPort": 0,
    }
    _, read, inputs = acls.read(acl_id, outputs, given)
    assert read["ingress"] == [by_hand, entry(200)]
    assert inputs["ingress"] == [entry(200, protocol="tcp"), by_hand]
    assert inputs["subnetIds"] == [subnets[0], subnets[2]]
    assert acls.diff(read, given) == {"ingress": "UPDATE", "subnetIds": "UPDATE"}


def test_an_acl_that_is_gone_has_no_id(acls: Engine) -> None:
    """The engine drops it from its state."""
    assert acls.read("acl-00000000000000000", {"vpcId": "vpc-1"}, {}) == ("", {}, {})


def test_bare_moto_s_word_for_a_missing_acl_is_understood(acls: Engine) -> None:
    """It takes the ACL for a route table."""
    acls.calls.refuse("DescribeNetworkAcls", "InvalidRouteTableID.NotFound")
    assert acls.read("acl-1", {"vpcId": "vpc-1"}, {}) == ("", {}, {})


def test_an_acl_is_imported_by_its_id(acls: Engine, vpc_id: str, subnets: list[str]) -> None:
    """Every property that AWS has is an input."""
    acl_id, outputs = acls.create(
        {"vpcId": vpc_id, "ingress": [entry(1)], "subnetIds": [*subnets[:1]], "tags": {"a": "b"}}
    )
    assert acls.read(acl_id) == (
        acl_id,
        outputs,
        {
            "__defaults": [],
            "ingress": [entry(1)],
            "region": REGION,
            "subnetIds": [*subnets[:1]],
            "tags": {"a": "b"},
            "vpcId": vpc_id,
        },
    )


def test_a_default_acl_is_not_imported(acls: Engine, vpc_id: str) -> None:
    """There is another resource type for it."""
    default = default_of(acls, vpc_id)
    with refusal() as text:
        acls.read(default)
    assert text() == (
        f"reading it: {default} is its VPC's default network ACL; import it as "
        "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
    )


# Deleting.


def test_the_subnets_that_the_acl_has_go_to_the_default_acl_before_it_is_deleted(
    acls: Engine, vpc_id: str, subnets: list[str]
) -> None:
    """Even those that others gave it; the state does not count."""
    acl_id, outputs = acls.create({"vpcId": vpc_id, "subnetIds": [*subnets[:2]]})
    other, _ = acls.create({"vpcId": vpc_id})
    take(acls, subnets[0], other)
    take(acls, subnets[2], acl_id)
    acls.calls.made.clear()
    acls.delete(acl_id, outputs)
    default = default_of(acls, vpc_id)
    assert acls.calls.writes == [
        "ReplaceNetworkAclAssociation",
        "ReplaceNetworkAclAssociation",
        "DeleteNetworkAcl",
    ]
    assert [acl_of(acls, subnet_id) for subnet_id in subnets] == [other, default, default]


def test_a_replaced_acl_loses_its_subnets_to_the_new_one_before_it_is_deleted(
    acls: Engine, vpc_id: str, subnets: list[str]
) -> None:
    """So its deletion moves none."""
    inputs: Properties = {"vpcId": vpc_id, "ingress": [entry(1)], "subnetIds": [*subnets]}
    old, outputs = acls.create(inputs)
    new, _ = acls.create(inputs)
    acls.calls.made.clear()
    acls.delete(old, outputs)
    assert acls.calls.writes == ["DeleteNetworkAcl"]
    assert {acl_of(acls, subnet_id) for subnet_id in subnets} == {new}


def test_an_acl_that_is_gone_already_is_deleted(acls: Engine) -> None:
    """There is nothing left to do."""
    acls.delete("acl-00000000000000000", {})
    assert acls.calls.writes == []


def test_an_acl_in_use_is_deleted_when_it_is_free(acls: Engine, vpc_id: str) -> None:
    """AWS is asked again for a while, and its associations are looked at again."""
    acl_id, outputs = acls.create({"vpcId": vpc_id})
    acls.calls.made.clear()
    acls.calls.refuse("DeleteNetworkAcl", "DependencyViolation")
    acls.delete(acl_id, outputs)
    assert acls.calls.names == ["DescribeNetworkAcls", "DeleteNetworkAcl"] * 2
