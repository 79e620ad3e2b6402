"""A plan as Pulumi resources, for this project's program and for anybody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from gateway_rules.audit import STACK_TAG
from gateway_rules.deploy import resource_names
from gateway_rules.errors import Impossible
from gateway_rules.inputs import Catalogue, Site, read_catalogue
from gateway_rules.packets import DIRECTIONS, ICMP, NUMBERS, Prefix
from gateway_rules.planning import Entry, Plan, Rule, SecurityGroup
from gateway_rules.planning import plan as make_plan

_RULES: Final = {
    "egress": aws.vpc.SecurityGroupEgressRule,
    "ingress": aws.vpc.SecurityGroupIngressRule,
}


class Gateway(pulumi.ComponentResource):
    """The security group, its rules and the network ACL of one site's mail gateways.

    `vpc_id` and `subnet_ids` may be outputs of other resources. Attach the groups of
    `group_ids` to every gateway's interface; the ACL takes the subnets over itself.
    It takes a site, or the `plan` of one where that is made already. Raises pulumi.RunError,
    with a line for each fault, before it registers a resource, and TypeError when it is given
    neither or both.

    The groups are protected unless the site says `protect=False`: a replaced group
    would lose its interfaces. The ACL is not, because protection blocks its
    replacement, and it never changes in place: an entry that is deleted and made
    again leaves a gap (see docs of `replace_on_changes`).
    """

    plan: Plan
    group_ids: pulumi.Output[Sequence[str]]
    network_acl_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        vpc_id: pulumi.Input[str],
        subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]],
        site: Site | None = None,
        catalogue: Catalogue | None = None,
        plan: Plan | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if site and not plan:
            plan = _planned(catalogue or read_catalogue(), site)
        elif not plan or site or catalogue:
            raise TypeError("Gateway takes a site, with or without its catalogue, or a plan alone")
        self.plan = plan
        super().__init__(resource_names.GATEWAY, name, {}, opts)
        groups = [self._group(name, group, vpc_id) for group in self.plan.groups]
        acl = self._acl(name, vpc_id, subnet_ids)
        self.group_ids = pulumi.Output.all(*(group.id for group in groups))
        self.network_acl_id = acl.id
        self.register_outputs(self.outputs)

    @property
    def outputs(self) -> dict[str, Any]:
        """What a stack exports: ids for the gateway's interfaces, and counts for people."""
        budgets = self.plan.acl.budgets
        return {
            "catalogue_issue": self.plan.catalogue.issue,
            "security_group_ids": self.group_ids,
            "network_acl_id": self.network_acl_id,
            "counts": {
                "rules": sum(len(group.rules) for group in self.plan.groups),
                "entries": len(self.plan.acl.entries),
            },
            "budget": {
                f"{direction} {family}": f"{budget.used} of {budget.budget}"
                for (direction, family), budget in budgets.items()
            },
            # As text, because JSON readers lose digits of such large numbers.
            "excess": {
                f"{direction} {family}": str(budget.excess)
                for (direction, family), budget in budgets.items()
            },
        }

    def _group(
        self, name: str, group: SecurityGroup, vpc_id: pulumi.Input[str]
    ) -> aws.ec2.SecurityGroup:
        site = self.plan.site
        resource = aws.ec2.SecurityGroup(
            resource_names.group(name, group.key),
            name=group.name,
            description=f"Mail gateways of {site.stack}",
            vpc_id=vpc_id,
            tags=_tags(site, group.name),
            opts=pulumi.ResourceOptions(parent=self, protect=site.protect),
        )
        for rule in group.rules:
            self._rule(resource_names.rule(name, group.key, rule), rule, resource.id)
        return resource

    def _rule(self, name: str, rule: Rule, group_id: pulumi.Output[str]) -> None:
        everything = rule.protocol == "-1"
        _RULES[rule.direction](
            name,
            security_group_id=group_id,
            ip_protocol=rule.protocol,
            from_port=None if everything else rule.from_port,
            to_port=None if everything else rule.to_port,
            description=rule.description,
            **_source(rule, group_id),
            # Not a child of the group, from which it would inherit the protection.
            opts=pulumi.ResourceOptions(parent=self, protect=False),
        )

    def _acl(
        self,
        name: str,
        vpc_id: pulumi.Input[str],
        subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]],
    ) -> aws.ec2.NetworkAcl:
        site = self.plan.site
        entries = {d: [e for e in self.plan.acl.entries if e.direction == d] for d in DIRECTIONS}
        return aws.ec2.NetworkAcl(
            resource_names.acl(name),
            vpc_id=vpc_id,
            subnet_ids=subnet_ids,
            **{direction: [*map(_inline, some)] for direction, some in entries.items()},
            tags=_tags(site, f"gateway-rules-{site.stack}"),
            opts=pulumi.ResourceOptions(
                parent=self, protect=False, replace_on_changes=[*DIRECTIONS]
            ),
        )


def _planned(catalogue: Catalogue, site: Site) -> Plan:
    try:
        return make_plan(catalogue, site)
    except Impossible as error:
        for problem in error.problems:
            where = ".".join(map(str, problem.path))
            said = f"[{problem.rule}] {problem.message}; {problem.fix}"
            pulumi.log.error(f"error: site {site.stack}: {where}: {said}")
        raise pulumi.RunError(f"the site {site.stack} cannot be planned") from None


def _tags(site: Site, name: str) -> Mapping[str, str]:
    return {"Name": name, STACK_TAG: site.stack}


def _source(rule: Rule, group_id: pulumi.Output[str]) -> dict[str, pulumi.Input[str]]:
    if not isinstance(rule.peer, Prefix):
        return {"referenced_security_group_id": group_id}
    return {f"cidr_ipv{rule.peer.version}": str(rule.peer)}


def _inline(entry: Entry) -> dict[str, str | int]:
    """Write an entry as the provider reads it back; any other form would swap the ACL each time."""
    icmp = entry.protocol in ICMP
    bare = icmp or entry.protocol == "-1"
    block = {4: "cidr_block", 6: "ipv6_cidr_block"}[entry.prefix.version]
    return {
        "rule_no": entry.number,
        "action": entry.action,
        "protocol": NUMBERS[entry.protocol],
        "from_port": 0 if bare else entry.from_port,
        "to_port": 0 if bare else entry.to_port,
        block: str(entry.prefix),
        **({"icmp_type": entry.from_port, "icmp_code": entry.to_port} if icmp else {}),
    }
