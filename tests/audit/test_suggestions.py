"""What `gateway-rules explain` says to write, and that it does what it says."""

from typing import Any

import pytest
from ruamel.yaml import YAML
from sites import EVERYBODY, FEW, addition, shipped, site

from gateway_rules.audit.explanation.answer import explain_plan
from gateway_rules.audit.explanation.question import parse_question
from gateway_rules.audit.explanation.suggestions import Suggestion
from gateway_rules.packets import sets
from gateway_rules.packets.prefixes import SELF
from gateway_rules.packets.sets import Piece
from gateway_rules.planning.planner import Plan, plan


def words_of(words: tuple[str, ...]) -> tuple[str, str, str, str | None]:
    """Give direction, protocol, address, and the port if there is one."""
    direction, protocol, address, *port = words
    return direction, protocol, address, port[0] if port else None


def cures(made: Plan, *words: str) -> list[tuple[str, list[str], list[str]]]:
    """Give what each cure says, its edits in a line each, and what they open besides."""
    report = explain_plan(made, parse_question(made, *words_of(words)))
    return [
        (cure.why, [f"{what} {key}: {line}" for what, key, line in cure.edits], [*cure.besides])
        for cure in report.cures
    ]


def alone(line: str) -> tuple[str, list[str], list[str]]:
    """Give the cure that opens nothing besides what was asked for."""
    return "an addition would allow this alone", [f"write additions: - {{{line}}}"], []


SYSLOG = "syslog-export (section 3, SYSLOG export)"
CURES = [
    (
        {"roles": EVERYBODY | {"syslog_servers": []}},
        ("egress", "tcp", "10.9.0.1", "514"),
        [
            (
                f"{SYSLOG} is for syslog_servers: the central syslog servers",
                ["write roles: syslog_servers: [10.9.0.1/32]"],
                [],
            )
        ],
    ),
    (
        {"services": FEW["services"] | {"syslog-export": False}},
        ("egress", "tcp", "10.9.0.1", "514"),
        [
            (
                f"{SYSLOG} would, but the stack file leaves it out",
                ["take out services: syslog-export: false"],
                ["egress tcp 514 to 10.9.0.0/31 (syslog-export)"],
            ),
            alone(
                "name: tcp-514-out, direction: egress, protocol: tcp, ports: 514, "
                "peers: [10.9.0.1/32]"
            ),
        ],
    ),
    (
        {"services": FEW["services"] | {"syslog-export": False}},
        ("egress", "tcp", "10.9.0.9", "514"),
        [
            (
                f"{SYSLOG} is for syslog_servers: the central syslog servers",
                [
                    "write roles: syslog_servers: [10.9.0.0/31, 10.9.0.9/32]",
                    "take out services: syslog-export: false",
                ],
                ["egress tcp 514 to 10.9.0.0/31 (syslog-export)"],
            ),
            alone(
                "name: tcp-514-out, direction: egress, protocol: tcp, ports: 514, "
                "peers: [10.9.0.9/32]"
            ),
        ],
    ),
    (
        {"gateway_version": "3.8"},
        ("egress", "tcp", "204.236.225.214", "80"),
        [
            (
                (
                    "spam-signatures-download (section 2, Spam Signatures download (pre 3.1)) "
                    "would, but it holds for versions before 3.1; the gateway's is 3.8"
                ),
                ['take out gateway_version: "3.8"'],
                ["egress tcp 80 to 75.101.147.224/32 (spam-signatures-download)"],
            ),
            alone(
                "name: tcp-80-out, direction: egress, protocol: tcp, ports: 80, "
                "peers: [204.236.225.214/32]"
            ),
        ],
    ),
    (
        {"services": FEW["services"] | {"dns": ["10.0.0.2/32"]}},
        ("egress", "udp", "192.0.2.53", "53"),
        [
            (
                "dns (section 2, DNS) is narrowed to other prefixes",
                ["write services: dns: [10.0.0.2/32, 192.0.2.53/32]"],
                [],
            )
        ],
    ),
    (
        {"services": FEW["services"] | {"dns": ["10.0.0.2/32", "10.0.0.3/32"]}},
        ("egress", "udp", "10.0.0.0/29", "53"),
        [
            (
                "dns (section 2, DNS) is narrowed to other prefixes",
                ["write services: dns: [10.0.0.0/29]"],
                [],
            )
        ],
    ),
    (
        {},
        ("ingress", "tcp", "192.0.2.1", "25"),
        [
            (
                (
                    "the caveat mail-itself (section 1): the document does not list SMTP, the "
                    "gateway's own work"
                ),
                [
                    (
                        "write additions: - {name: smtp-in, direction: ingress, protocol: tcp, "
                        "ports: 25, peers: [0.0.0.0/0]}"
                    )
                ],
                ["ingress tcp 25 from 0.0.0.0/0 (smtp-in)"],
            ),
            alone(
                "name: tcp-25-in, direction: ingress, protocol: tcp, ports: 25, "
                "peers: [192.0.2.1/32]"
            ),
        ],
    ),
    (
        {"additions": [addition(name="smtp-in", protocol="tcp", ports=25, peers=["10.0.0.0/8"])]},
        ("ingress", "tcp", "0.0.0.0/0", "25"),
        [
            (
                (
                    "the caveat mail-itself (section 1): the document does not list SMTP, the "
                    "gateway's own work"
                ),
                [
                    (
                        "write additions: - {name: smtp-in-2, direction: ingress, protocol: tcp, "
                        "ports: 25, peers: [0.0.0.0/0]}"
                    )
                ],
                [],
            )
        ],
    ),
    (
        {"roles": EVERYBODY | {"peers": [SELF]}},
        ("ingress", "udp", "10.9.9.9", "19200"),
        [
            (
                (
                    "greylisting (section 3, Greylisting (Anti-spam)) is for peers: the other "
                    "gateways of the group"
                ),
                ["write roles: peers: [self, 10.9.9.9/32]"],
                [
                    "egress tcp 443 to 10.9.9.9/32 (peer-communication)",
                    "egress udp 19200 to 10.9.9.9/32 (greylisting)",
                    "ingress tcp 443 from 10.9.9.9/32 (peer-communication)",
                ],
            ),
            alone(
                "name: udp-19200-in, direction: ingress, protocol: udp, ports: 19200, "
                "peers: [10.9.9.9/32]"
            ),
        ],
    ),
    (
        {"additions": [addition(name="tcp-8443-in", protocol="tcp", ports=1, peers=[SELF])]},
        ("ingress", "tcp", "self", "8443"),
        [
            (
                "an addition would allow it",
                [
                    (
                        "write additions: - {name: tcp-8443-in-2, direction: ingress, protocol: "
                        "tcp, ports: 8443, peers: [self]}"
                    )
                ],
                [],
            )
        ],
    ),
    (
        {"services": FEW["services"] | {"dns": False}},
        ("egress", "udp", "2001:db8::53", "53"),
        [
            (
                "an addition would allow it",
                [
                    (
                        "write additions: - {name: udp-53-out, direction: egress, protocol: udp, "
                        "ports: 53, peers: [2001:db8::53/128]}"
                    )
                ],
                [],
            )
        ],
    ),
    (
        {"services": {**FEW["services"], "ntp": ["2001:db8::1/128"]}},
        ("egress", "udp", "::1", "123"),
        [
            (
                "ntp (section 2, NTP server) is narrowed to other prefixes",
                ['write services: ntp: [2001:db8::1/128, "::1/128"]'],
                [],
            )
        ],
    ),
    (
        {},
        ("ingress", "tcp", "::/0", "25"),
        [
            (
                "an addition would allow it",
                [
                    (
                        "write additions: - {name: tcp-25-in, direction: ingress, protocol: tcp, "
                        'ports: 25, peers: ["::/0"]}'
                    )
                ],
                [],
            )
        ],
    ),
    (
        {},
        ("egress", "50", "192.0.2.1"),
        [
            (
                "an addition cannot name protocol 50: this one opens every protocol",
                [
                    (
                        'write additions: - {name: all-out, direction: egress, protocol: "-1", '
                        "peers: [192.0.2.1/32]}"
                    )
                ],
                [],
            )
        ],
    ),
    (
        {},
        ("egress", "-1", "192.0.2.1"),
        [
            (
                "an addition would allow it",
                [
                    (
                        'write additions: - {name: all-out, direction: egress, protocol: "-1", '
                        "peers: [192.0.2.1/32]}"
                    )
                ],
                [],
            )
        ],
    ),
]


