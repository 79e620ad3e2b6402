"""What an account may have in a Region, read with boto3's Service Quotas client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from gateway_rules.inputs import ACLS, ENTRIES, GROUPS, QUOTAS, RULES

_UNTOLD: Final = ("AccessDeniedException", "NoSuchResourceException")
"""The call is not allowed, or this quota has no value of the account's own."""


@dataclass(frozen=True)
class LiveQuotas:
    """Quotas of one account and Region, counted as AWS does (VPC quotas page).

    The defaults are what AWS gives to a new account.
    """

    rules_per_security_group: int = RULES.default
    """Inbound or outbound rules of a group, IPv4 and IPv6 each."""
    security_groups_per_interface: int = GROUPS.default
    """Groups on one network interface; times the rules of a group at most 1000."""
    entries_per_network_acl: int = ENTRIES.default
    """Inbound or outbound entries of an ACL, IPv4 and IPv6 each, the default deny among them."""
    network_acls_per_vpc: int = ACLS.default
    from_defaults: bool = True
    """Whether AWS told none of them, or not all, and its defaults stand in their place."""


def read_quotas(client: Any) -> LiveQuotas:
    """Read the quotas; where AWS does not tell one, its default holds. Raises boto3's errors."""
    told = {name: _quota(facts.code, client) for name, facts in QUOTAS.items()}
    known = {name: value for name, value in told.items() if value is not None}
    return LiveQuotas(**known, from_defaults=len(known) < len(told))


def _quota(code: str, client: Any) -> int | None:
    try:
        answer = client.get_service_quota(ServiceCode="vpc", QuotaCode=code)
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in _UNTOLD:
            return None
        raise
    value = answer["Quota"].get("Value")
    return None if value is None else int(value)
