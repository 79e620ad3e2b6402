"""Security-group rules: authorize, revoke, modify, describe.

Each call is answered or refused as a whole. moto makes the rules of a call one permission at a
time, so that a call that fails half way leaves rules behind.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from moto.ec2.utils import random_security_group_rule_id

from gateway_rehearsal.aws.backend import Answer, Backend, Group, Request
from gateway_rehearsal.aws.faults import fault, invalid, missing, no_rule
from gateway_rehearsal.aws.filters import Reader, page, select
from gateway_rehearsal.aws.groups import all_groups, check_peer, find_group
from gateway_rehearsal.aws.quota import AccountQuotas, check_rule_quota
from gateway_rehearsal.aws.rules import (
    GroupRule,
    PeerKind,
    Permission,
    check_description,
    duplicate,
    make_permission,
    read_permissions,
)
from gateway_rehearsal.aws.tags import tags_for, tags_of

_FILTERS: dict[str, Reader] = {
    "group-id": lambda rule: [rule["GroupId"]],
    "security-group-rule-id": lambda rule: [rule["SecurityGroupRuleId"]],
}


def authorize(backend: Backend, request: Request, limits: AccountQuotas, *, egress: bool) -> Answer:
    """Add every rule of the request or none, and answer with all of them.

    moto answers with the rules of the last permission only.
    """
    group = find_group(backend, request)
    wanted = list(read_permissions(request))
    _refuse_repeats([permission for permission, _ in wanted])
    for permission, _ in wanted:
        check_peer(backend, group, permission)
    rules = [GroupRule(random_security_group_rule_id(), *pair) for pair in wanted]
    after = [*_rules(group, egress=egress), *rules]
    _check(backend, after, limits)
    backend.create_tags([rule.id for rule in rules], tags_for("security-group-rule", request))
    _keep(group, after, egress=egress)
    shown = [show_rule(backend, group, rule, egress=egress) for rule in rules]
    return {"Return": True, "SecurityGroupRules": shown}


def revoke(backend: Backend, request: Request, limits: AccountQuotas, *, egress: bool) -> Answer:
    """Take away every rule that the request names, by id or by permission, or none.

    Raises InvalidSecurityGroupRuleId.NotFound for an id (moto: InvalidPermission.NotFound) and
    InvalidPermission.NotFound for a permission, in a default VPC as well, where AWS only says so
    in its answer.
    """
    del limits
    group = find_group(backend, request)
    gone = list(_named_rules(group, request, egress=egress))
    shown = [show_rule(backend, group, rule, egress=egress) for rule in gone]
    _keep(group, [r for r in _rules(group, egress=egress) if r not in gone], egress=egress)
    for rule in gone:
        backend.tags.pop(rule.id, None)
    return {"Return": True, "RevokedSecurityGroupRules": shown}


def _named_rules(group: Group, request: Request, *, egress: bool) -> Iterator[GroupRule]:
    """Yield the rules that a request names by id or by permission."""
    by_id = {rule.id: rule for rule in _rules(group, egress=egress)}
    by_permission = {rule.permission: rule for rule in by_id.values()}
    ids = request.get("SecurityGroupRuleIds", [])
    for rule_id in ids:
        if rule_id not in by_id:
            raise no_rule(rule_id)
        yield by_id[rule_id]
    for permission, _ in () if ids else read_permissions(request):
        if permission not in by_permission:
            raise fault(
                "InvalidPermission.NotFound",
                "The specified rule does not exist in this security group",
            )
        yield by_permission[permission]


def modify(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Rewrite whole rules, by id, all of them or none; a description not given is cleared.

    Raises InvalidParameterValue when a rule's kind of peer would change, and
    InvalidPermission.Duplicate when two rules would become one. moto changes IPv4 CIDRs and ports
    only, answers that all is well for the rest, and lets two rules become the same.
    """
    group = find_group(backend, request)
    given = request.get("SecurityGroupRules")
    if not given:
        raise missing("The request must contain the parameter SecurityGroupRules")
    # One without a rule names no peer, which is refused as such.
    changes = {each["SecurityGroupRuleId"]: each.get("SecurityGroupRule", {}) for each in given}
    unknown = changes.keys() - {rule.id for rule in (*group.ingress_rules, *group.egress_rules)}
    if unknown:
        raise no_rule(min(unknown))
    after = {
        egress: [_rewritten(backend, group, rule, changes.get(rule.id)) for rule in rules]
        for egress, rules in ((False, group.ingress_rules), (True, group.egress_rules))
    }
    for rules in after.values():
        _check(backend, rules, limits)
    for egress, rules in after.items():
        _keep(group, rules, egress=egress)
    return {"Return": True}


