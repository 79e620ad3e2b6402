"""boto3's clients as its usual settings give them, and what can go wrong with them as faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import boto3
from botocore import exceptions as boto
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gateway_rules.audit import live_quotas
from gateway_rules.audit.live import Live, NotFound, read_live
from gateway_rules.audit.live_quotas import LiveQuotas
from gateway_rules.audit.verification import verifier as core
from gateway_rules.audit.verification.findings import Verification
from gateway_rules.audit.verification.fixes import AWS_SERVICES, Endpoints
from gateway_rules.errors import Fault, NoAnswer
from gateway_rules.planning import Plan, StackPlan

_ATTEMPTS: Final = 6
"""Half a minute of patience, longer each time, as botocore's standard mode has it."""
_THROTTLED: Final = frozenset(
    {"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)


def verify_account(stack: StackPlan) -> Verification:
    """Verify a plan against the account and Region that boto3's settings reach.

    The Region is the stack file's. Raises NoAnswer.
    """
    site = stack.plan.site
    with answered(stack.plan):
        found = read_live(site, stack.location, ec2_client(site.region))
        compared = core.compare(stack, found, account_quotas(site.region))
        return core.aimed(compared, configured_endpoints(site.region))


def read_account(stack: StackPlan) -> Live:
    """Read what AWS has for a stack, as boto3's settings reach it; raise NoAnswer."""
    site = stack.plan.site
    with answered(stack.plan):
        return read_live(site, stack.location, ec2_client(site.region))


def ec2_client(region: str) -> Any:
    """Make an EC2 client with boto3's usual credentials, patient where it is throttled."""
    return _client("ec2", region, _patient(_ATTEMPTS))


def account_quotas(region: str) -> LiveQuotas:
    """Read the account's quotas; AWS's defaults stand where Service Quotas cannot be reached.

    A network with an endpoint for EC2 alone is no reason to answer nothing.
    """
    service = _client("service-quotas", region, _patient(2))
    try:
        return live_quotas.read_quotas(service)
    except (boto.ConnectionError, boto.HTTPClientError):
        return LiveQuotas()


def configured_endpoints(region: str) -> Endpoints:
    """Give the endpoints that boto3's settings name, where these are not AWS's own."""
    asked = {service: _endpoint(service, region, ignored=False) for service in AWS_SERVICES}
    return {
        service: endpoint
        for service, endpoint in asked.items()
        if endpoint != _endpoint(service, region, ignored=True)
    }


def _endpoint(service: str, region: str, *, ignored: bool) -> str:
    """Give where a service is asked, with and without the endpoints that are configured."""
    config = Config(ignore_configured_endpoint_urls=True) if ignored else None
    endpoint: str = _client(service, region, config).meta.endpoint_url
    return endpoint


class _NoEndpoint(Exception):
    """The settings name an endpoint that is no URL, which botocore says as a bare ValueError."""


def _client(service: str, region: str, config: Config | None) -> Any:
    try:
        return boto3.client(service, region_name=region, config=config)
    except BotoCoreError:
        raise
    except ValueError as error:
        raise _NoEndpoint(str(error)) from None


def _patient(attempts: int) -> Config:
    retries = {"mode": "standard", "total_max_attempts": attempts}
    return Config(retries=retries, connect_timeout=10, read_timeout=30)


@contextmanager
def answered(plan: Plan) -> Iterator[None]:
    """Turn what AWS and the network refuse into faults of the stack's file."""
    try:
        yield
    except NotFound as error:
        raise _fault(plan, "look-up", str(error), "deploy the stack, or mend its file") from None
    except _NoEndpoint as error:
        fix = "write one such as http://127.0.0.1:4566 as AWS_ENDPOINT_URL, or none"
        raise _fault(plan, "aws", str(error), fix) from None
    except ClientError as error:
        raise _refused(plan, error) from None
    except BotoCoreError as error:
        what = " ".join(str(error).split())
        raise _fault(plan, "aws", what, _cure(error, plan.site.region)) from None


def _cure(error: BotoCoreError, region: str) -> str:
    """Say what to check: an endpoint that was configured may be gone, or be somewhere else."""
    if endpoint := error.kwargs.get("endpoint_url"):
        configured = configured_endpoints(region).values()
        if any(endpoint.startswith(each) for each in configured):
            return "check that the configured endpoint (AWS_ENDPOINT_URL) answers, or unset it"
    return "check the credentials and the network"


def _refused(plan: Plan, error: ClientError) -> NoAnswer:
    said = error.response["Error"]
    what = f"{error.operation_name} answered {said['Code']}: {said['Message']}"
    if said["Code"] in _THROTTLED:
        fix = "wait some minutes, ask less often, or ask AWS to raise the rate of this call"
        return _fault(plan, "throttled", what, fix)
    return _fault(plan, "aws", what, "check the credentials and their rights")


def _fault(plan: Plan, rule: str, what: str, fix: str) -> NoAnswer:
    return NoAnswer(Fault(f"stacks/Pulumi.{plan.site.stack}.yaml", 1, 1, rule, what, fix))
