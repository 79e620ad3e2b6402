"""Every key of a stack's file that a change writes otherwise, whatever reads it.

The file itself is compared, not the model of it: a key that the model does not know, such as
`aws:endpoints`, decides as well where a deployment goes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from gateway_rules.errors import Faults
from gateway_rules.inputs import address_path, read_yaml, relative, stack_path
from gateway_rules.review.causes import TOLD

_SECRET: Final = re.compile("secret|token|passw|passphrase|accesskey|salt", re.IGNORECASE)
"""Keys whose values are nobody's business, though they may stand in the file as plain text."""
_HIDDEN: Final = "(not shown)"
_CONFIG: Final = "config"
_Path: TypeAlias = tuple[str, ...]


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
            return f"{self.key}: has another value {_HIDDEN}"
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
    then, now = (dict(_flat((), side)) for side in (before, after))
    return tuple(
        SettingChange(_named(path), *(_shown(path, side) for side in (then, now)))
        for path in {**then, **now}
        if _written(then.get(path, _NOTHING)) != _written(now.get(path, _NOTHING))
    )


_NOTHING: Final = object()
"""Stands for a key that is not written, which is not the same as one without a value."""


def _flat(path: _Path, value: Any) -> Iterator[tuple[_Path, Any]]:
    """Give every value that is no mapping of keys, with the keys that lead to it."""
    if isinstance(value, Mapping) and (value or not path) and not _is_secret(value):
        for key, inner in value.items():
            yield from _flat((*path, str(key)), inner)
    else:
        yield path, value


def _named(path: _Path) -> str:
    """Join the keys; those under `config:` go by their own names."""
    return ".".join(path[1:] if path[0] == _CONFIG and path[1:] else path)


def _written(value: Any) -> str:
    """Write a value as JSON, by which two are compared: 1 and true are not the same."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=repr)


def _shown(path: _Path, side: Mapping[_Path, Any]) -> str | None:
    if path not in side:
        return None
    return _HIDDEN if any(map(_SECRET.search, path)) else _written(_veiled(side[path]))


def _veiled(value: Any) -> Any:
    """Put something else in the place of Pulumi's secrets, however deep they lie in lists."""
    if isinstance(value, Mapping):
        if _is_secret(value):
            return _HIDDEN
        return {key: _veiled(inner) for key, inner in value.items()}
    return [*map(_veiled, value)] if isinstance(value, list) else value


def _is_secret(value: Mapping[Any, Any]) -> bool:
    return [*value] == ["secure"]
