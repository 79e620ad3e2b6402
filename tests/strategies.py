"""Hypothesis strategies for plain data: prefixes, ports, flows and whole sites.

Values are drawn from few places on purpose, so that they nest, touch and repeat.
"""

from collections.abc import Sequence
from ipaddress import ip_network
from typing import TypeAlias, TypeVar

from hypothesis import strategies as st

Box: TypeAlias = tuple[str, int, int, str]
Plain: TypeAlias = dict[str, object]
T = TypeVar("T")

ROLES = (
    "administrators",
    "pmm_users",
    "peers",
    "ftp_servers",
    "directory_servers",
    "key_servers",
    "snmp_managers",
    "lexical_servers",
    "syslog_servers",
)
# The document's ports, the ends of the range and of the ephemeral ranges, each with a neighbour.
PORTS = (
    *(1, 2, 20, 21, 22, 25, 53, 80, 81, 123, 162, 443, 444),
    *(1023, 1024, 1025, 32767, 32768, 60999, 61000, 65534, 65535),
)
NETWORKS = ("10.42.8.0/26", "10.42.8.64/26")
ANYWHERE = ("0.0.0.0/0", "::/0")


def prefixes_within(cluster: str, longest: int) -> st.SearchStrategy[str]:
    """Draw a prefix inside the cluster, any length down to `longest`."""
    outer = ip_network(cluster)

    def inner(length: int) -> st.SearchStrategy[str]:
        step = 1 << (outer.max_prefixlen - length)
        places = st.integers(0, outer.num_addresses // step - 1)
        return places.map(lambda place: f"{outer[place * step]}/{length}")

    return st.integers(outer.prefixlen, longest).flatmap(inner)


def ipv4_prefixes() -> st.SearchStrategy[str]:
    """Draw IPv4 CIDRs out of two small clusters that touch, one far away, and anywhere."""
    clusters = [
        prefixes_within("10.0.0.0/28", 32),
        prefixes_within("10.0.0.16/29", 32),
        prefixes_within("192.0.2.0/24", 26),
    ]
    return st.one_of(*clusters, st.just(ANYWHERE[0]))


def ipv6_prefixes() -> st.SearchStrategy[str]:
    """Draw IPv6 CIDRs out of two small clusters that touch, and anywhere."""
    clusters = [prefixes_within("2001:db8::/124", 128), prefixes_within("2001:db8::10/125", 128)]
    return st.one_of(*clusters, st.just(ANYWHERE[1]))


def prefixes() -> st.SearchStrategy[str]:
    """Draw CIDRs of either family."""
    return st.one_of(ipv4_prefixes(), ipv6_prefixes())


def ports() -> st.SearchStrategy[int]:
    """Draw ports that often are equal or neighbours."""
    return st.sampled_from(PORTS)


def port_ranges() -> st.SearchStrategy[tuple[int, int]]:
    """Draw (first, last), mostly narrow, at times from end to end."""
    free = st.tuples(ports(), ports()).map(lambda pair: (min(pair), max(pair)))
    return st.one_of(ports().map(lambda port: (port, port)), free)


def protocols() -> st.SearchStrategy[str]:
    """Draw a protocol that has ports."""
    return st.sampled_from(["tcp", "udp"])


def boxes(
    peers: st.SearchStrategy[str] | None = None,
    spans: st.SearchStrategy[tuple[int, int]] | None = None,
) -> st.SearchStrategy[Box]:
    """Draw (protocol, first port, last port, peer); the peers are IPv4 unless given."""
    peers = ipv4_prefixes() if peers is None else peers
    spans = port_ranges() if spans is None else spans
    drawn = st.tuples(protocols(), spans, peers)
    return drawn.map(lambda parts: (parts[0], *parts[1], parts[2]))


def _lists(values: st.SearchStrategy[str], least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(values, min_size=least, max_size=3, unique=True)


def roles() -> st.SearchStrategy[dict[str, list[str]]]:
    """Draw prefixes for every role; peers may be the gateways themselves."""
    own = {role: _lists(prefixes()) for role in ROLES}
    own["peers"] = _lists(st.one_of(st.just("self"), prefixes()))
    return st.fixed_dictionaries(own)


def _written(span: tuple[int, int]) -> int | str:
    first, last = span
    return first if first == last else f"{first}-{last}"


def _with_ports() -> st.SearchStrategy[Plain]:
    spans = port_ranges().map(_written)
    return st.fixed_dictionaries(
        {
            "protocol": protocols(),
            "ports": st.one_of(spans, st.lists(spans, min_size=1, max_size=2, unique=True)),
            "peers": _lists(st.one_of(st.just("self"), prefixes()), least=1),
        }
    )


def _icmp() -> st.SearchStrategy[Plain]:
    too_big = {"protocol": st.just("icmp"), "type": st.just(3), "code": st.just(4)}
    ping = {"protocol": st.just("icmp"), "type": st.just(8), "code": st.just(0)}
    too_big6 = {"protocol": st.just("icmpv6"), "type": st.just(2), "code": st.just(0)}
    return st.one_of(
        *(
            st.fixed_dictionaries({**message, "peers": peers.map(lambda peer: [peer])})
            for message, peers in (
                (too_big, ipv4_prefixes()),
                (ping, ipv4_prefixes()),
                (too_big6, ipv6_prefixes()),
            )
        )
    )


def additions() -> st.SearchStrategy[list[Plain]]:
    """Draw up to three additions, each with a name of its own no two alike, one of ICMP at most."""
    direction = st.sampled_from(["egress", "ingress"])
    some = st.tuples(
        st.lists(_with_ports(), max_size=2, unique_by=repr), st.lists(_icmp(), max_size=1)
    ).map(lambda both: both[0] + both[1])
    return st.tuples(some, st.lists(direction, min_size=3, max_size=3)).map(
        lambda drawn: [
            {"name": f"addition-{number}", "direction": way, **flow}
            for number, (flow, way) in enumerate(zip(*drawn, strict=False))
        ]
    )


def sites() -> st.SearchStrategy[Plain]:
    """Draw what `config:` of a stack file in EMEA holds, with quotas that its groups fit."""
    needed: dict[str, st.SearchStrategy[object]] = {
        "aws:region": st.sampled_from(["eu-west-1", "eu-central-1"]),
        "gateway-rules:vpc": st.just({"Name": "mail-gateway"}),
        "gateway-rules:subnets": st.just({"Tier": "gateway"}),
        "gateway-rules:networks": st.lists(
            st.sampled_from(NETWORKS), min_size=1, max_size=2, unique=True
        ),
        "gateway-rules:roles": roles(),
        "gateway-rules:additions": additions(),
        "gateway-rules:quotas": st.fixed_dictionaries(
            {
                "rules_per_security_group": st.just(200),
                "entries_per_network_acl": st.sampled_from([20, 40]),
                "security_groups_per_interface": st.just(5),
            }
        ),
    }
    narrowed: dict[str, st.SearchStrategy[object]] = {
        "kaspersky-av-updates": st.sampled_from([False]),
        "dns": _lists(ipv4_prefixes(), least=1),
    }
    optional: dict[str, st.SearchStrategy[object]] = {
        "gateway-rules:services": st.fixed_dictionaries({}, optional=narrowed),
        "gateway-rules:gateway_version": st.sampled_from(["3.0", "3.1", "3.8"]),
        "gateway-rules:ephemeral_ports": st.just(
            {"gateway": "49152-65535", "clients": "1024-65535"}
        ),
    }
    return st.fixed_dictionaries(needed, optional=optional)


def reordered(value: object) -> st.SearchStrategy[object]:
    """Draw the same data with the keys of mappings and the items of lists in another order."""
    if isinstance(value, dict):
        pairs = [st.tuples(st.just(key), reordered(part)) for key, part in value.items()]
        return _shuffled(pairs).map(dict)
    if isinstance(value, list):
        return _shuffled([reordered(part) for part in value])
    return st.just(value)


def _shuffled(parts: Sequence[st.SearchStrategy[T]]) -> st.SearchStrategy[list[T]]:
    return st.permutations(parts).flatmap(lambda order: st.tuples(*order)).map(list)
