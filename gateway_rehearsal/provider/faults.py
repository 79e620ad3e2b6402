"""What can go wrong, in the terms of the provider protocol.

A module of its own, as resources and what they are built of raise the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .values import Properties


@dataclass(frozen=True)
class Failure:
    """One property that cannot be as it is, and why."""

    property: str
    reason: str


class ProviderError(Exception):
    """A request that cannot be answered; its text is one line for the user."""


class HalfMadeError(ProviderError):
    """A resource that is there, but not finished.

    The engine keeps its id and these properties, and calls Update to have it finished.
    """

    def __init__(self, resource_id: str, properties: Properties, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.resource_id = resource_id
        self.properties = properties
        self.reasons = tuple(reasons)
