"""The limits past which a change needs a second look, and what somebody let go past them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from gateway_rules.errors import Refused
from gateway_rules.inputs.fields import Day, Frozen, Number, Ports, Prose, Text
from gateway_rules.inputs.validation import shown
from gateway_rules.packets import MAX_PORT

LimitName = Literal[
    "opened-addresses",
    "opened-share",
    "administrative-port",
    "internet",
    "removed-service",
    "changed-rules",
    "watched-services",
    "administrative-sources",
    "public-sources",
    "other-sources",
    "ports-per-peer",
    "acl-sources",
    "acl-excess",
    "ephemeral-ports",
    "networks",
    "target",
    "take-over",
    "protection",
    "leaving-networks",
    "removed-stack",
]

HIGH_RISK_TCP: Final = (
    *(20, 21, 22, 23, 110, 135, 143, 445, 1433, 1434, 1521, 2483, 3000, 3306, 3389, 4333),
    *(5000, 5432, 5500, 5601, 6379, 7199, 8080, 8088, 8888, 9092, 9160, 9200, 9300, 11211),
    *(27017, 27018),
)
"""Security Hub's control EC2.19 without 25, by which a gateway gets its mail, and what Prowler's
and Steampipe's controls add to it: Oracle, Redis, Cassandra, Kafka, Memcached, MongoDB."""
HIGH_RISK_UDP: Final = (69, 111, 137, 161, 389, 1434, 1900, 3389, 11211)
"""Those of CISA's alert TA14-017A that servers and appliances answer on (TFTP, RPC, NetBIOS, SNMP,
LDAP, SSDP, Memcached), SQL Server's browser, and RDP."""


def _share(value: object) -> object:
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if number and 0 <= value <= 1:  # type: ignore[operator] # It is a number.
        return value
    raise Refused("share", f"{shown(value)} is no share", "write a number from 0 to 1")


Share = Annotated[
    float,
    BeforeValidator(_share),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]


def _times(value: object) -> object:
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if number and value >= 0:  # type: ignore[operator] # It is a number.
        return value
    raise Refused("share", f"{shown(value)} is no share", "write a number of at least 0")


Times = Annotated[
    float,
    BeforeValidator(_times),
    WithJsonSchema({"type": "number", "minimum": 0}),
]
"""A share that may be more than the whole."""


class AdministrativePrefix(Frozen):
    """The shortest prefix that may reach an administrative port, a family."""

    ipv4: Annotated[Number, Field(ge=0, le=32)] = 20
    """The length in IPv4."""
    ipv6: Annotated[Number, Field(ge=0, le=128)] = 48
    """The length in IPv6."""


class Limits(Frozen):
    """How far a change to one stack may go, and how open it may leave a stack."""

    opened_addresses: Annotated[Number, Field(ge=0)] = 65536
    """How many distinct remote addresses a change may open."""
    opened_share: Share = 0.25
    """How many packets it may open, of those that the groups pass already."""
    changed_rules_share: Share = 0.5
    """How many rules it may make or remove, of those that are there."""
    administrative_prefix: AdministrativePrefix = AdministrativePrefix()
    """The shortest prefix to which it may open SSH and the management UI."""
    administrative_sources: Annotated[Number, Field(ge=0)] = 4096
    """How many addresses may reach administrative services, all rules taken together."""
    public_sources: Annotated[Number, Field(ge=0)] = 64
    """How many of the internet's may reach those, high-risk ports, or what is meant for a role."""
    other_public_sources: Annotated[Number, Field(ge=0)] = 65536
    """How many of the internet's may reach any other port that is not meant for all of it."""
    ports_per_peer: Annotated[Number, Field(ge=0)] = 1024
    """How many ports may pass between the gateways and one address, in each direction."""
    ports_per_public_peer: Annotated[Number, Field(ge=0)] = 64
    """How many of them, where the address is one of the internet."""
    acl_sources: Annotated[Number, Field(ge=0)] = 65536
    """How many of the internet's the ACL may let in to high-risk ports when no group does."""
    acl_excess: Times = 1.0
    """What the ACL may pass that nobody needs, compared with the requests that it has to pass."""
    ephemeral_from: Annotated[Number, Field(ge=1, le=MAX_PORT)] = 1024
    """The lowest port to which replies may come, at either end."""
    network_addresses: Annotated[Number, Field(ge=0)] = 65536
    """How many addresses the gateways' own networks may hold; AWS's largest subnet has as many."""


FIGURES: Final[Mapping[LimitName, tuple[str, ...]]] = {
    "opened-addresses": ("opened_addresses",),
    "opened-share": ("opened_share",),
    "administrative-port": ("administrative_prefix",),
    "changed-rules": ("changed_rules_share",),
    "administrative-sources": ("administrative_sources",),
    "public-sources": ("public_sources",),
    "other-sources": ("other_public_sources",),
    "ports-per-peer": ("ports_per_peer", "ports_per_public_peer"),
    "acl-sources": ("acl_sources",),
    "acl-excess": ("acl_excess",),
    "ephemeral-ports": ("ephemeral_from",),
    "networks": ("network_addresses",),
}
"""The figures that each limit compares with; those that have none allow nothing."""


class HighRiskPorts(Frozen):
    """Ports that the internet has no business with on a gateway, whoever asks for them."""

    tcp: Ports = tuple((port, port) for port in HIGH_RISK_TCP)
    """Ports of TCP."""
    udp: Ports = tuple((port, port) for port in HIGH_RISK_UDP)
    """Ports of UDP."""


class InternetPorts(Frozen):
    """Ports that everybody may reach, beside those that the document itself opens to anybody."""

    tcp: Ports = ((25, 25),)
    """Ports of TCP: by default the one by which a gateway gets its mail."""
    udp: Ports = ()
    """Ports of UDP: none by default."""


class Exemption(Frozen):
    """A limit that somebody lifted for a stack, why, and until when."""

    limit: LimitName
    """The limit that is lifted, as its line names it."""
    stack: Text
    """The stack for which it is lifted."""
    reason: Prose
    """Why the change is meant, and where that was decided."""
    until: Annotated[Day, Field(examples=["2026-12-31"])]
    """The last day on which it holds."""


class Off(Frozen):
    """A limit that a project does without, and why."""

    limit: LimitName
    """The limit that stops nothing, in no stack."""
    reason: Prose
    """Why, which every review prints."""


class Policy(Frozen):
    """The limits, and what goes past them."""

    limits: Limits = Limits()
    """What stops a change; each that is not given has its default."""
    high_risk_ports: HighRiskPorts = HighRiskPorts()
    """Ports that are watched whoever asks for them; a list of one's own takes the place of ours."""
    internet_ports: InternetPorts = InternetPorts()
    """Ports that all of the internet may reach; a list of one's own takes the place of ours."""
    off: tuple[Off, ...] = ()
    """Limits that a project does without."""
    exceptions: tuple[Exemption, ...] = ()
    """What was reviewed and may go past a limit for a while."""
