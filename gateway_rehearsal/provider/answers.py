"""The answers of the provider protocol, made of what the stand-in finds."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, status_pb2

from .diff import ResourceDifference
from .faults import Failure, HalfMadeError
from .resource import Made
from .values import Properties, to_struct

_STATUS: Final = grpc.StatusCode.UNKNOWN


def failed_checks(found: Iterable[Failure]) -> list[provider_pb2.CheckFailure]:
    """Return failures as the protocol lists them."""
    return [provider_pb2.CheckFailure(property=one.property, reason=one.reason) for one in found]


def created(made: Made) -> provider_pb2.CreateResponse:
    """Return the answer for a resource that was made."""
    return provider_pb2.CreateResponse(id=made.resource_id, properties=to_struct(made.outputs))


def config_difference(olds: Properties, news: Properties) -> provider_pb2.DiffResponse:
    """Return the settings that change; what that means to a resource its own difference says."""
    changed = sorted(key for key in olds.keys() | news.keys() if olds.get(key) != news.get(key))
    return provider_pb2.DiffResponse(changes=_some_or_none(changed), diffs=changed)


def resource_difference(
    found: ResourceDifference, old_inputs: Mapping[str, object], news: Mapping[str, object]
) -> provider_pb2.DiffResponse:
    """Return the answer for the properties that change.

    The engine shows a change of inputs where the program changed them, and else, which is drift, a
    change from the outputs.
    """
    detailed = {
        name: provider_pb2.PropertyDiff(
            kind=provider_pb2.PropertyDiff.Kind.Value(
                f"{change.value}{'_REPLACE' * (name in found.replaces)}"
            ),
            inputDiff=old_inputs.get(name) != news.get(name),
        )
        for name, change in found.changes.items()
    }
    return provider_pb2.DiffResponse(
        changes=_some_or_none(detailed),
        diffs=sorted(detailed),
        replaces=sorted(found.replaces),
        deleteBeforeReplace=found.delete_before_replace,
        detailedDiff=detailed,
        hasDetailedDiff=True,
    )


def _some_or_none(changed: Collection[str]) -> provider_pb2.DiffResponse.DiffChanges.ValueType:
    return provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE


class _Status(grpc.Status):  # type: ignore[misc] # grpc is untyped.
    """An error with details, which grpc takes in just this form."""

    def __init__(self, details: status_pb2.Status) -> None:
        self.code = _STATUS
        self.details = details.message
        self.trailing_metadata = (("grpc-status-details-bin", details.SerializeToString()),)


def half_made(error: HalfMadeError, doing: str, inputs: Struct | None) -> grpc.Status:
    """Return the status with which the engine keeps a resource that is not finished."""
    reasons = [f"{doing}: {reason}" for reason in error.reasons]
    details = status_pb2.Status(code=_STATUS.value[0], message="; ".join(reasons))
    details.details.add().Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=error.resource_id,
            properties=to_struct(error.properties),
            inputs=inputs,
            reasons=reasons,
        )
    )
    return _Status(details)
