"""What the tests of the stand-in share: an engine's side of the protocol, and AWS's calls."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

import grpc
import pytest
from aws_fixtures import local_aws, new_vpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2, status_pb2

from gateway_rehearsal.provider.aws import Aws, Patience
from gateway_rehearsal.provider.server import Provider
from gateway_rehearsal.provider.values import Properties, from_struct, to_struct

if TYPE_CHECKING:
    from botocore.client import BaseClient

REGION = "eu-west-1"
SHORT = Patience(propagation=0.1, group_delete=0.1, acl_delete=0.1, pause=0.01)


class Refused(Exception):
    """An error of the protocol, as the engine gets it."""

    def __init__(self, text: str, detail: provider_pb2.ErrorResourceInitFailed | None) -> None:
        super().__init__(text)
        self.text = text
        self.detail = detail


class Context:
    """The part of gRPC's context that a servicer calls when it cannot answer."""

    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        """End the request with an error."""
        assert code is grpc.StatusCode.UNKNOWN
        raise Refused(details, None)

    def abort_with_status(self, status: grpc.Status) -> NoReturn:
        """End the request with an error and its details."""
        ((key, encoded),) = status.trailing_metadata
        assert key == "grpc-status-details-bin"
        decoded = status_pb2.Status.FromString(encoded)
        detail = provider_pb2.ErrorResourceInitFailed()
        assert decoded.details[0].Unpack(detail)
        assert decoded.message == status.details
        raise Refused(status.details, detail)


