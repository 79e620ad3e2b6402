"""What an issue of the document says that could not be placed in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway_rules.authoring.issue.cells import Cell
from gateway_rules.errors import Fault

HOSTS: Final = "hosts"
PORTS: Final = "ports"


@dataclass(frozen=True, order=True)
class Unplaced:
    """Cells that are represented nowhere in the proposed catalogue, or that nobody has read yet."""

    cells: tuple[Cell, ...]
    """The cells, or the words in them; the first says where the finding stands."""
    rule: str
    message: str
    fix: str
    section: str = ""
    rows: tuple[str, ...] = ()
    """The rows of the catalogue to which the cells may belong, or the labels of new ones."""
    holds: tuple[str, ...] = (HOSTS, PORTS)
    """What nothing is taken out of in those rows until the finding is settled."""

    def fault(self, file: str) -> Fault:
        """Give the finding in the form of a fault of the document's file."""
        place = self.cells[0]
        return Fault(file, place.line, place.column, self.rule, self.message, self.fix)

    def as_json(self, file: str) -> dict[str, object]:
        """Give the finding's parts under their own names."""
        cells = [cell.text for cell in self.cells]
        return {**self.fault(file).as_json(), "cells": cells, "candidates": list(self.rows)}


def quoted(cells: tuple[Cell, ...]) -> str:
    """Name cells by what they print, without the blank ones."""
    return " ".join(f'"{cell.text}"' for cell in cells if cell.text)
