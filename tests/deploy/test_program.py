"""The program: it reads, compares with Pulumi's own configuration, looks up, and hands over."""

import runpy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from looked_up import CIDRS, DEFAULT, OTHER, Aws
from mocked import (
    ACL,
    ACLS,
    GROUP,
    SUBNET,
    SUBNETS,
    VPCS,
    Answers,
    Run,
    names,
    run,
    told,
)
from pulumi.runtime import MockCallArgs, MockResourceArgs
from pulumi.runtime.settings import get_root_resource
from sites import ROOT, STACKS

from gateway_rules.deploy.program import located, planned
from gateway_rules.errors import Faults
from gateway_rules.packets.prefixes import Prefix, parse_prefix
from gateway_rules.planning.stack_plan import StackPlan, load_plan

FILE = """\
config:
  aws:region: eu-west-1
  gateway-rules:vpc: {Name: mail-gateway}
  gateway-rules:subnets: {Tier: gateway}
  gateway-rules:networks: [10.42.8.0/26, 10.42.8.64/26]
  gateway-rules:roles:
    administrators: [10.42.0.0/24]
    pmm_users: []
    peers: [self]
    ftp_servers: []
    directory_servers: []
    key_servers: []
    snmp_managers: []
    lexical_servers: []
    syslog_servers: []
  gateway-rules:gateway_version: "3.8"
  gateway-rules:additions:
    - {name: smtp-in, direction: ingress, protocol: tcp, ports: 25, peers: [0.0.0.0/0]}
  gateway-rules:protect: true
"""
AT = "error: stacks/Pulumi.test.yaml"
STOPPED = "stack test cannot be deployed; nothing was changed"


def project(folder: Path, text: str = FILE) -> Path:
    """Write a project with one stack."""
    (folder / "stacks").mkdir()
    (folder / "stacks" / "Pulumi.test.yaml").write_text(text, encoding="utf-8")
    return folder


def read(root: Path, config: Mapping[str, str]) -> Run:
    """Run the first half of the program."""
    return run(lambda: _ignore(planned(root, "test")), names(), config=config)


def _ignore(_: object) -> None:
    """Take what a program gives; Pulumi would wait for it."""


def look_up(root: Path, aws: Aws, **changes: Any) -> tuple[Run, list[tuple[str, list[str]]]]:
    """Run the second half of the program, for the plan of a file with other look-ups."""
    stack = load_plan(root, "test")
    at = stack.location.model_copy(update=changes)
    return found_at(replace(stack, location=at), aws)


def found_at(stack: StackPlan, aws: Aws) -> tuple[Run, list[tuple[str, list[str]]]]:
    """Run the second half of the program."""
    found: list[tuple[str, list[str]]] = []
    return run(lambda: found.append(located(stack)), aws.answers), found


def with_networks(root: Path, networks: Iterable[Prefix]) -> StackPlan:
    """Give the stack's plan as if its file named these networks."""
    stack = load_plan(root, "test")
    site = stack.plan.site.model_copy(update={"networks": tuple(networks)})
    return replace(stack, plan=replace(stack.plan, site=site))


# --- The whole program ---------------------------------------------------------------------------


