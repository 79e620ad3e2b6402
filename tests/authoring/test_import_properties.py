"""Whatever changes in the document: what is placed is right, and what is not is listed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from document_generator import (
    PRINTED,
    Block,
    Issue,
    Line,
    external_lines,
    line_numbers,
    prose,
    spoken,
    written,
)
from hypothesis import given, note, settings
from hypothesis import strategies as st

from gateway_rules.authoring.issue.cells import read_issue
from gateway_rules.authoring.issue.drafts import Draft
from gateway_rules.authoring.issue.propose import Proposal, propose
from gateway_rules.authoring.issue.unplaced import Unplaced
from gateway_rules.inputs.catalogue import Service, read_catalogue

Draw: TypeAlias = st.DrawFn
Change: TypeAlias = Callable[[Draw, Issue], Issue]
Place: TypeAlias = tuple[str, str]

CATALOGUE = read_catalogue()
PROSE = prose()
MISPRINTS = ("{}.", "{}/33", "O{}", "{}..1", "{}/0", "{}x", "..{}", "{}/19")


def fresh(draw: Draw) -> str:
    """Draw an address that the document does not have, nor any other draw."""
    return f"23.{draw(st.integers(0, 255))}.{draw(st.integers(0, 255))}.{draw(st.integers(1, 254))}"


def with_lines(block: Block, lines: Sequence[Line], draw: Draw) -> Block:
    """Give a block with other lines and its label somewhere from the first to the middle one."""
    plain = replace(block, lines=tuple(lines), stand=0)
    return replace(plain, stand=draw(st.integers(0, plain.middle)))


def some_block(draw: Draw, issue: Issue) -> Block:
    """Draw a block that names addresses."""
    return draw(st.sampled_from([block for block in issue.external if not _any(block)]))


def _any(block: Block) -> bool:
    return block.row in {"DNS", "NTP server"}


def some_line(draw: Draw, block: Block) -> int:
    """Draw a line that holds addresses."""
    return draw(st.sampled_from([n for n, (_, words) in enumerate(block.lines) if words]))


def swap_word(draw: Draw, issue: Issue, word: Callable[[str], tuple[str, ...]]) -> Issue:
    """Put something else in the place of one address."""
    block = some_block(draw, issue)
    number = some_line(draw, block)
    name, words = block.lines[number]
    at = draw(st.integers(0, len(words) - 1))
    lines = list(block.lines)
    lines[number] = (name, (*words[:at], *word(words[at]), *words[at + 1 :]))
    return issue.with_block(block.row, replace(block, lines=tuple(lines)))


def other_address(draw: Draw, issue: Issue) -> Issue:
    """Change an address."""
    return swap_word(draw, issue, lambda _: (fresh(draw),))


def more_addresses(draw: Draw, issue: Issue) -> Issue:
    """Print one more address."""
    return swap_word(draw, issue, lambda word: (word, fresh(draw)))


def misprint(draw: Draw, issue: Issue) -> Issue:
    """Print an address that is none."""
    form = draw(st.sampled_from(MISPRINTS))
    return swap_word(draw, issue, lambda word: (form.format(word.partition("/")[0]),))


def more_hosts(draw: Draw, issue: Issue) -> Issue:
    """Print one more host, anywhere in a block."""
    block = some_block(draw, issue)
    lines = list(block.lines)
    name = f"new{draw(st.integers(0, 999))}.clearswift.net"
    starts = [n for n, (host, _) in enumerate(lines) if host]
    at = draw(st.sampled_from([*starts, len(lines)]))
    lines.insert(at, (name, (fresh(draw),)))
    return issue.with_block(block.row, with_lines(block, lines, draw))


def fewer_hosts(draw: Draw, issue: Issue) -> Issue:
    """Leave out a host, but never the last one of a block."""
    block = some_block(draw, issue)
    whole = [[name, *words] for name, words in block.hosts]
    if len(whole) > 1:
        whole.pop(draw(st.integers(0, len(whole) - 1)))
    lines = [(name, tuple(words)) for name, *words in whole]
    return issue.with_block(block.row, with_lines(block, lines, draw))


def other_order(draw: Draw, issue: Issue) -> Issue:
    """Print the hosts of a block in another order."""
    block = some_block(draw, issue)
    lines = draw(st.permutations(block.hosts))
    return issue.with_block(block.row, with_lines(block, lines, draw))


def one_line_each(draw: Draw, issue: Issue) -> Issue:
    """Print each address of a block on a line of its own."""
    block = some_block(draw, issue)
    lines = [(n if i == 0 else "", (w,)) for n, ws in block.hosts for i, w in enumerate(ws)]
    return issue.with_block(block.row, with_lines(block, lines, draw))


def other_stand(draw: Draw, issue: Issue) -> Issue:
    """Print a label at another line of its cell."""
    block = some_block(draw, issue)
    return issue.with_block(block.row, with_lines(block, list(block.lines), draw))


def any_stand(draw: Draw, issue: Issue) -> Issue:
    """Print a label at any line of its cell."""
    block = some_block(draw, issue)
    stand = draw(st.integers(0, len(block.lines) - 1))
    return issue.with_block(block.row, replace(block, stand=stand))


def no_block(draw: Draw, issue: Issue) -> Issue:
    """Leave out a row of section 2, but not the last that names addresses."""
    block = some_block(draw, issue)
    return issue.with_block(block.row) if len(issue.external) > 4 else issue


def new_block(draw: Draw, issue: Issue) -> Issue:
    """Print a new row of section 2."""
    number = draw(st.integers(0, 99))
    count = draw(st.integers(1, 4))
    lines = [(f"service{number}-{n}.clearswift.net", (fresh(draw),)) for n in range(count)]
    block = Block(f"Novelty {number}", draw(st.sampled_from(["TCP", "UDP"])), "8443", ())
    at = draw(st.integers(0, len(issue.external)))
    if any(other.label == block.label for other in issue.external):
        return issue
    news = (*issue.external[:at], with_lines(block, lines, draw), *issue.external[at:])
    return replace(issue, external=news)


def other_place(draw: Draw, issue: Issue) -> Issue:
    """Print the rows of section 2 in another order."""
    return replace(issue, external=tuple(draw(st.permutations(issue.external))))


def other_port(draw: Draw, issue: Issue) -> Issue:
    """Change port and protocol of a row of section 2."""
    block = draw(st.sampled_from(issue.external))
    port, protocol = draw(st.integers(1, 65535)), draw(st.sampled_from(["TCP", "UDP"]))
    return issue.with_block(block.row, replace(block, port=str(port), protocol=protocol))


def other_pages(draw: Draw, issue: Issue) -> Issue:
    """End the pages elsewhere."""
    places = st.integers(1, len(external_lines(issue)) - 1)
    return replace(issue, breaks=draw(st.frozensets(places, max_size=4)))


CHANGES: tuple[Change, ...] = (
    other_address,
    more_addresses,
    misprint,
    more_hosts,
    fewer_hosts,
    other_order,
    one_line_each,
    other_stand,
    no_block,
    new_block,
    other_place,
    other_port,
    other_pages,
)


@st.composite
def issues(draw: Draw, changes: tuple[Change, ...] = CHANGES) -> Issue:
    """Draw an issue that differs from 3.14 in up to five ways."""
    issue = PRINTED
    for change in draw(st.lists(st.sampled_from(changes), max_size=5)):
        issue = change(draw, issue)
    return issue


def proposed(issue: Issue) -> Proposal:
    """Hold an issue against the catalogue, and leave a note for a failure."""
    text = written(issue)
    proposal = propose(read_issue(text, "next.txt"), CATALOGUE, PROSE)
    note(text)
    note("\n".join(str(finding.fault("next.txt")) for finding in proposal.findings))
    return proposal


def concerned(findings: tuple[Unplaced, ...]) -> set[str]:
    """Name the rows of section 2 to which something that is listed may belong."""
    return {row for finding in findings if finding.section == "2" for row in finding.rows}


def places(draft: Draft) -> set[Place]:
    """Give the hosts and addresses of a service."""
    return {(h.name, short(str(a))) for h in draft.hosts for a in h.addresses}


def short(address: str) -> str:
    """Write a single address without its length."""
    return address.removesuffix("/32")


def old_places(row: str) -> set[Place]:
    """Give the hosts and addresses that the catalogue has at a row."""
    services: list[Service] = [s for s in CATALOGUE.services if s.row == row]
    return {(h.name, short(str(a))) for s in services for h in s.hosts for a in h.addresses}


def drafts(proposal: Proposal) -> dict[str, Draft]:
    """Give the proposed services of section 2 by their rows."""
    found = [draft for draft in proposal.services if draft.section == "2"]
    assert len({draft.row for draft in found}) == len(found)
    return {draft.row: draft for draft in found}


@settings(max_examples=60)
@given(issues())
def test_what_is_placed_is_right(issue: Issue) -> None:
    """A service says what was meant, and keeps what it had only where something is listed."""
    proposal = proposed(issue)
    listed = concerned(proposal.findings)
    meant = {block.row: spoken(block) for block in issue.external}
    for row, draft in drafts(proposal).items():
        protocol, ports, hosts = meant.get(row, ("", [], []))
        said = {(name, word) for name, words in hosts for word in words}
        if row in listed:
            assert places(draft) <= said | old_places(row)
        else:
            exact = [(h.name, tuple(short(str(a)) for a in h.addresses)) for h in draft.hosts]
            expected = [(name, words) for name, words in hosts if name]
            assert (draft.protocol, [p for p, _ in draft.ports], exact) == (
                protocol,
                ports,
                expected,
            )


@settings(max_examples=60)
@given(issues())
def test_every_cell_is_placed_or_listed(issue: Issue) -> None:
    """Each label, protocol, port, host and address of section 2 is in the catalogue or listed."""
    proposal = proposed(issue)
    found = drafts(proposal)
    lines = line_numbers(issue)
    listed = {(c.line, word.text) for f in proposal.findings for c in f.cells for word in c.words}
    for block in issue.external:
        draft = found.get(block.row)
        line = lines[block.row, block.stand]
        protocol, ports, _ = spoken(block)
        head = [draft.protocol, [p for p, _ in draft.ports]] if draft else []
        assert head == [protocol, ports] or (line, block.port) in listed, block.label
        host = ""
        for index, (name, words) in enumerate(block.lines):
            host = name or host
            for word in words:
                taken = spoken(replace(block, lines=((host, (word,)),)))[2][0][1]
                is_placed = draft and {(host, one) for one in taken} <= places(draft)
                assert is_placed or (lines[block.row, index], word) in listed, word


@settings(max_examples=60)
@given(issues())
def test_nothing_is_taken_out_that_is_still_printed_or_may_be(issue: Issue) -> None:
    """A service goes only when its row is not printed and nothing listed may be its."""
    proposal = proposed(issue)
    printed = {block.row for block in issue.external} | concerned(proposal.findings)
    known = {service.row for service in CATALOGUE.services if service.section == "2"}
    assert known & printed <= drafts(proposal).keys()
    assert drafts(proposal).keys() <= printed
    for row in {row for f in proposal.findings if f.holds for row in f.rows} & known:
        assert old_places(row) <= places(drafts(proposal)[row])


LAYOUT: tuple[Change, ...] = (one_line_each, any_stand, other_pages)


@settings(max_examples=40)
@given(issues(LAYOUT))
def test_layout_alone_changes_nothing(issue: Issue) -> None:
    """Labels at other lines, addresses on lines of their own and other pages are no change."""
    proposal = proposed(issue)
    facts = {row: places(draft) for row, draft in drafts(proposal).items()}
    assert facts == {row: old_places(row) for row in facts}
    assert [draft.id for draft in proposal.services] == [s.id for s in CATALOGUE.services]
    assert proposal.findings == ()
