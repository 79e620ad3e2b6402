"""A catalogue and a site become a plan.

`plan` is the pure function in the middle: the same values give the same flows, security
groups and network ACL, fitted into its quota with the least excess (`planning/cover`). A
stack's files come in through `load_plan`; a `Plan` goes out, or its curve and its JSON.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
