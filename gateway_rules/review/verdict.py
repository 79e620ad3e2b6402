"""What policy says of a change: what it stops, and what an exception lets through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple

from gateway_rules.inputs import POLICY_FILE, Exemption, LimitName, Policy


@dataclass(frozen=True)
class Breach:
    """A limit that a change to a stack goes past, and what causes it."""

    stack: str
    limit: LimitName
    value: str
    allowed: str
    cause: str

    @property
    def short(self) -> str:
        """Name stack, limit and value."""
        return f"{self.stack}: [{self.limit}] {self.value}"

    @property
    def way(self) -> str:
        """Say what to do."""
        return f"take it back, or write an exception into {POLICY_FILE}"

    @property
    def said(self) -> str:
        """Say value, limit, cause and the way on."""
        return f"{self.value}, allowed: {self.allowed}; {self.cause}; {self.way}"

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.stack}: [{self.limit}] {self.said}"


class LimitResult(NamedTuple):
    """A limit that is passed, and whether the change does it; a state may have been so before."""

    breach: Breach
    is_worse: bool = True


@dataclass(frozen=True)
class Verdict:
    """What stops a change, and what else whoever approves it has to know."""

    breaches: tuple[Breach, ...] = ()
    warnings: tuple[str, ...] = ()
    """What an exception lets through, and exceptions that have ended."""
    moves: tuple[str, ...] = ()
    """What the change does to the policy itself, and the exceptions that it brings along."""
    off: tuple[str, ...] = ()
    """Limits that the project does without, and why."""
    standing: tuple[str, ...] = ()
    """States that were past a limit already, and that the change does not make worse."""

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Give what stops nothing and has to be known, each with the word that it goes by."""
        return (
            *(("off", each) for each in self.off),
            *(("warning", each) for each in self.warnings),
            *(("standing", each) for each in self.standing),
        )

    def as_json(self) -> dict[str, Any]:
        """Give the verdict as plain data."""
        lists = ("warnings", "moves", "off", "standing")
        said = {name: [*getattr(self, name)] for name in lists}
        return {"breaches": [asdict(breach) for breach in self.breaches], **said}

    def as_old_json(self) -> dict[str, Any]:
        """Give the verdict in the words that it had until 1.0."""
        old = [
            {"stack": b.stack, "brake": b.limit, "value": b.value, "limit": b.allowed}
            | {"cause": b.cause}
            for b in self.breaches
        ]
        return {"trips": old, "warnings": [*self.warnings]}


def judge(before: Policy, now: Policy, findings: Iterable[LimitResult], today: date) -> Verdict:
    """Judge by the policy that counts, which is the one before the change.

    Of the policy `now` only exceptions count: each has a reason and a last day, up to
    which it lets its limit be passed. A limit that was off before stops nothing.
    """
    off = {each.limit: each.reason for each in before.off}
    stopped: list[Breach] = []
    warnings: list[str] = []
    standing: dict[str, list[str]] = {}
    for breach, is_worse in findings:
        if breach.limit in off:
            warnings.append(f"{breach.short}, which is off because: {off[breach.limit]}")
        elif not is_worse:
            said = f"[{breach.limit}] {breach.value}, allowed: {breach.allowed}; {breach.cause}"
            standing.setdefault(said, []).append(breach.stack)
        elif lasting := _exception(now, breach, today):
            till = f"let through until {lasting.until} because: {lasting.reason}"
            warnings.append(f"{breach.short}, {till}")
        else:
            stopped.append(breach)
            warnings += _ended(now, breach)
    return Verdict(
        tuple(stopped),
        tuple(warnings),
        off=tuple(f"[{limit}] stops nothing, because: {reason}" for limit, reason in off.items()),
        standing=tuple(f"{', '.join(stacks)}: {said}" for said, stacks in standing.items()),
    )


def _exception(policy: Policy, breach: Breach, today: date) -> Exemption | None:
    """Give the exception that covers a breach, of several the one that lasts longest."""
    lasting = (each for each in _of(policy, breach) if today <= each.until)
    return max(lasting, key=lambda each: each.until, default=None)


def _ended(policy: Policy, breach: Breach) -> Iterator[str]:
    for each in _of(policy, breach):
        start = f"{breach.stack}: [{breach.limit}]"
        yield f"{start} the exception ended on {each.until}: {each.reason}"


def _of(policy: Policy, breach: Breach) -> Iterator[Exemption]:
    wanted = breach.limit, breach.stack
    return (each for each in policy.exceptions if (each.limit, each.stack) == wanted)
