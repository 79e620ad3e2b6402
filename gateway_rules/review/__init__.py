"""Two revisions compared, for the person who approves a change.

Two plans of each stack come in, from git and from the working tree. What goes out is what
opens and closes, which edit caused it, which policy limit it passes, and the snapshots that
`git diff` shows. It also checks all of a project's files at once.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
