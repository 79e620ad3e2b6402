"""The file that `pulumi import` takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from gateway_rules.deploy import resource_names
from gateway_rules.deploy.repair.imports_needed import StateImport
from gateway_rules.deploy.repair.state import StackState

_GATEWAY: Final = "gateway"


def import_file(
    state: StackState, gateway: str, imports: Iterable[StateImport], plugin: str
) -> dict[str, Any]:
    """Write down what to import as parts of the gateway, made if the state lacks even that.

    `plugin` is the version of the AWS plugin to take where the state names none; another one
    than the program's would be another provider, and each resource would change hands.
    """
    version = state.plugin or plugin
    parent = _GATEWAY if state.gateway else gateway
    made = {"type": resource_names.GATEWAY, "name": gateway, "component": True}
    return {
        "nameTable": {_GATEWAY: state.gateway} if state.gateway else {},
        "resources": [
            *([] if state.gateway else [made]),
            *(
                {"type": one.type, "name": one.name, "id": one.id}
                | {"parent": parent, "version": version}
                for one in imports
            ),
        ],
    }
