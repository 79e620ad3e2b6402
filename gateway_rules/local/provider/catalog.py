"""The resource types that the stand-in knows, and what it says to all others."""

from types import MappingProxyType
from typing import Final

from .faults import ProviderError
from .lookups import LOOK_UPS, LookUp
from .network_acl import NetworkAcl
from .network_acl_association import NetworkAclAssociation
from .resource import Resource
from .security_group import SecurityGroup
from .security_group_rule import SecurityGroupEgressRule, SecurityGroupIngressRule
from .vpc import Subnet, Vpc

_TYPES: Final[tuple[Resource, ...]] = (
    NetworkAcl(),
    NetworkAclAssociation(),
    SecurityGroup(),
    SecurityGroupEgressRule(),
    SecurityGroupIngressRule(),
    Subnet(),
    Vpc(),
)
RESOURCES: Final = MappingProxyType({resource.type_name: resource for resource in _TYPES})


def resource_type(token: str) -> Resource:
    """Return the resource type of the name.

    Raises ProviderError for any other, naming those that there are.
    """
    if token not in RESOURCES:
        raise ProviderError(
            f"the stand-in for aws does not know the resource type {token}, for which the official "
            f"plugin and an AWS account are needed; it knows {', '.join(sorted(RESOURCES))}"
        )
    return RESOURCES[token]


def look_up(token: str) -> LookUp:
    """Return the look-up of the name.

    Raises ProviderError for any other, naming those that there are.
    """
    if token not in LOOK_UPS:
        raise ProviderError(
            f"the stand-in for aws does not know the look-up {token}, for which the official "
            f"plugin and an AWS account are needed; it knows {', '.join(sorted(LOOK_UPS))}"
        )
    return LOOK_UPS[token]
