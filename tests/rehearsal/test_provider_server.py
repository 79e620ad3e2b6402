"""What the stand-in says to the engine about itself, its settings, and all types alike."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from aws_fixtures import new_group, new_vpc
from google.protobuf.empty_pb2 import Empty
from provider_fixtures import REGION, SHORT, Context, Engine, Service, engine, refusal, service
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from gateway_rehearsal.provider.aws import Aws
from gateway_rehearsal.provider.server import Provider
from gateway_rehearsal.provider.values import UNKNOWN, Properties, to_struct

__all__ = ["engine", "service"]

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ACL = "aws:ec2/networkAcl:NetworkAcl"
TYPES = (
    "aws:ec2/networkAcl:NetworkAcl, aws:ec2/networkAclAssociation:NetworkAclAssociation, "
    "aws:ec2/securityGroup:SecurityGroup, aws:ec2/subnet:Subnet, aws:ec2/vpc:Vpc, "
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule, "
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
)
LOOK_UPS = (
    "aws:ec2/getVpcs:getVpcs, aws:ec2/getSubnets:getSubnets, aws:ec2/getVpc:getVpc, "
    "aws:ec2/getSubnet:getSubnet, aws:ec2/getNetworkAcls:getNetworkAcls, "
    "aws:ec2/getNetworkInterfaces:getNetworkInterfaces, aws:ec2/getSecurityGroups:getSecurityGroups"
)


# What it says of itself.


def test_it_takes_plain_values_alone(engine: Engine) -> None:
    """So the engine opens secrets for it, and marks them in the answers."""
    answer = engine.provider.Handshake(provider_pb2.ProviderHandshakeRequest(), Context())
    assert answer == provider_pb2.ProviderHandshakeResponse()


def test_it_stands_in_for_the_version_that_the_program_uses(engine: Engine) -> None:
    """The engine asks for the plugin of the package's version."""
    answer = engine.provider.GetPluginInfo(Empty(), Context())
    assert answer == plugin_pb2.PluginInfo(version="7.51.1")


def test_it_can_be_attached_to(engine: Engine) -> None:
    """A plugin that runs already is told so."""
    assert engine.provider.Attach(plugin_pb2.PluginAttach(), Context()) == Empty()


def test_its_schema_names_its_types_and_what_they_require(engine: Engine) -> None:
    """An import asks for it to write a program."""
    answer = engine.provider.GetSchema(provider_pb2.GetSchemaRequest(), Context())
    schema = json.loads(answer.schema)
    assert (schema["name"], schema["version"]) == ("aws", "7.51.1")
    assert ", ".join(sorted(schema["resources"])) == TYPES
    assert schema["resources"][ACL]["requiredInputs"] == ["vpcId"]
    assert schema["resources"][ACL]["inputProperties"]["subnetIds"] == {
        "type": "array",
        "items": {"type": "string"},
    }


def test_every_other_type_is_refused_by_name(engine: Engine) -> None:
    """The message says what there is instead."""
    with refusal() as text:
        engine.of("aws:s3/bucket:Bucket").check({})
    assert text() == (
        "checking it: the stand-in for aws does not know the resource type aws:s3/bucket:Bucket, "
        f"for which the official plugin and an AWS account are needed; it knows {TYPES}"
    )


def test_every_other_look_up_is_refused_by_name(engine: Engine) -> None:
    """The message says what there is instead."""
    with refusal() as text:
        engine.invoke("aws:index/getRegion:getRegion", {})
    known = ", ".join(sorted(LOOK_UPS.split(", ")))
    assert text() == (
        "invoking aws:index/getRegion:getRegion: the stand-in for aws does not know the look-up "
        "aws:index/getRegion:getRegion, for which the official plugin and an AWS account are "
        f"needed; it knows {known}"
    )


# Its settings.


def check_config(engine: Engine, news: Properties) -> list[tuple[str, str]]:
    """Have settings checked; return what is wrong with them."""
    request = provider_pb2.CheckRequest(news=to_struct(news))
    answer = engine.provider.CheckConfig(request, Context())
    assert answer.inputs == request.news
    return [(one.property, one.reason) for one in answer.failures]


