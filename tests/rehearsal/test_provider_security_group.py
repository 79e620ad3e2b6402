"""Security groups of the stand-in."""

import re
from itertools import groupby

import pytest
from aws_fixtures import new_group, new_subnet, new_vpc, tcp
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

from gateway_rehearsal.provider.values import UNKNOWN, Properties, Value, objects

__all__ = ["engine", "service", "vpc_id"]

TYPE = "aws:ec2/securityGroup:SecurityGroup"
ALL: Properties = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}


def web(port: int, **more: Value) -> Properties:
    """Write an inline rule for one TCP port."""
    rule: Properties = {
        "protocol": "tcp",
        "fromPort": port,
        "toPort": port,
        "cidrBlocks": ["10.0.0.0/8"],
    }
    return rule | more


@pytest.fixture
def groups(engine: Engine) -> Engine:
    """Speak of security groups."""
    return engine.of(TYPE)


# What is checked before AWS is called.


def test_nothing_is_required_and_the_defaults_are_filled_in_and_listed(groups: Engine) -> None:
    """A group without properties gets a description, a name of its own and a manner to go."""
    inputs, failures = groups.check({})
    assert failures == []
    assert inputs == {
        "__defaults": ["description", "name", "revokeRulesOnDelete"],
        "description": "Managed by Pulumi",
        "name": inputs["name"],
        "revokeRulesOnDelete": False,
    }
    assert re.fullmatch(r"it-[0-9a-f]{7}", str(inputs["name"]))


def test_an_automatic_name_is_kept_and_a_given_one_is_not_listed(groups: Engine) -> None:
    """The old automatic name stays on an update; a name in the program wins and is no default."""
    first, _ = groups.check({}, seed=b"1")
    again, _ = groups.check({}, olds=first, seed=b"2")
    given, _ = groups.check({"name": "mail"}, olds=first)
    anew, _ = groups.check({}, olds=given, seed=b"1")
    assert (again, given["name"], given["__defaults"]) == (
        first,
        "mail",
        ["description", "revokeRulesOnDelete"],
    )
    assert anew["name"] == first["name"]


def test_a_name_prefix_takes_the_place_of_an_automatic_name(groups: Engine) -> None:
    """With a prefix there is no name among the inputs."""
    inputs, failures = groups.check({"namePrefix": "mail-"})
    assert ("name" in inputs, failures) == (False, [])


@pytest.mark.parametrize(
    ("news", "failure"),
    [
        ({"description": "x" * 256}, "expected length to be at most 255, got 256"),
        ({"name": "x" * 256}, "expected length to be at most 255, got 256"),
        ({"name": "sg-mail"}, "cannot begin with sg-"),
        ({"namePrefix": "x" * 230}, "expected length to be at most 229, got 230"),
        ({"namePrefix": "sg-mail"}, "cannot begin with sg-"),
        ({"colour": "red"}, "the stand-in for aws does not know this property"),
        ({"description": 1}, "must be a text"),
        ({"revokeRulesOnDelete": "yes"}, "must be true or false"),
        ({"tags": {"a": 1}}, "must be a map of texts"),
        ({"ingress": [1]}, "must be a list of objects"),
    ],
)
def test_a_property_out_of_bounds_is_a_failed_check(
    groups: Engine, news: Properties, failure: str
) -> None:
    """Lengths, the beginning of a name, kinds and unknown properties are checked."""
    assert groups.failures(news) == [(next(iter(news)), failure)]


def test_a_name_beside_a_prefix_is_a_failed_check(groups: Engine) -> None:
    """The two conflict."""
    news: Properties = {"name": "a", "namePrefix": "b"}
    assert groups.failures(news) == [("name", 'conflicts with "namePrefix"')]


@pytest.mark.parametrize("description", ["", "a\tb", "naïve", "<>"])
def test_emptiness_and_characters_of_a_description_are_left_to_aws(
    groups: Engine, description: str
) -> None:
    """Only the length of a group's description is checked."""
    assert groups.failures({"description": description}) == []


