"""Issues of the document that no vendor wrote, printed as the vendor prints them.

An ``Issue`` holds what is meant, row by row; ``written`` prints it with merged cells, page breaks
and prose of our own; ``PRINTED`` is issue 3.14, from the cells of ``document.py``.  What a reader
must find in the print is thereby known without reading it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain, pairwise
from typing import TypeAlias

from document import (
    ERRATA,
    PROTOCOLS,
    SECTION_2,
    SECTION_2_BLOCKS,
    SECTION_3,
    SECTION_3_BLOCKS,
    SECTION_4_GEOGRAPHY,
    SPAM_SIGNATURES,
    blocks,
    table,
)

Line: TypeAlias = tuple[str, tuple[str, ...]]
Hosts: TypeAlias = list[tuple[str, tuple[str, ...]]]
Spoken: TypeAlias = tuple[str, list[int], Hosts]

EXTERNAL_HEADING = "Description\tProtocol\tPort\tHostname/URL\tCurrent IP Address"
INTERNAL_HEADING = "Description\tProtocol\tPort\tComment"
POOL = "NTP Pool"

# The services whose reading rests on each comment of section 3, in printed order.
INTERNAL_IDS = (
    ("ftp-backup",),
    ("ssh",),
    ("management-ui", "peer-communication"),
    ("pmm-ui",),
    ("ntlm-session",),
    ("ntlm-names",),
    ("ldap",),
    ("global-catalogue",),
    ("ldap-key-server",),
    ("http-key-server",),
    ("greylisting",),
    ("snmp-alerts",),
    ("sftp-lexical-import",),
    ("syslog-export",),
    ("ftps-lexical-import",),
)


@dataclass(frozen=True)
class Block:
    """A label of section 2 with its lines; the label is printed beside the line `stand`."""

    label: str
    protocol: str
    port: str
    lines: tuple[Line, ...]
    stand: int = 0

    @property
    def row(self) -> str:
        """Give the row that the catalogue has for the label."""
        return self.label.removesuffix(" (section 1.3)")

    @property
    def hosts(self) -> Hosts:
        """Give the hosts with their printed addresses; a line without a name goes on with one."""
        found: Hosts = []
        for name, words in self.lines:
            if name:
                found.append((name, words))
            elif words:
                found[-1] = (found[-1][0], (*found[-1][1], *words))
        return found

    @property
    def middle(self) -> int:
        """Give the lowest line beside which the label may stand."""
        return (len(self.lines) - 1) // 2

    def cells(self) -> Iterator[list[str]]:
        """Give the printed cells, line by line."""
        for index, (name, words) in enumerate(self.lines):
            head = [self.label, self.protocol, self.port] if index == self.stand else [""] * 3
            yield [*head, name, " ".join(words)]


@dataclass(frozen=True)
class Group:
    """A label of section 3 with its lines of protocol, port and comment."""

    label: str
    lines: tuple[tuple[str, str, str], ...]

    def cells(self) -> Iterator[list[str]]:
        """Give the printed cells, line by line; the label stands beside the first."""
        for index, line in enumerate(self.lines):
            yield [self.label if index == 0 else "", *line]


@dataclass(frozen=True)
class Issue:
    """What an issue of the document says."""

    external: tuple[Block, ...]
    internal: tuple[Group, ...]
    title: str = "Clearswift SECURE Email Gateway V3.*"
    issue: str = "3.14"
    date: str = "October 2016"
    version: str = "1.1"
    breaks: frozenset[int] = frozenset({26})
    """The lines of section 2 before which a page ends."""
    hosts: str = "bulkmail1 to bulkmail5"
    geography: str = SECTION_4_GEOGRAPHY

    def block(self, row: str) -> Block:
        """Give the block of a row."""
        return next(block for block in self.external if block.row == row)

    def with_block(self, row: str, *blocks: Block) -> "Issue":
        """Give the issue with other blocks in the place of a row's."""
        parts = (blocks if block.row == row else (block,) for block in self.external)
        return replace(self, external=tuple(chain.from_iterable(parts)))

    def with_group(self, label: str, *groups: Group) -> "Issue":
        """Give the issue with other groups in the place of those of a label."""
        parts = (groups if group.label == label else (group,) for group in self.internal)
        return replace(self, internal=tuple(chain.from_iterable(parts)))


