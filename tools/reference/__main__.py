"""`python -m tools.reference FOLDER` writes the pages of the reference into a folder."""

import sys
from pathlib import Path

from tools.reference.pages import pages


def write(folder: Path) -> None:
    """Write every page, and leave nothing else in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
