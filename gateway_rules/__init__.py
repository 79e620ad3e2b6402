"""A mail gateway's ports-and-protocols document as AWS security groups and network ACLs.

`Gateway` and `GatewayArgs` are Pulumi resources; they are imported only when asked
for, so that reading and planning need no Pulumi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway_rules.plan import Plan, plan
from gateway_rules.site import Site

if TYPE_CHECKING:
    from gateway_rules.resources import Gateway, GatewayArgs

__all__ = ["Gateway", "GatewayArgs", "Plan", "Site", "plan"]


def __getattr__(name: str) -> object:
    """Import the Pulumi resources on first use (PEP 562)."""
    if name in ("Gateway", "GatewayArgs"):
        from gateway_rules import resources  # noqa: PLC0415 - the point of this function.

        return getattr(resources, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
