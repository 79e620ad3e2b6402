"""A stack of a project, read and planned."""

from __future__ import annotations

from pathlib import Path

from gateway_rules.errors import Impossible, OverQuota
from gateway_rules.inputs import Catalogue, blame, catalogue_of, read_stack, require_stack
from gateway_rules.planning.planner import Plan, plan


def load_plan(root: Path, stack: str, catalogue: Catalogue | None = None) -> Plan:
    """Read a stack and plan it.

    Raises Faults with everything that is wrong, Pending when only the addresses of
    the region lack, OverQuota when AWS's quotas cannot hold what must pass.
    """
    catalogue = catalogue or catalogue_of(root)
    require_stack(root, stack)
    site = read_stack(root, stack, catalogue)
    try:
        return plan(catalogue, site)
    except Impossible as error:
        raise OverQuota(*blame(root, stack, *error.complaints).faults) from None
