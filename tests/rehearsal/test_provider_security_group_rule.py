"""Security group rules of the stand-in, both directions."""

import pytest
from aws_fixtures import new_group, new_vpc
from provider_fixtures import REGION, Engine, Service, engine, refusal, service

from gateway_rehearsal.provider.values import UNKNOWN, Properties, Value

__all__ = ["engine", "service"]

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
SSH: Properties = {
    "cidrIpv4": "10.0.0.0/8",
    "fromPort": 22,
    "ipProtocol": "tcp",
    "securityGroupId": "sg-1",
    "toPort": 22,
}


@pytest.fixture
def rules(engine: Engine) -> Engine:
    """Speak of ingress rules."""
    return engine.of(INGRESS)


@pytest.fixture
def ssh(engine: Engine) -> Properties:
    """Write a rule of a group that is there."""
    return SSH | {"securityGroupId": new_group(engine.ec2, new_vpc(engine.ec2))}


def without(properties: Properties, *names: str) -> Properties:
    """Leave properties out."""
    return {name: value for name, value in properties.items() if name not in names}


def live(engine: Engine, rule_id: str) -> dict[str, object]:
    """Return what AWS says of a rule."""
    found = engine.ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule_id])
    (rule,) = found["SecurityGroupRules"]
    assert isinstance(rule, dict)
    return rule


# What is checked before AWS is called.


@pytest.mark.parametrize("name", ["ipProtocol", "securityGroupId"])
def test_group_and_protocol_are_required(rules: Engine, name: str) -> None:
    """Nothing else is."""
    assert rules.failures(without(SSH, name)) == [(name, "missing required property")]


@pytest.mark.parametrize("name", ["fromPort", "toPort", "description", "tags", "region"])
def test_all_else_is_optional_and_has_no_default(rules: Engine, name: str) -> None:
    """What is left out stays out."""
    inputs, failures = rules.check(without(SSH, name))
    assert (inputs, failures) == (without(SSH, name) | {"__defaults": []}, [])


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        ({}, "none"),
        ({"cidrIpv4": "10.0.0.0/8", "prefixListId": "pl-1"}, "cidrIpv4 and prefixListId"),
        (
            {"cidrIpv6": "::/0", "referencedSecurityGroupId": "sg-2"},
            "cidrIpv6 and referencedSecurityGroupId",
        ),
    ],
)
def test_exactly_one_source_must_be_given(rules: Engine, sources: Properties, found: str) -> None:
    """None and several are refused."""
    reason = (
        "exactly one of cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId must be "
        f"given, not {found}"
    )
    assert rules.failures(without(SSH, "cidrIpv4") | sources) == [("", reason)]


@pytest.mark.parametrize("name", ["cidrIpv4", "prefixListId"])
def test_an_unknown_source_may_turn_out_to_be_the_one(rules: Engine, name: str) -> None:
    """At preview it fails no check, alone or beside another."""
    assert rules.failures(without(SSH, "cidrIpv4") | {name: UNKNOWN}) == []
    assert rules.failures(SSH | {name: UNKNOWN}) == []


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        (
            "cidrIpv4",
            "10.0.0.1/8",
            '"10.0.0.1/8" is not a valid IPv4 CIDR block; did you mean "10.0.0.0/8"?',
        ),
        ("cidrIpv4", "banana", '"banana" is not a valid IPv4 CIDR block'),
        ("cidrIpv4", "10.0.0.0", '"10.0.0.0" is not a valid IPv4 CIDR block'),
        ("cidrIpv4", "::/0", '"::/0" is not a valid IPv4 CIDR block'),
        ("fromPort", -2, "expected to be in the range (-1 - 65535), got -2"),
        ("toPort", 65536, "expected to be in the range (-1 - 65535), got 65536"),
        ("toPort", True, "must be an integer"),
    ],
)
def test_a_property_out_of_bounds_is_a_failed_check(
    rules: Engine, name: str, value: Value, reason: str
) -> None:
    """Networks without host bits, ports from -1 to 65535."""
    assert rules.failures(SSH | {name: value}) == [(name, reason)]


def test_host_bits_of_an_ipv6_network_are_refused(rules: Engine) -> None:
    """As of an IPv4 one."""
    news = without(SSH, "cidrIpv4") | {"cidrIpv6": "2001:db8::1/64"}
    reason = '"2001:db8::1/64" is not a valid IPv6 CIDR block; did you mean "2001:db8::/64"?'
    assert rules.failures(news) == [("cidrIpv6", reason)]


