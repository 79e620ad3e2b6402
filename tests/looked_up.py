"""An AWS as the program's look-ups find it: a VPC, its subnets and what holds them."""

from collections.abc import Mapping
from typing import NamedTuple

from mocked import (
    ACLS,
    GROUPS,
    INTERFACES,
    SUBNET,
    SUBNETS,
    VPCS,
    Answers,
    Properties,
    names,
)

CIDRS = {"subnet-a": "10.42.8.0/26", "subnet-b": "10.42.8.64/26"}


class Guard(NamedTuple):
    """The ACL of a subnet."""

    id: str = "acl-own"
    own: bool = True
    default: bool = False


DEFAULT = Guard("acl-default", own=False, default=True)
OTHER = Guard("acl-other", own=False)


class Aws:
    """Look-ups of a VPC, its subnets and what holds them, with each question written down."""

    def __init__(
        self,
        vpcs: tuple[str, ...] = ("vpc-1",),
        subnets: Mapping[str, str] = CIDRS,
        ipv6: Mapping[str, str] | None = None,
        guards: Mapping[str, Guard] | None = None,
        interfaces: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self.asked: list[tuple[str, Properties]] = []
        self._vpcs, self._subnets, self._ipv6 = vpcs, subnets, ipv6 or {}
        self._guards = guards or {}
        self._interfaces = interfaces or {}

    @property
    def answers(self) -> Answers:
        """Give the answers of an engine to the project's program."""
        makers = names().makers
        answers = {
            VPCS: self._find_vpcs,
            SUBNETS: self._find_subnets,
            SUBNET: self._subnet,
            ACLS: self._find_acls,
            GROUPS: self._find_groups,
            INTERFACES: self._find_interfaces,
        }
        return Answers(makers, answers)

    def _find_vpcs(self, args: Properties) -> Properties:
        self.asked.append((VPCS, args))
        return {"ids": [*self._vpcs]}

    def _find_subnets(self, args: Properties) -> Properties:
        self.asked.append((SUBNETS, args))
        return {"ids": [*self._subnets]}

    def _subnet(self, args: Properties) -> Properties:
        self.asked.append((SUBNET, args))
        id_ = args["id"]
        cidrs = {"cidrBlock": self._subnets[id_], "ipv6CidrBlock": self._ipv6.get(id_, "")}
        return {"id": id_, **cidrs}

    def _find_acls(self, args: Properties) -> Properties:
        self.asked.append((ACLS, args))
        by = filters(args)
        subnets = by.get("association.subnet-id", [*self._subnets])
        found = {self._guards.get(subnet, Guard()) for subnet in subnets}
        kept = {g.id for g in found if g.own or "tags" not in args}
        defaults = {g.id for g in found if g.default and "default" in by}
        return {"ids": sorted(kept - defaults)}

    def _find_groups(self, args: Properties) -> Properties:
        self.asked.append((GROUPS, args))
        return {"ids": ["sg-own"]}

    def _find_interfaces(self, args: Properties) -> Properties:
        self.asked.append((INTERFACES, args))
        by = filters(args)
        there = {id_: at for id_, at in self._interfaces.items() if at[0] in by["subnet-id"]}
        if by.get("status") == ["in-use"]:
            there.pop("eni-idle", None)
        bearing = by.get("group-id", [group for _, group in there.values()])
        return {"ids": [id_ for id_, (_, group) in there.items() if group in bearing]}


def filters(args: Properties) -> dict[str, list[str]]:
    """Give what each filter of a look-up lets through."""
    return {each["name"]: each["values"] for each in args.get("filters", [])}
