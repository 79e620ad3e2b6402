"""Values as a person writes them in YAML: plain where that reads back as itself, else quoted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


def scalar(text: str) -> str:
    """Write a text.

    >>> scalar("NTLM (PMM)"), scalar("3.1"), scalar("a, b: c")
    ('NTLM (PMM)', '"3.1"', '"a, b: c"')
    """
    return text if _reads_back(text) else json.dumps(text, ensure_ascii=False)


def _reads_back(text: str) -> bool:
    try:
        found = YAML(typ="safe", pure=True).load(f"{{k: [{text}]}}")
    except (YAMLError, ValueError):
        return False
    return bool(found == {"k": [text]})


def flow(data: Mapping[str, str]) -> str:
    """Write texts under their keys on one line."""
    return "{" + ", ".join(f"{key}: {scalar(text)}" for key, text in data.items()) + "}"


def numbers(parts: Sequence[str]) -> str:
    """Write what needs no quotes as a list on one line."""
    return f"[{', '.join(parts)}]"
