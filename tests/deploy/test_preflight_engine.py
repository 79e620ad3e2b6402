"""What preflight promises, held against what the real engine then does."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cloud import move
from engine import Rehearsal, copy_project, warded
from sites import shipped

from gateway_rehearsal.dns.zone import NOWHERE
from gateway_rehearsal.engine import Engine
from gateway_rehearsal.servers import LocalQuotas, start
from gateway_rehearsal.toolchain import ensure
from gateway_rules.audit.live import Live, read_live
from gateway_rules.audit.live_quotas import LiveQuotas
from gateway_rules.audit.verification.verifier import verify
from gateway_rules.deploy.preflight.checks import Preflight, run_preflight
from gateway_rules.inputs.quotas import Quotas

pytestmark = pytest.mark.engine

STACK = "eu-west-1"
FEW = {"dns", "ssh"}
OFF = "".join(f"    {name}: false\n" for name in shipped().by_id if name not in FEW)
ROLES = "".join(f"    {role}: []\n" for role in shipped().roles if role != "administrators")
FILE = f"""\
config:
  aws:region: eu-west-1
  gateway-rules:vpc: {{Name: mail-gateway}}
  gateway-rules:subnets: {{Tier: gateway}}
  gateway-rules:networks: [10.42.8.0/26, 10.42.8.64/26]
  gateway-rules:roles:
    administrators: [10.42.0.0/24]
{ROLES}  gateway-rules:services:
{OFF}"""
REFUSED = (
    "write gateway-rules:take_over: true if that is meant, or name subnets of the gateways' own"
)


@dataclass(frozen=True)
class Watched:
    """A rehearsal of a small stack, with every call written down that changes something."""

    project: Rehearsal
    journal: Path

    @property
    def ec2(self) -> Any:
        """Give a client."""
        return self.project.client(STACK)

    def write(self, text: str) -> None:
        """Write the stack's file."""
        (self.project.root / "stacks" / f"Pulumi.{STACK}.yaml").write_text(text)

    def check(self) -> Preflight:
        """Ask what an update would do."""
        return run_preflight(self.project.planned(STACK), self.live(), LiveQuotas())

    def live(self) -> Live:
        """Read what AWS has."""
        stack = self.project.planned(STACK)
        return read_live(stack.plan.site, stack.location, self.ec2)

    def made(self) -> list[str]:
        """Name the calls so far."""
        return [json.loads(line)["action"] for line in self.journal.read_text().splitlines()]

    def up(self) -> dict[str, int]:
        """Deploy; count the calls by name."""
        before = len(self.made())
        assert self.project.up(STACK).code == 0
        return dict(Counter(self.made()[before:]))


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Start a local AWS with a journal for a project of one small stack."""
    folder = tmp_path_factory.mktemp("project")
    copy_project(folder, [STACK])
    with warded(folder) as layout:
        layout.local.mkdir()
        journal = layout.local / "journal.jsonl"
        server = start(layout, LocalQuotas.for_all([Quotas()]), NOWHERE, journal)
        engine = Engine(layout, ensure(print), server.endpoint)
        found = Watched(Rehearsal(folder, engine), journal)
        found.write(FILE)
        found.project.set_stage(STACK)
        yield found


def test_calls_are_those_that_an_update_makes(watched: Watched) -> None:
    """The first update, a change of rules and ACL, and one that changes nothing."""
    for text in (FILE, FILE.replace("10.42.0.0/24", "10.42.1.0/24, 10.42.3.0/24"), None):
        if text:
            watched.write(text)
        promised = watched.check().calls.by_name
        assert watched.up() == promised
        assert bool(promised) == bool(text)


def test_another_acl_is_told_before_the_first_call(watched: Watched) -> None:
    """A preview refuses it as preflight does, changes nothing, and takes it over when told to."""
    watched.write(FILE)
    watched.up()
    found = watched.live()
    subnet = min(found.subnets)
    other = watched.ec2.create_network_acl(VpcId=found.vpc)["NetworkAcl"]["NetworkAclId"]
    move(watched.ec2, subnet, other)
    before = watched.made()
    what = f"{subnet} is under {other}, which is not this stack's"
    assert [obstacle.what.partition(";")[0] for obstacle in watched.check().obstacles] == [what]
    refused = watched.project.preview(STACK)
    line = f"error: stacks/Pulumi.{STACK}.yaml:4:26: [take-over] {what}; {REFUSED}"
    assert (refused.code != 0, line in refused.errors, watched.made()) == (True, True, before)
    watched.write(f"{FILE}  gateway-rules:take_over: true\n")
    assert watched.check().is_clear
    assert watched.project.call("up", STACK, "--yes", "--skip-preview", "--refresh").code == 0
    assert verify(watched.project.planned(STACK), watched.ec2).is_clean
