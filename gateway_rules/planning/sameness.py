"""When two rules of a group, or two entries of an ACL, are the same one to AWS.

What is planned and what is live are compared by these alone: by `verify`, `preflight` and
`repair`, and a rule's resource is named by them.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from gateway_rules.packets import Direction, Prefix, format_ports


class RuleContent(NamedTuple):
    """What makes a rule the one that it is in its group; neither its id nor its description."""

    direction: Direction
    protocol: str
    from_port: int
    to_port: int
    other_end: str
    """A prefix, `self`, or what AWS calls another group or a prefix list."""

    @property
    def name(self) -> str:
        """Name a rule by its content alone, so that nothing beside it changes its name."""
        ports = format_ports(self.protocol, self.from_port, self.to_port).replace(" ", "-")
        return f"{self.direction}-{self.protocol}-{ports}-{self.other_end}"


class EntryContent(NamedTuple):
    """What makes an entry the one that it is in its ACL."""

    direction: Direction
    number: int
    action: str
    protocol: str
    from_port: int
    to_port: int
    prefix: Prefix


class _Filter(Protocol):
    """What rules and entries, planned or live, have in common."""

    @property
    def direction(self) -> Direction: ...
    @property
    def protocol(self) -> str: ...
    @property
    def from_port(self) -> int: ...
    @property
    def to_port(self) -> int: ...


class _RuleLike(_Filter, Protocol):
    @property
    def other_end(self) -> str: ...


class _EntryLike(_Filter, Protocol):
    @property
    def number(self) -> int: ...
    @property
    def action(self) -> str: ...
    @property
    def prefix(self) -> Prefix: ...


def rule_content(rule: _RuleLike) -> RuleContent:
    """Give the content of a rule that is planned or live."""
    ports = rule.from_port, rule.to_port
    return RuleContent(rule.direction, rule.protocol, *ports, rule.other_end)


def entry_content(entry: _EntryLike) -> EntryContent:
    """Give the content of an entry that is planned or live."""
    ports = entry.from_port, entry.to_port
    return EntryContent(
        entry.direction, entry.number, entry.action, entry.protocol, *ports, entry.prefix
    )
