"""The judge, held against cases worked by hand and against a walk over every packet."""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulator import (
    Entry,
    Match,
    Packet,
    Rule,
    Surroundings,
    acl_passes,
    cells,
    compare,
    conversation_passes,
    group_passes,
)
from strategies import Box, boxes, prefixes_within

WEB = Rule("egress", "tcp", 80, 81, "192.0.2.0/30")


@pytest.mark.parametrize(
    ("rule", "packet"),
    [
        (WEB, Packet("egress", "tcp", "192.0.2.0", 80)),
        (WEB, Packet("egress", "tcp", "192.0.2.3", 81)),
        (replace(WEB, peer="::/0"), Packet("egress", "tcp", "2001:db8::1", 80)),
        (replace(WEB, peer="self"), Packet("egress", "tcp", "self", 80)),
    ],
)
def test_a_rule_passes_what_it_covers(rule: Rule, packet: Packet) -> None:
    """A security group passes the ports and remotes of a rule, edges included."""
    assert group_passes([rule], packet)


@pytest.mark.parametrize(
    ("rule", "packet"),
    [
        # One beyond the edges of prefix and ports.
        (WEB, Packet("egress", "tcp", "192.0.1.255", 80)),
        (WEB, Packet("egress", "tcp", "192.0.2.4", 80)),
        (WEB, Packet("egress", "tcp", "192.0.2.0", 79)),
        (WEB, Packet("egress", "tcp", "192.0.2.0", 82)),
        # Another direction or protocol.
        (WEB, Packet("ingress", "tcp", "192.0.2.0", 80)),
        (WEB, Packet("egress", "udp", "192.0.2.0", 80)),
        # The other family, even where the rule is as wide as can be.
        (replace(WEB, peer="0.0.0.0/0"), Packet("egress", "tcp", "2001:db8::1", 80)),
        # The group itself is no address, and no address is the group.
        (replace(WEB, peer="self"), Packet("egress", "tcp", "192.0.2.0", 80)),
        (replace(WEB, peer="0.0.0.0/0"), Packet("egress", "tcp", "self", 80)),
    ],
)
def test_a_rule_passes_nothing_else(rule: Rule, packet: Packet) -> None:
    """A security group stops what differs from its rule in one respect."""
    assert not group_passes([rule], packet)


@pytest.mark.parametrize(
    ("numbers", "passed"),
    [((3, 4), {(3, 4)}), ((3, -1), {(3, 4), (3, 0)}), ((-1, -1), {(3, 4), (3, 0), (8, 0)})],
)
def test_icmp_goes_by_type_and_code(numbers: tuple[int, int], passed: set[tuple[int, int]]) -> None:
    """An ICMP rule names a type and a code, and -1 is any of them."""
    rule = Rule("ingress", "icmp", *numbers, "0.0.0.0/0")
    messages = [(3, 4), (3, 0), (8, 0)]
    packets = [Packet("ingress", "icmp", "192.0.2.1", kind, code) for kind, code in messages]
    assert passed == {(p.port, p.code) for p in packets if group_passes([rule], p)}
    assert not group_passes([rule], Packet("ingress", "icmpv6", "192.0.2.1", 3, 4))


@pytest.mark.parametrize("protocol", ["tcp", "udp", "icmp", "icmpv6", "50", "other"])
def test_all_protocols_means_all_ports(protocol: str) -> None:
    """Protocol -1 passes every protocol, whatever its ports say."""
    rule = Rule("ingress", "-1", 0, 0, "192.0.2.1/32")
    assert group_passes([rule], Packet("ingress", protocol, "192.0.2.1", 443, 7))


def test_a_protocol_without_ports_goes_by_its_number() -> None:
    """A rule for ESP passes ESP, and no other numbered protocol."""
    rule = Rule("egress", "50", 0, 0, "192.0.2.1/32")
    packets = [Packet("egress", number, "192.0.2.1", 9) for number in ("50", "51")]
    assert [group_passes([rule], packet) for packet in packets] == [True, False]


