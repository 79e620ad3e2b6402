"""Which pages the reference has."""

from __future__ import annotations

from typing import Final

import gateway_rules
from gateway_rules.cli.app import app
from gateway_rules.inputs.catalogue import read_catalogue
from gateway_rules.inputs.schemas import schemas
from tools.reference.commands import commands_page
from tools.reference.python_api import python_page
from tools.reference.schema import schema_page

_FILES: Final = {
    "stack": ("stack-file.md", "`stacks/Pulumi.STACK.yaml`: one Region."),
    "addresses": (
        "address-file.md",
        "`stacks/addresses/STACK.yaml`: where hosts are, seen from a Region.",
    ),
    "policy": ("policy-file.md", "`policy.yaml`: what stops a change."),
    "retired": ("retired-file.md", "`stacks/retired.yaml`: stacks whose files are gone."),
    "catalogue": (
        "catalogue-file.md",
        "`gateway_rules/catalogue/seg-v3.yaml`: the vendor's document as data.",
    ),
}


def pages() -> dict[str, str]:
    """Give each page's text under the name of its file."""
    all_schemas = schemas(read_catalogue())
    found = {name: schema_page(all_schemas[kind], where) for kind, (name, where) in _FILES.items()}
    return found | {
        "commands.md": commands_page(app),
        "python.md": python_page(gateway_rules),
    }
