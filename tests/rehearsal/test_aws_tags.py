"""Tags of the local AWS: what a tag may be, and what may have one."""

from typing import TYPE_CHECKING, Any

import pytest
from aws_fixtures import ec2, new_group, proves, refusal, vpc

if TYPE_CHECKING:
    from botocore.client import BaseClient

__all__ = ["ec2", "vpc"]

TOO_MANY = ("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")


def tags(*keys: str) -> list[dict[str, str]]:
    """Write tags with these keys."""
    return [{"Key": key, "Value": "x"} for key in keys]


def numbered(many: int) -> list[dict[str, str]]:
    """Write that many tags."""
    return tags(*(f"key-{number}" for number in range(many)))


def tags_of(ec2: "BaseClient", group: str) -> list[dict[str, str]]:
    """Read the tags of a group."""
    found = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    shown: list[dict[str, str]] = found[0]["Tags"]
    return shown


@proves("tag-text")
@pytest.mark.parametrize(
    ("given", "text"),
    [
        (tags("aws:mail"), "Tag keys starting with 'aws:' are reserved for internal use"),
        (tags("AWS:mail"), "Tag keys starting with 'aws:' are reserved for internal use"),
        (tags(""), "Tag key cannot be empty"),
        (tags("x" * 128), "Tag key exceeds the maximum length of 127 characters"),
        (
            [{"Key": "mail", "Value": "x" * 257}],
            "Tag value exceeds the maximum length of 256 characters",
        ),
        (tags("mail", "mail"), "Duplicate tag key 'mail' specified."),
    ],
)
def test_bad_tags_are_refused(
    ec2: "BaseClient", vpc: str, given: list[dict[str, str]], text: str
) -> None:
    """A tag is refused when it is given to what is there, and to what is made."""
    group = new_group(ec2, vpc)
    refused = ("InvalidParameterValue", text)
    assert refusal(ec2.create_tags, Resources=[group], Tags=given) == refused
    assert refusal(ec2.create_network_acl, **new_acl(vpc, given)) == refused
    assert tags_of(ec2, group) == []


def test_long_tags_are_kept(ec2: "BaseClient", vpc: str) -> None:
    """127 characters make a key, and 256 a value, or none."""
    group = new_group(ec2, vpc)
    given = [{"Key": "k" * 127, "Value": "v" * 256}, {"Key": "gateway-rules:stack", "Value": ""}]
    ec2.create_tags(Resources=[group], Tags=given)
    assert tags_of(ec2, group) == given


def test_a_resource_has_fifty_tags(ec2: "BaseClient", vpc: str) -> None:
    """The fifty-first key is refused, another value of the fiftieth is not."""
    group = new_group(ec2, vpc)
    ec2.create_tags(Resources=[group], Tags=numbered(50))
    assert refusal(ec2.create_tags, Resources=[group], Tags=tags("more")) == TOO_MANY
    ec2.create_tags(Resources=[group], Tags=[{"Key": "key-49", "Value": "y"}])
    assert tags_of(ec2, group) == [*numbered(49), {"Key": "key-49", "Value": "y"}]


def new_acl(vpc: str, given: list[dict[str, str]]) -> dict[str, Any]:
    """Write the request for an ACL with tags."""
    specification = {"ResourceType": "network-acl", "Tags": given}
    return {"VpcId": vpc, "TagSpecifications": [specification]}


def test_what_is_refused_for_its_tags_is_not_made(ec2: "BaseClient", vpc: str) -> None:
    """Fifty-one tags make neither group nor ACL."""
    specification = {"ResourceType": "security-group", "Tags": numbered(51)}
    group = {"GroupName": "m", "Description": "m", "VpcId": vpc}
    call = ec2.create_security_group
    assert refusal(call, **group, TagSpecifications=[specification]) == TOO_MANY
    assert refusal(ec2.create_network_acl, **new_acl(vpc, numbered(51))) == TOO_MANY
    within = [{"Name": "vpc-id", "Values": [vpc]}]
    assert len(ec2.describe_security_groups(Filters=within)["SecurityGroups"]) == 1
    assert len(ec2.describe_network_acls(Filters=within)["NetworkAcls"]) == 1


@proves("tag-resource")
@pytest.mark.parametrize(
    ("resource", "refused"),
    [
        (
            "sg-00000000",
            ("InvalidGroup.NotFound", "The security group 'sg-00000000' does not exist"),
        ),
        (
            "sgr-00000000",
            (
                "InvalidSecurityGroupRuleId.NotFound",
                "The security group rule ID 'sgr-00000000' does not exist",
            ),
        ),
        (
            "acl-00000000",
            ("InvalidNetworkAclID.NotFound", "The networkAcl ID 'acl-00000000' does not exist"),
        ),
    ],
)
def test_what_is_tagged_must_be_there(
    ec2: "BaseClient", vpc: str, resource: str, refused: tuple[str, str]
) -> None:
    """A call that names one thing that is not there tags nothing."""
    group = new_group(ec2, vpc)
    assert refusal(ec2.create_tags, Resources=[group, resource], Tags=tags("mail")) == refused
    assert tags_of(ec2, group) == []
