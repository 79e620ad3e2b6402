"""How many rules, entries, groups and ACLs there may be."""

from collections import Counter
from collections.abc import Collection, Iterable

from gateway_rehearsal.aws.backend import Backend
from gateway_rehearsal.aws.entries import AclEntry
from gateway_rehearsal.aws.faults import fault
from gateway_rehearsal.aws.limits import AccountQuotas
from gateway_rehearsal.aws.rules import PeerKind, Permission

# What AWS's own prefix lists weigh (Amazon VPC user guide, AWS-managed prefix lists); others 1.
_WEIGHTS = {"vpc-lattice": 10, "groundstation": 5, "origin-facing": 55}


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
    if used and max(used.values()) + 1 > limits.entries_per_network_acl:
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
