"""The schema of the package as far as the stand-in knows it, which `pulumi import` asks for."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from .catalog import RESOURCES
from .resource import Resource
from .schema import Property, ValueKind

_TYPES: Final = MappingProxyType(
    {
        ValueKind.TEXT: {"type": "string"},
        ValueKind.INTEGER: {"type": "integer"},
        ValueKind.BOOLEAN: {"type": "boolean"},
        ValueKind.TEXTS: {"type": "array", "items": {"type": "string"}},
        ValueKind.TEXT_MAP: {"type": "object", "additionalProperties": {"type": "string"}},
        ValueKind.OBJECTS: {"type": "array", "items": {"$ref": "pulumi.json#/Any"}},
    }
)


def package_schema(version: str) -> str:
    """Return the schema as JSON."""
    resources = {token: _resource(resource) for token, resource in RESOURCES.items()}
    return json.dumps({"name": "aws", "version": version, "resources": resources})


def _resource(resource: Resource) -> Mapping[str, Any]:
    inputs = {name: _TYPES[declared.kind] for name, declared in resource.properties.items()}
    outputs = {name: {"type": "string"} for name in resource.outputs}
    return {
        "inputProperties": inputs,
        "requiredInputs": _required(resource.properties),
        "properties": outputs | inputs,
    }


def _required(properties: Mapping[str, Property]) -> list[str]:
    return sorted(name for name, declared in properties.items() if declared.required)
