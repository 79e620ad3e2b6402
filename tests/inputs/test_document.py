"""The rules match the document: the program run, its calls made, and everything read back.

The program's resources become EC2 calls in the order in which the provider makes them; what EC2
has then is held against the document's own table, which shares nothing with the product.
"""

import runpy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from cloud import aws, move, surroundings, tagged
from document import SiteRow, at_site, expected, expected_acl, reply_ports
from mocked import (
    ACL,
    ACLS,
    EGRESS,
    GATEWAY,
    GROUP,
    GROUPS,
    INGRESS,
    INTERFACES,
    SUBNET,
    SUBNETS,
    VPCS,
    Answers,
    Properties,
    Run,
    run,
    told,
)
from ruamel.yaml import YAML
from simulator import (
    Entry,
    Rule,
    Surroundings,
    acl_passes,
    compare,
    conversation_passes,
    group_passes,
)
from sites import ROOT, STACKS

from gateway_rules.planning.stack_plan import load_plan

WAYS = ("egress", "ingress")
# Mail in and out, and "fragmentation needed": what the operator adds to the document's rows.
MAIL: tuple[SiteRow, ...] = tuple(
    ("Mail, an addition", way, ("tcp", 25, 25, "0.0.0.0/0")) for way in WAYS
)
PATH_MTU = Rule("ingress", "icmp", 3, 4, "0.0.0.0/0")


# --- The calls that the provider makes -----------------------------------------------------------


@dataclass(frozen=True)
class Provider:
    """Makes resources, and looks others up, by EC2's calls."""

    client: Any

    @property
    def answers(self) -> Answers:
        """Give the answers of an engine to the project's program."""
        return Answers(
            {
                GATEWAY: lambda _: "component",
                GROUP: self.group,
                EGRESS: lambda args: self.rule(args, self.client.authorize_security_group_egress),
                INGRESS: lambda args: self.rule(args, self.client.authorize_security_group_ingress),
                ACL: self.acl,
            },
            {
                VPCS: self.vpcs,
                SUBNETS: self.subnets,
                SUBNET: self.subnet,
                ACLS: self.acls,
                GROUPS: self.groups,
                INTERFACES: self.interfaces,
            },
        )

    def group(self, args: Properties) -> str:
        """Make a group, then take away the rule that EC2 gives it."""
        made = self.client.create_security_group(
            GroupName=args["name"],
            Description=args["description"],
            VpcId=args["vpcId"],
            TagSpecifications=tagged("security-group", **args["tags"]),
        )
        everywhere = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self.client.revoke_security_group_egress(
            GroupId=made["GroupId"], IpPermissions=[everywhere]
        )
        return str(made["GroupId"])

    def rule(self, args: Properties, authorize: Any) -> str:
        """Make one rule with its description beside its source."""
        said = {"Description": args["description"]}
        ports = {
            key: int(args[name])
            for key, name in (("FromPort", "fromPort"), ("ToPort", "toPort"))
            if name in args
        }
        sources = {
            "cidrIpv4": ("IpRanges", "CidrIp"),
            "cidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
            "referencedSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
        }
        ((kind, key, name),) = ((*sources[name], name) for name in sources if name in args)
        permission = {"IpProtocol": args["ipProtocol"], **ports, kind: [{key: args[name], **said}]}
        made = authorize(GroupId=args["securityGroupId"], IpPermissions=[permission])
        return str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    def acl(self, args: Properties) -> str:
        """Make an ACL, its entries, egress first, and only then put the subnets under it."""
        made = self.client.create_network_acl(
            VpcId=args["vpcId"], TagSpecifications=tagged("network-acl", **args["tags"])
        )
        acl = str(made["NetworkAcl"]["NetworkAclId"])
        for way in WAYS:
            for entry in args[way]:
                self.entry(acl, entry, egress=way == "egress")
        for subnet in args["subnetIds"]:
            move(self.client, subnet, acl)
        return acl

    def entry(self, acl: str, args: Properties, *, egress: bool) -> None:
        """Make an entry; ports are always sent, type and code for ICMP alone."""
        ports = {"From": int(args["fromPort"]), "To": int(args["toPort"])}
        icmp = (
            {"IcmpTypeCode": {"Type": int(args["icmpType"]), "Code": int(args["icmpCode"])}}
            if args["protocol"] in ("1", "58")
            else {}
        )
        self.client.create_network_acl_entry(
            NetworkAclId=acl,
            Egress=egress,
            RuleNumber=int(args["ruleNo"]),
            RuleAction=args["action"],
            Protocol=args["protocol"],
            CidrBlock=args["cidrBlock"],
            PortRange=ports,
            **icmp,
        )

    def vpcs(self, args: Properties) -> Properties:
        """Find VPCs."""
        found = self.client.describe_vpcs(Filters=filters(args))["Vpcs"]
        return {"ids": [vpc["VpcId"] for vpc in found]}

    def subnets(self, args: Properties) -> Properties:
        """Find subnets."""
        found = self.client.describe_subnets(Filters=filters(args))["Subnets"]
        return {"ids": [subnet["SubnetId"] for subnet in found]}

    def acls(self, args: Properties) -> Properties:
        """Find network ACLs."""
        found = self.client.describe_network_acls(Filters=filters(args))["NetworkAcls"]
        return {"ids": [acl["NetworkAclId"] for acl in found]}

    def groups(self, args: Properties) -> Properties:
        """Find security groups."""
        found = self.client.describe_security_groups(Filters=filters(args))["SecurityGroups"]
        return {"ids": [group["GroupId"] for group in found]}

    def interfaces(self, args: Properties) -> Properties:
        """Find network interfaces."""
        found = self.client.describe_network_interfaces(Filters=filters(args))
        return {"ids": [one["NetworkInterfaceId"] for one in found["NetworkInterfaces"]]}

    def subnet(self, args: Properties) -> Properties:
        """Give the network of one subnet."""
        (found,) = self.client.describe_subnets(SubnetIds=[args["id"]])["Subnets"]
        return {"id": args["id"], "cidrBlock": found["CidrBlock"]}


