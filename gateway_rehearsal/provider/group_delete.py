"""The end of a security group, and of what still holds on to it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from .aws import Call, code_of, tolerate

GROUP_GONE: Final = frozenset({"InvalidGroup.NotFound", "InvalidGroupId.NotFound"})
_IN_USE: Final = frozenset({"DependencyViolation", "InvalidGroup.InUse"})
RULE_GONE: Final = frozenset({"InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound"})
_INTERFACE_GONE: Final = frozenset({"InvalidNetworkInterfaceID.NotFound"})


def delete_group(call: Call, group_id: str, *, revoke: bool) -> None:
    """Delete the group; a group that is gone already is all right.

    With `revoke` the rules that name it go first: its own and those of the groups that these name,
    and, when that does not free it, those of every group. Raises ClientError when the group is in
    use for longer than the call's patience.
    """
    _delete_lingering_interfaces(call, group_id)
    if revoke:
        _revoke(call, _related_rules(call, group_id))
        try:
            _delete(call, group_id)
        except ClientError as error:
            if code_of(error) not in _IN_USE:
                raise
            _revoke(call, _naming(_rules(call), group_id))
    _delete(call, group_id)


def _delete(call: Call, group_id: str) -> None:
    call.retry(
        lambda: tolerate(lambda: call.ec2.delete_security_group(GroupId=group_id), GROUP_GONE),
        _IN_USE,
        call.patience.group_delete,
    )


def _delete_lingering_interfaces(call: Call, group_id: str) -> None:
    """Delete the unused interfaces that functions leave behind for a while."""
    found = call.ec2.describe_network_interfaces(
        Filters=[
            {"Name": "group-id", "Values": [group_id]},
            {"Name": "description", "Values": ["AWS Lambda VPC ENI*"]},
        ]
    )
    for interface in found["NetworkInterfaces"]:
        if interface["Status"] == "available":
            _delete_interface(call, interface["NetworkInterfaceId"])


def _delete_interface(call: Call, interface_id: str) -> None:
    tolerate(
        lambda: call.ec2.delete_network_interface(NetworkInterfaceId=interface_id), _INTERFACE_GONE
    )


def _related_rules(call: Call, group_id: str) -> list[Mapping[str, Any]]:
    """Return the group's own rules, and those of the groups they name that name it."""
    own = _rules(call, group_id)
    named = {_named(rule) for rule in own} - {None, group_id}
    return own + [
        rule for other in sorted(map(str, named)) for rule in _naming(_rules(call, other), group_id)
    ]


def _rules(call: Call, group_id: str | None = None) -> list[Mapping[str, Any]]:
    filters = [{"Name": "group-id", "Values": [group_id]}] if group_id else []
    pages = call.ec2.get_paginator("describe_security_group_rules").paginate(Filters=filters)
    return [rule for page in pages for rule in page["SecurityGroupRules"]]


def _naming(rules: Iterable[Mapping[str, Any]], group_id: str) -> list[Mapping[str, Any]]:
    return [rule for rule in rules if _named(rule) == group_id]


def _named(rule: Mapping[str, Any]) -> str | None:
    referenced: Mapping[str, str] = rule.get("ReferencedGroupInfo") or {}
    return referenced.get("GroupId")


def _revoke(call: Call, rules: Iterable[Mapping[str, Any]]) -> None:
    for rule in rules:
        revoke_rule(
            call, rule["GroupId"], rule["SecurityGroupRuleId"], egress=bool(rule["IsEgress"])
        )


def revoke_rule(call: Call, group_id: str, rule_id: str, *, egress: bool) -> None:
    """Revoke one rule by its id; a rule or a group that is gone already is all right."""
    revoke = (
        call.ec2.revoke_security_group_egress if egress else call.ec2.revoke_security_group_ingress
    )
    tolerate(
        lambda: revoke(GroupId=group_id, SecurityGroupRuleIds=[rule_id]), GROUP_GONE | RULE_GONE
    )
