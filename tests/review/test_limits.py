"""Each limit at its limit, one below and one above, and what its line says."""

from collections.abc import Sequence
from typing import Any

import pytest
from sites import catalogue_of, placed, shipped, site, stack_file
from strategies import Plain

from gateway_rules.errors import Fault
from gateway_rules.inputs.policy import LimitName, Limits
from gateway_rules.inputs.site import Site
from gateway_rules.planning.planner import Plan, plan
from gateway_rules.review.limits import breaches
from gateway_rules.review.packet_diff import Side, compare, plan_of
from gateway_rules.review.verdict import Breach

ROLES: dict[str, Sequence[str]] = dict.fromkeys(site().roles, ())
NOTHING = {service.id: False for service in shipped().services if not service.role}
"""Leaves out all that the document has outside of the organisation."""


def at(additions: Sequence[dict[str, Any]] = (), **roles: Sequence[str]) -> Plan:
    """Plan a site with the shipped catalogue, where only the roles given are somebody."""
    quotas = {"rules_per_security_group": 200, "entries_per_network_acl": 40}
    return plan(
        shipped(),
        site(roles={**ROLES, **roles}, services=NOTHING, quotas=quotas, additions=additions),
    )


def breached(before: Plan | Side, after: Plan | Side, **limits: Any) -> list[Breach]:
    """Give the breaches of a change; limits that are not given are out of reach."""
    far = {"opened_addresses": 1 << 129, "opened_share": 1, "changed_rules_share": 1}
    lax = {**far, "administrative_prefix": {"ipv4": 0, "ipv6": 0}, **limits}
    # The shares end at 1, which a test may well go past; those breaches are not asked for here.
    unasked: set[LimitName] = {"opened-share", "changed-rules"}
    named = {"opened_share": "opened-share", "changed_rules_share": "changed-rules"}
    sides = [placed(side) if isinstance(side, Plan) else side for side in (before, after)]
    diff = compare("test", sides[0], sides[1])
    found = breaches(Limits.model_validate(lax), diff, *map(plan_of, sides))
    return [t for t in found if t.limit not in unasked - {named.get(name) for name in limits}]


def tcp(
    name: str, peer: str, ports: int | str = 8080, direction: str = "ingress"
) -> dict[str, Any]:
    """Give an addition of TCP."""
    said = {"name": name, "direction": direction, "protocol": "tcp"}
    return {**said, "ports": ports, "peers": [peer]}


# --- opened-addresses ------------------------------------------------------------------------


@pytest.mark.parametrize(("limit", "passes_it"), [(255, True), (256, False), (257, False)])
def test_opened_addresses_may_be_as_many_as_the_limit(limit: int, *, passes_it: bool) -> None:
    """256 addresses are one too many for 255."""
    found = breached(at(), at([tcp("web", "10.1.0.0/24")]), opened_addresses=limit)
    breach = Breach(
        "test",
        "opened-addresses",
        "opens 256 addresses",
        str(limit),
        "the widest is ingress tcp 8080 from 10.1.0.0/24 for web (addition)",
    )
    assert found == ([breach] if passes_it else [])


def test_an_address_with_two_ports_is_one() -> None:
    """Distinct addresses are what counts."""
    more = [tcp("web", "10.1.0.0/24"), tcp("more", "10.1.0.0/24", 9090)]
    assert breached(at(), at(more), opened_addresses=256) == []


# --- opened-share ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "said"), [(0.24, "24%"), (0.25, None), (0.26, None), (0.125, "12.5%")]
)
def test_a_share_of_the_packets_may_be_opened(share: float, said: str | None) -> None:
    """256 packets are a quarter of 1024."""
    before, after = [tcp("web", "10.1.0.0/22")], [tcp("more", "10.9.0.0/24")]
    found = breached(at(before), at([*before, *after]), opened_share=share)
    breach = Breach(
        "test",
        "opened-share",
        "opens 25.0% more packets",
        said or "",
        "the widest is ingress tcp 8080 from 10.9.0.0/24 for more (addition)",
    )
    assert found == ([breach] if said else [])


def test_a_stack_that_passed_nothing_has_no_share() -> None:
    """There is nothing to take a share of; the other limits look at it."""
    assert breached(at(), at([tcp("web", "10.1.0.0/24")]), opened_share=0) == []


