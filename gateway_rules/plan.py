"""The one pure function in the middle: a catalogue and a site give a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway_rules import security_group
from gateway_rules.catalogue import Catalogue
from gateway_rules.complaints import complaints
from gateway_rules.errors import Complaint, Impossible
from gateway_rules.flows import Flow, NotUsed, not_used, required_flows
from gateway_rules.hosts import looked_up
from gateway_rules.network_acl import NetworkAcl, network_acl
from gateway_rules.protocols import DIRECTIONS
from gateway_rules.security_group import Rule
from gateway_rules.site import Site

PREFIX: Final = "gateway-rules"


@dataclass(frozen=True)
class SecurityGroup:
    """A group of rules: its part of the resources' names, its name in AWS, its rules."""

    key: str
    name: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Plan:
    """Everything that a stack's files ask for; made of values, so equal plans are equal."""

    catalogue: Catalogue
    site: Site
    flows: tuple[Flow, ...]
    not_used: tuple[NotUsed, ...]
    groups: tuple[SecurityGroup, ...]
    acl: NetworkAcl


def plan(catalogue: Catalogue, site: Site) -> Plan:
    """Plan a site; the same values give the same plan, whatever order they were written in.

    Raises Impossible with everything that contradicts the catalogue or AWS's quotas.
    """
    if found := tuple(complaints(site, catalogue)):
        raise Impossible(*found)
    flows = required_flows(catalogue, site)
    rules = security_group.rules(flows, origins(catalogue, site))
    acl = _acl_unless(_over_quota(site, rules), flows, site)
    group = SecurityGroup("group", f"{PREFIX}-{site.stack}", rules)
    unused = not_used(catalogue, site)
    return Plan(catalogue, site, flows, unused, (group,), acl)


def origins(catalogue: Catalogue, site: Site) -> dict[str, str]:
    """Say for each service and addition where it comes from, in a rule's characters."""
    seen = looked_up(site, catalogue).keys()
    services = {
        each.id: f"section {each.section}{', resolved' if seen & each.host_names else ''}"
        for each in catalogue.services
    }
    return services | {addition.name: "addition" for addition in site.additions}


def _acl_unless(found: list[Complaint], flows: tuple[Flow, ...], site: Site) -> NetworkAcl:
    """Give the ACL, unless there are complaints; then raise Impossible with its own as well."""
    try:
        acl = network_acl(flows, site)
    except Impossible as error:
        raise Impossible(*found, *error.complaints) from None
    if found:
        raise Impossible(*found)
    return acl


def _over_quota(site: Site, rules: tuple[Rule, ...]) -> list[Complaint]:
    quota = site.quotas.rules_per_security_group
    counts = [
        (direction, family, count)
        for direction in DIRECTIONS
        for family, count in security_group.used(rules, direction).items()
    ]
    return [
        Complaint(
            ("quotas", "rules_per_security_group"),
            "group-quota",
            f"{direction} {family} needs {count} rules and the quota is {quota}; "
            f"most of them are for {_largest(rules, direction)}",
            "ask AWS to raise the quota and write it here, merge prefixes, or leave services out",
        )
        for direction, family, count in counts
        if count > quota
    ]


def _largest(rules: tuple[Rule, ...], direction: str) -> str:
    """Name the three services with the most rules of a direction."""
    mine = [service for rule in rules if rule.direction == direction for service in rule.services]
    top = sorted(set(mine), key=lambda service: (-mine.count(service), service))[:3]
    return ", ".join(f"{service} ({mine.count(service)})" for service in top)
