"""Who carries the stack's groups, what else adds up there, and whom the ACL cuts off."""

from dataclasses import replace

import pytest
from lives import (
    SUBNETS,
    acl,
    as_planned,
    by_hand,
    compared,
    everything,
    interface,
    with_interfaces,
    with_other,
)
from sites import NOBODY, shipped, site

from gateway_rules.audit.live import Live
from gateway_rules.audit.verification.findings import PacketDifference
from gateway_rules.audit.verification.verifier import WAITING
from gateway_rules.packets.prefixes import ANYWHERE
from gateway_rules.planning.planner import Plan, plan

AT = site(
    roles={role: [] for role in shipped().roles}
    | {"administrators": ["10.42.0.0/24"], "peers": ["self"]},
    services={name: False for name in shipped().by_id if name not in ("ssh", "greylisting", "dns")},
)
FIRST = str(ANYWHERE).partition("/")[0]
OPENS = (
    "a rule of sg-bastion (bastion) adds up on eni-1 and opens 4,294,967,296 packets "
    "beyond the plan"
)
MOVE = "move it to another subnet; where it is a gateway:"
MODIFY = "aws ec2 modify-network-interface-attribute --region eu-west-1 --network-interface-id"


@pytest.fixture(scope="module")
def planned() -> Plan:
    """Plan a small site: an administrator, DNS, and the gateways among themselves."""
    return plan(shipped(), AT)


@pytest.fixture
def stack(planned: Plan) -> Live:
    """Give the stack as planned, with a bastion's group and the VPC's own beside it."""
    bare = with_other(as_planned(planned), "sg-default", "default")
    bastion = by_hand("egress", "tcp", 443, "0.0.0.0/0", "sg-bastion")
    return with_other(bare, "sg-bastion", "bastion", bastion)


def foreign(planned: Plan, live: Live) -> tuple[PacketDifference, ...]:
    """Verify; nothing but what is foreign may be found."""
    found = compared(planned, live)
    assert (found.missing, found.excess, found.quota) == ((), (), ())
    assert found.is_clean == (not found.foreign)
    return found.foreign


def told(findings: tuple[PacketDifference, ...]) -> list[tuple[str, str, str]]:
    """Give where, why and what mends it."""
    return [(one.resource, one.why, one.fix) for one in findings]


# --- The groups on interfaces --------------------------------------------------------------


def test_a_gateway_that_carries_the_group_is_well(planned: Plan, stack: Live) -> None:
    """One interface in each subnet, each with the group, and nothing to tell."""
    both = [interface(f"eni-{subnet}", "sg-group", subnet=subnet) for subnet in SUBNETS]
    found = compared(planned, with_interfaces(stack, *both))
    assert (found.is_clean, found.notes) == (True, ())


def test_where_nobody_is_the_group_waits(planned: Plan, stack: Live) -> None:
    """A stack is deployed before its gateways are; that is a note and no difference."""
    idle = interface("eni-1", "sg-default", in_use=False)
    for live in (stack, with_interfaces(stack, idle)):
        found = compared(planned, live)
        assert (found.is_clean, found.notes) == (
            True,
            (WAITING,),
        )


def test_a_group_that_no_interface_carries_is_told_where_one_could(
    planned: Plan, stack: Live
) -> None:
    """Somebody is there, and no packet passes by the group; the VPC's own group gives way."""
    live = with_interfaces(stack, interface("eni-1", "sg-default", "sg-bastion"))
    (found,) = foreign(planned, live)
    assert told((found,)) == [
        (
            "sg-group",
            "no interface carries gateway-rules-test, so nothing passes by it",
            f"{MODIFY} eni-1 --groups sg-bastion sg-group",
        )
    ]
    assert found.services == ("dns", "greylisting", "ssh")
    assert found.as_json()["sample"] == {"address": FIRST, "port": 53}


def test_an_idle_interface_that_was_given_a_group_is_somebody(planned: Plan, stack: Live) -> None:
    """Whoever chose a group for it meant to use it."""
    live = with_interfaces(stack, interface("eni-1", "sg-bastion", in_use=False))
    assert [one.resource for one in foreign(planned, live)] == ["sg-group"]


