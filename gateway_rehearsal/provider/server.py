"""The provider protocol: each request handed to its resource type, and its answer handed back."""
# ruff: noqa: ARG002, N802 - the protocol names the methods and passes what some do not need.

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import Final

import grpc
from botocore.exceptions import BotoCoreError, ClientError
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from . import settings
from .answers import config_difference, created, failed_checks, half_made, resource_difference
from .aws import Aws, Call, Patience, one_line
from .catalog import look_up, resource_type
from .check import check, refreshed, without_markers
from .diff import difference
from .faults import HalfMadeError, ProviderError
from .package_schema import package_schema
from .resource import Made
from .values import Properties, from_struct, text, to_struct

_VERSION: Final = version("pulumi-aws")


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The stand-in, as the engine sees it.

    It takes no secrets, resource references or output values: the engine then sends plain values
    and marks the secrets among the answers by itself.
    """

    def __init__(self, aws: Aws, environment: Mapping[str, str], patience: Patience) -> None:
        self._environment = environment
        self._call = Call(aws, region="", patience=patience)

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Agree on plain values."""
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> Empty:
        """Take an engine that started this plugin not by itself."""
        return Empty()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Name the version that this plugin stands in for."""
        return plugin_pb2.PluginInfo(version=_VERSION)

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """Describe the resource types that the stand-in knows."""
        return provider_pb2.GetSchemaResponse(schema=package_schema(_VERSION))

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Refuse the settings that the stand-in cannot honour."""
        found = settings.failures(from_struct(request.news))
        return provider_pb2.CheckResponse(inputs=request.news, failures=failed_checks(found))

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Say which settings change; what that means is each resource's own difference."""
        return config_difference(from_struct(request.old_inputs), from_struct(request.news))

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Take the region and the default tags."""
        with _faults_of(context, "configuring the stand-in for aws"):
            read = settings.read(from_struct(request.args), self._environment)
            self._call = replace(self._call, region=read.region, default_tags=read.default_tags)
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        """Wait for nothing any more."""
        self._call.cancelled.set()
        return Empty()

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Answer a look-up."""
        with _faults_of(context, f"invoking {request.tok}"):
            found = look_up(request.tok)
            arguments = without_markers(from_struct(request.args))
            failures = found.failures(arguments)
            if failures:
                return provider_pb2.InvokeResponse(failures=failed_checks(failures))
            answer = found.answer(self._in_region_of(arguments), arguments)
            return provider_pb2.InvokeResponse(**{"return": to_struct(answer)})

    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Fill in the defaults and say what is wrong with the inputs."""
        with _faults_of(context, f"checking {request.name}"):
            inputs, found = check(
                resource_type(request.type),
                request.name,
                from_struct(request.news),
                from_struct(request.olds),
                request.randomSeed,
            )
            return provider_pb2.CheckResponse(
                inputs=to_struct(inputs), failures=failed_checks(found)
            )

    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Say what the new inputs change, in place or by another resource."""
        with _faults_of(context, f"comparing {request.name}"):
            news = from_struct(request.news)
            found = difference(
                self._in_region_of(news),
                resource_type(request.type),
                from_struct(request.olds),
                news,
                frozenset(request.ignoreChanges),
            )
            return resource_difference(found, from_struct(request.old_inputs), news)

    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Make a resource, or say what it will be."""
        with _faults_of(context, f"creating {request.name}", request.properties):
            resource = resource_type(request.type)
            inputs = without_markers(from_struct(request.properties))
            call = self._in_region_of(inputs)
            if request.preview:
                return created(Made("", resource.planned(call, inputs)))
            return created(resource.create(call, inputs))

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Read a resource; an answer without id says that it is gone."""
        with _faults_of(context, f"reading {request.name}", request.inputs):
            resource = resource_type(request.type)
            resource_id, _, region = request.id.partition("@")
            state = from_struct(request.properties)
            call = self._in_region_of(state or {"region": region or None})
            made = resource.read(call, resource_id, state)
            if made is None:
                return provider_pb2.ReadResponse()
            inputs = from_struct(request.inputs) if request.HasField("inputs") else None
            return provider_pb2.ReadResponse(
                id=made.resource_id,
                properties=to_struct(made.outputs),
                inputs=to_struct(refreshed(resource, made.outputs, inputs)),
            )

    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Bring a resource to its new inputs, or say what it will be."""
        with _faults_of(context, f"updating {request.name}"):
            resource = resource_type(request.type)
            olds, news = from_struct(request.olds), without_markers(from_struct(request.news))
            call = self._in_region_of(olds)
            outputs = (
                resource.planned_update(call, olds, news)
                if request.preview
                else resource.update(call, request.id, olds, news)
            )
            return provider_pb2.UpdateResponse(properties=to_struct(outputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        """Delete a resource."""
        with _faults_of(context, f"deleting {request.name}"):
            olds = from_struct(request.properties)
            resource_type(request.type).delete(self._in_region_of(olds), request.id, olds)
            return Empty()

    def _in_region_of(self, properties: Properties) -> Call:
        """Return the call for the region that the properties name, else for the provider's."""
        return replace(self._call, region=text(properties, "region") or self._call.region)


@contextmanager
def _faults_of(
    context: grpc.ServicerContext, doing: str, inputs: Struct | None = None
) -> Iterator[None]:
    """Turn what goes wrong into an error of the protocol that says what was being done."""
    try:
        yield
    except HalfMadeError as error:
        context.abort_with_status(half_made(error, doing, inputs))
    except (BotoCoreError, ClientError, ProviderError) as error:
        context.abort(grpc.StatusCode.UNKNOWN, f"{doing}: {one_line(error)}")
