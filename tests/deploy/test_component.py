"""The component: what it registers, for this project's program and for anybody's."""

from collections.abc import Callable
from typing import Any

import pulumi_aws
import pytest
from mocked import ACL, EGRESS, GATEWAY, GROUP, INGRESS, KNOWN, Answers, Registered, Run, names, run
from sites import EVERYBODY, FEW, ROOT, STACKS, catalogue_of, shipped, site

from gateway_rules import Gateway
from gateway_rules.errors import Impossible
from gateway_rules.inputs.site import Site
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.stack_plan import load_plan

ADDITIONS: list[dict[str, Any]] = [
    {"name": "mail6", "direction": "ingress", "protocol": "tcp", "ports": 25, "peers": ["::/0"]},
    {"name": "ping", "direction": "ingress", "protocol": "icmp", "type": 8, "code": -1,
     "peers": ["192.0.2.0/24"]},
    {"name": "too-big", "direction": "ingress", "protocol": "icmpv6", "type": 2, "code": 0,
     "peers": ["::/0"]},
    {"name": "tunnel", "direction": "egress", "protocol": "-1", "peers": ["192.0.2.9/32"]},
]  # fmt: skip
AT = site(**FEW, additions=ADDITIONS)


def gateway(at: Site = AT, **more: Any) -> Callable[[], None]:
    """Give a program that makes one component at a site whose ids are known."""

    def program() -> None:
        Gateway("mail", site=at, vpc_id="vpc-1", subnet_ids=["subnet-1", "subnet-2"], **more)

    return program


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan the site."""
    return plan(shipped(), AT)


@pytest.fixture(scope="module")
def done() -> Run:
    """Run the program once."""
    return run(gateway(), names())


def test_a_plan_that_is_made_already_is_taken_as_it_is(done: Run, planned: Plan) -> None:
    """A program that read and planned a stack does not plan it a second time."""

    def program() -> None:
        made = Gateway("mail", plan=planned, vpc_id="vpc-1", subnet_ids=["subnet-1", "subnet-2"])
        assert made.plan is planned

    again = {each.name: each for each in run(program, names()).resources}
    assert again == {each.name: each for each in done.resources}


@pytest.mark.parametrize("given", [(), ("site", "plan"), ("catalogue", "plan"), ("catalogue",)])
def test_what_to_make_is_said_once(planned: Plan, given: tuple[str, ...]) -> None:
    """Nobody has to guess which of two answers a component would take."""
    every = {"site": AT, "catalogue": shipped(), "plan": planned}
    some: dict[str, Any] = {key: every[key] for key in given}
    with pytest.raises(TypeError, match="Gateway takes a site"):
        Gateway("mail", vpc_id="vpc-1", subnet_ids=[], **some)


def only(resources: list[Registered]) -> Registered:
    """Give the one resource."""
    (resource,) = resources
    return resource


def test_one_component_holds_one_group_its_rules_and_one_acl(done: Run, planned: Plan) -> None:
    """Nothing else is registered, and every resource is the component's own child."""
    kinds = {kind: len(done.of(kind)) for kind in (GATEWAY, GROUP, ACL, EGRESS, INGRESS)}
    rules = [rule.direction for rule in planned.groups[0].rules]
    assert kinds == {
        GATEWAY: 1,
        GROUP: 1,
        ACL: 1,
        EGRESS: rules.count("egress"),
        INGRESS: rules.count("ingress"),
    }
    assert len(done.resources) == sum(kinds.values())
    parents = {resource.parent for resource in done.resources if resource.type != GATEWAY}
    assert parents == {"mail"}


def test_the_group_has_no_rules_of_its_own(done: Run) -> None:
    """Name and description are fixed by the stack; inline rules would fight the others."""
    assert only(done.of(GROUP)).inputs == {
        "name": "gateway-rules-test",
        "description": "Mail gateways of test",
        "vpcId": "vpc-1",
        "tags": {"Name": "gateway-rules-test", "gateway-rules:stack": "test"},
    }


def test_every_rule_is_registered_as_planned(done: Run, planned: Plan) -> None:
    """Names, ports, one kind of source each, and neither ports for -1 nor tags for any."""
    wanted = {}
    for rule in planned.groups[0].rules:
        ports = (
            {} if rule.protocol == "-1" else {"fromPort": rule.from_port, "toPort": rule.to_port}
        )
        if rule.peer == "self":
            source = {"referencedSecurityGroupId": "id"}
        else:
            source = {{4: "cidrIpv4", 6: "cidrIpv6"}[rule.peer.version]: str(rule.peer)}
        wanted[f"mail-group-{rule.name}"] = {
            "securityGroupId": "id",
            "ipProtocol": rule.protocol,
            "description": rule.description,
            **ports,
            **source,
        }
    found = {rule.name: rule.inputs for rule in done.of(EGRESS, INGRESS)}
    assert found == wanted


