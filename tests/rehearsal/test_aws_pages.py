"""Pages and filters of the Describe calls, those too that moto answers."""

from typing import TYPE_CHECKING, Any

import pytest
from aws_fixtures import ec2, new_group, new_subnet, new_vpc, proves, refusal, unchecked, vpc

if TYPE_CHECKING:
    from botocore.client import BaseClient

__all__ = ["ec2", "vpc"]

CALLS = {
    "describe_network_acls": "NetworkAcls",
    "describe_network_interfaces": "NetworkInterfaces",
    "describe_security_groups": "SecurityGroups",
    "describe_subnets": "Subnets",
    "describe_vpcs": "Vpcs",
}


def six_of_each(ec2: "BaseClient", vpc: str) -> dict[str, list[dict[str, Any]]]:
    """Make six of what each call tells, and give the filters that find them."""
    tagged = [{"Key": "paged", "Value": "yes"}]
    ec2.create_tags(Resources=[vpc, *(new_vpc(ec2) for _ in range(5))], Tags=tagged)
    for number in range(6):
        subnet = new_subnet(ec2, vpc, f"10.42.{number}.0/24")
        ec2.create_network_interface(SubnetId=subnet)
    for number in range(5):
        new_group(ec2, vpc, f"mail-{number}")
        ec2.create_network_acl(VpcId=vpc)
    within = [{"Name": "vpc-id", "Values": [vpc]}]
    by_tag = [{"Name": "tag-key", "Values": ["paged"]}]
    return {**dict.fromkeys(CALLS, within), "describe_vpcs": by_tag}


@proves("pages")
def test_everything_comes_in_pages(ec2: "BaseClient", vpc: str) -> None:
    """Six things make two pages of five at most, which hold what one answer holds, in its order."""
    for call, filters in six_of_each(ec2, vpc).items():
        whole = getattr(ec2, call)(Filters=filters)[CALLS[call]]
        size = {"PageSize": 5}
        asked = ec2.get_paginator(call).paginate(Filters=filters, PaginationConfig=size)
        pages = [page[CALLS[call]] for page in asked]
        assert [len(page) for page in pages] == [5, 1]
        assert [one for page in pages for one in page] == whole


@proves("pages")
@pytest.mark.parametrize("size", [4, 1001])
def test_a_page_has_five_to_a_thousand(ec2: "BaseClient", size: int) -> None:
    """Another size is refused, by AWS where boto3 does not do it first."""
    for call in CALLS:
        assert refusal(getattr(unchecked(ec2), call), MaxResults=size) == (
            "InvalidParameterValue",
            (
                f"Value ( {size} ) for parameter maxResults is invalid. "
                "Expecting a value between 5 and 1000."
            ),
        )


@proves("pages-ids")
def test_interfaces_by_id_do_not_come_in_pages(ec2: "BaseClient", vpc: str) -> None:
    """Ids and a size of pages do not go together."""
    made = ec2.create_network_interface(SubnetId=new_subnet(ec2, vpc))
    ids = {"NetworkInterfaceIds": [made["NetworkInterface"]["NetworkInterfaceId"]]}
    assert refusal(ec2.describe_network_interfaces, **ids, MaxResults=5) == (
        "InvalidParameterCombination",
        "The parameter networkInterfaceIds cannot be used with the parameter maxResults",
    )
    assert len(ec2.describe_network_interfaces(**ids)["NetworkInterfaces"]) == 1


@proves("filter-values")
def test_a_call_takes_two_hundred_filter_values(ec2: "BaseClient", vpc: str) -> None:
    """200 values are taken, over all filters of a call, and one more is not."""
    many = [vpc, *(f"vpc-{number:08}" for number in range(198))]
    within = [{"Name": "vpc-id", "Values": many}, {"Name": "owner-id", "Values": ["*"]}]
    over = [{"Name": "vpc-id", "Values": [*many, "vpc-x"]}, within[1]]
    refused = (
        "FilterLimitExceeded",
        "The maximum number of filter values specified on a single call is 200",
    )
    assert len(ec2.describe_security_groups(Filters=within)["SecurityGroups"]) == 1
    for call in CALLS:
        assert refusal(getattr(ec2, call), Filters=over) == refused
