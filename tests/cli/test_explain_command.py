"""`gateway-rules explain`: what is asked for, and what a user reads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cloud import Deployed, aws, deploy, entry_request
from sites import ROOT, shipped, site
from typed import Done, Type, typist

from gateway_rules.audit.explanation.answer import explain_live
from gateway_rules.audit.explanation.question import parse_question
from gateway_rules.audit.live import read_live
from gateway_rules.errors import Faults
from gateway_rules.packets.prefixes import SELF
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.stack_plan import load_plan


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Give a function that asks about the repository's own stack."""
    typed = typist(monkeypatch, capsys)

    def asked(*words: str) -> Done:
        return typed("-C", ROOT, "explain", "eu-west-1", *words)

    return asked


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan the repository's own stack."""
    return load_plan(ROOT, "eu-west-1").plan


# --- Words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("egress", "tcp", "192.0.2.1", "80"), ("egress", "tcp", 80, 80, ["192.0.2.1/32"])),
        (("egress", "6", "192.0.2.1", "20-22"), ("egress", "tcp", 20, 22, ["192.0.2.1/32"])),
        (("ingress", "udp", "2001:db8::/32", "1"), ("ingress", "udp", 1, 1, ["2001:db8::/32"])),
        (("ingress", "icmp", "192.0.2.1", "3/4"), ("ingress", "icmp", 3, 4, ["192.0.2.1/32"])),
        (("ingress", "icmp", "192.0.2.1", "3"), ("ingress", "icmp", 3, -1, ["192.0.2.1/32"])),
        (("ingress", "icmp", "192.0.2.1", "8"), ("ingress", "icmp", 8, 0, ["192.0.2.1/32"])),
        (("egress", "icmpv6", "::1", "129"), ("egress", "icmpv6", 129, 0, ["::1/128"])),
        (("egress", "50", "192.0.2.1", None), ("egress", "50", 0, 65535, ["192.0.2.1/32"])),
        (("egress", "-1", "self", None), ("egress", "-1", 0, 65535, [SELF])),
        (
            ("egress", "tcp", "APP-patches.clearswift.net", "80"),
            ("egress", "tcp", 80, 80, ["54.231.0.0/17", "72.21.192.0/19"]),
        ),
    ],
)
def test_words_become_a_question(planned: Plan, words: Any, asked: Any) -> None:
    """Names, numbers, ranges, messages and hosts are read as a user means them."""
    found = parse_question(planned, *words)
    peers = [str(peer) for peer in found.peers]
    assert (found.direction, found.protocol, found.from_port, found.to_port, peers) == asked


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            ("out", "tpc", "10.0.0", "x"),
            [
                (
                    "[choice] 'out' is no direction; write egress when the gateway begins, "
                    "ingress when "
                    "the other end does"
                ),
                (
                    "[choice] 'tpc' is no protocol; write one of tcp, udp, icmp, icmpv6, -1, or "
                    "a number "
                    "from 0 to 255"
                ),
                "[prefix] '10.0.0' is no prefix; write one such as 192.0.2.0/24",
            ],
        ),
        (
            ("egress", "tcp", "192.0.2.1", "70000"),
            ["[port] port 70000 is above 65535; write a port from 1 to 65535"],
        ),
        (
            ("egress", "tcp", "192.0.2.1"),
            ["[port] tcp needs a port; write one such as 25, or a range 20-22"],
        ),
        (
            ("egress", "50", "192.0.2.1", "80"),
            ["[port] protocol 50 has no ports; leave the port out"],
        ),
        (
            ("egress", "icmp", "192.0.2.1", "3/256"),
            ["[icmp] '3/256' is no message of icmp; write the type, or type/code such as 3/4"],
        ),
        (
            ("egress", "icmp", "2001:db8::1", "8"),
            [
                (
                    "[family] 2001:db8::1 is no address for icmp; ask for icmp with IPv4 and for "
                    "icmpv6 with IPv6"
                )
            ],
        ),
        (
            ("egress", "tcp", "www.example.com", "80"),
            [
                (
                    "[unknown-host] www.example.com is no host of the catalogue; write an "
                    "address, or "
                    "one of the names that gateway-rules catalogue lists"
                )
            ],
        ),
        (
            ("egress", "udp", "time.clearswift.net", "123"),
            [
                (
                    "[unknown-host] time.clearswift.net has no addresses in the catalogue; write "
                    "an "
                    "address, or one of the names that gateway-rules catalogue lists"
                )
            ],
        ),
        (
            ("egress", "tcp", "192.0.2.1/24", "80"),
            [
                (
                    "[host-bits] 192.0.2.1/24 has bits behind its prefix length; write "
                    "192.0.2.0/24 "
                    "for the network, 192.0.2.1/32 for the host"
                )
            ],
        ),
    ],
)
def test_words_that_cannot_be_meant_are_faults(ask: Type, words: Any, lines: list[str]) -> None:
    """All that is wrong is said at once, each with what to write."""
    assert ask(*words) == (2, "", [f"error: <command>:1:1: {line}" for line in lines])


