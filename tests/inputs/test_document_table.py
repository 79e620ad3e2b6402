"""The copied tables are whole, and their reading refuses what it does not know."""

import re
from collections.abc import Callable

import pytest
from document import (
    ERRATA,
    EXTERNAL,
    INTERNAL,
    SECTION_2,
    SECTION_2_BLOCKS,
    SECTION_3,
    SECTION_3_BLOCKS,
    SECTION_4_EXAMPLE,
    SECTION_4_HOSTS,
    SPAM_SIGNATURES,
    addresses,
    at_site,
    blocks,
    elsewhere,
    expected,
    expected_acl,
    merged,
    other_ends,
    ports,
    protocol,
    read_external,
    read_internal,
    table,
)

ROLES = {
    "administrators": ["10.0.0.0/24"],
    "pmm_users": ["10.1.0.0/16", "10.2.0.0/16"],
    "peers": ["self", "10.43.1.0/28"],
    "ftp_servers": [],
    "directory_servers": [],
    "key_servers": [],
    "snmp_managers": ["10.9.0.1/32"],
    "lexical_servers": [],
    "syslog_servers": [],
}


@pytest.mark.parametrize(
    ("text", "columns", "sizes", "rows"),
    [(SECTION_2, 5, SECTION_2_BLOCKS, 41), (SECTION_3, 4, SECTION_3_BLOCKS, 18)],
)
def test_every_printed_row_stands_under_one_label(
    text: str, columns: int, sizes: tuple[int, ...], rows: int
) -> None:
    """Each table has the printed number of rows, and one label on the first or the middle row."""
    copied = table(text, columns)
    stands = [[bool(row[0]) for row in block].index(True) for block in blocks(copied, sizes)]
    assert rows == len(copied)
    assert all(stand in {0, (size - 1) // 2} for stand, size in zip(stands, sizes, strict=True))


def test_labels_cover_the_rows_that_their_host_names_show() -> None:
    """The kav, sav and reputations hosts stand under their own label, and under no other."""
    hosts = {
        stem: {
            next(row[0] for row in block if row[0])
            for block in blocks(table(SECTION_2, 5), SECTION_2_BLOCKS)
            if any(row[3].lower().startswith(stem) for row in block)
        }
        for stem in ("kav-", "sav-", "reputations", "bulkmail", "services")
    }
    assert hosts == {
        "kav-": {"Kaspersky AV updates"},
        "sav-": {"Sophos AV updates"},
        "reputations": {"TRUSTmanager host checking"},
        "bulkmail": {SPAM_SIGNATURES},
        "services": {"Service availability list"},
    }


def test_the_reading_has_one_row_for_each_address_and_port() -> None:
    """Sections 2 and 3 come to as many traffic rows a label as were counted by hand."""
    labels = [row[0] for row in EXTERNAL]
    assert {label: labels.count(label) for label in labels} == {
        "Appliance online help": 1,
        "Product updates": 8,
        "Kaspersky AV updates": 6,
        "Sophos AV updates": 6,
        "TRUSTmanager stats collection": 12,
        "TRUSTmanager host checking": 4,
        SPAM_SIGNATURES: 5,
        "Spam Signatures download (pre 3.1)": 2,
        "RSS Feed": 1,
        "Service availability list": 5,
        "DNS": 1,
        "NTP server": 1,
    }
    labels = [row[0] for row in INTERNAL]
    assert {label: labels.count(label) for label in labels} == {
        "FTP": 2,
        "SSH": 1,
        "HTTP/S": 3,
        "HTTP": 1,
        "NTLM (PMM)": 4,
        "LDAP (Address lists & PMM)": 3,
        "LDAP Key server (Encryption)": 1,
        "HTTP Key server (Encryption)": 1,
        "Greylisting (Anti-spam)": 2,
        "SNMP alerts": 1,
        "SFTP Lexical data import": 1,
        "SYSLOG export": 1,
        "FTPS Lexical data import": 1,
    }


def test_a_blank_protocol_belongs_to_its_merged_cell() -> None:
    """NTLM's first three ports and all of LDAP's are TCP, and NTLM's last one is UDP."""
    found = {row[2:4] for row in INTERNAL if row[0].startswith(("NTLM", "LDAP (Address"))}
    assert found == {
        ("tcp", 135),
        ("tcp", 139),
        ("tcp", 445),
        ("udp", 137),
        ("tcp", 389),
        ("tcp", 3268),
        ("tcp", 3269),
    }


@pytest.mark.parametrize(("printed", "times"), [("54.231.0.0./17", 1), ("178.236.4.0/19", 2)])
def test_an_erratum_is_printed_and_cannot_be_meant(printed: str, times: int) -> None:
    """Each corrected address is printed so often, and is no network as it stands."""
    taken = [row[5] for row in EXTERNAL]
    assert times == SECTION_2.count(printed) == taken.count(ERRATA[printed])
    assert printed not in taken


def test_section_4_names_hosts_of_section_2() -> None:
    """The five regional hosts are exactly the rows under spam signatures, example included."""
    printed = [row[3:] for row in table(SECTION_2, 5) if row[3].startswith("bulkmail")]
    assert list(SECTION_4_HOSTS) == [host for host, _ in printed]
    assert SECTION_4_EXAMPLE in printed


def test_another_region_keeps_nothing_of_section_4() -> None:
    """Elsewhere the five hosts have the region's addresses alone, and other rows stay."""
    own = elsewhere(["192.0.2.7"])
    assert [row[5] for row in own if row[0] == SPAM_SIGNATURES] == ["192.0.2.7/32"]
    assert {row for row in EXTERNAL if row[0] != SPAM_SIGNATURES} < set(own)


def test_a_site_gets_its_roles_prefixes() -> None:
    """What the groups must let in is the roles' prefixes on section 3's ports, self included."""
    assert expected(ROLES, "ingress") == {
        ("tcp", 22, 22, "10.0.0.0/24"),
        ("tcp", 443, 443, "10.0.0.0/24"),
        ("tcp", 443, 443, "10.43.1.0/28"),
        ("tcp", 443, 443, "self"),
        ("tcp", 80, 80, "10.1.0.0/16"),
        ("tcp", 80, 80, "10.2.0.0/16"),
        ("udp", 19200, 19200, "10.43.1.0/28"),
        ("udp", 19200, 19200, "self"),
    }


def test_only_rows_that_name_no_address_go_anywhere() -> None:
    """DNS and NTP alone go to any address, and a row that is left out goes nowhere."""
    everywhere = {("udp", 53, 53, "0.0.0.0/0"), ("udp", 123, 123, "0.0.0.0/0")}
    assert everywhere == {box for box in expected(ROLES, "egress") if box[3] == "0.0.0.0/0"}
    left = expected(ROLES, "egress", left_out={"DNS"})
    assert left == expected(ROLES, "egress") - {("udp", 53, 53, "0.0.0.0/0")}


def test_the_acl_also_needs_the_replies() -> None:
    """Into the subnet come requests and replies: 123 too for NTP, none for traps, self a CIDR."""
    only = {"SNMP alerts", "NTP server", "Greylisting (Anti-spam)", "HTTP"}
    rows = [row for row in at_site(ROLES) if row[0] in only]
    assert expected_acl(rows, "ingress", ["10.42.8.0/26"]) == {
        ("tcp", 80, 80, "10.1.0.0/16"),
        ("tcp", 80, 80, "10.2.0.0/16"),
        ("udp", 123, 123, "0.0.0.0/0"),
        ("udp", 32768, 60999, "0.0.0.0/0"),
        ("udp", 19200, 19200, "10.42.8.0/26"),
        ("udp", 19200, 19200, "10.43.1.0/28"),
        ("udp", 32768, 60999, "10.42.8.0/26"),
        ("udp", 32768, 60999, "10.43.1.0/28"),
    }
    assert expected_acl(rows, "egress", ["10.42.8.0/26"]) == {
        ("tcp", 1024, 65535, "10.1.0.0/16"),
        ("tcp", 1024, 65535, "10.2.0.0/16"),
        ("udp", 123, 123, "0.0.0.0/0"),
        ("udp", 162, 162, "10.9.0.1/32"),
        ("udp", 19200, 19200, "10.42.8.0/26"),
        ("udp", 19200, 19200, "10.43.1.0/28"),
        ("udp", 1024, 65535, "10.42.8.0/26"),
        ("udp", 1024, 65535, "10.43.1.0/28"),
    }


@pytest.mark.parametrize(
    ("read", "text"),
    [
        # A row of another width, or more rows than the merged cells cover.
        (lambda: table("a | b", 3), "('a', 'b') has 2 cells, not 3"),
        (lambda: blocks([("a",), ("",)], [1]), "2 rows, but the merged cells cover 1"),
        # A merged cell that is printed twice or not at all.
        (lambda: merged([("a",), ("b",)], 0), "a merged cell holds ['a', 'b']"),
        (lambda: merged([("",)], 0), "a merged cell holds []"),
        # Cells with text that no table prints.
        (lambda: protocol("SCTP"), "'SCTP' is no protocol of the document"),
        (lambda: ports("20,65536"), "'20,65536' is no list of ports"),
        (lambda: ports("0"), "'0' is no list of ports"),
        (lambda: ports("http"), "invalid literal for int() with base 10: 'http'"),
        (lambda: addresses("a.example", ""), "a.example has no address"),
        (lambda: addresses("a.example", "10.0.0.1/8"), "10.0.0.1/8 has host bits set"),
        (
            lambda: addresses("a.example", "NTP Pool"),
            "'NTP' does not appear to be an IPv4 or IPv6 network",
        ),
        (lambda: other_ends("peers; auditors"), "'auditors' is nobody whom section 3 names"),
        # The whole reading passes the fault on.
        (
            lambda: list(read_external("a | TCP | 80 | h | 10.0.0.300", [1])),
            "'10.0.0.300' does not appear to be an IPv4 or IPv6 network",
        ),
        (
            lambda: list(read_internal("a | ICMP | 80 | peers", [1])),
            "'ICMP' is no protocol of the document",
        ),
    ],
)
def test_an_unknown_cell_is_refused(read: Callable[[], object], text: str) -> None:
    """Nothing that the tables do not print is read as traffic."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        read()


def test_a_role_that_the_site_lacks_is_an_error() -> None:
    """A role left out is a KeyError, never an empty list."""
    with pytest.raises(KeyError, match="administrators"):
        expected({role: [] for role in ROLES if role != "administrators"}, "ingress")
