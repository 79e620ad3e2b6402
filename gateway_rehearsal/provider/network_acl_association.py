"""One subnet's network ACL: `aws:ec2/networkAclAssociation:NetworkAclAssociation`."""

from collections.abc import Mapping
from typing import ClassVar

from .acl_associations import association_by_id, default_acl, leave, move_subnet
from .aws import Call
from .faults import ProviderError
from .resource import REGION, Made, Resource
from .schema import Property, ValueKind
from .values import Properties, Value, text


class NetworkAclAssociation(Resource):
    """The association of one subnet with a network ACL; every change makes another one."""

    type_name = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
    title = "network ACL association"
    properties: ClassVar = {
        "networkAclId": Property(ValueKind.TEXT, required=True, replaces=True),
        "region": REGION,
        "subnetId": Property(ValueKind.TEXT, required=True, replaces=True),
    }
    outputs = ("networkAclId", "region", "subnetId")

    def create(self, call: Call, inputs: Properties) -> Made:
        """Take the subnet over, whoever has it; the id is the new association's."""
        subnet_id = text(inputs, "subnetId")
        association_id = move_subnet(call, subnet_id, text(inputs, "networkAclId"))
        if association_id is None:
            raise ProviderError(f"the subnet {subnet_id} has no association with a network ACL")
        return Made(association_id, self.told(call, inputs))

    def read(self, call: Call, resource_id: str, state: Mapping[str, Value]) -> Made | None:  # noqa: ARG002 - the id says it all.
        """Read the association; once someone associates the subnet anew, it is gone."""
        found = association_by_id(call, resource_id)
        if found is None:
            return None
        outputs: Properties = {
            "networkAclId": found["NetworkAclId"],
            "region": call.region,
            "subnetId": found["SubnetId"],
        }
        return Made(resource_id, outputs)

    def delete(self, call: Call, resource_id: str, olds: Properties) -> None:  # noqa: ARG002 - the id says it all.
        """Give the subnet to the VPC's default ACL, unless the association is gone already."""
        found = association_by_id(call, resource_id)
        if found is not None:
            leave(call, resource_id, default_acl(call, found["VpcId"]))
