"""One change of section 2 each that people must decide, and what is listed."""

from dataclasses import replace

import pytest
from document_generator import PRINTED, Block, Issue, Line
from import_outcome import followed, outcome, with_head, with_lines, with_text

HELP = "Appliance online help"
UPDATES = "Product updates"
CLOUD = "Spam Signatures cloud"
LIST = "Service availability list"
NEW: Line = ("new.clearswift.net", ("23.1.2.3",))
LICENCE = Block(
    "Licence: check", "TCP", "443,8443-8444", (("licence.clearswift.net", ("23.1.2.3",)),)
)

CASES: dict[str, tuple[Issue | str, list[str], list[str]]] = {
    "row renamed and changed": (
        PRINTED.with_block(
            "RSS Feed", replace(LICENCE, lines=(("www.clearswift.com", ("23.1.2.3",)),))
        ),
        [],
        [
            (
                'warning: next.txt:60:1: [renamed-row] "Licence: check" "TCP" "443,8443-8444" '
                '"www.clearswift.com" "23.1.2.3" may be a new name of RSS Feed, or new; write the'
                " label as the row of the service that it is, or write a new service"
            )
        ],
    ),
    "misprint": (
        with_text("RSS Feed", "22.202", "22.2O2"),
        [],
        [
            (
                "warning: next.txt:60:36: [misprint] 162.13.22.2O2 is no address; see what is "
                'meant, and write under errata: - {section: "2", row: RSS Feed, printed: '
                "162.13.22.2O2, taken: 162.13.22.202, why: a letter stands for a digit}"
            )
        ],
    ),
    "misprinted host": (
        with_text("RSS Feed", "www.", "www.."),
        [],
        [
            (
                "warning: next.txt:60:17: [misprint] www..clearswift.com is no host name; see "
                'what is meant, and write under errata: - {section: "2", row: RSS Feed, printed: '
                "www..clearswift.com, taken: www.clearswift.com, why: there is a dot too many}"
            )
        ],
    ),
    "misprint beside a change": (
        with_lines(HELP, ("apphelp.clearswift.com", ("79.125.18.99/33", "23.1.2.3"))),
        [
            "-       - {name: apphelp.clearswift.com, addresses: [79.125.18.99]}",
            "+       - {name: apphelp.clearswift.com, addresses: [79.125.18.99, 23.1.2.3]}",
        ],
        [
            (
                "warning: next.txt:25:53: [misprint] 79.125.18.99/33 is no address; see what is "
                'meant, and write under errata: - {section: "2", row: Appliance online help, '
                "printed: 79.125.18.99/33, taken: WHAT IS MEANT, why: WHY}"
            )
        ],
    ),
    "known misprint in another row": (
        with_text("RSS Feed", "162.13.22.202", "178.236.4.0/19"),
        [],
        [
            (
                "warning: next.txt:60:36: [misprint] 178.236.4.0/19 is no address; see what is "
                'meant, and write under errata: - {section: "2", row: RSS Feed, printed: '
                "178.236.4.0/19, taken: 178.236.0.0/19, why: an address with a mask stands for "
                "its whole network}"
            )
        ],
    ),
    "the whole internet": (
        with_text("RSS Feed", "162.13.22.202", "0.0.0.0/0"),
        [],
        [
            (
                "warning: next.txt:60:36: [misprint] 0.0.0.0/0 is not the address of a server on "
                'the internet; see what is meant, and write under errata: - {section: "2", row: '
                "RSS Feed, printed: 0.0.0.0/0, taken: WHAT IS MEANT, why: WHY}"
            )
        ],
    ),
    "port out of range": (
        with_head(HELP, port="80800"),
        [],
        [
            (
                "warning: next.txt:25:27: [misprint] port 80800 is above 65535; see what is "
                'meant, and write under errata: - {section: "2", row: Appliance online help, '
                'printed: "80800", taken: WHAT IS MEANT, why: WHY}'
            )
        ],
    ),
    "unknown protocol": (
        with_head(HELP, protocol="SCTP"),
        [],
        [
            (
                "warning: next.txt:25:23: [misprint] SCTP is neither TCP nor UDP; see what is "
                'meant, and write under errata: - {section: "2", row: Appliance online help, '
                "printed: SCTP, taken: WHAT IS MEANT, why: WHY}"
            )
        ],
    ),
    "host that may be two rows'": (
        with_lines(CLOUD, *PRINTED.block(CLOUD).lines, NEW),
        [],
        [
            (
                'warning: next.txt:58:4: [ambiguous-row] "new.clearswift.net" "23.1.2.3" may '
                "belong to Spam Signatures cloud or Spam Signatures download (pre 3.1); see the "
                "lines of the table in the PDF and write it into the catalogue"
            )
        ],
    ),
    "address that may be two hosts'": (
        with_lines(
            LIST,
            ("services1.clearswift.net", ("72.21.192.0/19",)),
            ("", ("23.1.2.3",)),
            ("services2.clearswift.net", ("207.171.160.0/19",)),
            ("", ("23.1.2.4",)),
        ),
        [
            "-       - {name: services2.clearswift.net, addresses: [207.171.160.0/19]}",
            "+       - {name: services2.clearswift.net, addresses: [207.171.160.0/19, 23.1.2.4]}",
        ],
        [
            (
                'warning: next.txt:62:5: [ambiguous-row] "23.1.2.3" of Service availability list '
                "may belong to services1.clearswift.net on line 61 or services2.clearswift.net on"
                " line 63; see the lines of the table in the PDF and write it into the catalogue"
            )
        ],
    ),
    "label lost": (
        replace(PRINTED, external=(*PRINTED.external[:8], *PRINTED.external[9:])).with_block(
            "DNS",
            Block("", "", "", (("www.clearswift.com", ("162.13.22.202",)),)),
            PRINTED.block("DNS"),
        ),
        [],
        [
            (
                'warning: next.txt:65:4: [lost-label] "www.clearswift.com" "162.13.22.202" stands'
                " at Service availability list and is known of RSS Feed, which is not printed; "
                "see the lines of the table in the PDF and write it into the catalogue"
            )
        ],
    ),
    "known host under a new label": (
        followed(
            UPDATES,
            Block(
                "Patches",
                "TCP",
                "443",
                (
                    ("applianceupdate.clearswift.com", ("23.1.2.4",)),
                    NEW,
                    ("last.clearswift.net", ("23.1.2.5",)),
                ),
                1,
            ),
        ),
        [
            "+",
            "+   - id: patches",
            '+     section: "2"',
            "+     row: Patches",
            "+     direction: egress",
            "+     reason: *client",
            "+     protocol: tcp",
            "+     ports: [443]",
            "+     hosts:",
            "+       - {name: new.clearswift.net, addresses: [23.1.2.3]}",
        ],
        [
            (
                'warning: next.txt:29:4: [ambiguous-row] "applianceupdate.clearswift.com" '
                '"23.1.2.4" may belong to Product updates or Patches; see the lines of the table '
                "in the PDF and write it into the catalogue"
            ),
            (
                'warning: next.txt:31:4: [ambiguous-row] "last.clearswift.net" "23.1.2.5" may '
                "belong to Patches or Kaspersky AV updates; see the lines of the table in the PDF"
                " and write it into the catalogue"
            ),
        ],
    ),
    "note of a row": (
        with_head("RSS Feed", label="RSS Feed (3.2 onwards)"),
        [],
        [
            (
                'warning: next.txt:60:1: [label-note] the note of "RSS Feed (3.2 onwards)" is new'
                ' for row "RSS Feed"; if it changes nothing, add d534423b31b76865 under rss-feed '
                "in gateway_rules/catalogue/prose.yaml; else mend the service"
            )
        ],
    ),
    "addresses where any may be": (
        with_lines("DNS", ("dns.clearswift.net", ("23.1.2.3",))),
        [],
        [
            (
                'warning: next.txt:66:12: [other-end] "dns.clearswift.net" "23.1.2.3" names '
                "addresses, and dns may talk to any; give the service hosts instead of anywhere, "
                "or leave it as it is"
            )
        ],
    ),
    "words where any may be": (
        with_lines("NTP server", ("time.clearswift.net", ("Your own servers",))),
        [],
        [
            (
                "warning: next.txt:67:40: [unread] nobody has read yet what stands beside ntp: "
                '"Your own servers"; if it changes neither direction nor other end, add '
                "e617e687967db498 under ntp in gateway_rules/catalogue/prose.yaml; else mend the "
                "service"
            )
        ],
    ),
    "nothing where addresses were": (
        with_lines("RSS Feed", ("", ())),
        [],
        [
            (
                'warning: next.txt:60:1: [other-end] "RSS Feed" names no address any more; see '
                "who is at the other end; nothing is opened to everybody unasked"
            )
        ],
    ),
    "host without address": (
        with_lines("RSS Feed", ("www.clearswift.com", ())),
        [],
        [
            (
                'warning: next.txt:60:17: [no-address] "www.clearswift.com" does not say which '
                "addresses the host has; look them up and write them into the catalogue"
            )
        ],
    ),
    "address without host": (
        with_lines("RSS Feed", ("", ("162.13.22.202",))),
        [],
        [
            (
                'warning: next.txt:60:18: [no-host] no host name stands beside "162.13.22.202"; '
                "see whose addresses they are"
            )
        ],
    ),
    "words where addresses were": (
        with_lines("RSS Feed", ("www.clearswift.com", ("Ask your resolver",))),
        [],
        [
            (
                'warning: next.txt:60:17: [no-address] "www.clearswift.com" "Ask your resolver" '
                "does not say which addresses the host has; look them up and write them into the "
                "catalogue"
            )
        ],
    ),
    "new row without address": (
        followed("RSS Feed", replace(LICENCE, lines=(("", ()),))),
        [],
        [
            (
                'warning: next.txt:61:1: [new-row] "Licence: check" "TCP" "443,8443-8444" is new '
                "and lacks a protocol, a port or an address; settle what cannot be read in it, or"
                " write the service"
            )
        ],
    ),
    "no protocol": (
        PRINTED.with_block("RSS Feed", replace(PRINTED.block("RSS Feed"), protocol="")),
        [],
        [
            (
                'warning: next.txt:59:5: [ambiguous-row] "75.101.147.224" may belong to Spam '
                "Signatures download (pre 3.1) or RSS Feed; see the lines of the table in the PDF"
                " and write it into the catalogue"
            ),
            (
                'warning: next.txt:60:1: [broken-cell] "RSS Feed" "80" "www.clearswift.com" '
                '"162.13.22.202" cannot be read: no cell around the label has a protocol and a '
                "port, the label not below its middle, and the rows that the catalogue knows; see"
                " the lines of the table in the PDF and write it into the catalogue"
            ),
        ],
    ),
}


@pytest.mark.parametrize(("issue", "changed", "listed"), CASES.values(), ids=list(CASES))
def test_what_is_not_certain_is_listed(
    issue: Issue | str, changed: list[str], listed: list[str]
) -> None:
    """Nothing is guessed or mended, and nothing is taken out for it."""
    assert (changed, listed) == outcome(issue)
