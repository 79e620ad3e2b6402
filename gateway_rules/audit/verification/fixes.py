"""The commands that mend what a verification finds, ready to paste."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from gateway_rules.audit.live import Interface, LiveRule
from gateway_rules.inputs import QUOTAS, Site
from gateway_rules.planning import DESCRIBED

AWS_SERVICES: Final = ("ec2", "service-quotas")
"""Those of AWS that are asked, as its command line names them."""
_AWS = re.compile(rf"\baws (?P<service>{'|'.join(AWS_SERVICES)})\b")

Endpoints: TypeAlias = Mapping[str, str]
"""Where a service is asked, for those whose endpoint is configured and not AWS's own."""


def up_command(site: Site) -> str:
    """Bring AWS to the plan, whatever Pulumi's state believes."""
    return f"pulumi up --refresh -s {site.stack}"


def take_over_command(site: Site) -> str:
    """Bring subnets back that Pulumi finds in the hands of others, and so leaves to a person."""
    file = f"stacks/Pulumi.{site.stack}.yaml"
    return f"write gateway-rules:take_over: true into {file}; then: {up_command(site)}"


def is_planned(rule: LiveRule) -> bool:
    """Tell whether a rule was made by Pulumi; its description says what one by hand never does."""
    return bool(DESCRIBED.search(rule.description))


def remove_rule_command(site: Site, rule: LiveRule) -> str:
    """Take a rule away: Pulumi one that it made, and by hand one that was made by hand."""
    return up_command(site) if is_planned(rule) else revoke_command(site, rule)


def revoke_command(site: Site, rule: LiveRule) -> str:
    """Take a rule away by hand."""
    call = f"revoke-security-group-{rule.direction}"
    return _aws(site, call, f"--group-id {rule.group} --security-group-rule-ids {rule.id}")


def set_groups_command(site: Site, interface: Interface, groups: Iterable[str]) -> str:
    """Give an interface just these groups; AWS keeps none that is not named."""
    named = " ".join(sorted(groups))
    options = f"--network-interface-id {interface.id} --groups {named}"
    return _aws(site, "modify-network-interface-attribute", options)


def delete_acl_command(site: Site, acl: str) -> str:
    """Delete an ACL that guards no subnet."""
    return _aws(site, "delete-network-acl", f"--network-acl-id {acl}")


def delete_group_command(site: Site, group: str) -> str:
    """Delete a group, which AWS refuses as long as an interface carries it."""
    return _aws(site, "delete-security-group", f"--group-id {group}")


def raise_quota_command(site: Site, name: str, value: int) -> str:
    """Ask AWS for more of what is counted by a quota."""
    return (
        f"aws service-quotas request-service-quota-increase --region {site.region} "
        f"--service-code vpc --quota-code {QUOTAS[name].code} --desired-value {value}"
    )


def joined_commands(commands: Iterable[str]) -> str:
    """Run one command after the other, as long as each does its work."""
    return " && ".join(commands)


def aimed(words: str, endpoints: Endpoints) -> str:
    """Aim the AWS commands in a text at the endpoints that were asked.

    >>> aimed("aws ec2 delete-network-acl", {"ec2": "https://ec2.example.net"})
    'aws --endpoint-url https://ec2.example.net ec2 delete-network-acl'
    >>> aimed("aws ec2 delete-network-acl", {})
    'aws ec2 delete-network-acl'
    """

    def aim(command: re.Match[str]) -> str:
        service = command["service"]
        where = f"--endpoint-url {endpoints[service]} " if service in endpoints else ""
        return f"aws {where}{service}"

    return _AWS.sub(aim, words)


def _aws(site: Site, call: str, options: str) -> str:
    return f"aws ec2 {call} --region {site.region} {options}"