@pytest.mark.parametrize(
    ("rule", "path", "reason"),
    [
        ({"protocol": None}, ".protocol", "missing required property"),
        ({"fromPort": None}, ".fromPort", "missing required property"),
        ({"toPort": None}, ".toPort", "missing required property"),
        (
            {"cidrBlocks": ["10.0.0.1/8"]},
            ".cidrBlocks[0]",
            '"10.0.0.1/8" is not a valid IPv4 CIDR block; did you mean "10.0.0.0/8"?',
        ),
        (
            {"ipv6CidrBlocks": ["10.0.0.0/8"]},
            ".ipv6CidrBlocks[0]",
            '"10.0.0.0/8" is not a valid IPv6 CIDR block',
        ),
        ({"description": "x" * 256}, ".description", "cannot be longer than 255 characters"),
        ({"description": "a'b"}, ".description", "doesn't comply with restrictions: \"a'b\""),
        ({"colour": "red"}, ".colour", "the stand-in for aws does not know this property"),
    ],
)
def test_an_inline_rule_out_of_bounds_is_a_failed_check(
    groups: Engine, rule: Properties, path: str, reason: str
) -> None:
    """Networks must be networks, and descriptions of AWS's characters, at most 255 bytes."""
    assert groups.failures({"ingress": [web(80) | rule]}) == [(f"ingress[0]{path}", reason)]


def test_what_is_unknown_is_no_failed_check(groups: Engine) -> None:
    """An unknown value may turn out right."""
    rule = web(80, cidrBlocks=[UNKNOWN], description=UNKNOWN)
    assert groups.failures({"name": UNKNOWN, "vpcId": UNKNOWN, "ingress": [rule]}) == []


# What a change means.


@pytest.mark.parametrize("name", ["description", "name", "namePrefix", "vpcId"])
def test_a_group_is_replaced_for_what_aws_cannot_change(groups: Engine, name: str) -> None:
    """AWS changes neither name, description nor VPC of a group."""
    assert groups.diff({name: "a"}, {name: "b"}) == {name: "UPDATE_REPLACE"}


def test_rules_tags_and_the_manner_to_go_change_in_place(groups: Engine) -> None:
    """These replace nothing."""
    olds: Properties = {"ingress": [web(80)], "egress": [], "tags": {"a": "b"}, "tagsAll": {}}
    news: Properties = {"ingress": [], "egress": [ALL], "revokeRulesOnDelete": True}
    assert groups.diff(olds, news) == {
        "egress": "ADD",
        "ingress": "DELETE",
        "revokeRulesOnDelete": "ADD",
        "tags": "DELETE",
    }


def test_what_the_program_leaves_out_keeps_what_aws_has(groups: Engine) -> None:
    """Rules, VPC and the parts of the name are no difference when the program names none."""
    olds: Properties = {
        "egress": [ALL],
        "ingress": [web(80)],
        "name": "mail-1",
        "namePrefix": "mail-",
        "region": REGION,
        "vpcId": "vpc-1",
    }
    assert groups.diff(olds, {}) == {}


def test_inline_rules_are_compared_source_by_source(groups: Engine) -> None:
    """Order, grouping and the spelling of a protocol are no difference; a description is."""
    olds: Properties = {"ingress": [web(80, cidrBlocks=["10.0.0.0/8", "11.0.0.0/8"]), web(81)]}
    same = [
        web(81, protocol="6"),
        web(80, cidrBlocks=["11.0.0.0/8"], protocol="TCP"),
        web(80),
    ]
    assert groups.diff(olds, {"ingress": [*same]}) == {}
    described: Properties = {"ingress": [*same[:2], web(80, description="x")]}
    assert groups.diff(olds, described) == {"ingress": "UPDATE"}


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        ({"name": "mail", "description": "b", "__defaults": []}, True),
        ({"name": "mail-1", "description": "b", "__defaults": ["name"]}, False),
        ({"namePrefix": "mail", "description": "b", "__defaults": []}, False),
        ({"name": "mail", "description": "b"}, False),
        ({"name": "mail", "description": "b", "__defaults": "none"}, False),
    ],
)
def test_a_group_with_a_given_name_is_deleted_before_it_is_replaced(
    groups: Engine,
    news: Properties,
    expected: bool,  # noqa: FBT001 - pytest passes it by name.
) -> None:
    """Two of one name cannot stand side by side; where no defaults are listed, none is given."""
    answer = groups.compare({"description": "a", "name": news.get("name")}, news)
    assert answer.deleteBeforeReplace is expected


