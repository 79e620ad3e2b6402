"""The stand-in on a bad network: what it makes is there once, or it says that it failed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from aws_fixtures import local_aws, new_group, new_vpc
from fault_proxy import Call, Outcome, Proxy, proxied
from provider_fixtures import Calls, Engine, Refused, Service

from gateway_rehearsal.provider.aws import Aws
from gateway_rehearsal.provider.values import Properties

if TYPE_CHECKING:
    from botocore.client import BaseClient

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ACL = "aws:ec2/networkAcl:NetworkAcl"
DONE = (Outcome.LOST, Outcome.BROKEN, Outcome.SILENT)
NOT_DONE = (Outcome.THROTTLED, Outcome.UNAVAILABLE, Outcome.RESET)


@dataclass(frozen=True)
class Weather:
    """A stand-in whose calls go through a proxy, and a client whose calls do not."""

    proxy: Proxy
    engine: Engine
    ec2: "BaseClient"

    def spoil(self, action: str, outcome: Outcome) -> None:
        """Have the first call of an action go wrong."""
        left = [outcome]

        def decide(call: Call) -> Outcome:
            return left.pop() if left and call.action == action else Outcome.ANSWERED

        self.proxy.decide = decide


@pytest.fixture(scope="module")
def weather() -> Iterator[Weather]:
    """Serve a local AWS behind a proxy; nobody waits long for an answer."""
    with local_aws() as ec2, proxied(ec2.meta.endpoint_url) as proxy:
        service = Service(Aws(proxy.endpoint, answer_seconds=0.4), Calls(), ec2)
        yield Weather(proxy, service.engine(), ec2)


def _rule(weather: Weather) -> Properties:
    group = new_group(weather.ec2, new_vpc(weather.ec2))
    ports: Properties = {"fromPort": 25, "toPort": 25}
    return {"securityGroupId": group, "ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/8", **ports}


def _rules(weather: Weather, group: object) -> int:
    filters = [{"Name": "group-id", "Values": [group]}]
    found = weather.ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    return sum(not rule["IsEgress"] for rule in found)


@pytest.mark.parametrize("outcome", NOT_DONE)
def test_what_was_not_done_is_done_at_the_next_try(weather: Weather, outcome: Outcome) -> None:
    """A call that was refused for a moment is made again, and the rule is there once."""
    wanted = _rule(weather)
    weather.spoil("AuthorizeSecurityGroupIngress", outcome)
    weather.engine.of(INGRESS).create(wanted)
    assert _rules(weather, wanted["securityGroupId"]) == 1


@pytest.mark.parametrize("outcome", DONE)
def test_what_was_done_unseen_is_refused_as_a_duplicate(weather: Weather, outcome: Outcome) -> None:
    """A rule whose answer was lost is there once, and the next try fails with AWS's own words."""
    wanted = _rule(weather)
    weather.spoil("AuthorizeSecurityGroupIngress", outcome)
    with pytest.raises(Refused) as refused:
        weather.engine.of(INGRESS).create(wanted)
    assert refused.value.text.startswith("creating it: InvalidPermission.Duplicate: ")
    assert _rules(weather, wanted["securityGroupId"]) == 1


@pytest.mark.parametrize("outcome", [*NOT_DONE, *DONE])
def test_an_acl_is_made_once(weather: Weather, outcome: Outcome) -> None:
    """The call that makes an ACL has a token, so a lost answer makes no second one."""
    vpc = new_vpc(weather.ec2)
    weather.spoil("CreateNetworkAcl", outcome)
    acl, _ = weather.engine.of(ACL).create({"vpcId": vpc})
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    found = weather.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
    assert [one["NetworkAclId"] for one in found if not one["IsDefault"]] == [acl]
