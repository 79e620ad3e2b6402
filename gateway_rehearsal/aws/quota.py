"""How many rules, entries, groups and ACLs there may be, as Service Quotas tells it as well."""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Final

from moto.servicequotas import urls
from moto.servicequotas.responses import ServiceQuotasResponse

from gateway_rehearsal.aws.backend import Backend
from gateway_rehearsal.aws.entries import AclEntry
from gateway_rehearsal.aws.faults import fault
from gateway_rehearsal.aws.rules import PeerKind, Permission
from gateway_rules.inputs import ACLS, DEFAULT_DENY, ENTRIES, GROUPS, QUOTAS, RULES

# What AWS's own prefix lists weigh (Amazon VPC user guide, AWS-managed prefix lists); others 1.
_WEIGHTS = {"vpc-lattice": 10, "groundstation": 5, "origin-facing": 55}

# The codes by which the API knows the limits (Amazon VPC quotas, user guide).
_CODES: Final = {facts.code: name for name, facts in QUOTAS.items()} | {
    "L-E79EC296": "security_groups_per_region"
}


@dataclass(frozen=True)
class AccountQuotas:
    """Quotas of one account, as AWS gives them to a new one (Amazon VPC quotas, user guide).

    Rules and entries count a direction and an IP family; entries include the final `*`; ACLs and
    groups include those that AWS makes by itself.
    """

    rules_per_security_group: int = RULES.default
    entries_per_network_acl: int = ENTRIES.default
    security_groups_per_interface: int = GROUPS.default
    network_acls_per_vpc: int = ACLS.default
    security_groups_per_region: int = 2500


def check_rule_quota(
    backend: Backend, permissions: Collection[Permission], limits: AccountQuotas
) -> None:
    """Refuse more rules of one direction than the quota, counted a family.

    moto sums the families, stops at 60 whatever the account's quota, and prefix lists cost
    nothing. That a list of one family counts in the other as well is the safe side of what AWS
    leaves open.
    """
    kinds = Counter(permission.kind for permission in permissions)
    lists = [p.peer for p in permissions if p.kind is PeerKind.PREFIX_LIST]
    used = (
        max(kinds[PeerKind.IPV4], kinds[PeerKind.IPV6])
        + kinds[PeerKind.GROUP]
        + sum(_weight(backend, prefix_list_id) for prefix_list_id in lists)
    )
    if used > limits.rules_per_security_group:
        raise fault(
            "RulesPerSecurityGroupLimitExceeded",
            "The maximum number of rules per security group has been reached.",
        )


def _weight(backend: Backend, prefix_list_id: str) -> int:
    """Say what a prefix list counts: its greatest size, not its present one."""
    prefix_list = backend.managed_prefix_lists[prefix_list_id]
    if prefix_list.max_entries is not None:
        return int(prefix_list.max_entries)
    last = prefix_list.prefix_list_name.rpartition(".")[2]
    return _WEIGHTS.get(last, 1)


def check_entry_quota(entries: Iterable[AclEntry], limits: AccountQuotas) -> None:
    """Refuse more entries of one direction and family than the quota, the `*` among them.

    moto has no such quota.
    """
    used = Counter((entry.egress, entry.family) for entry in entries)
    if used and max(used.values()) + DEFAULT_DENY > limits.entries_per_network_acl:
        raise fault(
            "NetworkAclEntryLimitExceeded",
            "The maximum number of network acl entries has been reached.",
        )


def check_acl_quota(backend: Backend, vpc_id: str, limits: AccountQuotas) -> None:
    """Refuse one more ACL in a VPC than the quota; moto has no such quota."""
    held = [acl for acl in backend.network_acls.values() if acl.vpc_id == vpc_id]
    if len(held) >= limits.network_acls_per_vpc:
        raise fault(
            "NetworkAclLimitExceeded", "The maximum number of network ACLs has been reached."
        )


def check_group_quota(backend: Backend, limits: AccountQuotas) -> None:
    """Refuse one more group in a Region than the quota; moto has no such quota."""
    if sum(map(len, backend.groups.values())) >= limits.security_groups_per_region:
        raise fault(
            "SecurityGroupLimitExceeded", "The maximum number of security groups has been reached."
        )


def answer_quotas(limits: AccountQuotas) -> None:
    """Answer with these limits from now on; moto tells AWS's defaults, and of others still does."""

    def get_service_quota(call: ServiceQuotasResponse) -> str:
        """Answer GetServiceQuota."""
        answer: dict[str, dict[str, object]] = json.loads(
            ServiceQuotasResponse.get_service_quota(call)
        )
        quota = answer["Quota"]
        if name := _CODES.get(str(quota["QuotaCode"])):
            quota["Value"] = float(asdict(limits)[name])
        return json.dumps(answer)

    members = {"get_service_quota": get_service_quota}
    response: type = type("StrictServiceQuotasResponse", (ServiceQuotasResponse,), members)
    urls.url_paths["{0}/$"] = response.dispatch  # type: ignore[attr-defined]
