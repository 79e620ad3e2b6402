"""A mail gateway's ports-and-protocols document as AWS security groups and network ACLs.

The names below are imported when they are first asked for (PEP 562): reading and
planning need no Pulumi, and what needs none of them starts the quicker.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gateway_rules.plan import Plan
    from gateway_rules.resources import Gateway
    from gateway_rules.site import Site

__all__ = ["Gateway", "Plan", "Site"]

_HOMES: Final = {"Gateway": "resources", "Plan": "plan", "Site": "site"}


def __getattr__(name: str) -> object:
    """Import a public name from its module."""
    if name in _HOMES:
        return getattr(import_module(f"gateway_rules.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