def filters(args: Properties) -> list[dict[str, Any]]:
    """Write the filters and tags of a look-up as EC2's calls take them."""
    given = [{"Name": one["name"], "Values": one["values"]} for one in args.get("filters", [])]
    given += [{"Name": "vpc-id", "Values": [args["vpcId"]]}] if "vpcId" in args else []
    tags = args.get("tags", {})
    return given + [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]


# --- Reading back --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What EC2 has after the program, in plain words, and what the program said."""

    run: Run
    rules: Sequence[Rule]
    entries: Sequence[Entry]
    guarded: int


def read_rule(rule: Mapping[str, Any]) -> Rule:
    """Read a rule; one that names its own group is for the gateways themselves."""
    named = rule.get("ReferencedGroupInfo", {}).get("GroupId")
    assert named in {None, rule["GroupId"]}
    direction = "egress" if rule["IsEgress"] else "ingress"
    peer = rule.get("CidrIpv4") or rule.get("CidrIpv6") or "self"
    return Rule(direction, rule["IpProtocol"], rule["FromPort"], rule["ToPort"], peer)


def read_entry(entry: Mapping[str, Any]) -> Entry:
    """Read an entry, with protocols by name."""
    name = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}.get(
        entry["Protocol"], entry["Protocol"]
    )
    if "IcmpTypeCode" in entry:
        numbers = entry["IcmpTypeCode"]["Type"], entry["IcmpTypeCode"]["Code"]
    else:
        ports = entry.get("PortRange", {"From": 0, "To": 65535})
        numbers = ports["From"], ports["To"]
    return Entry(
        "egress" if entry["Egress"] else "ingress",
        entry["RuleNumber"],
        entry["RuleAction"],
        name,
        *numbers,
        entry.get("CidrBlock") or entry["Ipv6CidrBlock"],
    )


