"""What verify finds when AWS and a stack's files say different things."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from cloud import Deployed, aws, deploy, entry_request, move, new_acl, permission
from sites import ROOT, STACKS, placed, shipped, site

from gateway_rules.audit import aws as account
from gateway_rules.audit.live import STACK_TAG
from gateway_rules.audit.verification.findings import Verification
from gateway_rules.audit.verification.verifier import verify
from gateway_rules.errors import Fault, NoAnswer
from gateway_rules.packets.prefixes import ANYWHERE, parse_prefix
from gateway_rules.planning.network_acl import Entry
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.security_group import Rule
from gateway_rules.planning.stack_plan import load_plan

AT = site(
    roles={role: [] for role in shipped().roles}
    | {"administrators": ["10.42.0.0/24"], "peers": ["self"]},
    services={name: False for name in shipped().by_id if name not in ("ssh", "greylisting", "dns")},
)
NOBODY = str(ANYWHERE).partition("/")[0]
"""The smallest address of all."""
Json = dict[str, Any]


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan a small site: an administrator, DNS, and the gateways among themselves."""
    return plan(shipped(), AT)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Give one AWS to all tests of this module; each builds the plan in a VPC of its own."""
    with aws() as ec2:
        yield ec2


@pytest.fixture
def built(planned: Plan, client: Any) -> Deployed:
    """Build the plan for one test to break."""
    return deploy(planned, client)


def rule_id(built: Deployed, rule: Rule) -> str:
    """Find a rule of the plan in AWS."""
    (found,) = (
        live
        for live in built.client.describe_security_group_rules()["SecurityGroupRules"]
        if live["GroupId"] == built.group
        and live["IsEgress"] == (rule.direction == "egress")
        and (live["IpProtocol"], live["FromPort"]) == (rule.protocol, rule.from_port)
        and live.get("CidrIpv4", "self") == str(rule.peer)
    )
    return str(found["SecurityGroupRuleId"])


def rule_for(planned: Plan, direction: str, service: str) -> Rule:
    """Give the only rule of a service in a direction."""
    (rule,) = (
        rule
        for rule in planned.groups[0].rules
        if rule.direction == direction and service in rule.services
    )
    return rule


def entry_for(planned: Plan, direction: str, service: str, purpose: str) -> Entry:
    """Give the first entry that carries a service."""
    return next(
        entry
        for entry in planned.acl.entries
        if entry.direction == direction and service in entry.services and purpose in entry.purposes
    )


def replace_entry(built: Deployed, entry: Entry, **changes: Any) -> None:
    """Change a live entry by hand."""
    request = entry_request(entry) | changes
    built.client.replace_network_acl_entry(NetworkAclId=built.acl, **request)


def item(layer: str, resource: str, address: str, services: list[str], **piece: Any) -> Json:
    """Write a finding as the JSON has it; the sample's port is the first."""
    return {
        "layer": layer,
        **piece,
        "sample": {"address": address, "port": piece["from_port"]},
        "services": services,
        "resource": resource,
    }


def ports(direction: str, protocol: str, first: int, last: int, prefix: str) -> Json:
    """Write the packets of a finding."""
    return {
        "direction": direction,
        "protocol": protocol,
        "from_port": first,
        "to_port": last,
        "prefix": prefix,
    }


def findings(found: Verification) -> Json:
    """Give what was found as JSON, without the stack, what is empty, and what is only said."""
    data = found.as_json()
    assert data.pop("stack") == "test"
    assert found.is_clean == (not any(data.values()))
    assert all(one["why"] and one["fix"] for some in data.values() for one in some)
    return {
        kind: [{key: one[key] for key in one if key not in ("why", "fix")} for one in some]
        for kind, some in data.items()
        if some
    }


