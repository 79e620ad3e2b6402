"""A mail gateway's ports-and-protocols document as AWS security groups and network ACLs.

`Gateway` is a Pulumi component; it is imported only when asked for, so that reading
and planning need no Pulumi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway_rules.plan import Plan, plan
from gateway_rules.site import Site

if TYPE_CHECKING:
    from gateway_rules.resources import Gateway

__all__ = ["Gateway", "Plan", "Site", "plan"]


def __getattr__(name: str) -> object:
    """Import the Pulumi component on first use (PEP 562)."""
    if name == "Gateway":
        from gateway_rules.resources import Gateway  # noqa: PLC0415 - the point of this function.

        return Gateway
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