def test_a_given_name_alone_does_not_delete_first(groups: Engine) -> None:
    """Without a replacement there is nothing to delete."""
    news: Properties = {"name": "mail", "tags": {"a": "b"}, "__defaults": []}
    assert groups.compare({"name": "mail"}, news).deleteBeforeReplace is False


def test_an_imported_group_with_another_tool_s_default_description_is_replaced(
    groups: Engine,
) -> None:
    """The default text is Pulumi's own."""
    news, _ = groups.check({"name": "mail"})
    olds: Properties = {"description": "Managed by Terraform", "name": "mail"}
    assert groups.diff(olds, news) == {"description": "UPDATE_REPLACE"}


# What AWS is called for.


def test_a_new_group_loses_its_default_egress_before_anything_else(
    groups: Engine, vpc_id: str
) -> None:
    """Create, see it, revoke the default egress, describe, authorize ingress, then egress, read."""
    group_id, outputs = groups.create(
        {"vpcId": vpc_id, "ingress": [web(80)], "egress": [web(443)], "tags": {"a": "b"}}
    )
    assert groups.calls.names == [
        "CreateSecurityGroup",
        "DescribeSecurityGroups",
        "RevokeSecurityGroupEgress",
        "RevokeSecurityGroupEgress",
        "DescribeSecurityGroups",
        "AuthorizeSecurityGroupIngress",
        "AuthorizeSecurityGroupEgress",
        "DescribeSecurityGroups",
    ]
    (live,) = groups.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    assert [one["ToPort"] for one in live["IpPermissionsEgress"]] == [443]
    assert outputs == {
        "arn": f"arn:aws:ec2:{REGION}:123456789012:security-group/{group_id}",
        "description": "Managed by Pulumi",
        "egress": [web(443)],
        "ingress": [web(80)],
        "name": live["GroupName"],
        "namePrefix": "",
        "ownerId": "123456789012",
        "region": REGION,
        "revokeRulesOnDelete": False,
        "tags": {"a": "b"},
        "tagsAll": {"a": "b"},
        "vpcId": vpc_id,
    }


def test_a_new_group_that_aws_does_not_see_yet_is_asked_for_again(
    groups: Engine, vpc_id: str
) -> None:
    """What one call made the next may not find at once."""
    groups.calls.refuse("DescribeSecurityGroups", "InvalidGroup.NotFound")
    groups.create({"vpcId": vpc_id})
    assert groups.calls.names[1:3] == ["DescribeSecurityGroups", "DescribeSecurityGroups"]


def test_a_group_without_egress_ends_with_no_egress_rule(groups: Engine, vpc_id: str) -> None:
    """What a group may send must be declared."""
    group_id, outputs = groups.create({"vpcId": vpc_id})
    (live,) = groups.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    assert (live["IpPermissionsEgress"], outputs["egress"]) == ([], [])


def test_the_default_egress_by_ipv6_goes_too(groups: Engine) -> None:
    """A VPC with IPv6 gives a new group two rules."""
    group_id, _ = groups.create({"vpcId": new_vpc(groups.ec2, ipv6=True)})
    (live,) = groups.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    assert live["IpPermissionsEgress"] == []


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidPermission.NotFound", "no"),
        ("InvalidParameterValue", "Invalid value for remote-ipv6-range"),
    ],
)
def test_a_vpc_without_ipv6_is_no_error(
    groups: Engine, vpc_id: str, code: str, message: str
) -> None:
    """The two refusals that say so are passed over."""
    groups.calls.refuse("RevokeSecurityGroupEgress", code, message, after=1)
    group_id, _ = groups.create({"vpcId": vpc_id})
    assert group_id.startswith("sg-")


