"""From a proposal to the edited text of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruamel.yaml.nodes import Node

from gateway_rules.authoring.issue.drafts import CLIENT, Draft, entries
from gateway_rules.authoring.issue.propose import Changes, Proposal
from gateway_rules.authoring.issue.said import SaidHost
from gateway_rules.authoring.issue.splice import (
    Item,
    Splice,
    anchored,
    compose,
    items,
    pair,
    relisted,
    replaced,
    rewritten,
    spliced,
    with_anchors,
)
from gateway_rules.authoring.issue.yaml_text import numbers, scalar
from gateway_rules.inputs import Catalogue, Service
from gateway_rules.packets import PortPair, Prefix, bare, format_ports


def edit_catalogue(text: str, catalogue: Catalogue, proposal: Proposal) -> str:
    """Give the text of a catalogue, which `catalogue` was read from, with the proposal in it.

    Where nothing changes, the text is the same byte for byte. Lists in flow style are not
    edited: whoever calls this compares the outcome with the proposal.
    """
    root = compose(text)
    new = spliced(text, 0, len(text), _splices(text, root, catalogue, proposal))
    return with_anchors(root, text, new)


def _splices(text: str, root: Node, catalogue: Catalogue, proposal: Proposal) -> Iterator[Splice]:
    yield from rewritten(text, root, proposal.cover)
    yield from rewritten(text, pair(root, "sections")[1], proposal.sections)
    yield from relisted(text, root, "services", list(_services(text, root, catalogue, proposal)))
    for name, changes in (("errata", proposal.errata), ("caveats", proposal.caveats)):
        if any(key.value == name for key, _ in root.value):
            yield from relisted(text, root, name, list(_listed(text, root, name, changes)))


def _listed(text: str, root: Node, name: str, changes: Changes) -> Iterator[str]:
    """Write the items of a list that stay."""
    for index, item in enumerate(items(text, pair(root, name)[1])):
        if index in changes:
            yield _item(text, item, list(rewritten(text, item.node, changes[index])))


def _item(text: str, item: Item, splices: Sequence[Splice]) -> str:
    return text[item.lead : item.start] + spliced(text, item.start, item.end, splices)


def _services(text: str, root: Node, catalogue: Catalogue, proposal: Proposal) -> Iterator[str]:
    """Write the services; the comment above the first one of a section stays there."""
    old = dict(zip(catalogue.by_id, items(text, pair(root, "services")[1]), strict=False))
    first = {service.section: service.id for service in reversed(catalogue.services)}
    leads = {name: text[item.lead : item.start] for name, item in old.items()}
    heads = {section: leads.get(name, "\n") for section, name in first.items()}
    anchor = anchored(root, CLIENT)
    reason = f"*{anchor}" if anchor else scalar(CLIENT)
    for draft in proposal.services:
        own = "\n" if draft.id in first.values() else leads.get(draft.id, "\n")
        yield heads.pop(draft.section, own)
        if draft.was:
            item = old[draft.id]
            yield spliced(text, item.start, item.end, _changes(text, item.node, draft, draft.was))
        else:
            yield _written(draft, reason)


def _changes(text: str, node: Node, draft: Draft, was: Service) -> Iterator[Splice]:
    """Write what differs within a service."""
    yield from rewritten(text, node, {"row": draft.row, "protocol": draft.protocol})
    if draft.before_version and draft.before_version != was.before_version:
        yield from rewritten(text, node, {"before_version": draft.before_version})
    if draft.ports != was.ports:
        yield replaced(text, node, "ports", _ports(draft.ports))
    if _facts(draft.hosts) != _facts(entries(was)):
        yield from relisted(text, node, "hosts", list(_hosts(text, node, draft.hosts, was)))


def _facts(hosts: Sequence[SaidHost]) -> list[tuple[str, tuple[Prefix, ...]]]:
    return [(host.name, host.addresses) for host in hosts]


def _hosts(text: str, node: Node, hosts: Sequence[SaidHost], was: Service) -> Iterator[str]:
    """Write the hosts, each in the line of the one that it was, if there is one."""
    old = items(text, pair(node, "hosts")[1])
    left = list(zip(_facts(entries(was)), old, strict=False))
    found: dict[int, Item] = {}
    for is_same in (_is_equal, _has_name):
        for index, facts in enumerate(_facts(hosts)):
            same = [place for place in left if is_same(facts, place[0])]
            if index not in found and same:
                left.remove(same[0])
                found[index] = same[0][1]
    dash = text[old[0].start : old[0].node.start_mark.index] if old else ""
    for index, host in enumerate(hosts):
        yield _host(text, found.get(index), host, dash)


def _is_equal(one: object, other: object) -> bool:
    return one == other


def _has_name(one: tuple[str, object], other: tuple[str, object]) -> bool:
    return one[0] == other[0]


def _host(text: str, item: Item | None, host: SaidHost, dash: str) -> str:
    written = numbers([_address(address) for address in host.addresses])
    if not item:
        return f"{dash}{{name: {scalar(host.name)}, addresses: {written}}}\n"
    return _item(text, item, [replaced(text, item.node, "addresses", written)])


def _address(address: Prefix) -> str:
    return scalar(bare(address))


def _ports(ports: Sequence[PortPair]) -> str:
    return numbers([format_ports("tcp", *pair) for pair in ports])


def _written(draft: Draft, reason: str) -> str:
    """Write a new service of section 2, every row of which is a client of a public server."""
    lines = [
        f"  - id: {draft.id}",
        f'    section: "{draft.section}"',
        f"    row: {scalar(draft.row)}",
        "    direction: egress",
        f"    reason: {reason}",
        f"    protocol: {draft.protocol}",
        f"    ports: {_ports(draft.ports)}",
        *([f'    before_version: "{draft.before_version}"'] if draft.before_version else []),
        "    hosts:",
    ]
    hosts = [_host("", None, host, "      - ") for host in draft.hosts]
    return "\n".join([*lines, ""]) + "".join(hosts)
