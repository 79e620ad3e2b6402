"""`gateway-rules verify` as a user runs it: output, exit codes, rights, and how it is watched."""

import io
import json
import re
import signal
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError
from cloud import Deployed, aws, deploy, permission
from sites import ROOT

from gateway_rules.audit import aws as account
from gateway_rules.audit.live import read_live
from gateway_rules.audit.live_quotas import LiveQuotas
from gateway_rules.cli import app
from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.planning.security_group import Rule
from gateway_rules.planning.stack_plan import load_plan

STACK = "eu-west-1"
CLEAN = "Every required packet passes, and none that the plan does not allow."
HAND = Rule("ingress", "tcp", 22, 22, parse_prefix("192.0.2.0/24"), ())


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    """Build a stack of the repository on an AWS of this process."""
    with aws(STACK) as client:
        yield deploy(load_plan(ROOT, STACK).plan, client)


@pytest.fixture
def built(deployed: Deployed) -> Iterator[Deployed]:
    """Give the stack as planned, and take away what a test let in by hand."""
    yield deployed
    found = read_live(deployed.plan.site, deployed.stack.location, deployed.client)
    if any(rule.source == str(HAND.peer) for rule in found.rules):
        close_again(deployed)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs a command line in this process."""

    def command(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["gateway-rules", "-C", str(ROOT), *arguments])
        with pytest.raises(SystemExit) as ended:
            app.main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return command


def open_by_hand(built: Deployed) -> str:
    """Let somebody in by hand; give the id of the rule."""
    made = built.client.authorize_security_group_ingress(
        GroupId=built.group, IpPermissions=[permission(HAND, built.group)]
    )
    return str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])


def close_again(built: Deployed) -> None:
    """Take that rule away."""
    built.client.revoke_security_group_ingress(
        GroupId=built.group, IpPermissions=[permission(HAND, built.group)]
    )


# --- Once ----------------------------------------------------------------------------------


def test_a_stack_as_planned_exits_0(built: Deployed, run: Run) -> None:
    """The verdict is the last line."""
    done = run("verify", STACK)
    assert (done.code, done.err, done.out.splitlines()[-1]) == (0, "", CLEAN)


def test_a_difference_exits_1_with_the_command_that_mends_it(built: Deployed, run: Run) -> None:
    """Whoever reads it at night can paste the last line."""
    rule = open_by_hand(built)
    done = run("verify", STACK)
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines()[-5:-2] == [
        f"excess: {built.group}: nobody asks for it; {rule} passes tcp 22 of 192.0.2.0/24",
        "  ingress tcp 22 from 192.0.2.0/24, such as 192.0.2.0 port 22",
        (
            "  mend: aws ec2 revoke-security-group-ingress --region eu-west-1 "
            f"--group-id {built.group} --security-group-rule-ids {rule}"
        ),
    ]


def test_as_json_it_is_one_document(built: Deployed, run: Run) -> None:
    """Four lists, whatever was found."""
    open_by_hand(built)
    done = run("verify", STACK, "--json")
    data = json.loads(done.out)
    assert (done.code, done.err) == (1, "")
    assert {kind: len(some) for kind, some in data.items() if kind != "stack"} == {
        "missing": 0,
        "excess": 1,
        "foreign": 0,
        "quota": 0,
    }


def test_a_quota_that_is_too_small_exits_1(
    built: Deployed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account with 30 rules a group cannot take the next deployment."""
    monkeypatch.setattr(account, "account_quotas", lambda _: LiveQuotas(30, from_defaults=False))
    done = run("verify", STACK, "--json")
    (short,) = json.loads(done.out)["quota"]
    assert (done.code, short["why"]) == (
        1,
        "egress ipv4 needs 50 rules, and this account may have 30",
    )


# --- Rights --------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Note every call that any client makes from now on, by the name of its right."""
    made: set[str] = set()
    call = BaseClient._make_api_call  # noqa: SLF001 - every call goes through here.
    services = {"service-quotas": "servicequotas"}

    def noted(client: Any, operation: str, arguments: Any) -> Any:
        service = client.meta.service_model.service_name
        made.add(f"{services.get(service, service)}:{operation}")
        return call(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    return made


def test_the_readme_lists_the_rights_that_are_needed(
    built: Deployed, run: Run, asked: set[str]
) -> None:
    """No call is made that is not listed, and none is listed that is not made."""
    subnet = built.place.subnets[0]
    made = built.client.create_network_interface(SubnetId=subnet, Groups=[built.group])
    asked.clear()
    run("verify", STACK)
    calls = {*asked}
    interface = made["NetworkInterface"]["NetworkInterfaceId"]
    built.client.delete_network_interface(NetworkInterfaceId=interface)
    text = (ROOT / "README.md").read_text().partition("`verify` reads only: ")[2]
    assert calls == set(re.findall(r"`([a-z0-9]+:[A-Za-z]+)`", text.partition(";")[0]))


def test_without_the_right_to_ask_for_quotas_the_defaults_stand(
    built: Deployed, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note says so, and nothing is wrong."""
    call = BaseClient._make_api_call  # noqa: SLF001 - every call goes through here.

    def refused(client: Any, operation: str, arguments: Any) -> Any:
        if operation == "GetServiceQuota":
            raise ClientError(
                {"Error": {"Code": "AccessDeniedException", "Message": ""}}, operation
            )
        return call(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", refused)
    done = run("verify", STACK)
    assert (done.code, done.out.splitlines()[-2]) == (
        0,
        "Service Quotas did not tell every quota; AWS's defaults stand for the others.",
    )


def test_where_service_quotas_cannot_be_reached_the_defaults_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A network may have an endpoint for EC2 alone."""

    def unreachable(_: Any) -> LiveQuotas:
        raise EndpointConnectionError(endpoint_url="https://servicequotas.invalid")

    monkeypatch.setattr("gateway_rules.audit.live_quotas.read_quotas", unreachable)
    monkeypatch.setattr(boto3, "client", lambda *_, **__: None)
    assert account.account_quotas(STACK) == LiveQuotas()


# --- Patience ------------------------------------------------------------------------------


@pytest.fixture
def throttle(built: Deployed, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[float]]:
    """Give a function that has AWS throttle so many requests, and the waits that follow."""
    waits: list[float] = []
    # Here botocore waits between its attempts.
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=waits.append))

    def begin(times: int) -> list[float]:
        make = boto3.client
        left = iter(range(times))

        def slowed(*names: str, **options: Any) -> Any:
            client = make(*names, **options)
            client.meta.events.register("before-send.ec2", lambda **_: _slow(left))
            return client

        monkeypatch.setattr(boto3, "client", slowed)
        return waits

    return begin


