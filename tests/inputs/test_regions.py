"""The list of regions, held against the one that AWS ships with its SDK."""

from pathlib import Path
from typing import TypedDict

import boto3
import pytest
from botocore.loaders import create_loader
from ruamel.yaml import YAML


class Region(TypedDict):
    """One line of the list."""

    region: str
    name: str
    geography: str


@pytest.fixture(scope="module")
def regions() -> list[Region]:
    """Read the list as it is shipped."""
    file = Path(__file__).parents[2] / "gateway_rules" / "catalogue" / "regions.yaml"
    lines: list[Region] = YAML(typ="safe").load(file)
    return lines


def _of_ec2() -> set[str]:
    """Ask the SDK where EC2 is, in every partition."""
    session = boto3.session.Session()
    partitions = session.get_available_partitions()
    return {
        name
        for partition in partitions
        for name in session.get_available_regions("ec2", partition_name=partition)
    }


def _names(data: str) -> dict[str, str]:
    """Read the names of regions from one of the SDK's two lists, which pseudo-regions pad."""
    return {
        region: about["description"]
        for partition in create_loader().load_data(data)["partitions"]
        for region, about in partition["regions"].items()
        if not region.endswith("-global")
    }


def test_no_region_is_missing_and_none_invented(regions: list[Region]) -> None:
    """The list holds every region with EC2, and those that the SDK knows by its newer list."""
    newer = {"me-west-1", "sa-west-1"}
    listed = {line["region"] for line in regions}
    assert listed == _of_ec2() | newer
    assert newer == listed - set(_names("endpoints")) <= set(_names("partitions"))


def test_names_are_those_of_aws(regions: list[Region]) -> None:
    """A region is called what AWS calls it."""
    names = _names("endpoints") | _names("partitions")
    assert {line["region"]: line["name"] for line in regions} == names


def test_the_list_is_sorted(regions: list[Region]) -> None:
    """Regions stand in the order of their codes, so that a new one has one place."""
    codes = [line["region"] for line in regions]
    assert codes == sorted(codes)


def test_geographies_are_the_chosen_ones(regions: list[Region]) -> None:
    """Each geography holds just the regions that were put there on purpose."""
    found: dict[str, str] = {}
    for line in regions:
        found[line["geography"]] = f"{found.get(line['geography'], '')} {line['region']}".strip()
    assert found == {
        "EMEA": (
            "af-south-1 eu-central-1 eu-central-2 eu-isoe-west-1 eu-north-1 eu-south-1 eu-south-2"
            " eu-west-1 eu-west-2 eu-west-3 eusc-de-east-1 il-central-1 me-central-1 me-south-1"
            " me-west-1"
        ),
        "APAC": (
            "ap-east-1 ap-east-2 ap-northeast-2 ap-south-1 ap-south-2 ap-southeast-1"
            " ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6"
            " ap-southeast-7 cn-north-1 cn-northwest-1"
        ),
        "JAPAN": "ap-northeast-1 ap-northeast-3",
        "US": (
            "us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-iso-west-1"
            " us-isob-east-1 us-isob-west-1 us-isof-east-1 us-isof-south-1 us-west-1 us-west-2"
        ),
        "CANADA": "ca-central-1 ca-west-1",
        "LATAM": "mx-central-1 sa-east-1 sa-west-1",
    }
