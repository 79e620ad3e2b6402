"""Read a stack's files, plan them, and hand the plan to Pulumi."""

from pathlib import Path

import pulumi

from gateway_rules import Gateway
from gateway_rules.deploy.program import located, planned

root = Path(__file__).parent
stack = planned(root, pulumi.get_stack())
vpc_id, subnet_ids = located(stack)
gateway = Gateway(
    stack.plan.site.stack,
    plan=stack.plan,
    vpc_id=vpc_id,
    subnet_ids=subnet_ids,
)
for name, value in gateway.outputs.items():
    pulumi.export(name, value)