@pytest.mark.parametrize(
    "unchecked",
    [
        {"fromPort": 90, "toPort": 80},
        {"ipProtocol": "tcp", "fromPort": None, "toPort": None},
        {"ipProtocol": "-1"},
        {"ipProtocol": "nonsense"},
        {"description": "x" * 300},
        {"description": "naïve <>"},
    ],
)
def test_what_only_aws_refuses_is_not_checked(rules: Engine, unchecked: Properties) -> None:
    """Ports against each other and against the protocol, protocols, descriptions."""
    assert rules.failures(SSH | unchecked) == []


# What a change means.


@pytest.mark.parametrize("name", ["securityGroupId", "region"])
def test_another_group_or_region_is_another_rule(rules: Engine, name: str) -> None:
    """These replace."""
    assert rules.diff(SSH | {name: "a"}, SSH | {name: "b"}) == {name: "UPDATE_REPLACE"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cidrIpv4", "11.0.0.0/8"),
        ("description", "x"),
        ("fromPort", 1),
        ("ipProtocol", "udp"),
        ("tags", {"a": "b"}),
        ("toPort", 99),
    ],
)
def test_all_else_changes_in_place(rules: Engine, name: str, value: Value) -> None:
    """The rule keeps its id."""
    kind = "UPDATE" if name in SSH else "ADD"
    assert rules.diff(SSH, SSH | {name: value}) == {name: kind}


def test_another_kind_of_source_is_another_rule(rules: Engine) -> None:
    """AWS cannot change the kind of a rule."""
    news = without(SSH, "cidrIpv4") | {"referencedSecurityGroupId": "sg-2"}
    assert rules.diff(SSH, news) == {
        "cidrIpv4": "DELETE_REPLACE",
        "referencedSecurityGroupId": "ADD_REPLACE",
    }


def test_a_replacement_is_made_before_the_old_rule_goes(rules: Engine) -> None:
    """These types have no name, so nothing stands in the way."""
    answer = rules.compare(SSH | {"__defaults": []}, SSH | {"securityGroupId": "sg-2"})
    assert (list(answer.replaces), answer.deleteBeforeReplace) == (["securityGroupId"], False)


@pytest.mark.parametrize(
    ("old", "new"), [("tcp", "6"), ("6", "TCP"), ("-1", "all"), ("icmpv6", "58"), ("17", "udp")]
)
def test_two_spellings_of_a_protocol_are_no_difference(rules: Engine, old: str, new: str) -> None:
    """Names, numbers and case mean the same."""
    assert rules.diff(SSH | {"ipProtocol": old}, SSH | {"ipProtocol": new}) == {}


def test_other_numbers_and_words_are_protocols_of_their_own(rules: Engine) -> None:
    """Only five are known by name."""
    assert rules.diff(SSH | {"ipProtocol": "esp"}, SSH | {"ipProtocol": "50"}) == {
        "ipProtocol": "UPDATE"
    }


def test_port_zero_is_not_the_absence_of_a_port(rules: Engine) -> None:
    """Null and zero differ."""
    assert rules.diff(SSH | {"fromPort": 0}, without(SSH, "fromPort")) == {"fromPort": "DELETE"}
    assert rules.diff(without(SSH, "fromPort"), SSH | {"fromPort": 0}) == {"fromPort": "ADD"}


def test_an_unknown_group_may_be_another(rules: Engine) -> None:
    """At preview it counts as a change."""
    news = SSH | {"securityGroupId": UNKNOWN}
    assert rules.diff(SSH, news) == {"securityGroupId": "UPDATE_REPLACE"}


# Creating.


@pytest.mark.parametrize(
    ("type_name", "call"),
    [
        (INGRESS, "AuthorizeSecurityGroupIngress"),
        (EGRESS, "AuthorizeSecurityGroupEgress"),
    ],
)
def test_a_rule_is_made_by_one_call_and_not_read_back(
    engine: Engine, ssh: Properties, type_name: str, call: str
) -> None:
    """The outputs are the inputs, the id, and the account's name for it."""
    rule_id, outputs = engine.of(type_name).create(ssh | {"description": "by the book"})
    assert engine.calls.writes == [call]
    assert "DescribeSecurityGroupRules" not in engine.calls.names
    assert engine.calls.made[0][1] == {
        "GroupId": ssh["securityGroupId"],
        "IpPermissions": [
            {
                "IpProtocol": "tcp",
                "FromPort": 22,
                "ToPort": 22,
                "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "by the book"}],
            }
        ],
    }
    assert outputs == ssh | {
        "arn": f"arn:aws:ec2:{REGION}:123456789012:security-group-rule/{rule_id}",
        "description": "by the book",
        "region": REGION,
        "securityGroupRuleId": rule_id,
        "tagsAll": {},
    }
    assert live(engine, rule_id)["IsEgress"] is (type_name == EGRESS)


