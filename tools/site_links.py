"""What MkDocs calls while it builds the documentation.

A page may link a file of the project that is not part of the documentation. Who reads the
page in a checkout can follow such a link; in the site it becomes plain text. One whose file
is not there stays, and fails the build.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

_UPWARDS: Final = re.compile(r"\[([^\]]+)\]\((\.\./[^)#\s]+)\)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """Give the page without links to files that are outside `docs/` and there."""
    docs = Path(config["docs_dir"])
    return plain(markdown, docs / page.file.src_uri, docs)


def plain(markdown: str, page: Path, docs: Path) -> str:
    """Turn links from a page to files outside a folder into their text."""

    def text(link: re.Match[str]) -> str:
        target = (page.parent / link[2]).resolve()
        return link[1] if target.exists() and docs.resolve() not in target.parents else link[0]

    return _UPWARDS.sub(text, markdown)
