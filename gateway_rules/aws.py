"""boto3's EC2 client as its usual settings give it, and what can go wrong with it as faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from gateway_rules import verify as core
from gateway_rules.errors import Fault, NoAnswer
from gateway_rules.live import NotFound
from gateway_rules.plan import Plan


def verify(plan: Plan) -> core.Verification:
    """Verify a plan against the account and Region that boto3's settings reach.

    The Region is the stack file's. Raises NoAnswer.
    """
    with answered(plan):
        return core.verify(plan, client(plan.site.region))


def client(region: str) -> Any:
    """Make an EC2 client with boto3's usual credentials."""
    return boto3.client("ec2", region_name=region)


@contextmanager
def answered(plan: Plan) -> Iterator[None]:
    """Turn what AWS and the network refuse into faults of the stack's file."""
    try:
        yield
    except NotFound as error:
        raise _fault(plan, "look-up", str(error), "deploy the stack, or mend its file") from None
    except ClientError as error:
        said = error.response["Error"]
        what = f"{error.operation_name} answered {said['Code']}: {said['Message']}"
        raise _fault(plan, "aws", what, "check the credentials and their rights") from None
    except BotoCoreError as error:
        what = " ".join(str(error).split())
        raise _fault(plan, "aws", what, "check the credentials and the network") from None


def _fault(plan: Plan, rule: str, what: str, fix: str) -> NoAnswer:
    return NoAnswer(Fault(f"stacks/Pulumi.{plan.site.stack}.yaml", 1, 1, rule, what, fix))
