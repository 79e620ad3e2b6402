"""Pulumi programs run in this process, with what they register written down."""

import asyncio
import json
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pulumi
import pulumi_aws
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.mocks import MockMonitor
from ruamel.yaml import YAML

with warnings.catch_warnings():
    # The SDK warns of types that it has renamed as soon as its modules are loaded.
    warnings.simplefilter("ignore", DeprecationWarning)
    TYPES = (pulumi_aws.ec2.NetworkAcl, pulumi_aws.vpc.SecurityGroupEgressRule)

GROUP = "aws:ec2/securityGroup:SecurityGroup"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ACL = "aws:ec2/networkAcl:NetworkAcl"
GATEWAY = "gateway-rules:index:Gateway"
VPCS = "aws:ec2/getVpcs:getVpcs"
SUBNETS = "aws:ec2/getSubnets:getSubnets"
SUBNET = "aws:ec2/getSubnet:getSubnet"
ACLS = "aws:ec2/getNetworkAcls:getNetworkAcls"
GROUPS = "aws:ec2/getSecurityGroups:getSecurityGroups"
INTERFACES = "aws:ec2/getNetworkInterfaces:getNetworkInterfaces"
KNOWN = frozenset({GROUP, EGRESS, INGRESS, ACL, GATEWAY})

Properties = dict[str, Any]
Make = Callable[[Properties], str]
Ask = Callable[[Properties], Properties]


class Registered(NamedTuple):
    """One resource as the engine is told of it."""

    type: str
    name: str
    inputs: Properties
    parent: str
    """The parent's name."""
    protect: bool | None
    replace_on_changes: frozenset[str]


@dataclass
class Run:
    """What a program did."""

    resources: list[Registered] = field(default_factory=list)
    outputs: Properties = field(default_factory=dict)
    """Those that the component registered."""
    errors: list[str] = field(default_factory=list)
    failure: str | None = None
    """With what it stopped, if it did."""

    def of(self, *types: str) -> list[Registered]:
        """Give the resources of some types, in the order in which they were registered."""
        return [resource for resource in self.resources if resource.type in types]


@dataclass
class Answers(Mocks):
    """Answers of an engine: ids that `makers` give, look-ups that `lookups` know, nothing else."""

    makers: Mapping[str, Make]
    lookups: Mapping[str, Ask] = field(default_factory=dict)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, Properties]:
        """Make a resource of a type that there is a maker for."""
        if args.typ not in self.makers:
            raise ValueError(f"nobody makes a {args.typ}")
        return self.makers[args.typ](args.inputs), args.inputs

    def call(self, args: MockCallArgs) -> tuple[Properties, list[tuple[str, str]]]:
        """Answer a look-up that is known."""
        if args.token not in self.lookups:
            raise ValueError(f"nobody answers {args.token}")
        return self.lookups[args.token](args.args), []


def names(*more: str) -> Answers:
    """Give an id to each resource that this project's programs make, and no others."""
    return Answers(dict.fromkeys({*KNOWN, *more}, lambda _: "id"))


class _Monitor(MockMonitor):
    """The mock monitor, which forgets options and outputs, with both written down.

    It answers on threads for which the SDK would open event loops and never close them.
    """

    def __init__(self, mocks: Mocks, run: Run) -> None:
        super().__init__(mocks)
        self._run = run

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the SDK's name.
        base: Any = super()
        with _event_loop():
            response = base.RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            self._run.resources.append(_registered(request, self.resources[response.urn].state))
        return response

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the SDK's name.
        base: Any = super()
        with _event_loop():
            return base.Invoke(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the SDK's name.
        base: Any = super()
        self._run.outputs.update(pulumi.runtime.rpc.deserialize_properties(request.outputs))
        return base.RegisterResourceOutputs(request)


def _registered(request: Any, inputs: Properties) -> Registered:
    return Registered(
        request.type,
        request.name,
        inputs,
        request.parent.rpartition("::")[2],
        request.protect if request.HasField("protect") else None,
        frozenset(request.replaceOnChanges),
    )


class _Lines(logging.Logger):
    """Keeps each line that a program logs as an error."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("program", logging.ERROR)
        self._lines = lines

    def handle(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._lines.append(record.getMessage())


def run(
    program: Callable[[], None],
    mocks: Mocks,
    *,
    stack: str = "test",
    preview: bool = False,
    config: Mapping[str, str] | None = None,
) -> Run:
    """Run a program to its end, or to the RunError by which it stops."""
    done = Run()
    in_test: Any = pulumi.runtime.test
    pulumi.runtime.set_all_config(dict(config or {}))
    with _event_loop():
        pulumi.runtime.set_mocks(
            mocks,
            project="gateway-rules",
            stack=stack,
            preview=preview,
            logger=_Lines(done.errors),
            monitor=_Monitor(mocks, done),
        )
        try:
            in_test(program)()
        except pulumi.RunError as error:
            done.failure = str(error)
    return done


def told(text: str, changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """Give the configuration of a stack file as Pulumi gives it to a program: JSON but for text."""
    written = YAML(typ="safe").load(text)["config"]
    config: dict[str, str | None] = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in written.items()
    }
    config |= changes or {}
    return {key: value for key, value in config.items() if value is not None}


@contextmanager
def _event_loop() -> Iterator[None]:
    """Give this thread a loop, and close it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        loop.close()
        asyncio.set_event_loop(None)
