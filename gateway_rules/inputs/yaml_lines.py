"""Additions and their values as a stack file has them, on one line of YAML.

A module of its own, as each room that proposes an addition has to write it the same.
"""

from __future__ import annotations

from typing import Any

from gateway_rules.inputs.catalogue import Addition
from gateway_rules.packets import PortPair


def ports_as_written(pairs: tuple[PortPair, ...]) -> list[int | str]:
    """Give ports as the files have them: a number, or text for a range."""
    return [first if first == last else f"{first}-{last}" for first, last in pairs]


def addition_as_written(addition: Addition) -> dict[str, Any]:
    """Give an addition as a stack file has it."""
    kept = addition.model_dump(exclude={"ports", "peers"}, exclude_none=True)
    found = ports_as_written(addition.ports or ())
    listed = {"ports": found[0] if len(found) == 1 else found} if found else {}
    return kept | listed | {"peers": [str(peer) for peer in addition.peers]}


def flow_style(data: dict[str, object]) -> str:
    """Write a flat mapping as one line of YAML."""
    parts = (f"{key}: {flow_scalar(value)}" for key, value in data.items())
    return "{" + ", ".join(parts) + "}"


def flow_scalar(value: object) -> str:
    """Write a value within a line of YAML, so that all readers read it back.

    The text -1 would be a number, and Pulumi's reader takes no colon first.
    """
    if isinstance(value, list):
        return f"[{', '.join(map(flow_scalar, value))}]"
    text = str(value)
    return f'"{text}"' if value == "-1" or text.startswith(":") else text