@pytest.mark.parametrize("stack", STACKS)
def test_the_program_deploys_a_stack(stack: str) -> None:
    """It reads, looks up, registers group, rules and ACL, and exports what the component gives."""
    plan = load_plan(ROOT, stack).plan
    text = (ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    cidrs = dict(zip(CIDRS, map(str, plan.site.networks), strict=True))
    exported: dict[str, Any] = {}

    def program() -> None:
        runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")
        stack_resource: Any = get_root_resource()
        exported.update(stack_resource.outputs)

    done = run(program, Aws(subnets=cidrs).answers, stack=stack, config=told(text))
    assert (done.errors, len(done.resources)) == ([], 62)
    (acl,) = done.of(ACL)
    assert (acl.name, acl.inputs["subnetIds"]) == (f"{stack}-acl", ["subnet-a", "subnet-b"])
    assert {resource.name.startswith(stack) for resource in done.resources} == {True}
    assert (
        set(exported)
        == set(done.outputs)
        == {
            "catalogue_issue",
            "security_group_ids",
            "network_acl_id",
            "counts",
            "budget",
            "excess",
        }
    )


# --- What Pulumi was told ------------------------------------------------------------------------


def test_a_file_that_pulumi_read_as_well_is_planned(tmp_path: Path) -> None:
    """Text, lists, mappings, numbers and switches agree with Pulumi's own form of them."""
    found: list[StackPlan] = []
    done = run(lambda: found.append(planned(project(tmp_path), "test")), names(), config=told(FILE))
    assert (done.failure, done.errors, found) == (None, [], [load_plan(tmp_path, "test")])


FIX = "run pulumi without --config-file, or put the value into this file"


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"aws:region": "eu-west-2"}, "2:15", "aws:region is 'eu-west-2'"),
        ({"aws:region": None}, "2:15", "aws:region is None"),
        (
            {"gateway-rules:vpc": '{"Name": "other"}'},
            "3:22",
            """gateway-rules:vpc is '{"Name": "other"}'""",
        ),
        ({"gateway-rules:vpc": "vpc-0123"}, "3:22", "gateway-rules:vpc is 'vpc-0123'"),
        (
            {"gateway-rules:networks": '["10.42.8.0/26"]'},
            "5:27",
            """gateway-rules:networks is '["10.42.8.0/26"]'""",
        ),
        (
            {"gateway-rules:gateway_version": "3.10"},
            "16:34",
            "gateway-rules:gateway_version is '3.10'",
        ),
        ({"gateway-rules:protect": "false"}, "19:26", "gateway-rules:protect is 'false'"),
        # A key that only Pulumi has is missing here, which is its parent's place.
        (
            {"gateway-rules:quotas": '{"rules_per_security_group": 200}'},
            "1:1",
            """gateway-rules:quotas is '{"rules_per_security_group": 200}'""",
        ),
    ],
)
def test_a_value_from_elsewhere_stops_the_program(
    tmp_path: Path, changes: dict[str, str | None], place: str, said: str
) -> None:
    """What was reviewed is this file, so nothing else is deployed."""
    done = read(project(tmp_path), told(FILE, changes))
    assert done.errors == [
        f"{AT}:{place}: [config] {said} for Pulumi and not what stands here; {FIX}"
    ]
    assert (done.failure, done.resources) == (STOPPED, [])


def test_all_values_from_elsewhere_are_told_at_once(tmp_path: Path) -> None:
    """One line each, in the order of the file."""
    done = read(project(tmp_path), {})
    assert [line.split("] ")[1].split(" is ")[0] for line in done.errors] == [*told(FILE)]


# --- Files that are wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param(
            FILE.replace("10.42.0.0/24", "10.42.0.1/24").replace("ports: 25", "ports: 70000"),
            2,
            id="host bits and a port",
        ),
        pytest.param(FILE.replace("eu-west-1", "us-east-1"), 1, id="pending"),
        pytest.param(
            f"{FILE}  gateway-rules:quotas: {{rules_per_security_group: 8}}\n", 1, id="over quota"
        ),
    ],
)
def test_faults_of_the_file_stop_the_program(tmp_path: Path, text: str, count: int) -> None:
    """The lines that the command line gives, one for each fault, and no resource."""
    root = project(tmp_path, text)
    with pytest.raises(Faults) as error:
        load_plan(root, "test")
    done = read(root, told(text))
    assert done.errors == [str(fault) for fault in error.value.faults]
    assert (len(done.errors), done.failure, done.resources) == (count, STOPPED, [])


# --- Look-ups ------------------------------------------------------------------------------------


