"""The document's facts as data, and their reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, model_validator

from gateway_rules.errors import Faults, Problem, Refused, Steps
from gateway_rules.inputs.documents import read_yaml
from gateway_rules.inputs.fields import (
    Address,
    Frozen,
    HostName,
    Name,
    Number,
    PeerText,
    Ports,
    Prose,
    Switch,
    Text,
    Version,
    pairs,
    require_fit,
)
from gateway_rules.inputs.partial import validate_partly
from gateway_rules.inputs.validation import faults_of, shown
from gateway_rules.packets import Direction, PortPair, Prefix, Protocol

FOLDER: Final = Path(__file__).parents[1] / "catalogue"
SHIPPED: Final = FOLDER / "seg-v3.yaml"
REGIONS: Final = FOLDER / "regions.yaml"
_DESCRIBES: Final = r"^[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]{1,64}$"
"""What AWS takes in the description of a rule, which names a section beside a service's id."""


def _describes(value: str) -> str:
    """Refuse text that would make AWS refuse the rules of its service."""
    if re.fullmatch(_DESCRIBES, value):
        return value
    fix = "write at most 64 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*"
    raise Refused("form", f"{shown(value)} cannot stand in a rule's description", fix)


Section = Annotated[
    Text, Field(json_schema_extra={"pattern": _DESCRIBES}), AfterValidator(_describes)
]
Geography = Literal["EMEA", "APAC", "JAPAN", "US", "CANADA", "LATAM"]


class Host(Frozen):
    """A name of the document with the addresses printed beside it."""

    name: HostName
    """The name as it is printed."""
    addresses: tuple[Address, ...]
    """Single addresses or CIDRs; none where the document prints none."""


class Regional(Frozen):
    """Where in the world the printed addresses hold, and the section that says so."""

    section: Text
    """The section that says so."""
    geography: Geography
    """The part of the world in which the addresses hold."""


class Service(Frozen):
    """One row of the document, or one audience of a row that has two."""

    id: Name
    """How stack files, rules and reports name the service."""
    section: Section
    """The section of the document, quoted."""
    row: Text
    """The row's label, as it is printed."""
    direction: Direction | Literal["both"]
    """Who begins: egress is the gateway, ingress the other end."""
    reason: Prose
    """Why the direction is read so."""
    protocol: Literal["tcp", "udp"]
    """The protocol of the conversation."""
    ports: Ports
    """The server's ports: one, a range "a-b", or a list of these."""
    hosts: tuple[Host, ...] = ()
    """Who is at the other end, by name and address, outside the organisation."""
    role: Name | None = None
    """Who is at the other end, inside the organisation."""
    anywhere: Switch = False
    """Whether the other end may be any address; a site may narrow it."""
    regional: Regional | None = None
    """Where in the world the addresses hold, if not everywhere."""
    before_version: Version | None = None
    """The first version of the gateway that does not need the service."""
    replies: Switch = True
    """Whether the other end answers."""
    reply_ports: Ports | None = None
    """Ports to which replies may come besides the ephemeral ones."""

    @model_validator(mode="after")
    def _one_other_end(self) -> Self:
        ends = [bool(self.addresses), self.role is not None, self.anywhere]
        if sum(ends) != 1:
            times = "more than once" if any(ends) else "nowhere"
            fix = "give one of: hosts with addresses, a role, anywhere: true"
            raise Refused("other-end", f"who is at the other end is said {times}", fix)
        if self.regional and not self.hosts:
            fix = "give the hosts whose addresses differ"
            raise Refused("other-end", "it is regional and names no host", fix)
        return self

    @property
    def directions(self) -> tuple[Direction, ...]:
        """Who may begin, one direction each."""
        return ("egress", "ingress") if self.direction == "both" else (self.direction,)

    @property
    def addresses(self) -> tuple[Prefix, ...]:
        """Every printed address, as taken."""
        return tuple(address for host in self.hosts for address in host.addresses)

    @property
    def host_names(self) -> tuple[str, ...]:
        """The names, each once, in printed order."""
        return tuple(dict.fromkeys(host.name for host in self.hosts))


class Addition(Frozen):
    """A flow that the document does not list, in the words of a service."""

    name: Annotated[Name, Field(examples=["smtp-in"])]
    """A name of its own, which the rules carry."""
    direction: Annotated[Direction, Field(examples=["ingress"])]
    """Who begins: egress is the gateway, ingress the other end."""
    protocol: Annotated[Protocol, Field(examples=["tcp"])]
    """The protocol; "-1" is all of them."""
    ports: Ports | None = None
    """The server's ports for tcp and udp: one, a range "a-b", or a list of these."""
    type: Annotated[Number, Field(ge=-1, le=255)] | None = None
    """The type of an ICMP message; -1 is any."""
    code: Annotated[Number, Field(ge=-1, le=255)] | None = None
    """The code of an ICMP message; -1 is any."""
    peers: Annotated[
        tuple[PeerText, ...], Field(min_length=1, examples=[["0.0.0.0/0"], ["ftp_servers"]])
    ]
    """Who is at the other end: CIDRs, names of roles, or self for the gateways themselves."""

    @model_validator(mode="after")
    def _ports_fit_protocol(self) -> Self:
        require_fit(self.protocol, self.ports, (self.type, self.code))
        return self

    @property
    def port_pairs(self) -> tuple[PortPair, ...]:
        """What stands where a rule has its two numbers."""
        return pairs(self.ports, (self.type, self.code))


