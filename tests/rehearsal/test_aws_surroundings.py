"""What surrounds groups and ACLs in the local AWS: interfaces, subnets, VPCs."""

from typing import TYPE_CHECKING

from aws_fixtures import ec2, new_group, new_subnet, new_vpc, proves, refusal, vpc

if TYPE_CHECKING:
    from botocore.client import BaseClient

__all__ = ["ec2", "vpc"]

STRANGE = (
    "InvalidGroup.NotFound",
    "You have specified two resources that belong to different networks.",
)
NOBODY = ("InvalidGroup.NotFound", "The security group 'sg-00000000' does not exist")


def new_interface(ec2: "BaseClient", subnet: str, *groups: str) -> str:
    """Make an interface and return its id."""
    made = ec2.create_network_interface(SubnetId=subnet, Groups=groups)
    interface_id: str = made["NetworkInterface"]["NetworkInterfaceId"]
    return interface_id


@proves("interface-groups")
def test_an_interface_has_groups_of_its_vpc(ec2: "BaseClient", vpc: str) -> None:
    """An interface is refused groups that are not there or are another VPC's."""
    subnet, strange = new_subnet(ec2, vpc), new_group(ec2, new_vpc(ec2))
    interface = new_interface(ec2, subnet, new_group(ec2, vpc))
    for group, refused in ((strange, STRANGE), ("sg-00000000", NOBODY)):
        new = {"SubnetId": subnet, "Groups": [group]}
        assert refusal(ec2.create_network_interface, **new) == refused
        change = {"NetworkInterfaceId": interface, "Groups": [group]}
        assert refusal(ec2.modify_network_interface_attribute, **change) == refused
    found = ec2.describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    assert [i["NetworkInterfaceId"] for i in found["NetworkInterfaces"]] == [interface]


@proves("interface-groups")
def test_an_instance_has_groups_of_its_vpc(ec2: "BaseClient", vpc: str) -> None:
    """An instance is refused groups that are not there or are another VPC's."""
    subnet, strange = new_subnet(ec2, vpc), new_group(ec2, new_vpc(ec2))
    launch = {"ImageId": "ami-00000000", "MinCount": 1, "MaxCount": 1}
    for group, refused in ((strange, STRANGE), ("sg-00000000", NOBODY)):
        one = {"SubnetId": subnet, "SecurityGroupIds": [group]}
        assert refusal(ec2.run_instances, **launch, **one) == refused
        each = {"DeviceIndex": 0, "SubnetId": subnet, "Groups": [group]}
        assert refusal(ec2.run_instances, **launch, NetworkInterfaces=[each]) == refused


def test_the_groups_of_an_interface_change(ec2: "BaseClient", vpc: str) -> None:
    """An interface takes other groups of its VPC."""
    one, two = new_group(ec2, vpc), new_group(ec2, vpc, "two")
    interface = new_interface(ec2, new_subnet(ec2, vpc), one)
    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[two])
    (found,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"]
    assert [group["GroupId"] for group in found["Groups"]] == [two]


def test_a_missing_interface_is_named(ec2: "BaseClient") -> None:
    """A change of an interface that is not there is refused by its id."""
    refused = refusal(
        ec2.modify_network_interface_attribute,
        NetworkInterfaceId="eni-00000000",
        Groups=["sg-00000000"],
    )
    assert refused == (
        "InvalidNetworkInterfaceID.NotFound",
        "The networkInterface ID 'eni-00000000' does not exist",
    )


@proves("subnet-end")
def test_a_subnet_goes_when_it_is_empty(ec2: "BaseClient", vpc: str) -> None:
    """A subnet with an interface stays; one without goes, and so does its association."""
    subnet = new_subnet(ec2, vpc)
    interface = new_interface(ec2, subnet)
    assert refusal(ec2.delete_subnet, SubnetId=subnet) == (
        "DependencyViolation",
        f"The subnet '{subnet}' has dependencies and cannot be deleted.",
    )
    ec2.delete_network_interface(NetworkInterfaceId=interface)
    ec2.delete_subnet(SubnetId=subnet)
    (acl,) = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
    assert acl["Associations"] == []


@proves("vpc-end")
def test_a_vpc_goes_when_only_its_own_is_left(ec2: "BaseClient", vpc: str) -> None:
    """A VPC with a user's group or ACL stays; then it goes with its default ones."""
    refused = (
        "DependencyViolation",
        f"The vpc '{vpc}' has dependencies and cannot be deleted.",
    )
    group = new_group(ec2, vpc)
    assert refusal(ec2.delete_vpc, VpcId=vpc) == refused
    ec2.delete_security_group(GroupId=group)
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    assert refusal(ec2.delete_vpc, VpcId=vpc) == refused
    ec2.delete_network_acl(NetworkAclId=acl)
    ec2.delete_vpc(VpcId=vpc)
    in_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    assert ec2.describe_network_acls(Filters=in_vpc)["NetworkAcls"] == []
    assert ec2.describe_security_groups(Filters=in_vpc)["SecurityGroups"] == []