def test_a_name_prefix_becomes_a_name(groups: Engine, vpc_id: str) -> None:
    """The prefix comes back from the name."""
    _, outputs = groups.create({"vpcId": vpc_id, "namePrefix": "mail-"})
    assert re.fullmatch(r"mail-[0-9a-f]{26}", str(outputs["name"]))
    assert outputs["namePrefix"] == "mail-"


def test_a_group_without_vpc_goes_to_the_default_one(groups: Engine) -> None:
    """AWS names the VPC."""
    (default,) = groups.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])[
        "Vpcs"
    ]
    _, outputs = groups.create({})
    assert outputs["vpcId"] == default["VpcId"]


def test_a_group_that_is_there_already_is_not_adopted(groups: Engine, vpc_id: str) -> None:
    """A duplicate stays an error."""
    new_group(groups.ec2, vpc_id, "mail")
    with refusal() as text:
        groups.create({"vpcId": vpc_id, "name": "mail"})
    assert text() == (
        "creating it: InvalidGroup.Duplicate: The security group 'mail' already exists for VPC "
        f"'{vpc_id}'"
    )


def test_a_preview_tells_the_inputs_and_calls_nothing(groups: Engine) -> None:
    """What AWS decides is unknown."""
    resource_id, outputs = groups.create({"vpcId": UNKNOWN, "tags": {"a": "b"}}, preview=True)
    assert (resource_id, groups.calls.names) == ("", [])
    unknown = ["arn", "egress", "ingress", "namePrefix", "ownerId", "vpcId"]
    assert [name for name, value in sorted(outputs.items()) if value is UNKNOWN] == unknown
    assert outputs["tagsAll"] == {"a": "b"}


def test_unknown_tags_leave_all_tags_unknown(groups: Engine) -> None:
    """One unknown tag is enough."""
    _, outputs = groups.create({"tags": {"a": UNKNOWN}}, preview=True)
    assert outputs["tagsAll"] is UNKNOWN


def test_a_preview_of_an_update_keeps_what_aws_decided(groups: Engine) -> None:
    """Only what the program changes changes."""
    olds: Properties = {"arn": "arn:a", "vpcId": "vpc-1", "tagsAll": {}, "name": "it-1"}
    outputs = groups.update("sg-1", olds, {"name": "it-1", "tags": {"a": "b"}}, preview=True)
    assert outputs == {
        "arn": "arn:a",
        "description": "Managed by Pulumi",
        "name": "it-1",
        "region": REGION,
        "revokeRulesOnDelete": False,
        "tags": {"a": "b"},
        "tagsAll": {"a": "b"},
        "vpcId": "vpc-1",
    }
    assert groups.calls.names == []


# Groups that are half made.


@pytest.mark.parametrize("refused", ["RevokeSecurityGroupEgress", "AuthorizeSecurityGroupIngress"])
def test_a_group_that_is_not_finished_keeps_its_id_and_an_update_finishes_it(
    groups: Engine, vpc_id: str, refused: str
) -> None:
    """The engine gets the id, what is planned and the reason; Update then does what is left."""
    inputs: Properties = {"vpcId": vpc_id, "name": "half", "ingress": [web(80)]}
    groups.calls.refuse(refused, "RequestLimitExceeded", "slow down")
    with pytest.raises(Refused) as caught:
        groups.create(inputs)
    reason = "creating it: RequestLimitExceeded: slow down"
    detail = caught.value.detail
    assert detail is not None
    assert (caught.value.text, list(detail.reasons)) == (reason, [reason])
    outputs = groups.update(detail.id, properties_of(detail), inputs)
    (live,) = groups.ec2.describe_security_groups(GroupIds=[detail.id])["SecurityGroups"]
    assert live["IpPermissionsEgress"] == []
    assert [one["ToPort"] for one in live["IpPermissions"]] == [80]
    assert (outputs["ingress"], "__unfinished" in outputs) == ([web(80)], False)


def test_a_refresh_does_not_take_a_half_made_group_for_a_good_one(
    groups: Engine, vpc_id: str
) -> None:
    """Reading it says again that it is not finished, so that the engine calls Update."""
    groups.calls.refuse("RevokeSecurityGroupEgress", "RequestLimitExceeded")
    with pytest.raises(Refused) as caught:
        groups.create({"vpcId": vpc_id})
    assert caught.value.detail is not None
    state = properties_of(caught.value.detail)
    with pytest.raises(Refused) as again:
        groups.read(caught.value.detail.id, state, {"vpcId": vpc_id})
    assert again.value.text == ("reading it: the default egress of the group has not been revoked")
    assert again.value.detail is not None
    assert again.value.detail.id == caught.value.detail.id


