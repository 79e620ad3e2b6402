"""Put moto's EC2 right, in this process, for its server and for `moto.mock_aws` alike."""

from collections.abc import Callable, Mapping
from functools import partial
from threading import RLock
from typing import Protocol

from moto.core.responses import ActionResult
from moto.ec2 import urls
from moto.ec2.exceptions import DryRunClientError
from moto.ec2.models import ec2_backends
from moto.ec2.responses import EC2Response

from gateway_rehearsal.aws import group_rules, groups, network_acls, surroundings
from gateway_rehearsal.aws.backend import Answer, Backend, Request
from gateway_rehearsal.aws.filters import check_filters, page
from gateway_rehearsal.aws.journal import Journal
from gateway_rehearsal.aws.quota import AccountQuotas, answer_quotas
from gateway_rehearsal.aws.region import region_class

Action = Callable[[Backend, Request, AccountQuotas], Answer]
Check = Callable[[Backend, Request, AccountQuotas], None]

# The calls that are answered here instead of by moto.
_ACTIONS: Mapping[str, Action] = {
    "authorize_security_group_egress": partial(group_rules.authorize, egress=True),
    "authorize_security_group_ingress": partial(group_rules.authorize, egress=False),
    "revoke_security_group_egress": partial(group_rules.revoke, egress=True),
    "revoke_security_group_ingress": partial(group_rules.revoke, egress=False),
    "update_security_group_rule_descriptions_egress": partial(
        group_rules.describe_again, egress=True
    ),
    "update_security_group_rule_descriptions_ingress": partial(
        group_rules.describe_again, egress=False
    ),
    "modify_security_group_rules": group_rules.modify,
    "describe_security_group_rules": group_rules.describe_rules,
    "create_security_group": groups.create_group,
    "delete_security_group": groups.delete_group,
    "describe_security_groups": groups.describe_groups,
    "create_network_acl": network_acls.create_acl,
    "delete_network_acl": network_acls.delete_acl,
    "describe_network_acls": network_acls.describe_acls,
    "create_network_acl_entry": network_acls.create_entry,
    "replace_network_acl_entry": network_acls.replace_entry,
    "delete_network_acl_entry": network_acls.delete_entry,
    "replace_network_acl_association": network_acls.replace_association,
}
# The calls that moto answers once they have passed a check.
_CHECKS: Mapping[str, Check] = {
    "create_network_interface": surroundings.check_new_interface,
    "modify_network_interface_attribute": surroundings.check_interface_change,
    "run_instances": surroundings.check_new_instances,
    "delete_subnet": surroundings.check_subnet_end,
    "delete_vpc": surroundings.check_vpc_end,
    "create_tags": surroundings.check_new_tags,
    "describe_network_interfaces": surroundings.check_asked_interfaces,
}
# The calls whose answers come in pages, under what name they come. moto sends one page of all.
_PAGED: Mapping[str, str] = {
    "describe_network_interfaces": "NetworkInterfaces",
    "describe_subnets": "Subnets",
    "describe_vpcs": "Vpcs",
}


class MotoRequest(Protocol):
    """One request on its way through moto."""

    ec2_backend: Backend
    params: Request
    querystring: Mapping[str, list[str]]


Method = Callable[[MotoRequest], object]


def apply(limits: AccountQuotas, journal: Journal | None = None) -> None:
    """Put moto's EC2 right from now on; what moto's EC2 holds is lost.

    A journal takes down what the calls change. Call it before `moto.mock_aws` or the server
    starts; it may be called again, for other limits.
    """
    answer_quotas(limits)
    ec2_backends.clear()
    ec2_backends.backend = region_class()
    urls.url_paths["{0}/"] = _response_class(limits, journal).dispatch


def _response_class(limits: AccountQuotas, journal: Journal | None) -> type[EC2Response]:
    """Derive the class that answers requests.

    Its one lock keeps requests apart: moto's collections are plain dictionaries, which one thread
    must not change while another reads them, and stacks deploy at the same time.
    """
    lock = RLock()

    def one_at_a_time(call: MotoRequest, *request: object, **more: object) -> object:
        """Answer a request when no other is being answered."""
        with lock:
            answer = EC2Response._dispatch(call, *request, **more)  # noqa: SLF001 - the way in
            if journal:
                journal.note(call, *answer[::2])
            return answer

    members = {
        **{name: _answer(action, limits) for name, action in _ACTIONS.items()},
        **{name: _paged(getattr(EC2Response, name), key) for name, key in _PAGED.items()},
    }
    checked = {
        name: _checked(members.get(name, getattr(EC2Response, name)), check, limits)
        for name, check in _CHECKS.items()
    }
    own = {"_dispatch": one_at_a_time, **members, **checked}
    return type("StrictEC2Response", (EC2Response,), own)


def _answer(action: Action, limits: AccountQuotas) -> Method:
    """Make the method that answers a call. moto's ACL calls make the change on a dry run."""

    def answer(call: MotoRequest) -> object:
        if call.params.get("DryRun"):
            raise DryRunClientError
        return ActionResult(action(call.ec2_backend, call.params, limits))

    return answer


def _checked(method: Method, check: Check, limits: AccountQuotas) -> Method:
    """Make the method that checks a call and lets moto answer it, unless it is a dry run."""

    def checked(call: MotoRequest) -> object:
        check(call.ec2_backend, call.params, limits)
        if call.params.get("DryRun"):
            raise DryRunClientError
        return method(call)

    return checked


def _paged(method: Callable[[MotoRequest], ActionResult], key: str) -> Method:
    """Make the method that lets moto answer a call, and sends a page of it."""

    def paged(call: MotoRequest) -> object:
        check_filters(call.params)
        return ActionResult(page(key, method(call).result[key], call.params))

    return paged
