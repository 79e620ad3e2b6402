"""Network-ACL entries as values: how EC2 reads one, checks it and keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gateway_rehearsal.aws.faults import fault, invalid, missing
from gateway_rehearsal.aws.values import canonical_ipv4, canonical_ipv6, check_icmp, check_ports

HIGHEST_NUMBER = 32766
HIGHEST_PROTOCOL = 255
ALL_IPV4 = "0.0.0.0/0"
ALL_IPV6 = "::/0"

Family = Literal["ipv4", "ipv6"]


@dataclass(frozen=True)
class AclEntry:
    """One entry of a network ACL. Its number is unique in its direction, over both families."""

    number: int
    egress: bool
    action: str
    protocol: str
    family: Family
    cidr: str
    ports: tuple[int, int] | None = None
    icmp: tuple[int, int] | None = None


def read_entry(request: Mapping[str, Any]) -> AclEntry:
    """Read an entry from a request and make it canonical.

    Raises InvalidParameterValue, InvalidParameterCombination or MissingParameter. moto takes any
    number, action, CIDR and ports, keeps a port range for protocols that have none, and loses the
    ICMP type and code, which it looks up under another name than botocore's.
    """
    family, cidr = _address(request)
    protocol = _protocol(request["Protocol"])
    return AclEntry(
        number=check_number(request["RuleNumber"]),
        egress=request["Egress"],
        action=_action(request["RuleAction"]),
        protocol=protocol,
        family=family,
        cidr=cidr,
        ports=_ports(protocol, request.get("PortRange", {})),
        icmp=_icmp(protocol, family, request.get("IcmpTypeCode", {})),
    )


def check_number(number: int) -> int:
    """Return a number that users can use; those above are kept for the `*` entries."""
    if not 1 <= number <= HIGHEST_NUMBER:
        raise invalid(f"Invalid value '{number}' for ruleNumber. Must be from 1 to 32766.")
    return number


def _action(action: str) -> str:
    """Return the action."""
    if action not in {"allow", "deny"}:
        raise invalid(f"Invalid value '{action}' for ruleAction. Must be allow or deny.")
    return action


def _protocol(protocol: str) -> str:
    """Return the protocol, which the API reference wants as a number in text."""
    if protocol == "-1":
        return protocol
    digits = protocol.isascii() and protocol.isdigit()
    if not digits or int(protocol) > HIGHEST_PROTOCOL:
        raise invalid(f"Invalid value '{protocol}' for protocol. Must be a protocol number.")
    return str(int(protocol))


def _address(request: Mapping[str, Any]) -> tuple[Family, str]:
    """Return family and canonical CIDR of the one CIDR that a request must have."""
    ipv4, ipv6 = request.get("CidrBlock"), request.get("Ipv6CidrBlock")
    if ipv4 and ipv6:
        raise fault(
            "InvalidParameterCombination",
            "The parameters cidrBlock and ipv6CidrBlock cannot be used together",
        )
    if ipv4:
        return "ipv4", _cidr("cidrBlock", ipv4, canonical_ipv4(ipv4))
    if ipv6:
        return "ipv6", _cidr("ipv6CidrBlock", ipv6, canonical_ipv6(ipv6))
    raise missing("The request must contain the parameter cidrBlock or ipv6CidrBlock")


def _cidr(parameter: str, written: str, canonical: str | None) -> str:
    """Return the canonical CIDR when there is one."""
    if canonical is None:
        raise invalid(
            f"Value ({written}) for parameter {parameter} is invalid. "
            "This is not a valid CIDR block."
        )
    return canonical


def _ports(protocol: str, given: Mapping[str, int]) -> tuple[int, int] | None:
    """Return the ports of TCP and UDP; EC2 ignores those of any other protocol."""
    if protocol not in {"6", "17"}:
        return None
    return check_ports(given.get("From"), given.get("To"))


def _icmp(protocol: str, family: Family, given: Mapping[str, int]) -> tuple[int, int] | None:
    """Return type and code of ICMP, and of ICMPv6 over IPv6; EC2 ignores them anywhere else."""
    if protocol == "1" or (protocol == "58" and family == "ipv6"):
        return check_icmp(given.get("Type"), given.get("Code"))
    return None


def default_entries(family: Family) -> list[AclEntry]:
    """List what a VPC's default ACL lets through of one family: everything, both ways."""
    number, cidr = (100, ALL_IPV4) if family == "ipv4" else (101, ALL_IPV6)
    return [AclEntry(number, egress, "allow", "-1", family, cidr) for egress in (True, False)]


def last_entries(family: Family) -> list[AclEntry]:
    """List the `*` entries of one family, which every ACL has and nobody can touch."""
    number, cidr = (32767, ALL_IPV4) if family == "ipv4" else (32768, ALL_IPV6)
    return [AclEntry(number, egress, "deny", "-1", family, cidr) for egress in (True, False)]