# --- Nothing is wrong --------------------------------------------------------------------------


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_as_planned_is_clean(stack: str) -> None:
    """The stacks of this repository, built and read back, have nothing to tell."""
    planned = load_plan(ROOT, stack)
    with aws(planned.plan.site.region) as client:
        deploy(planned.plan, client)
        found = verify(planned, client)
    assert found.as_json() == {
        "stack": stack,
        "missing": [],
        "excess": [],
        "foreign": [],
        "quota": [],
    }
    assert found.is_clean
    assert found.counts == {
        "groups": (1, 1),
        "ACLs": (1, 1),
        "subnets": (2, 2),
        "egress rules": (50, 50),
        "ingress rules": (9, 9),
        "egress entries": (19, 19),
        "ingress entries": (12, 12),
    }


# --- Groups ------------------------------------------------------------------------------------


def test_a_deleted_rule_is_missing(planned: Plan, built: Deployed) -> None:
    """Its packets, the service that asks for them, and the group that lacks them."""
    rule = rule_for(planned, "ingress", "ssh")
    built.client.revoke_security_group_ingress(
        GroupId=built.group, SecurityGroupRuleIds=[rule_id(built, rule)]
    )
    found = verify(built.stack, built.client)
    said = ports("ingress", "tcp", 22, 22, "10.42.0.0/24")
    assert findings(found) == {
        "missing": [item("security_group", built.group, "10.42.0.0", ["ssh"], **said)]
    }
    assert (found.is_clean, found.counts["ingress rules"]) == (False, (2, 1))


def test_a_deleted_rule_for_the_gateways_is_missing(planned: Plan, built: Deployed) -> None:
    """The gateways themselves stand as `self`."""
    rule = rule_for(planned, "egress", "greylisting")
    built.client.revoke_security_group_egress(
        GroupId=built.group, SecurityGroupRuleIds=[rule_id(built, rule)]
    )
    said = ports("egress", "udp", 19200, 19200, "self")
    assert findings(verify(built.stack, built.client)) == {
        "missing": [item("security_group", built.group, "self", ["greylisting"], **said)]
    }


def modify(built: Deployed, rule: Rule, **changes: Any) -> None:
    """Change a live rule by hand."""
    said = {
        "IpProtocol": rule.protocol,
        "FromPort": rule.from_port,
        "ToPort": rule.to_port,
        "CidrIpv4": str(rule.peer),
    }
    update = {
        "SecurityGroupRuleId": rule_id(built, rule),
        "SecurityGroupRule": {**said, **changes},
    }
    built.client.modify_security_group_rules(GroupId=built.group, SecurityGroupRules=[update])


@pytest.mark.parametrize(
    ("changes", "kind", "pieces"),
    [
        ({"CidrIpv4": "10.42.0.0/23"}, "excess", [(22, 22, "10.42.1.0/24")]),
        (
            {"FromPort": 20, "ToPort": 23},
            "excess",
            [(20, 21, "10.42.0.0/24"), (23, 23, "10.42.0.0/24")],
        ),
        ({"CidrIpv4": "10.42.0.128/25"}, "missing", [(22, 22, "10.42.0.0/25")]),
    ],
    ids=["wider prefix", "more ports", "narrower prefix"],
)
def test_a_changed_rule_is_told_by_the_packets_that_changed(
    planned: Plan, built: Deployed, changes: Json, kind: str, pieces: list[tuple[int, int, str]]
) -> None:
    """What passes besides is excess that nobody asks for; what no longer does is missing."""
    modify(built, rule_for(planned, "ingress", "ssh"), **changes)
    services = ["ssh"] if kind == "missing" else []
    assert findings(verify(built.stack, built.client)) == {
        kind: [
            item(
                "security_group",
                built.group,
                prefix.partition("/")[0],
                services,
                **ports("ingress", "tcp", first, last, prefix),
            )
            for first, last, prefix in pieces
        ]
    }


def test_a_rule_for_all_protocols_is_told_for_each_of_them(planned: Plan, built: Deployed) -> None:
    """Every protocol that rules can name, and as -1 all those that they cannot."""
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "192.0.2.9/32"}]}
    built.client.authorize_security_group_ingress(GroupId=built.group, IpPermissions=[everything])
    found = findings(verify(built.stack, built.client))
    shown = [(one["protocol"], one["from_port"], one["to_port"]) for one in found["excess"]]
    assert sorted(shown) == [
        ("-1", 0, 65535),
        ("icmp", -1, -1),
        ("icmpv6", -1, -1),
        ("tcp", 0, 65535),
        ("udp", 0, 65535),
    ]
    samples = {(one["sample"]["address"], one["sample"]["port"]) for one in found["excess"]}
    assert samples == {("192.0.2.9", 0)}


