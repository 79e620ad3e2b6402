"""What is well formed in a site and cannot be: it contradicts the catalogue, AWS, or itself."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from gateway_rules.errors import Problem, Steps
from gateway_rules.inputs.catalogue import Addition, Catalogue
from gateway_rules.inputs.hosts import demanded_hosts, named_hosts
from gateway_rules.inputs.site import Site
from gateway_rules.packets import SELF, Peer, Prefix, counted

NO_NETWORKS: Final = "self-without-networks"


def find_contradictions(site: Site, catalogue: Catalogue) -> Iterator[Problem]:
    """Find what contradicts the catalogue, AWS, or itself."""
    yield from _region(site, catalogue)
    yield from _roles(site, catalogue)
    yield from _services(site, catalogue)
    yield from _additions(site, catalogue)
    yield from _selves(site)
    yield from _hosts(site, catalogue)


def _region(site: Site, catalogue: Catalogue) -> Iterator[Problem]:
    if site.region not in catalogue.regions:
        close = get_close_matches(site.region, catalogue.regions, 3, 0) or ["eu-west-1"]
        fix = f"write one of AWS's, such as {', '.join(close)}"
        yield Problem(("region",), "unknown-region", f"AWS has no region {site.region}", fix)


def _roles(site: Site, catalogue: Catalogue) -> Iterator[Problem]:
    for role in catalogue.roles:
        if role not in site.roles:
            fix = f"add {role}: with the prefixes of {catalogue.roles[role]}, or [] for none"
            yield Problem(("roles", role), "missing-role", f"the role {role} is missing", fix)
    known = ", ".join(catalogue.roles)
    for role, peers in site.roles.items():
        if role not in catalogue.roles:
            yield Problem(
                ("roles", role), "unknown-role", f"{role} is no role", f"write one of: {known}"
            )
        for index, peer in enumerate(peers):
            if isinstance(peer, str) and peer != SELF:
                fix = "write prefixes such as 192.0.2.0/24, or self for the gateways of this stack"
                yield Problem(
                    ("roles", role, index), "prefix", f"{role}: {peer!r} is no prefix", fix
                )


def _services(site: Site, catalogue: Catalogue) -> Iterator[Problem]:
    for name, use in site.services.items():
        service = catalogue.by_id.get(name)
        if service is None:
            close = get_close_matches(name, catalogue.by_id, 3, 0)
            fix = f"write the id of a service, such as {', '.join(close)}"
            yield Problem(("services", name), "unknown-service", f"{name} is no service", fix)
        elif use is not False and not service.anywhere:
            fix = "write false to leave it out, or take the line out"
            what = f"{name} has its own addresses and cannot be narrowed"
            yield Problem(("services", name), "service-use", what, fix)
        elif use == ():
            fix = "write false to leave it out, or the prefixes to narrow it to"
            yield Problem(("services", name), "service-use", f"{name} is narrowed to nothing", fix)


def _additions(site: Site, catalogue: Catalogue) -> Iterator[Problem]:
    for index, addition in enumerate(site.additions):
        at: Steps = ("additions", index)
        names = {other.name for other in site.additions[:index]}
        if addition.name in names | catalogue.by_id.keys():
            fix = "give it a name of its own"
            yield Problem(
                (*at, "name"), "duplicate-addition", f"{addition.name} is there already", fix
            )
        same = (
            other.name
            for other in site.additions[:index]
            if addition.name != other.name and _opens(addition) == _opens(other)
        )
        if twin := next(same, None):
            what = f"{addition.name} opens the same as {twin}"
            yield Problem(at, "duplicate-addition", what, "keep one of them")
        for place, peer in enumerate(addition.peers):
            yield from _addition_peer(site, catalogue, addition, (*at, "peers", place), peer)


def _opens(addition: Addition) -> tuple[object, ...]:
    """Give what an addition opens, whatever order it is written in."""
    ports, peers = frozenset(addition.port_pairs), frozenset(addition.peers)
    return addition.direction, addition.protocol, ports, peers


def _addition_peer(
    site: Site, catalogue: Catalogue, addition: Addition, at: Steps, peer: Peer | str
) -> Iterator[Problem]:
    if isinstance(peer, str) and peer != SELF and peer not in catalogue.roles:
        fix = f"write a prefix, self, or a role: {', '.join(catalogue.roles)}"
        yield Problem(
            at, "unknown-role", f"{addition.name}: {peer!r} is neither prefix nor role", fix
        )
    wrong = {"icmp": 6, "icmpv6": 4}.get(addition.protocol)
    for prefix in _resolved(site, peer):
        if isinstance(prefix, Prefix) and prefix.version == wrong:
            what = f"{addition.name}: {prefix} and {addition.protocol} are of different families"
            yield Problem(
                at, "family", what, "write icmp for IPv4 and icmpv6 for IPv6, each with its own"
            )


def _resolved(site: Site, peer: Peer | str) -> tuple[Peer | str, ...]:
    return site.roles.get(peer, ()) if isinstance(peer, str) and peer != SELF else (peer,)


def _selves(site: Site) -> Iterator[Problem]:
    if site.networks:
        return
    lists: dict[Steps, tuple[Peer | str, ...]] = {
        **{("roles", role): peers for role, peers in site.roles.items()},
        **{("additions", n, "peers"): a.peers for n, a in enumerate(site.additions)},
    }
    for path, peers in lists.items():
        for index, peer in enumerate(peers):
            if peer == SELF:
                what = "self stands here and networks are not given"
                fix = "list the CIDRs of the subnets under gateway-rules:networks"
                yield Problem((*path, index), NO_NETWORKS, what, fix)


def _hosts(site: Site, catalogue: Catalogue) -> Iterator[Problem]:
    if site.region not in catalogue.regions:
        return
    wanted = demanded_hosts(site, catalogue)
    asked = named_hosts(site, catalogue)
    names = [host.name for host in site.hosts]
    for index, name in enumerate(names):
        at: Steps = ("hosts", index, "name")
        if name in names[:index]:
            fix = "write all of its addresses into one list"
            yield Problem(at, "duplicate-host", f"{name} stands here a second time", fix)
        if name not in asked:
            what = f"{name} has addresses that nothing asks for"
            yield Problem(at, "unused-host", what, "take it out")
    given = {host.name for host in site.hosts if host.addresses}
    missing = [name for name in wanted if name not in given]
    if missing:
        geography = catalogue.regions[site.region].geography
        more = counted(len(missing) - 1, "more host", "more hosts")
        others = f" and {more}" if missing[1:] else ""
        what = f"the addresses of {missing[0]}{others} in {geography} are not known"
        fix = f"run gateway-rules resolve {site.stack} with a resolver in that region"
        yield Problem(("region",), "pending", what, fix)
