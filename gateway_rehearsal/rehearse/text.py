"""A rehearsal as lines of text, and as plain data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any, Final

from gateway_rehearsal.rehearse.judge import Effect, JudgedCall, RehearsalVerdict, Violation
from gateway_rehearsal.rehearse.rehearsing import Rehearsal, RehearsalOutcome
from gateway_rehearsal.rehearse.words import Names, changes
from gateway_rules import packets
from gateway_rules.packets import counted, shortened
from gateway_rules.planning import match_as_json
from gateway_rules.review import Change, Row, merged_rows
from gateway_rules.views import plain

PROVEN: Final = (
    "This proves the order of the calls that the stand-in for the provider makes, which follows "
    "the official provider's as far as that is known. What AWS itself does not promise stands in "
    "docs/changing.md."
)
_LAYERS: Final = {"security_group": "security groups", "network_acl": "network ACL"}
_KINDS: Final = {"cut": "CUT by", "open": "OPENED UNASKED by"}
_ALONE: Final = 3
"""So many calls of a kind are shown one by one."""
_ROWS: Final = 4
"""So many rows of a violation are shown."""
_SERVICES: Final = 3
"""So many of those who ask are named."""
_NUMBERS: Final = 7
_INDENT: Final = " " * (_NUMBERS + 2)


@dataclass(frozen=True)
class TextForm:
    """How a rehearsal is laid out."""

    width: int | None = None
    """Columns, or None for lines as long as they are."""
    is_verbose: bool = False
    """Whether alike calls and all packets are shown one by one."""


def rehearsal_text(rehearsal: Rehearsal, form: TextForm) -> str:
    """Give a rehearsal as lines."""
    lines = [
        f"Rehearsed from {rehearsal.base[:9]} to the working tree:",
        *(line for outcome in rehearsal.outcomes for line in _outcome(outcome, form)),
    ]
    if any(outcome.verdict for outcome in rehearsal.outcomes):
        lines.append(PROVEN)
    return "\n".join(_folded(plain(line), form.width) for line in lines)


def _folded(line: str, width: int | None) -> str:
    """Break a line that is too long; what follows stands below its text."""
    if width is None:
        return line
    indent = len(line) - len(line.lstrip(" 0123456789-"))
    return textwrap.fill(
        line,
        width,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _outcome(outcome: RehearsalOutcome, form: TextForm) -> Iterator[str]:
    if outcome.verdict:
        yield f"{outcome.stack}: {headline(outcome.verdict)}"
        yield from (f"  edited: {cause}" for cause in outcome.causes)
        yield from _verdict(outcome.verdict, form)
    else:
        yield f"{outcome.stack}: {outcome.note or 'could not be rehearsed'}"
    if outcome.leaving:
        named = ", ".join(map(str, outcome.leaving))
        fall = "falls to the default ACL of its VPC, which usually allows everything"
        yield f"{_INDENT}NOT GUARDED afterwards: a subnet in {named} that leaves {fall}"


def headline(verdict: RehearsalVerdict) -> str:
    """Say in one line what came of a stack."""
    calls = counted(len(verdict.steps), "call", "calls")
    if not verdict.violations:
        return f"{calls}, and after none of them was anything cut or opened unasked"
    return f"{calls}, and it is NOT SAFE: {', '.join(_wrongs(verdict))}"


def _wrongs(verdict: RehearsalVerdict) -> Iterator[str]:
    """Count the calls that do wrong, and name an end that is not as it should be."""
    if verdict.at_start:
        yield "BASE is not deployed as it is planned"
    for kind, word in (("cut", "what has to stay"), ("open", "what nobody asks for")):
        bad = sum(any(v.kind == kind for v in step.violations) for step in verdict.steps)
        if bad:
            yield f"{counted(bad, f'call {kind}s', f'calls {kind}')} {word}"
    if verdict.at_end:
        yield "what is left is not what is planned"


def _verdict(verdict: RehearsalVerdict, form: TextForm) -> Iterator[str]:
    yield from _end("before the first call:", verdict.at_start, form)
    for _, run in groupby(_told(verdict), key=_Told.kind):
        yield from _run(list(run), form)
    yield from _end("after the last call:", verdict.at_end, form)


def _end(when: str, violations: tuple[Violation, ...], form: TextForm) -> Iterator[str]:
    if violations:
        yield f"{_INDENT}{when}"
        yield from _violations(violations, form)


def _told(verdict: RehearsalVerdict) -> Iterator[_Told]:
    """Give the calls with their numbers, and with what each of them changed."""
    names, before, was_whole = Names(verdict.start), verdict.start, not verdict.at_start
    for number, step in enumerate(verdict.steps, 1):
        what = changes(before, step.moment, names)
        yield _Told(number, step, tuple(what), step.is_whole and not was_whole)
        before, was_whole = step.moment, step.is_whole


@dataclass(frozen=True)
class _Told:
    """A call with what it changed."""

    number: int
    step: JudgedCall
    what: tuple[str, ...]
    is_mended: bool

    def kind(self) -> tuple[object, ...]:
        """Give what calls of a run have in common; what is out of the order stands alone."""
        step, moment = self.step, self.step.moment
        is_special = step.violations or moment.error or self.is_mended or len(self.what) > 1
        mark = self.what[0][:1] if self.what else ""
        return moment.action, mark, self.number if is_special else 0


def _run(run: Sequence[_Told], form: TextForm) -> Iterator[str]:
    """Tell calls of one kind, as one line where they are many."""
    if len(run) <= _ALONE or form.is_verbose:
        for told in run:
            yield from _call(told, form)
        return
    first, last = run[0], run[-1]
    begin = f"{f'{first.number}-{last.number}':>{_NUMBERS}}  {first.step.moment.action}"
    what = f": {'; '.join(first.what)}, and so on" if first.what else ""
    yield f"{begin}, {len(run)} times{what}"
    yield from _effects([effect for told in run for effect in told.step.effects])


def _call(told: _Told, form: TextForm) -> Iterator[str]:
    moment = told.step.moment
    failed = f" failed with {moment.error}" if moment.error else ""
    what = f": {'; '.join(told.what)}" if told.what else ""
    yield f"{told.number:>{_NUMBERS}}  {moment.action}{failed}{what}"
    yield from _effects(told.step.effects)
    yield from _violations(told.step.violations, form)
    if told.is_mended:
        yield f"{_INDENT}whole again"


def _effects(effects: Iterable[Effect]) -> Iterator[str]:
    """Say how many packets were opened and closed, added up for each layer."""
    by_layer: dict[str, list[Effect]] = {}
    for effect in effects:
        by_layer.setdefault(_where(effect.layer, effect.networks), []).append(effect)
    for where, some in by_layer.items():
        counts = {
            "opens": sum(effect.opened for effect in some),
            "closes": sum(effect.closed for effect in some),
        }
        said = (f"{word} {counted(n, 'packet', 'packets')}" for word, n in counts.items() if n)
        yield f"{_INDENT}{where}: {', '.join(said)}"


def _where(layer: str, networks: tuple[str, ...]) -> str:
    """Name a layer; ACLs differ by subnet, groups hardly ever do."""
    subnets = f" of {', '.join(networks)}" if layer == "network_acl" else ""
    return f"{_LAYERS[layer]}{subnets}"


def _violations(violations: tuple[Violation, ...], form: TextForm) -> Iterator[str]:
    by_place: dict[str, list[Change]] = {}
    for each in violations:
        where = f"{_KINDS[each.kind]} the {_where(each.layer, each.networks)}:"
        by_place.setdefault(where, []).append(each.change if form.is_verbose else _short(each))
    for where, changes_ in by_place.items():
        yield f"{_INDENT}{where}"
        found = [_row(row) for row in merged_rows(changes_)]
        shown = len(found) if form.is_verbose or len(found) == _ROWS + 1 else _ROWS
        for line in shortened(found, shown, "; --verbose shows them"):
            yield f"{_INDENT}  {line}"


def _short(violation: Violation) -> Change:
    """Name no more than a few of those who ask; half of all services share the ports of replies."""
    change = violation.change
    more = len(change.services) - _SERVICES
    if more <= 1:
        return change
    return replace(
        change,
        services=(*change.services[:_SERVICES], f"{more} more services"),
        origins=(*change.origins[:_SERVICES], "--verbose names them"),
    )


def _row(row: Row) -> str:
    """Write a row; what is open unasked has nobody to name."""
    return str(row).removesuffix(": nobody")


# --- Plain data ----------------------------------------------------------------------------


def rehearsal_as_json(rehearsal: Rehearsal) -> dict[str, Any]:
    """Give a rehearsal as `rehearse --json` promises it."""
    stacks = {outcome.stack: _stack(outcome) for outcome in rehearsal.outcomes}
    errors = {"errors": [fault.as_json() for fault in rehearsal.faults]}
    return {"base": rehearsal.base, "stacks": stacks} | (errors if rehearsal.faults else {})


def _stack(outcome: RehearsalOutcome) -> dict[str, Any]:
    verdict = outcome.verdict
    leaving = [*map(str, outcome.leaving)]
    if verdict is None:
        return {"rehearsed": False, "note": outcome.note, "leaving_networks": leaving}
    return {
        "rehearsed": True,
        "safe": not verdict.violations,
        "causes": list(outcome.causes),
        "networks": list(verdict.networks),
        "leaving_networks": leaving,
        "before": [_violation(each) for each in verdict.at_start],
        "calls": [_step(told) for told in _told(verdict)],
        "after": [_violation(each) for each in verdict.at_end],
    }


def _step(told: _Told) -> dict[str, Any]:
    moment = told.step.moment
    return {
        "number": told.number,
        "action": moment.action,
        "parameters": moment.parameters,
        "error": moment.error,
        "changes": list(told.what),
        "effects": [asdict(effect) for effect in told.step.effects],
        "violations": [_violation(each) for each in told.step.violations],
        "whole": told.step.is_whole,
    }


def _violation(violation: Violation) -> dict[str, Any]:
    piece = violation.change.piece
    address, port = piece.sample
    # Only a rule for all protocols passes those that nobody names.
    everything = {"protocol": "-1"} if piece.protocol == packets.OTHER else {}
    return {
        "kind": violation.kind,
        "layer": violation.layer,
        "networks": list(violation.networks),
        **match_as_json(piece, "prefix"),
        **everything,
        "sample": {"address": address, "port": port},
        "services": list(violation.change.services),
        "origins": list(violation.change.origins),
    }
