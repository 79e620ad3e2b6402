"""Ports and ICMP messages: how they are read, written, laid on one axis and answered."""

import pytest
from simulator import ANSWERS, holds
from simulator import Packet as OnePacket
from simulator import Rule as OneRule

from gateway_rules.errors import Refused
from gateway_rules.packets.protocols import (
    NAMES,
    NUMBERS,
    icmp_answers,
    opposite,
    parse_ports,
    span,
)


@pytest.mark.parametrize(
    ("text", "pair"),
    [(25, (25, 25)), ("25", (25, 25)), ("20-22", (20, 22)), ("1-65535", (1, 65535))],
)
def test_a_port_or_a_range_is_read(text: object, pair: tuple[int, int]) -> None:
    """A number, its text, and a range all become first and last port."""
    assert parse_ports(text) == pair


FORM = "write a port or a range such as 25 or 20-22"
RANGE = "write a port from 1 to 65535"


@pytest.mark.parametrize(
    ("text", "rule", "message"),
    [
        ("smtp", "port", f"'smtp' is no port; {FORM}"),
        ("", "port", f"'' is no port; {FORM}"),
        ("-5", "port", f"'-5' is no port; {FORM}"),
        ("20-", "port", f"'20-' is no port; {FORM}"),
        ("20 - 22", "port", f"'20 - 22' is no port; {FORM}"),
        ("٢٥", "port", f"'٢٥' is no port; {FORM}"),
        (2.5, "port", f"2.5 is no port; {FORM}"),
        (True, "port", f"true is no port; {FORM}"),
        (None, "port", f"None is no port; {FORM}"),
        ("9" * 10, "port", f"'9999999999' is no port; {FORM}"),
        # Port 0 is reserved (RFC 6335).
        (0, "port", f"port 0 is reserved; {RANGE}"),
        ("0-10", "port", f"port 0 is reserved; {RANGE}"),
        (70000, "port", f"port 70000 is above 65535; {RANGE}"),
        ("25-65536", "port", f"port 65536 is above 65535; {RANGE}"),
        ("22-20", "port-range", "the range 22-20 is reversed; write 20-22"),
    ],
)
def test_what_is_no_port_is_refused(text: object, rule: str, message: str) -> None:
    """Each fault says what is wrong and what to write instead."""
    with pytest.raises(Refused) as error:
        parse_ports(text)
    assert (error.value.rule, str(error.value)) == (rule, message)


@pytest.mark.parametrize("protocol", ["icmp", "icmpv6"])
@pytest.mark.parametrize("pair", [(-1, -1), (0, -1), (3, -1), (3, 4), (255, -1), (255, 255)])
def test_a_message_stands_at_its_type_and_code(protocol: str, pair: tuple[int, int]) -> None:
    """The stretch of a pair holds just the messages that the simulator lets it hold."""
    first, last = span(protocol, *pair)
    rule = OneRule("ingress", protocol, *pair, "0.0.0.0/0")
    held = {
        kind * 256 + code
        for kind in range(256)
        for code in range(256)
        if holds(rule, OnePacket("ingress", protocol, "192.0.2.1", kind, code))
    }
    assert held == set(range(first, last + 1))


@pytest.mark.parametrize("protocol", ["tcp", "udp", "-1"])
def test_ports_are_their_own_stretch(protocol: str) -> None:
    """What is no ICMP has first and last port."""
    assert span(protocol, 20, 22) == (20, 22)


@pytest.mark.parametrize("protocol", ["icmp", "icmpv6"])
def test_only_questions_are_answered(protocol: str) -> None:
    """Every type is answered as the RFCs say, most not at all, and any type by all answers."""
    answered = {kind: icmp_answers(protocol, kind) for kind in range(256)}
    found = {kind: answers for kind, answers in answered.items() if answers}
    assert found == {kind: ((answer, 0),) for kind, answer in ANSWERS[protocol].items()}
    everything = tuple((answer, 0) for _, answer in sorted(ANSWERS[protocol].items()))
    assert icmp_answers(protocol, -1) == everything


def test_numbers_and_names_are_each_others_inverse() -> None:
    """The numbers are IANA's, and -1 is AWS's word for all."""
    assert NUMBERS == {"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58", "-1": "-1"}
    assert {name: NAMES[number] for name, number in NUMBERS.items()} == {n: n for n in NUMBERS}


def test_replies_travel_the_other_way() -> None:
    """Each direction is the other's opposite."""
    assert (opposite("egress"), opposite("ingress")) == ("ingress", "egress")
