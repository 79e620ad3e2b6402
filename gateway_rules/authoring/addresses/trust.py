"""Whether the answers of resolvers can be trusted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

from gateway_rules.authoring.addresses.queries import KINDS, Kind, Reply, Resolver
from gateway_rules.errors import COMMAND_LINE, Fault
from gateway_rules.inputs import HOST
from gateway_rules.packets import FAMILIES, Prefix, objection

_VERSIONS: Final[dict[Kind, int]] = {"A": 4, "AAAA": 6}
_OTHER_RESOLVER: Final = "ask resolvers that can be trusted, with --resolver; nothing is written"


class Topic(NamedTuple):
    """What several resolvers are asked for."""

    host: str
    kind: Kind


Views: TypeAlias = Mapping[Resolver, frozenset[Prefix]]
"""What each resolver says of one topic."""


def judge(replies: Sequence[Reply], accepted: Sequence[Prefix] = ()) -> Iterator[Fault]:
    """Find every reason not to trust the answers.

    These are questions without an answer, hosts without an address, addresses that no
    public server has, aliases that are no host's name, and resolvers that share no
    address of a family with the others. The last is not asked where something else is
    wrong with the answers, of which it would be the consequence. Ranges that are accepted
    may hold addresses that no public server has.
    """
    yield from _failures(replies)
    yield from _empty(replies)
    yield from _aliases(replies)
    yield from _impossible(replies, accepted)
    spoilt = {_topic(reply) for reply in replies if _is_spoilt(reply, accepted)}
    for topic, views in _views(replies).items():
        if topic not in spoilt:
            yield from _strangers(topic, views)


def _topic(reply: Reply) -> Topic:
    return Topic(reply.question.host, reply.question.kind)


def _is_spoilt(reply: Reply, accepted: Sequence[Prefix]) -> bool:
    odd = any(_objection(address, accepted) for address in reply.addresses)
    return odd or bool(reply.failure)


def _objection(address: Prefix, accepted: Sequence[Prefix]) -> str | None:
    return None if any(each.covers(address) for each in accepted) else objection(address)


def _fault(rule: str, message: str, fix: str) -> Fault:
    return Fault(COMMAND_LINE, 1, 1, rule, message, fix)


def _failures(replies: Sequence[Reply]) -> Iterator[Fault]:
    """Name a failure once, with the kinds of addresses that were asked for."""
    kinds: dict[tuple[str, Resolver, str], set[Kind]] = defaultdict(set)
    for reply in replies:
        if reply.failure:
            asked = reply.question
            kinds[asked.host, asked.resolver, reply.failure].add(asked.kind)
    for (host, resolver, failure), missing in kinds.items():
        which = " or ".join(kind for kind in KINDS if kind in missing)
        what = f"{host}: {resolver} gives no {which}: {failure}"
        fix = "see that the resolver answers, or ask another; nothing is written"
        yield _fault("unresolved", what, fix)


def _empty(replies: Sequence[Reply]) -> Iterator[Fault]:
    """Refuse a name that is known to a resolver and has no address there."""
    ends: dict[tuple[str, Resolver], set[str]] = defaultdict(set)
    for reply in replies:
        ends[reply.question.host, reply.question.resolver].add(reply.canonical)
    found = {reply.question[:2] for reply in replies if reply.addresses or reply.failure}
    for (host, resolver), names in ends.items():
        if (resolver, host) not in found:
            aliases = "".join(f", alias {name}" for name in sorted(names - {host.lower()}))
            what = f"{host}{aliases}: {resolver} knows no A or AAAA address of it"
            yield _fault("unresolved", what, _OTHER_RESOLVER)


def _aliases(replies: Sequence[Reply]) -> Iterator[Fault]:
    for reply in replies:
        if not reply.failure and not re.fullmatch(HOST, reply.canonical):
            asked = reply.question
            what = f"{asked.host}: {asked.resolver} says that its name is {reply.canonical!r}"
            yield _fault("alias", f"{what}, which no host is called", _OTHER_RESOLVER)


def _impossible(replies: Sequence[Reply], accepted: Sequence[Prefix]) -> Iterator[Fault]:
    for reply in replies:
        for address in reply.addresses:
            if said := _objection(address, accepted):
                asked = reply.question
                what = f"{asked.host}: {asked.resolver} gives {address.address}, {said}"
                yield _fault("impossible-address", what, _OTHER_RESOLVER)


def _views(replies: Sequence[Reply]) -> Mapping[Topic, Views]:
    """Put together what each resolver said in all rounds."""
    views: dict[Topic, dict[Resolver, frozenset[Prefix]]] = defaultdict(dict)
    for reply in replies:
        of_topic, resolver = views[_topic(reply)], reply.question.resolver
        of_topic[resolver] = of_topic.get(resolver, frozenset()) | set(reply.addresses)
    return views


def _strangers(topic: Topic, views: Views) -> Iterator[Fault]:
    """Name the resolvers outside the largest group that is held together by shared addresses.

    A resolver that gives nothing contradicts nobody, and confirms nobody either.
    """
    if len(views) == 1:
        return
    said = {resolver: addresses for resolver, addresses in views.items() if addresses}
    groups = sorted(_groups(said), key=len, reverse=True)
    sizes = [*map(len, groups)]
    is_sound = bool(groups) and sizes[0] > 1 and sizes.count(sizes[0]) == 1
    for resolver in chain.from_iterable(groups[1:] if is_sound else groups):
        yield _stranger(topic, resolver, said[resolver])


def _stranger(topic: Topic, resolver: Resolver, said: Iterable[Prefix]) -> Fault:
    family = FAMILIES[_VERSIONS[topic.kind]].replace("ipv", "IPv")
    given = ", ".join(prefix.address for prefix in sorted(said))
    what = f"{topic.host}: {resolver} gives {given}, and shares no {family} address with the others"
    fix = "ask resolvers of one region, without the one that is wrong; nothing is written"
    return _fault("disagreement", what, fix)


def _groups(views: Views) -> list[set[Resolver]]:
    """Part the resolvers into groups that share addresses, directly or through one another."""
    groups: list[set[Resolver]] = []
    for resolver, said in views.items():
        near = [group for group in groups if any(views[other] & said for other in group)]
        joined = {resolver}.union(*near)
        groups = [*(group for group in groups if group not in near), joined]
    return groups