def allow(built: Deployed, rule: Rule, **said: str) -> str:
    """Add a rule to the group by hand; give its id."""
    asked = permission(rule, built.group)
    for ranges in ("IpRanges", "Ipv6Ranges"):
        asked |= {ranges: [one | said for one in asked[ranges]]} if ranges in asked else {}
    call = getattr(built.client, f"authorize_security_group_{rule.direction}")
    made = call(GroupId=built.group, IpPermissions=[asked])
    return str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])


def revoke(built: Deployed, direction: str, rule: str) -> str:
    """Write the command that takes a rule away."""
    return (
        f"aws ec2 revoke-security-group-{direction} --region eu-west-1 "
        f"--group-id {built.group} --security-group-rule-ids {rule}"
    )


def _other_group(built: Deployed) -> Json:
    other = built.client.create_security_group(
        GroupName="bastion", Description="bastion", VpcId=built.place.vpc
    )
    return {"UserIdGroupPairs": [{"GroupId": other["GroupId"]}]}


def _prefix_list(built: Deployed) -> Json:
    made = built.client.create_managed_prefix_list(
        PrefixListName="office", MaxEntries=2, AddressFamily="IPv4"
    )
    return {"PrefixListIds": [{"PrefixListId": made["PrefixList"]["PrefixListId"]}]}


@pytest.mark.parametrize("source", [_other_group, _prefix_list])
def test_a_rule_for_another_group_or_a_prefix_list_is_foreign(
    planned: Plan, built: Deployed, source: Callable[[Deployed], Json]
) -> None:
    """Whom it lets in is not the rule's to tell, so it is named as it stands."""
    peer = source(built)
    ((_, (named,)),) = peer.items()
    (other,) = named.values()
    made = built.client.authorize_security_group_ingress(
        GroupId=built.group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, **peer}],
    )
    new = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    found = verify(built.stack, built.client)
    said = ports("ingress", "tcp", 22, 22, other)
    assert findings(found) == {"foreign": [item("security_group", new, other, [], **said)]}
    (foreign,) = found.foreign
    assert (foreign.why, foreign.fix) == (
        f"the rule passes whoever is in {other}",
        revoke(built, "ingress", new),
    )


def test_a_rule_too_many_is_foreign_where_it_passes_nothing_new(
    planned: Plan, built: Deployed
) -> None:
    """A rule inside another one changes no packet, and the plan has none like it."""
    inside = Rule("ingress", "tcp", 22, 22, parse_prefix("10.42.0.7/32"), ())
    new = allow(built, inside)
    found = verify(built.stack, built.client)
    said = ports("ingress", "tcp", 22, 22, "10.42.0.7/32")
    assert findings(found) == {"foreign": [item("security_group", new, "10.42.0.7", [], **said)]}
    assert (found.foreign[0].why, found.foreign[0].fix) == (
        "the plan has no such rule, though it passes no more packets",
        revoke(built, "ingress", new),
    )
    assert found.counts["ingress rules"] == (2, 3)


def test_without_a_group_everything_is_missing(planned: Plan, built: Deployed) -> None:
    """The tag by which it was looked for stands where the group's id would."""
    for direction in ("ingress", "egress"):
        rules = [rule for rule in planned.groups[0].rules if rule.direction == direction]
        call = getattr(built.client, f"revoke_security_group_{direction}")
        call(GroupId=built.group, SecurityGroupRuleIds=[rule_id(built, r) for r in rules])
    built.client.delete_security_group(GroupId=built.group)
    found = verify(built.stack, built.client)
    missing = [
        (one.piece.direction, one.piece.protocol, one.piece.from_port, str(one.piece.peer))
        for one in found.missing
    ]
    assert missing == [
        ("egress", "udp", 53, "0.0.0.0/0"),
        ("egress", "udp", 19200, "self"),
        ("ingress", "tcp", 22, "10.42.0.0/24"),
        ("ingress", "udp", 19200, "self"),
    ]
    assert {one.resource for one in found.missing} == {f"no group tagged {STACK_TAG}=test"}
    assert found.counts["groups"] == (1, 0)