@pytest.mark.parametrize(
    ("number", "name"), [("6", "tcp"), ("17", "udp"), ("1", "icmp"), ("58", "icmpv6")]
)
def test_a_number_stands_for_its_protocol(number: str, name: str) -> None:
    """Ports count, and so do types and codes, however the protocol is called."""
    rule = Rule("egress", number, 3, 3, "192.0.2.1/32")
    packets = [Packet("egress", name, "192.0.2.1", port, 3) for port in (3, 4)]
    assert [group_passes([rule], packet) for packet in packets] == [True, False]


def test_any_rule_of_a_group_will_do() -> None:
    """A group passes what one of its rules covers, and an empty one nothing."""
    packet = Packet("egress", "tcp", "192.0.2.1", 80)
    other = Rule("egress", "udp", 53, 53, "0.0.0.0/0")
    assert [group_passes(rules, packet) for rules in ([], [other], [other, WEB])] == [
        False,
        False,
        True,
    ]


def test_the_lowest_number_decides() -> None:
    """In an ACL the first match by number decides, wherever it stands in the list."""
    deny = Entry("ingress", 200, "deny", "tcp", 1, 65535, "192.0.2.0/24")
    allow = Entry("ingress", 100, "allow", "tcp", 25, 25, "0.0.0.0/0")
    mail = Packet("ingress", "tcp", "192.0.2.9", 25)
    assert acl_passes([deny, allow], mail)
    assert not acl_passes([replace(deny, number=99), allow], mail)
    assert not acl_passes([deny, allow], replace(mail, port=26))


def test_an_acl_denies_what_no_entry_names() -> None:
    """Without a match the answer is no, and the two directions are separate lists."""
    allow = Entry("ingress", 1, "allow", "-1", 0, 65535, "0.0.0.0/0")
    packet = Packet("ingress", "tcp", "192.0.2.9", 25)
    assert not acl_passes([], packet)
    assert acl_passes([allow], packet)
    assert not acl_passes([allow], replace(packet, direction="egress"))
    assert not acl_passes([allow], replace(packet, remote="2001:db8::1"))


# --- Conversations ---------------------------------------------------------------------------

HERE = Surroundings(networks=["10.42.8.0/26", "10.42.9.0/26"])


def _allow(direction: str, protocol: str, ports: tuple[int, int], peer: str) -> Entry:
    return Entry(direction, ports[0], "allow", protocol, *ports, peer)


FETCH = Rule("egress", "tcp", 80, 80, "192.0.2.0/24")
OUT = _allow("egress", "tcp", (80, 80), "192.0.2.0/24")
BACK = _allow("ingress", "tcp", (32768, 60999), "192.0.2.0/24")


def test_a_client_passes_with_its_replies() -> None:
    """A request that goes out by group and ACL passes when the replies come back by the ACL."""
    assert conversation_passes([FETCH], [OUT, BACK], FETCH, HERE)


@pytest.mark.parametrize(
    ("rules", "entries"),
    [
        # Each part is needed: the rule, the way there, the way back.
        ([], [OUT, BACK]),
        ([FETCH], [BACK]),
        ([FETCH], [OUT]),
        # Half of the addresses is too few for either layer.
        ([replace(FETCH, peer="192.0.2.0/25")], [OUT, BACK]),
        ([FETCH], [replace(OUT, peer="192.0.2.128/25"), BACK]),
        # The gateway's range of replies is one port short at either end.
        ([FETCH], [OUT, replace(BACK, from_port=32769)]),
        ([FETCH], [OUT, replace(BACK, to_port=60998)]),
        # A group has no use for a rule in the direction of the replies.
        ([replace(FETCH, direction="ingress")], [OUT, BACK]),
    ],
)
def test_a_client_needs_both_ways(rules: list[Rule], entries: list[Entry]) -> None:
    """A conversation is cut by whatever its outermost packets lack."""
    assert not conversation_passes(rules, entries, FETCH, HERE)