def test_a_refusal_to_revoke_the_ipv6_egress_for_another_reason_counts(
    groups: Engine, vpc_id: str
) -> None:
    """Only a VPC without IPv6 is passed over."""
    groups.calls.refuse("RevokeSecurityGroupEgress", "InvalidParameterValue", "other", after=1)
    with pytest.raises(Refused) as caught:
        groups.create({"vpcId": vpc_id})
    assert caught.value.text == "creating it: InvalidParameterValue: other"


def test_an_update_that_fails_leaves_the_old_state_so_that_the_next_does_all_of_it(
    groups: Engine, vpc_id: str
) -> None:
    """The error has no details, and what was to be revoked is not forgotten."""
    first: Properties = {"vpcId": vpc_id, "name": "mail", "ingress": [web(80)]}
    group_id, outputs = groups.create(first)
    news = first | {"ingress": [web(81)]}
    groups.calls.refuse("RevokeSecurityGroupIngress", "RequestLimitExceeded", "slow down")
    with refusal() as text:
        groups.update(group_id, outputs, news)
    assert text() == "updating it: RequestLimitExceeded: slow down"
    assert groups.update(group_id, outputs, news)["ingress"] == [web(81)]


def test_a_protocol_of_all_with_ports_fails_when_it_is_applied(groups: Engine, vpc_id: str) -> None:
    """No check says so."""
    inputs: Properties = {"vpcId": vpc_id, "ingress": [ALL | {"toPort": 9}]}
    with pytest.raises(Refused) as caught:
        groups.create(inputs)
    assert caught.value.text == (
        'creating it: from_port (0) and to_port (9) must both be 0 to use the "-1" protocol'
    )


# Updates.


def test_inline_rules_are_revoked_before_others_are_authorized(groups: Engine, vpc_id: str) -> None:
    """Ingress first; a new description is another rule."""
    first: Properties = {"vpcId": vpc_id, "name": "mail", "ingress": [web(80)], "egress": [web(1)]}
    group_id, outputs = groups.create(first)
    groups.calls.made.clear()
    ingress = [web(80, description="x"), web(81)]
    outputs = groups.update(group_id, outputs, first | {"ingress": [*ingress], "egress": []})
    assert groups.calls.writes == [
        "RevokeSecurityGroupIngress",
        "AuthorizeSecurityGroupIngress",
        "RevokeSecurityGroupEgress",
    ]
    assert (outputs["ingress"], outputs["egress"]) == (ingress, [])


def test_rules_that_the_program_leaves_out_stay(groups: Engine, vpc_id: str) -> None:
    """Taking the block out of the program manages nothing."""
    group_id, outputs = groups.create({"vpcId": vpc_id, "name": "mail", "ingress": [web(80)]})
    groups.calls.made.clear()
    outputs = groups.update(group_id, outputs, {"vpcId": vpc_id, "name": "mail"})
    assert (groups.calls.writes, len(objects(outputs, "ingress"))) == ([], 1)


def test_the_group_itself_can_be_a_source(groups: Engine, vpc_id: str) -> None:
    """`self` is written back as it was."""
    rule: Properties = {"protocol": "tcp", "fromPort": 1, "toPort": 2, "self": True}
    group_id, outputs = groups.create({"vpcId": vpc_id, "ingress": [rule]})
    (live,) = groups.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    (permission,) = live["IpPermissions"]
    assert permission["UserIdGroupPairs"][0]["GroupId"] == group_id
    assert outputs["ingress"] == [rule]


def test_the_manner_to_go_changes_without_a_call(groups: Engine, vpc_id: str) -> None:
    """It is used only when the group is deleted."""
    group_id, outputs = groups.create({"vpcId": vpc_id, "name": "mail"})
    groups.calls.made.clear()
    news: Properties = {"vpcId": vpc_id, "name": "mail", "revokeRulesOnDelete": True}
    outputs = groups.update(group_id, outputs, news)
    assert (groups.calls.writes, outputs["revokeRulesOnDelete"]) == ([], True)


