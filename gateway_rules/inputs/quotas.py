"""AWS's quotas as numbers: what a new account has, and how far AWS raises each.

Source: the VPC user guide, Amazon VPC quotas. What counts against each of them is in
`planning.quota_use`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, NamedTuple, Self

from pydantic import Field, model_validator

from gateway_rules.errors import Refused
from gateway_rules.inputs.fields import Frozen, Number


class QuotaFacts(NamedTuple):
    """What AWS says of one quota."""

    code: str
    """By which Service Quotas tells and raises it."""
    default: int
    """Of a new account."""


MOST_ENTRIES: Final = 40
"""AWS raises the entries of an ACL no further."""
MOST_GROUPS: Final = 16
"""AWS raises the groups on an interface no further."""
MAX_PRODUCT: Final = 1000
"""The most that rules per group times groups per interface may be."""
DEFAULT_DENY: Final = 1
"""Entries of every ACL, in each direction and family, that are AWS's own and count as well."""
RULES: Final = QuotaFacts("L-0EA8095F", 60)
ENTRIES: Final = QuotaFacts("L-2AEEBF1A", 20)
GROUPS: Final = QuotaFacts("L-2AFB9258", 5)
ACLS: Final = QuotaFacts("L-B4A6D682", 200)

QUOTAS: Final[Mapping[str, QuotaFacts]] = MappingProxyType(
    {
        "rules_per_security_group": RULES,
        "entries_per_network_acl": ENTRIES,
        "security_groups_per_interface": GROUPS,
        "network_acls_per_vpc": ACLS,
    }
)
"""Each quota that a deployment may meet, by its name in files."""


class Quotas(Frozen):
    """What AWS allows in this account and Region (VPC quotas page)."""

    rules_per_security_group: Annotated[Number, Field(ge=1, le=MAX_PRODUCT)] = RULES.default
    """Inbound or outbound rules of a group, IPv4 and IPv6 each."""
    entries_per_network_acl: Annotated[Number, Field(ge=2, le=MOST_ENTRIES)] = ENTRIES.default
    """Inbound or outbound entries of an ACL, IPv4 and IPv6 each, the default deny among them."""
    security_groups_per_interface: Annotated[Number, Field(ge=1, le=MOST_GROUPS)] = GROUPS.default
    """Groups on one network interface; times the rules of a group at most 1000."""

    @property
    def budget(self) -> int:
        """Give the entries that an ACL leaves for use."""
        return usable(self.entries_per_network_acl)

    @model_validator(mode="after")
    def _product(self) -> Self:
        product = self.rules_per_security_group * self.security_groups_per_interface
        if product > MAX_PRODUCT:
            fix = f"lower one of the two; AWS refuses more than {MAX_PRODUCT}"
            what = f"rules per group times groups per interface is {product}"
            raise Refused("quota", what, fix)
        return self


def usable(entries: int) -> int:
    """Give what a quota of entries leaves beside the default deny."""
    return entries - DEFAULT_DENY
