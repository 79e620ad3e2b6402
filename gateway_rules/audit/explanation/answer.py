"""An explanation with its cures, as JSON and as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway_rules import packets
from gateway_rules.audit.explanation.explainer import explain, is_near
from gateway_rules.audit.explanation.rulesets import live_rulesets, other_rulesets, plan_rulesets
from gateway_rules.audit.explanation.suggestions import Near, Suggestion, nearest, suggestions
from gateway_rules.audit.explanation.values import (
    Answer,
    Decision,
    Explanation,
    Line,
    Question,
    Ruleset,
    lines,
)
from gateway_rules.audit.live import Live, LiveRule, plain
from gateway_rules.packets import BITS, SELF, Peer, Piece, Prefix
from gateway_rules.planning import Entry, Plan, Rule, match_as_json


@dataclass(frozen=True)
class FullExplanation:
    """An explanation, what is near to it, and what would allow it where it is refused."""

    plan: Plan
    explanation: Explanation
    near: tuple[Near, ...] = ()
    cures: tuple[Suggestion, ...] = ()
    planned: bool | None = None
    """For what AWS has: whether the stack's files allow it."""
    others: tuple[Line, ...] = ()
    """For what AWS has: rules of other groups on the gateways' interfaces that pass it."""
    unread: tuple[LiveRule, ...] = ()
    """For what AWS has: the groups' own rules for prefix lists and for other groups."""
    is_carried: bool = True
    """Whether any interface carries one of the stack's groups."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what no rule and no entry tells."""
        return tuple(_notes(self))

    def as_json(self) -> dict[str, Any]:
        """Give what `explain --json` promises."""
        told = self.explanation
        several = len(told.answers) > 1
        each = {"addresses": [_part(answer) for answer in told.answers]} if several else {}
        return {
            "stack": self.plan.site.stack,
            "allowed": told.allowed,
            **_answer(told.telling),
            "services": list(told.services),
            **each,
            "notes": list(self.notes),
            "nearest": [{"alike": near.alike, **_rule(near.line)} for near in self.near],
            "cures": [_cure(cure) for cure in self.cures],
        }


def explain_plan(plan: Plan, question: Question) -> FullExplanation:
    """Answer a question from the plan."""
    rules = plan_rulesets(plan)
    told = explain(rules, plan.flows, plan.site, question)
    found = () if told.allowed else suggestions(plan, question, told.refused)
    return FullExplanation(plan, told, _near(told, rules), found)


def explain_live(plan: Plan, live: Live, question: Question) -> FullExplanation:
    """Answer a question from what AWS has; what the files lack can be cured there alone."""
    rules = live_rulesets(live)
    told = explain(rules, plan.flows, plan.site, question)
    files = explain_plan(plan, question)
    found = () if told.allowed else files.cures
    passing, unread = _others(plan, live, question), tuple(_unread(live, question))
    planned, near = files.explanation.allowed, _near(told, rules)
    return FullExplanation(plan, told, near, found, planned, passing, unread, bool(live.carriers))


def _unread(live: Live, question: Question) -> Iterator[LiveRule]:
    """Give the rules of the stack's groups whose other end is named and not written."""
    pair = question.from_port, question.to_port
    asked = Piece(question.direction, question.protocol, *pair, SELF)
    return (rule for rule in live.rules if not plain(rule) and packets.meet(rule, asked))


def _others(plan: Plan, live: Live, question: Question) -> tuple[Line, ...]:
    """Give the rules of others that pass something of it at the interfaces, where groups add up."""
    told = explain(Ruleset(other_rulesets(live), ()), (), plan.site, question)
    return lines(decision for answer in told.answers for decision in answer.group)


def _near(told: Explanation, rules: Ruleset) -> tuple[Near, ...]:
    return () if told.allowed else nearest(rules.rules, told.question, told.telling.place)


def _notes(found: FullExplanation) -> Iterator[str]:
    site, told = found.plan.site, found.explanation
    stack, peers = site.stack, told.question.peers
    near = [peer for peer in peers if is_near(peer, site)]
    if told.telling.unfiltered:
        yield f"{told.telling.unfiltered}: AWS filters it in neither groups nor ACLs"
    if near or SELF in peers:
        yield "within one subnet no network ACL is crossed, between two the ACLs of both are"
    selves = {line for a in told.answers for line in lines(a.group) if line.match.peer == SELF}
    if selves and near:
        yield "a rule for self holds if another gateway of this stack has the address"
    if not told.allowed and any(_may_be_resolver(peer, site.networks) for peer in peers):
        yield "if it is the VPC's own DNS resolver, neither groups nor ACLs filter it"
    if not found.is_carried:
        yield "no interface carries the stack's groups, so they let nothing through yet"
    for rule in () if told.allowed else found.unread:
        yield f"{rule.id} of {rule.group} may pass it: who is in {rule.source} is not looked up"
    for line in found.others:
        yield f"{line.name} of {line.holder}, another group on the gateways, passes of it as well"
    if found.planned and not told.allowed:
        yield f"the stack's files allow it: gateway-rules verify {stack} lists what AWS lacks"
    if found.planned is False and told.allowed:
        yield f"the stack's files do not: gateway-rules verify {stack} lists what AWS has on top"


def _may_be_resolver(peer: Peer, networks: Sequence[Prefix]) -> bool:
    """Tell whether it is the second address of a network that may be the VPC's, /16 to /28."""
    if not isinstance(peer, Prefix) or (peer.version, peer.length) != (4, BITS[4]):
        return False
    base = peer.base - 2
    lengths = [length for length in range(16, 29) if not base % (1 << BITS[4] - length)]
    return any(Prefix(4, base, each).covers(network) for each in lengths for network in networks)


def where(place: Peer) -> str:
    """Write a place as people do, without the length of an address's prefix."""
    return place.address if isinstance(place, Prefix) else place


# --- JSON ---------------------------------------------------------------------------------


def _part(answer: Answer) -> dict[str, Any]:
    return {
        "address": where(answer.place),
        "allowed": answer.allowed,
        **_answer(answer),
        "services": list(answer.services),
    }


def _answer(answer: Answer) -> dict[str, Any]:
    passing = lines(answer.group) if all(each.passes for each in answer.group) else ()
    ways = {"there": answer.there, "back": answer.back or ()}
    entries = {way: [_entry(line) for line in lines(found)] for way, found in ways.items()}
    return {
        "security_group": _rule(passing[0]) if passing else None,
        "network_acl": {
            **entries,
            **({"back": None} if answer.back is None else {}),
            "refused": [_piece(way, each) for way in ways for each in ways[way] if not each.passes],
        },
    }


def _piece(way: str, decision: Decision) -> dict[str, Any]:
    return {"way": way, "packets": decision.text}


def _rule(line: Line) -> dict[str, Any]:
    known = {"description": line.match.description} if isinstance(line.match, Rule) else {}
    named = {"id": line.name} if line.name else {}
    who = {"services": list(line.services)}
    return {"name": line.holder, **named, **match_as_json(line.match), **known, **who}


def _entry(line: Line) -> dict[str, Any]:
    purposes = line.match.purposes if isinstance(line.match, Entry) else ()
    held = {"acl": line.holder} if line.holder else {}
    return {
        **held,
        **match_as_json(line.match, "prefix"),
        "number": int(line.name),
        "action": line.action,
        "for": list(purposes),
        "services": list(line.services),
    }


def _cure(cure: Suggestion) -> dict[str, Any]:
    edits = [edit._asdict() for edit in cure.edits]
    return {"why": cure.why, "edits": edits, "besides": list(cure.besides)}