# --- administrative-port ------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "passes_it"), [(19, True), (20, False), (21, False)])
def test_administrators_may_be_as_wide_as_the_limit(length: int, *, passes_it: bool) -> None:
    """A /19 is wider than a /20; both ports are named in one line."""
    found = breached(
        at(),
        at(administrators=[f"10.32.0.0/{length}"]),
        administrative_prefix={"ipv4": 20, "ipv6": 48},
    )
    what = "ingress tcp 22 from 10.32.0.0/19, ingress tcp 443 from 10.32.0.0/19"
    breach = Breach(
        *("test", "administrative-port", f"opens {what}", "/20 or longer"),
        "for ssh, management-ui",
    )
    assert found == ([breach] if passes_it else [])


@pytest.mark.parametrize(("length", "passes_it"), [(47, True), (48, False), (49, False)])
def test_ipv6_has_a_limit_of_its_own(length: int, *, passes_it: bool) -> None:
    """What is wide differs a family."""
    found = breached(
        at(),
        at(administrators=[f"2001:db8::/{length}"]),
        administrative_prefix={"ipv4": 20, "ipv6": 48},
    )
    assert [breach.allowed for breach in found] == (["/48 or longer"] if passes_it else [])


def test_neighbours_that_merge_are_as_wide_as_they_are_together() -> None:
    """Half of it may have been there before: the rule is a /19 now."""
    before, after = (
        at(administrators=some) for some in (["10.32.0.0/20"], ["10.32.0.0/20", "10.32.16.0/20"])
    )
    [breach] = breached(before, after, administrative_prefix={"ipv4": 20})
    assert breach.value == (
        "opens ingress tcp 22 from 10.32.0.0/19, ingress tcp 443 from 10.32.0.0/19"
    )


def test_neighbours_count_as_one_whatever_other_ports_they_have() -> None:
    """Each stands in a rule of its own, and together they are a /19 for SSH."""
    some = [tcp("one", "10.32.0.0/20", 22), tcp("more", "10.32.16.0/20", "22-23")]
    [breach] = breached(at(), at(some), administrative_prefix={"ipv4": 20})
    assert (breach.value, breach.cause) == (
        "opens ingress tcp 22 from 10.32.0.0/19",
        "for one, more",
    )


def test_a_port_stays_administrative_when_its_row_is_called_something_else() -> None:
    """Were the catalogue of the change alone asked, it could open SSH to every reader of mail."""
    roles = {**ROLES, "administrators": ["10.1.0.0/24"], "pmm_users": ["10.0.0.0/16"]}
    ssh = {"id": "ssh", "section": "3", "row": "SSH", "reason": "a test", "direction": "ingress"}
    before, after = (
        plan(
            catalogue_of([{**ssh, "protocol": "tcp", "ports": [22], "role": role}]).model_copy(
                update={"administrative": called}
            ),
            site(roles=roles),
        )
        for role, called in (("administrators", ("ssh",)), ("pmm_users", ()))
    )
    [breach] = breached(before, after, administrative_prefix={"ipv4": 20})
    assert breach.value == "opens ingress tcp 22 from 10.0.0.0/16"


def test_whoever_reaches_the_port_counts() -> None:
    """Peers talk over the port of the management UI, and an addition may open SSH."""
    after = at([tcp("wide", "172.16.0.0/12", "20-30")], peers=["10.0.0.0/8"])
    [breach] = breached(at(), after, administrative_prefix={"ipv4": 20})
    assert (breach.value, breach.cause) == (
        "opens ingress tcp 443 from 10.0.0.0/8, ingress tcp 22 from 172.16.0.0/12",
        "for wide, peer-communication",
    )


def test_all_protocols_reach_the_port_too() -> None:
    """Protocol -1 has every port."""
    everything = {"name": "all", "direction": "ingress", "protocol": "-1", "peers": ["10.0.0.0/8"]}
    [breach] = breached(at(), at([everything]), administrative_prefix={"ipv4": 20})
    assert breach.value == "opens ingress tcp 22 from 10.0.0.0/8, ingress tcp 443 from 10.0.0.0/8"


def test_a_wide_port_that_stays_as_it_was_is_not_opened() -> None:
    """The rule for it may change, as when its neighbour port is opened to the same."""
    before = at([tcp("ssh-wide", "10.0.0.0/8", 22)])
    after = at([tcp("ssh-wide", "10.0.0.0/8", 22), tcp("more", "10.0.0.0/8", 23)])
    assert breached(before, after, administrative_prefix={"ipv4": 20}) == []


