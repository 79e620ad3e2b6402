"""What the tests of the local AWS share: a server in this process, and its refusals."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.ec2 import urls
from moto.ec2.models import ec2_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.servicequotas import urls as quota_urls
from werkzeug.serving import BaseWSGIServer, make_server

from gateway_rehearsal.aws.cases import CASES
from gateway_rehearsal.aws.client import client
from gateway_rehearsal.aws.journal import Journal
from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rehearsal.aws.server import open_server
from gateway_rehearsal.loopback import require_loopback

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
PLAIN = "GATEWAY_RULES_TEST_PLAIN_MOTO"
"""Set in the environment, it gives the tests moto as it is, which those of a case must not pass."""

Test = TypeVar("Test", bound=Callable[..., None])


def proves(*names: str) -> Callable[[Test], Test]:
    """Say of a test which cases of the local AWS it proves; raise ValueError for another name."""
    unknown = {*names} - {case.name for case in CASES}
    if unknown:
        raise ValueError(f"there is no case {', '.join(sorted(unknown))}")
    return lambda test: test


@contextmanager
def local_aws(
    limits: AccountQuotas | None = None, journal: Journal | None = None
) -> Iterator["BaseClient"]:
    """Serve a local AWS, yield a client of it, and leave moto in this process as it was."""
    backend, paths = ec2_backends.backend, dict(urls.url_paths)
    quotas = dict(quota_urls.url_paths)
    plain = os.environ.get(PLAIN)
    server = _plain() if plain else open_server("test", limits or AccountQuotas(), journal=journal)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        endpoint = f"http://127.0.0.1:{server.server_port}"
        yield _impatient("ec2", endpoint) if plain else client(endpoint, "eu-west-1")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        ec2_backends.clear()
        ec2_backends.backend = backend
        urls.url_paths.update(paths)
        quota_urls.url_paths.update(quotas)


def _plain() -> BaseWSGIServer:
    """Open a server of moto as it is."""
    app = DomainDispatcherApplication(create_backend_app)
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True)
    return server


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


def quotas_client(ec2: "BaseClient") -> "BaseClient":
    """Make a Service Quotas client of the local AWS that an EC2 client is of."""
    return _impatient("service-quotas", ec2.meta.endpoint_url)


def unchecked(ec2: "BaseClient") -> "BaseClient":
    """Make a client that sends what boto3 itself would refuse."""
    return _impatient("ec2", ec2.meta.endpoint_url, parameter_validation=False)


def _impatient(service: str, endpoint: str, **settings: object) -> "BaseClient":
    """Make a client that tries once: moto as it is answers some calls with a Python error."""
    return boto3.client(
        service,
        region_name="eu-west-1",
        endpoint_url=require_loopback(endpoint),
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - it opens nothing
        config=Config(retries={"total_max_attempts": 1}, **settings),
    )


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