def test_a_host_has_no_addresses_of_another_part_of_the_world() -> None:
    """EMEA's are asked about in EMEA alone; a site elsewhere that leaves the row out has none."""
    away = plan(shipped(), site(region="us-east-1", services={"spam-signatures-cloud": False}))
    with pytest.raises(Faults) as caught:
        parse_question(away, "egress", "tcp", "bulkmail1.clearswift.net", "80")
    assert [str(fault) for fault in caught.value.faults] == [
        (
            "error: <command>:1:1: [unknown-host] bulkmail1.clearswift.net has no addresses in the "
            "catalogue; write an address, or one of the names that gateway-rules catalogue lists"
        )
    ]


def test_self_needs_networks() -> None:
    """Without its subnets' CIDRs nobody knows where another gateway may be."""
    bare = plan(shipped(), site(networks=[]))
    with pytest.raises(Faults) as raised:
        parse_question(bare, "egress", "tcp", "self", "443")
    assert str(raised.value) == (
        "error: <command>:1:1: [self-without-networks] self is asked for and networks are not "
        "given; list the CIDRs of the subnets under gateway-rules:networks"
    )


# --- Text --------------------------------------------------------------------------------------


def test_an_allowed_conversation_is_explained_in_five_lines(ask: Type) -> None:
    """Verdict, rule, entry there, entry back, and the document's row."""
    assert ask("egress", "tcp", "10.42.18.5", "389") == (
        0,
        (
            "Allowed: egress tcp 389 to 10.42.18.5\n"
            "group  gateway-rules-eu-west-1: egress tcp 389 10.42.18.5/32\n"
            "there  entry 100: allow egress tcp 20-990 10.42.0.0/15\n"
            "back   entry 170: allow ingress tcp 32768-60999 0.0.0.0/0\n"
            "why    ldap-key-server: section 3, LDAP Key server (Encryption)\n"
        ),
        [],
    )


def test_a_refusal_says_what_is_near_and_what_to_write(ask: Type) -> None:
    """Who would have it allowed finds the line to put into the stack's file."""
    assert ask("ingress", "tcp", "10.9.9.9", "22") == (
        1,
        (
            "Refused: ingress tcp 22 from 10.9.9.9\n"
            "group  no rule passes tcp 22\n"
            "there  no entry passes tcp 22, and an ACL ends in deny\n"
            "back   entry 200: allow egress tcp 1024-65535 0.0.0.0/0\n"
            "why    nothing in the document or the stack's file asks for it\n"
            "near   the same other end: ingress tcp 25 0.0.0.0/0 (smtp-in)\n"
            "       the same other end: ingress tcp 80 10.0.0.0/8 (pmm-ui)\n"
            "       the same port: ingress tcp 22 10.42.0.0/24 (ssh)\n"
            "\n"
            "ssh (section 3, SSH) is for administrators: people who look after the gateway, over "
            "SSH "
            "and in the management UI\n"
            "write under gateway-rules:roles in stacks/Pulumi.eu-west-1.yaml:\n"
            "  administrators: [10.42.0.0/24, 10.9.9.9/32]\n"
            "it opens besides: ingress tcp 443 from 10.9.9.9/32 (management-ui)\n"
            "\n"
            "an addition would allow this alone\n"
            "write under gateway-rules:additions in stacks/Pulumi.eu-west-1.yaml:\n"
            "  - {name: tcp-22-in, direction: ingress, protocol: tcp, ports: 22, "
            "peers: [10.9.9.9/32]}\n"
        ),
        [],
    )


