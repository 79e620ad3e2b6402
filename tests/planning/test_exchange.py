"""Plans travel to another version of the program in full, or not at all."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sites import ROOT
from written import ADDRESSES, RICH, STACK, project

from gateway_rules.errors import Faults
from gateway_rules.planning.exchange import VERSION, plan_all, plans_as_json, plans_from_json
from gateway_rules.planning.exchange_form import Unreadable, Writer, classes_within, shape_of
from gateway_rules.planning.fleet import plan_stacks
from gateway_rules.planning.stack_plan import StackOutcome, StackPlan, StackPlans

SEEN = ADDRESSES.replace(
    "[84.39.153.1]", "[{address: 84.39.153.1, first_seen: 2026-01-31, resolvers: [9.9.9.9]}]"
)


def there_and_back(plans: StackPlans) -> StackPlans:
    """Write plans and read them."""
    return plans_from_json(json.dumps(plans_as_json(plans)))


def told(outcome: StackOutcome) -> object:
    """Give all that is known of a stack; faults are equal when they say the same."""
    if isinstance(outcome, Faults):
        return type(outcome), outcome.faults
    file = outcome.file if isinstance(outcome, StackPlan) else outcome
    shown = outcome.plan.groups if isinstance(outcome, StackPlan) else ()
    said = [(rule.services, rule.description) for group in shown for rule in group.rules]
    return outcome, file.documents, file.lacking, said


def test_every_stack_of_this_project_comes_back_as_it_was() -> None:
    """So do planned and pending ones, with the places of what stands in their files."""
    plans = plan_stacks(ROOT)
    back = there_and_back(plans)
    assert {n: told(e) for n, e in back.outcomes.items()} == {
        n: told(e) for n, e in plans.outcomes.items()
    }


@pytest.mark.parametrize(
    ("stack", "addresses"),
    [
        (RICH, None),
        (STACK.replace("eu-west-1", "us-east-1"), SEEN),
        (RICH.replace("10.42.0.0/24", "10.42.0.1/24"), None),
        ("[", None),
    ],
)
def test_a_rich_stack_and_broken_ones_come_back_as_they_were(
    tmp_path: Path, stack: str, addresses: str | None
) -> None:
    """Every kind of value that a stack may hold travels, and so do faults."""
    plans = plan_stacks(project(tmp_path, stack, addresses))
    back = there_and_back(plans)
    assert told(back.outcomes["bad"]) == told(plans.outcomes["bad"])


def test_a_number_keeps_how_it_was_written(tmp_path: Path) -> None:
    """A key of another namespace may hold 3.10, which is not 3.1."""
    stack = RICH.replace("config:\n", "config:\n  other:version: 3.10\n")
    back = there_and_back(plan_stacks(project(tmp_path, stack)))
    assert repr(back.planned["bad"].file.config["other:version"]) == "3.10"


def test_the_command_writes_what_is_read(tmp_path: Path) -> None:
    """The contract with later versions: a module, a folder, one document on standard output."""
    root = project(tmp_path, RICH)
    command = [sys.executable, "-m", "gateway_rules.planning.exchange", str(root)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)  # noqa: S603 ours
    assert plans_from_json(done.stdout).outcomes == plan_all(root).outcomes


def test_a_catalogue_that_cannot_be_read_is_a_fault_of_every_stack(tmp_path: Path) -> None:
    """Without a catalogue there is still an answer."""
    root = project(tmp_path, RICH)
    own = root / "gateway_rules" / "catalogue" / "seg-v3.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("[")
    assert isinstance(there_and_back(plan_all(root)).outcomes["bad"], Faults)


# --- Other versions ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Give the document of this project."""
    return plans_as_json(plan_stacks(ROOT))


def refused(document: dict[str, Any]) -> str:
    """Give why a document is refused."""
    with pytest.raises(Unreadable) as error:
        plans_from_json(json.dumps(document))
    return str(error.value)


def with_rule(document: dict[str, Any], **fields_: str | None) -> dict[str, Any]:
    """Give the document of a program whose rules have other fields."""
    shape = {**document["shapes"]["Rule"], **fields_}
    rule = {name: form for name, form in shape.items() if form}
    return {**document, "shapes": {**document["shapes"], "Rule": rule}}


def test_another_form_of_the_document_is_refused(document: dict[str, Any]) -> None:
    """A later program may write something else."""
    said = f"it writes version {VERSION + 1}, and this reads {VERSION}"
    assert refused({**document, "version": VERSION + 1}) == said


def test_what_is_not_known_here_is_refused(document: dict[str, Any]) -> None:
    """A field or a class that would be dropped makes the whole unreadable."""
    said = refused(with_rule(document, priority="int"))
    assert said == "its Rule has priority, which is not known here"
    shapes = {**document["shapes"], "Firewall": {"name": "str"}}
    assert refused({**document, "shapes": shapes}) == "its Firewall is not known here"


def test_another_type_is_refused(document: dict[str, Any]) -> None:
    """The same name may stand for something else."""
    said = refused(with_rule(document, from_port="str"))
    assert said == "from_port of its Rule is str, and here int"


def test_what_is_missing_is_refused_unless_it_has_a_default(document: dict[str, Any]) -> None:
    """What is new here and has a default was not there; anything else is a gap."""
    assert refused(with_rule(document, to_port=None)) == "its Rule has no to_port"


def test_a_field_that_is_new_here_has_its_default(document: dict[str, Any]) -> None:
    """A program that knew no quotas planned with those of AWS."""
    shapes = {**document["shapes"]}
    place = [*shapes["Site"]].index("protect")
    shapes["Site"] = {name: form for name, form in shapes["Site"].items() if name != "protect"}
    text = json.dumps({**document, "shapes": shapes, "stacks": _less(document["stacks"], place)})
    site = plans_from_json(text).planned["eu-west-1"].plan.site
    assert site == plan_stacks(ROOT, ["eu-west-1"]).planned["eu-west-1"].plan.site


def _less(written: Any, place: int) -> Any:
    """Take a field out of all sites."""
    if isinstance(written, list):
        return [_less(each, place) for each in written]
    if not isinstance(written, dict):
        return written
    less = {name: _less(each, place) for name, each in written.items()}
    if "Site" in less:
        del less["Site"][place]
    return less


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 1, "shapes": {}, "stacks": {"a": {"Rule": []}}}']
)
def test_what_is_no_document_is_refused(text: str) -> None:
    """Half an answer, or none, is not taken for a project without stacks."""
    with pytest.raises(Unreadable):
        plans_from_json(text)


def test_every_class_has_a_name_of_its_own() -> None:
    """Classes are known by their names alone, wherever they stand."""
    found = classes_within(StackPlan)
    assert {"Plan", "Rule", "Entry", "Site", "Catalogue", "Prefix", "Fault"} <= found.keys()
    for kind in found.values():
        hints = [each for each in shape_of(kind).values() if "<" in each or "gateway_rules" in each]
        assert not hints


def test_a_value_that_does_not_travel_is_a_fault_of_the_program() -> None:
    """A field of a new kind fails here, before it reaches anybody."""
    with pytest.raises(TypeError, match="set does not travel"):
        Writer().write({1})
