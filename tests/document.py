"""The document's tables, typed cell by cell, and a reading that shares nothing with the product.

The rows stand in printed order, misprints included, with a bar between cells.  Only names and
figures are copied: the last column of section 3 is cut down to who is at the other end.

``EXTERNAL`` and ``INTERNAL`` are the whole reading, ``expected`` is what the security groups of a
site must pass, and ``expected_acl`` what its network ACL must pass, all in plain tuples.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network
from itertools import product
from typing import TypeAlias

Row: TypeAlias = tuple[str, ...]
Ports: TypeAlias = tuple[int, int]
External: TypeAlias = tuple[str, str, str, int, int, str | None]
Internal: TypeAlias = tuple[str, str, str, int, int, str]
Box: TypeAlias = tuple[str, int, int, str]
SiteRow: TypeAlias = tuple[str, str, Box]

# Description | Protocol | Port | Hostname | Addresses
SECTION_2 = """
Appliance online help | TCP | 80 | apphelp.clearswift.com | 79.125.18.99
| | | app-patches.clearswift.net | 54.231.0.0./17 72.21.192.0/19
Product updates | TCP | 80 | applianceupdate.clearswift.com | \
207.171.160.0/19 87.238.86.0/23 178.236.4.0/19
| | | applianceupdate.clearswift.com | 86.188.240.24 213.106.99.208 46.236.38.70
| | | kav-update-8-1.clearswift.net | 184.72.245.1
| | | kav-update-8-2.clearswift.net | 79.125.8.252
Kaspersky AV updates | TCP | 80 | kav-update-8-3.clearswift.net | 175.41.136.7
| | | kav-update-8-4.clearswift.net | 174.129.26.118
| | | kav-update-8-5.clearswift.net | 176.34.251.142
| | | kav-update-8-6.clearswift.net | 54.254.98.96
| | | sav-update-1.clearswift.net | 184.72.245.1
| | | sav-update-2.clearswift.net | 79.125.8.252
Sophos AV updates | TCP | 80 | sav-update-3.clearswift.net | 175.41.136.7
| | | sav-update-4.clearswift.net | 174.129.26.118
| | | sav-update-5.clearswift.net | 176.34.251.142
| | | sav-update-6.clearswift.net | 54.254.98.96
| | | applianceupdate.clearswift.com | 213.106.99.208 86.188.240.24
| | | applianceupdate.clearswift.com | 213.106.99.208 86.188.240.24
TRUSTmanager stats collection | TCP | 443 | applianceupdate.clearswift.com | \
213.106.99.208 86.188.240.24
| | | applianceupdate.clearswift.com | 213.106.99.208 86.188.240.24
| | | applianceupdate.clearswift.com | 213.106.99.208 86.188.240.24
| | | applianceupdate.clearswift.com | 213.106.99.208 86.188.240.24
TRUSTmanager host checking | UDP | 8007 | Reputations1.clearswift.net | 175.41.129.251
| | | Reputations2.clearswift.net | 46.51.189.37
| | | reputations3.clearswift.net | 79.125.11.244
| | | reputations4.clearswift.net | 75.101.139.128
Spam Signatures cloud (section 1.3) | TCP | 80 | bulkmail1.clearswift.net | 84.39.153.31
| | | bulkmail2.clearswift.net | 64.191.223.35
| | | bulkmail3.clearswift.net | 38.113.116.210
| | | bulkmail4.clearswift.net | 216.163.188.45
| | | bulkmail5.clearswift.net | 84.39.152.31
Spam Signatures download (pre 3.1) | TCP | 80 | spamupdate-appliance.clearswift.com | \
204.236.225.214
| | | | 75.101.147.224
RSS Feed | TCP | 80 | www.clearswift.com | 162.13.22.202
Service availability list | TCP | 80 | services1.clearswift.net | 72.21.192.0/19
| | | services2.clearswift.net | 207.171.160.0/19
| | | services3.clearswift.net | 87.238.86.0/23
| | | | 178.236.4.0/19
| | | | 89.21.228.84
DNS | UDP | 53 | |
NTP server | UDP | 123 | time.clearswift.net | NTP Pool
"""

# Description | Protocol | Port | the other end
SECTION_3 = """
FTP | TCP | 20,21 | backup server
SSH | TCP | 22 | console
HTTP/S | TCP | 443 | management UI; peers
HTTP | TCP | 80 | PMM UI
NTLM (PMM) | | 135 | directory servers
| TCP | 139 |
| | 445 |
NTLM (PMM) | UDP | 137 | directory servers
LDAP (Address lists & PMM) | | 389 | directory servers
| TCP | 3268 | Global Catalogue server
| | 3269 |
LDAP Key server (Encryption) | TCP | 389 | key servers
HTTP Key server (Encryption) | TCP | 11371 | key servers
Greylisting (Anti-spam) | UDP | 19200 | peers
SNMP alerts | UDP | 162 | SNMP alerts
SFTP Lexical data import | TCP | 22 | lexical data server
SYSLOG export | TCP | 514 | SYSLOG server
FTPS Lexical data import | TCP | 990 | lexical data server
"""

# The hosts that section 4 calls regional, and the geography that the addresses above are for.
SPAM_SIGNATURES = "Spam Signatures cloud (section 1.3)"
SECTION_4_HOSTS = tuple(f"bulkmail{number}.clearswift.net" for number in range(1, 6))
SECTION_4_GEOGRAPHY = "EMEA"
SECTION_4_EXAMPLE = ("bulkmail1.clearswift.net", "84.39.153.31")

# How many printed rows each label's merged cell covers, in printed order.
SECTION_2_BLOCKS = (1, 3, 6, 6, 6, 4, 5, 2, 1, 5, 1, 1)
SECTION_3_BLOCKS = (1, 1, 1, 1, 3, 1, 3, 1, 1, 1, 1, 1, 1, 1)

# Printed address -> address taken.
ERRATA = {"54.231.0.0./17": "54.231.0.0/17", "178.236.4.0/19": "178.236.0.0/19"}
PROTOCOLS = {"TCP": "tcp", "UDP": "udp"}
# Section 3 prints no direction: who starts the conversation is our reading, both ways for peers.
OTHER_ENDS = {
    "backup server": (("egress", "ftp_servers"),),
    "console": (("ingress", "administrators"),),
    "management UI": (("ingress", "administrators"),),
    "peers": (("egress", "peers"), ("ingress", "peers")),
    "PMM UI": (("ingress", "pmm_users"),),
    "directory servers": (("egress", "directory_servers"),),
    "Global Catalogue server": (("egress", "directory_servers"),),
    "key servers": (("egress", "key_servers"),),
    "SNMP alerts": (("egress", "snmp_managers"),),
    "lexical data server": (("egress", "lexical_servers"),),
    "SYSLOG server": (("egress", "syslog_servers"),),
}


def table(text: str, columns: int) -> list[Row]:
    """Return the printed rows; ValueError on a row with another number of cells."""
    rows = [tuple(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines()]
    for row in rows:
        if len(row) != columns:
            raise ValueError(f"{row!r} has {len(row)} cells, not {columns}")
    return rows


def blocks(rows: Sequence[Row], sizes: Sequence[int]) -> list[Sequence[Row]]:
    """Cut the rows into those under one merged label; ValueError unless the sizes use them up."""
    if sum(sizes) != len(rows):
        raise ValueError(f"{len(rows)} rows, but the merged cells cover {sum(sizes)}")
    ends = [sum(sizes[: index + 1]) for index in range(len(sizes))]
    return [rows[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def merged(block: Sequence[Row], column: int) -> str:
    """Return the text of a cell merged over the block; ValueError unless there is exactly one."""
    texts = [row[column] for row in block if row[column]]
    if len(texts) != 1:
        raise ValueError(f"a merged cell holds {texts!r}")
    return texts[0]


def protocol(cell: str) -> str:
    """Return our name of a printed protocol; ValueError on any other."""
    if cell not in PROTOCOLS:
        raise ValueError(f"{cell!r} is no protocol of the document")
    return PROTOCOLS[cell]


def ports(cell: str) -> list[int]:
    """Return the printed ports, one each; ValueError where a part is no port."""
    numbers = [int(part) for part in cell.split(",")]
    if not all(0 < number <= 65535 for number in numbers):
        raise ValueError(f"{cell!r} is no list of ports")
    return numbers


def addresses(host: str, cell: str) -> list[str | None]:
    """Return the printed addresses as CIDRs, None for any; ValueError on what is neither."""
    if (host, cell) in {("", ""), ("time.clearswift.net", "NTP Pool")}:
        return [None]
    if not cell:
        raise ValueError(f"{host} has no address")
    return [str(ip_network(ERRATA.get(word, word))) for word in cell.split()]


def other_ends(cell: str) -> list[tuple[str, str]]:
    """Return (direction, role) of everyone in the cell; ValueError on an unknown one."""
    names = cell.split("; ")
    for name in names:
        if name not in OTHER_ENDS:
            raise ValueError(f"{name!r} is nobody whom section 3 names")
    return [end for name in names for end in OTHER_ENDS[name]]


def read_external(text: str, sizes: Sequence[int]) -> Iterator[External]:
    """Yield (label, direction, protocol, first port, last port, CIDR or None for any)."""
    for block in blocks(table(text, 5), sizes):
        label, name, numbers = merged(block, 0), protocol(merged(block, 1)), merged(block, 2)
        for (_, _, _, host, cell), port in product(block, ports(numbers)):
            for address in addresses(host, cell):
                yield label, "egress", name, port, port, address


def read_internal(text: str, sizes: Sequence[int]) -> Iterator[Internal]:
    """Yield (label, direction, protocol, first port, last port, role)."""
    for block in blocks(table(text, 4), sizes):
        label, name = merged(block, 0), protocol(merged(block, 1))
        who = ""
        for _, _, numbers, cell in block:
            who = cell or who
            for port, (direction, role) in product(ports(numbers), other_ends(who)):
                yield label, direction, name, port, port, role


EXTERNAL = tuple(read_external(SECTION_2, SECTION_2_BLOCKS))
INTERNAL = tuple(read_internal(SECTION_3, SECTION_3_BLOCKS))

# The document knows IPv4 alone, so its "any address" is any IPv4 address.
ANYWHERE = "0.0.0.0/0"


def elsewhere(signature_addresses: Sequence[str]) -> tuple[External, ...]:
    """Return EXTERNAL with a region's own addresses for the hosts of section 4."""
    kept = (row for row in EXTERNAL if row[0] != SPAM_SIGNATURES)
    own = (
        (SPAM_SIGNATURES, "egress", "tcp", 80, 80, str(ip_network(address)))
        for address in signature_addresses
    )
    return (*kept, *own)