def test_other_ports_and_the_gateways_own_ssh_are_not_administrative() -> None:
    """A mail port may be wide, and so may the servers to which the gateway itself goes."""
    after = at([tcp("smtp-in", "10.0.0.0/8", 25)], lexical_servers=["10.0.0.0/8"], peers=["self"])
    assert breached(at(), after, administrative_prefix={"ipv4": 20}) == []


# --- internet ----------------------------------------------------------------------------------


def test_what_opens_to_the_whole_internet_is_one_line() -> None:
    """Each port with its direction, and whom they are for."""
    some = [
        tcp("smtp-in", "0.0.0.0/0", 25),
        tcp("smtp-out", "0.0.0.0/0", 25, "egress"),
        tcp("smtp6-in", "::/0", 25),
    ]
    what = "ingress tcp 25 from 0.0.0.0/0, ingress tcp 25 from ::/0"
    assert breached(at(), at(some)) == [
        Breach(
            *("test", "internet", f"opens egress tcp 25 to 0.0.0.0/0, {what}", "none"),
            "for smtp-out, smtp-in, smtp6-in",
        )
    ]


@pytest.mark.parametrize(
    ("peers", "passes_it"),
    [
        (["0.0.0.0/0"], True),
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        (["0.0.0.0/1"], False),
        (["::/0"], True),
        (["self"], False),
    ],
    ids=["all", "both halves", "one half", "all of IPv6", "self"],
)
def test_the_whole_internet_is_all_of_a_family(peers: list[str], *, passes_it: bool) -> None:
    """However it is written, and not an address less."""
    assert [breach.limit for breach in breached(at(), at(pmm_users=peers))] == (
        ["internet"] if passes_it else []
    )


def test_what_was_open_to_the_internet_may_stay() -> None:
    """A port beside it is named by itself, though one rule passes both now."""
    before = at([tcp("smtp-in", "0.0.0.0/0", 25)])
    after = at([tcp("smtp-in", "0.0.0.0/0", 25), tcp("more", "0.0.0.0/0", 26)])
    assert breached(before, before) == []
    [breach] = breached(before, after)
    assert (breach.value, breach.cause) == ("opens ingress tcp 26 from 0.0.0.0/0", "for more")


def test_the_last_addresses_that_lacked_count() -> None:
    """It was not open to the whole internet before, and is so now."""
    before = at(pmm_users=["0.0.0.0/1"])
    assert [breach.value for breach in breached(before, at(pmm_users=["0.0.0.0/0"]))] == [
        "opens ingress tcp 80 from 0.0.0.0/0"
    ]


def test_two_rules_that_are_the_whole_internet_together_count() -> None:
    """One half has a port more than the other, so no rule is for all of it."""
    halves = [tcp("one", "0.0.0.0/1", 25), tcp("more", "128.0.0.0/1", "25-26")]
    [breach] = breached(at(), at(halves))
    assert (breach.value, breach.cause) == ("opens ingress tcp 25 from 0.0.0.0/0", "for one, more")


def test_messages_and_all_protocols_are_named_as_they_are() -> None:
    """ICMP has types and codes instead of ports, and -1 has no ports."""
    said = {"direction": "ingress", "peers": ["0.0.0.0/0"]}
    some: list[dict[str, Any]] = [
        {"name": "ping", "protocol": "icmp", "type": 8, "code": 0, **said},
        {"name": "all", "protocol": "-1", **said},
    ]
    assert [breach.value for breach in breached(at(), at(some[:1]))] == [
        "opens ingress icmp type 8 code 0 from 0.0.0.0/0"
    ]
    assert [breach.value for breach in breached(at(some[:1]), at(some))] == [
        "opens ingress -1 all from 0.0.0.0/0"
    ]


# --- removed-service ---------------------------------------------------------------------------


def ended(before: Plan | Side, after: Plan | Side) -> list[tuple[str, str]]:
    """Give value and cause of what ends."""
    return [
        (breach.value, breach.cause)
        for breach in breached(before, after)
        if breach.limit == "removed-service"
    ]


def test_a_role_that_loses_everybody_ends_its_services() -> None:
    """Each is named with the ports that nobody is left for."""
    parts = [
        "global-catalogue (egress tcp 3268-3269)",
        "ldap (egress tcp 389)",
        "ntlm-names (egress udp 137)",
        "ntlm-session (egress tcp 135, egress tcp 139, egress tcp 445)",
    ]
    assert ended(at(directory_servers=["10.0.0.0/28"]), at()) == [
        (f"ends {', '.join(parts)}", "no flow is left")
    ]


