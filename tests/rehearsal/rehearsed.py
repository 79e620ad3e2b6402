"""A stack on a local AWS with a journal, changed by hand, for tests that judge such changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

from aws_fixtures import local_aws
from cloud import Deployed, deploy, entry_request, move, new_acl, permission
from sites import FEW, shipped, site

from gateway_rehearsal.aws.journal import Journal
from gateway_rehearsal.aws.quota import AccountQuotas
from gateway_rehearsal.rehearse.judge import RehearsalVerdict, judge
from gateway_rehearsal.rehearse.record import Moment, read_journal
from gateway_rules.planning.network_acl import Entry
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.security_group import Rule

WIDE = {"administrators": ["10.1.0.0/24", "10.9.0.0/24"]}
"""What makes a second plan: a new prefix for a role."""


def planned(**roles: list[str]) -> Plan:
    """Plan a stack with so few services that its ACL is exact, and with other roles."""
    return plan(shipped(), site(**{**FEW, "roles": FEW["roles"] | roles}))


@dataclass(frozen=True)
class Change:
    """A stack as its plan has it, with a gateway in each subnet, and what is done to it next."""

    deployed: Deployed
    file: StringIO
    first: int

    @property
    def ec2(self) -> Any:
        """The client to change it with."""
        return self.deployed.client

    @property
    def plan(self) -> Plan:
        """The plan before."""
        return self.deployed.plan

    def journal(self) -> tuple[Moment, ...]:
        """Give the moment before the first change, and one for each change."""
        return tuple(read_journal(self.file.getvalue().splitlines()))[self.first :]

    def verdict(self, after: Plan, *, is_finished: bool = True) -> RehearsalVerdict:
        """Judge what was done until now."""
        return judge(self.plan, after, self.journal(), is_finished=is_finished)

    def authorize(self, rule: Rule, group: str = "") -> None:
        """Let a rule's packets through."""
        group = group or self.deployed.group
        call = getattr(self.ec2, f"authorize_security_group_{rule.direction}")
        call(GroupId=group, IpPermissions=[permission(rule, group)])

    def revoke(self, rule: Rule) -> None:
        """Let a rule's packets through no more."""
        call = getattr(self.ec2, f"revoke_security_group_{rule.direction}")
        group = self.deployed.group
        call(GroupId=group, IpPermissions=[permission(rule, group)])

    def new_acl(self, after: Plan) -> str:
        """Make a complete ACL, and give it the subnets."""
        return new_acl(self.ec2, self.deployed.place, after)

    def delete_acl(self) -> None:
        """Delete the ACL of before, which guards no subnet any more."""
        self.ec2.delete_network_acl(NetworkAclId=self.deployed.acl)

    def delete_entry(self, entry: Entry) -> None:
        """Take an entry out of the ACL."""
        self.ec2.delete_network_acl_entry(
            NetworkAclId=self.deployed.acl,
            RuleNumber=entry.number,
            Egress=entry.direction == "egress",
        )

    def create_entry(self, entry: Entry) -> None:
        """Put an entry into the ACL."""
        self.ec2.create_network_acl_entry(NetworkAclId=self.deployed.acl, **entry_request(entry))

    def move(self, acl: str) -> None:
        """Put all subnets under another ACL."""
        for subnet in self.deployed.place.subnets:
            move(self.ec2, subnet, acl)

    def default_acl(self) -> str:
        """Give the VPC's own ACL."""
        filters = [
            {"Name": "vpc-id", "Values": [self.deployed.place.vpc]},
            {"Name": "default", "Values": ["true"]},
        ]
        (found,) = self.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]
        acl: str = found["NetworkAclId"]
        return acl


def new_rules(before: Plan, after: Plan) -> list[Rule]:
    """Give the rules that only the second plan has."""
    (old,), (new,) = before.groups, after.groups
    return [rule for rule in new.rules if rule not in old.rules]


@contextmanager
def change() -> Iterator[Change]:
    """Deploy a plan on a local AWS, as if by hand."""
    file = StringIO()
    limits = AccountQuotas(entries_per_network_acl=40)
    with local_aws(limits, Journal(file)) as ec2:
        deployed = deploy(planned(), ec2)
        for subnet in deployed.place.subnets:
            ec2.create_network_interface(SubnetId=subnet, Groups=[deployed.group])
        yield Change(deployed, file, len(file.getvalue().splitlines()) - 1)