@pytest.mark.parametrize(("fields", "words", "told"), CURES)
def test_a_cure_names_the_line_of_the_stack_file(
    fields: dict[str, Any], words: tuple[str, ...], told: list[Any]
) -> None:
    """A role, a service left out or narrowed, a version, a caveat's addition, or one's own."""
    assert cures(plan(shipped(), site(**FEW | fields)), *words) == told


@pytest.mark.parametrize(("fields", "words"), [case[:2] for case in CURES])
def test_every_cure_works_and_says_what_it_opens_besides(
    fields: dict[str, Any], words: tuple[str, ...]
) -> None:
    """Who writes what a cure says is allowed what was asked for, and is told of all the rest."""
    before = plan(shipped(), site(**FEW | fields))
    asked = parse_question(before, *words_of(words))
    report = explain_plan(before, asked)
    for cure in report.cures:
        after = plan(shipped(), site(**mended(FEW | fields, cure)))
        assert explain_plan(after, asked).explanation.allowed
        known = sets.universe(after.flows)
        opened = sets.without(*(sets.passed(one.flows, known) for one in (after, before)))
        wanted = [
            Piece(asked.direction, asked.protocol, asked.from_port, asked.to_port, peer)
            for peer in asked.peers
        ]
        beyond = sets.without(opened, sets.passed(wanted, known))
        assert bool(beyond) == bool(cure.besides or "every protocol" in cure.why)


def mended(fields: dict[str, Any], cure: Suggestion) -> dict[str, Any]:
    """Edit the fields of a site as a cure says."""
    fields = dict(fields)
    for what, key, line in cure.edits:
        value = YAML(typ="safe", pure=True).load(line)
        if what == "take out" and isinstance(value, str):
            assert fields.pop(key) == value
        elif what == "take out":
            fields[key] = {name: each for name, each in fields[key].items() if name not in value}
        elif key == "additions":
            fields[key] = [*fields.get(key, []), *value]
        else:
            fields[key] = fields[key] | value
    return fields
