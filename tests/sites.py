"""Sites, catalogues and plans for tests, made of plain data as the files hold it."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import simulator
from hypothesis import strategies as st
from strategies import ROLES, Plain, port_ranges, prefixes, protocols, sites

from gateway_rules.errors import Fault
from gateway_rules.inputs.catalogue import (
    Addition,
    Catalogue,
    Service,
    read_catalogue,
    read_regions,
)
from gateway_rules.inputs.documents import Document
from gateway_rules.inputs.site import Location, Site, StackFields
from gateway_rules.inputs.stack_file import StackDocuments, StackFile
from gateway_rules.planning.flows import Flow
from gateway_rules.planning.planner import Plan
from gateway_rules.planning.stack_plan import StackPlan

ROOT = Path(__file__).parents[1]
STACKS = ("eu-west-1", "eu-central-1")
NOBODY: dict[str, list[str]] = {role: [] for role in ROLES}
EVERYBODY = {
    "administrators": ["10.1.0.0/24"],
    "pmm_users": ["10.2.0.0/16"],
    "peers": ["self", "10.3.0.0/28"],
    "ftp_servers": ["10.4.0.1/32"],
    "directory_servers": ["10.5.0.0/28"],
    "key_servers": ["10.6.0.1/32"],
    "snmp_managers": ["10.7.0.1/32"],
    "lexical_servers": ["10.8.0.1/32"],
    "syslog_servers": ["10.9.0.0/31"],
}
# Everybody, but with so few hosts that a raised quota holds the exact ACL: quick to plan.
FEW: dict[str, Any] = {
    "roles": EVERYBODY,
    "services": dict.fromkeys(
        (
            "kaspersky-av-updates",
            "product-updates",
            "sophos-av-updates",
            "spam-signatures-cloud",
            "trustmanager-host-checking",
        ),
        False,
    ),
    "quotas": {"entries_per_network_acl": 40},
}
NETWORKS = ["10.42.8.0/26", "10.42.8.64/26"]


@cache
def shipped() -> Catalogue:
    """Read the catalogue that the package ships."""
    return read_catalogue()


def site(**fields: Any) -> Site:
    """Give a site in EMEA where nobody has a role, but for the fields given."""
    data = {
        "stack": "test",
        "region": "eu-west-1",
        "networks": NETWORKS,
        "roles": NOBODY,
    }
    return Site.model_validate({**data, **fields})


def location(**fields: Any) -> Location:
    """Give where the stacks of this repository are, but for the fields given."""
    data = {"vpc": {"Name": "mail-gateway"}, "subnets": {"Tier": "gateway"}}
    return Location.model_validate({**data, **fields})


def stack_file(at: Site, *lacking: Fault, **where: Any) -> StackFile:
    """Give a site as if a stack's file had said so."""
    document = Document(f"stacks/Pulumi.{at.stack}.yaml", {"config": {}}, {}, {})
    return StackFile(at, location(**where), (), lacking, StackDocuments(document))


def placed(plan: Plan, **where: Any) -> StackPlan:
    """Give a plan as if a stack's file had asked for it."""
    file = stack_file(plan.site, **where)
    return StackPlan(plan, file.location, file)


def read_site(config: Plain) -> Site:
    """Read what `config:` of a stack file holds."""
    fields = {key.rpartition(":")[2]: value for key, value in config.items()}
    return StackFields.model_validate({**fields, "stack": "test"}).site


def catalogue_of(services: Sequence[Plain]) -> Catalogue:
    """Give a catalogue of other services, each in the words of the catalogue's file."""
    kept = {name: getattr(shipped(), name) for name in ("title", "issue", "date", "sections")}
    read = tuple(Service.model_validate(service) for service in services)
    return Catalogue.model_construct(
        **kept, roles=shipped().roles, services=read, regions=read_regions()
    )


def _other_ends() -> st.SearchStrategy[Plain]:
    hosts = st.lists(prefixes(), min_size=1, max_size=3, unique=True).map(
        lambda some: {"hosts": [{"name": "host.example.com", "addresses": some}]}
    )
    role = st.sampled_from(ROLES).map(lambda name: {"role": name})
    return st.one_of(hosts, role, st.just({"anywhere": True}))


def services() -> st.SearchStrategy[Plain]:
    """Draw a service without an id."""
    written = port_ranges().map(lambda span: f"{span[0]}-{span[1]}")
    said: dict[str, st.SearchStrategy[Any]] = {
        "section": st.sampled_from(["2", "3"]),
        "row": st.just("Row"),
        "direction": st.sampled_from(["egress", "ingress", "both"]),
        "reason": st.just("a test"),
        "protocol": protocols(),
        "ports": st.lists(written, min_size=1, max_size=2, unique=True),
        "replies": st.sampled_from([True, True, False]),
    }
    fixed = st.fixed_dictionaries(said, optional={"reply_ports": st.just([123])})
    return st.tuples(fixed, _other_ends()).map(lambda both: both[0] | both[1])


def catalogues(most: int = 5) -> st.SearchStrategy[Catalogue]:
    """Draw a catalogue of a few services."""
    return st.lists(services(), max_size=most).map(
        lambda some: catalogue_of([{"id": f"service-{i}", **each} for i, each in enumerate(some)])
    )


def situations() -> st.SearchStrategy[tuple[Catalogue, Site]]:
    """Draw a catalogue and a site for it, which leaves nothing out and narrows nothing."""

    def read(both: tuple[Catalogue, Plain]) -> tuple[Catalogue, Site]:
        kept = {key: value for key, value in both[1].items() if key != "gateway-rules:services"}
        return both[0], read_site(kept)

    return st.tuples(catalogues(), sites()).map(read)


# --- What a network ACL has to pass, worked out apart from the product -------------------------


def needed(flows: Sequence[Flow], catalogue: Catalogue, at: Site) -> list[simulator.Rule]:
    """Give the packets of the flows and of their replies as an ACL meets them."""
    rules = []
    for flow in flows:
        peers = at.networks if flow.peer == "self" else [flow.peer]
        back = {"ingress": "egress", "egress": "ingress"}[flow.direction]
        for peer in map(str, peers):
            said = flow.protocol, flow.from_port, flow.to_port, peer
            rules.append(simulator.Rule(flow.direction, *said))
            rules += [
                simulator.Rule(back, flow.protocol, *ports, peer)
                for service in flow.services
                for ports in _replies(service, flow, catalogue, at)
            ]
    return rules


def _replies(name: str, flow: Flow, catalogue: Catalogue, at: Site) -> list[tuple[int, int]]:
    """Say to which ports the replies come that a service or an addition expects."""
    own = at.ephemeral_ports.gateway if flow.direction == "egress" else at.ephemeral_ports.clients
    service = catalogue.by_id.get(name)
    if service:
        return [own, *(service.reply_ports or ())] if service.replies else []
    if flow.protocol in simulator.ANSWERS:
        answers = simulator.ANSWERS[flow.protocol]
        asked = answers if flow.from_port == -1 else answers.keys() & {flow.from_port}
        return [(answers[kind], 0) for kind in asked]
    return [(0, 65535)] if flow.protocol == "-1" else [own]


def addition(**fields: Any) -> Addition:
    """Give an addition in the words of a stack file."""
    return Addition.model_validate({"name": "extra", "direction": "egress", **fields})