def test_a_server_answers_to_the_clients_range() -> None:
    """What comes in is answered to the ephemeral range of clients, not of the gateway."""
    mail = Rule("ingress", "tcp", 25, 25, "0.0.0.0/0")
    there = _allow("ingress", "tcp", (25, 25), "0.0.0.0/0")
    narrow = _allow("egress", "tcp", (32768, 60999), "0.0.0.0/0")
    wide = _allow("egress", "tcp", (1024, 65535), "0.0.0.0/0")
    assert not conversation_passes([mail], [there, narrow], mail, HERE)
    assert conversation_passes([mail], [there, wide], mail, HERE)
    few = replace(HERE, client_ephemeral=(32768, 60999))
    assert conversation_passes([mail], [there, narrow], mail, few)


def test_the_caller_may_name_the_reply_ports() -> None:
    """A trap wants no reply, and time may be answered to port 123 as well."""
    trap = Rule("egress", "udp", 162, 162, "192.0.2.1/32")
    sent = _allow("egress", "udp", (162, 162), "192.0.2.1/32")
    assert conversation_passes([trap], [sent], trap, HERE, replies=[])
    assert not conversation_passes([trap], [sent], trap, HERE)
    both = [(32768, 60999), (123, 123)]
    ways = [_allow("ingress", "udp", ports, "192.0.2.1/32") for ports in both]
    assert conversation_passes([trap], [sent, *ways], trap, HERE, replies=both)
    assert not conversation_passes([trap], [sent, ways[0]], trap, HERE, replies=both)


def test_self_is_the_group_there_and_the_networks_here() -> None:
    """Between gateways the group names itself, and the ACL every one of the networks."""
    sync = Rule("egress", "udp", 19200, 19200, "self")
    entries = [
        Entry(direction, number, "allow", "udp", *ports, network)
        for direction, ports in (("egress", (19200, 19200)), ("ingress", (32768, 60999)))
        for number, network in enumerate(HERE.networks, 1)
    ]
    assert conversation_passes([sync], entries, sync, HERE)
    assert not conversation_passes([replace(sync, peer="10.42.8.0/22")], entries, sync, HERE)
    assert [
        conversation_passes([sync], [e for e in entries if e != gone], sync, HERE)
        for gone in entries
    ] == [False] * 4


@pytest.mark.parametrize(
    ("protocol", "asked", "answer"),
    [
        # Errors are told and not answered; a question has one answer.
        ("icmp", (3, 4), None),
        ("icmpv6", (2, 0), None),
        ("icmp", (8, 0), (0, 0)),
        ("icmp", (13, 0), (14, 0)),
        ("icmp", (15, 0), (16, 0)),
        ("icmp", (17, 0), (18, 0)),
        ("icmpv6", (128, 0), (129, 0)),
    ],
)
def test_icmp_is_answered_by_type(
    protocol: str, asked: tuple[int, int], answer: tuple[int, int] | None
) -> None:
    """Of ICMP's messages only questions need a way back, and only for their answer."""
    peer = "0.0.0.0/0" if protocol == "icmp" else "::/0"
    flow = Rule("ingress", protocol, *asked, peer)
    there = Entry("ingress", 1, "allow", protocol, *asked, peer)
    assert (answer is None) == conversation_passes([flow], [there], flow, HERE)
    back = Entry("egress", 1, "allow", protocol, *(answer or (0, 0)), peer)
    assert conversation_passes([flow], [there, back], flow, HERE)


def test_any_icmp_needs_every_answer() -> None:
    """A flow of all ICMP types needs the way back for all four answers."""
    flow = Rule("egress", "icmp", -1, -1, "192.0.2.1/32")
    there = Entry("egress", 1, "allow", "icmp", -1, -1, "192.0.2.1/32")
    backs = [
        Entry("ingress", kind + 1, "allow", "icmp", kind, 0, "192.0.2.1/32")
        for kind in (0, 14, 16, 18)
    ]
    assert conversation_passes([flow], [there, *backs], flow, HERE)
    assert not conversation_passes([flow], [there, *backs[:-1]], flow, HERE)


def test_all_protocols_need_entries_for_all() -> None:
    """A flow of protocol -1 passes by entries of -1 both ways, and not by those of TCP alone."""
    flow = Rule("egress", "-1", 0, 65535, "192.0.2.1/32")
    ways = [Entry(way, 1, "allow", "-1", 0, 65535, flow.peer) for way in ("egress", "ingress")]
    assert conversation_passes([flow], ways, flow, HERE)
    for way in ways:
        part = [replace(entry, protocol="tcp") if entry == way else entry for entry in ways]
        assert not conversation_passes([flow], part, flow, HERE)


