"""The rules of security groups, each a resource of its own.

`aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule` and its twin for egress.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from . import tags
from .aws import Call, tolerate
from .faults import Failure
from .group_delete import RULE_GONE, revoke_rule
from .protocols import group_protocol
from .resource import REGION, TAGS, Made, Resource
from .schema import Property, ValueKind
from .validators import between, network_address
from .values import UNKNOWN, Properties, Value, integer, text, text_map

_SOURCES: Final = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")


def same_protocol(old: Value, new: Value) -> bool:
    """Say whether two spellings are of one protocol, such as `tcp`, `TCP` and `6`."""
    return group_protocol(str(old)) == group_protocol(str(new))


# Here 0 is a port and an empty text a description: these types know null from zero.
_PORT: Final = Property(ValueKind.INTEGER, zero_is_absent=False, validators=(between(-1, 65535),))
_PROPERTIES: Final = {
    "cidrIpv4": Property(ValueKind.TEXT, validators=(network_address(4),)),
    "cidrIpv6": Property(ValueKind.TEXT, validators=(network_address(6),)),
    "description": Property(ValueKind.TEXT),
    "fromPort": _PORT,
    "ipProtocol": Property(ValueKind.TEXT, required=True, same=same_protocol),
    "prefixListId": Property(ValueKind.TEXT),
    "referencedSecurityGroupId": Property(ValueKind.TEXT),
    "region": REGION,
    "securityGroupId": Property(ValueKind.TEXT, required=True, replaces=True),
    "tags": TAGS,
    "toPort": _PORT,
}


class _SecurityGroupRule(Resource):
    """What rules of both directions have in common."""

    egress: ClassVar[bool]
    properties = _PROPERTIES
    outputs = ("arn", "region", "securityGroupRuleId", "tagsAll")

    def failures(self, inputs: Properties) -> Iterator[Failure]:
        """Yield sources that are none or several; what is unknown may turn out absent."""
        given = [name for name in _SOURCES if inputs.get(name) not in (None, UNKNOWN)]
        unknown = any(inputs.get(name) is UNKNOWN for name in _SOURCES)
        if len(given) > 1 or not (given or unknown):
            found = " and ".join(given) or "none"
            yield Failure("", f"exactly one of {', '.join(_SOURCES)} must be given, not {found}")

    def replaced_by(self, olds: Properties, news: Properties) -> frozenset[str]:
        """Return the sources of both when the kind of source changes."""
        before, after = ({name for name in _SOURCES if side.get(name)} for side in (olds, news))
        return frozenset(before ^ after)

    def create(self, call: Call, inputs: Properties) -> Made:
        """Authorize the rule, then tag it; the outputs are the inputs, nothing is read back."""
        authorize = (
            call.ec2.authorize_security_group_egress
            if self.egress
            else call.ec2.authorize_security_group_ingress
        )
        group_id = text(inputs, "securityGroupId")
        made = authorize(GroupId=group_id, IpPermissions=[_permission(inputs)])
        rule_id = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        tags.update(call.ec2, rule_id, {}, tags.all_tags(call, inputs))
        return Made(rule_id, self._outputs(call, rule_id, inputs))

    def _outputs(self, call: Call, rule_id: str, inputs: Properties) -> Properties:
        return self.told(call, inputs) | {
            "arn": call.arn(call.account(), f"security-group-rule/{rule_id}"),
            "securityGroupRuleId": rule_id,
        }

    def read(self, call: Call, resource_id: str, state: Mapping[str, Value]) -> Made | None:
        """Read the rule by its id; a rule of the other direction is not this one."""
        answer = tolerate(
            lambda: call.ec2.describe_security_group_rules(SecurityGroupRuleIds=[resource_id]),
            RULE_GONE,
        )
        rules = [
            rule
            for rule in (answer or {"SecurityGroupRules": []})["SecurityGroupRules"]
            if rule["IsEgress"] == self.egress
        ]
        return Made(resource_id, _read_back(call, rules[0], state)) if rules else None

    def update(
        self, call: Call, resource_id: str, olds: Properties, news: Properties
    ) -> Properties:
        """Modify the rule whole, in one call, when more than its tags change."""
        if _permission(olds) != _permission(news):
            rule = {"SecurityGroupRuleId": resource_id, "SecurityGroupRule": _request(news)}
            call.ec2.modify_security_group_rules(
                GroupId=text(news, "securityGroupId"), SecurityGroupRules=[rule]
            )
        tags.update(call.ec2, resource_id, text_map(olds, "tagsAll"), tags.all_tags(call, news))
        return self._outputs(call, resource_id, news)

    def delete(self, call: Call, resource_id: str, olds: Properties) -> None:
        """Revoke the rule by its id."""
        revoke_rule(call, text(olds, "securityGroupId"), resource_id, egress=self.egress)


class SecurityGroupIngressRule(_SecurityGroupRule):
    """A rule for what reaches the members of a group."""

    type_name = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    title = "security group ingress rule"
    egress = False


class SecurityGroupEgressRule(_SecurityGroupRule):
    """A rule for what the members of a group send."""

    type_name = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    title = "security group egress rule"
    egress = True


def _ports(properties: Mapping[str, Value]) -> dict[str, int]:
    ports = {"FromPort": integer(properties, "fromPort"), "ToPort": integer(properties, "toPort")}
    return {name: port for name, port in ports.items() if port is not None}


def _permission(properties: Mapping[str, Value]) -> dict[str, Any]:
    """Return the rule as AWS authorizes it: ports as given, the description with the source."""
    written = text(properties, "description")
    described = {"Description": written} if written else {}
    sources = {
        "IpRanges": {"CidrIp": text(properties, "cidrIpv4")},
        "Ipv6Ranges": {"CidrIpv6": text(properties, "cidrIpv6")},
        "PrefixListIds": {"PrefixListId": text(properties, "prefixListId")},
        "UserIdGroupPairs": _group_pair(text(properties, "referencedSecurityGroupId")),
    }
    return {
        "IpProtocol": group_protocol(text(properties, "ipProtocol")),
        **_ports(properties),
        **{kind: [source | described] for kind, source in sources.items() if any(source.values())},
    }


def _group_pair(written: str) -> dict[str, str]:
    """Return a group, which may be written with the account that owns it."""
    account, _, group_id = written.rpartition("/")
    return {"GroupId": group_id} | ({"UserId": account} if account else {})


def _request(properties: Mapping[str, Value]) -> dict[str, Any]:
    """Return the rule as AWS modifies it; the referenced group goes whole, account and all."""
    protocol = group_protocol(text(properties, "ipProtocol"))
    # A local AWS wants ports for every protocol here, the real one takes -1 for none.
    ports = ({"FromPort": -1, "ToPort": -1} if protocol == "-1" else {}) | _ports(properties)
    fields = {
        "CidrIpv4": text(properties, "cidrIpv4"),
        "CidrIpv6": text(properties, "cidrIpv6"),
        "PrefixListId": text(properties, "prefixListId"),
        "ReferencedGroupId": text(properties, "referencedSecurityGroupId"),
        "Description": text(properties, "description"),
    }
    return {
        "IpProtocol": protocol,
        **ports,
        **{name: value for name, value in fields.items() if value},
    }


def _read_back(call: Call, rule: Mapping[str, Any], state: Mapping[str, Value]) -> Properties:
    """Return the outputs for what AWS describes, in the state's spelling where that is the same."""
    written = text(state, "ipProtocol")
    live = rule["IpProtocol"]
    rule_id = rule["SecurityGroupRuleId"]
    return {
        "arn": call.arn(call.account(), f"security-group-rule/{rule_id}"),
        "cidrIpv4": rule.get("CidrIpv4"),
        "cidrIpv6": rule.get("CidrIpv6"),
        "description": rule.get("Description") or None,
        "fromPort": _port(rule.get("FromPort"), state.get("fromPort")),
        "ipProtocol": written if same_protocol(written, live) else live,
        "prefixListId": rule.get("PrefixListId"),
        "referencedSecurityGroupId": _referenced(call, rule),
        "region": call.region,
        "securityGroupId": rule["GroupId"],
        "securityGroupRuleId": rule_id,
        "toPort": _port(rule.get("ToPort"), state.get("toPort")),
        **tags.outputs(call, rule.get("Tags", ()), state),
    }


def _port(live: int | None, written: Value) -> Value:
    """Return the port; AWS's -1 is no port only where the program gave none."""
    return None if live == -1 and written is None else live


def _referenced(call: Call, rule: Mapping[str, Any]) -> str | None:
    """Return the group that the rule names, with its account only when that is another one."""
    referenced: Mapping[str, str] = rule.get("ReferencedGroupInfo") or {}
    group_id, owner = referenced.get("GroupId"), referenced.get("UserId")
    if not group_id or not owner or owner == call.account():
        return group_id
    return f"{owner}/{group_id}"
