"""Service Quotas that tell what this local AWS holds its callers to."""

import json
from dataclasses import asdict
from typing import Final

from moto.servicequotas import urls
from moto.servicequotas.responses import ServiceQuotasResponse

from gateway_rehearsal.aws.limits import AccountQuotas

# The codes by which the API knows the limits (Amazon VPC quotas, user guide).
_CODES: Final = {
    "L-0EA8095F": "rules_per_security_group",
    "L-2AEEBF1A": "entries_per_network_acl",
    "L-2AFB9258": "security_groups_per_interface",
    "L-B4A6D682": "network_acls_per_vpc",
    "L-E79EC296": "security_groups_per_region",
}


def apply(limits: AccountQuotas) -> None:
    """Answer with these limits from now on; moto tells AWS's defaults, and of others still does."""

    def get_service_quota(call: ServiceQuotasResponse) -> str:
        """Answer GetServiceQuota."""
        answer: dict[str, dict[str, object]] = json.loads(
            ServiceQuotasResponse.get_service_quota(call)
        )
        quota = answer["Quota"]
        if name := _CODES.get(str(quota["QuotaCode"])):
            quota["Value"] = float(asdict(limits)[name])
        return json.dumps(answer)

    members = {"get_service_quota": get_service_quota}
    response: type = type("StrictServiceQuotasResponse", (ServiceQuotasResponse,), members)
    urls.url_paths["{0}/$"] = response.dispatch  # type: ignore[attr-defined]
