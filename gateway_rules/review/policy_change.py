"""The policy on both sides of a change: which of the two counts, and what moves in it.

The limits that count are those of the base, so that a change does not set its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from gateway_rules.errors import Faults
from gateway_rules.inputs import (
    OLD_POLICY_FILE,
    POLICY_FILE,
    Exemption,
    Limits,
    Policy,
    PolicyFile,
    parse_policy,
)
from gateway_rules.packets import list_ports
from gateway_rules.review import git

_NEXT: Final = "counts from the next change on"


@dataclass(frozen=True)
class BasePolicy:
    """The policy that counts: as the base has it, or the defaults."""

    policy: Policy
    is_there: bool = False
    fault: str | None = None
    """Why it cannot be read, in which case the defaults count."""


def policy_at(root: Path, commit: str) -> BasePolicy:
    """Read the policy of a commit, under either of its names; the defaults where it has none."""
    texts = {
        name: text
        for name in (POLICY_FILE, OLD_POLICY_FILE)
        if (text := git.text_at(root, commit, name)) is not None
    }
    if len(texts) > 1:
        return BasePolicy(Policy(), fault=f"it has {' and '.join(texts)}")
    try:
        policies = [parse_policy(text, name) for name, text in texts.items()]
    except Faults as faults:
        fault = faults.faults[0]
        return BasePolicy(Policy(), fault=f"{fault.file}:{fault.line}: {fault.message}")
    return BasePolicy(policies[0], is_there=True) if policies else BasePolicy(Policy())


def moves(base: BasePolicy, file: PolicyFile) -> Iterator[str]:
    """Say what a change does to the policy: exceptions that it adds first, for they count at once.

    It says nothing of a file that only takes on another name.
    """
    then, now = base.policy, file.policy
    yield from _exceptions(then.exceptions, now.exceptions)
    if base.fault:
        yield f"the policy of the base cannot be read, so the defaults count: {base.fault}"
    if base.is_there and not file.is_there:
        yield f"{POLICY_FILE} is gone: the default of each limit {_NEXT}"
    if not base.is_there and file.is_there:
        yield f"{POLICY_FILE} is new: all but its exceptions {_NEXT.replace('counts', 'count')}"
    for key in Limits.model_fields:
        old, new = getattr(then.limits, key), getattr(now.limits, key)
        if old != new:
            yield f"limits.{key}: was {_figure(old)}, is {_figure(new)}, which {_NEXT}"
    for key in ("high_risk_ports", "internet_ports"):
        yield from _ports(key, getattr(then, key), getattr(now, key))
    for each in _without(now.off, then.off):
        yield f"turns [{each.limit}] off, which {_NEXT}, because: {each.reason}"
    for each in _without(then.off, now.off):
        yield f"turns [{each.limit}] on again, which {_NEXT}"


def _ports(key: str, then: BaseModel, now: BaseModel) -> Iterator[str]:
    for protocol, old in then:
        if old != (new := getattr(now, protocol)):
            parts = (("drops", _without(old, new)), ("adds", _without(new, old)))
            said = "; ".join(f"{word} {list_ports(protocol, some)}" for word, some in parts if some)
            yield f"{key}.{protocol}: {said or 'is written anew'}, which {_NEXT}"


def _exceptions(then: Iterable[Exemption], now: Iterable[Exemption]) -> Iterator[str]:
    for each in _without(now, then):
        lasts = f"until {each.until}, because: {each.reason}"
        yield f"adds an exception from [{each.limit}] for {each.stack} {lasts}"
    for each in _without(then, now):
        yield f"takes out the exception from [{each.limit}] for {each.stack} until {each.until}"


def _without(some: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    others = [*others]
    return [each for each in some if each not in others]


def _figure(value: object) -> str:
    """Write a figure as its file does, with commas where it is long."""
    if isinstance(value, BaseModel):
        return ", ".join(f"{key} {number}" for key, number in value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