def _slow(left: Iterator[int]) -> Any:
    """Answer that there were too many requests, as long as any of them is left."""
    from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - no test else needs it.

    if next(left, None) is None:
        return None
    error = "<Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message>"
    body = f"<Response><Errors><Error>{error}</Error></Errors><RequestID>1</RequestID></Response>"
    return AWSResponse("http://ec2", 503, {}, _Raw(body.encode()))


class _Raw(io.BytesIO):
    """A body as urllib3 streams it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Give all of it."""
        yield self.read()


def test_a_call_that_is_throttled_is_made_again(
    built: Deployed, run: Run, throttle: Callable[[int], list[float]]
) -> None:
    """Five refusals are waited out, longer each time."""
    waits = throttle(5)
    assert (run("verify", STACK).code, len(waits)) == (0, 5)


def test_a_call_that_is_throttled_for_good_is_a_fault(
    built: Deployed, run: Run, throttle: Callable[[int], list[float]]
) -> None:
    """The line says what to do, and the command that it could not answer."""
    throttle(10**6)
    done = run("verify", STACK)
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "error: stacks/Pulumi.eu-west-1.yaml:1:1: [throttled] DescribeVpcs answered "
        "RequestLimitExceeded: Request limit exceeded.; wait some minutes, ask less often, "
        "or ask AWS to raise the rate of this call\n"
    )


# --- Again and again -----------------------------------------------------------------------


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[float]]]:
    """Give a function that says what happens between two looks; after the last comes Ctrl-C."""
    before = signal.getsignal(signal.SIGTERM)

    def happen(*steps: Callable[[], object]) -> list[float]:
        waits: list[float] = []
        rest = iter(steps)

        def sleep(seconds: float) -> None:
            waits.append(seconds)
            step = next(rest, None)
            if not step:
                raise KeyboardInterrupt
            step()

        monkeypatch.setattr("gateway_rules.cli.verify.time", SimpleNamespace(sleep=sleep))
        return waits

    yield happen
    signal.signal(signal.SIGTERM, before)


def lines(done: Done) -> list[str]:
    """Give the lines of a watch, less the times."""
    return [line.split(" ", 1)[1].partition(" (")[0] for line in done.out.splitlines()]


def test_a_watch_tells_what_changes_until_ctrl_c(
    built: Deployed, run: Run, between: Callable[..., list[float]]
) -> None:
    """It ends as the last look did: the rule by hand is gone again."""
    waits = between(lambda: open_by_hand(built), lambda: None, lambda: close_again(built))
    done = run("verify", STACK, "--watch", "300")
    said = "excess: ingress tcp 22 from 192.0.2.0/24, such as 192.0.2.0 port 22"
    assert lines(done) == [
        "eu-west-1 clean",
        f"eu-west-1 new {said}",
        f"eu-west-1 gone {said}",
        "eu-west-1 clean",
    ]
    assert (done.code, done.err, waits) == (0, "", [300] * 4)


def test_a_watch_that_ends_in_a_difference_exits_1(
    built: Deployed, run: Run, between: Callable[..., list[float]]
) -> None:
    """With --json each change is a line of JSON."""
    between(lambda: open_by_hand(built))
    done = run("verify", STACK, "--watch", "1", "--json")
    told = [json.loads(line) for line in done.out.splitlines()]
    assert [(one["event"], one.get("kind")) for one in told] == [("clean", None), ("new", "excess")]
    assert done.code == 1


def test_a_watch_goes_on_when_aws_cannot_be_asked(
    built: Deployed, run: Run, between: Callable[..., list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so once, and exits 3 when that is how it was at the end."""

    def fail(*_: Any, **__: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://ec2.invalid")

    between(lambda: monkeypatch.setattr(account, "ec2_client", fail), lambda: None)
    done = run("verify", STACK, "--watch", "1")
    assert lines(done) == [
        "eu-west-1 clean",
        (
            "eu-west-1 fault: error: stacks/Pulumi.eu-west-1.yaml:1:1: [aws] Could not connect to "
            'the endpoint URL: "https://ec2.invalid"; check the credentials and the network'
        ),
    ]
    assert done.code == 3


def test_sigterm_ends_a_watch_as_ctrl_c_does(
    built: Deployed, run: Run, between: Callable[..., list[float]]
) -> None:
    """Service managers end what they started by it."""
    between(lambda: signal.raise_signal(signal.SIGTERM))
    assert run("verify", STACK, "--watch", "1").code == 0


def test_a_stack_that_is_not_there_is_not_watched(run: Run) -> None:
    """What is wrong with the command line ends it at once."""
    done = run("verify", "nowhere", "--watch", "1")
    assert (done.code, done.out) == (2, "")
    assert "[unknown-stack]" in done.err