def test_an_address_that_moves_ends_nothing() -> None:
    """The service is still asked for, elsewhere."""
    before, after = (at(administrators=[peer]) for peer in ("10.0.0.0/24", "10.1.0.0/24"))
    assert ended(before, after) == []


def of(*ports: int, direction: str = "egress", row: str = "web") -> Plan:
    """Plan a catalogue with one service at a site without a role."""
    service: Plain = {
        "id": row,
        "section": "2",
        "row": "Row",
        "direction": direction,
        "reason": "a test",
        "protocol": "tcp",
        "ports": [*ports],
        "hosts": [{"name": "a.example.com", "addresses": ["192.0.2.1"]}],
    }
    none: Site = site()
    return plan(catalogue_of([service]), none)


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        (of(80, 443), of(80), "egress tcp 443"),
        (of(80), of(443), "egress tcp 80"),
        (of(80, direction="both"), of(80, direction="ingress"), "egress tcp 80"),
        (of(80), of(80, 443), None),
        (of(80), of(80, row="other"), "egress tcp 80"),
    ],
    ids=["a port", "another port", "a direction", "a port more", "another id"],
)
def test_a_service_may_lose_no_port(before: Plan, after: Plan, lost: str | None) -> None:
    """A row of the document is whole, or somebody looks at it."""
    wanted = [(f"ends web ({lost})", "no flow is left")] if lost else []
    assert ended(before, after) == wanted


def test_a_service_ends_even_where_another_keeps_its_packets() -> None:
    """The document asks for both rows; leaving one out is a decision."""
    services = {"kaspersky-av-updates": False}
    before, after = (plan(shipped(), site(services=some)) for some in ({}, services))
    assert ended(before, after) == [
        ("ends kaspersky-av-updates (egress tcp 80)", "no flow is left")
    ]


def test_an_addition_may_get_another_name() -> None:
    """It is the operator's own; only packets that are closed end it."""
    first, other = (at([tcp(name, "10.0.0.0/24")]) for name in ("web", "portal"))
    assert ended(first, other) == []
    assert ended(first, at()) == [("ends web (ingress tcp 8080)", "no flow is left")]


LACK = Fault("stacks/Pulumi.test.yaml", 2, 3, "pending", "no addresses", "list them")
PENDING = stack_file(site(), LACK)


def test_a_stack_that_turns_pending_ends_all_in_one_line() -> None:
    """Thirty lines for one decision would hide the rest."""
    told = ("ends all 2 services", "the stack is pending")
    assert ended(at(administrators=["10.0.0.0/24"]), PENDING) == [told]


def test_a_stack_that_is_removed_ends_nothing() -> None:
    """What is deployed stays, so the stack's going is another matter."""
    assert ended(at(administrators=["10.0.0.0/24"]), None) == []


@pytest.mark.parametrize("before", [None, PENDING], ids=["new", "pending"])
def test_a_new_stack_ends_nothing_and_changes_no_share(before: Side) -> None:
    """What it opens is judged by what it is."""
    after = at(administrators=["10.0.0.0/24"])
    assert breached(before, after, opened_share=0, changed_rules_share=0) == []


# --- changed-rules ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "said"), [(0.49, "49%"), (0.5, None), (0.51, None), (0.375, "37.5%")]
)
def test_a_share_of_the_rules_may_change(share: float, said: str | None) -> None:
    """One made and one removed are two of four."""
    kept = [tcp(f"kept-{port}", "10.0.0.0/24", port) for port in (25, 80, 8080)]
    before, after = (
        at([*kept, tcp("moved", peer, 9090)]) for peer in ("10.1.0.0/24", "10.2.0.0/24")
    )
    breach = Breach(
        "test",
        "changed-rules",
        "makes 1 and removes 1 of 4 rules",
        said or "",
        "edited: addition moved: peers changed",
    )
    assert breached(before, after, changed_rules_share=share) == ([breach] if said else [])


def test_rules_that_are_only_described_anew_are_not_changed() -> None:
    """Their packets and names stay."""
    first, other = (at([tcp(name, "10.0.0.0/24")]) for name in ("web", "portal"))
    assert breached(first, other, changed_rules_share=0) == []