def test_settings_that_change_nothing_here_are_taken(engine: Engine) -> None:
    """Credentials are always dummies and nothing is validated."""
    news: Properties = {
        "accessKey": "real",
        "defaultTags": {"tags": {"a": "b"}},
        "profile": "production",
        "region": UNKNOWN,
        "skipCredentialsValidation": "true",
        "version": "7.51.1",
        "__internal": {},
    }
    assert check_config(engine, news) == []


@pytest.mark.parametrize("name", ["endpoints", "assumeRoles", "colour"])
def test_settings_that_it_cannot_honour_are_refused(engine: Engine, name: str) -> None:
    """Among them are endpoints: there is but one."""
    assert check_config(engine, {name: "[]"}) == [
        (name, "the stand-in for aws does not know this setting")
    ]


def test_another_region_of_the_provider_is_a_change_but_no_other_provider(engine: Engine) -> None:
    """What it means each resource says."""
    request = provider_pb2.DiffRequest(
        old_inputs=to_struct({"region": "a", "version": "1"}),
        news=to_struct({"region": "b", "version": "1"}),
    )
    answer = engine.provider.DiffConfig(request, Context())
    assert (list(answer.diffs), list(answer.replaces)) == (["region"], [])
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    same = engine.provider.DiffConfig(
        provider_pb2.DiffRequest(old_inputs=request.news, news=request.news), Context()
    )
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_may_come_from_the_environment(service: Service, name: str) -> None:
    """As it may for the official plugin."""
    provider = Provider(service.aws, {name: REGION}, SHORT)
    provider.Configure(provider_pb2.ConfigureRequest(), Context())
    engine = Engine(provider, service.calls, service.ec2)
    assert engine.invoke("aws:ec2/getVpcs:getVpcs", {})["region"] == REGION


def test_without_a_region_it_says_how_to_set_one(service: Service) -> None:
    """Nothing is guessed."""
    provider = Provider(service.aws, {}, SHORT)
    with refusal() as text:
        provider.Configure(provider_pb2.ConfigureRequest(), Context())
    assert text() == (
        "configuring the stand-in for aws: no region is set; set it with "
        "`pulumi config set aws:region REGION`"
    )


def test_default_tags_are_merged_into_all_tags(service: Service) -> None:
    """A resource's own tags win, and its own are all that it reads back as its own."""
    engine = service.engine({"defaultTags": '{"tags":{"team":"mail","a":"default"}}'}).of(VPC)
    inputs: Properties = {"cidrBlock": "10.0.0.0/16", "tags": {"a": "own"}}
    vpc_id, outputs = engine.create(inputs)
    assert outputs["tagsAll"] == {"team": "mail", "a": "own"}
    assert engine.read(vpc_id, outputs, inputs)[1]["tags"] == {"a": "own"}
    assert engine.diff(outputs, inputs | {"enableDnsSupport": True}) == {}