def test_of_many_rules_for_a_port_the_closest_end_is_shown(ask: Type) -> None:
    """Who mistyped the end of an address sees the one that was meant."""
    found = json.loads(ask("egress", "tcp", "84.39.153.99", "80", "--json").out)
    assert [near["peer"] for near in found["nearest"] if near["alike"] == "the same port"] == [
        "84.39.153.31/32"
    ]


def test_what_nobody_lists_needs_an_addition(ask: Type) -> None:
    """ICMP is asked for by type and code, and the addition is written so."""
    assert ask("egress", "icmp", "192.0.2.1", "8").out == (
        "Refused: egress icmp type 8 code 0 to 192.0.2.1\n"
        "group  no rule passes icmp type 8 code 0\n"
        "there  no entry passes icmp type 8 code 0, and an ACL ends in deny\n"
        "back   no entry passes icmp type 0 code 0, and an ACL ends in deny\n"
        "why    nothing in the document or the stack's file asks for it\n"
        "near   the same other end: egress tcp 25 0.0.0.0/0 (smtp-out)\n"
        "       the same other end: egress udp 53 0.0.0.0/0 (dns)\n"
        "\n"
        "an addition would allow it\n"
        "write under gateway-rules:additions in stacks/Pulumi.eu-west-1.yaml:\n"
        "  - {name: icmp-8-0-out, direction: egress, protocol: icmp, type: 8, code: 0, "
        "peers: [192.0.2.1/32]}\n"
    )


def test_each_address_of_a_host_is_explained(ask: Type) -> None:
    """A name stands for all addresses that the plan has for it."""
    assert ask("egress", "tcp", "app-patches.clearswift.net", "443").out.splitlines()[:14] == [
        "Refused: egress tcp 443 to 54.231.0.0/17, 72.21.192.0/19",
        "",
        "54.231.0.0/17: refused",
        "group  no rule passes tcp 443",
        "there  no entry passes tcp 443, and an ACL ends in deny",
        "back   entry 170: allow ingress tcp 32768-60999 0.0.0.0/0",
        "why    nothing in the document or the stack's file asks for it",
        "",
        "72.21.192.0/19: refused",
        "group  no rule passes tcp 443",
        "there  no entry passes tcp 443, and an ACL ends in deny",
        "back   entry 170: allow ingress tcp 32768-60999 0.0.0.0/0",
        "why    nothing in the document or the stack's file asks for it",
        "near   the same other end: egress tcp 80 54.231.0.0/17 (product-updates)",
    ]


def test_a_prefix_of_many_parts_is_cut_short(ask: Type) -> None:
    """Nobody reads sixty parts; the last line of them says how many are left."""
    lines = ask("egress", "tcp", "0.0.0.0/0", "80").out.splitlines()
    heads = [line for line in lines if line.startswith("from ")]
    assert (len(heads), heads[0]) == (6, "from 0.0.0.0 on: refused")
    assert "and 59 parts more, 25 of them allowed; --json lists all of them" in lines


@pytest.mark.parametrize(
    ("words", "notes"),
    [
        (
            ("ingress", "tcp", "10.42.8.9", "443"),
            [
                "within one subnet no network ACL is crossed, between two the ACLs of both are",
                "a rule for self holds if another gateway of this stack has the address",
            ],
        ),
        (
            ("egress", "tcp", "self", "443"),
            ["within one subnet no network ACL is crossed, between two the ACLs of both are"],
        ),
        (
            ("egress", "udp", "169.254.169.123", "123"),
            ["Amazon's time service: AWS filters it in neither groups nor ACLs"],
        ),
        (
            ("egress", "tcp", "10.42.0.2", "53"),
            ["if it is the VPC's own DNS resolver, neither groups nor ACLs filter it"],
        ),
        (("egress", "tcp", "10.42.16.10", "21"), []),
        (("egress", "tcp", "10.42.7.2", "53"), []),
    ],
)
def test_notes_say_what_no_rule_tells(ask: Type, words: Any, notes: list[str]) -> None:
    """Where groups or ACLs do not stand between two ends, it is said."""
    assert json.loads(ask(*words, "--json").out)["notes"] == notes


# --- JSON --------------------------------------------------------------------------------------


