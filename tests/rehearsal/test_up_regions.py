"""`gateway-rules local up` all over the world: stacks that lack addresses, and fleets of stacks."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.query
import pytest
from user import COMMAND, STACK, User, new_user, wait_for

from gateway_rehearsal.aws.client import client
from gateway_rehearsal.layout import Layout

pytestmark = pytest.mark.engine

FAR, IPV6 = "us-east-1", "ap-northeast-1"
HOST = "bulkmail1.clearswift.net"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[User, str, str]]:
    """Give somebody who has deployed two stacks outside EMEA, and what was printed."""
    folder = tmp_path_factory.mktemp("regions") / "project"
    with new_user(folder, [FAR, IPV6, STACK]) as someone:
        someone.drop(STACK)
        someone.git("init", "--quiet")
        someone.git("add", ".")
        done = someone.run("up", "--no-tables")
        assert (done.returncode, done.stderr) == (0, done.stderr)
        yield someone, done.stdout, done.stderr


def command(folder: Path, *arguments: str, endpoint: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command that is none of the local run's in a project, with an endpoint or without."""
    account = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    ours = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(  # noqa: S603 our own command
        [COMMAND, "-C", folder, *arguments],
        env=ours | account | ({"AWS_ENDPOINT_URL": endpoint} if endpoint else {}),
        capture_output=True,
        text=True,
        check=False,
    )


def test_looks_up_and_deploys_every_region(deployed: tuple[User, str, str]) -> None:
    """Stacks that lack addresses get the Region's own, and are deployed and verified with them."""
    user, out, err = deployed
    status = user.status()

    looked_up = re.findall(r"^(\S+): looked up 5 hosts at (\S+)$", err, re.MULTILINE)
    assert looked_up == [(stack, status["resolvers"][stack]) for stack in (IPV6, FAR)]
    assert re.findall(r"^(\S+) +\1 .* yes +[\d.]+ *$", out, re.MULTILINE) == [IPV6, FAR]
    assert status["stacks"] == [IPV6, FAR]


def test_shows_the_summary_alone(deployed: tuple[User, str, str]) -> None:
    """Without tables there is a line a stack and nothing else."""
    _, out, _ = deployed

    lines = out.splitlines()
    assert lines[1].rstrip() == "2 stacks, 2 verified"
    assert len(lines) == 6


def test_the_status_says_who_answers_names(deployed: tuple[User, str, str]) -> None:
    """Each Region has its name server, whose answers differ; one of them is named alone."""
    user, _, _ = deployed
    status = user.status()
    answers = {}
    for region in (STACK, FAR):
        address, _, port = status["resolvers"][region].rpartition(":")
        query = dns.message.make_query(HOST, "A")
        answers[region] = dns.query.udp(query, address, port=int(port), timeout=5).answer[-1]

    assert answers[STACK] != answers[FAR]
    assert status["dns"] == status["resolvers"][STACK]


def test_nothing_lands_in_the_project(deployed: tuple[User, str, str]) -> None:
    """What was looked up is under `.local/`, and git sees nothing of it."""
    user, _, _ = deployed

    assert (user.layout.local / "addresses" / f"{FAR}.yaml").exists()
    assert user.git("ls-files", "--others", "--exclude-standard") == ""
    assert user.git("diff") == ""


def test_again_changes_nothing(deployed: tuple[User, str, str]) -> None:
    """The same addresses come again, so a second run leaves all as it is."""
    user, _, _ = deployed

    done = user.run("up", "--no-tables")

    assert done.returncode == 0
    assert len(re.findall(r"^\S+: no change, \d+ resources \(", done.stderr, re.MULTILINE)) == 2


def test_a_difference_is_shown_without_tables(deployed: tuple[User, str, str]) -> None:
    """A rule that was added by hand is shown under its stack's name, and the exit code says so."""
    user, _, _ = deployed
    ec2 = client(user.status()["endpoint"], FAR)
    named = [{"Name": "tag:gateway-rules:stack", "Values": [FAR]}]
    (group,) = ec2.describe_security_groups(Filters=named)["SecurityGroups"]
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 1,
        "ToPort": 1,
        "IpRanges": [{"CidrIp": "192.0.2.9/32"}],
    }
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[permission])
    try:
        done = user.run("up", "--no-tables")
    finally:
        ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[permission])

    assert done.returncode == 1
    assert f"\n{FAR}\nCompared with AWS" in done.stdout
    assert f"excess: {group['GroupId']}: nobody asks for it; " in done.stdout
    assert "ingress tcp 1 from 192.0.2.9/32, such as 192.0.2.9 port 1\n" in done.stdout
    assert "2 stacks, 1 verified" in done.stdout