@pytest.mark.parametrize(
    ("protocol", "numbers"),
    [("tcp", (0, 0)), ("udp", (65535, 65535)), ("icmp", (0, 0)), ("icmpv6", (255, 255))],
)
def test_all_protocols_have_all_their_numbers(protocol: str, numbers: tuple[int, int]) -> None:
    """A flow of protocol -1 is cut by a denial of the first or last number of any protocol."""
    flow = Rule("egress", "-1", 0, 65535, "192.0.2.1/32")
    ways = [Entry(way, 2, "allow", "-1", 0, 65535, flow.peer) for way in ("egress", "ingress")]
    deny = Entry("egress", 1, "deny", protocol, *numbers, "0.0.0.0/0")
    assert not conversation_passes([flow], [deny, *ways], flow, HERE)


# --- Every packet ----------------------------------------------------------------------------

# Inside this prefix and these ports every packet can be walked one by one.
SMALL = "10.0.0.0/28"
LOW_PORTS = (20, 21, 22, 24)


def _small() -> st.SearchStrategy[Box]:
    ports = st.sampled_from(LOW_PORTS)
    spans = st.tuples(ports, ports).map(lambda pair: (min(pair), max(pair)))
    return boxes(prefixes_within(SMALL, 32), spans)


def _walk(rules: Sequence[Match]) -> int:
    """Count the packets of the small universe that pass, one by one."""
    return sum(
        group_passes(rules, Packet("egress", protocol, str(address), port))
        for protocol in ("tcp", "udp")
        for address in ip_network(SMALL)
        for port in range(LOW_PORTS[0], LOW_PORTS[-1] + 1)
    )


def test_cells_count_the_whole_universe() -> None:
    """The parts of the universe add up to all packets: five protocols, addresses, 65536 ports."""
    rules = [WEB, Rule("egress", "icmp", 3, -1, "10.0.0.0/8"), Rule("egress", "tcp", 1, 9, "self")]
    total = sum(size for _, size in cells("egress", rules))
    assert total == 5 * (2**32 + 1) * 65536


def test_cells_of_one_rule() -> None:
    """The parts in which a rule passes hold its ports times its addresses."""
    sizes = [size for packet, size in cells("egress", [WEB]) if group_passes([WEB], packet)]
    assert sizes == [2 * 4]
    icmp = Rule("ingress", "icmp", 3, -1, "192.0.2.0/31")
    found = [size for packet, size in cells("ingress", [icmp]) if group_passes([icmp], packet)]
    assert sum(found) == 256 * 2


@settings(deadline=None)
@given(st.lists(_small(), max_size=4))
def test_cells_agree_with_a_walk_over_every_packet(drawn: list[Box]) -> None:
    """Weighing one packet a part counts the same as trying every packet."""
    rules = [Rule("egress", *box) for box in drawn]
    sizes = [size for packet, size in cells("egress", rules) if group_passes(rules, packet)]
    assert _walk(rules) == sum(sizes)


def test_compare_names_missing_and_counts_excess() -> None:
    """What is required and shut is shown by a packet, what is open unasked by its number."""
    half = replace(WEB, to_port=80)
    assert compare("egress", [WEB], [WEB], group_passes) == ([], 0)
    assert compare("egress", [half], [WEB], group_passes) == ([], 4)
    missing = [Packet("egress", "tcp", "192.0.2.0", 81)]
    assert (missing, 0) == compare("egress", [WEB], [half], group_passes)
    assert compare("ingress", [WEB], [half], group_passes) == ([], 0)


def test_compare_reads_an_acl_in_its_order() -> None:
    """An entry that an earlier denial hides opens nothing."""
    deny = Entry("egress", 1, "deny", "tcp", 81, 81, "192.0.2.0/30")
    allow = Entry("egress", 2, "allow", "tcp", 80, 82, "192.0.2.0/30")
    missing = [Packet("egress", "tcp", "192.0.2.0", 81)]
    assert (missing, 4) == compare("egress", [WEB], [deny, allow], acl_passes)
