"""`gateway-rules local repair`: the same as for a real account, kept to the local run."""

from pathlib import Path

from gateway_rules.aws import answered
from gateway_rules.local import rehearsal
from gateway_rules.local.aws.client import client
from gateway_rules.local.build import Say
from gateway_rules.local.locks import shared
from gateway_rules.local.passthrough import layout_of, running
from gateway_rules.project import load_plan
from gateway_rules.repair.command import Wish
from gateway_rules.repair.command import repair as work
from gateway_rules.repair.run import Mender


def repair(root: Path, stack: str, wish: Wish, say: Say) -> int:
    """Repair a stack of the local run; raise NoAnswer when no local AWS runs."""
    layout = layout_of(root, [stack])
    with shared(root, lambda: say("waiting for another local run of this project")):
        engine = running(layout, say)
        rehearsal.enter(engine.endpoint)
        plan = load_plan(layout.source, stack)
        ec2 = client(engine.endpoint, plan.site.region)
        with answered(plan):
            return work(Mender(plan, engine, ec2, layout.project), wish)
