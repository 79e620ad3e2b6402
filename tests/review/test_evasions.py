"""What an author who wants to get past the shipped policy would try, and what stops it."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import pytest
from sites import ROOT, placed, shipped, site

from gateway_rules.inputs.policy import LimitName, Policy
from gateway_rules.planning.fleet import plan_stacks
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.review.limits import breaches
from gateway_rules.review.packet_diff import compare
from gateway_rules.review.states import states
from gateway_rules.review.verdict import LimitResult, judge

TODAY = date(2026, 12, 1)
MAIL: Sequence[Mapping[str, Any]] = (
    {"name": "in", "direction": "ingress", "protocol": "tcp", "ports": 25, "peers": ["0.0.0.0/0"]},
    {"name": "out", "direction": "egress", "protocol": "tcp", "ports": 25, "peers": ["0.0.0.0/0"]},
)
ROLES = {
    **dict.fromkeys(site().roles, ()),
    "administrators": ["10.42.0.0/24"],
    "pmm_users": ["10.0.0.0/8"],
    "peers": ["self", "10.43.8.0/25"],
}
LOCAL = {each.id: False for each in shipped().services if not each.role and not each.anywhere}
SCATTERED = [f"{first}.{first}.16.0/20" for first in range(51, 65)]
SIXTY_FOURS = [f"2a01:{number:x}::/64" for number in range(1, 67)]


@cache
def shipped_plan() -> Plan:
    """Plan a stack as this repository has it."""
    return plan_stacks(ROOT, ["eu-west-1"]).planned["eu-west-1"].plan


@cache
def before() -> Plan:
    """Plan a small stack that mail, its administrators, users and peers reach."""
    return at()


def at(*additions: Mapping[str, Any], **fields: Any) -> Plan:
    """Plan that stack with further additions and other fields."""
    roles = {**ROLES, **fields.pop("roles", {})}
    quotas = {
        "entries_per_network_acl": 40,
        "rules_per_security_group": 200,
        **fields.pop("quotas", {}),
    }
    fields = {"services": LOCAL, "roles": roles, "quotas": quotas, **fields}
    return plan(shipped(), site(additions=(*MAIL, *additions), **fields))


def opened(*peers: str, **fields: Any) -> dict[str, Any]:
    """Give an addition of TCP that opens something to the gateways."""
    said = {"name": "more", "direction": "ingress", "protocol": "tcp", "peers": [*peers]}
    return {**said, **fields}


def everything(*peers: str, **fields: Any) -> dict[str, Any]:
    """Give an addition of every protocol."""
    return opened(*peers, protocol="-1", **fields)


def stopped(old: Plan | None, new: Plan | None) -> set[LimitName]:
    """Name the limits by which the shipped policy stops a change of one stack."""
    policy = Policy()
    sides = [placed(each) if each else None for each in (old, new)]
    diff = compare("test", sides[0], sides[1])
    found = [*map(LimitResult, breaches(policy.limits, diff, old, new))]
    found += states(policy, "test", old, new)
    return {breach.limit for breach in judge(policy, policy, found, TODAY).breaches}


PUBLIC: set[LimitName] = {"public-sources"}
PORTS: set[LimitName] = {"public-sources", "ports-per-peer"}
EVASIONS: dict[str, tuple[Sequence[Mapping[str, Any]], dict[str, Any], set[LimitName]]] = {
    "ports around the administrative ones, from a public /16": (
        [opened("51.1.0.0/16", ports=["1-21", "23-442", "444-65535"])],
        {},
        PORTS,
    ),
    "the same, split over rules": (
        [
            opened("51.1.0.0/16", name=f"p{n}", ports=ports)
            for n, ports in enumerate(("1-21", "23-442", "444-9000", "9001-65535"))
        ],
        {},
        PORTS,
    ),
    "the same, split over rules and halves": (
        [
            opened(f"51.1.{half}.0/17", name=f"p{n}-{half}", ports=ports)
            for n, ports in enumerate(("1-21", "23-442", "444-65535"))
            for half in (0, 128)
        ],
        {},
        PORTS,
    ),
    "all of TCP from a public /20": ([opened("51.1.16.0/20", ports="1-65535")], {}, PORTS),
    "all of UDP from a public /20": (
        [opened("51.1.16.0/20", protocol="udp", ports="1-65535")],
        {},
        PORTS,
    ),
    "all of TCP from one public address": (
        [opened("51.1.16.1/32", ports="1-65535")],
        {},
        {"ports-per-peer"},
    ),
    "every protocol from a public /24": ([everything("51.1.16.0/24")], {}, PORTS),
    "every protocol from a private /24": ([everything("10.99.0.0/24")], {}, {"ports-per-peer"}),
    "every protocol from an IPv6 /64": ([everything("2a01:1::/64")], {}, {"ports-per-peer"}),
    "every protocol to a public /24": (
        [everything("51.1.16.0/24", direction="egress")],
        {},
        {"ports-per-peer"},
    ),
    "half of TCP, and half of UDP": (
        [
            opened("51.1.16.1/32", name="one", ports="20000-20040"),
            opened("51.1.16.0/31", name="two", protocol="udp", ports="20000-20040"),
        ],
        {},
        {"ports-per-peer"},
    ),
    "SSH from fourteen scattered public /20s": (
        [],
        {"roles": {"administrators": SCATTERED}},
        {"administrative-sources", "public-sources"},
    ),
    "SSH from as many, one an addition": (
        [opened(peer, name=f"s{n}", ports=22) for n, peer in enumerate(SCATTERED)],
        {},
        {"administrative-sources", "public-sources"},
    ),
    "SSH from fourteen scattered private /20s": (
        [],
        {"roles": {"administrators": [f"10.{n}.16.0/20" for n in range(14)]}},
        {"administrative-sources"},
    ),
    "SSH from one half, the management UI from the other": (
        [
            opened(*SCATTERED[:7], name="one", ports=22),
            opened(*SCATTERED[7:], name="two", ports=443),
        ],
        {},
        {"administrative-sources", "public-sources"},
    ),
    "SSH from scattered networks of IPv6": (
        [opened(*SIXTY_FOURS, ports=22)],
        {},
        PUBLIC,
    ),
    "SSH from a few of each family": (
        [opened(*SIXTY_FOURS[:40], "51.1.16.0/27", ports=22)],
        {},
        PUBLIC,
    ),
    "RDP from a public /16": ([opened("51.1.0.0/16", ports=3389)], {}, PUBLIC),
    "RDP over UDP from a public /16": (
        [opened("51.1.0.0/16", protocol="udp", ports=3389)],
        {},
        PUBLIC,
    ),
    "RDP from an IPv6 /32": ([opened("2a01:1::/32", ports=3389)], {}, PUBLIC),
    "the user UI from a public /16": ([], {"roles": {"pmm_users": ["51.1.0.0/16"]}}, PUBLIC),
    "the user UI by an addition": ([opened("51.1.0.0/16", ports=80)], {}, PUBLIC),
    "a database inside a range": ([opened("51.1.0.0/24", ports="3300-3310")], {}, PUBLIC),
    "high-risk ports, each from somebody else": (
        [
            opened(f"51.1.{n}.0/28", name=f"s{n}", ports=port)
            for n, port in enumerate((21, 23, 445, 3306, 3389, 5432))
        ],
        {},
        PUBLIC,
    ),
    "a port that nobody lists, from two public /16s": (
        [opened("51.1.0.0/16", "52.1.0.0/16", ports=8443)],
        {},
        {"other-sources"},
    ),
    "halves of the internet": (
        [opened("0.0.0.0/1", name="a", ports=3389), opened("128.0.0.0/1", name="b", ports=3389)],
        {},
        PUBLIC,
    ),
    "replies to every port": (
        [],
        {"ephemeral_ports": {"gateway": "1-65535", "clients": "1-65535"}},
        {"ephemeral-ports", "acl-sources"},
    ),
    "replies to every port of the gateways": (
        [],
        {"ephemeral_ports": {"gateway": "1-65535"}},
        {"ephemeral-ports", "acl-sources"},
    ),
    "replies to every port of the clients": (
        [],
        {"ephemeral_ports": {"clients": "1-65535"}},
        {"ephemeral-ports"},
    ),
    "replies to the databases' ports": (
        [],
        {"ephemeral_ports": {"gateway": "1024-65535"}},
        {"acl-sources"},
    ),
    "half of the internet as the gateways' networks": (
        [],
        {"networks": ["0.0.0.0/1"]},
        {"networks"},
    ),
    "as much in smaller pieces": (
        [],
        {"networks": [f"{first}.0.0.0/16" for first in range(60, 70)]},
        {"networks"},
    ),
    "networks of IPv6": ([], {"networks": ["10.42.8.0/26", "2a01:1::/32"]}, {"networks"}),
}


@pytest.mark.parametrize("name", EVASIONS)
def test_what_gets_around_a_single_rule_is_stopped_all_the_same(name: str) -> None:
    """Whoever gets through in the end counts, however that is written."""
    additions, fields, limits = EVASIONS[name]
    assert limits <= stopped(before(), at(*additions, **fields))


def test_a_smaller_quota_is_no_way_to_a_wider_acl() -> None:
    """With half the entries the ACL of a shipped stack passes 150 times as much for nothing."""
    old = shipped_plan()
    quotas = old.site.quotas.model_copy(update={"entries_per_network_acl": 9})
    new = plan(old.catalogue, old.site.model_copy(update={"quotas": quotas}))
    assert stopped(old, new) == {"acl-excess"}


@pytest.mark.parametrize("name", EVASIONS)
def test_a_new_stack_is_no_way_around(name: str) -> None:
    """What stops a change of a stack stops one that begins so."""
    additions, fields, limits = EVASIONS[name]
    assert limits <= stopped(None, at(*additions, **fields))
