"""ACLs beside the planned one, and entries that the plan does not have."""

from dataclasses import replace

import pytest
from lives import (
    SUBNETS,
    acl,
    as_planned,
    compared,
    everything,
    interface,
    own_acl,
    with_interfaces,
)
from sites import NOBODY, ROOT, shipped, site

from gateway_rules.audit.live import Live, LiveAcl, LiveEntry
from gateway_rules.audit.verification.findings import PacketDifference
from gateway_rules.packets.prefixes import ANYWHERE, parse_prefix
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.planning.stack_plan import load_plan

UP = "pulumi up --refresh -s test"
TAKE_OVER = f"write gateway-rules:take_over: true into stacks/Pulumi.test.yaml; then: {UP}"


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan SSH and DNS."""
    used = ("ssh", "dns")
    services = {name: False for name in shipped().by_id if name not in used}
    roles = NOBODY | {"administrators": ["10.42.0.0/24"]}
    return plan(shipped(), site(roles=roles, services=services))


def with_acls(planned: Plan, *acls: LiveAcl) -> Live:
    """Give the stack with these ACLs alone."""
    return replace(as_planned(planned), acls=acls)


def with_entries(planned: Plan, *entries: LiveEntry) -> Live:
    """Give the stack with other entries in its ACL."""
    return with_acls(planned, replace(own_acl(planned), entries=entries))


def told(some: tuple[PacketDifference, ...]) -> list[tuple[str, str, str]]:
    """Give where, why and what mends it."""
    return [(one.resource, one.why, one.fix) for one in some]


def test_an_acl_of_the_stack_that_guards_nothing_is_left_over(planned: Plan) -> None:
    """Nothing is lost when it is deleted."""
    old = acl("acl-old", *everything("acl-old"), own=True)
    found = compared(planned, with_acls(planned, own_acl(planned), old))
    assert told(found.foreign) == [
        (
            "acl-old",
            "it bears the stack's tag beside another one, and guards no subnet",
            "aws ec2 delete-network-acl --region eu-west-1 --network-acl-id acl-old",
        )
    ]
    assert (found.missing, found.excess) == ((), ())


def test_two_acls_of_the_stack_over_its_subnets_are_one_too_many(planned: Plan) -> None:
    """Both pass the right packets; a deployment takes the second's subnet back."""
    one = replace(own_acl(planned), subnets=frozenset(SUBNETS[:1]))
    two = replace(own_acl(planned), id="acl-two", subnets=frozenset(SUBNETS[1:]))
    found = compared(planned, with_acls(planned, one, two))
    assert told(found.foreign) == [
        (
            "acl-two",
            "it bears the stack's tag beside another one, and guards subnet-b",
            UP,
        )
    ]


def test_an_acl_with_the_stacks_tag_over_subnets_of_others_is_not_to_be_deleted_at_once(
    planned: Plan,
) -> None:
    """Pulumi takes back the stack's subnets alone; the others would be without an ACL."""
    odd = replace(own_acl(planned), id="acl-z", subnets=frozenset({"subnet-z"}))
    (found,) = compared(planned, with_acls(planned, own_acl(planned), odd)).foreign
    assert (found.why, found.fix) == (
        "it bears the stack's tag beside another one, and guards subnet-z",
        (
            "give subnet-z another ACL; then: "
            "aws ec2 delete-network-acl --region eu-west-1 --network-acl-id acl-z"
        ),
    )


def test_an_acl_of_another_stack_is_none_of_our_business(planned: Plan) -> None:
    """It guards none of our subnets."""
    other = acl("acl-other", *everything("acl-other"), subnets=("subnet-z",))
    assert compared(planned, with_acls(planned, own_acl(planned), other)).is_clean