def _external(rows: Sequence[tuple[str, ...]]) -> Block:
    stand = next(index for index, row in enumerate(rows) if row[0])
    label, protocol, port = rows[stand][:3]
    lines = ((row[3], (row[4],) if row[4] == POOL else tuple(row[4].split())) for row in rows)
    return Block(label, protocol, port, tuple(lines), stand)


def _internal(rows: Sequence[tuple[str, ...]]) -> Group:
    return Group(rows[0][0], tuple((row[1], row[2], row[3]) for row in rows))


PRINTED = Issue(
    tuple(map(_external, blocks(table(SECTION_2, 5), SECTION_2_BLOCKS))),
    tuple(map(_internal, blocks(table(SECTION_3, 4), SECTION_3_BLOCKS))),
)


def spoken(block: Block) -> Spoken:
    """Give what a reader must find in a block: protocol, ports, hosts with the addresses taken."""
    hosts = [
        (name, tuple(ERRATA.get(word, word) for word in words if word != POOL))
        for name, words in block.hosts
    ]
    return PROTOCOLS[block.protocol], [int(port) for port in block.port.split(",")], hosts


def external_lines(issue: Issue) -> list[list[str]]:
    """Give the printed cells of section 2."""
    return [line for block in issue.external for line in block.cells()]


def written(issue: Issue) -> str:
    """Print an issue."""
    front = [issue.title, "Ports and Protocols", f"Issue {issue.issue}", issue.date]
    legal = [f"Version {issue.version}, {issue.date}", "All rights are somebody's."]
    contents = "1\tConnection Ports and Protocols.....\t4\n2\tExternal Connections.....\t5"
    parts = [
        *front,
        *legal,
        contents,
        "1 Connection Ports and Protocols",
        "The gateway talks to 3 kinds of servers.",
        "2 External Connections",
        "These are the servers outside.",
        *_pages(external_lines(issue), issue.breaks),
        "3 Internal Connections",
        "\n".join([INTERNAL_HEADING, *("\t".join(c) for g in issue.internal for c in g.cells())]),
        "4 Spam Signatures (Cloud)",
        _statement(issue),
        f"5 designated servers, {issue.hosts}, have others.",
        "5 Subnet handling",
        "A mask such as /19 stands for a network.",
    ]
    return "\n\n".join(parts) + "\n"


def _statement(issue: Issue) -> str:
    return f"The addresses above hold in {issue.geography}; ask your resolver elsewhere."


def _pages(lines: Sequence[Sequence[str]], breaks: frozenset[int]) -> Iterator[str]:
    edges = [0, *sorted(edge for edge in breaks if 0 < edge < len(lines)), len(lines)]
    for start, end in pairwise(edges):
        yield "\n".join([EXTERNAL_HEADING, *("\t".join(cells) for cells in lines[start:end])])


def line_numbers(issue: Issue) -> dict[tuple[str, int], int]:
    """Give the line of the print on which each line of a row of section 2 stands."""
    printed = written(issue).split("\n")
    start = printed.index(EXTERNAL_HEADING)
    end = printed.index(INTERNAL_HEADING)
    rows = [n for n in range(start, end) if "\t" in printed[n] and printed[n] != EXTERNAL_HEADING]
    keys = [(block.row, index) for block in issue.external for index in range(len(block.lines))]
    return {key: row + 1 for key, row in zip(keys, rows, strict=True)}


def fingerprint(text: str) -> str:
    """Give the mark under which a text is known to have been read."""
    return sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def prose() -> dict[str, list[str]]:
    """Give the marks of the words in PRINTED, all of which have been read."""
    comments = [line[2] for group in PRINTED.internal for line in group.lines if line[2]]
    named = zip(INTERNAL_IDS, comments, strict=True)
    note = SPAM_SIGNATURES.partition("(")[2].removesuffix(")")
    statement = [fingerprint(note), fingerprint(_statement(PRINTED))]
    read = {name: [fingerprint(comment)] for names, comment in named for name in names}
    return read | {"ntp": [fingerprint(POOL)], "spam-signatures-cloud": statement}
