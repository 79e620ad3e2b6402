"""The command line: one file per command.

Words and options come in. A command reads files, calls one function of a room, prints through
a view, and gives an exit code; faults become lines, never tracebacks. Other packages add
commands through the entry-point group `gateway_rules.commands`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
