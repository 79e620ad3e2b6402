"""What was edited between two plans: roles, additions, services, rows and errata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

from gateway_rules.inputs import KEYS, Catalogue, Service, Site, addition_as_written
from gateway_rules.packets import Peer, Prefix, few, widest_first
from gateway_rules.planning import Plan

MANY: Final = 4
"""Of a list that may be long, so many are named."""
TOLD: Final = tuple(KEYS[name] for name in ("roles", "additions", "services", "networks"))
"""The keys of a stack's file of which `edits_between` names each entry that differs."""


def edits_between(before: Plan, after: Plan) -> Iterator[str]:
    """Name each entry of the files that differs, in their words; plain keys are `settings`."""
    old, new = before.site, after.site
    yield from _roles(old, new)
    yield from _additions(old, new)
    yield from _uses(old, new)
    yield from _networks_and_hosts(old, new)
    yield from _geography(before, after)
    yield from _rows(before.catalogue, after.catalogue)
    yield from _errata(before.catalogue, after.catalogue)


def _roles(old: Site, new: Site) -> Iterator[str]:
    for role in sorted(old.roles.keys() | new.roles.keys()):
        if change := _difference(old.roles.get(role, ()), new.roles.get(role, ())):
            yield f"role {role}: {change}"


def _additions(old: Site, new: Site) -> Iterator[str]:
    then, now = ({a.name: addition_as_written(a) for a in site.additions} for site in (old, new))
    for name in sorted(then.keys() | now.keys()):
        if name not in then:
            yield f"addition {name} is new"
        elif name not in now:
            yield f"addition {name} is gone"
        elif then[name] != now[name]:
            yield f"addition {name}: {_changed_keys(then[name], now[name])} changed"


def _changed_keys(then: dict[str, Any], now: dict[str, Any]) -> str:
    return ", ".join(key for key in {**then, **now} if then.get(key) != now.get(key))


def _uses(old: Site, new: Site) -> Iterator[str]:
    for service in sorted(old.services.keys() | new.services.keys()):
        then, now = old.services.get(service), new.services.get(service)
        if then != now:
            yield f"service {service}: was {_use(then)}, is {_use(now)}"


def _use(use: Literal[False] | tuple[Prefix, ...] | None) -> str:
    if use is None:
        return "used as documented"
    return f"narrowed to {few(widest_first(use), MANY)}" if use else "left out"


def _networks_and_hosts(old: Site, new: Site) -> Iterator[str]:
    if change := _difference(old.networks, new.networks):
        yield f"networks: {change}"
    before, after = ({h.name: h.prefixes for h in site.hosts} for site in (old, new))
    for host in sorted(before.keys() | after.keys()):
        if change := _difference(before.get(host, ()), after.get(host, ())):
            yield f"host {host}: {change}"


def _geography(before: Plan, after: Plan) -> Iterator[str]:
    """Name a Region that lies in another part of the world now; another Region is a setting."""
    region = after.site.region
    then, now = (plan.catalogue.regions[plan.site.region].geography for plan in (before, after))
    if region == before.site.region and then != now:
        yield f"Region {region}: was in {then}, is in {now}"


def _rows(old: Catalogue, new: Catalogue) -> Iterator[str]:
    if old.issue != new.issue:
        yield f"the document's issue: was {old.issue}, is {new.issue}"
    for name, row in {**old.by_id, **new.by_id}.items():
        if old.by_id.get(name) != new.by_id.get(name):
            what = _row(old.by_id.get(name), new.by_id.get(name))
            yield f"section {row.section}, row {row.row}: {what}"


def _row(then: Service | None, now: Service | None) -> str:
    if then is None or now is None:
        return "is new" if then is None else "is gone"
    changed = [key for key in Service.model_fields if getattr(then, key) != getattr(now, key)]
    if changed == ["hosts"] and (change := _difference(then.addresses, now.addresses)):
        return change
    return f"{', '.join(changed)} changed"


def _errata(old: Catalogue, new: Catalogue) -> Iterator[str]:
    for word, some, others in (("new", new, old), ("gone", old, new)):
        for erratum in some.errata:
            if erratum not in others.errata:
                where = f"section {erratum.section}, row {erratum.row}"
                yield f"erratum {word}: {where}: {erratum.printed!r} is taken as {erratum.taken!r}"


def _difference(old: Iterable[Peer | str], new: Iterable[Peer | str]) -> str:
    """Say what came and what went; empty when the two hold the same."""
    then, now = set(old), set(new)
    came, went = widest_first(now - then), widest_first(then - now)
    parts = [f"adds {few(came, MANY)}" if came else "", f"drops {few(went, MANY)}" if went else ""]
    return "; ".join(filter(None, parts))
