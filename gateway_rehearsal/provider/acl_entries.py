"""The entries of a network ACL, as the program writes them and as AWS has them."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .faults import ProviderError
from .protocols import acl_protocol
from .schema import Property, ValueKind
from .validators import allow_or_deny, between, known_acl_protocol, network_address
from .values import Properties, Value, integer, text

# AWS's own last entries, one a family, which nobody can change.
_IMPLICIT: Final = frozenset({32767, 32768})
_ICMP: Final = frozenset({"1", "58"})


@dataclass(frozen=True, order=True)
class InlineEntry:
    """One entry; equal ones are the same to the provider, whatever their spelling."""

    number: int
    action: str
    protocol: str
    from_port: int
    to_port: int
    ipv4: str
    ipv6: str
    icmp_type: int
    icmp_code: int


def from_properties(entries: Value) -> frozenset[InlineEntry]:
    """Return the entries of an `ingress` or `egress` property."""
    listed = entries if isinstance(entries, list) else []
    return frozenset(_of_property(item) for item in listed if isinstance(item, dict))


def _key(entry: Value) -> Hashable:
    """Return what makes an entry the same as another, whatever its spelling."""
    return _of_property(entry) if isinstance(entry, dict) else str(entry)


def _of_property(entry: Properties) -> InlineEntry:
    protocol = text(entry, "protocol")
    return InlineEntry(
        integer(entry, "ruleNo") or 0,
        text(entry, "action").lower(),
        acl_protocol(protocol) or protocol,
        integer(entry, "fromPort") or 0,
        integer(entry, "toPort") or 0,
        text(entry, "cidrBlock"),
        text(entry, "ipv6CidrBlock"),
        integer(entry, "icmpType") or 0,
        integer(entry, "icmpCode") or 0,
    )


def from_aws(entries: Iterable[Mapping[str, Any]], *, egress: bool) -> frozenset[InlineEntry]:
    """Return the entries of one direction that AWS describes, without its own last ones."""
    return frozenset(
        _of_aws(entry)
        for entry in entries
        if entry["Egress"] == egress and entry["RuleNumber"] not in _IMPLICIT
    )


def _of_aws(entry: Mapping[str, Any]) -> InlineEntry:
    ports: Mapping[str, int] = entry.get("PortRange") or {}
    icmp: Mapping[str, int] = entry.get("IcmpTypeCode") or {}
    return InlineEntry(
        entry["RuleNumber"],
        entry["RuleAction"],
        acl_protocol(entry["Protocol"]) or entry["Protocol"],
        ports.get("From", 0),
        ports.get("To", 0),
        entry.get("CidrBlock", ""),
        entry.get("Ipv6CidrBlock", ""),
        icmp.get("Type", 0),
        icmp.get("Code", 0),
    )


def to_aws(entry: InlineEntry, acl_id: str, *, egress: bool) -> dict[str, Any]:
    """Return the arguments with which AWS makes the entry; a port range always goes with it.

    Raises ProviderError for ports where the protocol is every one; no earlier check says so.
    """
    if entry.protocol == "-1" and (entry.from_port or entry.to_port):
        raise ProviderError(
            f"to_port ({entry.to_port}) and from_port ({entry.from_port}) must both be 0 to use "
            'the "all" "-1" protocol'
        )
    arguments = {
        "NetworkAclId": acl_id,
        "Egress": egress,
        "RuleNumber": entry.number,
        "RuleAction": entry.action,
        "Protocol": entry.protocol,
        "PortRange": {"From": entry.from_port, "To": entry.to_port},
    }
    networks = {"CidrBlock": entry.ipv4, "Ipv6CidrBlock": entry.ipv6}
    arguments |= {name: network for name, network in networks.items() if network}
    if entry.protocol in _ICMP:
        arguments["IcmpTypeCode"] = {"Type": entry.icmp_type, "Code": entry.icmp_code}
    return arguments


def to_properties(entries: Iterable[InlineEntry]) -> Value:
    """Return the entries as the outputs list them, by number."""
    return [_to_property(entry) for entry in sorted(entries)]


def _to_property(entry: InlineEntry) -> Properties:
    networks: Properties = {"cidrBlock": entry.ipv4, "ipv6CidrBlock": entry.ipv6}
    icmp: Properties = {"icmpType": entry.icmp_type, "icmpCode": entry.icmp_code}
    return {
        "action": entry.action,
        "fromPort": entry.from_port,
        "protocol": entry.protocol,
        "ruleNo": entry.number,
        "toPort": entry.to_port,
        **{name: network for name, network in networks.items() if network},
        **(icmp if entry.protocol in _ICMP else {}),
    }


_PORT: Final = Property(ValueKind.INTEGER, required=True, validators=(between(0, 65535),))
ENTRIES: Final = Property(
    ValueKind.OBJECTS,
    computed=True,
    key=_key,
    fields={
        "action": Property(ValueKind.TEXT, required=True, validators=(allow_or_deny,)),
        "cidrBlock": Property(ValueKind.TEXT, validators=(network_address(4),)),
        "fromPort": _PORT,
        "icmpCode": Property(ValueKind.INTEGER),
        "icmpType": Property(ValueKind.INTEGER),
        "ipv6CidrBlock": Property(ValueKind.TEXT, validators=(network_address(6),)),
        "protocol": Property(ValueKind.TEXT, required=True, validators=(known_acl_protocol,)),
        "ruleNo": Property(ValueKind.INTEGER, required=True, validators=(between(1, 32766),)),
        "toPort": _PORT,
    },
)