def test_an_acl_that_passes_nothing_is_shown_by_the_first_packet_that_it_takes(
    planned: Plan,
) -> None:
    """The finding about the ACL itself names whom it hurts."""
    shut = acl("acl-shut", subnets=SUBNETS[1:])
    mine = replace(own_acl(planned), subnets=frozenset(SUBNETS[:1]))
    (found,) = compared(planned, with_acls(planned, mine, shut)).foreign
    assert told((found,)) == [
        ("acl-shut", "subnet-b is under it, an ACL without the stack's tag", TAKE_OVER)
    ]
    assert (found.piece.direction, found.services) == ("egress", ("ssh",))


def test_the_gateways_are_in_the_subnets_that_there_are() -> None:
    """A subnet more is theirs as well, and the ACL does not let them by there yet."""
    used = {name: False for name in shipped().by_id if name != "greylisting"}
    made = plan(shipped(), site(roles=NOBODY | {"peers": ["self"]}, services=used))
    live = as_planned(made)
    subnets = {**live.subnets, "subnet-c": (parse_prefix("10.42.9.0/26"),)}
    found = compared(made, replace(live, subnets=subnets))
    assert {(one.other_end, one.fix) for one in found.missing} == {("10.42.9.0/26", UP)}
    assert (found.excess, found.foreign) == ((), ())


def test_an_entry_under_another_number_is_foreign(planned: Plan) -> None:
    """It passes what the planned one would, and the next deployment makes a new ACL."""
    first, *rest = own_acl(planned).entries
    found = compared(planned, with_entries(planned, replace(first, number=1), *rest))
    why = "the plan has no entry 1 such as this, which changes no packet"
    assert told(found.foreign) == [("acl-own", why, UP)]
    assert (found.missing, found.excess) == ((), ())


def test_a_changed_entry_is_told_once(planned: Plan) -> None:
    """By the packets that pass or do not; not as an entry that the plan lacks as well."""
    *rest, last = own_acl(planned).entries
    for prefix, kind in (("10.42.0.0/23", "excess"), ("10.42.0.0/25", "missing")):
        (ssh,) = (
            e
            for e in own_acl(planned).entries
            if str(e.prefix) == "10.42.0.0/24" and e.direction == "ingress"
        )
        kept = [entry for entry in (*rest, last) if entry != ssh]
        changed = replace(ssh, prefix=parse_prefix(prefix))
        found = compared(planned, with_entries(planned, *kept, changed)).findings
        assert {name: len(some) for name, some in found.items() if some} == {kind: 1}


def test_a_deny_that_takes_packets_is_told_by_them(planned: Plan) -> None:
    """It stands before the allow, and what it takes is missing."""
    deny = LiveEntry("acl-own", "ingress", 1, "deny", "-1", 0, 65535, ANYWHERE)
    found = compared(planned, with_entries(planned, deny, *own_acl(planned).entries))
    assert {one.services for one in found.missing} == {("ssh",), ("dns",)}
    assert (found.excess, found.foreign) == ((), ())


def test_a_subnet_under_the_default_acl_comes_back_unless_others_are_in_it(planned: Plan) -> None:
    """A deployment refuses to cut off whoever carries none of the stack's groups."""
    default = acl("acl-default", *everything("acl-default"), subnets=SUBNETS[1:], default=True)
    mine = replace(own_acl(planned), subnets=frozenset(SUBNETS[:1]))
    alone = with_acls(planned, mine, default)
    neighbour = interface("eni-9", "sg-web", subnet=SUBNETS[1])
    shared = replace(with_interfaces(alone, neighbour), others={"sg-web": ()})
    shared = replace(shared, names={**alone.names, "sg-web": "web"})
    for live, fix in ((alone, UP), (shared, TAKE_OVER)):
        fixes = [one.fix for one in compared(planned, live).foreign if one.resource == default.id]
        assert fixes == [fix]


def test_a_stack_that_takes_over_needs_no_word_more() -> None:
    """Its file says already that subnets of others are meant."""
    full = load_plan(ROOT, "eu-west-1").plan
    other = acl("acl-other", *everything("acl-other"), subnets=SUBNETS)
    (found,) = compared(full, with_acls(full, other), take_over=True).foreign
    assert found.fix == "pulumi up --refresh -s eu-west-1"