@pytest.mark.parametrize(
    ("kind", "name", "inputs"),
    [
        (INGRESS, "ingress-tcp-25-::/0", {"fromPort": 25, "toPort": 25, "cidrIpv6": "::/0"}),
        (
            INGRESS,
            "ingress-icmp-type-8-192.0.2.0/24",
            {"fromPort": 8, "toPort": -1, "cidrIpv4": "192.0.2.0/24"},
        ),
        (EGRESS, "egress--1-all-192.0.2.9/32", {"cidrIpv4": "192.0.2.9/32"}),
        (
            EGRESS,
            "egress-udp-19200-self",
            {"fromPort": 19200, "toPort": 19200, "referencedSecurityGroupId": "id"},
        ),
    ],
)
def test_a_rule_says_what_the_provider_wants(
    done: Run, kind: str, name: str, inputs: dict[str, object]
) -> None:
    """Both families, messages by type and code, all protocols, and the group itself."""
    rule = only([rule for rule in done.of(kind) if rule.name == f"mail-group-{name}"])
    plain = ("securityGroupId", "ipProtocol", "description")
    assert {key: value for key, value in rule.inputs.items() if key not in plain} == inputs


def test_the_acl_has_its_entries_and_subnets_inline(done: Run, planned: Plan) -> None:
    """Each entry stands under its direction, as the provider reads it back."""
    acl = only(done.of(ACL))
    entries = {way: acl.inputs[way] for way in ("egress", "ingress")}
    rest = {key: value for key, value in acl.inputs.items() if key not in entries}
    assert rest == {
        "vpcId": "vpc-1",
        "subnetIds": ["subnet-1", "subnet-2"],
        "tags": {"Name": "gateway-rules-test", "gateway-rules:stack": "test"},
    }
    numbers = {way: [entry["ruleNo"] for entry in some] for way, some in entries.items()}
    assert numbers == {
        way: [entry.number for entry in planned.acl.entries if entry.direction == way]
        for way in ("egress", "ingress")
    }


@pytest.mark.parametrize(
    ("protocol", "wanted"),
    [
        (
            "1",
            {
                "fromPort": 0,
                "toPort": 0,
                "icmpType": 8,
                "icmpCode": -1,
                "cidrBlock": "192.0.2.0/24",
            },
        ),
        ("58", {"fromPort": 0, "toPort": 0, "icmpType": 2, "icmpCode": 0, "ipv6CidrBlock": "::/0"}),
        ("-1", {"fromPort": 0, "toPort": 0, "cidrBlock": "192.0.2.9/32"}),
        ("6", {"fromPort": 25, "toPort": 25, "ipv6CidrBlock": "::/0"}),
    ],
)
def test_an_entry_is_written_as_the_provider_reads_it_back(
    done: Run, protocol: str, wanted: dict[str, object]
) -> None:
    """Protocols are numbers, and ports 0 where there are none; another form would swap the ACL."""
    written = [
        {key: value for key, value in entry.items() if key not in ("ruleNo", "action", "protocol")}
        for entry in only(done.of(ACL)).inputs["ingress"]
        if (entry["protocol"], entry["action"]) == (protocol, "allow")
    ]
    assert wanted in written


def test_a_group_is_protected_and_nothing_else_is(done: Run) -> None:
    """A replaced group would lose its interfaces; a protected ACL could not be replaced."""
    protected = {resource.type: resource.protect for resource in done.resources}
    assert protected == {GATEWAY: None, GROUP: True, ACL: False, EGRESS: False, INGRESS: False}


def test_a_stack_may_be_retired() -> None:
    """Where the site says so, the group can be deleted."""
    done = run(gateway(AT.model_copy(update={"protect": False})), names())
    assert only(done.of(GROUP)).protect is False


def test_an_acl_is_replaced_and_never_edited(done: Run) -> None:
    """An entry that is deleted and made again leaves a gap, so a change of any makes a new ACL."""
    changing = {resource.type: resource.replace_on_changes for resource in done.resources}
    assert changing[ACL] == {"egress", "ingress"}
    assert {kind for kind, some in changing.items() if some} == {ACL}


def test_only_group_and_acl_bear_tags(done: Run) -> None:
    """A tag on a rule is a second call, and an orphan where that one fails."""
    tagged = {resource.type for resource in done.resources if "tags" in resource.inputs}
    assert tagged == {GROUP, ACL}


def test_outputs_are_ids_and_counts(done: Run, planned: Plan) -> None:
    """What an interface needs, and what a person wants to know; excess as text, digit by digit."""
    budgets = planned.acl.budgets
    assert done.outputs == {
        "catalogue_issue": "3.14",
        "security_group_ids": ["id"],
        "network_acl_id": "id",
        "counts": {"rules": len(planned.groups[0].rules), "entries": len(planned.acl.entries)},
        "budget": {f"{way} {name}": f"{b.used} of 39" for (way, name), b in budgets.items()},
        "excess": {f"{way} {name}": str(b.excess) for (way, name), b in budgets.items()},
    }


