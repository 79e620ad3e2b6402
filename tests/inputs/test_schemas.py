"""The JSON Schemas are those of the readers, take every good file, and refuse what they can."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from judged import require_valid_schema, violations
from ruamel.yaml import YAML
from strategies import Plain, sites
from written import ADDRESSES, BAD, RICH, STACK, fixtures

from gateway_rules.inputs.catalogue import SHIPPED, read_catalogue
from gateway_rules.inputs.schemas import schema_file, schemas, write, written

ROOT = Path(__file__).parents[2]
SCHEMAS = schemas(read_catalogue())
STACKS = sorted((ROOT / "stacks").glob("Pulumi.*.yaml"))

# What a schema cannot express, with the reason.
NOT_EXPRESSIBLE = {
    # It judges values, and these are about the text in which they are written.
    "stack/duplicate-key": "text",
    "stack/duplicate-role": "text",
    "stack/yaml-alias-of-itself": "text",
    "stack/yaml-broken": "text",
    "stack/yaml-control-character": "text",
    "stack/yaml-key-of-many": "text",
    "stack/yaml-merge-key": "text",
    "stack/yaml-tab": "text",
    "stack/yaml-tag": "text",
    "stack/yaml-two-documents": "text",
    "addresses/duplicate-key": "text",
    "addresses/range-that-is-public": "which addresses are public",
    "catalogue/duplicate-key": "text",
    # It does not calculate: neither with the bits of a prefix, nor with the ends of a range.
    "stack/host-bits": "arithmetic",
    "stack/host-bits-ipv6": "arithmetic",
    "stack/no-prefix": "arithmetic",
    "stack/prefix-too-long": "arithmetic",
    "stack/port-range-reversed": "arithmetic",
    "stack/ephemeral-range-reversed": "arithmetic",
    "stack/quota-product": "arithmetic",
    "addresses/no-address": "arithmetic",
    "addresses/range-with-host-bits": "arithmetic",
    "catalogue/host-bits": "arithmetic",
    "catalogue/misprint-not-taken": "arithmetic",
    "catalogue/addition-of-a-caveat-with-a-reversed-range": "arithmetic",
    # It does not compare one place of a file with another, or with another file.
    "stack/self-without-networks": "comparison",
    "stack/addition-self-without-networks": "comparison",
    "stack/duplicate-addition": "comparison",
    "stack/duplicate-addition-name": "comparison",
    "stack/addition-named-like-a-service": "comparison",
    "stack/icmp-to-ipv6": "comparison",
    "stack/icmpv6-to-ipv4-of-a-role": "comparison",
    "addresses/host-twice": "comparison",
    "addresses/host-unasked": "comparison",
    "addresses/pending-one-host": "comparison",
    "addresses/pending-empty-host": "comparison",
    "catalogue/duplicate-id": "comparison",
    "catalogue/unknown-role": "comparison",
    "catalogue/unknown-administrative-service": "comparison",
    "catalogue/unknown-section": "comparison",
    "catalogue/unknown-row-of-an-erratum": "comparison",
}


def load(text: str) -> Any:
    """Read YAML as editors do."""
    return YAML(typ="safe", pure=True).load(text)


def name(fixture: Path) -> str:
    """Name a fixture by its kind and its fault."""
    return fixture.relative_to(BAD).with_suffix("").as_posix()


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_files_are_up_to_date(kind: str) -> None:
    """After a change of the models, `python -m gateway_rules.inputs.schemas` writes them anew."""
    assert schema_file(kind).read_text() == written(SCHEMAS[kind])


def test_writing_writes_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of file gets the schema that its name says."""
    monkeypatch.setattr("gateway_rules.inputs.schemas.FOLDER", tmp_path)
    write(read_catalogue())
    found = {file.name: json.loads(file.read_text()) for file in tmp_path.iterdir()}
    assert found == {f"{kind}.schema.json": schema for kind, schema in SCHEMAS.items()}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_one(kind: str) -> None:
    """It holds to the draft that it names, and has a title."""
    require_valid_schema(SCHEMAS[kind])
    assert SCHEMAS[kind]["title"]


