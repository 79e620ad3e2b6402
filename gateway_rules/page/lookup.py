"""What the page's field looks up."""

from __future__ import annotations

from typing import Any

from gateway_rules.plan import Plan


def data(plan: Plan) -> dict[str, Any]:
    """Give what the page looks up."""
    return {"stack": plan.site.stack}