def test_a_stack_that_retires_may_be_on_no_interface(planned: Plan, stack: Live) -> None:
    """Its groups have to be taken off before they can be deleted."""
    retiring = replace(planned, site=planned.site.model_copy(update={"protect": False}))
    live = with_interfaces(stack, interface("eni-1", "sg-default"))
    assert foreign(retiring, live) == ()


def test_a_gateway_outside_the_subnets_is_told(planned: Plan, stack: Live) -> None:
    """What guards it there is not the stack's ACL."""
    live = with_interfaces(stack, interface("eni-1", "sg-group", subnet="subnet-z"))
    assert told(foreign(planned, live)) == [
        (
            "eni-1",
            "it carries the stack's group in subnet-z, which the stack's file does not name",
            "move it, or name subnet-z in the stack's file",
        )
    ]


# --- Other groups on them ------------------------------------------------------------------


def test_a_plan_that_asks_for_nothing_is_verified_as_well() -> None:
    """Where no packet shows what is wrong, it is told all the same."""
    bare = plan(shipped(), site(roles=NOBODY, services=dict.fromkeys(shipped().by_id, False)))
    live = with_interfaces(as_planned(bare), interface("eni-1", "sg-group", subnet="subnet-far"))
    own, other = live.acls[0], acl("acl-other", subnets=SUBNETS[1:])
    live = replace(live, acls=(replace(own, subnets=frozenset(SUBNETS[:1])), other))
    live = replace(live, acls=(*live.acls, acl("acl-spare", own=True)))
    assert [(one.resource, one.sample) for one in foreign(bare, live)] == [
        ("eni-1", ("self", 0)),
        ("acl-other", ("self", 0)),
        ("acl-spare", ("self", 0)),
    ]


def test_another_group_on_a_gateway_is_told_by_what_it_opens(planned: Plan, stack: Live) -> None:
    """Rules add up: the whole internet on 443 is beyond the plan, from its first address."""
    live = with_interfaces(stack, interface("eni-1", "sg-group", "sg-bastion"))
    (found,) = foreign(planned, live)
    assert told((found,)) == [
        (
            "sgr-hand",
            OPENS,
            f"{MODIFY} eni-1 --groups sg-group",
        )
    ]
    assert found.as_json() | {"why": "", "fix": ""} == {
        "layer": "security_group",
        "direction": "egress",
        "protocol": "tcp",
        "from_port": 443,
        "to_port": 443,
        "prefix": "0.0.0.0/0",
        "sample": {"address": FIRST, "port": 443},
        "services": [],
        "resource": "sgr-hand",
        "why": "",
        "fix": "",
    }


def test_the_sample_is_beyond_the_plan(planned: Plan, stack: Live) -> None:
    """Where the first packets of a rule are the plan's own, the first other one is shown."""
    wide = by_hand("ingress", "tcp", 22, "10.42.0.0/23", "sg-bastion")
    live = with_interfaces(
        with_other(stack, "sg-bastion", "bastion", wide),
        interface("eni-1", "sg-group", "sg-bastion"),
    )
    (found,) = foreign(planned, live)
    assert found.sample == ("10.42.1.0", 22)


def test_another_group_that_opens_nothing_more_is_none_of_our_business(
    planned: Plan, stack: Live
) -> None:
    """Packets are compared, not resources."""
    inside = by_hand("ingress", "tcp", 22, "10.42.0.7/32", "sg-bastion")
    live = with_interfaces(
        with_other(stack, "sg-bastion", "bastion", inside),
        interface("eni-1", "sg-group", "sg-bastion"),
    )
    assert foreign(planned, live) == ()


