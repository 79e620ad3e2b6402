"""The resource types that the stand-in knows, and what it says to all others."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from .faults import ProviderError
from .lookups import LOOK_UPS, LookUp
from .network_acl import NetworkAclResource
from .network_acl_association import NetworkAclAssociation
from .resource import Resource
from .security_group import SecurityGroupResource
from .security_group_rule import SecurityGroupEgressRule, SecurityGroupIngressRule
from .vpc import Subnet, Vpc

T = TypeVar("T")

_TYPES: Final[tuple[Resource, ...]] = (
    NetworkAclResource(),
    NetworkAclAssociation(),
    SecurityGroupResource(),
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
    return _known("resource type", RESOURCES, token)


def look_up(token: str) -> LookUp:
    """Return the look-up of the name.

    Raises ProviderError for any other, naming those that there are.
    """
    return _known("look-up", LOOK_UPS, token)


def _known(kind: str, there: Mapping[str, T], token: str) -> T:
    """Return what goes by the name."""
    if token not in there:
        raise ProviderError(
            f"the stand-in for aws does not know the {kind} {token}, for which the official "
            f"plugin and an AWS account are needed; it knows {', '.join(sorted(there))}"
        )
    return there[token]
