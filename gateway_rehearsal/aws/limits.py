"""The quotas that the local AWS holds its callers to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AccountQuotas:
    """Quotas of one account, as AWS gives them to a new one (Amazon VPC quotas, user guide).

    Rules and entries count a direction and an IP family; entries include the final `*`; ACLs and
    groups include those that AWS makes by itself.
    """

    rules_per_security_group: int = 60
    entries_per_network_acl: int = 20
    security_groups_per_interface: int = 5
    network_acls_per_vpc: int = 200
    security_groups_per_region: int = 2500