# --- ACLs ----------------------------------------------------------------------------------------


def test_a_deleted_entry_is_missing(planned: Plan, built: Deployed) -> None:
    """The replies that it let in, and who expects them."""
    entry = entry_for(planned, "ingress", "dns", "reply")
    built.client.delete_network_acl_entry(
        NetworkAclId=built.acl, Egress=False, RuleNumber=entry.number
    )
    found = verify(built.stack, built.client)
    said = ports("ingress", "udp", 32768, 60999, str(ANYWHERE))
    # Among these are the gateways' own networks, from which greylisting is answered.
    both = ["dns", "greylisting"]
    first = str(ANYWHERE).partition("/")[0]
    assert findings(found) == {"missing": [item("network_acl", built.acl, first, both, **said)]}
    assert found.counts["ingress entries"] == (3, 2)


@pytest.mark.parametrize(
    ("changes", "kind", "piece"),
    [
        ({"CidrBlock": "10.42.0.0/23"}, "excess", (22, 22, "10.42.1.0/24")),
        ({"CidrBlock": "10.42.0.0/25"}, "missing", (22, 22, "10.42.0.128/25")),
        ({"PortRange": {"From": 22, "To": 23}}, "excess", (23, 23, "10.42.0.0/24")),
        ({"RuleAction": "deny"}, "missing", (22, 22, "10.42.0.0/24")),
    ],
    ids=["wider prefix", "narrower prefix", "more ports", "denied"],
)
def test_a_changed_entry_is_told_by_the_packets_that_changed(
    planned: Plan, built: Deployed, changes: Json, kind: str, piece: tuple[int, int, str]
) -> None:
    """Beyond the plan's own entries is excess; less than the flows need is missing."""
    replace_entry(built, entry_for(planned, "ingress", "ssh", "request"), **changes)
    first, last, prefix = piece
    assert findings(verify(built.stack, built.client)) == {
        kind: [
            item(
                "network_acl",
                built.acl,
                prefix.partition("/")[0],
                ["ssh"] if kind == "missing" else [],
                **ports("ingress", "tcp", first, last, prefix),
            )
        ]
    }


def test_a_deny_before_an_allow_takes_its_packets(planned: Plan, built: Deployed) -> None:
    """The lowest number decides, so what it denies is missing though the allow is there."""
    built.client.create_network_acl_entry(
        NetworkAclId=built.acl,
        Egress=False,
        RuleNumber=1,
        RuleAction="deny",
        Protocol="-1",
        CidrBlock="10.42.0.5/32",
    )
    found = verify(built.stack, built.client)
    assert findings(found)["missing"] == [
        item(
            "network_acl",
            built.acl,
            "10.42.0.5",
            ["ssh"],
            **ports("ingress", "tcp", 22, 22, "10.42.0.5/32"),
        ),
        item(
            "network_acl",
            built.acl,
            "10.42.0.5",
            ["dns"],
            **ports("ingress", "udp", 32768, 60999, "10.42.0.5/32"),
        ),
    ]


def test_a_deny_after_the_allows_is_foreign(planned: Plan, built: Deployed) -> None:
    """It is one entry more than planned, and takes no packet that passes."""
    built.client.create_network_acl_entry(
        NetworkAclId=built.acl,
        Egress=False,
        RuleNumber=30000,
        RuleAction="deny",
        Protocol="-1",
        CidrBlock="0.0.0.0/0",
    )
    found = verify(built.stack, built.client)
    said = ports("ingress", "-1", 0, 65535, "0.0.0.0/0")
    assert findings(found) == {"foreign": [item("network_acl", built.acl, NOBODY, [], **said)]}
    assert (found.foreign[0].why, found.foreign[0].fix) == (
        "the plan has no entry 30000 such as this, which changes no packet",
        "pulumi up --refresh -s test",
    )


