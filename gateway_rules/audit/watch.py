"""A stack verified again and again: what is new, what is gone, and what could not be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from gateway_rules.audit.verification.findings import (
    PacketDifference,
    Verification,
    alike,
    packet_line,
)
from gateway_rules.errors import Fault, Faults
from gateway_rules.packets import and_more

NEW: Final = "new"
GONE: Final = "gone"
Told: TypeAlias = tuple[str, PacketDifference]
"""A finding with its kind."""


@dataclass(frozen=True)
class WatchEvent:
    """What one look found otherwise than the look before."""

    at: datetime
    stack: str
    event: str
    """`new` or `gone` for findings, `clean` when none is left, `fault` and `answered`."""
    kind: str = ""
    finding: PacketDifference | None = None
    more: int = 0
    """How many more findings differ from this one in their packets alone."""
    faults: tuple[Fault, ...] = ()

    def __str__(self) -> str:
        """Give the line of a log."""
        head = f"{self.at.isoformat(timespec='seconds')} {self.stack} {self.event}"
        if self.faults:
            return f"{head}: {' '.join(map(str, self.faults))}"
        if not self.finding:
            return head
        one = self.finding
        more = f" {and_more(self.more)}" if self.more else ""
        mend = f"; mend: {one.fix}" if self.event == NEW else ""
        return f"{head} {self.kind}: {packet_line(one)}{more} ({one.resource}: {one.why}){mend}"

    def as_json(self) -> dict[str, Any]:
        """Give the change as a line of JSON."""
        data: dict[str, Any] = {
            "at": self.at.isoformat(timespec="seconds"),
            "stack": self.stack,
            "event": self.event,
        }
        if self.finding:
            return data | {"kind": self.kind} | self.finding.as_json()
        errors = {"errors": [fault.as_json() for fault in self.faults]}
        return data | (errors if self.faults else {})


class Watch:
    """Remembers what the last looks found, and tells what the next one finds otherwise."""

    def __init__(self, stack: str, now: Callable[[], datetime], *, fold: bool) -> None:
        self._stack, self._now = stack, now
        # Whether findings that differ in their packets alone are told in one line.
        self._fold = fold
        self._findings: tuple[Told, ...] | None = None
        self.failure: Faults | None = None
        """Why the last look gave no answer."""

    @property
    def is_clean(self) -> bool:
        """Tell whether the last look that gave an answer found nothing."""
        return self._findings == ()

    def look(self, verify: Callable[[], Verification]) -> Iterator[WatchEvent]:
        """Look once; what cannot be asked is told once, and ends nothing."""
        try:
            found = verify()
        except Faults as faults:
            yield from self._failed(faults)
        else:
            yield from self._answered(found)

    def _failed(self, failure: Faults) -> Iterator[WatchEvent]:
        if not self.failure or failure.faults != self.failure.faults:
            yield self._change("fault", faults=failure.faults)
        self.failure = failure

    def _answered(self, found: Verification) -> Iterator[WatchEvent]:
        if self.failure:
            yield self._change("answered")
        self.failure = None
        before, after = self._findings, tuple(_told(found))
        yield from self._differences(GONE, before or (), after)
        yield from self._differences(NEW, after, before or ())
        if not after and before != after:
            yield self._change("clean")
        self._findings = after

    def _differences(
        self, event: str, some: Sequence[Told], others: Sequence[Told]
    ) -> Iterator[WatchEvent]:
        known = {*others}
        rest = [told for told in some if told not in known]
        for kind in dict.fromkeys(kind for kind, _ in rest):
            for group in alike([one for other, one in rest if other == kind], fold=self._fold):
                more = len(group) - 1
                yield self._change(event, kind=kind, finding=group[0], more=more)

    def _change(self, event: str, **said: Any) -> WatchEvent:
        return WatchEvent(self._now(), self._stack, event, **said)


def _told(found: Verification) -> Iterator[Told]:
    for kind, some in found.findings.items():
        yield from ((kind, one) for one in some)
