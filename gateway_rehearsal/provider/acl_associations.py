"""Which network ACL a subnet has, by what AWS says at the moment."""

from collections.abc import Mapping
from typing import Any, Final

from .aws import Call, tolerate
from .faults import ProviderError

ASSOCIATION_GONE: Final = frozenset({"InvalidAssociationID.NotFound"})
# A local AWS that is bare moto takes a missing ACL for a missing route table.
ACL_GONE: Final = frozenset(
    {"InvalidNetworkAclID.NotFound", "InvalidNetworkAclId.NotFound", "InvalidRouteTableID.NotFound"}
)


def find_acl(call: Call, acl_id: str) -> Any:
    """Return what AWS says of the ACL; None when it is gone."""
    answer = tolerate(lambda: call.ec2.describe_network_acls(NetworkAclIds=[acl_id]), ACL_GONE)
    return answer["NetworkAcls"][0] if answer and answer["NetworkAcls"] else None


def default_acl(call: Call, vpc_id: str) -> str:
    """Return the id of the VPC's default ACL, which every subnet has that is given no other."""
    filters = [{"Name": "default", "Values": ["true"]}, {"Name": "vpc-id", "Values": [vpc_id]}]
    found = call.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
    if not found:
        raise ProviderError(f"the VPC {vpc_id} has no default network ACL")
    return str(found[0]["NetworkAclId"])


def association_of_subnet(call: Call, subnet_id: str) -> Mapping[str, str] | None:
    """Return the subnet's association, one of several that its ACL may have."""
    return _association(call, "association.subnet-id", subnet_id, "SubnetId")


def association_by_id(call: Call, association_id: str) -> Mapping[str, str] | None:
    """Return the association with the id; None when it is no more."""
    return _association(
        call, "association.association-id", association_id, "NetworkAclAssociationId"
    )


def _association(call: Call, name: str, wanted: str, key: str) -> Mapping[str, str] | None:
    filters = [{"Name": name, "Values": [wanted]}]
    for acl in call.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]:
        for association in acl["Associations"]:
            if association[key] == wanted:
                return dict(association) | {"VpcId": acl["VpcId"]}
    return None


def move_subnet(call: Call, subnet_id: str, acl_id: str) -> str | None:
    """Give the subnet the ACL and return the new association's id; None when there is no subnet.

    Whoever had the subnet loses it. An association that someone else replaces meanwhile is looked
    up again.
    """

    def move() -> str | None:
        current = association_of_subnet(call, subnet_id)
        return _replace(call, current["NetworkAclAssociationId"], acl_id) if current else None

    return call.retry(move, ASSOCIATION_GONE, call.patience.propagation)


def leave(call: Call, association_id: str, acl_id: str) -> None:
    """Hand the association's subnet to the ACL, unless someone else took it already."""
    tolerate(lambda: _replace(call, association_id, acl_id), ASSOCIATION_GONE)


def _replace(call: Call, association_id: str, acl_id: str) -> str:
    answer = call.ec2.replace_network_acl_association(
        AssociationId=association_id, NetworkAclId=acl_id
    )
    return str(answer["NewAssociationId"])