def test_json_holds_the_rule_and_the_entries_as_show_has_them(ask: Type) -> None:
    """A traps' receiver: a rule, an entry there, and nothing that comes back."""
    done = ask("egress", "udp", "10.42.19.4", "162", "--json")
    assert (done.code, json.loads(done.out)) == (
        0,
        {
            "stack": "eu-west-1",
            "allowed": True,
            "security_group": {
                "name": "gateway-rules-eu-west-1",
                "direction": "egress",
                "protocol": "udp",
                "from_port": 162,
                "to_port": 162,
                "peer": "10.42.19.4/32",
                "description": "snmp-alerts (section 3)",
                "services": ["snmp-alerts"],
            },
            "network_acl": {
                "there": [
                    {
                        "direction": "egress",
                        "protocol": "udp",
                        "from_port": 137,
                        "to_port": 162,
                        "prefix": "10.42.16.0/22",
                        "number": 230,
                        "action": "allow",
                        "for": ["request"],
                        "services": ["ntlm-names", "snmp-alerts"],
                    }
                ],
                "back": None,
                "refused": [],
            },
            "services": ["snmp-alerts"],
            "notes": [],
            "nearest": [],
            "cures": [],
        },
    )


def test_json_of_a_refusal_has_no_rule_and_the_cures(ask: Type) -> None:
    """What passes the ACL by its excess is still refused by the group."""
    data = json.loads(ask("egress", "tcp", "10.42.16.10", "2000", "--json").out)
    assert [data[key] for key in ("allowed", "security_group", "services", "cures")] == [
        False,
        None,
        [],
        [
            {
                "why": "the caveat ftp-data-passive (section 3, FTP): in passive mode the gateway "
                "opens the data connection, to a high port",
                "edits": [
                    {
                        "what": "write",
                        "key": "additions",
                        "line": "- {name: ftp-data-passive, direction: egress, protocol: tcp, "
                        "ports: 1024-65535, peers: [ftp_servers]}",
                    }
                ],
                "besides": ["egress tcp 1024-65535 to 10.42.16.10/32 (ftp-data-passive)"],
            },
            {
                "why": "an addition would allow this alone",
                "edits": [
                    {
                        "what": "write",
                        "key": "additions",
                        "line": "- {name: tcp-2000-out, direction: egress, protocol: tcp, "
                        "ports: 2000, peers: [10.42.16.10/32]}",
                    }
                ],
                "besides": [],
            },
        ],
    ]
    assert [entry["number"] for entry in data["network_acl"]["there"]] == [200]


def test_json_names_each_address_of_several(ask: Type) -> None:
    """A prefix is parted where what decides it changes."""
    data = json.loads(ask("ingress", "tcp", "10.42.0.0/23", "22", "--json").out)
    parts = [(part["address"], part["allowed"]) for part in data["addresses"]]
    assert (data["allowed"], parts) == (False, [("10.42.0.0", True), ("10.42.1.0", False)])


# --- Live --------------------------------------------------------------------------------------


def padded(words: tuple[str, ...]) -> tuple[str, str, str, str | None]:
    """Give direction, protocol, address, and the port if there is one."""
    direction, protocol, address, *port = words
    return direction, protocol, address, port[0] if port else None


SMALL = site(
    roles={role: [] for role in shipped().roles} | {"administrators": ["10.42.0.0/24"]},
    services={name: False for name in shipped().by_id if name not in {"ssh", "dns"}},
)


UNUSED = "no interface carries the stack's groups, so they let nothing through yet"


@pytest.fixture
def built() -> Iterator[Deployed]:
    """Build a plan for administrators and DNS on an AWS of its own."""
    with aws() as client:
        yield deploy(plan(shipped(), SMALL), client)


def live(built: Deployed, *words: str) -> dict[str, Any]:
    """Ask what AWS has."""
    found = read_live(built.plan.site, built.stack.location, built.client)
    return explain_live(built.plan, found, parse_question(built.plan, *padded(words))).as_json()


def test_what_aws_has_is_named_by_its_ids(built: Deployed) -> None:
    """A live rule and live entries say which group and which ACL hold them."""
    data = live(built, "ingress", "tcp", "10.42.0.7", "22")
    held = [entry["acl"] for way in ("there", "back") for entry in data["network_acl"][way]]
    assert (data["allowed"], data["security_group"]["name"], {*held}) == (
        True,
        built.group,
        {built.acl},
    )
    assert (data["services"], data["notes"]) == (["ssh"], [UNUSED])


