"""Canonical addresses, and the checks that security groups and network ACLs share."""

from ipaddress import IPv4Network, IPv6Network

from gateway_rehearsal.aws.faults import invalid

HIGHEST_PORT = 65535
HIGHEST_ICMP = 255
ALL = -1
NO_PORTS = "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."


def canonical_ipv4(cidr: str) -> str | None:
    """Clear the host bits, as EC2 does without a word; None for what is no IPv4 CIDR."""
    if not _has_prefix_length(cidr):
        return None
    try:
        return str(IPv4Network(cidr, strict=False))
    except ValueError:
        return None


def canonical_ipv6(cidr: str) -> str | None:
    """Clear the host bits and write the shortest form; None for what is no IPv6 CIDR."""
    if not _has_prefix_length(cidr) or "%" in cidr:
        return None
    try:
        return str(IPv6Network(cidr, strict=False))
    except ValueError:
        return None


def _has_prefix_length(cidr: str) -> bool:
    """Say whether a length follows; Python's own reader takes a netmask or nothing as well."""
    length = cidr.partition("/")[2]
    return length.isascii() and length.isdigit()


def check_ports(low: int | None, high: int | None) -> tuple[int, int]:
    """Return the port range of TCP or UDP; raise InvalidParameterValue when it is none."""
    if low is None or high is None:
        raise invalid(NO_PORTS)
    for side, port in (("from", low), ("to", high)):
        if not 0 <= port <= HIGHEST_PORT:
            raise invalid(f"TCP/UDP ({side}) port ({port}) out of range")
    if low > high:
        raise invalid(f"Invalid TCP/UDP port range ({low}:{high})")
    return low, high


def check_icmp(kind: int | None, code: int | None) -> tuple[int, int]:
    """Return the ICMP type and code; raise InvalidParameterValue when they are none.

    -1 stands for all of them; all types go with all codes only (API reference, IpPermission).
    """
    if kind is None or code is None:
        raise invalid("Must specify both type and code with ICMP.")
    for name, value in (("type", kind), ("code", code)):
        if not ALL <= value <= HIGHEST_ICMP:
            raise invalid(f"ICMP {name} ({value}) out of range")
    if kind == ALL and code != ALL:
        raise invalid(f"ICMP code ({code}) is not allowed with all ICMP types")
    return kind, code
