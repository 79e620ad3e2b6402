"""One change of section 2 each, and what is proposed for it."""

from dataclasses import replace

import pytest
from document_generator import PRINTED, Block, Issue, Line
from import_outcome import followed, outcome, with_head, with_lines, with_text

HELP = "Appliance online help"
UPDATES = "Product updates"
KASPERSKY = "Kaspersky AV updates"
STATS = "TRUSTmanager stats collection"
CLOUD = "Spam Signatures cloud"
DOWNLOAD = "Spam Signatures download (pre 3.1)"
NEW: Line = ("new.clearswift.net", ("23.1.2.3",))
LICENCE = Block(
    "Licence: check", "TCP", "443,8443-8444", (("licence.clearswift.net", ("23.1.2.3",)),)
)

SECOND_ROW_FIRST = (
    "-   - id: appliance-online-help",
    "+   - id: product-updates",
    "-     row: Appliance online help",
    "+     row: Product updates",
    "-     protocol: tcp",
    "-     ports: [80]",
    "-     hosts:",
    "-       - {name: apphelp.clearswift.com, addresses: [79.125.18.99]}",
    "-",
    "-   - id: product-updates",
    '-     section: "2"',
    "-     row: Product updates",
    "-     direction: egress",
    "-     reason: *client",
)

