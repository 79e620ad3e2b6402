"""JSON Schemas of the files that people write, so that an editor teaches and warns.

`python -m gateway_rules.inputs.schemas` writes them anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from gateway_rules.inputs.address_file import AddressFile
from gateway_rules.inputs.catalogue import Catalogue, Issue, read_catalogue
from gateway_rules.inputs.fields import CIDR
from gateway_rules.inputs.policy import Policy
from gateway_rules.inputs.retired import RetiredStacks
from gateway_rules.inputs.site import StackFields
from gateway_rules.inputs.stack_file import KEYS, NAMESPACE
from gateway_rules.inputs.whole_files import write_whole
from gateway_rules.packets import ICMP, SELF

Schema: TypeAlias = dict[str, Any]

FOLDER: Final = Path(__file__).parents[1] / "schemas"
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

_ADDRESSED: Final[Schema] = {"properties": {"addresses": {"minItems": 1}}}
_ONE_OTHER_END: Final[Schema] = {
    "oneOf": [
        {"required": ["role"]},
        {"required": ["anywhere"], "properties": {"anywhere": {"const": True}}},
        {"required": ["hosts"], "properties": {"hosts": {"contains": _ADDRESSED}}},
    ],
    "dependentRequired": {"regional": ["hosts"]},
}


def schemas(catalogue: Catalogue) -> dict[str, Schema]:
    """Give each file's schema under the name of the kind of file."""
    found = {
        "catalogue": _catalogue(),
        "stack": _stack(catalogue),
        "addresses": _of(AddressFile, "The addresses of a Region's hosts"),
        "policy": _of(Policy, "Limits to what a change may open, and their exceptions"),
        "retired": _of(RetiredStacks, "Stacks whose files are gone"),
    }
    return {kind: {"$schema": _DRAFT, **schema} for kind, schema in found.items()}


def written(schema: Schema) -> str:
    """Give the text of a schema's file."""
    return json.dumps(schema, indent=2) + "\n"


def schema_file(kind: str) -> Path:
    """Name the file of a schema."""
    return FOLDER / f"{kind}.schema.json"


def write(catalogue: Catalogue) -> None:
    """Write every schema's file."""
    for kind, schema in schemas(catalogue).items():
        write_whole(schema_file(kind), written(schema))


def _of(model: type[BaseModel], title: str) -> Schema:
    schema: Schema = _tidied(model.model_json_schema())
    return {"title": title, **schema}


def _tidied(schema: Any) -> Any:
    """Leave out the titles that repeat a key, and defaults that are not in a file's words."""
    if isinstance(schema, list):
        return [_tidied(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: _tidied(part) for key, part in schema.items() if not _is_noise(key, part)}


def _is_noise(key: str, part: Any) -> bool:
    """Tell a keyword that says nothing from a key of a file that is called like one."""
    if key == "title":
        return isinstance(part, str)
    return key == "default" and not isinstance(part, bool | int | str)


def _catalogue() -> Schema:
    schema = _of(Issue, "A ports-and-protocols document as data")
    schema["$defs"]["Service"] |= _ONE_OTHER_END
    _require_by_protocol(schema["$defs"]["Addition"])
    return schema


def _stack(catalogue: Catalogue) -> Schema:
    """Give the schema of a stack's file: ours under `config:`, and all that is Pulumi's."""
    schema = _of(StackFields, "A stack of gateway-rules")
    parts = schema.pop("properties")
    _close(parts, schema["$defs"], catalogue)
    properties = {key: parts[name] for name, key in KEYS.items()}
    config = {
        "description": "The configuration of the stack, as Pulumi hands it to the program.",
        "type": "object",
        "properties": properties,
        "required": [KEYS[name] for name in schema.pop("required") if name in KEYS],
        "propertyNames": {"anyOf": [{"enum": [*properties]}, _not_ours()]},
    }
    del schema["additionalProperties"], schema["$defs"]["ResolvedHost"], schema["$defs"]["Seen"]
    return {**schema, "properties": {"config": config}, "required": ["config"]}


def _not_ours() -> Schema:
    return {"pattern": ":", "not": {"pattern": f"^{NAMESPACE}"}}


def _close(parts: Schema, definitions: Schema, catalogue: Catalogue) -> None:
    """Put the catalogue's own names where the model takes any."""
    peer = {"anyOf": [{"const": SELF}, {"type": "string", "pattern": CIDR}]}
    parts["region"] |= {"enum": sorted(catalogue.regions)}
    del parts["roles"]["patternProperties"]
    parts["roles"] |= {
        "properties": {
            role: {"description": said, "type": "array", "items": peer}
            for role, said in catalogue.roles.items()
        },
        "required": [*catalogue.roles],
        "additionalProperties": False,
    }
    (use,) = parts["services"].pop("patternProperties").values()
    parts["services"] |= {
        "properties": {
            service.id: {
                "description": f"Section {service.section}, {service.row}",
                **(use if service.anywhere else {"const": False}),
            }
            for service in catalogue.services
        },
        "additionalProperties": False,
    }
    addition = definitions["Addition"]
    anyone = {"anyOf": [{"enum": [SELF, *catalogue.roles]}, {"type": "string", "pattern": CIDR}]}
    addition["properties"]["peers"]["items"] = anyone
    _require_by_protocol(addition)


def _require_by_protocol(addition: Schema) -> None:
    """Say what goes with each protocol: ports, type and code, or none of these."""
    addition["allOf"] = [
        _goes_with(["tcp", "udp"], ["ports"]),
        _goes_with([*ICMP], ["type", "code"]),
        _goes_with(["-1"], []),
        {
            "if": {"properties": {"type": {"const": -1}}, "required": ["type"]},
            "then": {"properties": {"code": {"const": -1}}},
        },
    ]


def _goes_with(protocols: list[str], required: list[str]) -> Schema:
    others = [key for key in ("ports", "type", "code") if key not in required]
    return {
        "if": {"properties": {"protocol": {"enum": protocols}}, "required": ["protocol"]},
        "then": {"required": required, "properties": dict.fromkeys(others, False)},
    }


if __name__ == "__main__":
    write(read_catalogue())
