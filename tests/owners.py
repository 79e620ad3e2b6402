"""Who owns a file, as GitHub reads a CODEOWNERS file."""

import re
from collections.abc import Iterator

Line = tuple[re.Pattern[str], tuple[str, ...]]

_OWNER = re.compile(r"@[\w-]+(/[\w.-]+)?|[^@\s]+@[^@\s]+\.[^@\s]+")


def owners(text: str, file: str) -> tuple[str, ...]:
    """Give the owners of a file: those of the last line that matches, which may have none."""
    found: tuple[str, ...] = ()
    for pattern, names in _lines(text):
        if pattern.fullmatch(file):
            found = names
    return found


def _lines(text: str) -> Iterator[Line]:
    """Read the lines; GitHub skips those that it cannot read."""
    for line in text.splitlines():
        pattern, *names = line.partition(" #")[0].split() or ["#"]
        is_read = not pattern.startswith(("#", "!", "\\")) and "[" not in pattern
        if is_read and all(map(_OWNER.fullmatch, names)):
            yield re.compile(_expression(pattern)), tuple(names)


def _expression(pattern: str) -> str:
    """Turn a pattern, which has most of the rules of .gitignore, into an expression."""
    is_anchored = "/" in pattern.rstrip("/")
    inner = re.escape(pattern.strip("/"))
    for sign, meaning in (
        (r"/\*\*/", "/(?:.+/)?"),
        (r"\*\*/", "(?:.+/)?"),
        (r"\*\*", ".+"),
        (r"\*", "[^/]*"),
        (r"\?", "[^/]"),
    ):
        inner = inner.replace(sign, meaning)
    start = "" if is_anchored else "(?:.+/)?"
    if pattern.endswith("/"):
        end = "/.+"
    # A folder's star is for what lies directly in it.
    elif pattern.endswith("/*"):
        end = ""
    else:
        end = "(?:/.+)?"
    return start + inner + end
