"""`gateway-rules local` as a user runs it: real engine, real processes, a project of its own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from user import OTHER, STACK, User, new_user

from gateway_rehearsal import processes

pytestmark = pytest.mark.engine


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    """Give somebody with one stack and nothing deployed."""
    with new_user(tmp_path / "project") as someone:
        someone.drop(OTHER)
        yield someone


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[User, str, str]]:
    """Give somebody who has deployed two of three stacks, and what was printed."""
    with new_user(tmp_path_factory.mktemp("deployed") / "project") as someone:
        text = someone.layout.stack_file(STACK).read_text()
        by_id = text.replace("{Name: mail-gateway}", "vpc-0a1b2c3d")
        someone.layout.stack_file("by-id").write_text(by_id)
        someone.git("init", "--quiet")
        someone.git("add", ".")
        done = someone.run("up")
        assert (done.returncode, done.stderr) == (0, done.stderr)
        yield someone, done.stdout, done.stderr


def test_up_deploys_and_verifies(deployed: tuple[User, str, str]) -> None:
    """Every stack that can be is deployed, its tables and verification are printed, then a sum."""
    user, out, err = deployed

    assert sorted(re.findall(r"^(\S+): \d+ created \(", err, re.MULTILINE)) == [OTHER, STACK]
    assert out.count("Every required packet passes, and none that the plan does not allow.") == 2
    assert re.findall(r"^(\S+) +\1 .* yes +[\d.]+ *$", out, re.MULTILINE) == [OTHER, STACK]
    assert out.count("2 stacks, 2 verified") == 1
    status = user.status()
    assert status["endpoint"].startswith("http://127.0.0.1:")
    assert (status["running"], status["stacks"]) == (True, [OTHER, STACK])


def test_up_names_what_it_leaves_out(deployed: tuple[User, str, str]) -> None:
    """A stack that cannot be rehearsed is named with the cure and left out."""
    _, _, err = deployed

    assert err.startswith(
        "left out: <command>:1:1: [stage-ids] by-id names its VPC or its subnets by id, which a "
        "local AWS cannot make; name them by tags to rehearse the stack\n"
    )


def test_up_again_changes_nothing(deployed: tuple[User, str, str]) -> None:
    """A second run says that nothing changed in either stack."""
    user, _, _ = deployed

    done = user.run("up")

    assert done.returncode == 0
    assert len(re.findall(r"^\S+: no change, \d+ resources \(", done.stderr, re.MULTILINE)) == 2


def test_up_leaves_the_project_as_it_was(deployed: tuple[User, str, str]) -> None:
    """Git sees nothing of a local run, and the stack files are the user's own."""
    user, _, _ = deployed

    assert user.git("ls-files", "--others", "--exclude-standard") == ""
    assert user.git("diff") == ""


def test_pulumi_passes_through(deployed: tuple[User, str, str]) -> None:
    """The local run's pulumi takes any arguments, sees its stacks, and hands its exit code on."""
    user, _, _ = deployed

    listed = user.run("pulumi", "--", "stack", "ls", "--json")
    wrong = user.run("pulumi", "--", "stack", "export", "-s", "nowhere")

    assert sorted(stack["name"] for stack in json.loads(listed.stdout)) == [OTHER, STACK]
    assert wrong.returncode not in {0, 130}
    assert "no stack named 'nowhere' found" in wrong.stderr


def test_pulumi_sees_an_edited_file(deployed: tuple[User, str, str]) -> None:
    """A preview by hand is of the stack file as it is now."""
    user, _, _ = deployed
    file = user.layout.stack_file(STACK)
    text = file.read_text()
    file.write_text(text.replace("10.42.16.10/32", "10.42.16.20/32"))
    try:
        done = user.run("pulumi", "--", "preview", "-s", STACK, "--diff")
    finally:
        file.write_text(text)

    assert done.returncode == 0
    assert "10.42.16.20/32" in done.stdout


def test_pulumi_needs_a_local_aws(user: User) -> None:
    """Without a local AWS there is nothing to call pulumi on, and the cure is said."""
    done = user.run("pulumi", "--", "version")

    assert (done.returncode, done.stderr) == (
        3,
        "error: <command>:1:1: [not-running] no local AWS runs; run gateway-rules local up first\n",
    )


def test_up_finds_what_was_changed_by_hand(deployed: tuple[User, str, str]) -> None:
    """A rule that was taken away behind the engine's back is found, and the exit code says so."""
    user, _, _ = deployed
    ec2 = user.ec2()
    rule = next(
        rule
        for rule in ec2.describe_security_group_rules()["SecurityGroupRules"]
        if rule.get("CidrIpv4") == "10.42.19.8/31"
    )
    group, port = rule["GroupId"], rule["FromPort"]
    permission = {
        "IpProtocol": rule["IpProtocol"],
        "FromPort": port,
        "ToPort": rule["ToPort"],
        "IpRanges": [{"CidrIp": rule["CidrIpv4"]}],
    }
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[permission])
    try:
        done = user.run("up")
    finally:
        ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[permission])

    assert done.returncode == 1
    assert f"missing: {group}: it is required" in done.stdout


def test_up_shows_what_the_program_finds(deployed: tuple[User, str, str]) -> None:
    """What the program finds wrong in AWS is shown as the program's own line, and exits 2."""
    user, _, _ = deployed
    ec2 = user.ec2()
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "mail-gateway"}]}]
    vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    try:
        done = user.run("up")
    finally:
        ec2.delete_vpc(VpcId=vpc)

    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert re.fullmatch(
        r"error: stacks/Pulumi\.eu-west-1\.yaml:\d+:\d+: \[look-up\] Name=mail-gateway finds "
        r"2 VPCs: vpc-\w+, vpc-\w+; write tags that find exactly one, or its id",
        line,
    )


def test_up_refuses_faulty_files(user: User) -> None:
    """All faults of all stacks are shown at once, and nothing is begun."""
    text = user.layout.stack_file(STACK).read_text()
    for stack in (STACK, OTHER):
        user.layout.stack_file(stack).write_text(text.replace("10.42.0.0/24", "10.42.0.1/24"))

    done = user.run("up")

    assert done.returncode == 2
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == [
        f" stacks/Pulumi.{stack}.yaml" for stack in (OTHER, STACK)
    ]
    assert not user.layout.local.exists()


def test_down_leaves_nothing(user: User) -> None:
    """What `up` made is gone, with every process; a second `down` finds nothing to do."""
    assert user.run("up").returncode == 0

    first, second = user.run("down"), user.run("down")

    assert (first.returncode, first.stderr) == (0, "the local AWS has ended\n")
    assert (second.returncode, second.stderr) == (0, "no local AWS was running\n")
    assert not user.layout.local.exists()
    assert processes.marked(user.layout.local) == ()
    assert user.status() == {
        "running": False,
        "endpoint": None,
        "dns": None,
        "resolvers": {},
        "stacks": [],
    }
