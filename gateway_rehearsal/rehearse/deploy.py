"""Deploying a stack twice on a private local AWS: as it was, and on top of that as it is."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from rich.console import Console

from gateway_rehearsal import project_copy, rehearsal, stage, toolchain
from gateway_rehearsal.aws.client import client
from gateway_rehearsal.board import Board
from gateway_rehearsal.deploy import Deployment, deploy
from gateway_rehearsal.dns.zone import Zone
from gateway_rehearsal.engine import Engine
from gateway_rehearsal.layout import Layout
from gateway_rehearsal.rehearse.judge import RehearsalVerdict, judge
from gateway_rehearsal.rehearse.project import lay_program, lay_side, private_project
from gateway_rehearsal.rehearse.record import Moment, read_journal
from gateway_rehearsal.servers import LocalQuotas, Server, start
from gateway_rules.audit import read_live
from gateway_rules.errors import COMMAND_LINE, Fault, NoAnswer, Pending, unable
from gateway_rules.inputs import Location, Site, catalogue_of, read_without_addresses
from gateway_rules.planning import Plan, StackPlan, load_plan
from gateway_rules.review import rules

Ec2: TypeAlias = Any
"""A boto3 client, which has no types of its own."""

_ON_RESOURCES: Final = {"stack", "region", "networks", "protect"}


class Performance(NamedTuple):
    """What was deployed, one after the other, and how that went."""

    before: Plan
    after: Plan
    verdict: RehearsalVerdict | None
    """None where both ask for the same resources, so that there was nothing to deploy."""
    faults: tuple[Fault, ...] = ()
    """Why the second deployment ended before its end."""


def resources(stack: StackPlan) -> tuple[object, ...]:
    """Give everything of a stack that decides on resources."""
    plan, location = stack.plan, stack.location
    described = [rule.description for rule in rules(plan)]
    site = plan.site.model_dump(include=_ON_RESOURCES)
    return plan.groups, described, plan.acl.entries, site, location.vpc, location.subnets


@dataclass(frozen=True)
class Theatre:
    """A private project with its engine and its AWS, and the two sides to deploy on it."""

    root: Path
    base: Path
    engine: Engine
    server: Server
    journal: Path
    console: Console

    def perform(self, stack: str) -> Performance:
        """Deploy a stack of the base, and on top of it the present one; judge what that does.

        Raises Faults when one of the two cannot be planned, and NoAnswer when the base cannot be
        deployed.
        """
        before, after = self._plan(self.base, stack), self._plan(self.root, stack)
        if resources(before) == resources(after):
            return Performance(before.plan, after.plan, None)
        self.console.print(f"{stack}: as it was, then as it is", highlight=False, markup=False)
        with Board(self.console, (stack,)) as board:
            self._lay(self.base)
            done = self._deploy(before, board)
            if faults := self._faults(done):
                raise NoAnswer(*faults)
            self._lay(self.root)
            return self._change(before, after, board)

    def _change(self, before: StackPlan, after: StackPlan, board: Board) -> Performance:
        """Deploy the present side, and judge each call since the gateways have their groups."""
        stage.make(stage.presumed(after.plan.site, after.location), self._client(after.plan))
        self._attach(before.plan.site, _standing(before, after))
        first = len(self._journal()) - 1
        done = self._deploy(after, board)
        if done.succeeded:
            self._attach(after.plan.site, after.location)
        since = self._journal()[first:]
        verdict = judge(before.plan, after.plan, since, is_finished=done.succeeded)
        return Performance(before.plan, after.plan, verdict, self._faults(done))

    def _plan(self, side: Path, stack: str) -> StackPlan:
        """Plan a stack of a side, and look up what it lacks first."""
        folder = self._lay(side)
        try:
            return load_plan(folder, stack)
        except Pending:
            file = read_without_addresses(folder, stack, catalogue_of(folder))
            rehearsal.look_up(self.engine.layout, file.site, self.server)
            project_copy.lay(self.engine.layout, [stack])
            return load_plan(self.engine.layout.project, stack)

    def _lay(self, side: Path) -> Path:
        """Put a side into the private project, and give its folder."""
        lay_side(self.root, side, self.engine.layout.root)
        return self.engine.layout.root

    def _deploy(self, stack: StackPlan, board: Board) -> Deployment:
        """Deploy what lies in the private project, on what its file presumes."""
        plan = stack.plan
        stage.make(stage.presumed(plan.site, stack.location), self._client(plan))
        self.engine.prepare([plan.site.stack])
        return deploy(self.engine, plan.site.stack, board)

    def _attach(self, site: Site, location: Location) -> None:
        """Give the gateways' interfaces the stack's groups, as its user has to."""
        ec2 = client(self.server.endpoint, site.region)
        there = read_live(site, location, ec2)
        asked = [{"Name": "subnet-id", "Values": [*there.subnets]}]
        for each in ec2.describe_network_interfaces(Filters=asked)["NetworkInterfaces"]:
            if {group["GroupId"] for group in each["Groups"]} != {*there.groups}:
                ec2.modify_network_interface_attribute(
                    NetworkInterfaceId=each["NetworkInterfaceId"], Groups=[*there.groups]
                )

    def _client(self, plan: Plan) -> Ec2:
        return client(self.server.endpoint, plan.site.region)

    def _journal(self) -> tuple[Moment, ...]:
        with self.journal.open() as lines:
            return tuple(read_journal(lines))

    def _faults(self, done: Deployment) -> tuple[Fault, ...]:
        """Say why a deployment failed, and keep its log, which would go with the folder."""
        if done.succeeded:
            return ()
        kept = _kept(self.root, self.engine.layout, done.stack)
        told = done.tally.faults or done.tally.errors or ("the engine ended without a word",)
        said = (f"{done.stack}: {error.removeprefix('error: ')}" for error in told)
        return tuple(Fault(COMMAND_LINE, 1, 1, "deploy", each, f"read {kept}") for each in said)


def _standing(before: StackPlan, after: StackPlan) -> Location:
    """Give where the stack was, with its subnets as the later stage tags them."""
    then, now = before.location, after.location
    is_there = (then.vpc, before.plan.site.region) == (now.vpc, after.plan.site.region)
    return then.model_copy(update={"subnets": now.subnets}) if is_there else then


@contextmanager
def theatre(root: Path, base: Path, sites: Iterable[Site], console: Console) -> Iterator[Theatre]:
    """Make a private project and start its local AWS, with quotas that allow for all sites.

    Nothing is left of them at the end. Raises NoAnswer where there is no engine or no local AWS.
    """

    def say(text: str) -> None:
        console.print(text, highlight=False, markup=False, soft_wrap=True)

    tools = toolchain.ensure(say)
    settings = LocalQuotas.for_all(site.quotas for site in sites)
    with private_project() as layout:
        lay_program(root, layout.root)
        journal = layout.local / "journal.jsonl"
        server = _started(root, layout, settings, _zone(root, base), journal)
        engine = Engine(layout, tools, server.endpoint)
        yield Theatre(root, base, engine, server, journal, console)


def _started(
    root: Path, layout: Layout, settings: LocalQuotas, zone: Zone, journal: Path
) -> Server:
    """Start the private AWS; where that fails, its log is kept."""
    try:
        return start(layout, settings, zone, journal)
    except NoAnswer:
        what, fix = "the private local AWS did not start", f"read {_kept(root, layout, 'aws')}"
        raise unable("local-aws", what, fix) from None


def _kept(root: Path, layout: Layout, name: str) -> Path:
    """Keep a log of the private project, which goes with its folder; name it from the root."""
    kept = Layout(root).log(f"rehearse-{name}")
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(layout.log(name), kept)
    return kept.relative_to(root)


def _zone(*sides: Path) -> Zone:
    """Give the names that the catalogue of either side asks for."""
    zones = [Zone.of(catalogue_of(side)) for side in sides]
    hosts = dict.fromkeys(host for zone in zones for host in zone.hosts)
    return Zone(tuple(hosts), tuple(sorted({name for zone in zones for name in zone.regions})))