def test_tags_change_in_place(groups: Engine, vpc_id: str) -> None:
    """Those that are gone are deleted, those that are new or other are created."""
    inputs: Properties = {"vpcId": vpc_id, "name": "mail", "tags": {"a": "1", "b": "2"}}
    group_id, outputs = groups.create(inputs)
    groups.calls.made.clear()
    outputs = groups.update(group_id, outputs, inputs | {"tags": {"b": "3"}})
    assert groups.calls.writes == ["DeleteTags", "CreateTags"]
    assert (outputs["tags"], outputs["tagsAll"]) == ({"b": "3"}, {"b": "3"})
    assert groups.read(group_id, outputs, inputs)[1]["tags"] == {"b": "3"}


# Reading.


def test_reading_an_unchanged_group_changes_nothing(groups: Engine, vpc_id: str) -> None:
    """Outputs and inputs are as they were."""
    inputs: Properties = {"vpcId": vpc_id, "ingress": [web(80)], "tags": {"a": "b"}}
    checked, _ = groups.check(inputs)
    group_id, outputs = groups.create(inputs)
    assert groups.read(group_id, outputs, checked) == (group_id, outputs, checked)


def test_rules_that_others_put_in_show_in_the_outputs(groups: Engine, vpc_id: str) -> None:
    """They are a difference only where the program lists rules itself."""
    group_id, outputs = groups.create({"vpcId": vpc_id, "name": "mail"})
    permissions = [
        tcp(25, "10.0.0.0/8", "11.0.0.0/8", description="by hand"),
        {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
    ]
    groups.ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=permissions)
    given, _ = groups.check({"vpcId": vpc_id, "name": "mail"})
    _, read, inputs = groups.read(group_id, outputs, given)
    assert read["ingress"] == [
        {
            "description": "",
            "fromPort": 0,
            "ipv6CidrBlocks": ["::/0"],
            "protocol": "-1",
            "self": False,
            "toPort": 0,
        },
        {
            "cidrBlocks": ["10.0.0.0/8", "11.0.0.0/8"],
            "description": "by hand",
            "fromPort": 25,
            "protocol": "tcp",
            "self": False,
            "toPort": 25,
        },
    ]
    assert inputs == given
    assert groups.diff(read, inputs) == {}
    assert groups.diff(read, inputs | {"ingress": [web(80)]}) == {"ingress": "UPDATE"}


def test_a_group_that_is_gone_has_no_id(groups: Engine) -> None:
    """The engine drops it from its state."""
    assert groups.read("sg-00000000000000000", {"name": "mail"}, {}) == ("", {}, {})


def test_an_import_reads_every_input_and_no_default(groups: Engine, vpc_id: str) -> None:
    """A name that was read is a given one."""
    group_id = new_group(groups.ec2, vpc_id, "mail")
    _, outputs, inputs = groups.read(group_id)
    everything = {"description": "", "protocol": "-1", "fromPort": 0, "toPort": 0, "self": False}
    assert inputs == {
        "__defaults": [],
        "description": "mail",
        "egress": [everything | {"cidrBlocks": ["0.0.0.0/0"]}],
        "name": "mail",
        "region": REGION,
        "revokeRulesOnDelete": False,
        "vpcId": vpc_id,
    }
    assert groups.diff(outputs, inputs) == {}


# Deleting.


def test_a_group_that_is_gone_already_is_deleted(groups: Engine) -> None:
    """There is nothing left to do."""
    groups.delete("sg-00000000000000000", {})
    assert groups.calls.writes == ["DeleteSecurityGroup"]


@pytest.mark.parametrize("code", ["DependencyViolation", "InvalidGroup.InUse"])
def test_a_group_in_use_is_deleted_when_it_is_free(groups: Engine, vpc_id: str, code: str) -> None:
    """AWS is asked again for a while."""
    group_id, outputs = groups.create({"vpcId": vpc_id})
    groups.calls.made.clear()
    groups.calls.refuse("DeleteSecurityGroup", code)
    groups.delete(group_id, outputs)
    assert groups.calls.writes == ["DeleteSecurityGroup", "DeleteSecurityGroup"]


