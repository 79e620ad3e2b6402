"""The one pure function in the middle: a catalogue and a site give a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway_rules.errors import Impossible, Problem
from gateway_rules.inputs import Catalogue, Site, find_contradictions
from gateway_rules.packets import DIRECTIONS
from gateway_rules.planning import security_group
from gateway_rules.planning.flows import Flow, NotUsed, not_used, required_flows
from gateway_rules.planning.network_acl import NetworkAcl, network_acl
from gateway_rules.planning.origin import Origin, origin_of, origins
from gateway_rules.planning.security_group import Rule

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

    def origin(self, service: str) -> Origin:
        """Give where one of its services comes from."""
        return origin_of(service, self.catalogue, self.site)


def plan(catalogue: Catalogue, site: Site) -> Plan:
    """Plan a site; the same values give the same plan, whatever order they were written in.

    Raises Impossible with everything that contradicts the catalogue or AWS's quotas.
    """
    if found := tuple(find_contradictions(site, catalogue)):
        raise Impossible(*found)
    return plan_checked(catalogue, site)


def plan_checked(catalogue: Catalogue, site: Site) -> Plan:
    """Plan a site that is known to contradict nothing.

    Raises Impossible with everything that AWS's quotas cannot hold.
    """
    flows = required_flows(catalogue, site)
    groups = _groups(catalogue, site, flows)
    acl = _acl_unless(_over_quota(site, groups), flows, site)
    return Plan(catalogue, site, flows, not_used(catalogue, site), groups, acl)


def _groups(catalogue: Catalogue, site: Site, flows: tuple[Flow, ...]) -> tuple[SecurityGroup, ...]:
    """Give the groups that the site asks for: one, or one a section so that no rule moves.

    A group works only once it is attached to the interfaces. So the first keeps its name
    for good, and with `attach` it keeps every rule until the others are.
    """
    sections = _by_section(catalogue, flows)
    held = {"group": sections["external"] if site.security_groups == "by_section" else flows}
    if site.security_groups != "one":
        held |= {key: sections[key] for key in ("internal", "additions")}
    said = origins(catalogue, site)
    return tuple(
        SecurityGroup(key, _group_name(site, key), security_group.rules(some, said))
        for key, some in held.items()
    )


def _group_name(site: Site, key: str) -> str:
    return f"{PREFIX}-{site.stack}" + ("" if key == "group" else f"-{key}")


def _by_section(catalogue: Catalogue, flows: tuple[Flow, ...]) -> dict[str, tuple[Flow, ...]]:
    """Part the flows; one that several ask for is external before internal before added."""
    parts: dict[str, list[Flow]] = {"external": [], "internal": [], "additions": []}
    for flow in flows:
        services = [catalogue.by_id[s] for s in flow.services if s in catalogue.by_id]
        inside = "internal" if services else "additions"
        parts["external" if any(not s.role for s in services) else inside].append(flow)
    return {key: tuple(some) for key, some in parts.items()}


def _acl_unless(found: list[Problem], flows: tuple[Flow, ...], site: Site) -> NetworkAcl:
    """Give the ACL, unless there are problems; then raise Impossible with its own as well."""
    try:
        acl = network_acl(flows, site)
    except Impossible as error:
        raise Impossible(*found, *error.problems) from None
    if found:
        raise Impossible(*found)
    return acl


def _over_quota(site: Site, groups: tuple[SecurityGroup, ...]) -> list[Problem]:
    found = [problem for group in groups for problem in _too_many_rules(site, group)]
    limit = site.quotas.security_groups_per_interface
    if len(groups) > limit:
        what = f"{len(groups)} groups are asked for and an interface holds {limit}"
        fix = "ask AWS to raise the quota and write it here, or ask for fewer groups"
        path = ("quotas", "security_groups_per_interface")
        found.append(Problem(path, "groups-quota", what, fix))
    return found


def _too_many_rules(site: Site, group: SecurityGroup) -> Iterator[Problem]:
    quota = site.quotas.rules_per_security_group
    one = site.security_groups == "one"
    name = "" if one else f"{group.name}: "
    apart = "part them by section (security_groups), " if one else ""
    for direction in DIRECTIONS:
        for family, count in security_group.rules_used(group.rules, direction).items():
            if count > quota:
                yield Problem(
                    ("quotas", "rules_per_security_group"),
                    "group-quota",
                    f"{name}{direction} {family} needs {count} rules and the quota is {quota}; "
                    f"most of them are for {_largest(group.rules, direction)}",
                    f"{apart}ask AWS to raise the quota and write it here, merge prefixes, "
                    "or leave services out",
                )


def _largest(rules: tuple[Rule, ...], direction: str) -> str:
    """Name the three services with the most rules of a direction."""
    mine = [service for rule in rules if rule.direction == direction for service in rule.services]
    top = sorted(set(mine), key=lambda service: (-mine.count(service), service))[:3]
    return ", ".join(f"{service} ({mine.count(service)})" for service in top)
