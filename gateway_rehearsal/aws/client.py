"""boto3 against the local AWS, and against nothing else."""

import os
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.session import Session

from gateway_rehearsal.loopback import require_loopback

if TYPE_CHECKING:
    from botocore.client import BaseClient

DUMMY = "local"


def client(endpoint: str, region: str) -> "BaseClient":
    """Make an EC2 client of the local AWS.

    Its credentials are always dummies and it goes through no proxy, whatever the environment and
    the AWS files of the user say. Raises ValueError for an endpoint of another machine.
    """
    session = boto3.Session(
        aws_access_key_id=DUMMY,
        aws_secret_access_key=DUMMY,
        region_name=region,
        botocore_session=_session_without_files(),
    )
    return session.client("ec2", endpoint_url=require_loopback(endpoint), config=_config())


def _session_without_files() -> Session:
    """Make a session that reads no profile and none of the user's AWS files."""
    nowhere = (None, None, os.devnull, None)
    return Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": nowhere,
            "credentials_file": nowhere,
        }
    )


def _config() -> Config:
    """Settle what the environment could otherwise set."""
    return Config(
        proxies={},
        use_fips_endpoint=False,
        use_dualstack_endpoint=False,
        connect_timeout=5,
        read_timeout=30,
        retries={"total_max_attempts": 3, "mode": "standard"},
    )
