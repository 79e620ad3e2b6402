"""`gateway-rules local repair`: the same as for a real account, kept to the local run."""

from pathlib import Path

from gateway_rehearsal import rehearsal
from gateway_rehearsal.aws.client import client
from gateway_rehearsal.build import Say
from gateway_rehearsal.locks import shared
from gateway_rehearsal.passthrough import layout_of, running
from gateway_rules.audit import answered
from gateway_rules.cli import RepairWish, run_repair
from gateway_rules.deploy import Repairer
from gateway_rules.planning import load_plan


def repair(root: Path, stack: str, wish: RepairWish, say: Say) -> int:
    """Repair a stack of the local run; raise NoAnswer when no local AWS runs."""
    layout = layout_of(root, [stack])
    with shared(root, lambda: say("waiting for another local run of this project")):
        engine = running(layout, say)
        rehearsal.drop_aws_settings()
        planned = load_plan(layout.project, stack)
        ec2 = client(engine.endpoint, planned.plan.site.region)
        with answered(planned.plan):
            mender = Repairer(planned, engine, ec2, layout.project, engine.endpoints)
            return run_repair(mender, wish)
