"""The JSON of a plan has the promised keys, and the same bytes whatever the order of its files."""

import json
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from strategies import reordered
from written import RICH, project

from gateway_rules.inputs import addition_as_written
from gateway_rules.inputs.catalogue import SHIPPED, Addition, Catalogue, read_catalogue
from gateway_rules.inputs.site import StackFields
from gateway_rules.inputs.stack_file import KEYS
from gateway_rules.planning import plan_json
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.stack_plan import load_plan

ROOT = Path(__file__).parents[2]
BUDGET = {"budget": int, "used": int, "excess": int, "lower_bound": int}
ADDITION = {"name": str, "direction": str, "protocol": str, "peers": [str]}
MATCH = {"direction": str, "protocol": str, "from_port": int, "to_port": int}
CONTRACT = {
    "stack": str,
    "region": str,
    "catalogue": {"title": str, "issue": str},
    "flows": [{**MATCH, "peer": str, "services": [str]}],
    "security_groups": [
        {
            "name": str,
            "rules": [{**MATCH, "peer": str, "description": str, "services": [str]}],
        }
    ],
    "network_acl": {
        "entries": [
            {
                **MATCH,
                "number": int,
                "action": str,
                "prefix": str,
                "for": [str],
                "services": [str],
                "required": int,
                "adds": int,
            }
        ],
        "egress": {"ipv4": BUDGET, "ipv6": BUDGET},
        "ingress": {"ipv4": BUDGET, "ipv6": BUDGET},
    },
    "not_used": [{"service": str, "reason": str}],
    "errata": [{"section": str, "row": str, "printed": str, "taken": str, "why": str}],
}


def shape(value: Any) -> Any:
    """Give the keys and types of JSON; items of a list have to agree."""
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items()}
    if isinstance(value, list):
        shapes = [shape(item) for item in value]
        assert all(other == shapes[0] for other in shapes)
        return shapes[:1]
    return type(value)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Plan a site that leaves out, narrows and adds."""
    return load_plan(project(tmp_path_factory.mktemp("rich"), RICH), "bad").plan


def test_the_site_fits_without_joining(rich: Plan) -> None:
    """Every entry of the site is exact, so that the properties below are quick."""
    assert {budget.excess for budget in rich.acl.budgets.values()} == {0}


def test_keys_are_those_that_are_promised(rich: Plan) -> None:
    """Checks outside of this project read just these keys and types."""
    data = json.loads(json.dumps(plan_json.plan_as_json(rich)))
    caveats = data.pop("caveats")
    assert shape(data) == CONTRACT
    assert {key for caveat in caveats for key in caveat} == {
        *("id", "section", "row", "what", "why", "additions")
    }
    written = [addition for caveat in caveats for addition in caveat["additions"]]
    assert all(ADDITION.keys() <= addition.keys() for addition in written)


def test_every_stack_of_the_project_has_the_promised_keys() -> None:
    """The project's own stacks use every service, so that list alone is empty."""
    for stack in ("eu-west-1", "eu-central-1"):
        data = plan_json.plan_as_json(load_plan(ROOT, stack).plan)
        del data["caveats"]
        assert shape(data) == {**CONTRACT, "not_used": []}


@pytest.mark.parametrize("stack", ["eu-west-1", "eu-central-1"])
@pytest.mark.parametrize("direction", ["egress", "ingress"])
def test_what_the_entries_add_is_the_excess(stack: str, direction: str) -> None:
    """Nothing is counted twice, so the entries of a direction add up to its budgets' excess."""
    acl = plan_json.plan_as_json(load_plan(ROOT, stack).plan)["network_acl"]
    adds = [entry["adds"] for entry in acl["entries"] if entry["direction"] == direction]
    assert sum(adds) == sum(budget["excess"] for budget in acl[direction].values())


def number(prefix: str) -> tuple[int, int]:
    """Give family and address as numbers."""
    network = ip_network(prefix)
    return network.version, int(network.network_address)


def test_flows_are_sorted_by_number_not_by_text(rich: Plan) -> None:
    """Port 443 comes after 80, 213.106.99.208 after 86.188.240.24, and `self` before both."""
    keys = [
        (
            *(flow["direction"], flow["protocol"], flow["from_port"], flow["to_port"]),
            *((0, 0) if flow["peer"] == "self" else number(flow["peer"])),
        )
        for flow in plan_json.plan_as_json(rich)["flows"]
    ]
    assert keys == sorted(keys)


def test_what_opens_nothing_says_why(rich: Plan) -> None:
    """Each unused service has its reason, sorted by its id."""
    assert plan_json.plan_as_json(rich)["not_used"] == [
        {"service": "http-key-server", "reason": "the site has no key_servers"},
        {"service": "kaspersky-av-updates", "reason": "the stack file leaves it out"},
        {"service": "ldap-key-server", "reason": "the site has no key_servers"},
        {"service": "service-availability-list", "reason": "the stack file leaves it out"},
        {"service": "sophos-av-updates", "reason": "the stack file leaves it out"},
        {"service": "spam-signatures-cloud", "reason": "the stack file leaves it out"},
        {
            "service": "spam-signatures-download",
            "reason": "it holds for versions before 3.1; the gateway's is 3.8",
        },
    ]


def planned(config: dict[str, Any], catalogue: Catalogue) -> str:
    """Give the bytes of the plan of what stands under `config:`."""
    fields = {name: config[key] for name, key in KEYS.items() if key in config}
    site = StackFields.model_validate({"stack": "bad", **fields}).site
    return json.dumps(plan_json.plan_as_json(plan(catalogue, site)))


CATALOGUE = read_catalogue()
CONFIG = YAML(typ="safe").load(RICH)["config"]


@settings(max_examples=40)
@given(reordered(CONFIG))
def test_the_order_of_a_stack_file_does_not_matter(other: dict[str, Any]) -> None:
    """Moving lines, items of lists and keys changes not one byte."""
    assert planned(other, CATALOGUE) == planned(CONFIG, CATALOGUE)


@settings(max_examples=8)
@given(st.data())
def test_the_order_of_the_catalogue_matters_to_its_own_lists_only(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Rules, entries, flows and all that is counted are the same however the rows are moved."""
    moved = data.draw(reordered(YAML(typ="safe").load(SHIPPED)))
    file = tmp_path_factory.mktemp("moved") / "catalogue.yaml"
    file.write_text(json.dumps(moved))
    plans = [json.loads(planned(CONFIG, c)) for c in (CATALOGUE, read_catalogue(file))]
    for found in plans:
        found["errata"].sort(key=str)
        del found["caveats"]
    assert json.dumps(plans[0]) == json.dumps(plans[1])


@pytest.mark.parametrize(
    "written",
    [
        {
            "name": "a",
            "direction": "egress",
            "protocol": "tcp",
            "ports": 25,
            "peers": ["10.0.0.0/8"],
        },
        {
            "name": "a",
            "direction": "ingress",
            "protocol": "udp",
            "ports": [1, "2-3"],
            "peers": ["self"],
        },
        {
            "name": "a",
            "direction": "egress",
            "protocol": "icmp",
            "type": -1,
            "code": -1,
            "peers": ["ftp_servers", "::/0"],
        },
        {"name": "a", "direction": "egress", "protocol": "-1", "peers": ["0.0.0.0/0"]},
    ],
)
def test_an_addition_is_given_as_it_is_written(written: dict[str, object]) -> None:
    """What is shown can be put into a stack file, and is read as the same."""
    addition = Addition.model_validate(written)
    assert addition_as_written(addition) == written
