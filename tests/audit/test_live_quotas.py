"""The account's quotas as Service Quotas tells them, and what stands where it does not."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cloud import aws

from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rules.audit import live_quotas
from gateway_rules.audit.live_quotas import LiveQuotas


def read(limits: AccountQuotas, **options: Any) -> LiveQuotas:
    """Read the quotas of an AWS with these limits."""
    with aws(limits=limits):
        return live_quotas.read_quotas(
            boto3.client("service-quotas", region_name="eu-west-1", **options)
        )


def test_the_accounts_own_quotas_are_told() -> None:
    """Each limit of the local AWS comes back under its name; of ACLs a VPC has 200."""
    assert read(AccountQuotas(100, 40, 10)) == LiveQuotas(
        rules_per_security_group=100,
        security_groups_per_interface=10,
        entries_per_network_acl=40,
        network_acls_per_vpc=200,
        from_defaults=False,
    )


def test_defaults_are_those_of_a_new_account() -> None:
    """What the class presumes is what AWS gives."""
    told = read(AccountQuotas())
    assert told == LiveQuotas(from_defaults=False)
    assert LiveQuotas().from_defaults


class Refusing:
    """A Service Quotas that refuses some codes, or all."""

    class exceptions:  # noqa: N801 - boto3 has it under this name.
        """What a client raises."""

        ClientError = ClientError

    def __init__(self, error: str, *codes: str) -> None:
        self._error, self._codes = error, codes

    def get_service_quota(self, ServiceCode: str, QuotaCode: str) -> dict[str, Any]:  # noqa: N803
        """Answer GetServiceQuota, whose arguments have these names."""
        assert ServiceCode == "vpc"
        if QuotaCode in self._codes or not self._codes:
            raise ClientError({"Error": {"Code": self._error, "Message": "No."}}, "GetServiceQuota")
        return {"Quota": {"Value": 77.0}}


@pytest.mark.parametrize("error", ["AccessDeniedException", "NoSuchResourceException"])
def test_what_is_not_told_has_the_default(error: str) -> None:
    """One refusal does not lose the others."""
    assert live_quotas.read_quotas(Refusing(error, "L-2AEEBF1A")) == LiveQuotas(77, 77, 20, 77)
    assert live_quotas.read_quotas(Refusing(error)) == LiveQuotas()


def test_an_answer_without_a_value_tells_nothing() -> None:
    """Service Quotas gives an ErrorReason in its place where it cannot look a value up."""
    silent = Refusing("AccessDeniedException", "L-2AEEBF1A")
    silent.get_service_quota = lambda ServiceCode, QuotaCode: {  # type: ignore[method-assign] # noqa: N803
        "Quota": {"QuotaCode": QuotaCode, "ServiceCode": ServiceCode}
    }
    assert live_quotas.read_quotas(silent) == LiveQuotas()


def test_other_errors_are_not_taken_for_a_refusal() -> None:
    """A wrong credential must not look like AWS's defaults."""
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        live_quotas.read_quotas(Refusing("UnrecognizedClientException"))
