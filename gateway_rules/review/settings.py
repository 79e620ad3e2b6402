"""Every key of a stack's file that a change writes otherwise, whatever reads it.

The file itself is compared, not the model of it: a key that the model does not know, such as
`aws:endpoints`, decides as well where a deployment goes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from gateway_rules.errors import Faults
from gateway_rules.inputs import address_path, read_yaml, relative, stack_path
from gateway_rules.review.causes import TOLD

_SECRET: Final = re.compile(
    "secret|token|passw|credential|private|accesskey|encrypt|salt", re.IGNORECASE
)
"""Keys whose values are nobody's business, though they may stand in the file as plain text."""
_HIDDEN: Final = "(not shown)"
_CONFIG: Final = "config"


class SettingChange(NamedTuple):
    """A key that is written otherwise, and its values as JSON; None where it is not written."""

    key: str
    before: str | None
    after: str | None

    @property
    def is_told(self) -> bool:
        """Tell whether the entries of it that differ are named one by one beside it."""
        return any(self.key == told or self.key.startswith(f"{told}.") for told in TOLD)

    def __str__(self) -> str:
        """Say it in one line."""
        if self.before is None:
            return f"{self.key}: was not written, is {self.after}"
        if self.after is None:
            return f"{self.key}: was {self.before}, is not written any more"
        if self.before == self.after:
            return f"{self.key}: has another value {self.after}"
        return f"{self.key}: was {self.before}, is {self.after}"


def read_settings(root: Path, stack: str) -> Mapping[str, Any]:
    """Read what a stack's file holds, and what its address file accepts beside the hosts.

    A file that is not there, or that is no YAML, holds nothing.
    """
    beside = address_path(root, stack)
    accepted = {k: v for k, v in _read(beside, root).items() if k != "hosts"}
    name = relative(beside, root)
    return {**_read(stack_path(root, stack), root), **({name: accepted} if accepted else {})}


def _read(path: Path, root: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        data = read_yaml(path, root).data
    except Faults:
        return {}
    return data if isinstance(data, dict) else {}


def settings_between(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[SettingChange, ...]:
    """Give the keys under `config:` and beside it whose values differ, in the files' order.

    Nested keys are joined by dots. What stands under a key that holds a secret is not given,
    only that it differs.
    """
    then, now = (dict(_flat(side)) for side in (before, after))
    return tuple(
        SettingChange(key, _shown(key, then.get(key)), _shown(key, now.get(key)))
        for key in {**then, **now}
        if then.get(key) != now.get(key)
    )


def _flat(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give each key with its value as JSON; those under `config:` go by their own names."""
    for key, value in data.items():
        if key == _CONFIG and isinstance(value, dict):
            yield from (pair for name, inner in value.items() for pair in _within(name, inner))
        else:
            yield from _within(str(key), value)


def _within(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value and "secure" not in value:
        yield from (
            pair for name, inner in value.items() for pair in _within(f"{key}.{name}", inner)
        )
    else:
        yield key, json.dumps(value, ensure_ascii=False, default=str)


def _shown(key: str, value: str | None) -> str | None:
    if value is None:
        return None
    return _HIDDEN if _SECRET.search(key) or '"secure"' in value else value
