"""What is wrong with an input, where it stands, and what to write instead."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import NamedTuple, TypeAlias


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of an input; lines and columns count from 1."""

    file: str
    line: int
    column: int
    rule: str
    message: str
    fix: str

    def __str__(self) -> str:
        """Give the line that a user reads and an editor can jump to."""
        place = f"{self.file}:{self.line}:{self.column}"
        return _on_a_line(f"error: {place}: [{self.rule}] {self.message}; {self.fix}")

    def as_json(self) -> dict[str, str | int]:
        """Give the fault's parts under their own names."""
        return asdict(self)


def _on_a_line(text: str) -> str:
    """Write out what would break a line or steer a terminal; a key of a file may hold it."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


class Refused(ValueError):
    """A value that a reader refuses; whoever knows its place turns it into a Fault."""

    def __init__(self, rule: str, message: str, fix: str) -> None:
        self.rule, self.message, self.fix = rule, message, fix
        super().__init__(f"{message}; {fix}")


Steps: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead to a value."""


class Problem(NamedTuple):
    """What is wrong with a site, whatever file or program it came from."""

    path: Steps
    rule: str
    message: str
    fix: str


class Impossible(Exception):
    """A site that cannot be planned; whoever read it knows the places of its problems."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(f"{c.message}; {c.fix}" for c in problems))


class Faults(Exception):
    """All faults of an input at once, sorted by place."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


class Pending(Faults):
    """A stack that lacks nothing but the addresses of its region."""


class OverQuota(Faults):
    """What must pass does not fit into what AWS allows."""


class NoAnswer(Faults):
    """AWS or the engine could not be asked: credentials, rights, or the network."""


COMMAND_LINE = "<command>"


def usage(rule: str, message: str, fix: str) -> Faults:
    """Give the fault of a command line, which has no lines of its own."""
    return Faults(Fault(COMMAND_LINE, 1, 1, rule, message, fix))


def unable(rule: str, message: str, fix: str) -> NoAnswer:
    """Give the fault of a machine, a network or a program that cannot do what is needed."""
    return NoAnswer(Fault(COMMAND_LINE, 1, 1, rule, message, fix))