@pytest.mark.parametrize("file", [SHIPPED, *STACKS], ids=lambda path: path.name)
def test_files_name_their_schema(file: Path) -> None:
    """The first line leads an editor to the schema, by a path that is there."""
    found = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text())
    assert found
    kind = "catalogue" if file == SHIPPED else "stack"
    assert (file.parent / found[1]).resolve() == schema_file(kind)


@pytest.mark.parametrize(("kind", "files"), [("catalogue", [SHIPPED]), ("stack", STACKS)])
def test_the_projects_own_files_pass_the_command(kind: str, files: list[Path]) -> None:
    """What continuous integration would run finds nothing."""
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--schemafile",
        str(schema_file(kind)),
        *map(str, files),
    ]
    done = subprocess.run(  # noqa: S603 - the arguments are this file's own.
        command, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n")


@pytest.mark.parametrize(
    ("kind", "text"), [("stack", STACK), ("stack", RICH), ("addresses", ADDRESSES)]
)
def test_good_files_pass(kind: str, text: str) -> None:
    """What the reader takes, the schema takes."""
    assert violations(SCHEMAS[kind], load(text)) == []


@given(sites())
def test_every_site_passes(drawn: Plain) -> None:
    """No stack file of the documented form is underlined in an editor."""
    assert violations(SCHEMAS["stack"], {"config": drawn}) == []


def test_what_is_pulumis_passes() -> None:
    """Keys beside `config:` and of other namespaces are none of the schema's business."""
    others = "  aws:profile: audit\n  other:key: {secure: abc}\nencryptionsalt: v1:abc=\n"
    assert violations(SCHEMAS["stack"], load(STACK + others)) == []


@pytest.mark.parametrize(
    "fixture",
    [f for kind in SCHEMAS for f in fixtures(kind) if name(f) not in NOT_EXPRESSIBLE],
    ids=name,
)
def test_a_bad_file_is_refused(fixture: Path) -> None:
    """What a schema can express, an editor underlines before a command tells it."""
    assert violations(SCHEMAS[fixture.parent.name], load(fixture.read_text())) != []


@pytest.mark.parametrize("excused", [n for n, why in NOT_EXPRESSIBLE.items() if why != "text"])
def test_no_excuse_is_needless(excused: str) -> None:
    """A fixture whose values can be judged is on the list only while its schema takes them."""
    fixture = BAD / f"{excused}.yaml"
    assert violations(SCHEMAS[fixture.parent.name], load(fixture.read_text())) == []


def described(schema: Any, path: str = "") -> dict[str, bool]:
    """Tell for each key that a file may have whether it is explained."""
    if not isinstance(schema, dict):
        return {}
    found = {
        f"{path}.{key}": "description" in part or "$ref" in part
        for key, part in schema.get("properties", {}).items()
        if isinstance(part, dict)
    }
    for key, part in {**schema.get("properties", {}), **schema.get("$defs", {})}.items():
        found |= described(part, f"{path}.{key}")
    return found


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_key_is_explained(kind: str) -> None:
    """An editor says what a key is for when one hovers over it."""
    assert [key for key, there in described(SCHEMAS[kind]).items() if not there] == []


def test_the_closed_sets_are_those_of_the_catalogue() -> None:
    """An editor offers the roles, the services and the Regions that there are."""
    catalogue = read_catalogue()
    parts = SCHEMAS["stack"]["properties"]["config"]["properties"]
    assert parts["aws:region"]["enum"] == sorted(catalogue.regions)
    assert parts["gateway-rules:roles"]["required"] == list(catalogue.roles)
    assert list(parts["gateway-rules:services"]["properties"]) == list(catalogue.by_id)
