"""The quotas that the local AWS holds its callers to."""

from dataclasses import astuple, dataclass

# How far AWS raises its quotas (Amazon VPC quotas, user guide).
MOST_GROUPS_OF_AN_INTERFACE = 16
MOST_RULES_OF_AN_INTERFACE = 1000
MOST_ENTRIES = 40


@dataclass(frozen=True)
class Limits:
    """Quotas of one account, as AWS gives them to a new one (Amazon VPC quotas, user guide).

    Rules and entries count a direction and an IP family; entries include the final `*`; ACLs and
    groups include those that AWS makes by itself.
    """

    rules_per_security_group: int = 60
    entries_per_network_acl: int = 20
    security_groups_per_interface: int = 5
    network_acls_per_vpc: int = 200
    security_groups_per_region: int = 2500

    def __post_init__(self) -> None:
        """Raise ValueError for quotas that AWS gives to nobody."""
        rules, groups = self.rules_per_security_group, self.security_groups_per_interface
        if min(astuple(self)) < 1:
            raise ValueError("a quota is at least 1")
        if groups > MOST_GROUPS_OF_AN_INTERFACE or rules * groups > MOST_RULES_OF_AN_INTERFACE:
            raise ValueError(
                f"an interface has at most {MOST_GROUPS_OF_AN_INTERFACE} groups, and rules times "
                f"groups are at most {MOST_RULES_OF_AN_INTERFACE}"
            )
        if self.entries_per_network_acl > MOST_ENTRIES:
            raise ValueError(f"a network ACL has at most {MOST_ENTRIES} entries")
