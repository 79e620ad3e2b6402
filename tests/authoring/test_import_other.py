"""One change of section 3, the cover or the layout each: what is proposed, what is listed."""

from dataclasses import replace

import pytest
from document_generator import EXTERNAL_HEADING, PRINTED, Group, Issue, written
from import_outcome import internal, outcome


def untabbed(start: int, end: str, around: str = "") -> str:
    """Give 3.14 with blanks for the tabs of a part, and something around that part."""
    text = written(PRINTED)
    stop = text.index(end, start)
    part = text[start:stop].replace("\t", "  ")
    return f"{text[:start]}{around}{part}{around}{text[stop:]}"


CASES: dict[str, tuple[Issue | str, list[str], list[str]]] = {
    "port": (
        internal("SYSLOG export", ("TCP", "6514", "SYSLOG server")),
        ["-     ports: [514]", "+     ports: [6514]"],
        [],
    ),
    "ports and a range": (
        internal("SYSLOG export", ("TCP", "514,6514-6515", "SYSLOG server")),
        ["-     ports: [514]", "+     ports: [514, 6514-6515]"],
        [],
    ),
    "protocol": (
        internal("SYSLOG export", ("UDP", "514", "SYSLOG server")),
        ["-     protocol: tcp", "+     protocol: udp"],
        [],
    ),
    "comment": (
        internal("SSH", ("TCP", "22", "console and files")),
        [],
        [
            (
                "warning: next.txt:73:12: [unread] nobody has read yet what stands beside ssh: "
                '"console and files"; if it changes neither direction nor other end, add '
                "0bd9a43650c80e65 under ssh in gateway_rules/catalogue/prose.yaml; else mend the "
                "service"
            )
        ],
    ),
    "comment on two lines": (
        internal("HTTP/S", ("TCP", "443", "management UI;"), ("", "", "peers")),
        [],
        [
            (
                'warning: next.txt:74:1: [ambiguous-service] "HTTP/S" "TCP" "443" "management '
                'UI;" may be management-ui or peer-communication, or new; write it into the '
                "catalogue as that service or as a new one"
            ),
            (
                'warning: next.txt:74:1: [ambiguous-service] "HTTP/S" "TCP" "443" "peers" may be '
                "management-ui or peer-communication, or new; write it into the catalogue as that"
                " service or as a new one"
            ),
        ],
    ),
    "new row": (
        PRINTED.with_group(
            "SSH", *PRINTED.internal[1:2], Group("RADIUS", (("UDP", "1812,1813", "logging in"),))
        ),
        [],
        [
            (
                'warning: next.txt:74:1: [new-row] "RADIUS" "UDP" "1812,1813" "logging in" is '
                "new; the document gives it no direction; decide who begins and which role is at "
                "the other end, and write the service"
            )
        ],
    ),
    "new row like one that went": (
        internal("SNMP alerts", ("UDP", "10162", "SNMP alerts"), new="SNMP traps"),
        [],
        [
            (
                'warning: next.txt:86:1: [new-row] "SNMP traps" "UDP" "10162" "SNMP alerts" is '
                "new, perhaps a new name of SNMP alerts; the document gives it no direction; "
                "decide who begins and which role is at the other end, and write the service"
            )
        ],
    ),
    "row out": (
        PRINTED.with_group("SNMP alerts"),
        [
            "-",
            "-   - id: snmp-alerts",
            '-     section: "3"',
            "-     row: SNMP alerts",
            "-     direction: egress",
            "-     reason: the gateway sends its alerts to a manager, which does not answer",
            "-     protocol: udp",
            "-     ports: [162]",
            "-     role: snmp_managers",
            "-     replies: false",
        ],
        [],
    ),
    "row renamed": (
        internal("SNMP alerts", ("UDP", "162", "SNMP alerts"), new="SNMP traps"),
        ["-     row: SNMP alerts", "+     row: SNMP traps"],
        [],
    ),
    "one of two services out": (
        internal(
            "LDAP (Address lists & PMM)",
            ("", "389", "directory servers"),
            ("TCP", "636", "directory servers"),
        ),
        [
            "-     ports: [389]",
            "+     ports: [389, 636]",
            "-     role: directory_servers",
            "-",
            "-   - id: global-catalogue",
            '-     section: "3"',
            "-     row: LDAP (Address lists & PMM)",
            "-     direction: egress",
            "-     reason: the gateway reads a Global Catalogue server, plainly or over TLS",
            "-     protocol: tcp",
            "-     ports: [3268, 3269]",
        ],
        [],
    ),
    "erratum settled": (
        internal(
            "LDAP (Address lists & PMM)",
            ("TCP", "389", "directory servers"),
            ("", "3268", "Global Catalogue server"),
            ("", "3269", ""),
        ),
        [
            '-   - section: "3"',
            "-     row: LDAP (Address lists & PMM)",
            "-     printed: no protocol beside port 389",
            "-     taken: TCP",
            "-     why: the cell below names TCP, and both belong to one row; LDAP runs on TCP",
        ],
        [],
    ),
    "other cover": (
        replace(
            PRINTED,
            title="Clearswift SECURE Email Gateway V4.*",
            issue="4.0",
            date="May 2018",
            version="1.2",
        ),
        [
            "- title: Clearswift SECURE Email Gateway V3",
            "+ title: Clearswift SECURE Email Gateway V4",
            '- issue: "3.14"',
            '+ issue: "4.0"',
            "- date: October 2016",
            "+ date: May 2018",
            "-     printed: Issue 3.14, and Version 1.1 on the copyright page",
            "+     printed: Issue 4.0, and Version 1.2 on the copyright page",
            '-     taken: "3.14"',
            '+     taken: "4.0"',
        ],
        [],
    ),
    "cover and copyright page agree": (
        replace(PRINTED, version="3.14"),
        [
            "-   - section: cover",
            "-     row: Issue",
            "-     printed: Issue 3.14, and Version 1.1 on the copyright page",
            '-     taken: "3.14"',
            "-     why: the cover names the document, the copyright page was not carried on",
        ],
        [],
    ),
    "no date": (
        replace(PRINTED, date="soon"),
        [],
        [
            (
                'warning: next.txt:7:1: [cover] "soon" below the issue number is no month with a '
                "year; see the cover, and write the date into the catalogue"
            )
        ],
    ),
    "other geography": (
        replace(PRINTED, geography="the US"),
        [],
        [
            (
                "warning: next.txt:91:3: [regional] the section does not say that the addresses "
                "of spam-signatures-cloud hold in EMEA; see where they hold, and mend the "
                "service's regional"
            )
        ],
    ),
    "other words about the geography": (
        written(PRINTED).replace("hold in EMEA", "never hold in EMEA"),
        [],
        [
            (
                "warning: next.txt:93:1: [unread] nobody has read yet what this says of EMEA, "
                "where spam-signatures-cloud holds; if it changes nothing, add 4af7988749794823 "
                "under spam-signatures-cloud in gateway_rules/catalogue/prose.yaml"
            )
        ],
    ),
    "other regional hosts": (
        replace(PRINTED, hosts="bulkmail1 to bulkmail4"),
        [],
        [
            (
                "warning: next.txt:95:1: [regional] bulkmail1 to bulkmail4 are not the hosts of "
                "Spam Signatures cloud; see which hosts have other addresses elsewhere, and mend "
                "the service"
            )
        ],
    ),
    "no range of hosts": (
        replace(PRINTED, hosts="these"),
        [],
        [
            (
                "warning: next.txt:91:3: [regional] the section names no range of hosts of Spam "
                "Signatures cloud; see which hosts have other addresses elsewhere, and mend the "
                "service"
            )
        ],
    ),
    "row too wide": (
        written(PRINTED).replace("TCP\t80\twww.", "TCP\t80\t\twww."),
        [],
        [
            (
                'warning: next.txt:60:1: [stray-row] "RSS Feed" "TCP" "80" "www.clearswift.com" '
                '"162.13.22.202" does not stand in a table of the form that section 2 has; see '
                "the lines of the table in the PDF and write it into the catalogue"
            )
        ],
    ),
    "page without tabs": (
        untabbed(written(PRINTED).rindex(EXTERNAL_HEADING), "\n\n3 Internal"),
        [],
        [
            (
                'warning: next.txt:52:1: [stray-row] "Description Protocol Port Hostname/URL '
                'Current IP Address …" reads as a table whose cells no tab parts; put a tab '
                "between its cells and import it again"
            )
        ],
    ),
    "row without tabs": (
        untabbed(written(PRINTED).index("SSH\t"), "\n", "\n"),
        [],
        [
            (
                'warning: next.txt:74:1: [stray-row] "SSH TCP 22 console" reads as a table '
                "whose cells no tab parts; put a tab between its cells and import it again"
            )
        ],
    ),
    "addresses without tabs": (
        untabbed(written(PRINTED).index("\t\t\t\t75.101.147.224"), "\n", "\n"),
        [],
        [
            (
                'warning: next.txt:60:1: [stray-row] "75.101.147.224" reads as a table whose cells '
                "no tab parts; put a tab between its cells and import it again"
            )
        ],
    ),
    "other heading": (
        written(PRINTED).replace("NTP server", "Description\tPort\nNTP server"),
        [],
        [
            (
                'warning: next.txt:67:1: [stray-row] "Description" "Port" does not stand in a '
                "table of the form that section 2 has; see the lines of the table in the PDF and "
                "write it into the catalogue"
            ),
            (
                'warning: next.txt:68:1: [stray-row] "NTP server" "UDP" "123" '
                '"time.clearswift.net" "NTP Pool" does not stand in a table of the form that '
                "section 2 has; see the lines of the table in the PDF and write it into the "
                "catalogue"
            ),
        ],
    ),
    "new section": (
        written(PRINTED) + "\n6 Telemetry\n\nCounter\tTCP\t443\ttm.clearswift.net\t23.1.2.3\n",
        [],
        [
            (
                "warning: next.txt:101:3: [section] section 6, Telemetry, is new; see what it "
                "asks for, and write its title under sections"
            ),
            (
                'warning: next.txt:103:1: [stray-row] "Counter" "TCP" "443" "tm.clearswift.net" '
                '"23.1.2.3" does not stand in a table of the form that section 6 has; see the '
                "lines of the table in the PDF and write it into the catalogue"
            ),
        ],
    ),
    "section out": (
        written(PRINTED).replace("5 Subnet handling", "Subnet handling"),
        [],
        [
            (
                "warning: next.txt:1:1: [section] section 5, Subnet handling, is not there any "
                "more; take what rests on it out of the catalogue"
            )
        ],
    ),
    "title of a section": (
        written(PRINTED).replace("2 External Connections\n\n", "2 Outside\n\n"),
        ['-   "2": External Connections', '+   "2": Outside'],
        [],
    ),
    "blanks cut at the ends of lines": (
        "\n".join(line.rstrip() for line in written(PRINTED).split("\n")),
        [],
        [],
    ),
    "blanks of other kinds": (
        written(PRINTED)
        .replace("\n", "\r\n")
        .replace("\t80\twww", "\t80 \t\N{NO-BREAK SPACE}www")
        .replace("Desc", "\fDesc"),
        [],
        [],
    ),
}


@pytest.mark.parametrize(("issue", "changed", "listed"), CASES.values(), ids=list(CASES))
def test_a_change_is_proposed_or_listed(
    issue: Issue | str, changed: list[str], listed: list[str]
) -> None:
    """Directions, roles and prose are never guessed, and layout alone changes nothing."""
    assert (changed, listed) == outcome(issue)


def test_a_label_that_reads_as_prose_is_listed() -> None:
    """Its rows would silently be those of the label above."""
    rows = "\nNovelty\n\n\tTCP\t8443\tnew.clearswift.net\t23.1.2.3\nRSS Feed"
    _, listed = outcome(written(PRINTED).replace("RSS Feed", rows))
    said = "stands between rows and may be a label; take out the blank lines around it if it is one"
    assert listed == [
        f'warning: next.txt:61:1: [stray-row] "Novelty" {said}, else all of it, and import again'
    ]
