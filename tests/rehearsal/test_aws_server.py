"""The server of the local AWS: its start, its mark, its end, and many callers at once."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import boto3
import pytest
from aws_fixtures import local_aws, new_group, new_subnet, new_vpc, refusal, rules_of, tcp
from moto import mock_aws
from moto.ec2 import urls
from moto.ec2.models import EC2Backend, ec2_backends

from gateway_rehearsal.aws import network_acls
from gateway_rehearsal.aws.backend import Acl, Backend, Request
from gateway_rehearsal.aws.client import client
from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rehearsal.aws.strict import apply

if TYPE_CHECKING:
    from botocore.client import BaseClient

SERVER = (sys.executable, "-m", "gateway_rehearsal.aws")


def started(tmp_path: Path, *options: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server and return it with its endpoint, once it answers."""
    port_file = tmp_path / "port"
    server = subprocess.Popen(  # noqa: S603 - a command of this test's own
        [*SERVER, "--port-file", str(port_file), "--mark", "mark-1", *options]
    )
    until = time.monotonic() + 60
    while not port_file.exists():
        assert server.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    return server, f"http://127.0.0.1:{port_file.read_text().strip()}"


def assert_one_rule_a_group(ec2: "BaseClient") -> None:
    """See that a new group is refused its second rule."""
    code, _ = refusal(
        ec2.authorize_security_group_ingress,
        GroupId=new_group(ec2, new_vpc(ec2)),
        IpPermissions=[tcp(25, "10.0.0.0/8", "192.0.2.0/24")],
    )
    assert code == "RulesPerSecurityGroupLimitExceeded"


@pytest.fixture
def moto_as_it_is() -> Iterator[None]:
    """Leave moto in this process as it was."""
    backend, paths = ec2_backends.backend, dict(urls.url_paths)
    yield
    ec2_backends.clear()
    ec2_backends.backend = backend
    urls.url_paths.update(paths)


def test_a_server_starts_and_ends(tmp_path: Path) -> None:
    """A server tells its port and its mark, holds to its quotas, and ends in order on SIGTERM."""
    options = (
        "--region",
        "eu-west-1",
        "--entries-per-network-acl",
        "1",
        "--rules-per-security-group",
        "1",
        "--security-groups-per-interface",
        "1",
    )
    server, endpoint = started(tmp_path, *options)
    try:
        with urlopen(f"{endpoint}/gateway-rules/mark") as answer:  # noqa: S310 - a loopback URL
            assert answer.read() == b"mark-1"
        ec2 = client(endpoint, "eu-west-1")
        assert_one_rule_a_group(ec2)
    finally:
        server.terminate()
        assert server.wait(timeout=10) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_stays_with_its_server(tmp_path: Path) -> None:
    """A second server on the same port says so and ends with 1; the first one stays."""
    server, endpoint = started(tmp_path)
    try:
        port = endpoint.rpartition(":")[2]
        second = subprocess.run(  # noqa: S603 - a command of this test's own
            [*SERVER, "--port-file", str(tmp_path / "other"), "--mark", "mark-2", "--port", port],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr.splitlines()[0] == "Address already in use"
        assert [file.name for file in tmp_path.iterdir()] == ["port"]
        with urlopen(f"{endpoint}/gateway-rules/mark") as answer:  # noqa: S310 - a loopback URL
            assert answer.read() == b"mark-1"
    finally:
        server.terminate()
        server.wait(timeout=10)


def test_many_callers_at_once() -> None:
    """Stacks that deploy at the same time get every rule, entry and answer right."""
    with local_aws() as ec2:
        acls = [ec2.create_network_acl(VpcId=new_vpc(ec2))["NetworkAcl"] for _ in range(4)]
        groups = [new_group(ec2, acl["VpcId"]) for acl in acls]

        def deploy(number: int) -> None:
            """Make one rule and one entry, and read everything."""
            ec2.authorize_security_group_ingress(
                GroupId=groups[number % 4], IpPermissions=[tcp(1 + number, "10.0.0.0/8")]
            )
            ec2.create_network_acl_entry(
                NetworkAclId=acls[number % 4]["NetworkAclId"],
                RuleNumber=1 + number,
                Egress=False,
                Protocol="-1",
                RuleAction="allow",
                CidrBlock="10.0.0.0/8",
            )
            ec2.describe_security_groups()
            ec2.describe_network_acls()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(deploy, range(48)))
        assert [len(rules_of(ec2, group)) for group in groups] == [12] * 4
        found = ec2.describe_network_acls(NetworkAclIds=[acl["NetworkAclId"] for acl in acls])
        assert [len(acl["Entries"]) for acl in found["NetworkAcls"]] == [14] * 4


def test_one_quota_two_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers at the same time do not get more rules into a group than its quota."""
    tag = EC2Backend.create_tags

    def tag_slowly(backend: EC2Backend, *args: object) -> object:
        """Leave others time to come between the check of the quota and the new rules."""
        time.sleep(0.005)
        return tag(backend, *args)

    monkeypatch.setattr(EC2Backend, "create_tags", tag_slowly)
    with local_aws(AccountQuotas(rules_per_security_group=10)) as ec2:
        group = new_group(ec2, new_vpc(ec2))

        def allow(port: int) -> str:
            """Make one rule and return how that went."""
            try:
                ec2.authorize_security_group_ingress(
                    GroupId=group, IpPermissions=[tcp(port, "10.0.0.0/8")]
                )
            except ec2.exceptions.ClientError as error:
                return str(error.response["Error"]["Code"])
            return "made"

        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(allow, range(1, 25)))
        assert sorted(outcomes) == ["RulesPerSecurityGroupLimitExceeded"] * 14 + ["made"] * 10


def test_one_association_two_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of callers who move a subnet by the same association, one does and the others are told."""

    def find_slowly(backend: Backend, request: Request) -> Acl:
        """Leave others time to come between the look at the association and its end."""
        time.sleep(0.005)
        return backend.network_acls[request["NetworkAclId"]]

    monkeypatch.setattr(network_acls, "_find_acl", find_slowly)
    with local_aws() as ec2:
        vpc = new_vpc(ec2)
        subnet = new_subnet(ec2, vpc)
        acls = [ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"] for _ in range(8)]
        held = [{"Name": "association.subnet-id", "Values": [subnet]}]
        before = ec2.describe_network_acls(Filters=held)["NetworkAcls"][0]["Associations"][0]

        def move(acl: str) -> str:
            """Move the subnet and return where it went, or why not."""
            asked = {"AssociationId": before["NetworkAclAssociationId"], "NetworkAclId": acl}
            try:
                ec2.replace_network_acl_association(**asked)
            except ec2.exceptions.ClientError as error:
                return str(error.response["Error"]["Code"])
            return acl

        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(move, acls))
        (holder,) = ec2.describe_network_acls(Filters=held)["NetworkAcls"]
        others = ["InvalidAssociationID.NotFound"] * 7
        assert sorted(outcomes) == sorted([holder["NetworkAclId"], *others])


@pytest.mark.usefixtures("moto_as_it_is")
def test_moto_in_process_is_put_right_as_well() -> None:
    """`moto.mock_aws` is as strict as the server once it is told so, and for each of its uses."""
    apply(AccountQuotas(rules_per_security_group=1))
    for _ in range(2):
        with mock_aws():
            ec2 = boto3.client("ec2", region_name="eu-west-1")
            assert_one_rule_a_group(ec2)
            assert len(ec2.describe_security_groups()["SecurityGroups"]) == 3
