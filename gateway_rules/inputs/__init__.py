"""What people write, read and validated.

Files come in: the catalogue, a stack's file, its address file and the policy. What goes out
are frozen models, or every fault at once, each with file, line, column, rule and what to
write instead. No rule about packets is decided here.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