@dataclass
class Calls:
    """The calls that were made of AWS, and those that it is to refuse."""

    made: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refused: dict[str, list[tuple[str, str] | None]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The names of the calls, in order."""
        return [name for name, _ in self.made]

    @property
    def writes(self) -> list[str]:
        """The names of the calls that change something, in order."""
        return [name for name in self.names if not name.startswith(("Describe", "Get"))]

    def refuse(self, name: str, code: str, message: str = "no", *, after: int = 0) -> None:
        """Have AWS refuse the next call of the name, or the one after so many."""
        self.refused[name] = [None] * after + [(code, message)]

    def record(self, params: dict[str, Any], model: Any, **_: object) -> None:
        """Note a call, as botocore is about to make it."""
        self.made.append((model.name, params))

    def answer(self, model: Any, **_: object) -> object:
        """Answer a call in the place of AWS where it is to be refused."""
        planned = self.refused.get(model.name) or [None]
        refusal = planned.pop(0)
        if refusal is None:
            return None
        code, message = refusal
        return SimpleNamespace(status_code=400), {"Error": {"Code": code, "Message": message}}


@dataclass
class Engine:
    """The engine's side of the protocol, for one stand-in that serves one stack."""

    provider: Provider
    calls: Calls
    ec2: "BaseClient"
    type: str = ""

    def of(self, type_name: str) -> "Engine":
        """Return an engine for one resource type."""
        return replace(self, type=type_name)

    def check(
        self, news: Properties, olds: Properties | None = None, seed: bytes = b"seed"
    ) -> tuple[Properties, list[tuple[str, str]]]:
        """Have inputs checked; return them filled in, and what is wrong with them."""
        request = provider_pb2.CheckRequest(
            name="it",
            type=self.type,
            news=to_struct(news),
            olds=to_struct(olds or {}),
            randomSeed=seed,
        )
        answer = self.provider.Check(request, Context())
        failures = [(one.property, one.reason) for one in answer.failures]
        return from_struct(answer.inputs), failures

    def failures(self, news: Properties) -> list[tuple[str, str]]:
        """Have inputs checked; return what is wrong with them."""
        return self.check(news)[1]

    def diff(
        self,
        olds: Properties,
        news: Properties,
        old_inputs: Properties | None = None,
        ignored: tuple[str, ...] = (),
    ) -> dict[str, str]:
        """Compare outputs with new inputs; return the kind of each property's change."""
        answer = self.compare(olds, news, old_inputs, ignored)
        kinds = provider_pb2.PropertyDiff.Kind
        found = {name: kinds.Name(one.kind) for name, one in answer.detailedDiff.items()}
        some = provider_pb2.DiffResponse.DIFF_SOME
        assert (answer.changes == some) is bool(found)
        assert list(answer.diffs) == sorted(found)
        assert list(answer.replaces) == sorted(k for k, v in found.items() if "REPLACE" in v)
        return found

    def compare(
        self,
        olds: Properties,
        news: Properties,
        old_inputs: Properties | None = None,
        ignored: tuple[str, ...] = (),
    ) -> provider_pb2.DiffResponse:
        """Compare outputs with new inputs; return the whole answer."""
        request = provider_pb2.DiffRequest(
            id="id",
            name="it",
            type=self.type,
            olds=to_struct(olds),
            old_inputs=to_struct(old_inputs or {}),
            news=to_struct(news),
            ignoreChanges=ignored,
        )
        return self.provider.Diff(request, Context())

    def create(self, inputs: Properties, *, preview: bool = False) -> tuple[str, Properties]:
        """Check inputs, which must be right, and create; return id and outputs."""
        checked, failures = self.check(inputs)
        assert failures == []
        request = provider_pb2.CreateRequest(
            name="it", type=self.type, properties=to_struct(checked), preview=preview
        )
        answer = self.provider.Create(request, Context())
        return answer.id, from_struct(answer.properties)

    def read(
        self, resource_id: str, state: Properties | None = None, inputs: Properties | None = None
    ) -> tuple[str, Properties, Properties]:
        """Read; return id, outputs and inputs. Without a state it is an import."""
        request = provider_pb2.ReadRequest(
            id=resource_id, name="it", type=self.type, properties=to_struct(state or {})
        )
        if inputs is not None:
            request.inputs.CopyFrom(to_struct(inputs))
        answer = self.provider.Read(request, Context())
        return answer.id, from_struct(answer.properties), from_struct(answer.inputs)

    def update(
        self, resource_id: str, olds: Properties, news: Properties, *, preview: bool = False
    ) -> Properties:
        """Check new inputs, which must be right, and update; return the outputs."""
        checked, failures = self.check(news)
        assert failures == []
        request = provider_pb2.UpdateRequest(
            id=resource_id,
            name="it",
            type=self.type,
            olds=to_struct(olds),
            news=to_struct(checked),
            preview=preview,
        )
        return from_struct(self.provider.Update(request, Context()).properties)

    def delete(self, resource_id: str, olds: Properties) -> None:
        """Delete."""
        request = provider_pb2.DeleteRequest(
            id=resource_id, name="it", type=self.type, properties=to_struct(olds)
        )
        self.provider.Delete(request, Context())

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Look something up, with arguments that must be right."""
        request = provider_pb2.InvokeRequest(tok=token, args=to_struct(arguments))
        answer = self.provider.Invoke(request, Context())
        assert list(answer.failures) == []
        return from_struct(getattr(answer, "return"))

    def cancel(self) -> None:
        """Tell the stand-in to wait for nothing any more."""
        self.provider.Cancel(Empty(), Context())


@dataclass
class Service:
    """A local AWS, the way of the stand-in to it, which is watched, and that of the tests."""

    aws: Aws
    calls: Calls
    ec2: "BaseClient"

    def engine(self, settings: Properties | None = None) -> Engine:
        """Return an engine with a stand-in that is configured for one region."""
        self.calls.made.clear()
        self.calls.refused.clear()
        provider = Provider(self.aws, {}, SHORT)
        args = to_struct({"region": REGION} | (settings or {}))
        provider.Configure(provider_pb2.ConfigureRequest(args=args), Context())
        return Engine(provider, self.calls, self.ec2)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Serve one local AWS to the whole module; each test has a VPC of its own."""
    with local_aws() as ec2:
        aws, calls = Aws(str(ec2.meta.endpoint_url)), Calls()
        for name in ("ec2", "sts"):
            events = aws.client(name, REGION).meta.events
            events.register(f"provide-client-params.{name}", calls.record)
            events.register(f"before-call.{name}", calls.answer)
        yield Service(aws, calls, ec2)


@pytest.fixture
def engine(service: Service) -> Engine:
    """Start a stand-in that has not been asked anything yet."""
    return service.engine()


@pytest.fixture
def vpc_id(engine: Engine) -> str:
    """Make a VPC."""
    return new_vpc(engine.ec2)


@contextmanager
def refusal() -> Iterator[Callable[[], str]]:
    """Expect an error of the protocol without details; yield what returns its text."""
    with pytest.raises(Refused) as caught:
        yield lambda: str(caught.value.text)
    assert caught.value.detail is None


def properties_of(detail: provider_pb2.ErrorResourceInitFailed) -> Properties:
    """Return the outputs of a half-made resource, as the engine keeps them."""
    return from_struct(detail.properties)