def test_absent_ports_are_not_sent(rules: Engine, ssh: Properties) -> None:
    """AWS reads them as every port where the protocol has none."""
    rules.create(without(ssh, "fromPort", "toPort") | {"ipProtocol": "-1"})
    assert rules.calls.made[0][1]["IpPermissions"] == [
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ]


def test_a_referenced_group_may_be_another_account_s(rules: Engine, ssh: Properties) -> None:
    """It is then written with the account, which goes to AWS apart."""
    rules.calls.refuse("AuthorizeSecurityGroupIngress", "InvalidGroup.NotFound")
    inputs = without(ssh, "cidrIpv4") | {"referencedSecurityGroupId": "111122223333/sg-2"}
    with refusal():
        rules.create(inputs)
    (permission,) = rules.calls.made[0][1]["IpPermissions"]
    assert permission["UserIdGroupPairs"] == [{"GroupId": "sg-2", "UserId": "111122223333"}]


def test_tags_are_a_call_of_their_own(rules: Engine, ssh: Properties) -> None:
    """When it fails the rule is there but unknown, and the next attempt meets it."""
    rules.calls.refuse("CreateTags", "RequestLimitExceeded")
    with refusal() as text:
        rules.create(ssh | {"tags": {"a": "b"}})
    assert text() == "creating it: RequestLimitExceeded: no"
    with refusal() as again:
        rules.create(ssh)
    assert again().startswith("creating it: InvalidPermission.Duplicate: ")


def test_a_rule_that_is_there_already_is_not_adopted(rules: Engine, ssh: Properties) -> None:
    """Neither a description nor tags make another rule."""
    rules.create(ssh)
    with refusal() as text:
        rules.create(ssh | {"description": "other"})
    assert text() == (
        'creating it: InvalidPermission.Duplicate: the specified rule "peer: 10.0.0.0/8, TCP, '
        'from port: 22, to port: 22, ALLOW" already exists'
    )


def test_a_preview_calls_nothing(rules: Engine) -> None:
    """A rule of a group that is not there yet can be previewed."""
    _, outputs = rules.create(SSH | {"securityGroupId": UNKNOWN}, preview=True)
    assert outputs == SSH | {
        "arn": UNKNOWN,
        "region": REGION,
        "securityGroupId": UNKNOWN,
        "securityGroupRuleId": UNKNOWN,
        "tagsAll": {},
    }
    assert rules.calls.names == []


# Reading.


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"ipProtocol": "6"},
        {"ipProtocol": "TCP", "description": "x"},
        {"ipProtocol": "-1", "fromPort": None, "toPort": None},
        {"ipProtocol": "icmp", "fromPort": 3, "toPort": 4},
        {"ipProtocol": "icmp", "fromPort": -1, "toPort": -1},
        {"cidrIpv4": None, "cidrIpv6": "2001:db8::/32"},
        {"tags": {"a": "b"}},
    ],
)
@pytest.mark.parametrize("type_name", [INGRESS, EGRESS])
def test_reading_an_unchanged_rule_changes_nothing(
    engine: Engine, ssh: Properties, type_name: str, more: Properties
) -> None:
    """Outputs and inputs are as they were, spelling included."""
    given, _ = engine.of(type_name).check(ssh | more)
    rule_id, outputs = engine.of(type_name).create(ssh | more)
    assert engine.of(type_name).read(rule_id, outputs, given) == (rule_id, outputs, given)


def test_ports_given_with_every_protocol_come_back_as_minus_one(
    rules: Engine, ssh: Properties
) -> None:
    """AWS says -1, which is a difference for ever where the program gave ports."""
    inputs = ssh | {"ipProtocol": "-1", "fromPort": 0, "toPort": 0}
    rule_id, outputs = rules.create(inputs)
    _, read, _ = rules.read(rule_id, outputs, inputs)
    assert rules.diff(read, inputs) == {"fromPort": "UPDATE", "toPort": "UPDATE"}