def test_a_live_deny_is_named(built: Deployed) -> None:
    """Who put a deny before an entry of ours is shown the deny, and that the files allow it."""
    entry = next(
        e for e in built.plan.acl.entries if "request" in e.purposes and "ssh" in e.services
    )
    deny = entry_request(entry) | {"RuleNumber": 7, "RuleAction": "deny"}
    built.client.create_network_acl_entry(NetworkAclId=built.acl, **deny)
    data = live(built, "ingress", "tcp", "10.42.0.7", "22")
    there = [(each["number"], each["action"]) for each in data["network_acl"]["there"]]
    assert (data["allowed"], there, data["cures"]) == (False, [(7, "deny")], [])
    assert data["notes"] == [
        UNUSED,
        "the stack's files allow it: gateway-rules verify test lists what AWS lacks",
    ]


def test_what_aws_passes_and_the_files_do_not_is_noted(built: Deployed) -> None:
    """A rule and entries by hand are found, and no service is made up for them."""
    built.client.authorize_security_group_egress(
        GroupId=built.group,
        IpPermissions=[
            {
                "IpProtocol": "udp",
                "FromPort": 514,
                "ToPort": 514,
                "IpRanges": [{"CidrIp": "192.0.2.1/32"}],
            }
        ],
    )
    for egress, first, last in ((True, 514, 514), (False, 32768, 60999)):
        built.client.create_network_acl_entry(
            NetworkAclId=built.acl,
            Egress=egress,
            RuleNumber=9,
            RuleAction="allow",
            Protocol="17",
            CidrBlock="192.0.2.0/24",
            PortRange={"From": first, "To": last},
        )
    data = live(built, "egress", "udp", "192.0.2.1", "514")
    assert (data["allowed"], data["services"], data["notes"]) == (
        True,
        [],
        [UNUSED, "the stack's files do not: gateway-rules verify test lists what AWS has on top"],
    )


def test_another_group_on_the_interface_is_noted(built: Deployed) -> None:
    """Groups add up: what the stack's refuse may pass by a group that somebody put beside it."""
    named = {"GroupName": "other", "Description": "other", "VpcId": built.place.vpc}
    other = built.client.create_security_group(**named)["GroupId"]
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    made = built.client.authorize_security_group_ingress(GroupId=other, IpPermissions=[everything])
    (rule,) = made["SecurityGroupRules"]
    built.client.create_network_interface(
        SubnetId=built.place.subnets[0], Groups=[built.group, other]
    )
    data = live(built, "ingress", "tcp", "192.0.2.1", "22")
    said = f"{rule['SecurityGroupRuleId']} of {other}, another group on the gateways"
    assert (data["allowed"], data["notes"]) == (False, [f"{said}, passes of it as well"])


def test_what_a_prefix_list_holds_is_not_guessed(built: Deployed) -> None:
    """A refusal names each rule that may pass it after all; one for other ports cannot."""
    named = {"PrefixListName": "some", "MaxEntries": 1, "AddressFamily": "IPv4"}
    some = built.client.create_managed_prefix_list(**named)["PrefixList"]["PrefixListId"]
    made = [
        built.client.authorize_security_group_ingress(
            GroupId=built.group,
            IpPermissions=[
                {
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    "PrefixListIds": [{"PrefixListId": some}],
                }
            ],
        )["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        for port in (22, 23)
    ]
    said = f"{made[0]} of {built.group} may pass it: who is in {some} is not looked up"
    assert live(built, "ingress", "tcp", "192.0.2.1", "22")["notes"] == [UNUSED, said]
    assert live(built, "ingress", "tcp", "10.42.0.7", "22")["notes"] == [UNUSED]


def test_live_asks_the_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With --live the command reads AWS, and says so when it cannot."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    words = ("explain", "eu-west-1", "egress", "tcp", "192.0.2.1", "25", "--live")
    done = typist(monkeypatch, capsys)("-C", ROOT, *words)
    assert (done.code, done.out, len(done.err)) == (3, "", 1)
    assert done.err[0].startswith("error: stacks/Pulumi.eu-west-1.yaml:1:1: [aws] ")
