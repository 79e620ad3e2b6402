"""What a gateway's Pulumi resources are called: by their content, within its own name.

A module of its own, as the program makes these names and the repair recognises them.
"""

from __future__ import annotations

from typing import Final

from gateway_rules.audit import LiveRule
from gateway_rules.packets import Direction
from gateway_rules.planning import Rule, SecurityGroup, rule_content

GATEWAY: Final = "gateway-rules:index:Gateway"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
ACL: Final = "aws:ec2/networkAcl:NetworkAcl"
RULES: Final[dict[Direction, str]] = {
    "egress": "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "ingress": "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
}
"""The types, under the names that Pulumi's state has for them."""


def group(gateway: str, key: str) -> str:
    """Name a security group."""
    return f"{gateway}-{key}"


def rule(gateway: str, key: str, rule: Rule | LiveRule) -> str:
    """Name a rule of the group with that key, a live one as if it were planned."""
    return f"{group(gateway, key)}-{rule_content(rule).name}"


def acl(gateway: str) -> str:
    """Name the network ACL."""
    return f"{gateway}-acl"


def planned(gateway: str, groups: tuple[SecurityGroup, ...]) -> frozenset[str]:
    """Name everything that a plan with these groups makes."""
    rules = (rule(gateway, each.key, one) for each in groups for one in each.rules)
    return frozenset({acl(gateway), *(group(gateway, each.key) for each in groups), *rules})