@pytest.mark.parametrize("source", ["sg-jump", "pl-office", "sg-bastion"])
def test_what_another_group_passes_for_a_group_is_told_by_its_name(
    planned: Plan, stack: Live, source: str
) -> None:
    """Nobody can say from the rule whom it lets in."""
    rule = by_hand("ingress", "tcp", 22, source, "sg-bastion")
    live = with_interfaces(
        with_other(stack, "sg-bastion", "bastion", rule),
        interface("eni-1", "sg-group", "sg-bastion"),
        interface("eni-2", "sg-group", "sg-bastion"),
    )
    (found,) = foreign(planned, live)
    why = (
        f"a rule of sg-bastion (bastion) adds up on eni-1, eni-2 and passes whoever is in {source}"
    )
    assert (found.why, found.other_end, found.sample) == (why, source, (source, 22))


def test_all_other_groups_go_at_once_from_all_gateways(planned: Plan, stack: Live) -> None:
    """One command after the other must not bring back what the first took away."""
    jump = replace(by_hand("ingress", "tcp", 22, "0.0.0.0/0", "sg-jump"), id="sgr-jump")
    quiet = by_hand("ingress", "tcp", 22, "10.42.0.7/32", "sg-quiet")
    live = with_other(with_other(stack, "sg-jump", "jump", jump), "sg-quiet", "quiet", quiet)
    live = with_interfaces(
        live,
        interface("eni-1", "sg-group", "sg-bastion", "sg-jump", "sg-quiet"),
        interface("eni-2", "sg-group", "sg-bastion"),
    )
    first = f"{MODIFY} eni-1 --groups sg-group sg-quiet"
    both = f"{first} && {MODIFY} eni-2 --groups sg-group"
    assert [(one.resource, one.fix) for one in foreign(planned, live)] == [
        ("sgr-hand", both),
        ("sgr-jump", first),
    ]


def test_a_group_that_carries_what_is_required_is_not_taken_off(planned: Plan, stack: Live) -> None:
    """SSH passes by the bastion's group alone: taking it off would lock the administrators out."""
    wide = by_hand("ingress", "tcp", 22, "10.42.0.0/23", "sg-bastion")
    kept = tuple(rule for rule in stack.groups["sg-group"] if rule.from_port != 22)
    live = replace(with_other(stack, "sg-bastion", "bastion", wide), groups={"sg-group": kept})
    found = compared(planned, with_interfaces(live, interface("eni-1", "sg-group", "sg-bastion")))
    assert [(one.piece.from_port, one.fix) for one in (*found.missing, *found.foreign)] == [
        (22, "pulumi up --refresh -s test"),
        (22, "pulumi up --refresh -s test"),
    ]


def test_a_group_on_which_one_gateway_leans_goes_after_ours_is_attached() -> None:
    """One of two gateways lacks the group for SSH, and lets it in by the bastion's alone."""
    parted = plan(shipped(), AT.model_copy(update={"security_groups": "by_section"}))
    wide = by_hand("ingress", "tcp", 22, "10.42.0.0/23", "sg-bastion")
    ours = ("sg-group", "sg-internal", "sg-additions")
    live = with_interfaces(
        with_other(as_planned(parted), "sg-bastion", "bastion", wide),
        interface("eni-1", "sg-bastion", *ours),
        interface("eni-2", "sg-bastion", "sg-group"),
    )
    (found,) = compared(parted, live).foreign
    attach = f"{MODIFY} eni-2 --groups sg-additions sg-bastion sg-group sg-internal"
    assert (found.resource, found.fix) == ("sgr-hand", attach)


def test_a_list_in_another_group_may_carry_what_is_missing(planned: Plan, stack: Live) -> None:
    """Whoever is in it, SSH may pass by it alone: the update goes first."""
    listed = by_hand("ingress", "tcp", 22, "pl-office", "sg-bastion")
    kept = tuple(rule for rule in stack.groups["sg-group"] if rule.from_port != 22)
    live = replace(with_other(stack, "sg-bastion", "bastion", listed), groups={"sg-group": kept})
    found = compared(planned, with_interfaces(live, interface("eni-1", "sg-group", "sg-bastion")))
    assert [(one.resource, one.fix) for one in found.foreign] == [
        ("sgr-hand", "pulumi up --refresh -s test")
    ]


# --- Others in the gateways' subnets -------------------------------------------------------


