"""The rules that stand inside a security group, one by one as AWS compares them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .faults import ProviderError
from .protocols import group_protocol
from .schema import Property, ValueKind
from .validators import inline_description, network_addresses
from .values import Properties, Value, integer, text, texts

# An AWS permission lists its sources under these keys, each source in an object under a key of
# its own; the third column is the property of an inline rule.
_SOURCES: Final = (
    ("IpRanges", "CidrIp", "cidrBlocks"),
    ("Ipv6Ranges", "CidrIpv6", "ipv6CidrBlocks"),
    ("PrefixListIds", "PrefixListId", "prefixListIds"),
    ("UserIdGroupPairs", "GroupId", "securityGroups"),
)


@dataclass(frozen=True, order=True)
class InlineRule:
    """One protocol, port range and source; equal ones are the same rule to the provider."""

    protocol: str
    from_port: int
    to_port: int
    kind: str
    source: str
    description: str


def from_properties(rules: Value, group_id: str) -> frozenset[InlineRule]:
    """Return the rules of an `ingress` or `egress` property, one a source."""
    listed = rules if isinstance(rules, list) else []
    return frozenset(
        rule for item in listed if isinstance(item, dict) for rule in _of_property(item, group_id)
    )


def _of_property(rule: Properties, group_id: str) -> Iterator[InlineRule]:
    for kind, _, name in _SOURCES:
        for source in texts(rule, name):
            yield _rule(rule, kind, source)
    if rule.get("self"):
        yield _rule(rule, "UserIdGroupPairs", group_id)


def _rule(rule: Properties, kind: str, source: str) -> InlineRule:
    return InlineRule(
        group_protocol(text(rule, "protocol")),
        integer(rule, "fromPort") or 0,
        integer(rule, "toPort") or 0,
        kind,
        source,
        text(rule, "description"),
    )


def from_permissions(permissions: Collection[Mapping[str, object]]) -> frozenset[InlineRule]:
    """Return the rules that AWS describes."""
    return frozenset(rule for permission in permissions for rule in _of_permission(permission))


def _of_permission(permission: Mapping[str, object]) -> Iterator[InlineRule]:
    protocol = group_protocol(str(permission["IpProtocol"]))
    ports = [permission.get(name) for name in ("FromPort", "ToPort")]
    from_port, to_port = [port if isinstance(port, int) else 0 for port in ports]
    if protocol == "-1":
        from_port = to_port = 0
    for kind, key, _ in _SOURCES:
        sources = permission.get(kind)
        for item in sources if isinstance(sources, list) else ():
            description = item.get("Description") or ""
            yield InlineRule(protocol, from_port, to_port, kind, item[key], description)


def to_permissions(rules: Collection[InlineRule]) -> list[dict[str, object]]:
    """Return the rules as AWS wants them.

    Raises ProviderError for ports where the protocol is every one; no earlier check says so.
    """
    return [_to_permission(rule) for rule in sorted(rules)]


def _to_permission(rule: InlineRule) -> dict[str, object]:
    if rule.protocol == "-1" and (rule.from_port or rule.to_port):
        raise ProviderError(
            f"from_port ({rule.from_port}) and to_port ({rule.to_port}) must both be 0 to use "
            'the "-1" protocol'
        )
    key = {kind: key for kind, key, _ in _SOURCES}[rule.kind]
    described = {"Description": rule.description} if rule.description else {}
    return {
        "IpProtocol": rule.protocol,
        "FromPort": rule.from_port,
        "ToPort": rule.to_port,
        rule.kind: [{key: rule.source, **described}],
    }


def to_properties(rules: Collection[InlineRule], group_id: str) -> Value:
    """Return the rules as the outputs list them: sources that share all else stand together."""
    grouped: dict[tuple[str, int, int, str], list[InlineRule]] = {}
    for rule in sorted(rules):
        key = (rule.protocol, rule.from_port, rule.to_port, rule.description)
        grouped.setdefault(key, []).append(rule)
    return [_to_property(members, group_id) for members in grouped.values()]


def _to_property(members: list[InlineRule], group_id: str) -> Value:
    first = members[0]
    sources: Properties = {}
    for kind, _, name in _SOURCES:
        found: list[Value] = [
            rule.source for rule in members if rule.kind == kind and rule.source != group_id
        ]
        sources |= {name: found} if found else {}
    return {
        "protocol": first.protocol,
        "fromPort": first.from_port,
        "toPort": first.to_port,
        "description": first.description,
        "self": any(rule.source == group_id for rule in members),
        **sources,
    }


def same_rules(old: Value, new: Value) -> bool:
    """Compare rule by rule; no id of AWS is the empty text that stands for the group itself."""
    return from_properties(old, "") == from_properties(new, "")


_PORT: Final = Property(ValueKind.INTEGER, required=True)
_TEXTS: Final = Property(ValueKind.TEXTS)
INLINE_RULES: Final = Property(
    ValueKind.OBJECTS,
    computed=True,
    same=same_rules,
    fields={
        "protocol": Property(ValueKind.TEXT, required=True),
        "fromPort": _PORT,
        "toPort": _PORT,
        "cidrBlocks": Property(ValueKind.TEXTS, validators=(network_addresses(4),)),
        "ipv6CidrBlocks": Property(ValueKind.TEXTS, validators=(network_addresses(6),)),
        "prefixListIds": _TEXTS,
        "securityGroups": _TEXTS,
        "self": Property(ValueKind.BOOLEAN),
        "description": Property(ValueKind.TEXT, validators=(inline_description,)),
    },
)
