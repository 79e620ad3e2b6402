from collections.abc import Iterator
from dataclasses import replace

import pytest
from rehearsed import WIDE, Change, change, new_rules, planned

from gateway_rehearsal.rehearse.judge import RehearsalVerdict, Violation
from gateway_rules.packets.prefixes import parse_prefix

BOTH = ("10.42.8.0/26", "10.42.8.64/26")


@pytest.fixture
def stack() -> Iterator[Change]:
    """Deploy a stack, to be changed in a test's own way."""
    with change() as found:
        yield found


def shown(violations: tuple[Violation, ...]) -> list[tuple[str, ...]]:
    """Write violations down: what, where, which packets, who asks."""
    return [
        (
            each.kind,
            each.layer,
            *each.networks,
            f"{piece.direction} {piece.protocol} {piece.from_port}-{piece.to_port} {piece.peer}",
            *each.change.services,
        )
        for each in violations
        for piece in [each.change.piece]
    ]


def actions(verdict: RehearsalVerdict) -> list[str]:
    """Name the calls after which something was wrong that was not wrong before."""
    return [step.moment.action for step in verdict.steps if step.violations]


def test_nothing_done_is_nothing_wrong(stack: Change) -> None:
    """A plan that stays as it is has no calls, and its state is what it asks for."""
    verdict = stack.verdict(stack.plan)
    assert (verdict.steps, verdict.violations, verdict.networks) == ((), (), BOTH)


def test_without_a_gateway_nothing_is_judged(stack: Change) -> None:
    """A plan whose groups nobody carries cannot be found to be safe."""
    group = replace(stack.plan.groups[0], name="other")
    other = replace(
        stack, deployed=replace(stack.deployed, plan=replace(stack.plan, groups=(group,)))
    )
    with pytest.raises(ValueError, match=r"^no interface carries a group of the plan before$"):
        other.verdict(stack.plan)


def test_gateways_of_other_stacks_are_not_judged(stack: Change) -> None:
    """An interface that carries none of the stack's groups may pass what it likes."""
    subnet = stack.deployed.place.subnets[0]
    stack.ec2.create_network_interface(SubnetId=subnet)
    found = replace(stack, first=len(stack.file.getvalue().splitlines()) - 1)
    verdict = found.verdict(stack.plan)
    assert (len(verdict.start.interfaces), verdict.networks) == (3, BOTH)
    assert verdict.violations == ()


def test_new_before_old_is_clean(stack: Change) -> None:
    """What comes is there before anything goes, so nothing is cut and nothing opened unasked."""
    after = planned(administrators=["10.9.0.0/24"])
    for rule in new_rules(stack.plan, after):
        stack.authorize(rule)
    stack.new_acl(after)
    for rule in new_rules(after, stack.plan):
        stack.revoke(rule)
    stack.delete_acl()
    verdict = stack.verdict(after)
    assert verdict.violations == ()
    assert all(step.is_whole for step in verdict.steps)
    opened = [effect for step in verdict.steps for effect in step.effects]
    assert sum(e.opened for e in opened if e.layer == "security_group") == 2 * 256
    assert sum(e.closed for e in opened if e.layer == "security_group") == 2 * 256


def test_rule_revoked_before_its_successor_cuts(stack: Change) -> None:
    """Administrators that stay are cut between the old rule and the wider new one."""
    after = planned(administrators=["10.1.0.0/23"])
    old = [rule for rule in new_rules(after, stack.plan) if rule.from_port == 22]
    new = [rule for rule in new_rules(stack.plan, after) if rule.from_port == 22]
    stack.revoke(old[0])
    stack.authorize(new[0])
    revoked, authorized = stack.verdict(after, is_finished=False).steps
    assert shown(revoked.violations) == [
        ("cut", "security_group", *BOTH, "ingress tcp 22-22 10.1.0.0/24", "ssh")
    ]
    assert revoked.violations[0].change.origins == ("section 3, SSH, administrators",)
    assert not revoked.is_whole
    assert (authorized.violations, authorized.is_whole) == ((), True)


def test_entry_edited_in_place_cuts(stack: Change) -> None:
    """An entry that is deleted and made again leaves a gap, told once and for both subnets."""
    entry = next(e for e in stack.plan.acl.entries if "ssh" in e.services)
    stack.delete_entry(entry)
    stack.ec2.create_tags(Resources=[stack.deployed.acl], Tags=[{"Key": "a", "Value": "b"}])
    stack.create_entry(entry)
    deleted, tagged, created = stack.verdict(stack.plan).steps
    assert {each[:4] for each in shown(deleted.violations)} == {("cut", "network_acl", *BOTH)}
    assert "ssh" in {s for each in deleted.violations for s in each.change.services}
    assert (tagged.violations, tagged.is_whole) == ((), False)
    assert (created.violations, created.is_whole) == ((), True)


def test_replies_count_as_the_requests_do(stack: Change) -> None:
    """Without the way back for the replies a flow is cut, though its requests pass."""
    entries = [e for e in stack.plan.acl.entries if "reply" in e.purposes]
    replies = next(e for e in entries if e.direction == "egress" and "request" not in e.purposes)
    stack.delete_entry(replies)
    (deleted,) = stack.verdict(stack.plan, is_finished=False).steps
    assert deleted.violations
    assert {v.change.piece.direction for v in deleted.violations} == {"egress"}


