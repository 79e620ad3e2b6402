"""What the engine's events say, counted and in words."""

import re
from collections import Counter
from dataclasses import dataclass, field

from gateway_rehearsal.engine import Event

# What Pulumi adds when a program or a resource has already said what is wrong.
ECHOES = (
    "an unhandled error occurred: program exited",
    "update failed",
    "update canceled",
    "resource registration monitor has been shut down",
)
FAULT = re.compile(r"error: \S[^:]*:\d+:\d+: \[[a-z0-9-]+\] ")
WORDS = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}


@dataclass
class Tally:
    """The sum of the events of one call of the engine."""

    resources: int = 0
    changed: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    messages: list[str] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Take in one event."""
        if operation := event.get("resOutputsEvent"):
            self.resources += 1
            self.changed += operation["metadata"]["op"] not in {"same", "read", "refresh"}
        if summary := event.get("summaryEvent"):
            self.changes.update(summary.get("resourceChanges") or {})
        if (message := event.get("diagnosticEvent")) and message["severity"] == "error":
            self._add_error(message)

    @property
    def errors(self) -> tuple[str, ...]:
        """Give what is wrong, a line each; the engine's own echoes only when there is no more."""
        first_hand = tuple(text for text in self.messages if not text.startswith(ECHOES))
        return first_hand or tuple(self.messages)

    @property
    def faults(self) -> tuple[str, ...]:
        """Give the lines in which the program itself says what is wrong with a stack's files."""
        return tuple(error for error in self.errors if FAULT.match(error))

    def summary(self) -> str:
        """Say in a few words what changed."""
        total = sum(self.changes.values())
        done = [
            f"{self.changes[kind]} {word}" for kind, word in WORDS.items() if self.changes[kind]
        ]
        return ", ".join(done) if done else f"no change, {total} resources"

    def _add_error(self, message: Event) -> None:
        """Keep a message on one line, with the resource that it is about."""
        text = " ".join(message["message"].split())
        name = resource_name(message.get("urn", ""))
        if text:
            shown = text if name in text or text.startswith(ECHOES) else f"{name}: {text}"
            self.messages.append(shown)


def resource_name(urn: str) -> str:
    """Give a resource's name, which may itself hold the signs that part a URN, as IPv6 does."""
    return "".join(urn.split("::", 3)[3:])


def written(event: Event) -> str | None:
    """Write an event as a line of a log; None when it only serves the engine's developers."""
    if message := event.get("diagnosticEvent"):
        if message["severity"] == "debug":
            return None
        return f"{message['severity']}: {message['message'].rstrip()}"
    for kind, word in (("resourcePreEvent", ""), ("resOpFailedEvent", "FAILED ")):
        if kind in event:
            metadata = event[kind]["metadata"]
            return f"{word}{metadata['op']} {metadata['urn']}"
    if text := event.get("stdoutEvent"):
        return str(text["message"]).rstrip()
    if summary := event.get("summaryEvent"):
        return f"{summary.get('result', 'ended')} in {summary['durationSeconds']} s"
    return None