def _default_acl(built: Deployed) -> str:
    by = [
        {"Name": "vpc-id", "Values": [built.place.vpc]},
        {"Name": "default", "Values": ["true"]},
    ]
    (acl,) = built.client.describe_network_acls(Filters=by)["NetworkAcls"]
    return str(acl["NetworkAclId"])


def test_a_subnet_under_another_acl_is_judged_by_that_one(planned: Plan, built: Deployed) -> None:
    """The default ACL passes everything: nothing is missing, and the excess is its own."""
    default = _default_acl(built)
    move(built.client, built.place.subnets[0], default)
    found = verify(built.stack, built.client)
    assert found.missing == ()
    assert [(one.resource, one.why, one.fix) for one in found.foreign] == [
        (
            default,
            f"{built.place.subnets[0]} is under it, the VPC's default ACL",
            "pulumi up --refresh -s test",
        )
    ]
    assert {one.resource for one in found.excess} == {default}
    assert {one.piece.protocol for one in found.excess} == {"icmp", "icmpv6", "other", "tcp", "udp"}
    assert (found.counts["subnets"], found.counts["ACLs"]) == ((2, 1), (1, 1))


def test_a_subnet_under_an_acl_that_passes_nothing_lacks_everything(
    planned: Plan, built: Deployed
) -> None:
    """An ACL without entries denies; every request and reply is missing there."""
    made = built.client.create_network_acl(VpcId=built.place.vpc)
    other = made["NetworkAcl"]["NetworkAclId"]
    move(built.client, built.place.subnets[1], other)
    found = verify(built.stack, built.client)
    assert {one.resource for one in found.missing} == {other}
    assert {service for one in found.missing for service in one.services} == {
        "dns",
        "greylisting",
        "ssh",
    }
    assert {one.piece.direction for one in found.missing} == {"egress", "ingress"}
    assert found.excess == ()


def test_an_acl_as_planned_but_not_the_stacks_own_is_foreign(
    planned: Plan, built: Deployed
) -> None:
    """Nothing is wrong with the packets, but the stack's ACL guards nothing."""
    copy = new_acl(built.client, built.place, planned)
    built.client.delete_tags(Resources=[copy], Tags=[{"Key": STACK_TAG}])
    found = verify(built.stack, built.client)
    said = ports("egress", "udp", 53, 53, "0.0.0.0/0")
    assert findings(found) == {"foreign": [item("network_acl", copy, NOBODY, [], **said)]}
    both = ", ".join(sorted(built.place.subnets))
    assert found.foreign[0].why == f"{both} is under it, an ACL without the stack's tag"
    assert (found.counts["subnets"], found.counts["ACLs"]) == ((2, 0), (1, 1))


def test_without_an_acl_the_default_one_is_judged(planned: Plan, built: Deployed) -> None:
    """A stack whose ACL was deleted has its subnets under the VPC's own."""
    default = _default_acl(built)
    for subnet in built.place.subnets:
        move(built.client, subnet, default)
    built.client.delete_network_acl(NetworkAclId=built.acl)
    found = verify(built.stack, built.client)
    assert {one.resource for one in found.excess} == {default}
    assert (found.counts["ACLs"], found.counts["egress entries"][1]) == ((1, 0), 0)


# --- Who asks ------------------------------------------------------------------------------------


def test_the_account_is_asked_in_the_region_of_the_stack(built: Deployed) -> None:
    """boto3's usual settings give the credentials, the stack file the Region."""
    assert account.verify_account(built.stack).is_clean


FILE = ("stacks/Pulumi.test.yaml", 1, 1)


def test_a_stack_that_is_not_there_is_a_fault(built: Deployed) -> None:
    """Nothing to compare is no answer, and no drift."""
    with pytest.raises(NoAnswer) as error:
        account.verify_account(placed(built.plan, vpc={"Name": "nowhere"}))
    assert error.value.faults == (
        Fault(
            *FILE,
            "look-up",
            "Name=nowhere finds no VPC in eu-west-1",
            "deploy the stack, or mend its file",
        ),
    )


