"""`gateway-rules repair` as a user meets it: what it says, asks, does and leaves."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from fault_proxy import Call
from small import REGION, Moment, Small, small_project

from gateway_rules.errors import NoAnswer

pytestmark = pytest.mark.engine

COMMAND = Path(sys.executable).with_name("gateway-rules")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """Give a project that has no stack yet."""
    with small_project(tmp_path_factory.mktemp("project")) as project:
        yield project


def _repair(small: Small, stack: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run the command with the Pulumi, the backend and the account that the shell has."""
    return subprocess.run(  # noqa: S603 - our own command.
        [COMMAND, "-C", small.project.root, "repair", stack, *options],
        env=small.project.engine.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_lists_asks_mends_and_is_done(small: Small) -> None:
    """Without an answer it lists and exits 1; with --yes it mends; then there is nothing to do."""
    stack = "asked"
    small.make(stack)
    small.cut_off(stack, Moment(8, "done"))
    small.mender(stack)
    listed = _repair(small, stack)
    assert (listed.returncode, listed.stderr) == (1, "left as it is; --yes mends it\n")
    assert listed.stdout.startswith("the stack is locked by an update that has ended:\n  process ")
    shown = _repair(small, stack, "--json")
    told = json.loads(shown.stdout)
    assert (shown.returncode, told["whole"], len(told["locks"])) == (1, False, 1)
    mended = _repair(small, stack, "--yes", "--json")
    told = json.loads(mended.stdout)
    assert (mended.returncode, told["whole"], told["by_hand"]) == (0, True, [])
    assert "asked-acl" in {one["name"] for one in (*told["pending"], *told["imports"])}
    assert mended.stderr.splitlines()[-1] == f"the state is mended; next: pulumi up -s {stack}"
    again = _repair(small, stack)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "there is nothing to repair\n")
    assert small.project.up(stack).code == 0
    small.is_right(stack)


def test_rule_by_hand_is_left_to_a_person(small: Small) -> None:
    """A rule that nobody but a person can have made is shown with what removes it, and stays."""
    stack = "by-hand"
    small.make(stack)
    assert small.project.up(stack).code == 0
    (group,) = small.client().describe_security_groups(
        Filters=[{"Name": "group-name", "Values": [f"gateway-rules-{stack}"]}]
    )["SecurityGroups"]
    (rule,) = small.client().authorize_security_group_ingress(
        GroupId=group["GroupId"],
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080}
            | {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
        ],
    )["SecurityGroupRules"]
    id_, of = rule["SecurityGroupRuleId"], group["GroupId"]
    done = _repair(small, stack, "--yes")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == (
        "neither files nor state know these; keep them, or remove them yourself:\n"
        f"  {id_}  the rule ingress tcp 8080 10.0.0.0/8 of {of}\n"
        f"    aws --endpoint-url {small.proxy.endpoint} ec2 revoke-security-group-ingress "
        f"--region {REGION} --group-id {of} --security-group-rule-ids {id_}\n"
    )


def test_local_run_is_repaired_by_its_own_engine(small: Small) -> None:
    """The stack of a local run is named to `local repair`, which needs nothing of the shell."""
    stack = "local"
    small.make(stack)
    small.cut_off(stack, Moment(6, "done"))
    done = subprocess.run(  # noqa: S603 - our own command.
        [COMMAND, "-C", small.project.root, "local", "repair", stack, "--yes"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    advice = f"the state is mended; next: gateway-rules local pulumi -- up -s {stack}"
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, advice)
    small.ends_right(stack)


def test_second_update_is_told_that_the_stack_is_locked(small: Small) -> None:
    """Of two updates at once the second fails in the engine's words, and nothing is lost."""
    stack = "twice"
    small.make(stack)
    asked, released = Event(), Event()

    def hold(call: Call) -> None:
        if call.changes:
            asked.set()
            assert released.wait(60)

    small.proxy.settle()
    small.proxy.on_asked = hold
    first = small.start(stack)
    assert asked.wait(60)
    second = small.project.up(stack)
    with pytest.raises(NoAnswer) as refused:
        small.mender(stack).examine()
    released.set()
    said, _ = first.communicate(timeout=120)
    small.proxy.settle()
    assert second.code != 0
    assert second.errors[0].startswith("the stack is currently locked by 1 lock(s). Either wait ")
    (fault,) = refused.value.faults
    assert fault.rule == "locked"
    whose = rf"process {first.pid} of \S+ on {re.escape(socket.gethostname())}, since [\d:T-]+Z"
    assert re.fullmatch(f"the stack is locked by {whose}", fault.message)
    assert fault.fix == (
        "wait until that update has ended; if its process has ended already, run "
        f"pulumi cancel -s {stack}"
    )
    assert first.returncode == 0, said
    small.is_right(stack)


def test_lost_state_is_found_again(small: Small) -> None:
    """A stack whose state is gone comes back from AWS by its tag, and nothing is to be done."""
    stack = "lost"
    small.make(stack)
    # The names of IPv6 rules hold the very signs that part a URN.
    both = {"administrators": "10.42.0.0/24, 'fd00:42::/48'", "directory_servers": "10.5.0.0/28"}
    small.write(stack, both)
    assert small.project.up(stack).code == 0
    engine = small.project.engine
    done = engine.run("stack", "rm", "-s", stack, "--yes", "--force", "--preserve-config")
    assert done.returncode == 0, done.stderr
    small.make(stack)
    small.write(stack, both)
    small.repair(stack)
    run = small.project.preview(stack, "--expect-no-changes")
    assert (run.code, run.steps) == (0, ())
    small.is_right(stack)
