"""What the tests of the local AWS share: a server in this process, and its refusals."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from moto.ec2 import urls
from moto.ec2.models import ec2_backends

from gateway_rules.local.aws.client import client
from gateway_rules.local.aws.journal import Journal
from gateway_rules.local.aws.limits import Limits
from gateway_rules.local.aws.server import open_server

if TYPE_CHECKING:
    from botocore.client import BaseClient

BAD_DESCRIPTION = (
    "InvalidParameterValue",
    (
        "Invalid rule description. Valid descriptions are strings less than 256 characters "
        "from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
    ),
)
EVERYWHERE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@contextmanager
def local_aws(
    limits: Limits | None = None, journal: Journal | None = None
) -> Iterator["BaseClient"]:
    """Serve a local AWS, yield a client of it, and leave moto in this process as it was."""
    backend, paths = ec2_backends.backend, dict(urls.url_paths)
    server = open_server("test", limits or Limits(), journal=journal)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield client(f"http://127.0.0.1:{server.server_port}", "eu-west-1")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        ec2_backends.clear()
        ec2_backends.backend = backend
        urls.url_paths.update(paths)


@pytest.fixture(scope="module")
def ec2() -> Iterator["BaseClient"]:
    """Serve one local AWS to the whole module; each test has a VPC of its own."""
    with local_aws() as client:
        yield client


@pytest.fixture
def vpc(ec2: "BaseClient") -> str:
    """Make a VPC."""
    return new_vpc(ec2)


def refusal(call: Callable[..., object], **request: object) -> tuple[str, str]:
    """Make a call that must fail, and return the error's code and whole text."""
    with pytest.raises(ClientError) as failure:
        call(**request)
    error = failure.value.response["Error"]
    return error["Code"], error["Message"]


def new_vpc(ec2: "BaseClient", *, ipv6: bool = False) -> str:
    """Make a VPC and return its id."""
    vpc = ec2.create_vpc(CidrBlock="10.42.0.0/16", AmazonProvidedIpv6CidrBlock=ipv6)
    vpc_id: str = vpc["Vpc"]["VpcId"]
    return vpc_id


def new_group(ec2: "BaseClient", vpc_id: str, name: str = "mail") -> str:
    """Make a security group and return its id."""
    group = ec2.create_security_group(GroupName=name, Description="mail", VpcId=vpc_id)
    group_id: str = group["GroupId"]
    return group_id


def new_subnet(ec2: "BaseClient", vpc_id: str, cidr: str = "10.42.8.0/26") -> str:
    """Make a subnet and return its id."""
    subnet_id: str = ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr)["Subnet"]["SubnetId"]
    return subnet_id


def rules_of(ec2: "BaseClient", group_id: str, *, egress: bool = False) -> list[dict[str, object]]:
    """List a group's rules of one direction."""
    found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group_id]}])
    return [rule for rule in found["SecurityGroupRules"] if rule["IsEgress"] is egress]


def tcp(port: int, *cidrs: str, description: str | None = None) -> dict[str, object]:
    """Write a permission for one TCP port, as a request has it."""
    text = {} if description is None else {"Description": description}
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": cidr, **text} for cidr in cidrs],
    }
