"""Values as a person writes them in YAML: plain where that reads back as itself, else in quotes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


def scalar(text: str, *, in_flow: bool = True) -> str:
    """Write a text, so that it may stand between commas or, if asked for, on a line of its own.

    >>> scalar("NTLM (PMM)"), scalar("3.1"), scalar("a, b: c")
    ('NTLM (PMM)', '"3.1"', '"a, b: c"')
    """
    form, meant = ("[%s]", [text]) if in_flow else ("k: %s", {"k": text})
    return text if _load(form % text) == meant else in_quotes(text)


def in_quotes(text: str) -> str:
    r"""Write a text in quotes, with escapes for what may not stand in YAML.

    >>> in_quotes('the "new" row'), in_quotes("\ufffe")
    ('"the \\"new\\" row"', '"\\ufffe"')
    """
    written = json.dumps(text, ensure_ascii=False)
    return written if _load(written) == text else json.dumps(text)


def _load(written: str) -> object:
    try:
        return YAML(typ="safe", pure=True).load(written)
    except (YAMLError, ValueError):
        return None


def flow(data: Mapping[str, str]) -> str:
    """Write texts under their keys on one line."""
    return "{" + ", ".join(f"{key}: {scalar(text)}" for key, text in data.items()) + "}"


def numbers(parts: Sequence[str]) -> str:
    """Write what needs no quotes as a list on one line."""
    return f"[{', '.join(parts)}]"