def _rewritten(
    backend: Backend, group: Group, rule: GroupRule, change: Request | None
) -> GroupRule:
    """Make the rule that a change asks for; without one it stays as it is."""
    if change is None:
        return rule
    kinds = [kind for kind in PeerKind if kind in change]
    if len(kinds) != 1:
        raise _not_one_peer(kinds)
    (kind,) = kinds
    if kind is not rule.permission.kind:
        raise invalid(
            f"Invalid rule type for security group rule '{rule.id}'. "
            f"You may not specify {kind} for an existing {rule.permission.kind} rule."
        )
    permission = make_permission(change, kind, change[kind])
    check_peer(backend, group, permission)
    return GroupRule(rule.id, permission, check_description(kind, change.get("Description")))


def _not_one_peer(kinds: list[PeerKind]) -> Exception:
    """Make the error for a change that names no peer, or several."""
    names = "cidrIp, cidrIpv6, prefixListId, or referencedGroupId"
    if kinds:
        return fault("InvalidParameterCombination", f"Only one of {names} can be specified")
    return missing(f"The request must contain exactly one of: {names}")


def describe_again(
    backend: Backend, request: Request, limits: AccountQuotas, *, egress: bool
) -> Answer:
    """Give rules another description, or none, by id or by permission; all of them or none.

    moto passes over what it does not find.
    """
    del limits
    group = find_group(backend, request)
    given = request.get("SecurityGroupRuleDescriptions")
    if given:
        if not all("SecurityGroupRuleId" in each for each in given):
            raise missing("The request must contain the parameter SecurityGroupRuleId")
        ids = [each["SecurityGroupRuleId"] for each in given]
        named = list(_named_rules(group, {"SecurityGroupRuleIds": ids}, egress=egress))
        texts = [
            check_description(rule.permission.kind, each.get("Description"))
            for rule, each in zip(named, given, strict=True)
        ]
    else:
        named = list(_named_rules(group, request, egress=egress))
        texts = [description for _, description in read_permissions(request)]
    new = {rule.id: text for rule, text in zip(named, texts, strict=True)}
    after = [
        replace(rule, description=new.get(rule.id, rule.description))
        for rule in _rules(group, egress=egress)
    ]
    _keep(group, after, egress=egress)
    return {"Return": True}


def describe_rules(backend: Backend, request: Request, limits: AccountQuotas) -> Answer:
    """Answer with the rules that the request asks for, descriptions of every kind included."""
    del limits
    shown = [
        show_rule(backend, group, rule, egress=egress)
        for group in all_groups(backend)
        for egress in (False, True)
        for rule in _rules(group, egress=egress)
    ]
    ids = request.get("SecurityGroupRuleIds", [])
    for rule_id in ids:
        if not any(rule["SecurityGroupRuleId"] == rule_id for rule in shown):
            raise no_rule(rule_id)
    asked = [rule for rule in shown if not ids or rule["SecurityGroupRuleId"] in ids]
    return page("SecurityGroupRules", select(asked, request, _FILTERS), request)


def show_rule(backend: Backend, group: Group, rule: GroupRule, *, egress: bool) -> Answer:
    """Show a rule as EC2 does; ports that there are none of are -1 here."""
    permission = rule.permission
    return {
        "SecurityGroupRuleId": rule.id,
        "SecurityGroupRuleArn": (
            f"arn:{backend.partition}:ec2:{backend.region_name}:{backend.account_id}"
            f":security-group-rule/{rule.id}"
        ),
        "GroupId": group.id,
        "GroupOwnerId": group.owner_id,
        "IsEgress": egress,
        "IpProtocol": permission.protocol,
        "FromPort": -1 if permission.from_port is None else permission.from_port,
        "ToPort": -1 if permission.to_port is None else permission.to_port,
        **_show_peer(group, permission),
        "Description": rule.description,
        "Tags": tags_of(backend, rule.id),
    }


def _show_peer(group: Group, permission: Permission) -> Answer:
    """Show the peer of a rule under the name of its kind."""
    if permission.kind is PeerKind.GROUP:
        return {"ReferencedGroupInfo": {"GroupId": permission.peer, "UserId": group.owner_id}}
    return {permission.kind: permission.peer}


def _rules(group: Group, *, egress: bool) -> list[GroupRule]:
    """List a group's rules of one direction."""
    return group.egress_rules if egress else group.ingress_rules


def _keep(group: Group, rules: list[GroupRule], *, egress: bool) -> None:
    """Put rules in place of a group's rules of one direction."""
    if egress:
        group.egress_rules = rules
    else:
        group.ingress_rules = rules


def _check(backend: Backend, rules: list[GroupRule], limits: AccountQuotas) -> None:
    """Refuse rules of one direction that repeat one another or are too many."""
    seen: set[Permission] = set()
    for rule in rules:
        if rule.permission in seen:
            raise duplicate(rule.permission)
        seen.add(rule.permission)
    check_rule_quota(backend, seen, limits)


def _refuse_repeats(permissions: Iterable[Permission]) -> None:
    """Refuse a call that names one permission twice; moto makes the first and then stops."""
    listed = list(permissions)
    if len(set(listed)) < len(listed):
        raise invalid("The same permission must not appear multiple times")
