"""Faults as SARIF 2.1.0, which GitHub's code scanning shows on the lines where they stand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from urllib.parse import quote

from gateway_rules.errors import Fault
from gateway_rules.packets import cut
from gateway_rules.views.diff_text import plain

Level: TypeAlias = Literal["error", "warning", "note"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACELESS: Final = "Pulumi.yaml"
"""Where a fault is shown that stands in no file of the project, such as one of git's."""
_MOST: Final = 5000
"""Results that GitHub shows of a run."""
_LONGEST: Final = 1000
"""Characters of a message; GitHub shows no more of it in a list."""
_LINKS: Final = re.compile(r"[\\\[\]]")
"""What begins a link in a message of SARIF, which takes a backslash before it for itself."""


class Found(NamedTuple):
    """A fault, and how much it weighs."""

    level: Level
    fault: Fault


def faults_as_sarif(command: str, found: Iterable[Found], prefix: str = "") -> Mapping[str, Any]:
    """Give what a command found as one run of SARIF.

    `prefix` leads from the repository's root to the project's, as `mail/` does.
    """
    order: dict[Level, int] = {"error": 0, "warning": 1, "note": 2}
    several = sorted(dict.fromkeys(found), key=lambda each: (order[each.level], each.fault))
    rules = list(dict.fromkeys(each.fault.rule for each in several))
    first = {each.fault.rule: each for each in reversed(several)}
    driver = {
        "name": "gateway-rules",
        "version": version("gateway-rules"),
        "rules": [_rule(first[rule]) for rule in rules],
    }
    results = [_result(each, rules, prefix) for each in several[:_MOST]]
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"gateway-rules/{command}/"},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(example: Found) -> dict[str, Any]:
    fault = example.fault
    title = fault.rule.replace("-", " ").capitalize()
    said = f"{_message(fault.fix)} (docs/faults.md and docs/reviewing.md explain {fault.rule})"
    return {
        "id": fault.rule,
        "name": fault.rule,
        "shortDescription": {"text": title},
        "fullDescription": {"text": f"{title}: {_message(fault.message)}"},
        "help": {"text": said},
        "defaultConfiguration": {"level": example.level},
    }


def _result(each: Found, rules: Sequence[str], prefix: str) -> dict[str, Any]:
    fault = each.fault
    place = {
        "artifactLocation": {"uri": quote(f"{prefix}{_file(fault)}")},
        "region": {
            "startLine": fault.line,
            "startColumn": fault.column,
            "endLine": fault.line,
            "endColumn": fault.column + 1,
        },
    }
    known = f"{fault.file}\0{fault.rule}\0{fault.message}"
    print_ = hashlib.sha256(known.encode(errors="replace")).hexdigest()
    return {
        "ruleId": fault.rule,
        "ruleIndex": rules.index(fault.rule),
        "level": each.level,
        "message": {"text": _message(f"{fault.message}; {fault.fix}")},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"gatewayRulesFault/v1": print_},
    }


def _file(fault: Fault) -> str:
    """Name the file as it stands in the project; others cannot be shown there."""
    is_inside = fault.file and not fault.file.startswith(("<", "/", "../"))
    return fault.file if is_inside else _PLACELESS


def _message(said: str) -> str:
    return _LINKS.sub(r"\\\g<0>", cut(plain(said), _LONGEST))