def gateway_and(stack: Live, *groups: str, in_use: bool = True) -> Live:
    """Give the stack with a gateway and a stranger beside it."""
    stranger = interface("eni-9", *groups, in_use=in_use)
    return with_interfaces(stack, interface("eni-1", "sg-group"), stranger)


def test_a_stranger_in_the_subnet_is_cut_off_by_the_acl(planned: Plan, stack: Live) -> None:
    """Its group lets it out to 443, and the stack's ACL does not."""
    (found,) = foreign(planned, gateway_and(stack, "sg-bastion"))
    assert told((found,)) == [
        (
            "eni-9",
            "acl-own takes from eni-9 what the groups there let pass",
            f"{MOVE} {MODIFY} eni-9 --groups sg-bastion sg-group",
        )
    ]
    assert (found.layer, str(found.piece.peer)) == ("network_acl", "0.0.0.0/0")
    assert found.sample == (FIRST, 443)


def test_a_stranger_from_whom_nothing_is_taken_is_not_told(planned: Plan, stack: Live) -> None:
    """A group that lets out DNS alone loses nothing, as the gateways need DNS as well."""
    dns = by_hand("egress", "udp", 53, "0.0.0.0/0", "sg-bastion")
    live = with_other(stack, "sg-bastion", "bastion", dns)
    assert foreign(planned, gateway_and(live, "sg-bastion")) == ()


def test_a_stranger_without_groups_is_cut_off_as_well(planned: Plan, stack: Live) -> None:
    """A NAT gateway has no group and passes everything, of the families that its subnet has."""
    (found,) = foreign(planned, gateway_and(stack))
    assert (found.resource, found.sample) == ("eni-9", (FIRST, 0))


def test_a_stranger_can_be_given_no_group_before_there_is_one(planned: Plan, stack: Live) -> None:
    """An interface has at least one group, so no command may name none."""
    live = replace(stack, groups={"sg-old": ()}, names={**stack.names, "sg-old": "old"})
    live = with_interfaces(live, interface("eni-1", "sg-old"), interface("eni-9"))
    (found,) = (one for one in compared(planned, live).foreign if one.resource == "eni-9")
    assert found.fix == f"{MOVE} pulumi up --refresh -s test"


def test_what_a_service_of_aws_made_is_never_a_gateway(planned: Plan, stack: Live) -> None:
    """A load balancer has to go elsewhere, and is no reason to miss the group on it."""
    balancer = interface("eni-lb", "sg-bastion", requester="amazon-elb")
    live = with_interfaces(stack, balancer)
    assert told(foreign(planned, live)) == [
        (
            "eni-lb",
            "acl-own takes from eni-lb what the groups there let pass",
            "move it to another subnet",
        )
    ]
    assert compared(planned, live).notes == (WAITING,)


def test_an_idle_interface_is_no_stranger(planned: Plan, stack: Live) -> None:
    """It is attached to nothing, has the VPC's own group alone, and sends no packets."""
    assert foreign(planned, gateway_and(stack, "sg-default", in_use=False)) == ()


def test_strangers_with_the_same_groups_are_told_together(planned: Plan, stack: Live) -> None:
    """Two hundred functions with one group are one difference."""
    many = [interface(f"eni-{n:03}", "sg-bastion") for n in range(200)]
    live = with_interfaces(stack, interface("eni-g", "sg-group"), *many)
    (found,) = foreign(planned, live)
    assert found.why == (
        "acl-own takes from eni-000, eni-001, eni-002 and 197 more what the groups there let pass"
    )
    assert found.resource.split(", ") == [one.id for one in many]


def test_under_the_acl_of_others_nobody_is_cut_off_by_us(planned: Plan, stack: Live) -> None:
    """What a default ACL does to strangers is no matter of this stack."""
    default = acl("acl-default", *everything("acl-default"), subnets=SUBNETS, default=True)
    live = replace(gateway_and(stack, "sg-bastion"), acls=(default,))
    found = compared(planned, live)
    assert [one.resource for one in found.foreign] == ["acl-default"]