def deploy(stack: str) -> Found:
    """Run the program of this repository for a stack, and read back what EC2 has then."""
    config = config_of(stack)
    text = (ROOT / "stacks" / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    with aws(config["aws:region"]) as client:
        place = surroundings(client, *config["gateway-rules:networks"])

        def program() -> None:
            runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")

        done = run(program, Provider(client).answers, stack=stack, config=told(text))
        (group,) = done.outputs["security_group_ids"]
        by = [{"Name": "group-id", "Values": [group]}]
        rules = client.describe_security_group_rules(Filters=by)["SecurityGroupRules"]
        (acl,) = client.describe_network_acls(NetworkAclIds=[done.outputs["network_acl_id"]])[
            "NetworkAcls"
        ]
        guarded = {association["SubnetId"] for association in acl["Associations"]}
        return Found(
            done,
            [*map(read_rule, rules)],
            [*map(read_entry, acl["Entries"])],
            len(guarded & {*place.subnets}),
        )


def config_of(stack: str) -> dict[str, Any]:
    """Read a stack file as nothing but YAML."""
    file = ROOT / "stacks" / f"Pulumi.{stack}.yaml"
    config: dict[str, Any] = YAML(typ="safe").load(file)["config"]
    return config


def rows_of(stack: str) -> list[SiteRow]:
    """Give the document's rows at a stack's site, and mail."""
    return [*at_site(config_of(stack)["gateway-rules:roles"]), *MAIL]


@pytest.fixture(scope="module")
def found() -> dict[str, Found]:
    """Deploy both stacks, each to a Region of its own."""
    return {stack: deploy(stack) for stack in STACKS}


# --- The judgement -------------------------------------------------------------------------------

ROWS = [(stack, *row) for stack in STACKS for row in rows_of(stack)]


@pytest.mark.parametrize(
    ("stack", "label", "direction", "box"),
    ROWS,
    ids=[f"{stack}: {label} {way} {' '.join(map(str, box))}" for stack, label, way, box in ROWS],
)
def test_a_row_passes(
    found: dict[str, Found], stack: str, label: str, direction: str, box: tuple[str, int, int, str]
) -> None:
    """Group and ACL let its conversation begin, and the ACL lets the answers come back."""
    around = Surroundings(config_of(stack)["gateway-rules:networks"])
    replies = reply_ports(label, direction, around.gateway_ephemeral, around.client_ephemeral)
    there = found[stack]
    flow = Rule(direction, *box)
    assert conversation_passes(there.rules, there.entries, flow, around, replies)


@pytest.mark.parametrize("direction", WAYS)
@pytest.mark.parametrize("stack", STACKS)
def test_the_group_passes_the_document_and_not_a_packet_more(
    found: dict[str, Found], stack: str, direction: str
) -> None:
    """Every row and the operator's additions, exactly."""
    roles = config_of(stack)["gateway-rules:roles"]
    mail = {box for _, way, box in MAIL if way == direction}
    boxes = expected(roles, direction) | mail
    required = [PATH_MTU, *(Rule(direction, *box) for box in boxes)]
    assert compare(direction, required, found[stack].rules, group_passes) == ([], 0)


@pytest.mark.parametrize("direction", WAYS)
@pytest.mark.parametrize("stack", STACKS)
def test_the_acl_lacks_nothing_and_its_excess_is_as_told(
    found: dict[str, Found], stack: str, direction: str
) -> None:
    """Requests and replies of every row, the gateways' own networks among them."""
    networks = config_of(stack)["gateway-rules:networks"]
    boxes = expected_acl(rows_of(stack), direction, networks)
    required = [PATH_MTU, *(Rule(direction, *box) for box in boxes)]
    budgets = load_plan(ROOT, stack).plan.acl.budgets
    claim = sum(budget.excess for (way, _), budget in budgets.items() if way == direction)
    assert compare(direction, required, found[stack].entries, acl_passes) == ([], claim)
    exported = found[stack].run.outputs["excess"]
    assert int(exported[f"{direction} ipv4"]) + int(exported[f"{direction} ipv6"]) == claim


@pytest.mark.parametrize("stack", STACKS)
def test_the_acl_guards_every_subnet(found: dict[str, Found], stack: str) -> None:
    """After the program no subnet is under the VPC's default ACL."""
    assert found[stack].guarded == len(config_of(stack)["gateway-rules:networks"])


@pytest.mark.parametrize("stack", STACKS)
def test_the_program_has_nothing_to_complain_of(found: dict[str, Found], stack: str) -> None:
    """Both stacks are complete."""
    assert (found[stack].run.errors, found[stack].run.failure) == ([], None)