def test_the_addresses_are_for_the_copy_alone(deployed: tuple[User, str, str]) -> None:
    """`show` and `verify` take them in the copy of the project; no endpoint brings them out."""
    user, _, _ = deployed
    endpoint, copy = user.status()["endpoint"], user.layout.project

    verified = command(copy, "verify", FAR, "--json", endpoint=endpoint)
    shown = command(copy, "show", FAR, "--json")
    pending = [
        command(user.root, word, FAR, endpoint=where)
        for word in ("show", "verify")
        for where in ("", endpoint)
    ]

    assert (verified.returncode, verified.stderr) == (0, "")
    assert json.loads(verified.stdout)["missing"] == json.loads(verified.stdout)["excess"] == []
    assert shown.returncode == 0
    assert all(done.returncode != 0 and "[pending]" in done.stderr for done in pending)


def test_both_families_reach_the_local_aws(deployed: tuple[User, str, str]) -> None:
    """Tokyo's IPv6 addresses are in its groups and in its ACL."""
    user, _, _ = deployed

    shown = json.loads(command(user.layout.project, "show", IPV6, "--json").stdout)

    rules = [rule for group in shown["security_groups"] for rule in group["rules"]]
    assert sum(rule["peer"].startswith("2001:db8:") for rule in rules) == 3
    assert shown["network_acl"]["egress"]["ipv6"]["used"] > 0
    assert shown["network_acl"]["ingress"]["ipv6"]["used"] > 0


def test_a_fleet_stands_beside_the_users_stacks(deployed: tuple[User, str, str]) -> None:
    """Stacks made from one are deployed in several parts of the world, and come back unchanged."""
    user, _, _ = deployed
    source = user.root / "stacks" / f"Pulumi.{STACK}.yaml"
    source.write_text(_template())
    try:
        first = user.run("up", "--regions", "2")
        again = user.run("up", "--regions", "2")
        named = ("-s", "fleet-ap-east-1")
        by_hand = user.run("pulumi", "--", "preview", *named, "--expect-no-changes")
    finally:
        source.unlink()

    fleet = ["fleet-ap-east-1", "fleet-ca-central-1"]
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    made = re.findall(r"^(\S+): \d+ created \(", first.stderr, re.MULTILINE)
    kept = re.findall(r"^(\S+): no change, \d+ resources \(", again.stderr, re.MULTILINE)
    assert sorted(made) == sorted(kept) == fleet
    assert "2 stacks, 2 verified" in again.stdout
    assert "Network ACL" not in again.stdout
    assert by_hand.returncode == 0, by_hand.stdout + by_hand.stderr
    assert user.status()["stacks"] == [IPV6, *fleet, FAR]
    assert user.git("ls-files", "--others", "--exclude-standard") == ""


def _template() -> str:
    """Give the stack file that fleets are made from."""
    return Layout(COMMAND.parents[2]).stack_file(STACK).read_text()


def test_a_fleet_needs_its_template(deployed: tuple[User, str, str]) -> None:
    """Without the stack that fleets are made from nothing is begun, and the cure is said."""
    user, _, _ = deployed

    done = user.run("up", "--regions", "2")

    assert done.returncode == 2
    assert done.stderr == (
        "error: <command>:1:1: [unknown-stack] there is no stack eu-west-1; "
        "write one of: ap-northeast-1, us-east-1\n"
    )


def test_after_a_kill_during_a_look_up(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Killed when the first addresses are there, a run leaves nothing in the way."""
    with new_user(tmp_path_factory.mktemp("killed") / "project", [FAR]) as user:
        process = user.start("up")
        wait_for((user.layout.local / "addresses").exists, process)
        user.assert_recovers(process, FAR)