CASES: dict[str, tuple[Issue | str, list[str], list[str]]] = {
    "the same": (PRINTED, [], []),
    "address changed": (
        with_text("RSS Feed", "162.13.22.202", "23.1.2.3"),
        [
            "-       - {name: www.clearswift.com, addresses: [162.13.22.202]}",
            "+       - {name: www.clearswift.com, addresses: [23.1.2.3]}",
        ],
        [],
    ),
    "address added": (
        with_lines(HELP, ("apphelp.clearswift.com", ("79.125.18.99", "23.1.2.0/24"))),
        [
            "-       - {name: apphelp.clearswift.com, addresses: [79.125.18.99]}",
            "+       - {name: apphelp.clearswift.com, addresses: [79.125.18.99, 23.1.2.0/24]}",
        ],
        [],
    ),
    "host renamed": (
        with_text("RSS Feed", "www.", "rss."),
        [
            "-       - {name: www.clearswift.com, addresses: [162.13.22.202]}",
            "+       - {name: rss.clearswift.com, addresses: [162.13.22.202]}",
        ],
        [],
    ),
    "port and protocol changed": (
        with_head(HELP, port="8080", protocol="UDP"),
        ["-     protocol: tcp", "+     protocol: udp", "-     ports: [80]", "+     ports: [8080]"],
        [],
    ),
    "new row": (
        followed("RSS Feed", LICENCE),
        [
            "+",
            "+   - id: licence-check",
            '+     section: "2"',
            '+     row: "Licence: check"',
            "+     direction: egress",
            "+     reason: *client",
            "+     protocol: tcp",
            "+     ports: [443, 8443-8444]",
            "+     hosts:",
            "+       - {name: licence.clearswift.net, addresses: [23.1.2.3]}",
        ],
        [],
    ),
    "new row for old versions": (
        followed("RSS Feed", replace(LICENCE, label="RSS Feed (pre 4.0)")),
        [
            "+",
            "+   - id: rss-feed-tcp-443",
            '+     section: "2"',
            "+     row: RSS Feed (pre 4.0)",
            "+     direction: egress",
            "+     reason: *client",
            "+     protocol: tcp",
            "+     ports: [443, 8443-8444]",
            '+     before_version: "4.0"',
            "+     hosts:",
            "+       - {name: licence.clearswift.net, addresses: [23.1.2.3]}",
        ],
        [],
    ),
    "row out": (
        PRINTED.with_block("RSS Feed"),
        [
            "-",
            "-   - id: rss-feed",
            '-     section: "2"',
            "-     row: RSS Feed",
            "-     direction: egress",
            "-     reason: *client",
            "-     protocol: tcp",
            "-     ports: [80]",
            "-     hosts:",
            "-       - {name: www.clearswift.com, addresses: [162.13.22.202]}",
        ],
        [],
    ),
    "first row out, with what others refer to": (
        PRINTED.with_block(HELP),
        [
            *SECOND_ROW_FIRST,
        ],
        [],
    ),
    "row with errata and caveats out": (
        PRINTED.with_block(UPDATES),
        [
            "-   - id: product-updates",
            '-     section: "2"',
            "-     row: Product updates",
            "-     direction: egress",
            "-     reason: *client",
            "-     protocol: tcp",
            "-     ports: [80]",
            "-     hosts:",
            (
                "-       - {name: app-patches.clearswift.net, addresses: [54.231.0.0/17, "
                "72.21.192.0/19]}"
            ),
            (
                "-       - {name: applianceupdate.clearswift.com, addresses: [207.171.160.0/19, "
                "87.238.86.0/23, 178.236.0.0/19]}"
            ),
            (
                "-       - {name: applianceupdate.clearswift.com, addresses: [86.188.240.24, "
                "213.106.99.208, 46.236.38.70]}"
            ),
            "-",
            '-   - section: "2"',
            "-     row: Product updates",
            "-     printed: 54.231.0.0./17",
            "-     taken: 54.231.0.0/17",
            "-     why: the last dot is one too many; Amazon announced just this prefix in 2016",
            '-   - section: "2"',
            "-     row: Product updates",
            "-     printed: 178.236.4.0/19",
            "-     taken: 178.236.0.0/19",
            (
                "-     why: an address with a /19 mask stands for its whole network, as section 5"
                " explains"
            ),
            "-   - id: half-of-178-236",
            '-     section: "2"',
            "-     row: Product updates",
            "-     what: 178.236.0.0/19 is more than it should be",
            (
                "-     why: only its lower half, 178.236.0.0/20, was ever in AWS's published "
                "ranges; 178.236.16.0/20 is not Amazon's"
            ),
            "-     additions: []",
        ],
        [],
    ),
    "rows moved": (
        replace(
            PRINTED, external=(PRINTED.external[1], PRINTED.external[0], *PRINTED.external[2:])
        ),
        [
            *SECOND_ROW_FIRST,
            "+",
            "+   - id: appliance-online-help",
            '+     section: "2"',
            "+     row: Appliance online help",
            "+     direction: egress",
            "+     reason: *client",
            "+     protocol: tcp",
            "+     ports: [80]",
            "+     hosts:",
            "+       - {name: apphelp.clearswift.com, addresses: [79.125.18.99]}",
        ],
        [],
    ),
    "row renamed": (
        with_head("RSS Feed", label="News"),
        ["-     row: RSS Feed", "+     row: News"],
        [],
    ),
    "misprint mended": (
        with_text(UPDATES, "0.0./17", "0.0/17"),
        [
            '-   - section: "2"',
            "-     row: Product updates",
            "-     printed: 54.231.0.0./17",
            "-     taken: 54.231.0.0/17",
            "-     why: the last dot is one too many; Amazon announced just this prefix in 2016",
        ],
        [],
    ),
    "host shown by the place of the label": (
        PRINTED.with_block(
            KASPERSKY,
            replace(
                PRINTED.block(KASPERSKY), lines=(*PRINTED.block(KASPERSKY).lines, NEW), stand=3
            ),
        ),
        ["+       - {name: new.clearswift.net, addresses: [23.1.2.3]}"],
        [],
    ),
    "version of a row": (
        with_head(DOWNLOAD, label="Spam Signatures download (pre 3.2)"),
        [
            "-     row: Spam Signatures download (pre 3.1)",
            "+     row: Spam Signatures download (pre 3.2)",
            '-     before_version: "3.1"',
            '+     before_version: "3.2"',
        ],
        [],
    ),
    "second port under a label": (
        followed("RSS Feed", replace(PRINTED.block("RSS Feed"), port="443")),
        [
            "+     hosts:",
            "+       - {name: www.clearswift.com, addresses: [162.13.22.202]}",
            "+",
            "+   - id: rss-feed-tcp-443",
            '+     section: "2"',
            "+     row: RSS Feed",
            "+     direction: egress",
            "+     reason: *client",
            "+     protocol: tcp",
            "+     ports: [443]",
        ],
        [],
    ),
    "label again on the next page": (
        PRINTED.with_block(
            CLOUD,
            replace(PRINTED.block(CLOUD), lines=PRINTED.block(CLOUD).lines[:3]),
            replace(PRINTED.block(CLOUD), lines=PRINTED.block(CLOUD).lines[3:]),
        ),
        [],
        [
            (
                'warning: next.txt:55:4: [ambiguous-row] "bulkmail3.clearswift.net" '
                '"38.113.116.210" may belong to Spam Signatures cloud; see the lines of the table'
                " in the PDF and write it into the catalogue"
            )
        ],
    ),
    "fewer equal rows": (
        with_lines(STATS, *PRINTED.block(STATS).lines[:5]),
        [
            (
                "-       - {name: applianceupdate.clearswift.com, addresses: [213.106.99.208, "
                "86.188.240.24]}"
            ),
            "-     printed: six rows with the same host and addresses",
            "+     printed: five rows with the same host and addresses",
        ],
        [],
    ),
    "address below one that changed": (
        with_lines(
            STATS,
            *(
                line
                for first in ("23.1.2.3", "213.106.99.208")
                for line in (("applianceupdate.clearswift.com", (first,)), ("", ("86.188.240.24",)))
            ),
        ),
        [
            (
                "-       - {name: applianceupdate.clearswift.com, addresses: [213.106.99.208, "
                "86.188.240.24]}"
            ),
            (
                "+       - {name: applianceupdate.clearswift.com, addresses: [23.1.2.3, "
                "86.188.240.24]}"
            ),
            (
                "-       - {name: applianceupdate.clearswift.com, addresses: [213.106.99.208, "
                "86.188.240.24]}"
            ),
            (
                "-       - {name: applianceupdate.clearswift.com, addresses: [213.106.99.208, "
                "86.188.240.24]}"
            ),
            (
                "-       - {name: applianceupdate.clearswift.com, addresses: [213.106.99.208, "
                "86.188.240.24]}"
            ),
            (
                "-       - {name: applianceupdate.clearswift.com, addresses: [213.106.99.208, "
                "86.188.240.24]}"
            ),
            "-     row: TRUSTmanager stats collection",
            "-     printed: six rows with the same host and addresses",
            "-     taken: one row",
            "-     why: a packet that is let through once is let through",
            '-   - section: "2"',
        ],
        [],
    ),
}


@pytest.mark.parametrize(("issue", "changed", "listed"), CASES.values(), ids=list(CASES))
def test_a_change_of_section_2_is_proposed(
    issue: Issue | str, changed: list[str], listed: list[str]
) -> None:
    """The catalogue changes as the print does, and in nothing else."""
    assert (changed, listed) == outcome(issue)
