"""What a resource type is to the stand-in."""
# ruff: noqa: ARG002 - what a method is given here is for those that override it.

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from .aws import Call
from .faults import Failure, ProviderError
from .schema import Property, ValueKind
from .tags import all_tags
from .values import UNKNOWN, Properties, Value, is_known

REGION = Property(ValueKind.TEXT, computed=True)
TAGS = Property(ValueKind.TEXT_MAP)


@dataclass(frozen=True)
class Made:
    """A resource as it is in AWS: its id and its outputs."""

    resource_id: str
    outputs: Properties


class Resource(ABC):
    """One resource type; its objects hold nothing.

    `create`, `read`, `update` and `delete` raise botocore's ClientError when AWS refuses, and
    ProviderError when the provider itself does. `create` and `update` raise HalfMadeError when the
    resource is there but not finished.
    """

    type_name: ClassVar[str]
    title: ClassVar[str]
    properties: ClassVar[Mapping[str, Property]]
    outputs: ClassVar[tuple[str, ...]]

    def failures(self, inputs: Properties) -> Iterator[Failure]:
        """Yield what no check of a single property finds."""
        yield from ()

    def replaced_by(self, olds: Properties, news: Properties) -> frozenset[str]:
        """Return the properties whose change needs another resource only at times, and now does."""
        return frozenset()

    def planned(self, call: Call, inputs: Properties) -> Properties:
        """Return the outputs as far as the inputs tell them; the others are unknown."""
        unknown: Properties = dict.fromkeys(self.outputs, UNKNOWN)
        return unknown | self.told(call, inputs)

    def planned_update(self, call: Call, olds: Properties, news: Properties) -> Properties:
        """Return the outputs after an update as far as inputs and old outputs tell them."""
        kept: Properties = {name: olds[name] for name in self.outputs if name in olds}
        return kept | self.told(call, news)

    def told(self, call: Call, inputs: Properties) -> Properties:
        """Return the outputs that the inputs tell by themselves."""
        own: Properties = {name: inputs[name] for name in self.properties if name in inputs}
        own["region"] = call.region
        if "tagsAll" in self.outputs:
            known = is_known(inputs.get("tags"))
            own["tagsAll"] = dict(all_tags(call, inputs)) if known else UNKNOWN
        return own

    @abstractmethod
    def create(self, call: Call, inputs: Properties) -> Made:
        """Make the resource in AWS."""

    @abstractmethod
    def read(self, call: Call, resource_id: str, state: Mapping[str, Value]) -> Made | None:
        """Read the resource; None when it is gone. An empty state means an import."""

    def update(
        self,
        call: Call,
        resource_id: str,
        olds: Properties,
        news: Properties,
    ) -> Properties:
        """Bring the resource from its old outputs to the new inputs; return its outputs.

        A type of which every change makes another resource has nothing to bring.
        """
        raise ProviderError(f"{self.title} {resource_id} cannot be updated")

    @abstractmethod
    def delete(self, call: Call, resource_id: str, olds: Properties) -> None:
        """Delete the resource; one that is gone already is all right."""
