"""The way to AWS: dummy credentials, a loopback endpoint, and nothing of the user's settings."""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event, Lock
from time import monotonic
from typing import Final, TypeVar

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError

from gateway_rehearsal.loopback import require_loopback

T = TypeVar("T")

# Whatever stands in the environment or the user's files is overridden, not read.
_SESSION_VARS: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
_CONFIG: Final = Config(
    proxies={},
    connect_timeout=5,
    max_pool_connections=32,
    retries={"mode": "standard", "max_attempts": 3},
    use_fips_endpoint=False,
    use_dualstack_endpoint=False,
)


@dataclass(frozen=True)
class Patience:
    """For how many seconds a call is tried again; a local AWS needs few."""

    propagation: float = 5.0
    group_delete: float = 5.0
    acl_delete: float = 5.0
    pause: float = 0.1


class Aws:
    """Clients of one local AWS, one a region and service, made when first asked for."""

    def __init__(self, endpoint: str, answer_seconds: float = 60) -> None:
        """Raise ValueError when the endpoint is not a loopback address."""
        self.endpoint = require_loopback(endpoint)
        self._config = _CONFIG.merge(Config(read_timeout=answer_seconds))
        self._session = botocore.session.Session(session_vars=_SESSION_VARS)
        self._session.set_credentials("local", "local")
        self._lock = Lock()
        self._clients: dict[tuple[str, str], BaseClient] = {}
        self._accounts: dict[str, str] = {}

    def client(self, service: str, region: str) -> BaseClient:
        """Return the client, which several threads may use at once."""
        # A session is not safe to make clients from in several threads.
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._session.create_client(
                    service, region_name=region, endpoint_url=self.endpoint, config=self._config
                )
            return self._clients[service, region]

    def account(self, region: str) -> str:
        """Return the account that calls are made in; AWS is asked once a region."""
        if region not in self._accounts:
            identity = self.client("sts", region).get_caller_identity()
            self._accounts[region] = str(identity["Account"])
        return self._accounts[region]


@dataclass(frozen=True)
class Call:
    """What a resource needs to talk to AWS: one region, and the manners."""

    aws: Aws
    region: str
    default_tags: dict[str, str] = field(default_factory=dict)
    patience: Patience = Patience()
    cancelled: Event = field(default_factory=Event)

    @cached_property
    def ec2(self) -> BaseClient:
        """The client for the region."""
        return self.aws.client("ec2", self.region)

    def account(self) -> str:
        """Return the account that the calls are made in."""
        return self.aws.account(self.region)

    def arn(self, owner: str, resource: str) -> str:
        """Return the name that AWS gives to a resource of EC2."""
        return f"arn:aws:ec2:{self.region}:{owner}:{resource}"

    def retry(self, action: Callable[[], T], codes: Collection[str], seconds: float) -> T:
        """Do the action, again and again while AWS refuses it with one of the codes.

        Raises ClientError when the seconds are over, the call is cancelled, or the code is another.
        """
        deadline = monotonic() + seconds
        while True:
            try:
                return action()
            except ClientError as error:
                if code_of(error) not in codes or monotonic() >= deadline:
                    raise
                if self.cancelled.wait(self.patience.pause):
                    raise


def code_of(error: ClientError) -> str:
    """Return AWS's code of the error."""
    return str(error.response["Error"]["Code"])


def one_line(error: Exception) -> str:
    """Return the error's text in one line: of an answer of AWS its code and message."""
    if not isinstance(error, ClientError):
        return str(error)
    details = error.response["Error"]
    return " ".join(f"{details['Code']}: {details.get('Message', '')}".split())


def tolerate(action: Callable[[], T], codes: Collection[str]) -> T | None:
    """Do the action; None when AWS refuses it with one of the codes, which then is all right."""
    try:
        return action()
    except ClientError as error:
        if code_of(error) not in codes:
            raise
        return None
