"""Where a service comes from: a row of the document, or an addition of the stack's file.

Rules are described by it before there is a plan, so it asks for the catalogue and the site alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gateway_rules.inputs import Catalogue, Service, Site, is_looked_up

DESCRIBED: Final = re.compile(r"\((section [^()]+|addition)\)")
"""How each service ends in the description of a rule that was planned: with its `brief` origin."""


@dataclass(frozen=True)
class Origin:
    """Where one service comes from, in as many words as there is room for."""

    row: Service | None
    """None for an addition."""
    stack: str
    is_resolved: bool
    """Whether its addresses here are those that were looked up, not those that are printed."""

    @property
    def brief(self) -> str:
        """Give the section alone, in the characters that AWS allows in a description."""
        return f"section {self.row.section}{self._resolved}" if self.row else "addition"

    @property
    def place(self) -> str:
        """Give section and row."""
        row = self.row
        return f"section {row.section}, {row.row}{self._resolved}" if row else "addition"

    @property
    def place_and_role(self) -> str:
        """Give section, row, and who is at the other end inside the organisation."""
        role = self.row and self.row.role
        return f"{self.place}, {role}" if role else self.place

    @property
    def full(self) -> str:
        """Give section and row, or the file in which the addition is written."""
        return self.place if self.row else f"an addition of stacks/Pulumi.{self.stack}.yaml"

    @property
    def _resolved(self) -> str:
        return ", resolved" if self.is_resolved else ""


def origin_of(service: str, catalogue: Catalogue, site: Site) -> Origin:
    """Give where a service of a plan of these comes from, by its id."""
    row = catalogue.by_id.get(service)
    return Origin(row, site.stack, row is not None and is_looked_up(row, site, catalogue))


def origins(catalogue: Catalogue, site: Site) -> dict[str, str]:
    """Give where each row and each addition comes from, by its id, in a rule's characters."""
    names = (*catalogue.by_id, *(addition.name for addition in site.additions))
    return {name: origin_of(name, catalogue, site).brief for name in names}