def test_vpc_and_subnets_are_looked_up_by_tags(tmp_path: Path) -> None:
    """Subnets only within the VPC that was found, and each one's CIDR by its id."""
    aws = Aws()
    done, found = look_up(project(tmp_path), aws)
    assert (done.failure, found) == (None, [("vpc-1", ["subnet-a", "subnet-b"])])
    within = {"name": "association.subnet-id", "values": ["subnet-a", "subnet-b"]}
    assert aws.asked == [
        (VPCS, {"tags": {"Name": "mail-gateway"}}),
        (
            SUBNETS,
            {"filters": [{"name": "vpc-id", "values": ["vpc-1"]}], "tags": {"Tier": "gateway"}},
        ),
        (SUBNET, {"id": "subnet-a"}),
        (SUBNET, {"id": "subnet-b"}),
        (ACLS, {"vpcId": "vpc-1", "tags": {"gateway-rules:stack": "test"}}),
        (ACLS, {"filters": [within]}),
    ]


@pytest.mark.parametrize(
    ("aws", "changes"),
    [
        pytest.param(
            Aws(guards={"subnet-a": OTHER}), {"take_over": True}, id="what is to be taken over"
        ),
        pytest.param(
            Aws(interfaces={"eni-1": ("subnet-a", "sg-other")}), {}, id="a subnet of ours already"
        ),
        pytest.param(
            Aws(guards={"subnet-a": DEFAULT}, interfaces={"eni-idle": ("subnet-a", "sg-other")}),
            {},
            id="an interface that nothing uses",
        ),
        pytest.param(
            Aws(guards={"subnet-a": DEFAULT}, interfaces={"eni-1": ("subnet-a", "sg-own")}),
            {},
            id="a gateway",
        ),
        pytest.param(
            Aws(guards={"subnet-a": DEFAULT}, interfaces={"eni-1": ("subnet-x", "sg-other")}),
            {},
            id="an interface elsewhere",
        ),
    ],
)
def test_what_is_nobody_elses_is_deployed(
    tmp_path: Path, aws: Aws, changes: dict[str, Any]
) -> None:
    """Only what would come under the stack's ACL by this update, and unasked, is refused."""
    done, found = look_up(project(tmp_path), aws, **changes)
    assert (done.failure, done.errors, len(found)) == (None, [], 1)


def test_vpc_and_subnets_are_looked_up_by_ids(tmp_path: Path) -> None:
    """Ids are looked up as well, so that one of another account is found out."""
    aws = Aws()
    done, found = look_up(project(tmp_path), aws, vpc="vpc-1", subnets=("subnet-b", "subnet-a"))
    assert (done.failure, found) == (None, [("vpc-1", ["subnet-a", "subnet-b"])])
    assert aws.asked[:2] == [
        (VPCS, {"filters": [{"name": "vpc-id", "values": ["vpc-1"]}]}),
        (
            SUBNETS,
            {
                "filters": [
                    {"name": "vpc-id", "values": ["vpc-1"]},
                    {"name": "subnet-id", "values": ["subnet-b", "subnet-a"]},
                ]
            },
        ),
    ]


