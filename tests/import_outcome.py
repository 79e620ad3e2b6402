"""What an issue of the document changes in the shipped catalogue, for people to compare."""

from dataclasses import replace
from difflib import ndiff

from document_generator import PRINTED, Block, Group, Issue, Line, prose, written

from gateway_rules.authoring.issue.cells import read_issue
from gateway_rules.authoring.issue.edit import edit_catalogue
from gateway_rules.authoring.issue.propose import propose
from gateway_rules.cli.import_ import warning
from gateway_rules.inputs.catalogue import SHIPPED, read_catalogue

CATALOGUE = read_catalogue()
TEXT = SHIPPED.read_text(encoding="utf-8")


def outcome(issue: Issue | str) -> tuple[list[str], list[str]]:
    """Give the changed lines of the catalogue, and what is listed."""
    text = issue if isinstance(issue, str) else written(issue)
    proposal = propose(read_issue(text, "next.txt"), CATALOGUE, prose())
    after = edit_catalogue(TEXT, CATALOGUE, proposal)
    diff = (line for line in ndiff(TEXT.splitlines(), after.splitlines()) if line[0] in "+-")
    faults = (finding.fault("next.txt") for finding in sorted(proposal.findings))
    return [line.rstrip() for line in diff], [warning(fault) for fault in faults]


def with_lines(row: str, *lines: Line) -> Issue:
    """Give 3.14 with other lines in a row of section 2."""
    return PRINTED.with_block(row, replace(PRINTED.block(row), lines=lines))


def with_text(row: str, old: str, new: str) -> Issue:
    """Give 3.14 with another text in the lines of a row of section 2."""
    lines = PRINTED.block(row).lines
    words = ((name.replace(old, new), [word.replace(old, new) for word in w]) for name, w in lines)
    return with_lines(row, *((name, tuple(ws)) for name, ws in words))


def with_head(row: str, label: str = "", protocol: str = "", port: str = "") -> Issue:
    """Give 3.14 with another label, protocol or port of a row of section 2."""
    old = PRINTED.block(row)
    head = (label or old.label, protocol or old.protocol, port or old.port)
    return PRINTED.with_block(row, Block(*head, old.lines, old.stand))


def followed(row: str, new: Block) -> Issue:
    """Give 3.14 with a new row behind one of section 2."""
    return PRINTED.with_block(row, PRINTED.block(row), new)


def internal(label: str, *cells: tuple[str, str, str], new: str = "") -> Issue:
    """Give 3.14 with another row of section 3."""
    return PRINTED.with_group(label, Group(new or label, cells))
