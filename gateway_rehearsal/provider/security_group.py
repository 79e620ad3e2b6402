"""Security groups: `aws:ec2/securityGroup:SecurityGroup`."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from secrets import token_hex
from typing import Any, ClassVar, Final

from botocore.exceptions import BotoCoreError, ClientError

from . import tags
from .aws import Call, code_of, one_line, tolerate
from .faults import Failure, HalfMadeError, ProviderError
from .group_delete import GROUP_GONE, delete_group
from .inline_rules import (
    INLINE_RULES,
    InlineRule,
    from_permissions,
    from_properties,
    to_permissions,
    to_properties,
)
from .resource import REGION, TAGS, Made, Resource
from .schema import Property, ValueKind
from .validators import length, no_group_prefix
from .values import Properties, Value, text, text_map

_NAME_MOST: Final = 255
_UNIQUE_DIGITS: Final = 26
_NO_PERMISSION: Final = "InvalidPermission.NotFound"
# Set in the outputs of a group whose default egress is not revoked yet, so that Update does it.
UNFINISHED: Final = "__unfinished"


class SecurityGroupResource(Resource):
    """A security group, with rules inside it only where the program lists them."""

    type_name = "aws:ec2/securityGroup:SecurityGroup"
    title = "security group"
    properties: ClassVar = {
        "description": Property(
            ValueKind.TEXT,
            default="Managed by Pulumi",
            replaces=True,
            validators=(length(_NAME_MOST),),
        ),
        "egress": INLINE_RULES,
        "ingress": INLINE_RULES,
        "name": Property(
            ValueKind.TEXT,
            autonamed=True,
            computed=True,
            replaces=True,
            validators=(length(_NAME_MOST), no_group_prefix),
        ),
        "namePrefix": Property(
            ValueKind.TEXT,
            computed=True,
            replaces=True,
            validators=(length(_NAME_MOST - _UNIQUE_DIGITS), no_group_prefix),
        ),
        "region": REGION,
        "revokeRulesOnDelete": Property(ValueKind.BOOLEAN, default=False),
        "tags": TAGS,
        "vpcId": Property(ValueKind.TEXT, computed=True, replaces=True),
    }
    outputs = (
        *("arn", "description", "egress", "ingress", "name", "namePrefix", "ownerId"),
        *("region", "revokeRulesOnDelete", "tagsAll", "vpcId"),
    )

    def failures(self, inputs: Properties) -> Iterator[Failure]:
        """Yield a name beside the prefix of one."""
        if "name" in inputs and "namePrefix" in inputs:
            yield Failure("name", 'conflicts with "namePrefix"')

    def create(self, call: Call, inputs: Properties) -> Made:
        """Make the group, take its default egress away, and add the rules inside it."""
        name = text(inputs, "name") or text(inputs, "namePrefix") + token_hex(13)
        vpc = {"VpcId": text(inputs, "vpcId")} if text(inputs, "vpcId") else {}
        group_id = call.ec2.create_security_group(
            GroupName=name,
            Description=text(inputs, "description"),
            **vpc,
            **tags.specification(call, self.title.replace(" ", "-"), inputs),
        )["GroupId"]
        told = self.told(call, inputs) | {"name": name, UNFINISHED: True}
        try:
            return Made(group_id, _finish(call, group_id, {}, told, tolerated=""))
        except (BotoCoreError, ClientError, ProviderError) as error:
            raise HalfMadeError(group_id, told, [one_line(error)]) from error

    def read(self, call: Call, resource_id: str, state: Mapping[str, Value]) -> Made | None:
        """Read the group; rules that others put into it show in its outputs."""
        found = _find(call, resource_id)
        if found is None:
            return None
        outputs = _outputs(call, found, state)
        if state.get(UNFINISHED):
            reason = "the default egress of the group has not been revoked"
            raise HalfMadeError(resource_id, outputs | {UNFINISHED: True}, [reason])
        return Made(resource_id, outputs)

    def update(
        self, call: Call, resource_id: str, olds: Properties, news: Properties
    ) -> Properties:
        """Change tags and the rules inside the group, and finish a group that is half made."""
        told = self.told(call, news) | {"name": olds.get("name"), UNFINISHED: olds.get(UNFINISHED)}
        outputs = _finish(call, resource_id, olds, told, tolerated=_NO_PERMISSION)
        tags.update(call.ec2, resource_id, text_map(outputs, "tagsAll"), tags.all_tags(call, news))
        return outputs | {"tags": news.get("tags"), "tagsAll": told["tagsAll"]}

    def delete(self, call: Call, resource_id: str, olds: Properties) -> None:
        """Delete the group, waiting a little for what still uses it."""
        delete_group(call, resource_id, revoke=bool(olds.get("revokeRulesOnDelete")))


def _finish(
    call: Call, group_id: str, olds: Properties, told: Properties, *, tolerated: str
) -> Properties:
    """Do what is left to do once the group is there; `told` says what it is to be."""
    group = _described(call, group_id)
    if told.get(UNFINISHED):
        _revoke_default_egress(call, group_id, tolerated)
        group = _described(call, group_id)
    _bring_rules(call, group, olds, told)
    return _outputs(call, _described(call, group_id), told)


def _find(call: Call, group_id: str) -> Any:
    answer = tolerate(lambda: call.ec2.describe_security_groups(GroupIds=[group_id]), GROUP_GONE)
    return answer["SecurityGroups"][0] if answer and answer["SecurityGroups"] else None


def _described(call: Call, group_id: str) -> Any:
    """Return what AWS says of a group that must be there, as soon as it says it."""
    return call.retry(
        lambda: call.ec2.describe_security_groups(GroupIds=[group_id]),
        GROUP_GONE,
        call.patience.propagation,
    )["SecurityGroups"][0]


def _revoke_default_egress(call: Call, group_id: str, tolerated: str) -> None:
    """Take away what AWS lets a new group send: everything, by IPv4 and, if there, by IPv6."""
    everything = {"IpProtocol": "-1", "FromPort": 0, "ToPort": 0}
    ipv4 = everything | {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ipv6 = everything | {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    revoke = partial(call.ec2.revoke_security_group_egress, GroupId=group_id)
    tolerate(lambda: revoke(IpPermissions=[ipv4]), {tolerated})
    try:
        revoke(IpPermissions=[ipv6])
    except ClientError as error:
        if not _says_no_ipv6(error):
            raise


def _says_no_ipv6(error: ClientError) -> bool:
    """Say whether the VPC has no IPv6, so that the group has no such rule."""
    return code_of(error) == _NO_PERMISSION or (
        code_of(error) == "InvalidParameterValue" and "remote-ipv6-range" in one_line(error)
    )


def _bring_rules(call: Call, group: Mapping[str, Any], olds: Properties, told: Properties) -> None:
    """Bring the rules that stand inside the group, ingress first: revoke, then authorize."""
    for name, key, revoke, authorize in (
        (
            "ingress",
            "IpPermissions",
            call.ec2.revoke_security_group_ingress,
            call.ec2.authorize_security_group_ingress,
        ),
        (
            "egress",
            "IpPermissionsEgress",
            call.ec2.revoke_security_group_egress,
            call.ec2.authorize_security_group_egress,
        ),
    ):
        if name not in told:
            continue
        group_id = group["GroupId"]
        live = from_permissions(group[key])
        wanted = from_properties(told[name], group_id)
        gone = (from_properties(olds.get(name), group_id) & live) - wanted
        for action, rules in ((revoke, gone), (authorize, wanted - live)):
            if rules:
                action(GroupId=group_id, IpPermissions=to_permissions(rules))


def _outputs(call: Call, group: Mapping[str, Any], state: Mapping[str, Value]) -> Properties:
    group_id, owner = group["GroupId"], group["OwnerId"]
    ingress = from_permissions(group["IpPermissions"])
    egress = from_permissions(group["IpPermissionsEgress"])
    return {
        "arn": call.arn(owner, f"security-group/{group_id}"),
        "description": group["Description"],
        "egress": _listed(state.get("egress"), egress, group_id),
        "ingress": _listed(state.get("ingress"), ingress, group_id),
        "name": group["GroupName"],
        "namePrefix": _prefix_of(group["GroupName"]),
        "ownerId": owner,
        "region": call.region,
        "revokeRulesOnDelete": bool(state.get("revokeRulesOnDelete")),
        "vpcId": group.get("VpcId"),
        **tags.outputs(call, group.get("Tags", ()), state),
    }


def _listed(written: Value, live: frozenset[InlineRule], group_id: str) -> Value:
    """Return the rules as they were written when they are still these, else as AWS has them."""
    same = written is not None and from_properties(written, group_id) == live
    return written if same else to_properties(live, group_id)


def _prefix_of(name: str) -> str:
    """Return what stands before the digits of a name that was made from a prefix."""
    match = re.fullmatch(r"(.+)[0-9a-f]{26}", name)
    return match.group(1) if match else ""