def test_acl_deleted_before_the_new_one_opens(stack: Change) -> None:
    """Subnets that fall back to the VPC's own ACL are open to all until the new one is there."""
    after = planned(**WIDE)
    stack.move(stack.default_acl())
    stack.delete_acl()
    for rule in new_rules(stack.plan, after):
        stack.authorize(rule)
    stack.new_acl(after)
    verdict = stack.verdict(after)
    assert actions(verdict) == ["ReplaceNetworkAclAssociation"] * 2
    assert {violation.kind for violation in verdict.violations} == {"open"}
    assert {violation.networks for violation in verdict.violations} == {BOTH[:1], BOTH[1:]}
    assert all(violation.change.services == () for violation in verdict.violations)
    assert verdict.steps[-1].is_whole


def test_half_made_acl_cuts_what_it_lacks(stack: Change) -> None:
    """Subnets that come under an ACL before its entries do lose every flow."""
    vpc = stack.deployed.place.vpc
    acl = stack.ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    stack.move(acl)
    verdict = stack.verdict(stack.plan, is_finished=False)
    assert actions(verdict) == ["ReplaceNetworkAclAssociation"] * 2
    cut = {s for violation in verdict.violations for s in violation.change.services}
    assert cut == {service for flow in stack.plan.flows for service in flow.services}


def test_rule_wider_than_both_plans_opens(stack: Change) -> None:
    """A rule that neither plan has passes what nobody asks for, and only that is told."""
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 22,
        "IpRanges": [{"CidrIp": "10.8.0.0/15"}],
    }
    stack.ec2.authorize_security_group_ingress(
        GroupId=stack.deployed.group, IpPermissions=[permission]
    )
    (wide,) = stack.verdict(planned(**WIDE), is_finished=False).steps
    assert {v.kind for v in wide.violations} == {"open"}
    peers = [v.change.piece.peer for v in wide.violations]
    assert parse_prefix("10.8.0.0/16") in peers
    assert parse_prefix("10.9.0.0/24") not in peers
    assert sum(v.change.addresses for v in wide.violations) == 2**17 - 256


def test_rules_that_move_to_a_group_that_no_gateway_carries_cut(stack: Change) -> None:
    """A rule of another group counts only once that group is on the interfaces."""
    (ssh,) = [rule for rule in stack.plan.groups[0].rules if rule.services == ("ssh",)]
    made = stack.ec2.create_security_group(
        GroupName="other", Description="other", VpcId=stack.deployed.place.vpc
    )
    stack.authorize(ssh, made["GroupId"])
    stack.revoke(ssh)
    verdict = stack.verdict(stack.plan)
    assert actions(verdict) == ["RevokeSecurityGroupIngress"]
    assert shown(verdict.at_end) == [
        ("cut", "security_group", *BOTH, "ingress tcp 22-22 10.1.0.0/24", "ssh")
    ]


def test_what_lacks_at_the_end_is_told(stack: Change) -> None:
    """A change that stops early has cut nothing, and does not reach what is asked for."""
    after = planned(**WIDE)
    stack.new_acl(after)
    verdict = stack.verdict(after)
    assert actions(verdict) == []
    assert shown(verdict.at_end) == [
        ("cut", "security_group", *BOTH, f"ingress tcp {port}-{port} 10.9.0.0/24", service)
        for port, service in ((22, "ssh"), (443, "management-ui"))
    ]


def test_a_beginning_that_is_not_as_planned_is_told(stack: Change) -> None:
    """What is not there before the first call is not blamed on a call."""
    other = planned(**WIDE)
    told = stack.verdict(other).at_end
    stack.ec2.create_tags(Resources=[stack.deployed.group], Tags=[{"Key": "a", "Value": "b"}])
    begun = replace(stack, deployed=replace(stack.deployed, plan=other))
    verdict = begun.verdict(other)
    assert shown(verdict.at_start) == shown(told)
    assert verdict.steps[0].violations == ()


def test_rule_for_another_group_lets_no_gateway_in(stack: Change) -> None:
    """Nobody of the gateways is in that group, so it is not `self`."""
    vpc = stack.deployed.place.vpc
    made = stack.ec2.create_security_group(GroupName="jump", Description="jump", VpcId=vpc)
    allowed = {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080}
    stack.ec2.authorize_security_group_ingress(
        GroupId=stack.deployed.group,
        IpPermissions=[allowed | {"UserIdGroupPairs": [{"GroupId": made["GroupId"]}]}],
    )
    assert stack.verdict(stack.plan).violations == ()


@pytest.mark.parametrize("is_gap", [False, True])
def test_gateways_may_talk_on_while_self_becomes_their_networks(
    stack: Change, *, is_gap: bool
) -> None:
    """A rule for `self` and one for all their networks let gateways through to each other alike."""
    after = planned(peers=["10.42.8.0/25"])
    add, take = new_rules(stack.plan, after), new_rules(after, stack.plan)
    first, then = ((take, stack.revoke), (add, stack.authorize))
    for rules, call in (first, then) if is_gap else (then, first):
        for rule in rules:
            call(rule)
    wrong = [step.violations for step in stack.verdict(after, is_finished=False).steps]
    found = {line for some in wrong for line in shown(some) if "tcp 443" in line[4]}
    where, to = ("cut", "security_group", *BOTH), "tcp 443-443 10.42.8.0/25"
    cut = {(*where, f"{way} {to}", "peer-communication") for way in ("egress", "ingress")}
    assert found == (cut if is_gap else set())