def test_a_refused_call_is_a_fault(planned: Plan) -> None:
    """What AWS answered stands there, with the call that it refused."""
    said = {"Error": {"Code": "UnauthorizedOperation", "Message": "You may not."}}
    with pytest.raises(NoAnswer) as error, account.answered(planned):
        raise ClientError(said, "DescribeVpcs")
    assert error.value.faults == (
        Fault(
            *FILE,
            "aws",
            "DescribeVpcs answered UnauthorizedOperation: You may not.",
            "check the credentials and their rights",
        ),
    )


def test_no_credentials_are_a_fault(planned: Plan) -> None:
    """boto3's own words stand there, on one line."""
    with pytest.raises(NoAnswer) as error, account.answered(planned):
        raise NoCredentialsError
    assert error.value.faults == (
        Fault(
            *FILE,
            "aws",
            "Unable to locate credentials",
            "check the credentials and the network",
        ),
    )


HERE, THERE = "http://127.0.0.1:1", "https://ec2.eu-west-1.amazonaws.com"
CONFIGURED = "check that the configured endpoint (AWS_ENDPOINT_URL) answers, or unset it"
USUAL = "check the credentials and the network"


@pytest.mark.parametrize(
    ("environment", "asked", "fix"),
    [
        ({"AWS_ENDPOINT_URL": HERE}, HERE, CONFIGURED),
        (
            {"AWS_ENDPOINT_URL_EC2": "https://ec2.example.net"},
            "https://ec2.example.net",
            CONFIGURED,
        ),
        ({}, THERE, USUAL),
        ({"AWS_ENDPOINT_URL": HERE}, "https://sso.eu-west-1.amazonaws.com", USUAL),
        ({"AWS_ENDPOINT_URL": HERE, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, THERE, USUAL),
    ],
)
def test_a_configured_endpoint_that_does_not_answer_is_named(
    planned: Plan,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    asked: str,
    fix: str,
) -> None:
    """Neither credentials nor the network are to blame where another endpoint was asked."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(NoAnswer) as error, account.answered(planned):
        raise EndpointConnectionError(endpoint_url=f"{asked}/")
    (fault,) = error.value.faults
    assert (fault.rule, fault.fix) == ("aws", fix)


@pytest.mark.parametrize(
    ("environment", "endpoints"),
    [
        ({}, {}),
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, {}),
        ({"AWS_ENDPOINT_URL": HERE}, {"ec2": HERE, "service-quotas": HERE}),
        ({"AWS_ENDPOINT_URL_EC2": HERE}, {"ec2": HERE}),
        ({"AWS_ENDPOINT_URL_SERVICE_QUOTAS": HERE}, {"service-quotas": HERE}),
        ({"AWS_ENDPOINT_URL": HERE, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, {}),
        ({"AWS_ENDPOINT_URL_EC2": THERE}, {}),
    ],
)
def test_an_endpoint_is_configured_where_it_is_not_aws_s_own(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], endpoints: dict[str, str]
) -> None:
    """Each service is asked where boto3's settings say, of which AWS's own need no word."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert account.configured_endpoints("eu-west-1") == endpoints


@pytest.mark.parametrize("make", [account.ec2_client, account.account_quotas])
@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("127.0.0.1:4566", "Invalid endpoint: 127.0.0.1:4566"),
        ("http://[::1", "Invalid IPv6 URL"),
    ],
)
def test_an_endpoint_that_is_no_url_is_a_fault(
    planned: Plan,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[str], object],
    endpoint: str,
    said: str,
) -> None:
    """A port without `http://` before it is soon written."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(NoAnswer) as error, account.answered(planned):
        make("eu-west-1")
    fix = "write one such as http://127.0.0.1:4566 as AWS_ENDPOINT_URL, or none"
    assert error.value.faults == (Fault(*FILE, "aws", said, fix),)


def test_other_errors_are_not_hidden(planned: Plan) -> None:
    """A mistake of the program's own stays what it is."""
    with pytest.raises(ZeroDivisionError), account.answered(planned):
        raise ZeroDivisionError