@pytest.mark.parametrize(
    ("aws", "changes", "line"),
    [
        pytest.param(
            Aws(vpcs=()),
            {},
            "3:22: [look-up] Name=mail-gateway finds no VPC; "
            "write tags that find exactly one, or its id",
            id="no VPC",
        ),
        pytest.param(
            Aws(vpcs=("vpc-2", "vpc-1")),
            {},
            "3:22: [look-up] Name=mail-gateway finds 2 VPCs: vpc-1, vpc-2; "
            "write tags that find exactly one, or its id",
            id="two VPCs",
        ),
        pytest.param(
            Aws(vpcs=()),
            {"vpc": "vpc-9"},
            "3:22: [look-up] vpc-9 finds no VPC; write tags that find exactly one, or its id",
            id="no VPC of that id",
        ),
        pytest.param(
            Aws(subnets={}),
            {},
            "4:26: [look-up] Tier=gateway finds no subnet; "
            "write tags that find at least one, or ids",
            id="no subnet",
        ),
        pytest.param(
            Aws(),
            {"subnets": ("subnet-a", "subnet-z", "subnet-y")},
            "4:26: [look-up] subnet-y, subnet-z is no subnet of the VPC; "
            "write the ids of the VPC's subnets",
            id="subnets of another VPC",
        ),
        pytest.param(
            Aws(subnets={"subnet-a": "10.42.8.0/26"}),
            {},
            "5:27: [networks] the subnets are 10.42.8.0/26, not what stands here; "
            "write [10.42.8.0/26]",
            id="a network that is no subnet",
        ),
        pytest.param(
            Aws(subnets={**CIDRS, "subnet-c": "10.42.8.128/26"}),
            {},
            "5:27: [networks] the subnets are 10.42.8.0/26, 10.42.8.64/26, 10.42.8.128/26, "
            "not what stands here; write [10.42.8.0/26, 10.42.8.64/26, 10.42.8.128/26]",
            id="a subnet that is no network",
        ),
        pytest.param(
            Aws(guards={"subnet-b": OTHER}),
            {},
            "4:26: [take-over] subnet-b is under acl-other, which is not this stack's; "
            "write gateway-rules:take_over: true if that is meant, or name subnets of the "
            "gateways' own",
            id="another's ACL",
        ),
        pytest.param(
            Aws(guards={"subnet-a": DEFAULT}, interfaces={"eni-1": ("subnet-a", "sg-other")}),
            {},
            "4:26: [take-over] subnet-a holds eni-1 without a group of this stack; "
            "write gateway-rules:take_over: true if that is meant, or name subnets of the "
            "gateways' own",
            id="another's interface",
        ),
    ],
)
def test_a_look_up_that_fails_stops_the_program(
    tmp_path: Path, aws: Aws, changes: dict[str, Any], line: str
) -> None:
    """One line at the key that was looked up, and no resource."""
    done, found = look_up(project(tmp_path), aws, **changes)
    assert done.errors == [f"{AT}:{line}"]
    assert (done.failure, done.resources, found) == (STOPPED, [], [])


def test_networks_that_are_not_given_are_not_compared(tmp_path: Path) -> None:
    """A site without `self` needs no networks."""
    done, found = look_up(project(tmp_path), Aws(), networks=())
    assert (done.failure, found) == (None, [("vpc-1", ["subnet-a", "subnet-b"])])


IPV6 = {"subnet-a": "2001:db8:0:1::/64", "subnet-b": "2001:db8:0:2::/64"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), None),
        (tuple(IPV6.values()), None),
        (("2001:db8:0:1::/64",), "[networks] the subnets are "),
    ],
)
def test_ipv6_networks_are_compared_where_the_site_names_any(
    tmp_path: Path, more: tuple[str, ...], said: str | None
) -> None:
    """A site that speaks IPv4 alone may lie in subnets that have both."""
    root = project(tmp_path)
    networks = (*load_plan(root, "test").plan.site.networks, *map(parse_prefix, more))
    done, _ = found_at(with_networks(root, networks), Aws(ipv6=IPV6))
    assert (done.errors == []) == (said is None)
    assert all(str(said) in error for error in done.errors)


def test_the_order_of_networks_is_no_matter(tmp_path: Path) -> None:
    """They are a set, as the subnets are."""
    root = project(tmp_path)
    networks = reversed(load_plan(root, "test").plan.site.networks)
    done, found = found_at(with_networks(root, networks), Aws())
    assert (done.failure, len(found)) == (None, 1)


def test_what_the_mocks_do_not_know_is_found_out() -> None:
    """A type or a look-up that nobody has told them of is refused."""
    with pytest.raises(ValueError, match=r"^nobody makes a aws:ec2/securityGroup:SecurityGroup$"):
        Answers({}).new_resource(MockResourceArgs(GROUP, "group", {}))
    with pytest.raises(ValueError, match=r"^nobody answers aws:ec2/getVpcs:getVpcs$"):
        names().call(MockCallArgs(VPCS, {}, ""))
