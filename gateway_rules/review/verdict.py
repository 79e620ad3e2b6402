"""What policy says of a change: what it stops, and what an exception lets through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from gateway_rules.inputs import POLICY_FILE, LimitName, Policy


@dataclass(frozen=True)
class Breach:
    """A limit that a change to a stack goes past, and what causes it."""

    stack: str
    limit: LimitName
    value: str
    allowed: str
    cause: str

    @property
    def said(self) -> str:
        """Say value, limit, cause and the way on."""
        way = f"take it back, or write an exception into {POLICY_FILE}"
        return f"{self.value}, allowed: {self.allowed}; {self.cause}; {way}"

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.stack}: [{self.limit}] {self.said}"


@dataclass(frozen=True)
class Verdict:
    """What stops a change, what an exception lets through, and exceptions that have ended."""

    breaches: tuple[Breach, ...] = ()
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the verdict as plain data."""
        breaches = [asdict(breach) for breach in self.breaches]
        return {"breaches": breaches, "warnings": [*self.warnings]}

    def as_old_json(self) -> dict[str, Any]:
        """Give the verdict in the words that it had until 1.0."""
        old = [
            {"stack": b.stack, "brake": b.limit, "value": b.value, "limit": b.allowed}
            | {"cause": b.cause}
            for b in self.breaches
        ]
        return {"trips": old, "warnings": [*self.warnings]}


def judge(policy: Policy, breaches: Iterable[Breach], today: date) -> Verdict:
    """Let through what an exception covers until its last day; say what it covers and till when."""
    stopped: list[Breach] = []
    warnings: list[str] = []
    for breach in breaches:
        found = [e for e in policy.exceptions if (e.limit, e.stack) == (breach.limit, breach.stack)]
        lasting = max((e for e in found if today <= e.until), key=lambda e: e.until, default=None)
        start = f"{breach.stack}: [{breach.limit}]"
        if lasting:
            till = f"let through until {lasting.until} because: {lasting.reason}"
            warnings.append(f"{start} {breach.value}, {till}")
        else:
            stopped.append(breach)
            warnings += [f"{start} the exception ended on {e.until}: {e.reason}" for e in found]
    return Verdict(tuple(stopped), tuple(warnings))
