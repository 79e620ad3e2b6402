"""Reading anybody's list of flows: what is right is read, and all that is wrong is told at once."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from counting import count
from written import told

from gateway_rules.errors import Faults
from gateway_rules.packets.prefixes import parse_prefix
from gateway_rules.planning.cover.entries import Allow, Cover
from gateway_rules.planning.cover.fitting import fit
from gateway_rules.planning.fit_file import parse_flows, read_flows

WEB = {"protocol": "tcp", "ports": "80", "prefix": "192.0.2.0/24"}


def allow(protocol: Any, first: int, last: int, prefix: str) -> Allow:
    """Give what is to be covered."""
    return Allow(protocol, first, last, parse_prefix(prefix))


def parsed(*flows: dict[str, Any]) -> list[Allow]:
    """Give what a JSON file with these flows asks for."""
    return [*parse_flows(json.dumps({"flows": flows}), "flows.json")]


def refused(text: str) -> list[str]:
    """Give what a user is told about a text, less what is the same in each line."""
    with pytest.raises(Faults) as caught:
        parse_flows(text, "f")
    return [line.removeprefix("error: f:") for line in told(caught.value)]


def listed(*flows: str) -> str:
    """Write flows as YAML, one a line."""
    return "flows:\n" + "".join(f"- {flow}\n" for flow in flows)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"ports": "80"}, [("tcp", 80, 80)]),
        ({"ports": 80}, [("tcp", 80, 80)]),
        ({"ports": "20-22"}, [("tcp", 20, 22)]),
        ({"ports": [80, "20-22"]}, [("tcp", 80, 80), ("tcp", 20, 22)]),
        ({"ports": 0}, [("tcp", 0, 0)]),
        ({"ports": "0-0"}, [("tcp", 0, 0)]),
        ({"ports": "0-65535"}, [("tcp", 0, 65535)]),
        ({"protocol": 6}, [("tcp", 80, 80)]),
        ({"protocol": "17"}, [("udp", 80, 80)]),
        ({"protocol": "icmp", "ports": None, "type": 3, "code": 4}, [("icmp", 3, 4)]),
        ({"protocol": 1, "ports": None, "type": -1, "code": -1}, [("icmp", -1, -1)]),
        ({"protocol": -1, "ports": None}, [("-1", 0, 65535)]),
        ({"protocol": "-1", "ports": "0-65535"}, [("-1", 0, 65535)]),
    ],
)
def test_protocols_and_ports_are_read_in_every_form(
    said: dict[str, Any], expected: list[tuple[str, int, int]]
) -> None:
    """Numbers, ranges, lists, names and IANA numbers; type and code; all of a protocol, or all."""
    assert parsed(WEB | said) == [allow(*each, "192.0.2.0/24") for each in expected]


def test_ipv6_is_read_as_well() -> None:
    """ICMPv6 goes with its own family, by name and by number."""
    flow = {"protocol": 58, "type": 2, "code": 0, "prefix": "2001:db8::/32"}
    assert parsed(flow) == [allow("icmpv6", 2, 0, "2001:db8::/32")]


@pytest.mark.parametrize(
    "text",
    [
        "flows: [{protocol: tcp, ports: 80, prefix: 192.0.2.0/24}]\n",
        "# ours\nflows:\n- protocol: tcp\n  ports: '80'\n  prefix: 192.0.2.0/24\n",
        '{"flows": [{"protocol": "tcp", "ports": [80], "prefix": "192.0.2.0/24"}]}',
        '\n{\n\t"flows":\t[{"protocol": "tcp", "ports": "80", "prefix": "192.0.2.0/24"}]\n}\n',
    ],
    ids=["flow", "block", "json", "tabs"],
)
def test_json_and_yaml_say_the_same(text: str) -> None:
    """One list of flows, in whichever form it is written."""
    assert parse_flows(text, "f") == (allow("tcp", 80, 80, "192.0.2.0/24"),)


# Each flow is wrong in one way; its line in the file is the second.
@pytest.mark.parametrize(
    ("flow", "line"),
    [
        # Ports.
        (
            "{protocol: tcp, ports: 80-20, prefix: 10.0.0.0/8}",
            "2:26: [port-range] flows.ports: the range 80-20 is reversed; write 20-80",
        ),
        (
            "{protocol: tcp, ports: 70000, prefix: 10.0.0.0/8}",
            "2:26: [port] flows.ports: port 70000 is above 65535; write a port from 1 to 65535",
        ),
        (
            "{protocol: tcp, ports: [], prefix: 10.0.0.0/8}",
            "2:26: [empty] flows.ports is empty; write at least 1",
        ),
        (
            "{protocol: tcp, ports: 0-22-33, prefix: 10.0.0.0/8}",
            (
                "2:26: [port] flows.ports: '0-22-33' is no port; "
                "write a port or a range such as 25 or 20-22"
            ),
        ),
        (
            "{protocol: tcp, ports: 0-, prefix: 10.0.0.0/8}",
            "2:26: [port] flows.ports: '' is no port; write a port or a range such as 25 or 20-22",
        ),
        (
            "{protocol: tcp, prefix: 10.0.0.0/8}",
            (
                "2:3: [ports] flows: tcp has ports, and no type or code; "
                "write its ports alone, such as ports: 25"
            ),
        ),
        (
            "{protocol: '-1', ports: 1-2, prefix: 10.0.0.0/8}",
            "2:3: [ports] flows: -1 has no ports, type or code; take them out",
        ),
        # Protocols and messages.
        (
            "{protocol: sctp, ports: 1, prefix: 10.0.0.0/8}",
            (
                "2:14: [choice] flows.protocol is 'sctp'; "
                "write 'tcp', 'udp', 'icmp', 'icmpv6' or '-1'"
            ),
        ),
        (
            "{protocol: true, ports: 1, prefix: 10.0.0.0/8}",
            ("2:14: [choice] flows.protocol is true; write 'tcp', 'udp', 'icmp', 'icmpv6' or '-1'"),
        ),
        (
            "{protocol: icmp, ports: 8, prefix: 10.0.0.0/8}",
            (
                "2:3: [icmp] flows: icmp has a type and a code; "
                "write type and code, -1 for any, and no ports"
            ),
        ),
        (
            "{protocol: icmp, type: -1, code: 0, prefix: 10.0.0.0/8}",
            "2:3: [icmp] flows: any type has any code; write code: -1",
        ),
        (
            "{protocol: icmp, type: 256, code: 0, prefix: 10.0.0.0/8}",
            "2:26: [range] flows.type is 256; write a number of at most 255",
        ),
        (
            "{protocol: icmp, type: 8, code: 0, prefix: ::/0}",
            (
                "2:14: [family] ::/0 and icmp are of different families; "
                "write icmp for IPv4 and icmpv6 for IPv6"
            ),
        ),
        # Prefixes.
        (
            "{protocol: tcp, ports: 1, prefix: 10.0.0.1/8}",
            (
                "2:37: [host-bits] flows.prefix: 10.0.0.1/8 has bits behind its prefix length; "
                "write 10.0.0.0/8 for the network, 10.0.0.1/32 for the host"
            ),
        ),
        (
            "{protocol: tcp, ports: 1, prefix: 10.0.0.0}",
            (
                "2:37: [prefix] flows.prefix: 10.0.0.0 has no prefix length; "
                "write 10.0.0.0/32 for this one address"
            ),
        ),
        (
            "{protocol: tcp, ports: 1, prefix: [10.0.0.0/8]}",
            (
                "2:37: [prefix] flows.prefix: ['10.0.0.0/8'] is no prefix; "
                "write one such as 192.0.2.0/24"
            ),
        ),
        # Keys and forms.
        (
            "{protocol: tcp, ports: 1, prefix: 10.0.0.0/8, port: 1}",
            (
                "2:49: [unknown-key] flows.port is not known; "
                "take it out, or write one of: protocol, ports, type, code, prefix"
            ),
        ),
        (
            "{protocol: tcp, ports: 1}",
            "2:3: [missing-key] flows.prefix is missing; add it",
        ),
        ("tcp 80", "2:3: [type] flows is 'tcp 80', not a mapping; write keys and values"),
    ],
)
def test_a_bad_flow_is_told_by_place_and_cure(flow: str, line: str) -> None:
    """Each line of the file that is wrong gives one line."""
    assert refused(listed(flow)) == [line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "1:1: [type] the file is empty, not a mapping; write keys and values"),
        ("[]", "1:1: [type] the file is an empty list, not a mapping; write keys and values"),
        (
            "{}",
            (
                "1:1: [missing-key] flows is missing; add it, such as "
                'flows: [{"protocol": "tcp", "ports": "20-22", "prefix": "192.0.2.0/24"}]'
            ),
        ),
        ('{"flows": []}', "1:11: [empty] flows is empty; write at least 1"),
        ("flows: 3", "1:8: [type] flows is 3, not a list; write a list, such as [3]"),
        (
            '{"flows": [}',
            (
                "1:12: [yaml] while parsing a flow node expected the node content, but found '}'; "
                "mend the YAML"
            ),
        ),
        (
            '{\n\t"flows": [],\n\t"flows": []\n}',
            (
                "3:2: [duplicate-key] flows stands here a second time, first on line 2; "
                "keep one of them"
            ),
        ),
        ("[" * 5000, "1:1: [yaml] the values are nested too deeply; mend the YAML"),
    ],
    ids=["nothing", "list", "no-key", "no-flows", "number", "syntax", "twice", "nested"],
)
def test_a_file_that_lists_no_flows_is_told(text: str, line: str) -> None:
    """What is no list of flows is told in words, as JSON and as YAML."""
    assert refused(text) == [line]


def test_both_families_in_one_file_are_told_once() -> None:
    """The first flow of the other family is named, and not all that follow it."""
    four, six = (
        "{protocol: tcp, ports: 1, prefix: 10.0.0.0/8}",
        "{protocol: tcp, ports: 1, prefix: ::/0}",
    )
    assert refused(listed(four, six, six)) == [
        (
            "3:37: [family] ::/0 stands among flows of IPv4; "
            "give each family a file of its own, for AWS counts their entries apart"
        )
    ]


def test_sound_json_is_held_to_as_much_as_yaml() -> None:
    """What is read quickly may be of one family only, and says nothing twice."""
    mixed = json.dumps({"flows": [WEB, WEB | {"prefix": "::/0"}]})
    assert [line.partition(";")[0] for line in refused(mixed)] == [
        f"1:{mixed.index('::/0')}: [family] ::/0 stands among flows of IPv4"
    ]
    twice = json.dumps({"flows": [WEB]})[:-1] + f', "flows": [{json.dumps(WEB)}]}}'
    assert [line.partition(" stands")[0] for line in refused(twice)] == [
        f"1:{twice.rindex('flows')}: [duplicate-key] flows"
    ]


def test_everything_wrong_is_told_at_once() -> None:
    """A fault of form hides none of families, nor of other flows."""
    flows = (
        "{protocol: tcp, ports: 2-1, prefix: 10.0.0.0/8}",
        "{protocol: tcp, ports: 1, prefix: 10.0.0.0/8}",
        "{protocol: tcp, ports: 1, prefix: ::/0}",
        "{}",
    )
    assert [line.partition("]")[0] for line in refused(listed(*flows) + "more: 1\n")] == [
        "2:26: [port-range",
        "4:37: [family",
        "5:3: [missing-key",
        "5:3: [missing-key",
        "6:1: [unknown-key",
    ]


def test_the_budget_is_told_with_the_file(tmp_path: Path) -> None:
    """Who mends one of the two need not come back for the other."""
    (tmp_path / "flows.yaml").write_text("flows: []\n")
    with pytest.raises(Faults) as caught:
        read_flows(tmp_path / "flows.yaml", 0)
    assert told(caught.value) == [
        f"error: {tmp_path}/flows.yaml:1:8: [empty] flows is empty; write at least 1",
        (
            "error: <command>:1:1: [budget] a budget of 0 holds no entry; "
            "give at least 1, such as the 19 of a network ACL"
        ),
    ]


@pytest.mark.parametrize("budget", [0, -3])
def test_a_budget_that_holds_nothing_is_refused(tmp_path: Path, budget: int) -> None:
    """A sound file alone does not help."""
    (tmp_path / "flows.json").write_text(json.dumps({"flows": [WEB]}))
    with pytest.raises(Faults) as caught:
        read_flows(tmp_path / "flows.json", budget)
    assert told(caught.value) == [
        (
            f"error: <command>:1:1: [budget] a budget of {budget} holds no entry; "
            "give at least 1, such as the 19 of a network ACL"
        )
    ]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The file goes by the name that the user gave it."""
    with pytest.raises(Faults) as caught:
        read_flows(tmp_path / "none", 19)
    assert told(caught.value) == [
        (
            f"error: {tmp_path}/none:1:1: [no-file] cannot be read: No such file or directory; "
            "give a file that is there"
        )
    ]