class Erratum(Frozen):
    """A place where the document prints something that cannot be meant."""

    section: Text
    """The section, or `cover`."""
    row: Text
    """The row's label, as its service has it."""
    printed: Text
    """What the document prints."""
    taken: Text
    """What stands in the catalogue instead."""
    why: Prose
    """Why it is read so."""


class Caveat(Frozen):
    """A place where what is listed does not suffice, or is more than it should be."""

    id: Name
    """How the caveat is referred to."""
    section: Text
    """The section that it is about."""
    row: Text | None = None
    """The row that it is about, if it is about one."""
    what: Prose
    """What is missing or too much."""
    why: Prose
    """What comes of it."""
    additions: tuple[Addition, ...] = ()
    """Additions that a stack file may take over as they stand."""


class Issue(Frozen):
    """One issue of the document, as its file has it."""

    title: Text
    """The document's title."""
    issue: Text
    """The issue, quoted."""
    date: Text
    """When it was issued, as it is printed."""
    sections: dict[Section, Text]
    """The sections' titles by their numbers, quoted."""
    roles: dict[Name, Text]
    """Who may be at the other end inside the organisation, each with an explanation."""
    services: tuple[Service, ...]
    """The rows, in the document's order."""
    administrative: tuple[Name, ...] = ()
    """Services that administer the product, by their ids; policy watches who reaches them."""
    errata: tuple[Erratum, ...] = ()
    """What is printed and cannot be meant."""
    caveats: tuple[Caveat, ...] = ()
    """What does not suffice, or is more than it should be; nothing of it is opened unasked."""


class Region(Frozen):
    """An AWS Region and the part of the world in which it lies."""

    region: Text
    name: Text
    geography: Geography


class Catalogue(Issue):
    """An issue of the document together with the Regions that AWS has."""

    regions: dict[Text, Region]

    @cached_property
    def by_id(self) -> dict[str, Service]:
        """The services under their ids."""
        return {service.id: service for service in self.services}


def read_catalogue(path: Path = SHIPPED, root: Path = FOLDER) -> Catalogue:
    """Read and validate a catalogue; raise Faults with everything that is wrong with it.

    Its Regions are those of the table beside it, or where there is none those of the package.
    """
    document = read_yaml(path, root)
    try:
        issue = Issue.model_validate(document.data)
    except ValidationError as error:
        faults = faults_of(error, document, Issue)
        more = (document.fault(*problem) for problem in _more(document.data))
        raise Faults(*faults, *more) from None
    if faults := [document.fault(*problem) for problem in _contradictions(issue)]:
        raise Faults(*faults)
    own = path.with_name(REGIONS.name)
    regions = read_regions(own, root) if own.exists() else read_regions()
    return Catalogue.model_construct(**dict(issue), regions=regions)


def _more(data: Any) -> Iterator[Problem]:
    """Find what is wrong with the sound parts of a broken catalogue."""
    partial = validate_partly(Issue, data, {}) if isinstance(data, dict) else None
    for problem in _contradictions(partial.model) if partial else ():
        path = partial.origin(problem.path) if partial else None
        # A row or a service may be unknown only because it is broken itself.
        if path and problem.rule not in ("unknown-row", "unknown-service"):
            yield problem._replace(path=path)


def read_regions(path: Path = REGIONS, root: Path = FOLDER) -> dict[str, Region]:
    """Read the table of Regions under their names; raise Faults with all that is wrong with it."""
    document = read_yaml(path, root)
    try:
        regions = TypeAdapter(tuple[Region, ...]).validate_python(document.data)
    except ValidationError as error:
        raise Faults(*faults_of(error, document, Region)) from None
    names = [region.region for region in regions]
    twice = (
        document.fault(
            (i, "region"), "duplicate-id", f"{name} is there already", "keep one of them"
        )
        for i, name in enumerate(names)
        if name in names[:i]
    )
    if faults := [*twice]:
        raise Faults(*faults)
    return dict(zip(names, regions, strict=True))


def _contradictions(issue: Issue) -> Iterator[Problem]:
    """Find what is well formed and cannot be: ids twice, roles, sections and rows that are not."""
    ids = [service.id for service in issue.services]
    for index, service in enumerate(issue.services):
        at: Steps = ("services", index)
        if service.id in ids[:index]:
            what = f"{service.id} is there already"
            yield Problem((*at, "id"), "duplicate-id", what, "give it an id of its own")
        if service.role and service.role not in issue.roles:
            fix = f"write one of: {', '.join(issue.roles)}"
            yield Problem((*at, "role"), "unknown-role", f"{service.role} is no role", fix)
        if service.section not in issue.sections:
            fix = f"write one of: {', '.join(issue.sections)}"
            what = f"{service.section} is no section"
            yield Problem((*at, "section"), "unknown-section", what, fix)
    for index, name in enumerate(issue.administrative):
        if name not in ids:
            fix = "write the id of a service, or take it out"
            yield Problem(
                ("administrative", index), "unknown-service", f"{name} is no service", fix
            )
    yield from _rows(issue)


def _rows(issue: Issue) -> Iterator[Problem]:
    """Refuse a row that its section does not have; the cover is no section of rows."""
    rows = {(service.section, service.row) for service in issue.services}
    named: dict[Steps, tuple[str, str | None]] = {
        **{("errata", i, "row"): (e.section, e.row) for i, e in enumerate(issue.errata)},
        **{("caveats", i, "row"): (c.section, c.row) for i, c in enumerate(issue.caveats)},
    }
    for path, (section, row) in named.items():
        if row and section != "cover" and (section, row) not in rows:
            what = f"section {section} has no row {row}"
            yield Problem(path, "unknown-row", what, "write the row as its service has it")
