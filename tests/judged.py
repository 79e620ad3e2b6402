"""What a JSON Schema says of a value, in plain types."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # It has no stubs.


def violations(schema: Mapping[str, Any], value: object) -> list[str]:
    """Give what a value violates, each as the path of the schema's rule, sorted."""
    found = Draft202012Validator(schema).iter_errors(value)
    return sorted("/".join(map(str, error.schema_path)) for error in found)


def require_valid_schema(schema: Mapping[str, Any]) -> None:
    """Raise jsonschema's SchemaError unless the schema itself is one."""
    Draft202012Validator.check_schema(schema)