def test_a_referenced_group_of_the_same_account_is_read_without_it(
    rules: Engine, ssh: Properties
) -> None:
    """The account is named only where it is another one."""
    inputs = without(ssh, "cidrIpv4") | {"referencedSecurityGroupId": ssh["securityGroupId"]}
    rule_id, outputs = rules.create(inputs)
    _, read, _ = rules.read(rule_id, outputs, inputs)
    assert read["referencedSecurityGroupId"] == ssh["securityGroupId"]


def test_a_referenced_group_of_another_account_is_read_with_it(
    service: Service, rules: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is written in the program."""
    rule = {
        "FromPort": 22,
        "GroupId": "sg-1",
        "IpProtocol": "tcp",
        "IsEgress": False,
        "ReferencedGroupInfo": {"GroupId": "sg-2", "UserId": "111122223333"},
        "SecurityGroupRuleId": "sgr-1",
        "ToPort": 22,
    }
    ec2 = service.aws.client("ec2", REGION)
    monkeypatch.setattr(
        ec2, "describe_security_group_rules", lambda **_: {"SecurityGroupRules": [rule]}
    )
    assert rules.read("sgr-1")[2]["referencedSecurityGroupId"] == "111122223333/sg-2"


def test_a_rule_that_was_changed_by_hand_shows(rules: Engine, ssh: Properties) -> None:
    """Refresh sees what AWS has, and the next update puts it back."""
    given, _ = rules.check(ssh)
    rule_id, outputs = rules.create(ssh)
    by_hand = {
        "IpProtocol": "udp",
        "FromPort": 1,
        "ToPort": 2,
        "CidrIpv4": "11.0.0.0/8",
        "Description": "by hand",
    }
    rules.ec2.modify_security_group_rules(
        GroupId=ssh["securityGroupId"],
        SecurityGroupRules=[{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": by_hand}],
    )
    _, read, inputs = rules.read(rule_id, outputs, given)
    changed: Properties = {
        "cidrIpv4": "11.0.0.0/8",
        "fromPort": 1,
        "ipProtocol": "udp",
        "toPort": 2,
    }
    assert inputs == given | changed
    assert rules.diff(read, given) == dict.fromkeys(changed, "UPDATE") | {"description": "DELETE"}
    outputs = rules.update(rule_id, read, ssh)
    assert rules.read(rule_id, outputs, given)[2] == given
    assert live(rules, rule_id).get("Description") in (None, "")


def test_a_rule_that_is_gone_has_no_id(rules: Engine) -> None:
    """The engine drops it from its state."""
    assert rules.read("sgr-00000000000000000", SSH, SSH) == ("", {}, {})


def test_a_rule_of_the_other_direction_is_another_rule(engine: Engine, ssh: Properties) -> None:
    """Its id does not find it."""
    rule_id, outputs = engine.of(EGRESS).create(ssh)
    assert engine.of(INGRESS).read(rule_id, outputs, ssh) == ("", {}, {})


def test_a_rule_is_imported_by_its_id(rules: Engine, ssh: Properties) -> None:
    """The region may follow it; every property that AWS has is an input."""
    rule_id, outputs = rules.create(ssh | {"tags": {"a": "b"}})
    inputs = ssh | {"region": REGION, "tags": {"a": "b"}, "__defaults": []}
    assert rules.read(rule_id) == (rule_id, outputs, inputs)
    assert rules.read(f"{rule_id}@{REGION}") == (rule_id, outputs, inputs)


def test_an_import_of_every_protocol_keeps_no_ports(rules: Engine, ssh: Properties) -> None:
    """Nothing was written, so AWS's -1 is no port."""
    inputs = without(ssh, "fromPort", "toPort") | {"ipProtocol": "-1"}
    rule_id, _ = rules.create(inputs)
    assert rules.read(rule_id)[2] == inputs | {"region": REGION, "__defaults": []}


# Updating.


def test_a_rule_is_modified_whole_by_one_call(rules: Engine, ssh: Properties) -> None:
    """Whatever changes, the whole rule is sent."""
    rule_id, outputs = rules.create(ssh)
    rules.calls.made.clear()
    outputs = rules.update(rule_id, outputs, ssh | {"toPort": 23, "description": "x"})
    assert rules.calls.made == [
        (
            "ModifySecurityGroupRules",
            {
                "GroupId": ssh["securityGroupId"],
                "SecurityGroupRules": [
                    {
                        "SecurityGroupRuleId": rule_id,
                        "SecurityGroupRule": {
                            "IpProtocol": "tcp",
                            "FromPort": 22,
                            "ToPort": 23,
                            "CidrIpv4": "10.0.0.0/8",
                            "Description": "x",
                        },
                    }
                ],
            },
        )
    ]
    assert (outputs["toPort"], outputs["securityGroupRuleId"]) == (23, rule_id)


def test_a_referenced_group_is_modified_as_it_is_written(rules: Engine, ssh: Properties) -> None:
    """The account is not taken apart here."""
    news = without(ssh, "cidrIpv4") | {"referencedSecurityGroupId": "111122223333/sg-2"}
    rules.calls.refuse("ModifySecurityGroupRules", "InvalidGroup.NotFound")
    with refusal():
        rules.update("sgr-1", ssh, news)
    (change,) = rules.calls.made[0][1]["SecurityGroupRules"]
    assert change["SecurityGroupRule"]["ReferencedGroupId"] == "111122223333/sg-2"


def test_only_tags_change_without_a_modification(rules: Engine, ssh: Properties) -> None:
    """Tags are in place, too."""
    rule_id, outputs = rules.create(ssh | {"tags": {"a": "b"}})
    rules.calls.made.clear()
    outputs = rules.update(rule_id, outputs, ssh | {"ipProtocol": "6", "tags": {"c": "d"}})
    assert rules.calls.names == ["DeleteTags", "CreateTags"]
    assert (outputs["tagsAll"], outputs["ipProtocol"]) == ({"c": "d"}, "6")


def test_a_rule_can_become_one_for_every_protocol(rules: Engine, ssh: Properties) -> None:
    """No ports are left of it."""
    rule_id, outputs = rules.create(ssh)
    news = without(ssh, "fromPort", "toPort") | {"ipProtocol": "-1"}
    outputs = rules.update(rule_id, outputs, news)
    assert live(rules, rule_id)["FromPort"] == -1
    assert rules.diff(rules.read(rule_id, outputs, news)[1], news) == {}


def test_two_rules_cannot_swap_in_place(rules: Engine, ssh: Properties) -> None:
    """The first meets the second as it still is."""
    rule_id, outputs = rules.create(ssh)
    rules.create(ssh | {"fromPort": 23, "toPort": 23})
    with refusal() as text:
        rules.update(rule_id, outputs, ssh | {"fromPort": 23, "toPort": 23})
    assert text().startswith("updating it: InvalidPermission.Duplicate: ")


# Deleting.


@pytest.mark.parametrize("type_name", [INGRESS, EGRESS])
def test_a_rule_is_revoked_by_its_id(engine: Engine, ssh: Properties, type_name: str) -> None:
    """Once is enough; a second time it is gone already."""
    rule_id, outputs = engine.of(type_name).create(ssh)
    engine.calls.made.clear()
    engine.of(type_name).delete(rule_id, outputs)
    engine.of(type_name).delete(rule_id, outputs)
    call = type_name.rpartition(":")[2].replace("SecurityGroup", "RevokeSecurityGroup")
    request = {"GroupId": ssh["securityGroupId"], "SecurityGroupRuleIds": [rule_id]}
    assert engine.calls.made == [(call.removesuffix("Rule"), request)] * 2
    assert engine.of(type_name).read(rule_id, outputs, ssh) == ("", {}, {})


@pytest.mark.parametrize(
    "code",
    [
        "InvalidGroup.NotFound",
        "InvalidSecurityGroupRuleId.NotFound",
        # What bare moto says when a rule is revoked twice.
        "InvalidPermission.NotFound",
    ],
)
def test_a_rule_or_group_that_is_gone_is_no_error(rules: Engine, code: str) -> None:
    """There is nothing left to revoke."""
    rules.calls.refuse("RevokeSecurityGroupIngress", code)
    rules.delete("sgr-1", SSH)
    assert rules.calls.names == ["RevokeSecurityGroupIngress"]


def test_any_other_refusal_to_revoke_is_an_error_at_once(rules: Engine) -> None:
    """There are no retries."""
    rules.calls.refuse("RevokeSecurityGroupIngress", "DependencyViolation", "in use")
    with refusal() as text:
        rules.delete("sgr-1", SSH)
    assert text() == "deleting it: DependencyViolation: in use"
    assert rules.calls.names == ["RevokeSecurityGroupIngress"]