def test_two_stacks_may_share_a_vpc() -> None:
    """Names in AWS carry the stack, and names in Pulumi the component."""
    both = [run(gateway(AT.model_copy(update={"stack": name})), names()) for name in ("a", "b")]
    found = [only(done.of(GROUP)).inputs["name"] for done in both]
    assert found == ["gateway-rules-a", "gateway-rules-b"]


def test_two_components_may_share_a_program() -> None:
    """Names of rules begin with the component's, so that no two resources have one URN."""

    def program() -> None:
        for name in ("one", "two"):
            at = AT.model_copy(update={"stack": name})
            Gateway(name, site=at, vpc_id="vpc-1", subnet_ids=[])

    found = [resource.name for resource in run(program, names()).resources]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("stack", STACKS)
def test_names_are_no_two_resources_own(stack: str) -> None:
    """Within a stack of this repository each name is one resource's."""
    at = load_plan(ROOT, stack).plan.site
    done = run(gateway(at), names())
    assert len({resource.name for resource in done.resources}) == len(done.resources) == 62


def test_another_catalogue_may_be_given() -> None:
    """A program may bring rows of its own."""
    row = {"id": "web", "section": "2", "row": "R", "direction": "egress", "reason": "r"}
    own = catalogue_of([row | {"protocol": "tcp", "ports": 80, "anywhere": True}])
    done = run(gateway(site(), catalogue=own), names())
    assert [rule.name for rule in done.of(EGRESS)] == ["mail-group-egress-tcp-80-0.0.0.0/0"]


# --- Ids that are not known yet ------------------------------------------------------------------

VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"


def with_a_vpc() -> None:
    """Make the VPC and the subnet that the component goes into."""
    vpc = pulumi_aws.ec2.Vpc("vpc", cidr_block="10.42.0.0/16")
    subnet = pulumi_aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.42.8.0/26")
    Gateway("mail", site=AT, vpc_id=vpc.id, subnet_ids=[subnet.id])


def test_a_preview_shows_every_rule_before_there_is_a_vpc(done: Run) -> None:
    """Neither rules nor entries wait for an id: a new VPC's preview has all of them."""
    unknown = Answers(dict.fromkeys({*KNOWN, VPC, SUBNET}, lambda _: ""))
    preview = run(with_a_vpc, unknown, preview=True)
    ids = ("securityGroupId", "referencedSecurityGroupId")
    found, wanted = (
        {
            rule.name: {key: value for key, value in rule.inputs.items() if key not in ids}
            for rule in some.of(EGRESS, INGRESS)
        }
        for some in (preview, done)
    )
    assert found == wanted
    acl = only(preview.of(ACL)).inputs
    assert [acl["egress"], acl["ingress"]] == [
        only(done.of(ACL)).inputs[way] for way in ("egress", "ingress")
    ]
    assert "vpcId" not in only(preview.of(GROUP)).inputs
    assert preview.outputs["counts"] == done.outputs["counts"]


def test_a_vpc_of_the_same_program_is_used(done: Run) -> None:
    """When the ids are there, group and ACL have them."""
    known = Answers(
        {
            **dict.fromkeys(KNOWN, lambda _: "id"),
            VPC: lambda _: "vpc-9",
            SUBNET: lambda _: "subnet-9",
        }
    )
    applied = run(with_a_vpc, known)
    assert only(applied.of(GROUP)).inputs["vpcId"] == "vpc-9"
    acl = only(applied.of(ACL)).inputs
    assert (acl["vpcId"], acl["subnetIds"]) == ("vpc-9", ["subnet-9"])


# --- Sites that cannot be planned ----------------------------------------------------------------


def test_a_site_that_cannot_be_planned_stops_before_anything_is_registered() -> None:
    """Each fault is one line, whatever the program read the site from."""
    at = site(
        region="eu-nowhere-1",
        roles={**EVERYBODY, "clowns": ["10.0.0.0/8"]},
        services={"dns": []},
    )
    with pytest.raises(Impossible) as error:
        plan(shipped(), at)
    done = run(gateway(at), names())
    assert (done.resources, done.failure) == ([], "the site test cannot be planned")
    assert [line.partition("; ")[0] for line in done.errors] == [
        "error: site test: region: [unknown-region] AWS has no region eu-nowhere-1",
        "error: site test: roles.clowns: [unknown-role] clowns is no role",
        "error: site test: services.dns: [service-use] dns is narrowed to nothing",
    ]
    assert [line.partition("; ")[2] for line in done.errors] == [
        problem.fix for problem in error.value.problems
    ]


def test_a_quota_that_is_too_small_stops_the_program_as_well() -> None:
    """No half of a gateway is made."""
    quotas = {"rules_per_security_group": 8, "entries_per_network_acl": 40}
    at = site(**FEW | {"quotas": quotas})
    done = run(gateway(at), names())
    assert done.resources == []
    (line,) = done.errors
    assert line.partition(";")[0] == (
        "error: site test: quotas.rules_per_security_group: [group-quota] "
        "egress ipv4 needs 30 rules and the quota is 8"
    )
