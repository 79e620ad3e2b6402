"""The stand-in's way to AWS, which no setting of the user can turn to a real account."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from botocore.exceptions import ClientError
from provider_fixtures import REGION, SHORT

from gateway_rehearsal.provider.aws import Aws, Call, code_of, one_line, tolerate

HOSTILE = {
    "ALL_PROXY": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "REALKEY",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9",
    "AWS_DEFAULT_PROFILE": "production",
    "AWS_ENDPOINT_URL": "https://ec2.eu-west-1.amazonaws.com",
    "AWS_ENDPOINT_URL_EC2": "https://ec2.eu-west-1.amazonaws.com",
    "AWS_PROFILE": "production",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "REALTOKEN",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
}
CONFIG = """
[profile production]
region = us-east-1
credential_process = /bin/false
endpoint_url = https://ec2.eu-west-1.amazonaws.com
use_dualstack_endpoint = true
ec2 =
  endpoint_url = https://ec2.eu-west-1.amazonaws.com
"""


class Listener(BaseHTTPRequestHandler):
    """Refuses every call, and notes its headers."""

    heard: list[dict[str, str]]

    def do_POST(self) -> None:
        """Refuse."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(dict(self.headers))
        body = (
            b"<Response><Errors><Error><Code>Refused</Code><Message>not\n  now</Message></Error>"
            b"</Errors></Response>"
        )
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Listen for calls; yield the endpoint and the headers of what was heard."""
    heard: list[dict[str, str]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Heard", (Listener,), {"heard": heard}))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    thread.join()
    server.server_close()


def refused(code: str) -> ClientError:
    """Make an error of AWS."""
    return ClientError({"Error": {"Code": code, "Message": "a\n b"}}, "DescribeVpcs")


def test_nothing_of_the_user_s_settings_reaches_a_call(
    listener: tuple[str, list[dict[str, str]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither credentials nor profile, endpoint, proxy or region of environment and files."""
    endpoint, heard = listener
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        (tmp_path / name).write_text(CONFIG.replace("profile ", ""))
        monkeypatch.setenv(name, str(tmp_path / name))
    with pytest.raises(ClientError) as caught:
        Call(Aws(endpoint), REGION).ec2.describe_vpcs()
    assert one_line(caught.value) == "Refused: not now"
    (headers,) = heard
    assert headers["Host"] == endpoint.removeprefix("http://")
    assert f"Credential=local/{headers['X-Amz-Date'][:8]}/{REGION}/ec2/" in headers["Authorization"]
    assert "X-Amz-Security-Token" not in headers


@pytest.mark.parametrize(
    "endpoint", ["https://ec2.eu-west-1.amazonaws.com", "http://10.0.0.1", "http://aws.localhost"]
)
def test_an_endpoint_that_is_not_this_machine_is_refused(endpoint: str) -> None:
    """Before a client is made."""
    with pytest.raises(ValueError, match=r"cannot be the local AWS") as caught:
        Aws(endpoint)
    assert str(caught.value) == (
        f"{endpoint!r} cannot be the local AWS: the host is not a loopback address"
    )


def test_a_client_is_made_once_a_region(listener: tuple[str, list[dict[str, str]]]) -> None:
    """Making one is slow, and any number of threads may use it."""
    aws = Aws(listener[0])
    assert aws.client("ec2", REGION) is aws.client("ec2", REGION)
    assert aws.client("ec2", REGION) is not aws.client("ec2", "eu-central-1")


class Flaky:
    """An action that AWS refuses a number of times."""

    def __init__(self, times: int, code: str) -> None:
        self.times = times
        self.code = code

    def __call__(self) -> str:
        """Act."""
        self.times -= 1
        if self.times >= 0:
            raise refused(self.code)
        return "done"


@pytest.fixture
def call(listener: tuple[str, list[dict[str, str]]]) -> Call:
    """Prepare to call AWS."""
    return Call(Aws(listener[0]), REGION, patience=SHORT)


def test_an_action_is_tried_again_while_aws_refuses_it_so(call: Call) -> None:
    """It is done in the end."""
    assert call.retry(Flaky(3, "Busy"), {"Busy"}, 5) == "done"


def test_patience_ends(call: Call) -> None:
    """Then the refusal is the answer."""
    with pytest.raises(ClientError) as caught:
        call.retry(Flaky(1000, "Busy"), {"Busy"}, 0.05)
    assert code_of(caught.value) == "Busy"


def test_another_refusal_is_the_answer_at_once(call: Call) -> None:
    """There is no use in trying again."""
    action = Flaky(1000, "Other")
    with pytest.raises(ClientError):
        call.retry(action, {"Busy"}, 5)
    assert action.times == 999


def test_nothing_is_tried_again_once_the_engine_cancels(call: Call) -> None:
    """Nobody waits for it."""
    cancelled: Event = call.cancelled
    cancelled.set()
    action = Flaky(1000, "Busy")
    with pytest.raises(ClientError):
        call.retry(action, {"Busy"}, 5)
    assert action.times == 999


def test_a_refusal_can_be_all_right() -> None:
    """One with a code that was named, and no other."""
    assert tolerate(Flaky(1, "Gone"), {"Gone"}) is None
    assert tolerate(Flaky(0, "Gone"), {"Gone"}) == "done"
    with pytest.raises(ClientError):
        tolerate(Flaky(1, "Other"), {"Gone"})


def test_an_error_is_told_in_one_line() -> None:
    """Code and message, whatever AWS breaks its message into."""
    assert one_line(refused("Busy")) == "Busy: a b"
    assert one_line(ValueError("as it is")) == "as it is"
