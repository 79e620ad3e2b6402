"""Random calls: the local AWS and a dumb model of it answer alike and hold the same after each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest
from aws_fixtures import new_group, new_subnet, new_vpc
from aws_model import CIDRS, ENTRIES, RULES, SELF, TRAFFICS, Acl, Entry, Group, Kept, Written
from botocore.exceptions import ClientError
from cloud import aws
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway_rehearsal.aws.quota import AccountQuotas

# Half of what is drawn is of a few good things, so that the same comes again and quotas fill up.
GOOD = st.sampled_from([(("tcp", 25, 25), peer) for peer in ("10.0.0.0/8", "2001:db8::/32", SELF)])
ANY = st.tuples(st.sampled_from([*TRAFFICS]), st.sampled_from([*CIDRS, SELF]))
PERMISSIONS = st.one_of(GOOD, ANY)
SOME = st.lists(PERMISSIONS, min_size=1, max_size=2)
NUMBERS = st.one_of(st.sampled_from([1, 2, 3]), st.sampled_from([32766, 0, 32767]))
ACTIONS = st.sampled_from(["allow", "deny"])
BLOCKS = st.one_of(st.just("10.0.0.0/8"), st.sampled_from([*CIDRS]))
PORTS = st.one_of(st.none(), st.sampled_from([(25, 25), (9, 8)]))
ENTRY = st.tuples(ACTIONS, BLOCKS, PORTS)
WAYS = st.sampled_from(["egress", "ingress"])
WHICH = st.sampled_from([0, 1])


def code(call: Callable[..., object], **request: object) -> str | None:
    """Make a call and return the code of its error, if it has one."""
    try:
        call(**request)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def permission(written: Written, group: str) -> dict[str, object]:
    """Write a permission as a call has it."""
    (protocol, low, high), peer = written
    ports = {} if low is None else {"FromPort": low, "ToPort": high}
    if peer == SELF:
        return {"IpProtocol": protocol, **ports, "UserIdGroupPairs": [{"GroupId": group}]}
    if ":" in peer:
        return {"IpProtocol": protocol, **ports, "Ipv6Ranges": [{"CidrIpv6": peer}]}
    return {"IpProtocol": protocol, **ports, "IpRanges": [{"CidrIp": peer}]}


def change(written: Written, group: str) -> dict[str, object]:
    """Write a permission as ModifySecurityGroupRules has it."""
    (protocol, low, high), peer = written
    ports = {} if low is None else {"FromPort": low, "ToPort": high}
    key = "ReferencedGroupId" if peer == SELF else "CidrIpv6" if ":" in peer else "CidrIpv4"
    return {"IpProtocol": protocol, **ports, key: group if peer == SELF else peer}


def kept_rule(shown: Mapping[str, Any]) -> Kept:
    """Read a rule as the model keeps it."""
    peer = shown.get("CidrIpv4") or shown.get("CidrIpv6") or SELF
    return (shown["IpProtocol"], shown["FromPort"], shown["ToPort"]), peer


def entry_request(entry: Entry) -> dict[str, object]:
    """Write an entry as a call has it."""
    action, cidr, ports = entry
    protocol: dict[str, object] = {"Protocol": "-1"}
    if ports:
        protocol = {"Protocol": "6", "PortRange": {"From": ports[0], "To": ports[1]}}
    return {"RuleAction": action, "Ipv6CidrBlock" if ":" in cidr else "CidrBlock": cidr, **protocol}


def kept_entry(shown: Mapping[str, Any]) -> Entry:
    """Read an entry as the model keeps it."""
    ports = shown.get("PortRange")
    cidr = shown.get("CidrBlock") or shown["Ipv6CidrBlock"]
    return shown["RuleAction"], cidr, (ports["From"], ports["To"]) if ports else None


def kept_entries(acl: Mapping[str, Any]) -> dict[tuple[str, int], Entry]:
    """Read the entries of an ACL, less its `*`, as the model keeps them."""
    return {
        ("egress" if each["Egress"] else "ingress", each["RuleNumber"]): kept_entry(each)
        for each in acl["Entries"]
        if each["RuleNumber"] < 32767
    }


def where(acls: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    """Find the ACL that the one subnet is under, and by which association."""
    (found,) = [
        (acl["NetworkAclId"], association["NetworkAclAssociationId"])
        for acl in acls
        for association in acl["Associations"]
    ]
    return found


class Calls(RuleBasedStateMachine):
    """One group and two ACLs, and a subnet that moves between them and the VPC's own."""

    ec2: Any

    @initialize()
    def begin(self) -> None:
        """Make what the calls are about, in a VPC of its own."""
        vpc = new_vpc(self.ec2, ipv6=True)
        self.group = new_group(self.ec2, vpc)
        self.model = Group()
        made = [self.ec2.create_network_acl(VpcId=vpc)["NetworkAcl"] for _ in range(2)]
        self.acls = {acl["NetworkAclId"]: Acl() for acl in made}
        self.vpc = [{"Name": "vpc-id", "Values": [vpc]}]
        new_subnet(self.ec2, vpc)
        self.holder, self.association = where(self._shown_acls())
        self.stale: list[str] = []

    def _shown_acls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ec2.describe_network_acls(Filters=self.vpc)[
            "NetworkAcls"
        ]
        return found

    def _shown_rules(self) -> list[dict[str, Any]]:
        asked = [{"Name": "group-id", "Values": [self.group]}]
        shown = self.ec2.describe_security_group_rules(Filters=asked)["SecurityGroupRules"]
        return [each for each in shown if not each["IsEgress"]]

    def _acl(self, which: int) -> tuple[str, Acl]:
        return [*self.acls.items()][which]

    @rule(some=SOME)
    def authorize(self, some: list[Written]) -> None:
        """Let some traffic in."""
        written = [permission(each, self.group) for each in some]
        call = self.ec2.authorize_security_group_ingress
        got = code(call, GroupId=self.group, IpPermissions=written)
        assert got == self.model.authorize(some)

    @rule(some=SOME)
    def revoke(self, some: list[Written]) -> None:
        """Let some traffic in no longer."""
        written = [permission(each, self.group) for each in some]
        call = self.ec2.revoke_security_group_ingress
        got = code(call, GroupId=self.group, IpPermissions=written)
        assert got == self.model.revoke(some)

    @precondition(lambda self: self.model.rules)
    @rule(at=st.integers(0, 2 * RULES - 1), new=PERMISSIONS)
    def modify(self, at: int, new: Written) -> None:
        """Make a rule that is there another one."""
        place = at % len(self.model.rules)
        rule_id = self._shown_rules()[place]["SecurityGroupRuleId"]
        asked = {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": change(new, self.group)}
        call = self.ec2.modify_security_group_rules
        got = code(call, GroupId=self.group, SecurityGroupRules=[asked])
        assert got == self.model.modify(place, new)

    @rule(which=WHICH, way=WAYS, number=NUMBERS, entry=ENTRY)
    def create(self, which: int, way: str, number: int, entry: Entry) -> None:
        """Add an entry."""
        acl, model = self._acl(which)
        place = {"NetworkAclId": acl, "Egress": way == "egress", "RuleNumber": number}
        got = code(self.ec2.create_network_acl_entry, **place, **entry_request(entry))
        assert got == model.create(way, number, entry)

    @rule(which=WHICH, way=WAYS, number=NUMBERS, entry=ENTRY)
    def replace(self, which: int, way: str, number: int, entry: Entry) -> None:
        """Put an entry in the place of another."""
        acl, model = self._acl(which)
        place = {"NetworkAclId": acl, "Egress": way == "egress", "RuleNumber": number}
        got = code(self.ec2.replace_network_acl_entry, **place, **entry_request(entry))
        assert got == model.replace(way, number, entry)

    @rule(which=WHICH, way=WAYS, number=NUMBERS)
    def delete(self, which: int, way: str, number: int) -> None:
        """Take an entry away."""
        acl, model = self._acl(which)
        place = {"NetworkAclId": acl, "Egress": way == "egress", "RuleNumber": number}
        assert code(self.ec2.delete_network_acl_entry, **place) == model.delete(way, number)

    @rule(which=WHICH)
    def move(self, which: int) -> None:
        """Put the subnet under an ACL, maybe the one that it is under."""
        acl, _ = self._acl(which)
        call = self.ec2.replace_network_acl_association
        answer = call(AssociationId=self.association, NetworkAclId=acl)
        self.stale.append(self.association)
        self.holder, self.association = acl, answer["NewAssociationId"]

    @precondition(lambda self: self.stale)
    @rule(which=WHICH, data=st.data())
    def move_by_a_dead_association(self, which: int, data: st.DataObject) -> None:
        """Try to move the subnet by an association that was replaced."""
        acl, _ = self._acl(which)
        dead = data.draw(st.sampled_from(self.stale))
        call = self.ec2.replace_network_acl_association
        got = code(call, AssociationId=dead, NetworkAclId=acl)
        assert got == "InvalidAssociationID.NotFound"

    @rule()
    def end_a_guard(self) -> None:
        """Try to delete the ACL that guards the subnet, which may be the VPC's own."""
        expected = "DependencyViolation" if self.holder in self.acls else "InvalidParameterValue"
        assert code(self.ec2.delete_network_acl, NetworkAclId=self.holder) == expected

    @invariant()
    def both_hold_the_same(self) -> None:
        """See that AWS shows what the model has."""
        assert [kept_rule(each) for each in self._shown_rules()] == self.model.rules
        shown = self._shown_acls()
        held = {acl["NetworkAclId"]: kept_entries(acl) for acl in shown if not acl["IsDefault"]}
        assert held == {acl: model.entries for acl, model in self.acls.items()}
        assert where(shown) == (self.holder, self.association)


@pytest.fixture(scope="module")
def calls() -> Iterator[type[Calls]]:
    """Give the calls an AWS of this process with small quotas."""
    limits = AccountQuotas(rules_per_security_group=RULES, entries_per_network_acl=ENTRIES)
    with ExitStack() as closing:
        ec2 = closing.enter_context(aws(limits=limits))
        yield type("CallsOfThisAws", (Calls,), {"ec2": ec2})


def test_random_calls_do_what_the_model_says(calls: type[Calls]) -> None:
    """After each of many calls, good and bad, both have answered alike and hold the same."""
    few = settings(max_examples=10, stateful_step_count=25)
    run_state_machine_as_test(calls, settings=few)