def send(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Put something on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_flows_come_from_standard_input_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file called `-` is what another program writes."""
    send(monkeypatch, json.dumps({"flows": [WEB]}).encode())
    assert read_flows(Path("-"), 1) == (allow("tcp", 80, 80, "192.0.2.0/24"),)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xff", "1:1: [encoding] this is not UTF-8; send UTF-8"),
        (b"flows: []", "1:8: [empty] flows is empty; write at least 1"),
    ],
)
def test_faults_of_standard_input_have_places(
    monkeypatch: pytest.MonkeyPatch, content: bytes, line: str
) -> None:
    """What has no name is called after where it came from."""
    send(monkeypatch, content)
    with pytest.raises(Faults) as caught:
        read_flows(Path("-"), 1)
    assert told(caught.value) == [f"error: <stdin>:{line}"]


ANYWHERE: list[dict[str, Any]] = [
    # A range among single ports, the same twice, one within another, and one for anywhere.
    {"protocol": "tcp", "ports": [25, 80, 443, "1024-65535"], "prefix": "10.1.0.0/16"},
    {"protocol": "tcp", "ports": 80, "prefix": "10.1.2.0/24"},
    {"protocol": "tcp", "ports": 80, "prefix": "10.1.2.0/24"},
    {"protocol": "tcp", "ports": "8080-8081", "prefix": "0.0.0.0/0"},
    {"protocol": "tcp", "ports": "443-444", "prefix": "192.0.2.128/25"},
    {"protocol": "udp", "ports": [53, 123], "prefix": "0.0.0.0/0"},
    {"protocol": "udp", "ports": 123, "prefix": "198.51.100.7/32"},
]


@pytest.mark.parametrize("budget", range(2, 11))
def test_flows_that_overlap_are_covered_as_told(budget: int) -> None:
    """Nothing is missing, and what is more is what the answer says, counted apart."""
    required = parsed(*ANYWHERE)
    cover = fit(required, budget)
    assert len(cover.entries) <= budget
    assert count(required, cover.entries) == (0, cover.excess)
    assert cover.excess == cover.lower_bound


def test_an_answer_can_be_asked_again() -> None:
    """What was fitted, given back as flows, fits exactly."""
    cover = fit(parsed(*ANYWHERE), 5)
    again = [
        {"protocol": p, "ports": f"{first}-{last}", "prefix": str(prefix)}
        for p, first, last, prefix in cover.entries
    ]
    assert fit(parsed(*again), 5) == Cover(cover.entries, 0, 0)
