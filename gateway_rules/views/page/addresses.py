"""Where a stack's addresses come from, and how old those are that were looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from gateway_rules.inputs import looked_up
from gateway_rules.packets import counted
from gateway_rules.planning import Plan


@dataclass(frozen=True)
class SeenView:
    """An address that a host was seen at."""

    host: str
    address: str
    first_seen: str
    last_seen: str
    age: str
    """How old it was on the day that the page is about, if it is about one."""
    resolvers: str


def seen(plan: Plan, today: date | None) -> tuple[SeenView, ...]:
    """Give the looked-up addresses that count at the stack, as the file has them."""
    return tuple(_seen(plan, today))


def _seen(plan: Plan, today: date | None) -> Iterator[SeenView]:
    used = looked_up(plan.site, plan.catalogue)
    for host in plan.site.hosts:
        for each in host.addresses if host.name in used else ():
            yield SeenView(
                host.name,
                each.address.address,
                _day(each.first_seen),
                _day(each.last_seen),
                _age(each.last_seen, today),
                ", ".join(each.resolvers),
            )


def _day(day: date | None) -> str:
    return day.isoformat() if day else "written by hand"


def _age(last: date | None, today: date | None) -> str:
    return counted((today - last).days, "day", "days") if last and today else ""