def at_site(
    roles: Mapping[str, Collection[str]],
    external: Sequence[External] = EXTERNAL,
    left_out: Collection[str] = (),
) -> Iterator[SiteRow]:
    """Yield (label, direction, box) for every row at a site, whose roles must all be there."""
    for label, direction, name, first, last, cidr in external:
        if label not in left_out:
            yield label, direction, (name, first, last, cidr or ANYWHERE)
    for label, direction, name, first, last, role in INTERNAL:
        if label not in left_out:
            yield from ((label, direction, (name, first, last, peer)) for peer in roles[role])


def expected(
    roles: Mapping[str, Collection[str]],
    direction: str,
    external: Sequence[External] = EXTERNAL,
    left_out: Collection[str] = (),
) -> set[Box]:
    """Return the (protocol, first, last, CIDR or "self") that the groups must pass, and no more."""
    rows = at_site(roles, external, left_out)
    return {box for _, started_by, box in rows if started_by == direction}


def reply_ports(label: str, direction: str, gateway: Ports, clients: Ports) -> list[Ports]:
    """Return the ports that a row's replies come to: none for traps, 123 as well for NTP."""
    if label == "SNMP alerts":
        return []
    own = [(123, 123)] if label == "NTP server" else []
    return [gateway if direction == "egress" else clients, *own]


def expected_acl(
    rows: Iterable[SiteRow],
    direction: str,
    networks: Collection[str],
    gateway: Ports = (32768, 60999),
    clients: Ports = (1024, 65535),
) -> set[Box]:
    """Return what the ACL must pass in one direction: requests, and replies to the other one's.

    ``rows`` come from ``at_site``, and ``networks`` stand for the peer "self".
    """
    needed: set[Box] = set()
    for label, started_by, (name, first, last, peer) in rows:
        asked = started_by == direction
        replies = [] if asked else reply_ports(label, started_by, gateway, clients)
        spans = [(first, last)] if asked else replies
        prefixes = networks if peer == "self" else [peer]
        needed |= {(name, low, high, prefix) for low, high in spans for prefix in prefixes}
    return needed