def test_a_group_that_another_s_rule_names_is_not_deleted(groups: Engine, vpc_id: str) -> None:
    """After a while AWS's refusal is the answer."""
    group_id, outputs = groups.create({"vpcId": vpc_id})
    _name_in_rule(groups, new_group(groups.ec2, vpc_id, "other"), group_id)
    with refusal() as text:
        groups.delete(group_id, outputs)
    assert text() == (
        f"deleting it: DependencyViolation: resource {group_id} has a dependent object"
    )


def test_waiting_for_a_group_ends_when_the_engine_cancels(groups: Engine, vpc_id: str) -> None:
    """The refusal is the answer at once."""
    group_id, outputs = groups.create({"vpcId": vpc_id})
    groups.calls.made.clear()
    groups.calls.refuse("DeleteSecurityGroup", "DependencyViolation")
    groups.cancel()
    with refusal() as text:
        groups.delete(group_id, outputs)
    assert text() == "deleting it: DependencyViolation: no"
    assert groups.calls.writes == ["DeleteSecurityGroup"]


def test_another_refusal_to_delete_is_an_error_at_once(groups: Engine, vpc_id: str) -> None:
    """No rule of another group is touched for it."""
    group_id, outputs = groups.create({"vpcId": vpc_id, "revokeRulesOnDelete": True})
    groups.calls.made.clear()
    groups.calls.refuse("DeleteSecurityGroup", "CannotDelete")
    with refusal() as text:
        groups.delete(group_id, outputs)
    assert text() == "deleting it: CannotDelete: no"
    assert groups.calls.writes == ["DeleteSecurityGroup"]


def test_rules_are_revoked_with_the_group_where_that_is_asked_for(
    groups: Engine, vpc_id: str
) -> None:
    """First its own and those of the groups they name, then those of every group."""
    group_id, outputs = groups.create({"vpcId": vpc_id, "revokeRulesOnDelete": True})
    known, unknown = (new_group(groups.ec2, vpc_id, name) for name in ("known", "unknown"))
    _name_in_rule(groups, group_id, known)
    _name_in_rule(groups, known, group_id)
    _name_in_rule(groups, unknown, group_id)
    groups.calls.made.clear()
    groups.delete(group_id, outputs)
    assert [name for name, _ in groupby(groups.calls.writes)] == [
        "RevokeSecurityGroupIngress",
        "DeleteSecurityGroup",
        "RevokeSecurityGroupIngress",
        "DeleteSecurityGroup",
    ]
    revoked = [request for name, request in groups.calls.made if name.startswith("Revoke")]
    assert [request["GroupId"] for request in revoked] == [group_id, known, unknown]


def test_lingering_interfaces_of_functions_go_with_the_group(groups: Engine, vpc_id: str) -> None:
    """Those that nothing uses any more are deleted, others are not."""
    group_id, outputs = groups.create({"vpcId": vpc_id})
    subnet_id = new_subnet(groups.ec2, vpc_id)
    lingering, other = (
        groups.ec2.create_network_interface(
            SubnetId=subnet_id, Groups=[group_id], Description=description
        )["NetworkInterface"]["NetworkInterfaceId"]
        for description in ("AWS Lambda VPC ENI-mail", "mine")
    )
    groups.calls.made.clear()
    with refusal() as text:
        groups.delete(group_id, outputs)
    assert text().startswith("deleting it: DependencyViolation: ")
    deleted = [request for name, request in groups.calls.made if name == "DeleteNetworkInterface"]
    assert deleted == [{"NetworkInterfaceId": lingering}]
    groups.ec2.delete_network_interface(NetworkInterfaceId=other)
    groups.delete(group_id, outputs)
    assert groups.read(group_id, outputs, {}) == ("", {}, {})


def _name_in_rule(groups: Engine, group_id: str, named: str) -> None:
    """Let the members of a group into another."""
    permission = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": named}]}
    groups.ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[permission])
