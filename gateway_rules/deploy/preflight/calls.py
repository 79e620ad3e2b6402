"""The calls by which the AWS provider makes an update, and how long AWS makes them wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway_rules.deploy.preflight.changes import AclReplacement, GoneGroup, GroupChange
from gateway_rules.packets import Direction

BUCKET: Final = 50
"""Calls of one name that AWS takes at once (EC2 API throttling, mutating actions)."""
REFILL: Final = 5
"""Calls of one name that it takes a second after that."""
_WAY: Final[Mapping[Direction, str]] = {"egress": "Egress", "ingress": "Ingress"}


@dataclass(frozen=True)
class Calls:
    """How often each call that changes something is made: all that make, then all that remove."""

    first: Mapping[str, int]
    then: Mapping[str, int]

    @property
    def by_name(self) -> dict[str, int]:
        """Count the calls of each name, sorted."""
        both = Counter(self.first) + Counter(self.then)
        return {name: both[name] for name in sorted(both)}

    @property
    def seconds(self) -> float:
        """Give how long AWS's throttling takes at least, with full buckets at the start."""
        return sum(max(map(_wait, part.values()), default=0) for part in (self.first, self.then))


def calls(
    groups: Sequence[GroupChange], acl: AclReplacement, gone: Sequence[GoneGroup] = ()
) -> Calls:
    """Count the calls: one a rule, as each is a resource, and one an entry of a new ACL."""
    first = Counter(_of_acl(acl))
    then = Counter({"DeleteNetworkAcl": len(acl.go), "DeleteSecurityGroup": len(gone)})
    for group in groups:
        first.update(_made(group))
    for rules in (*(group.go for group in groups), *(group.rules for group in gone)):
        then.update(f"RevokeSecurityGroup{_WAY[rule.direction]}" for rule in rules)
    return Calls(+first, +then)


def _made(group: GroupChange) -> Iterable[str]:
    if not group.id:
        # A new group passes everything outward until that is taken away, for each family.
        yield "CreateSecurityGroup"
        yield from ("RevokeSecurityGroupEgress", "RevokeSecurityGroupEgress")
    yield from (f"AuthorizeSecurityGroup{_WAY[rule.direction]}" for rule in group.come)
    yield from ("ModifySecurityGroupRules" for _ in group.reworded)


def _of_acl(acl: AclReplacement) -> dict[str, int]:
    return {
        "CreateNetworkAcl": 1 if acl.entries else 0,
        "CreateNetworkAclEntry": len(acl.entries),
        "ReplaceNetworkAclAssociation": len(acl.move),
    }


def _wait(count: int) -> float:
    return max(0, count - BUCKET) / REFILL
