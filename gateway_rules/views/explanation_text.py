"""An explanation as text for people: the verdict, what decides, and what to write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway_rules.audit import (
    Answer,
    Decision,
    Explanation,
    FullExplanation,
    Line,
    Question,
    Suggestion,
    lines,
    where,
)
from gateway_rules.packets import WAY, Match, bare, few, traffic
from gateway_rules.planning import covers

_SHOWN: Final = 6
"""How many parts of a prefix are worth reading."""
Row = tuple[str, str]
"""What a line is about, and what it says."""


def print_explanation(full: FullExplanation, console: Console) -> None:
    """Print the verdict first, then each way, who asks for it, and the cures of a refusal."""
    told = full.explanation
    verdict = ("Allowed", "bold green") if told.allowed else ("Refused", "bold red")
    console.print(Text.assemble(verdict, f": {_asked(told.question)}"))
    parts = [*_alike(told)]
    for answers in parts[:_SHOWN]:
        if len(told.answers) > 1:
            console.print(Text(f"\n{_named(told, answers)}", "bold"))
        console.print(_grid(_ways(full, answers[0])))
    if rest := parts[_SHOWN:]:
        console.print(Text(f"\n{_rest(rest)}\n"))
    if rows := [*_more(full)]:
        console.print(_grid(rows))
    for cure in full.cures:
        _print_cure(cure, full, console)


def _asked(question: Question) -> str:
    peers = ", ".join(map(bare, question.peers))
    return f"{question.direction} {traffic(question)} {WAY[question.direction]} {peers}"


def _alike(told: Explanation) -> Iterator[list[Answer]]:
    """Put neighbours together that belong to one peer and are decided alike."""
    peers = told.question.peers

    def decided(answer: Answer) -> tuple[object, ...]:
        peer = next(peer for peer in peers if covers(peer, answer.place))
        return peer, answer.group, answer.there, answer.back, answer.services

    for _, some in groupby(told.answers, key=decided):
        yield [*some]


def _named(told: Explanation, answers: Sequence[Answer]) -> str:
    """Name a whole peer, or the first address of a part of it."""
    first = answers[0]
    verdict = "allowed" if first.allowed else "refused"
    peer = next(peer for peer in told.question.peers if covers(peer, first.place))
    inside = [answer for answer in told.answers if covers(peer, answer.place)]
    return f"{bare(peer) if inside == answers else f'from {where(first.place)} on'}: {verdict}"


def _rest(parts: Sequence[Sequence[Answer]]) -> str:
    """Count the parts that nobody would read one by one."""
    allowed = sum(answers[0].allowed for answers in parts)
    return f"and {len(parts)} parts more, {allowed} of them allowed; --json lists all of them"


def _grid(rows: Sequence[Row]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, width=5)
    grid.add_column(overflow="fold")
    for name, said in rows:
        grid.add_row(name, Text(said))
    return grid


def _ways(full: FullExplanation, answer: Answer) -> list[Row]:
    if answer.unfiltered:
        return []
    back = answer.back
    rows = [
        *(("group", said) for said in _group(answer.group)),
        *(("there", said) for said in _acl(answer.there)),
        *(("back", said) for said in (["nothing comes back"] if back is None else _acl(back))),
        *(("why", said) for said in _why(full, answer.services)),
    ]
    return [*_once(rows)]


def _once(rows: Sequence[Row]) -> Iterator[Row]:
    """Name what several lines are about in the first of them alone."""
    for name, some in groupby(rows, key=lambda row: row[0]):
        for index, (_, said) in enumerate(some):
            yield name if not index else "", said


def _group(decisions: Sequence[Decision]) -> Iterator[str]:
    for line in lines(decisions):
        yield f"{line.holder}: {' '.join(filter(None, (line.name, _match(line.match))))}"
    for piece in _lost(decisions):
        yield f"no rule passes {piece}"


def _acl(decisions: Sequence[Decision]) -> Iterator[str]:
    for line in lines(decisions):
        yield f"{_entry(line)}: {line.action} {_match(line.match)}"
    for piece in _lost(decisions):
        yield f"no entry passes {piece}, and an ACL ends in deny"


def _lost(decisions: Sequence[Decision]) -> tuple[str, ...]:
    """Name the stretches that nothing decides, each once."""
    return tuple(dict.fromkeys(each.text for each in decisions if not each.line))


def _entry(line: Line) -> str:
    return f"entry {line.name}{f' of {line.holder}' if line.holder else ''}"


def _match(match: Match) -> str:
    return f"{match.direction} {traffic(match)} {match.peer}"


def _why(full: FullExplanation, services: Sequence[str]) -> Iterator[str]:
    for name in services:
        yield f"{name}: {full.plan.origin(name).full}"
    if not services:
        yield "nothing in the document or the stack's file asks for it"


def _more(full: FullExplanation) -> Iterator[Row]:
    yield from _once([("note", note) for note in full.notes])
    near = (("near", f"{alike}: {_match(line.match)}{_for(line)}") for alike, line in full.near)
    yield from _once([*near])


def _for(line: Line) -> str:
    return f" ({', '.join(line.services)})" if line.services else ""


def _print_cure(cure: Suggestion, full: FullExplanation, console: Console) -> None:
    console.print(Text(f"\n{cure.why}"))
    for what, key, line in cure.edits:
        place = f"gateway-rules:{key} in stacks/Pulumi.{full.plan.site.stack}.yaml"
        console.print(Text(f"{what} under {place}:"))
        # A line that is to be copied is broken nowhere.
        console.print(Text(f"  {line}", "bold"), soft_wrap=True)
    if cure.besides:
        console.print(Text(f"it opens besides: {few(cure.besides, _SHOWN)}", "yellow"))