def test_a_default_tag_that_the_resource_repeats_stays_its_own(service: Service) -> None:
    """It reads back as it was written."""
    engine = service.engine({"defaultTags": {"tags": {"a": "b"}}}).of(VPC)
    vpc_id, outputs = engine.create({"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}})
    assert engine.read(vpc_id, outputs, {})[1]["tags"] == {"a": "b"}


def test_other_default_tags_change_all_tags_in_place(service: Service) -> None:
    """The resource's own stay as they are."""
    inputs: Properties = {"cidrBlock": "10.0.0.0/16", "enableDnsSupport": True}
    vpc_id, outputs = service.engine({"defaultTags": {"tags": {"a": "b"}}}).of(VPC).create(inputs)
    engine = service.engine({"defaultTags": {"tags": {"c": "d"}}}).of(VPC)
    assert engine.diff(outputs, inputs) == {"tagsAll": "UPDATE"}
    assert engine.update(vpc_id, outputs, inputs)["tagsAll"] == {"c": "d"}


def test_tags_of_aws_itself_are_none_of_the_program_s(engine: Engine) -> None:
    """They begin with aws: and nobody else can set them."""
    vpc_id, outputs = engine.of(VPC).create({"cidrBlock": "10.0.0.0/16"})
    from moto.ec2.models import ec2_backends  # noqa: PLC0415 - the server runs in this process.

    ec2_backends["123456789012"][REGION].vpcs[vpc_id].add_tag("aws:cloudformation", "x")
    assert engine.of(VPC).read(vpc_id, outputs, {})[1]["tagsAll"] == {}


# Regions.


def test_a_resource_may_name_a_region_of_its_own(engine: Engine) -> None:
    """It is made, read and deleted there."""
    inputs: Properties = {"cidrBlock": "10.0.0.0/16", "region": "eu-central-1"}
    vpc_id, outputs = engine.of(VPC).create(inputs)
    assert outputs["region"] == "eu-central-1"
    assert engine.of(VPC).read(vpc_id, outputs, inputs)[0] == vpc_id
    assert engine.of(VPC).read(f"{vpc_id}@eu-central-1")[0] == vpc_id
    assert engine.of(VPC).read(vpc_id)[0] == ""
    engine.of(VPC).delete(vpc_id, outputs)
    assert engine.of(VPC).read(vpc_id, outputs, inputs)[0] == ""


@pytest.mark.parametrize("type_name", TYPES.split(", "))
def test_another_region_is_another_resource_of_every_type(engine: Engine, type_name: str) -> None:
    """Whether the resource names it or the provider."""
    of = engine.of(type_name)
    assert of.diff({"region": "eu-central-1"}, {"region": REGION}) == {"region": "UPDATE_REPLACE"}
    assert of.diff({"region": "eu-central-1"}, {}) == {"region": "UPDATE_REPLACE"}
    assert of.diff({"region": REGION}, {}) == {}
    assert of.diff({"region": REGION}, {"region": REGION}) == {}


# Differences.


def test_what_the_program_ignores_is_no_difference(engine: Engine) -> None:
    """The engine says which properties."""
    olds: Properties = {"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}}
    news: Properties = {"cidrBlock": "11.0.0.0/16", "enableDnsSupport": True}
    assert engine.of(VPC).diff(olds, news, ignored=("cidrBlock", "tags")) == {
        "enableDnsSupport": "ADD"
    }


def test_a_change_of_the_program_is_shown_from_its_inputs_and_drift_from_outputs(
    engine: Engine,
) -> None:
    """The engine shows either as it is told."""
    olds: Properties = {"fromPort": 2, "toPort": 1}
    answer = engine.of(RULE).compare(olds, {"fromPort": 1, "toPort": 3}, {"fromPort": 1})
    assert {name: one.inputDiff for name, one in answer.detailedDiff.items()} == {
        "fromPort": False,
        "toPort": True,
    }


def test_a_long_name_is_cut_to_fit_the_digits(engine: Engine) -> None:
    """An automatic name has 255 characters at most."""
    request = provider_pb2.CheckRequest(name="x" * 300, type=GROUP, randomSeed=b"1")
    answer = engine.provider.Check(request, Context())
    assert (len(answer.inputs["name"]), list(answer.failures)) == (255, [])


def test_without_a_seed_two_automatic_names_differ(engine: Engine) -> None:
    """Chance makes them."""
    names = {str(engine.of(GROUP).check({}, seed=b"")[0]["name"]) for _ in range(9)}
    assert len(names) == 9


# Errors and many requests at once.


def test_an_aws_that_does_not_answer_is_one_line() -> None:
    """No traceback reaches the user."""
    provider = Provider(Aws("http://127.0.0.1:9"), {"AWS_REGION": REGION}, SHORT)
    provider.Configure(provider_pb2.ConfigureRequest(), Context())
    request = provider_pb2.InvokeRequest(tok="aws:ec2/getVpcs:getVpcs")
    with refusal() as text:
        provider.Invoke(request, Context())
    assert text() == (
        "invoking aws:ec2/getVpcs:getVpcs: Could not connect to the endpoint URL: "
        '"http://127.0.0.1:9/"'
    )


def test_requests_are_answered_side_by_side(engine: Engine) -> None:
    """The engine makes many resources at once, in regions that nobody asked for before."""
    regions = [REGION, "eu-west-2", "eu-west-3", "eu-north-1"]

    def make(number: int) -> str:
        region = regions[number % len(regions)]
        inputs: Properties = {"cidrBlock": "10.0.0.0/16", "region": region}
        return engine.of(VPC).create(inputs)[0]

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(make, range(24)))
    assert len(made) == 24


def test_rules_of_one_group_are_made_side_by_side(engine: Engine) -> None:
    """Every one of them is there in the end."""
    group_id = new_group(engine.ec2, new_vpc(engine.ec2))

    def make(port: int) -> str:
        rule: Properties = {"cidrIpv4": "10.0.0.0/8", "ipProtocol": "tcp"}
        where: Properties = {"securityGroupId": group_id, "fromPort": port, "toPort": port}
        return engine.of(RULE).create(rule | where)[0]

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(make, range(40)))
    filters = [{"Name": "group-id", "Values": [group_id]}]
    live = engine.ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    assert {one["SecurityGroupRuleId"] for one in live if not one["IsEgress"]} == made


# VPCs and subnets, which a program that embeds the gateway makes.


def test_a_vpc_lives_from_check_to_delete(engine: Engine) -> None:
    """It names its default ACL and group, and its attributes change in place."""
    vpcs = engine.of(VPC)
    given, failures = vpcs.check({"cidrBlock": "10.0.0.0/16", "tags": {"a": "b"}})
    assert (failures, given["__defaults"]) == ([], ["enableDnsSupport"])
    vpc_id, outputs = vpcs.create(given)
    (acl,) = engine.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])[
        "NetworkAcls"
    ]
    assert outputs["defaultNetworkAclId"] == acl["NetworkAclId"]
    assert vpcs.read(vpc_id, outputs, given) == (vpc_id, outputs, given)
    news = given | {"enableDnsHostnames": True}
    assert vpcs.diff(outputs, news) == {"enableDnsHostnames": "ADD"}
    assert vpcs.update(vpc_id, outputs, news) == outputs | {"enableDnsHostnames": True}
    assert vpcs.diff(outputs, given | {"cidrBlock": "11.0.0.0/16"}) == {
        "cidrBlock": "UPDATE_REPLACE"
    }
    vpcs.delete(vpc_id, outputs)
    vpcs.delete(vpc_id, outputs)
    assert vpcs.read(vpc_id, outputs, given) == ("", {}, {})


def test_a_subnet_lives_from_check_to_delete(engine: Engine) -> None:
    """Everything but its tags replaces it."""
    subnets = engine.of(SUBNET)
    vpc_id = new_vpc(engine.ec2)
    assert subnets.failures({}) == [
        ("cidrBlock", "missing required property"),
        ("vpcId", "missing required property"),
    ]
    zone = f"{REGION}b"
    given, _ = subnets.check(
        {"vpcId": vpc_id, "cidrBlock": "10.42.1.0/24", "availabilityZone": zone}
    )
    subnet_id, outputs = subnets.create(given)
    assert outputs["availabilityZone"] == zone
    assert subnets.read(subnet_id, outputs, given) == (subnet_id, outputs, given)
    news = given | {"tags": {"a": "b"}}
    assert subnets.diff(outputs, news) == {"tags": "ADD", "tagsAll": "UPDATE"}
    assert subnets.update(subnet_id, outputs, news)["tags"] == {"a": "b"}
    subnets.delete(subnet_id, outputs)
    subnets.delete(subnet_id, outputs)
    assert subnets.read(subnet_id, outputs, given) == ("", {}, {})
